//! `onset simulate --until-escape`.

use std::sync::atomic::Ordering;

use super::{Context, SimulateCommand, each};
use crate::cli::CliError;
use crate::cli::interrupt::interrupt_flag;
use crate::numerics::Progress;
use crate::phase1::Escape;
use crate::report::{EscapePlot, EscapeReport, Provenance, escape_svg};
use crate::simulation::Plan;
use crate::threshold::Forecast;

impl SimulateCommand {
    pub(super) fn escapes(
        &self,
        context: &Context,
        plans: &[Plan],
        level: f64,
    ) -> Result<String, CliError> {
        context.require_hard(&format!("--until-escape {level}"))?;
        let simulation = context.simulation;
        let progress = context.global.progress();
        let forecast = self.forecast(context, plans, level, &progress);
        let interrupted = interrupt_flag()?;
        let stop = || interrupted.load(Ordering::Relaxed);
        let escapes = each(plans, |plan| {
            simulation.escapes(plan, level, self.runs, &progress, &stop)
        })?;
        drop(progress);
        let name = context.experiment.name.as_deref();
        if let Some(file) = &context.plot {
            file.write(&escape_svg(&EscapePlot {
                escapes: &escapes,
                level,
                delta_alg: &context.algorithmic.delta_alg,
                forecast: forecast.as_ref().ok(),
                name,
            })?)?;
        }
        let report = EscapeReport {
            escapes: &escapes,
            level,
            algorithmic: context.algorithmic,
            forecast: forecast.as_ref().map_err(String::as_str),
            provenance: Provenance::new(context.experiment),
            name,
        };
        context.global.render(|| report.text(), || report.json())
    }

    /// The theory, or why there is none: simulations go where it does not.
    fn forecast(
        &self,
        context: &Context,
        plans: &[Plan],
        level: f64,
        progress: &dyn Progress,
    ) -> Result<Forecast, String> {
        if self.no_theory {
            return Err("--no-theory".to_owned());
        }
        let mut questions = Vec::new();
        for plan in plans {
            let escape = Escape {
                dim: plan.dim as u64,
                fraction: level,
            };
            if !questions.contains(&(plan.steps, escape)) {
                questions.push((plan.steps, escape));
            }
        }
        let trained = context.setting.trained(context.algorithmic);
        let trained = trained.map_err(|error| CliError::from(error).to_string())?;
        Ok(trained.forecast(&self.delta, &questions, self.theory_steps, progress))
    }
}
