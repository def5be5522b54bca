//! `onset simulate --until-escape`.

use super::{Context, SimulateCommand};
use crate::cli::CliError;
use crate::cli::interrupt;
use crate::cli::output::Delivery;
use crate::numerics::Progress;
use crate::report::{EscapePlot, EscapeReport, Provenance, Sheet, escape_picture};
use crate::threshold::Forecast;

impl SimulateCommand {
    pub(super) fn escapes(&self, context: &Context, level: f64) -> Result<Delivery, CliError> {
        let prepared = context.prepared;
        let progress = context.global.progress();
        let forecast = self.forecast(context, level, &progress);
        let stop = interrupt::watch()?;
        let simulated = prepared.escapes(level, self.runs, &progress, &stop)?;
        let escapes = simulated.finished;
        drop(progress);
        let name = context.experiment.name.as_deref();
        let report = EscapeReport {
            escapes: &escapes,
            interrupted: simulated.interrupted,
            level,
            algorithmic: context.study.algorithmic()?,
            forecast: forecast.as_ref().map_err(String::as_str),
            provenance: Provenance::new(context.experiment),
            name,
        };
        let text = context.global.render(|| report.text(), || report.json())?;
        let picture = |sheet: &Sheet| {
            Ok(escape_picture(
                &EscapePlot {
                    escapes: &escapes,
                    level,
                    delta_alg: &context.study.algorithmic()?.delta_alg,
                    forecast: forecast.as_ref().ok(),
                    name,
                },
                sheet,
            )?)
        };
        Ok(Delivery::printed(&text).and_draw(context.plot.as_ref(), picture))
    }

    /// The theory, or why there is none: simulations go where it does not.
    fn forecast(
        &self,
        context: &Context,
        level: f64,
        progress: &dyn Progress,
    ) -> Result<Forecast, String> {
        if self.no_theory {
            return Err("--no-theory".to_owned());
        }
        let found = context
            .prepared
            .forecast(level, self.theory_steps, progress);
        found.map_err(|error| CliError::from(error).to_string())
    }
}
