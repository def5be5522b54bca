//! `onset nn`.

use clap::Args;

use super::options::{ExperimentOptions, GlobalOptions};
use super::output::Delivery;
use super::{CliError, compute, interrupt};
use crate::experiment::{Experiment, Steps as TrainingSteps};
use crate::numerics::Progress;
use crate::report::{NnReport, Provenance, rung_line};
use crate::study::Study;
use crate::threshold::{Climb, Milestone, Steps};

/// The first rungs of a ladder without end.
const FIRST_RUNGS: [usize; 3] = [10, 20, 40];

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
        let escape = compute::escape(self.dim, self.fraction)?;
        let steps = self.steps(experiment)?;
        study.check_memory(steps.first.last().copied().unwrap_or(0))?;
        let progress = global.progress().until(interrupt::watch()?);
        progress.report("delta_alg", 0.0);
        study.algorithmic()?;
        let problem = study.problem()?;
        let mut climb = problem.climb(&steps, &progress, &mut |milestone| match milestone {
            Milestone::Ahead(cost) => progress.line(&format!("note: {cost}")),
            Milestone::Rung(rung) => progress.line(&rung_line(rung)),
        })?;
        let failure = failure(&mut climb);
        let escape = escape.map(|escape| problem.escape_ladder(&climb, escape, &progress));
        drop(progress);
        let report = NnReport {
            algorithmic: problem.algorithmic,
            split: problem.training.split,
            climb: &climb,
            escape: escape.as_ref(),
            hidden: compute::hidden_remark(problem.training.split),
            provenance: Provenance::new(experiment),
            name: experiment.name.as_deref(),
        };
        let text = global.render(|| report.text(), || report.json())?;
        Ok(Delivery::printed(&text).and(failure.map_or(Ok(()), Err)))
    }

    /// The rungs asked for, increasing.
    fn steps(&self, experiment: &Experiment) -> Result<Steps, CliError> {
        let mut first = self.at.clone();
        for step in &first {
            compute::check_step(experiment, *step)?;
        }
        let mut most = None;
        if self.at.is_empty() {
            first.push(0);
            match experiment.training()?.steps {
                TrainingSteps::Count(count) => {
                    let count = usize::try_from(count).unwrap_or(usize::MAX);
                    first.extend([count / 4, count / 2, count]);
                }
                TrainingSteps::Converged => {
                    first.extend(FIRST_RUNGS.iter().filter(|t| **t <= self.max_steps));
                    most = Some(self.max_steps);
                }
            }
        }
        first.sort_unstable();
        first.dedup();
        Ok(Steps { first, most })
    }
}

/// What stood in the way of an answer: the experiment could be read, and what was found is printed beside it.
fn failure(climb: &mut Climb) -> Option<CliError> {
    if climb.interrupted {
        return None;
    }
    let failed = climb.failure.take().map(|error| error.to_string());
    let failed = failed.or_else(|| climb.unanswered().map(ToString::to_string));
    failed.map(CliError::Numerical)
}
