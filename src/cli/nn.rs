//! `onset nn`.

use clap::Args;

use super::options::{ExperimentOptions, GlobalOptions};
use super::output::Delivery;
use super::{CliError, compute};
use crate::experiment::{Experiment, Steps};
use crate::numerics::Progress;
use crate::phase1::Escape;
use crate::recovery::{Threshold, algorithmic_threshold};
use crate::report::{EscapeThresholds, NnReport, Provenance};
use crate::threshold::{Limit, Rung, Setting, TrainedProblem};

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
        let setting = Setting::new(&experiment)?;
        let escape = compute::escape(self.dim, self.fraction)?;
        let steps = self.steps(&experiment)?;
        setting.check_memory(steps.iter().copied().max().unwrap_or(0))?;
        let open = experiment.training()?.steps == Steps::Converged && self.at.is_empty();
        let progress = global.progress();
        progress.report("delta_alg", 0.0);
        let algorithmic = algorithmic_threshold(&setting.target)?;
        let trained = setting.trained(&algorithmic)?;
        compute::announce(global, &trained, steps.iter().copied().max().unwrap_or(0))?;
        let mut ladder = rungs(&trained, &steps, &progress)?;
        let mut limit = Limit::of(&ladder);
        while open && !limit.converged {
            let next = ladder.last().map_or(0, |rung| 2 * rung.steps);
            if next == 0 || next > self.max_steps {
                break;
            }
            compute::announce(global, &trained, next)?;
            ladder.extend(trained.ladder(&[next], &progress)?);
            limit = Limit::of(&ladder);
        }
        let escape = escape
            .map(|escape| escape_thresholds(&trained, &ladder, escape, &progress))
            .transpose()?;
        drop(progress);
        let report = NnReport {
            algorithmic: &algorithmic,
            split: trained.split(),
            ladder: &ladder,
            limit: &limit,
            escape: escape.as_ref(),
            hidden: compute::hidden_remark(&trained),
            provenance: Provenance::new(&experiment),
            name: experiment.name.as_deref(),
        };
        let text = global.render(|| report.text(), || report.json())?;
        Ok(Delivery::printed(&text))
    }

    /// The rungs asked for, increasing.
    fn steps(&self, experiment: &Experiment) -> Result<Vec<usize>, CliError> {
        let mut steps = self.at.clone();
        for step in &steps {
            compute::check_step(experiment, *step)?;
        }
        if self.at.is_empty() {
            steps.push(0);
            match experiment.training()?.steps {
                Steps::Count(count) => {
                    let count = usize::try_from(count).unwrap_or(usize::MAX);
                    steps.extend([count / 4, count / 2, count]);
                }
                Steps::Converged => {
                    steps.extend(FIRST_RUNGS.iter().filter(|t| **t <= self.max_steps));
                }
            }
        }
        steps.sort_unstable();
        steps.dedup();
        Ok(steps)
    }
}

/// delta_NN(T) for an increasing list of steps.
fn rungs(
    problem: &TrainedProblem<'_>,
    steps: &[usize],
    progress: &dyn Progress,
) -> Result<Vec<Rung>, CliError> {
    let mut ladder = Vec::new();
    if steps.first() == Some(&0) {
        ladder.push(problem.initial().threshold(progress)?);
    }
    let trained: Vec<usize> = steps.iter().copied().filter(|steps| *steps > 0).collect();
    if !trained.is_empty() {
        ladder.extend(problem.ladder(&trained, progress)?);
    }
    Ok(ladder)
}

/// The effective thresholds at a finite dimension, for every trained rung.
fn escape_thresholds(
    problem: &TrainedProblem<'_>,
    ladder: &[Rung],
    escape: Escape,
    progress: &dyn Progress,
) -> Result<EscapeThresholds, CliError> {
    let steps: Vec<usize> = ladder
        .iter()
        .map(|rung| rung.steps)
        .filter(|steps| *steps > 0)
        .collect();
    let nothing_hard = problem.split().hard.nrows() == 0;
    let thresholds: Vec<Threshold> = if steps.is_empty() || nothing_hard {
        Vec::new()
    } else {
        let questions: Vec<_> = steps.iter().map(|steps| (*steps, escape)).collect();
        problem.escape_thresholds(&questions, progress)?
    };
    Ok(EscapeThresholds {
        escape,
        thresholds: steps.into_iter().zip(thresholds).collect(),
    })
}
