//! `onset validate`.

use std::path::PathBuf;

use clap::Args;

use super::options::{DataOptions, ExperimentOptions, GlobalOptions, MOST_RUNS};
use super::output::Delivery;
use super::{CliError, compute, interrupt};
use crate::experiment::Experiment;
use crate::numerics::Progress;
use crate::report::{Provenance, ValidationPlot, ValidationReport, validation_svg};
use crate::simulation::Simulation;
use crate::study::Study;
use crate::validation::{Comparison, Finding, Settings, Validation};

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
    /// Steps at which the Hessians are compared [default: the first and the last]
    #[arg(
        long,
        value_name = "T,..",
        value_delimiter = ',',
        allow_negative_numbers = true
    )]
    at: Option<Vec<usize>>,
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
    /// Draw curves and spectra of both sides into this file (.svg or .png)
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
}

impl ValidateCommand {
    pub fn run(&self, global: &GlobalOptions) -> Result<Delivery, CliError> {
        self.check_numbers()?;
        let plot = self.experiment.files().plot(self.plot.as_deref())?;
        let steps = self.steps.map(i64::unsigned_abs);
        let experiment = self.experiment.load_for(global, steps)?;
        let study = Study::new(experiment)?;
        let (experiment, student) = (study.experiment(), study.student()?);
        let settings = self.settings(experiment)?;
        study.check_memory(settings.steps)?;
        let progress = global.progress();
        progress.report("label law", 0.0);
        let theory = study.problem()?;
        let hard = &theory.training.split.hard;
        let simulation = Simulation::of(study.as_teacher(), student, hard);
        let comparison = Comparison {
            theory: &theory,
            simulation: &simulation,
        };
        comparison.check(&settings)?;
        compute::announce(global, &theory.training, settings.steps)?;
        let stop = interrupt::watch()?;
        let validation = comparison.run(&settings, &progress, &stop)?;
        drop(progress);
        if let Some(remark) = compute::hidden_remark(theory.training.split) {
            global.note(&remark);
        }
        let name = experiment.name.as_deref();
        let report = ValidationReport {
            validation: &validation,
            provenance: Provenance::new(experiment),
            name,
        };
        let text = global.render(|| report.text(), || report.json())?;
        let picture = || {
            Ok(validation_svg(&ValidationPlot {
                validation: &validation,
                name,
            })?)
        };
        Ok(Delivery::printed(&text)
            .and_draw(plot.as_ref(), picture)
            .and(conclusion(&validation)))
    }

    fn check_numbers(&self) -> Result<(), CliError> {
        self.delta
            .iter()
            .try_for_each(|delta| compute::check_delta(*delta))?;
        if !(self.level > 0.0 && self.level < 1.0) {
            return Err(CliError::Input(format!(
                "--level {:?}: a probability lies between 0 and 1",
                self.level
            )));
        }
        for (option, twice) in [
            ("--delta", repeated(&self.delta)),
            ("--dim", repeated(&self.dim)),
        ] {
            if let Some(value) = twice {
                return Err(CliError::Input(format!("{option}: {value} is given twice")));
            }
        }
        Ok(())
    }

    fn settings(&self, experiment: &Experiment) -> Result<Settings, CliError> {
        let steps = compute::simulated_steps(experiment)?;
        let mut dims = self.dim.clone();
        dims.sort_unstable();
        let mut hessian_at = match &self.at {
            Some(at) => at.clone(),
            None if self.no_hessian => Vec::new(),
            None => vec![0, steps],
        };
        hessian_at.sort_unstable();
        hessian_at.dedup();
        if let Some(at) = hessian_at.iter().find(|at| **at > steps) {
            return Err(CliError::Input(format!(
                "--at {at}: training ends before, after step {steps}"
            )));
        }
        Ok(Settings {
            deltas: self.delta.clone(),
            dims,
            runs: self.runs,
            steps,
            hessian_at,
            labels: self.data.labels(),
            precision: self.data.precision(),
            level: self.level,
            seed: experiment.numerics.seed,
        })
    }
}

/// A value that stands twice in a list.
fn repeated<T: PartialEq + ToString>(values: &[T]) -> Option<String> {
    let mut places = 1..values.len();
    let twice = places.find(|&i| values[..i].contains(&values[i]));
    twice.map(|i| values[i].to_string())
}

/// A disagreement is printed as any result, and the exit code says so.
fn conclusion(validation: &Validation) -> Result<(), CliError> {
    match validation.verdict.agree() {
        true => Ok(()),
        false => Err(CliError::Disagreement(
            validation.verdict.count(Finding::Disagrees),
        )),
    }
}
