//! `onset validate`.

use clap::Args;

use super::options::{DataOptions, ExperimentOptions, GlobalOptions, MOST_RUNS, PlotOptions};
use super::output::Delivery;
use super::{CliError, interrupt};
use crate::report::{Sheet, ValidationPlot, ValidationReport, hidden_remark, validation_picture};
use crate::study::At;
use crate::validation::{Finding, Request, Validation};

/// Theory beside simulation, number by number: exit code 1 where they disagree
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  onset validate examples/phase_retrieval.toml --delta 6 --dim 200,400 --steps 10\n  \
    onset validate examples/phase_retrieval.toml --delta 4 --dim 1000 --steps 40 --null --json\n\n\
    Each number is judged by Student's t of its gap, all of them together by Holm's rule. With several dimensions a gap\n\
    that vanishes as d grows is told from one that stays."
)]
pub(super) struct ValidateCommand {
    #[command(flatten)]
    experiment: ExperimentOptions,
    /// Samples per dimension, n/d; one or several
    #[arg(
        long,
        value_name = "NUMBER,..",
        value_delimiter = ',',
        required = true,
        allow_negative_numbers = true
    )]
    delta: Vec<f64>,
    /// Dimensions d of the simulation; two or more show the finite-size trend
    #[arg(
        long,
        value_name = "D,..",
        value_delimiter = ',',
        default_values_t = [200, 400],
        allow_negative_numbers = true
    )]
    dim: Vec<usize>,
    /// Independent runs at each delta and dimension
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u64).range(2..=MOST_RUNS), allow_negative_numbers = true)]
    runs: u64,
    /// Steps of training; stands above training.steps
    #[arg(long, value_name = "T", value_parser = clap::value_parser!(i64).range(0..), allow_negative_numbers = true)]
    steps: Option<i64>,
    /// Steps at which the Hessians are compared [default: the first and the last]; with `end` the last step of the runs is held against the end of
    /// training, or against the same time where it has not ended, and the theory follows late steps by implicit ones
    #[arg(
        long,
        value_name = "T,..",
        value_delimiter = ',',
        allow_negative_numbers = true
    )]
    at: Option<Vec<At>>,
    /// Compare the curves alone
    #[arg(long, conflicts_with = "at")]
    no_hessian: bool,
    #[command(flatten)]
    data: DataOptions,
    /// Probability of finding any disagreement where there is none
    #[arg(
        long,
        value_name = "P",
        default_value_t = 0.01,
        allow_negative_numbers = true
    )]
    level: f64,
    #[command(flatten)]
    plot: PlotOptions,
}

impl ValidateCommand {
    pub fn run(&self, global: &GlobalOptions) -> Result<Delivery, CliError> {
        let request = self.request();
        request.check()?;
        let plot = self.experiment.files().plot(&self.plot)?;
        let steps = self.steps.map(i64::unsigned_abs);
        let experiment = self.experiment.load_for(global, steps)?;
        let study = global.study(
            experiment,
            self.at.as_ref().is_some_and(|at| at.contains(&At::End)),
        )?;
        let experiment = study.experiment();
        study.student()?;
        let settings = request.settings(&study)?;
        let stop = interrupt::watch()?;
        let progress = global.progress();
        let validation = Validation::of(&study, &settings, &progress, &stop)?;
        drop(progress);
        if let Some(remark) = hidden_remark(study.split()?) {
            global.note(&remark);
        }
        let name = experiment.name.as_deref();
        let report = ValidationReport::of(&study, &validation);
        let text = global.render(|| report.text(), || report.json())?;
        let picture = |sheet: &Sheet| {
            Ok(validation_picture(
                &ValidationPlot {
                    validation: &validation,
                    name,
                },
                sheet,
            )?)
        };
        Ok(Delivery::printed(&text)
            .and_draw(plot.as_ref(), picture)
            .and(conclusion(&validation)))
    }

    fn request(&self) -> Request {
        Request {
            deltas: self.delta.clone(),
            dims: self.dim.clone(),
            runs: self.runs,
            hessian_at: match self.no_hessian {
                true => Some(Vec::new()),
                false => self.at.clone(),
            },
            labels: self.data.labels(),
            precision: self.data.precision(),
            level: self.level,
        }
    }
}

/// A disagreement is printed as any result, and the exit code says so.
pub(super) fn conclusion(validation: &Validation) -> Result<(), CliError> {
    match validation.verdict.agree() {
        true => Ok(()),
        false => Err(CliError::Disagreement(
            validation.verdict.count(Finding::Disagrees),
        )),
    }
}
