//! `onset alg`.

use std::path::PathBuf;

use clap::Args;

use super::CliError;
use super::options::{GlobalOptions, PlotOptions, SetOptions};
use super::output::{Delivery, Files};
use crate::experiment::{Experiment, Override, Source};
use crate::report::{AlgReport, MomentsPlot, Picture, Sheet, moments_picture};
use crate::study::Study;
use crate::teacher::{LabelMoments, MAX_EXACT_LATENT, Teacher, TeacherError};

/// Easy/hard split and delta_alg, the threshold of the best first-order method
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  onset alg examples/phase_retrieval.toml\n  \
    onset alg --link 'z1*z2'\n  onset alg --link 'z1^2' --channel gaussian --noise 0.1 --json\n  \
    onset alg --link 'z1*z2' --plot product.svg"
)]
pub(super) struct AlgCommand {
    /// Experiment file (TOML), or `-` for standard input
    #[arg(value_name = "FILE", required_unless_present = "link")]
    file: Option<PathBuf>,
    /// Link: an expression in z1..z9 or a built-in name, instead of a file
    #[arg(
        long,
        value_name = "EXPR",
        conflicts_with = "file",
        allow_hyphen_values = true
    )]
    link: Option<String>,
    /// Channel of --link: deterministic, gaussian, flip, logistic or poisson
    #[arg(long, value_name = "NAME", requires = "link")]
    channel: Option<String>,
    /// Noise of --channel: standard deviation, or probability of a flip
    #[arg(
        long,
        value_name = "NUMBER",
        requires = "link",
        allow_negative_numbers = true
    )]
    noise: Option<f64>,
    #[command(flatten)]
    plot: PlotOptions,
    #[command(flatten)]
    sets: SetOptions,
}

impl AlgCommand {
    pub fn run(&self, global: &GlobalOptions) -> Result<Delivery, CliError> {
        let mut files = Files::new();
        if let Some(path) = &self.file {
            files.reads("the experiment", path);
        }
        let plot = files.plot(&self.plot)?;
        let study = Study::new(self.load(global)?)?;
        let (experiment, target) = (study.experiment(), study.as_teacher());
        if target.latent_dim() > MAX_EXACT_LATENT && plot.is_some() {
            return Err(TeacherError::TooManyLatents {
                latent_dim: target.latent_dim(),
            }
            .into());
        }
        let progress = global.progress();
        study.announce_label_law(&progress);
        study.algorithmic()?;
        drop(progress);
        let report = AlgReport::of(&study)?;
        let text = global.render(|| report.text(), || report.json())?;
        Ok(Delivery::printed(&text)
            .and_draw(plot.as_ref(), |sheet| picture(target, experiment, sheet)))
    }

    fn load(&self, global: &GlobalOptions) -> Result<Experiment, CliError> {
        let source = match &self.file {
            Some(path) => Source::from_argument(path.clone()),
            None => Source::Text(String::new()),
        };
        let mut target = Vec::new();
        target.extend(
            self.link
                .clone()
                .map(|link| Override::new("target.link", link)),
        );
        target.extend(
            self.channel
                .clone()
                .map(|channel| Override::new("target.channel", channel)),
        );
        target.extend(self.noise.map(|noise| Override::new("target.noise", noise)));
        global.load(&source, &self.sets, target)
    }
}

/// The label's moments against the label itself: a monotone link is not stripped of its outer function here.
fn picture(target: &Teacher, experiment: &Experiment, sheet: &Sheet) -> Result<Picture, CliError> {
    let moments = LabelMoments::new(target)?;
    Ok(moments_picture(
        &MomentsPlot {
            law: &moments.fine,
            support: &moments.support,
            link: &experiment.target.link,
            channel: &experiment.target.channel_in_words(),
            name: experiment.name.as_deref(),
        },
        sheet,
    )?)
}
