//! `onset report`.

use std::path::PathBuf;

use clap::Args;

use super::options::{ExperimentOptions, GlobalOptions};
use super::output::Delivery;
use super::{CliError, interrupt};
use crate::curvature::Side;
use crate::experiment::Steps;
use crate::hessian::Spectrum;
use crate::numerics::Progress;
use crate::report::{
    DynamicsReport, Frames, NnReport, PageReport, Provenance, hidden_remark, rung_line,
};
use crate::study::{At, NnAnswer, NnQuestion, Study, check_delta, check_step, unanswered};
use crate::threshold::{Effort, Milestone};

/// One page (HTML, no network needed) with thresholds, ladder, spectra over n/d and the first steps of training
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  onset report examples/phase_retrieval.toml -o page.html --draft\n  \
    onset report examples/phase_retrieval.toml -o page.html --spectra-at 0,10"
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
}

/// d of the prediction for finite dimension.
const DIM: u64 = 1000;
/// n/d of training where no threshold was found.
const FALLBACK: f64 = 6.0;

impl ReportCommand {
    pub fn run(&self, global: &GlobalOptions) -> Result<Delivery, CliError> {
        self.delta.map(check_delta).transpose()?;
        let file = self.experiment.files().data("--output", &self.output)?;
        let study = Study::new(self.experiment.load(global)?)?;
        let experiment = study.experiment();
        for steps in &self.spectra_at {
            check_step(experiment, At::Steps(*steps))?;
        }
        let progress = global.progress().until(interrupt::watch()?);
        let question = self.question();
        let answer = study.nn(&question, &progress, &mut |milestone| match milestone {
            Milestone::Ahead(cost) => progress.line(&format!("note: {cost}")),
            Milestone::Rung(rung) => progress.line(&rung_line(rung)),
        })?;
        let largest = largest_threshold(&study, &answer)?;
        let spectra = self.spectra(&study, largest, &progress)?;
        let delta = self
            .delta
            .unwrap_or_else(|| rounded(2.0 * largest.unwrap_or(FALLBACK / 2.0)));
        let trains = matches!(experiment.training()?.steps, Steps::Count(steps) if steps > 0);
        let curves = trains.then(|| study.curves(delta, false, &progress));
        let curves = curves.transpose()?;
        drop(progress);
        let frames: Vec<Frames> = self
            .spectra_at
            .iter()
            .zip(&spectra)
            .map(|(steps, spectra)| Frames {
                steps: *steps,
                spectra,
            })
            .collect();
        let problem = study.problem()?;
        let (provenance, name) = (Provenance::new(experiment), experiment.name.as_deref());
        let page = PageReport {
            nn: NnReport {
                algorithmic: problem.algorithmic,
                split: problem.split(),
                climb: &answer.climb,
                escape: answer.escape.as_ref(),
                hidden: hidden_remark(problem.split()),
                provenance,
                name,
            },
            dynamics: curves.as_ref().map(|(curves, ending)| DynamicsReport {
                curves,
                ending: *ending,
                split: problem.split(),
                escape: None,
                provenance,
                name,
            }),
            frames: &frames,
            command: &typed(),
            toml: &experiment.to_toml()?,
        };
        let html = page.html()?;
        let text = global.render(|| page.nn.text(), || page.nn.json())?;
        let failure = unanswered(&answer.climb).map(CliError::Numerical);
        Ok(Delivery::printed(&text)
            .and_write(Some(&file), || Ok(html))
            .and(failure.map_or(Ok(()), Err)))
    }

    fn question(&self) -> NnQuestion {
        NnQuestion {
            at: self.at.clone(),
            effort: Effort {
                draft: self.draft,
                ..Effort::default()
            },
            dim: self.at.is_empty().then_some(DIM),
            fraction: 0.1,
        }
    }

    /// For every step the spectra from below the first threshold to well above the last.
    fn spectra(
        &self,
        study: &Study,
        largest: Option<f64>,
        progress: &dyn Progress,
    ) -> Result<Vec<Vec<Spectrum>>, CliError> {
        let lowest = study.algorithmic()?.delta_alg.finite().map(|alg| alg.value);
        let low = 0.8 * lowest.filter(|alg| *alg > 0.0).unwrap_or(0.5);
        let high = 3.0 * largest.unwrap_or(FALLBACK / 2.0).max(low);
        let last = f64::from(self.frames - 1);
        let deltas = (0..self.frames).map(|i| low * (high / low).powf(f64::from(i) / last));
        let deltas: Vec<f64> = deltas.map(rounded).collect();
        let of_step = |steps: &usize| {
            let spectrum = |delta: &f64| {
                let found = study.spectrum(*delta, *steps, Side::Left, progress)?;
                Ok(found.spectrum)
            };
            deltas
                .iter()
                .map(spectrum)
                .collect::<Result<Vec<Spectrum>, CliError>>()
        };
        self.spectra_at.iter().map(of_step).collect()
    }
}

/// Four digits: what the page shows.
fn rounded(delta: f64) -> f64 {
    format!("{delta:.3e}").parse().unwrap_or(delta)
}

/// The largest finite threshold of the ladder, its limit and the best algorithm.
fn largest_threshold(study: &Study, answer: &NnAnswer) -> Result<Option<f64>, CliError> {
    let alg = study.algorithmic()?.delta_alg.finite();
    let rungs = answer
        .climb
        .rungs
        .iter()
        .filter_map(|rung| rung.delta_nn.finite());
    let all = alg
        .into_iter()
        .chain(answer.climb.limit.value())
        .chain(rungs);
    Ok(all
        .map(|number| number.value)
        .filter(|value| *value > 0.0)
        .max_by(f64::total_cmp))
}

/// The command line, with what a shell would part in quotes.
fn typed() -> String {
    let quoted = |word: String| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=,:+^".contains(c);
        match !word.is_empty() && word.chars().all(plain) {
            true => word,
            false => format!("'{}'", word.replace('\'', "'\\''")),
        }
    };
    let words = std::env::args_os()
        .skip(1)
        .map(|word| quoted(word.to_string_lossy().into_owned()));
    std::iter::once("onset".to_owned())
        .chain(words)
        .collect::<Vec<_>>()
        .join(" ")
}
