//! `onset show`.

use clap::Args;

use super::CliError;
use super::options::{ExperimentOptions, GlobalOptions};
use super::output::Delivery;
use crate::report::{Provenance, ShowReport};

/// The experiment as it would run: checked, every default filled in
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  onset show examples/phase_retrieval.toml --set network.scale=1/m > resolved.toml"
)]
pub(super) struct ShowCommand {
    #[command(flatten)]
    experiment: ExperimentOptions,
}

impl ShowCommand {
    pub fn run(&self, global: &GlobalOptions) -> Result<Delivery, CliError> {
        let experiment = self.experiment.load(global)?;
        experiment.check()?;
        let toml = experiment.to_toml()?;
        let fingerprint = experiment.fingerprint()?;
        let report = ShowReport {
            toml: &toml,
            fingerprint: &fingerprint,
            provenance: Provenance::new(&experiment),
        };
        let text = global.render(|| report.text(), || report.json())?;
        Ok(Delivery::printed(&text))
    }
}
