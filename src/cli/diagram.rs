//! `onset diagram`.

use std::path::PathBuf;

use clap::Args;

use super::deliver::{Deliver, OutputOptions};
use super::options::{ExperimentOptions, GlobalOptions};
use super::output::{Delivery, Files};
use super::{CliError, interrupt};
use crate::diagram::{
    Axis, Diagram, Fingerprint, Header, Journal, Options, Plan, Quantity, Request, Shard, fill,
};
use crate::experiment::Template;
use crate::threshold::At;

/// One quantity over one or two axes: a curve, or a phase diagram
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct DiagramCommand {
    #[command(flatten)]
    experiment: ExperimentOptions,
    /// Horizontal axis: KEY=LO..HI:N, KEY=log:LO..HI:N or KEY=VALUE,.. over delta, dim or a numeric field of the experiment
    #[arg(long, value_name = "AXIS", allow_hyphen_values = true)]
    x: String,
    /// Vertical axis; without it the diagram is a curve
    #[arg(long, value_name = "AXIS", allow_hyphen_values = true)]
    y: Option<String>,
    /// margin, outlier, overlap, delta_nn, delta_alg, escape_time or success_fraction
    #[arg(long, value_name = "NAME", default_value = "margin", value_parser = Quantity::parse)]
    quantity: Quantity,
    /// Samples per dimension, n/d, where that is no axis
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    delta: Option<f64>,
    /// Step at which the Hessian is taken, at most training.steps, or `end` for the end of training [default: 0]
    #[arg(long, value_name = "T", allow_negative_numbers = true)]
    at: Option<At>,
    /// Number of steps of training; stands above training.steps
    #[arg(long, value_name = "T", value_parser = clap::value_parser!(i64).range(0..), allow_negative_numbers = true)]
    steps: Option<i64>,
    /// Dimension d of escape_time and success_fraction, where that is no axis
    #[arg(long, value_name = "D", allow_negative_numbers = true)]
    dim: Option<u64>,
    /// escape_time, success_fraction: squared part of the weights in the hard directions at which these count as found
    /// [default: 0.1]
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    fraction: Option<f64>,
    /// success_fraction: independent runs of a cell [default: 8]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1 << 20), allow_negative_numbers = true)]
    runs: Option<u64>,
    /// Compute cells near the phase boundary only (margin, success_fraction): a coarse lattice, refined where its corners
    /// lie on different sides
    #[arg(long, conflicts_with = "shard")]
    adaptive: bool,
    #[command(flatten)]
    output: OutputOptions,
    /// File to which every finished cell is added at once, and which is kept [default: that of --output, ending in .journal, removed
    /// when all cells are in their files]
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Continue the journal if there is one, and begin it if there is none
    #[arg(long)]
    resume: bool,
    /// Compute part i of N, counted from 0, into the journal; `slurm`: the part is the task's place in its Slurm array
    #[arg(long, value_name = "i/N", requires = "journal", conflicts_with_all = ["output", "plot", "json"], allow_hyphen_values = true)]
    shard: Option<String>,
}

const AFTER_HELP: &str = "Examples:
  onset diagram examples/phase_retrieval.toml --x delta=0.5..8:32 --y training.init_std=0.1..1:16 --output margin.csv
  onset diagram examples/phase_retrieval.toml --x training.init_std=0.1..1:10 --quantity delta_nn
  onset diagram examples/phase_retrieval.toml --x delta=log:0.5..8:64 --y training.init_std=0.1..1:32 --shard 0/4 --journal 0.journal --resume
  onset merge 0.journal 1.journal 2.journal 3.journal --output margin.csv

Ctrl-C, or SIGTERM from a batch system, ends a diagram with the cells that are finished. A killed run loses the cells under
way; the same command with --resume computes the rest, and a finished diagram is shown again without any computation. A cell that fails is recorded with its reason, and the exit code is
then 1.";

impl DiagramCommand {
    pub fn run(&self, global: &GlobalOptions) -> Result<Delivery, CliError> {
        let request = self.request()?;
        let mut files = self.experiment.files();
        let deliver = Deliver::prepare(&self.output, &mut files)?;
        let path = self.journal_path(&deliver, &mut files)?;
        let template = self.template(global)?;
        let plan = Plan::new(&template, request)?;
        let fingerprint = Fingerprint::new(&plan, &template)?;
        let shard = self.shard()?;
        let stop = interrupt::watch()?;
        let stored = || deliver.stored(global, &fingerprint);
        if let Some(cells) = shard.is_none().then(stored).flatten() {
            let diagram = Diagram::new(&plan.request, cells);
            return deliver.whole(global, &fingerprint, &diagram, &stop);
        }
        let wanted: Vec<usize> = match shard {
            Some(shard) => shard.cells(&plan),
            None => (0..plan.request.cells()).collect(),
        };
        let header = Header::new(fingerprint.clone(), shard);
        let place = path.as_deref().map(|path| (path, self.resume));
        let (mut journal, mut cells) =
            Journal::of(place, &header, &mut |words| global.note(words))?;
        let progress = global.progress();
        fill(&plan, &wanted, &mut journal, &mut cells, &progress, &stop)?;
        drop(progress);
        let diagram = Diagram::new(&plan.request, cells);
        match shard {
            Some(shard) if diagram.cells.len() < wanted.len() => {
                Err(unfinished(shard, &diagram, wanted.len()))
            }
            Some(shard) => Ok(deliver.part(shard, &diagram)),
            None => {
                let delivery = deliver.whole(global, &fingerprint, &diagram, &stop)?;
                drop(journal);
                let done = !diagram.interrupted && delivery.is_out();
                if let Some(path) = path.filter(|_| done && self.journal.is_none()) {
                    // a journal that stays is no harm: the same command shows it again
                    let _ = std::fs::remove_file(path);
                }
                Ok(delivery)
            }
        }
    }

    fn request(&self) -> Result<Request, CliError> {
        let y = self.y.as_deref().map(|text| Axis::parse("--y", text));
        let request = Request {
            quantity: self.quantity,
            x: Axis::parse("--x", &self.x)?,
            y: y.transpose()?,
            options: Options {
                delta: self.delta,
                at: self.at,
                dim: self.dim,
                fraction: self.fraction,
                runs: self.runs,
            },
            adaptive: self.adaptive,
        };
        request.check_steps(self.steps.map(i64::unsigned_abs))?;
        Ok(request.complete()?)
    }

    fn template(&self, global: &GlobalOptions) -> Result<Template, CliError> {
        let sets = self.experiment.sets_with(self.steps.map(i64::unsigned_abs));
        let template = Template::read(&self.experiment.source())?;
        Ok(template.with(&global.overrides(&sets)?))
    }

    fn shard(&self) -> Result<Option<Shard>, CliError> {
        let variable = |name: &str| std::env::var(name).ok();
        let shard = self.shard.as_deref();
        let shard = shard.map(|text| Shard::parse(text, &variable));
        Ok(shard.transpose()?)
    }

    fn journal_path(
        &self,
        deliver: &Deliver,
        files: &mut Files,
    ) -> Result<Option<PathBuf>, CliError> {
        let default = || deliver.data().map(|data| data.with_extension("journal"));
        let path = self.journal.clone().or_else(default);
        if path.is_none() && self.resume {
            return Err(CliError::Input(
                "--resume: there is no journal to continue, give --journal or --output".into(),
            ));
        }
        if let Some(path) = &path {
            files.writes("--journal", path)?;
        }
        Ok(path)
    }
}

/// A part is no result by itself: whoever merges has to know that it is not whole.
fn unfinished(shard: Shard, diagram: &Diagram, wanted: usize) -> CliError {
    CliError::Interrupted(format!(
        "part {} of {} was interrupted: {} of its {wanted} cells are in the journal, the same command with --resume computes \
         the rest",
        shard.index,
        shard.count,
        diagram.cells.len(),
    ))
}
