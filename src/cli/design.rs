//! `onset design`.

use clap::Args;

use super::options::{ExperimentOptions, GlobalOptions, PlotOptions};
use super::output::Delivery;
use super::{CliError, interrupt};
use crate::design::Request;
use crate::experiment::Template;
use crate::report::{DesignPlot, DesignReport, Provenance, Sheet, design_picture};
use crate::threshold::At;

/// The network with the smallest delta_NN(T), and how far that is from delta_alg
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  onset design examples/quadratic_student.toml --over loss.width=0.05..3\n  \
    onset design examples/phase_retrieval.toml --at 10 --over training.init_std=0.1..2 --over loss.width=log:0.1..10\n  \
    onset design examples/phase_retrieval.toml --at end --over training.init_std=0.1..1 --evaluations 20\n\n\
    Ctrl-C, or SIGTERM from a batch system, ends a search with what was found; a second Ctrl-C ends it at once."
)]
pub(super) struct DesignCommand {
    #[command(flatten)]
    experiment: ExperimentOptions,
    /// A field that takes real numbers, and its range; with log: steps are equal in the logarithm. May be repeated
    #[arg(long, value_name = "KEY=LO..HI")]
    over: Vec<String>,
    /// Steps T of training at which delta_NN(T) is taken, at most training.steps, or `end` for the end of training: each network is then
    /// looked at for several seconds
    #[arg(
        long,
        value_name = "T",
        default_value = "0",
        allow_negative_numbers = true
    )]
    at: At,
    /// Starts of the search
    #[arg(
        long,
        value_name = "N",
        default_value_t = 3,
        allow_negative_numbers = true
    )]
    restarts: usize,
    /// Networks looked at, at most, by all restarts together [default: 40 for each restart and parameter]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    evaluations: Option<usize>,
    /// Relative accuracy of delta_NN at which a restart ends
    #[arg(
        long,
        value_name = "SHARE",
        default_value_t = 5e-4,
        allow_negative_numbers = true
    )]
    tolerance: f64,
    #[command(flatten)]
    plot: PlotOptions,
}

impl DesignCommand {
    pub fn run(&self, global: &GlobalOptions) -> Result<Delivery, CliError> {
        let request = Request::new(
            &self.over,
            self.at,
            self.restarts,
            self.evaluations,
            self.tolerance,
        )?;
        let plot = self.experiment.files().plot(&self.plot)?;
        let template = Template::read(&self.experiment.source())?;
        let overrides = global.overrides(&self.experiment.sets)?;
        let stop = interrupt::watch()?;
        let progress = global.progress();
        let found = request.search(&template, &overrides, &progress, &stop)?;
        drop(progress);
        let name = found.best.name.as_deref();
        let report = DesignReport {
            outcome: &found.outcome,
            at: found.at,
            delta_alg: &found.delta_alg,
            fresh_seed: found.fresh_seed,
            provenance: Provenance::new(&found.best),
            name,
        };
        let text = global.render(|| report.text(), || report.json())?;
        let picture = |sheet: &Sheet| {
            Ok(design_picture(
                &DesignPlot {
                    outcome: &found.outcome,
                    at: found.at,
                    delta_alg: found.delta_alg.finite().map(|alg| alg.value),
                    name,
                },
                sheet,
            )?)
        };
        Ok(Delivery::printed(&text).and_draw(plot.as_ref(), picture))
    }
}
