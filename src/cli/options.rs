//! Options that commands share.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde::Serialize;

use super::CliError;
use super::output::Files;
use super::progress::Reporter;
use crate::experiment::{Experiment, Override, Source, Template};
use crate::report::{Sheet, SheetError, to_json};
use crate::simulation::{Labels, Precision};
use crate::study::Study;

/// No machine has more cores, and starting more threads takes longer than any computation.
const MOST_THREADS: i64 = 1024;

/// A year: whoever asks for more wants --quiet.
const MOST_SECONDS: u64 = 31_557_600;

/// Options of every command, before or after its name.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub(super) struct GlobalOptions {
    /// Print one JSON object instead of a table
    #[arg(long, global = true)]
    pub json: bool,
    /// Seed of all random numbers; stands above numerics.seed
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(i64).range(0..), allow_negative_numbers = true)]
    pub seed: Option<i64>,
    /// Number of threads; results do not depend on it [default: all cores]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=MOST_THREADS), allow_negative_numbers = true)]
    pub threads: Option<u16>,
    /// No progress and no notes on standard error
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Seconds between lines of progress, at most, where standard error is no terminal
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(..=MOST_SECONDS))]
    progress_every: u64,
}

impl GlobalOptions {
    /// Starts the thread pool; to be called once, before anything runs. A pool that started by itself when it is first used
    /// would panic where it cannot.
    pub fn start_threads(&self) -> Result<(), CliError> {
        let threads = self.threads.map_or(0, usize::from);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build_global().map_err(|error| {
            CliError::Input(format!(
                "--threads: the threads of the computation cannot be started ({error}): ask for fewer, or raise the limit of \
                 processes (ulimit -u)"
            ))
        })
    }

    /// Tells how far the computation has come, unless nobody wants to know.
    pub fn progress(&self) -> Reporter {
        Reporter::new(self.quiet, Duration::from_secs(self.progress_every))
    }

    /// A remark beside the result.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            // A closed standard error is no reason to lose the result.
            let _ = writeln!(io::stderr(), "note: {text}");
        }
    }

    /// The result in the form that was asked for.
    pub fn render<J: Serialize>(
        &self,
        text: impl FnOnce() -> String,
        json: impl FnOnce() -> J,
    ) -> Result<String, CliError> {
        if self.json {
            Ok(to_json(&json())?)
        } else {
            Ok(text())
        }
    }

    /// The study of an experiment, as it is followed to the end of training where that is asked for.
    pub fn study(&self, experiment: Experiment, to_the_end: bool) -> Result<Study, CliError> {
        let study = Study::new(experiment)?;
        Ok(match to_the_end {
            true => study.to_the_end(|words| self.note(words)),
            false => study,
        })
    }

    /// Reads an experiment; `--seed` stands above `--set`, which stands above the file.
    pub fn load(
        &self,
        source: &Source,
        sets: &SetOptions,
        first: Vec<Override>,
    ) -> Result<Experiment, CliError> {
        let mut overrides = first;
        overrides.extend(self.overrides(sets)?);
        let template = Template::read(source)?.with(&overrides);
        let experiment = template.resolve(&[])?;
        if let Some(remark) = template.drawn_signs(&experiment) {
            self.note(&remark);
        }
        Ok(experiment)
    }

    /// What is set on the command line, in the order of precedence.
    pub fn overrides(&self, sets: &SetOptions) -> Result<Vec<Override>, CliError> {
        let parsed: Result<Vec<Override>, _> =
            sets.set.iter().map(|text| Override::parse(text)).collect();
        let mut overrides = parsed?;
        overrides.extend(self.seed.map(|seed| Override::new("numerics.seed", seed)));
        Ok(overrides)
    }
}

/// `--set`, for commands that read an experiment.
///
/// It is not a global option: clap would keep those given after the command's name and drop
/// those before it without a word.
#[derive(Clone, Debug, Args)]
pub(super) struct SetOptions {
    /// Set a field of the experiment, as in training.init_std=0.3; may be repeated, the later
    /// one wins, and an empty value removes the field
    #[arg(long, value_name = "SECTION.KEY=VALUE")]
    pub set: Vec<String>,
}

/// Where a picture goes, and how it looks.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Pictures")]
pub(super) struct PlotOptions {
    /// Draw the result into this file (.svg, .pdf or .png)
    #[arg(long, value_name = "FILE")]
    pub plot: Option<PathBuf>,
    /// Width of the picture, for paper: 3.4in, 86mm, 245pt [default: 900px]
    #[arg(long, value_name = "WIDTH", requires = "plot")]
    pub(super) size: Option<String>,
    /// Size of the words in points [default: 8 with --size, else 12]
    #[arg(
        long,
        value_name = "POINTS",
        requires = "plot",
        allow_negative_numbers = true
    )]
    pub(super) font_size: Option<f64>,
    /// Leave titles to the caption
    #[arg(long, requires = "plot")]
    pub(super) no_title: bool,
    /// Write the program (Python, matplotlib) that draws the picture from its numbers
    #[arg(long, value_name = "FILE.py", requires = "plot")]
    pub script: Option<PathBuf>,
}

impl PlotOptions {
    /// The sheet that is drawn on.
    pub fn sheet(&self) -> Result<Sheet, CliError> {
        Sheet::new(self.size.as_deref(), self.font_size, !self.no_title).map_err(|error| {
            let option = match error {
                SheetError::Font { .. } => "--font-size",
                SheetError::Width(_) | SheetError::Range => "--size",
            };
            CliError::Input(format!("{option}: {error}"))
        })
    }
}

/// Beyond, the error bars are smaller than anything they are compared with.
pub(super) const MOST_RUNS: u64 = 1 << 20;

/// What the data of a simulation are like.
#[derive(Debug, Args)]
pub(super) struct DataOptions {
    /// Draw the hard latents of the labels independently of the inputs: training without growth of the signal
    #[arg(long)]
    null: bool,
    /// Store inputs in single precision: half the memory, and faster
    #[arg(long)]
    f32: bool,
}

impl DataOptions {
    /// What labels are made of.
    pub fn labels(&self) -> Labels {
        if self.null {
            Labels::Null
        } else {
            Labels::OfInputs
        }
    }

    /// How inputs are stored.
    pub fn precision(&self) -> Precision {
        if self.f32 {
            Precision::Single
        } else {
            Precision::Double
        }
    }
}

/// The experiment and what is set in it.
#[derive(Debug, Args)]
pub(super) struct ExperimentOptions {
    /// Experiment file (TOML), or `-` for standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub sets: SetOptions,
}

impl ExperimentOptions {
    /// Reads the experiment.
    pub fn load(&self, global: &GlobalOptions) -> Result<Experiment, CliError> {
        self.load_for(global, None)
    }

    /// Reads the experiment with another number of steps, which stands above `--set`.
    pub fn load_for(
        &self,
        global: &GlobalOptions,
        steps: Option<u64>,
    ) -> Result<Experiment, CliError> {
        global.load(&self.source(), &self.sets_with(steps), Vec::new())
    }

    /// The files of a command that reads this experiment.
    pub fn files(&self) -> Files {
        let mut files = Files::new();
        files.reads("the experiment", &self.file);
        files
    }

    /// Where the experiment stands.
    pub fn source(&self) -> Source {
        Source::from_argument(self.file.clone())
    }

    /// What is set, and another number of steps, which stands above it.
    pub fn sets_with(&self, steps: Option<u64>) -> SetOptions {
        let mut sets = self.sets.clone();
        let steps = steps.map(|steps| format!("training.steps={steps}"));
        sets.set.extend(steps);
        sets
    }
}
