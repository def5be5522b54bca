//! `onset nn`.

use clap::Args;

use super::options::{ExperimentOptions, GlobalOptions, PlotOptions};
use super::output::Delivery;
use super::{CliError, interrupt};
use crate::report::{LadderPlot, NnReport, Sheet, ladder_picture, rung_line};
use crate::study::{At, NnQuestion, Study, unanswered};
use crate::threshold::{Effort, Milestone};

/// The ladder of delta_NN(T) and its limit, beside delta_alg
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  onset nn examples/phase_retrieval.toml\n  \
    onset nn examples/phase_retrieval.toml --draft --plot ladder.svg\n  \
    onset nn examples/phase_retrieval.toml --at 0 --set training.init_std=0.3 --json\n  \
    onset nn examples/phase_retrieval.toml --at 10,40 --dim 2000")]
pub(super) struct NnCommand {
    #[command(flatten)]
    experiment: ExperimentOptions,
    /// Steps T at which to compute delta_NN(T), at most training.steps, and end for the end of training [default: 0, training.steps, and
    /// the rungs that lead to the end]
    #[arg(
        long,
        value_name = "T,..",
        value_delimiter = ',',
        allow_negative_numbers = true
    )]
    at: Vec<At>,
    /// Relative error of delta_NN that is asked for: replicates are added until it is reached
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 0.02,
        allow_negative_numbers = true
    )]
    error: f64,
    /// Sample paths of all replicates together, at most, on the way to the end of training [default: numerics.samples times
    /// numerics.replicates]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(512..=1 << 28), allow_negative_numbers = true)]
    most_samples: Option<u64>,
    /// A first look in seconds, with a wide error bar
    #[arg(long, conflicts_with = "most_samples")]
    draft: bool,
    /// The longest training on the way to its end
    #[arg(long, value_name = "T", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..=10_000_000), allow_negative_numbers = true)]
    max_steps: u64,
    /// Dimension d for which to predict the n/d above which half of all runs find the hard directions within T steps; none leaves it
    /// out [default: 1000; with --at, none]
    #[arg(long, value_name = "D", value_parser = dimension, allow_negative_numbers = true)]
    dim: Option<Dimension>,
    /// Squared part of the weights in the hard directions, |W Theta_V|^2 / |W|^2, at which they count as found
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 0.1,
        allow_negative_numbers = true
    )]
    fraction: f64,
    #[command(flatten)]
    plot: PlotOptions,
}

/// d, or none.
type Dimension = Option<u64>;

fn dimension(text: &str) -> Result<Dimension, String> {
    match text {
        "none" => Ok(None),
        number => match number.parse() {
            Ok(dim) if dim >= 2 => Ok(Some(dim)),
            _ => Err("expected a dimension of at least 2, or none".to_owned()),
        },
    }
}

/// d where nobody asks for another one.
const DIM: u64 = 1000;

impl NnCommand {
    pub fn run(&self, global: &GlobalOptions) -> Result<Delivery, CliError> {
        let question = self.question();
        question.check()?;
        let plot = self.experiment.files().plot(&self.plot)?;
        let study = Study::new(self.experiment.load(global)?)?;
        let progress = global.progress().until(interrupt::watch()?);
        let answer = study.nn(&question, &progress, &mut |milestone| match milestone {
            Milestone::Ahead(cost) => progress.line(&format!("note: {cost}")),
            Milestone::Rung(rung) => progress.line(&rung_line(rung)),
        })?;
        drop(progress);
        let report = NnReport::of(&study, &answer)?;
        let text = global.render(|| report.text(), || report.json())?;
        let failure = unanswered(&answer.climb).map(CliError::Numerical);
        let picture = |sheet: &Sheet| {
            Ok(ladder_picture(
                &LadderPlot {
                    climb: &answer.climb,
                    delta_alg: &report.algorithmic.delta_alg,
                    escape: answer.escape.as_ref(),
                    name: report.name,
                },
                sheet,
            )?)
        };
        Ok(Delivery::printed(&text)
            .and_draw(plot.as_ref(), picture)
            .and(failure.map_or(Ok(()), Err)))
    }

    fn question(&self) -> NnQuestion {
        let effort = Effort {
            error: self.error,
            most_samples: self.most_samples.map(|most| most as usize),
            longest: self.max_steps as usize,
            draft: self.draft,
        };
        let by_default = self.at.is_empty().then_some(DIM);
        NnQuestion {
            at: self.at.clone(),
            effort,
            dim: self.dim.unwrap_or(by_default),
            fraction: self.fraction,
        }
    }
}
