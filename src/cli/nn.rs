//! `onset nn`.

use clap::Args;

use super::options::{ExperimentOptions, GlobalOptions};
use super::output::Delivery;
use super::{CliError, interrupt};
use crate::numerics::Progress;
use crate::report::{NnReport, Provenance, hidden_remark, rung_line};
use crate::study::{Study, escape, rungs, unanswered};
use crate::threshold::Milestone;

/// The ladder of delta_NN(T) and its limit, beside delta_alg
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  onset nn examples/phase_retrieval.toml\n  \
    onset nn examples/phase_retrieval.toml --at 0 --set training.init_std=0.3 --json\n  \
    onset nn examples/phase_retrieval.toml --set training.steps=converged\n  \
    onset nn examples/phase_retrieval.toml --at 40 --dim 2000")]
pub(super) struct NnCommand {
    #[command(flatten)]
    experiment: ExperimentOptions,
    /// Steps T at which to compute delta_NN(T), at most training.steps [default: 0, a quarter, half and all of training.steps;
    /// if these are "converged", 0, 10, 20, 40, .. until the threshold stays]
    #[arg(
        long,
        value_name = "T,..",
        value_delimiter = ',',
        allow_negative_numbers = true
    )]
    at: Vec<usize>,
    /// Longest training tried where training.steps is "converged"
    #[arg(long, value_name = "T", default_value_t = 320)]
    max_steps: usize,
    /// Also the n/d above which half of all runs are predicted to find the hard directions within T steps in this dimension
    #[arg(long, value_name = "D", value_parser = clap::value_parser!(u64).range(2..), allow_negative_numbers = true)]
    dim: Option<u64>,
    /// Squared part of the weights in the hard directions, |W Theta_V|^2 / |W|^2, at which they count as found
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 0.1,
        allow_negative_numbers = true,
        requires = "dim"
    )]
    fraction: f64,
}

impl NnCommand {
    pub fn run(&self, global: &GlobalOptions) -> Result<Delivery, CliError> {
        let experiment = self.experiment.load(global)?;
        // The network is checked before anything is computed, and so before anyone waits.
        let study = Study::new(experiment)?;
        let experiment = study.experiment();
        study.student()?;
        let escape = escape(self.dim, self.fraction)?;
        let steps = rungs(experiment, &self.at, self.max_steps)?;
        study.check_memory(steps.first.last().copied().unwrap_or(0))?;
        let progress = global.progress().until(interrupt::watch()?);
        progress.report("delta_alg", 0.0);
        study.algorithmic()?;
        let problem = study.problem()?;
        let climb = problem.climb(&steps, &progress, &mut |milestone| match milestone {
            Milestone::Ahead(cost) => progress.line(&format!("note: {cost}")),
            Milestone::Rung(rung) => progress.line(&rung_line(rung)),
        })?;
        let failure = unanswered(&climb).map(CliError::Numerical);
        let escape = escape.map(|escape| problem.escape_ladder(&climb, escape, &progress));
        drop(progress);
        let report = NnReport {
            algorithmic: problem.algorithmic,
            split: problem.training.split,
            climb: &climb,
            escape: escape.as_ref(),
            hidden: hidden_remark(problem.training.split),
            provenance: Provenance::new(experiment),
            name: experiment.name.as_deref(),
        };
        let text = global.render(|| report.text(), || report.json())?;
        Ok(Delivery::printed(&text).and(failure.map_or(Ok(()), Err)))
    }
}
