//! `onset simulate --crossing`.

use super::{Context, SimulateCommand};
use crate::cli::CliError;
use crate::cli::interrupt;
use crate::cli::output::Delivery;
use crate::numerics::Progress;
use crate::recovery::Threshold;
use crate::report::{CrossingPlot, CrossingReport, Provenance, Sheet, crossing_picture};
use crate::simulation::crossings;

impl SimulateCommand {
    /// All runs have one Hessian, at their last step.
    pub(super) fn crossing(&self, context: &Context) -> Result<Delivery, CliError> {
        let prepared = context.prepared;
        let steps = prepared.plans.first().map_or(0, |plan| plan.steps);
        let progress = context.global.progress();
        let delta_nn = self.delta_nn(context, steps, &progress);
        let stop = interrupt::watch()?;
        let simulated = prepared.lowest_overlaps(self.runs, &progress, &stop)?;
        let points = simulated.finished;
        drop(progress);
        let crossings = crossings(&points);
        let name = context.experiment.name.as_deref();
        let report = CrossingReport {
            steps,
            points: &points,
            interrupted: simulated.interrupted,
            crossings: &crossings,
            algorithmic: context.study.algorithmic()?,
            delta_nn: delta_nn.as_ref().map_err(String::as_str),
            provenance: Provenance::new(context.experiment),
            name,
        };
        let text = context.global.render(|| report.text(), || report.json())?;
        let picture = |sheet: &Sheet| {
            Ok(crossing_picture(
                &CrossingPlot {
                    steps,
                    points: &points,
                    crossings: &crossings,
                    delta_alg: &report.algorithmic.delta_alg,
                    delta_nn: delta_nn.as_ref().ok(),
                    name,
                },
                sheet,
            )?)
        };
        Ok(Delivery::printed(&text).and_draw(context.plot.as_ref(), picture))
    }

    /// delta_NN(T), or why it is not known: simulations go where the theory does not.
    fn delta_nn(
        &self,
        context: &Context,
        steps: usize,
        progress: &dyn Progress,
    ) -> Result<Threshold, String> {
        if self.no_theory {
            return Err("--no-theory".to_owned());
        }
        let rung = context.study.rung(steps, progress);
        let rung = rung.map_err(|error| CliError::from(error).to_string())?;
        rung.delta_nn.resolved()
    }
}
