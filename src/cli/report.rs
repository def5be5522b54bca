//! `onset report`.

use std::path::PathBuf;

use clap::Args;

use super::options::{ExperimentOptions, GlobalOptions, MOST_RUNS};
use super::output::Delivery;
use super::validate::conclusion;
use super::{CliError, interrupt};
use crate::diagram::Axis;
use crate::overview::{BoundaryRequest, Request, Runs};
use crate::report::{PageReport, rung_line};
use crate::study::{At, Study, unanswered};
use crate::threshold::Milestone;

/// One page (HTML, no network needed) with thresholds, ladder, spectra over n/d and the first steps of training
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  onset report examples/phase_retrieval.toml -o page.html --draft\n  \
    onset report examples/phase_retrieval.toml -o page.html --spectra-at 0,10\n  \
    onset report examples/phase_retrieval.toml -o page.html --boundary training.init_std=log:0.1..1:8 --simulate --runs 4"
)]
pub(super) struct ReportCommand {
    #[command(flatten)]
    experiment: ExperimentOptions,
    /// The page to write (.html)
    #[arg(long, short, value_name = "FILE.html")]
    output: PathBuf,
    /// Rungs of the ladder, as for nn [default: 0, training.steps, and the rungs that lead to the end]
    #[arg(
        long,
        value_name = "T,..",
        value_delimiter = ',',
        allow_negative_numbers = true
    )]
    at: Vec<At>,
    /// A first look at the ladder, with a wide error bar
    #[arg(long)]
    draft: bool,
    /// Steps whose spectra can be looked at; each takes a run of training for every n/d
    #[arg(
        long,
        value_name = "T,..",
        value_delimiter = ',',
        default_value = "0",
        allow_negative_numbers = true
    )]
    spectra_at: Vec<usize>,
    /// Places of the slider over n/d
    #[arg(long, value_name = "N", default_value_t = 25, value_parser = clap::value_parser!(u16).range(2..=200), allow_negative_numbers = true)]
    frames: u16,
    /// n/d of the first steps of training [default: twice the largest threshold that was found]
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    delta: Option<f64>,
    /// The phase boundary: delta_NN over KEY=LO..HI:N, KEY=log:LO..HI:N or KEY=VALUE,.., a numeric field of the experiment
    #[arg(long, value_name = "AXIS", allow_hyphen_values = true)]
    boundary: Option<String>,
    /// Step T of the boundary, or `end` [default: 0]
    #[arg(
        long,
        value_name = "T",
        requires = "boundary",
        allow_negative_numbers = true
    )]
    boundary_at: Option<At>,
    /// Theory beside simulation, at the n/d of the first steps of training; exit code 1 where they disagree
    #[arg(long)]
    simulate: bool,
    /// Dimensions d of the simulation
    #[arg(
        long,
        value_name = "D,..",
        value_delimiter = ',',
        default_values_t = [200, 400],
        requires = "simulate",
        allow_negative_numbers = true
    )]
    dim: Vec<usize>,
    /// Independent runs at each dimension
    #[arg(long, value_name = "N", default_value_t = 12, requires = "simulate", value_parser = clap::value_parser!(u64).range(2..=MOST_RUNS), allow_negative_numbers = true)]
    runs: u64,
}

impl ReportCommand {
    pub fn run(&self, global: &GlobalOptions) -> Result<Delivery, CliError> {
        let request = self.request()?;
        let file = self.experiment.files().data("--output", &self.output)?;
        let study = Study::new(self.experiment.load(global)?)?;
        request.check(&study)?;
        let progress = global.progress().until(interrupt::watch()?);
        let overview = request.answer(&study, &progress, &mut |milestone| match milestone {
            Milestone::Ahead(cost) => progress.line(&format!("note: {cost}")),
            Milestone::Rung(rung) => progress.line(&rung_line(rung)),
        })?;
        drop(progress);
        let page = PageReport::of(&study, &request, &overview)?;
        let html = page.html()?;
        let text = global.render(|| page.nn.text(), || page.nn.json())?;
        let failure = unanswered(&overview.nn.climb).map(CliError::Numerical);
        let compared = overview.simulation.as_ref().map_or(Ok(()), conclusion);
        let written = Delivery::printed(&text).and_write(Some(&file), || Ok(html));
        if written.is_out() {
            let page = file.path().display();
            global.note(&format!("{page} is written: open it in a browser"));
        }
        Ok(written.and(failure.map_or(Ok(()), Err)).and(compared))
    }

    fn request(&self) -> Result<Request, CliError> {
        let axis = self.boundary.as_deref();
        let axis = axis
            .map(|text| Axis::parse("--boundary", text))
            .transpose()?;
        Ok(Request {
            at: self.at.clone(),
            draft: self.draft,
            spectra_at: self.spectra_at.clone(),
            frames: self.frames,
            delta: self.delta,
            boundary: axis.map(|axis| BoundaryRequest {
                axis,
                at: self.boundary_at,
            }),
            simulation: self.simulate.then(|| Runs {
                dims: self.dim.clone(),
                runs: self.runs,
            }),
        })
    }
}
