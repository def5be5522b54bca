//! `onset spectrum`.

use clap::{Args, ValueEnum};

use super::CliError;
use super::options::{ExperimentOptions, GlobalOptions, PlotOptions};
use super::output::Delivery;
use crate::curvature::Side;
use crate::report::{
    Provenance, Sheet, SpectrumPlot, SpectrumReport, UnboundedCauses, hidden_remark,
    spectrum_picture,
};
use crate::study::{At, check_delta};
use crate::threshold::SpectrumAt;

/// Bulk density, edges and outliers of the Hessian at one delta and step
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  onset spectrum examples/phase_retrieval.toml --delta 6\n  \
    onset spectrum examples/phase_retrieval.toml --delta 6 --at end\n  \
    onset spectrum examples/phase_retrieval.toml --delta 6 --plot spectrum.svg --json"
)]
pub(super) struct SpectrumCommand {
    #[command(flatten)]
    experiment: ExperimentOptions,
    /// Samples per dimension, n/d
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    delta: f64,
    /// Step T of training, at most training.steps, or `end` for the end of training
    #[arg(
        long,
        value_name = "T",
        default_value = "0",
        allow_negative_numbers = true
    )]
    at: At,
    /// Side on which outliers are looked for
    #[arg(long, value_enum, default_value_t = SideName::Left)]
    side: SideName,
    #[command(flatten)]
    plot: PlotOptions,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SideName {
    Left,
    Right,
}

impl From<SideName> for Side {
    fn from(name: SideName) -> Self {
        match name {
            SideName::Left => Self::Left,
            SideName::Right => Self::Right,
        }
    }
}

impl SpectrumCommand {
    pub fn run(&self, global: &GlobalOptions) -> Result<Delivery, CliError> {
        check_delta(self.delta)?;
        let plot = self.experiment.files().plot(&self.plot)?;
        let experiment = self.experiment.load(global)?;
        let study = global.study(experiment, self.at == At::End)?;
        let experiment = study.experiment();
        let progress = global.progress();
        let found = study.spectrum(self.delta, self.at, Side::from(self.side), &progress)?;
        drop(progress);
        let SpectrumAt { spectrum, ending } = &found;
        let problem = study.problem()?;
        if let Some(remark) = hidden_remark(problem.training.split) {
            global.note(&remark);
        }
        let causes = UnboundedCauses::of(&problem, spectrum);
        let name = experiment.name.as_deref();
        let provenance = Provenance::new(experiment);
        let report = SpectrumReport {
            spectrum,
            at: self.at,
            ending: *ending,
            causes: &causes,
            provenance,
            name,
        };
        let text = global.render(|| report.text(), || report.json())?;
        let picture = |sheet: &Sheet| {
            Ok(spectrum_picture(
                &SpectrumPlot {
                    spectrum,
                    at: self.at,
                    samples: experiment.numerics.samples,
                    name,
                },
                sheet,
            )?)
        };
        Ok(Delivery::printed(&text).and_draw(plot.as_ref(), picture))
    }
}
