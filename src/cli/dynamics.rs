//! `onset dynamics`.

use clap::Args;

use super::CliError;
use super::options::{ExperimentOptions, GlobalOptions, PlotOptions};
use super::output::Delivery;
use crate::report::{DynamicsPlot, DynamicsReport, Sheet, dynamics_picture};
use crate::study::{check_delta, escape};

/// Losses, weights and overlaps step by step, in the limit of large dimension
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  onset dynamics examples/phase_retrieval.toml --delta 6\n  \
    onset dynamics examples/phase_retrieval.toml --delta 6 --dim 1000 --plot dynamics.svg --json"
)]
pub(super) struct DynamicsCommand {
    #[command(flatten)]
    experiment: ExperimentOptions,
    /// Samples per dimension, n/d
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    delta: f64,
    /// Number of steps T; stands above training.steps
    #[arg(long, value_name = "T", value_parser = clap::value_parser!(i64).range(0..), allow_negative_numbers = true)]
    steps: Option<i64>,
    /// Follow training to its end, by implicit steps after the first ones
    #[arg(long, value_name = "end", value_parser = ["end"], conflicts_with_all = ["steps", "dim"])]
    at: Option<String>,
    /// Dimension d at which to predict when the hard directions are found
    #[arg(long, value_name = "D", value_parser = clap::value_parser!(u64).range(2..), allow_negative_numbers = true)]
    dim: Option<u64>,
    /// Squared part of the weights in them, |W Theta_V|^2 / |W|^2, at which they count as found
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 0.1,
        requires = "dim",
        allow_negative_numbers = true
    )]
    fraction: f64,
    #[command(flatten)]
    plot: PlotOptions,
}

impl DynamicsCommand {
    pub fn run(&self, global: &GlobalOptions) -> Result<Delivery, CliError> {
        check_delta(self.delta)?;
        let escape = escape(self.dim, self.fraction)?;
        let plot = self.experiment.files().plot(&self.plot)?;
        let steps = self.steps.map(i64::unsigned_abs);
        let experiment = self.experiment.load_for(global, steps)?;
        let study = global.study(experiment, self.at.is_some())?;
        let progress = global.progress();
        let found = study.curves(self.delta, self.at.is_some(), &progress)?;
        drop(progress);
        let report = DynamicsReport::of(&study, &found, escape)?;
        let text = global.render(|| report.text(), || report.json())?;
        let picture = |sheet: &Sheet| {
            Ok(dynamics_picture(
                &DynamicsPlot {
                    curves: report.curves,
                    reached: &report.split.reached,
                    simulation: None,
                    escape,
                    name: report.name,
                },
                sheet,
            )?)
        };
        Ok(Delivery::printed(&text).and_draw(plot.as_ref(), picture))
    }
}
