//! `onset nn`.

use clap::Args;

use super::options::{ExperimentOptions, GlobalOptions};
use super::{CliError, compute};
use crate::recovery::Threshold;
use crate::report::{Limit, NnReport, Provenance};

/// The ladder of delta_NN(T) and its limit, beside delta_alg
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  onset nn examples/phase_retrieval.toml\n  \
    onset nn examples/phase_retrieval.toml --at 0 --set training.init_std=0.3 --json")]
pub(super) struct NnCommand {
    #[command(flatten)]
    experiment: ExperimentOptions,
    /// Steps T at which to compute delta_NN(T); this version knows T = 0
    #[arg(
        long,
        value_name = "T,..",
        value_delimiter = ',',
        default_value = "0",
        allow_negative_numbers = true
    )]
    at: Vec<u64>,
}

impl NnCommand {
    pub fn run(&self, global: &GlobalOptions) -> Result<String, CliError> {
        for steps in &self.at {
            compute::only_at_initialisation(*steps)?;
        }
        let experiment = self.experiment.load(global)?;
        // The network is checked before anything is computed, and so before anyone waits.
        let problem = compute::Problem::new(&experiment)?;
        compute::note_steps(global, &experiment);
        let progress = global.progress();
        let (algorithmic, rung) = compute::initial_threshold(&problem, &experiment, &progress)?;
        drop(progress);
        let limit = Limit {
            delta_nn: Threshold::Undefined {
                reason: "the limit in T needs phase 1, which this version does not compute".into(),
            },
            converged: false,
        };
        let report = NnReport {
            algorithmic: &algorithmic,
            ladder: &[rung],
            limit: &limit,
            provenance: Provenance::new(&experiment),
            name: experiment.name.as_deref(),
        };
        global.render(|| report.text(), || report.json())
    }
}
