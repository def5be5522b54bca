//! What a comparison is asked for.

use super::{Comparison, Settings, Validation, ValidationError};
use crate::numerics::Progress;
use crate::simulation::{Labels, Precision, Simulation, Stop};
use crate::study::{AskedError, At, Error, Study, check_delta, simulated_steps};
use crate::threshold::Until;

/// Where theory and simulation are held against each other.
#[derive(Clone, Debug)]
pub struct Request {
    /// n/d; one or several.
    pub deltas: Vec<f64>,
    /// Dimensions d; one or several.
    pub dims: Vec<usize>,
    /// Runs at each of them.
    pub runs: u64,
    /// When Hessians are compared; unless given before the first step and after the last. With the end among them, the theory follows late steps
    /// by implicit ones, and the end of training stands for the last step.
    pub hessian_at: Option<Vec<At>>,
    /// What labels are made of.
    pub labels: Labels,
    /// How inputs are stored.
    pub precision: Precision,
    /// The probability of a false alarm.
    pub level: f64,
}

impl Request {
    /// Refuses numbers that mean nothing.
    ///
    /// # Errors
    /// The first of them, by the name of its option.
    pub fn check(&self) -> Result<(), AskedError> {
        self.deltas
            .iter()
            .try_for_each(|delta| check_delta(*delta))?;
        if !(self.level > 0.0 && self.level < 1.0) {
            return Err(AskedError::new(format!(
                "--level {:?}: a probability lies between 0 and 1",
                self.level
            )));
        }
        for (option, twice) in [
            ("--delta", repeated(&self.deltas)),
            ("--dim", repeated(&self.dims)),
        ] {
            if let Some(value) = twice {
                return Err(AskedError::new(format!("{option}: {value} is given twice")));
            }
        }
        Ok(())
    }

    /// The comparison of a study's training.
    ///
    /// # Errors
    /// As [`check`](Self::check); when training has no number of steps, or ends before a Hessian is compared.
    pub fn settings(&self, study: &Study) -> Result<Settings, Error> {
        self.check()?;
        let steps = simulated_steps(study.experiment())?;
        let mut dims = self.dims.clone();
        dims.sort_unstable();
        let asked = self.hessian_at.as_deref();
        let to_the_end = asked.is_some_and(|at| at.contains(&At::End));
        let mut hessian_at: Vec<usize> = match asked {
            Some(at) => at.iter().map(|at| at.steps().unwrap_or(steps)).collect(),
            None => vec![0, steps],
        };
        hessian_at.sort_unstable();
        hessian_at.dedup();
        if let Some(at) = hessian_at.iter().find(|at| **at > steps) {
            let words = format!("--at {at}: training ends before, after step {steps}");
            return Err(AskedError::new(words).into());
        }
        Ok(Settings {
            deltas: self.deltas.clone(),
            dims,
            runs: self.runs,
            until: Until {
                steps,
                implicit: to_the_end,
            },
            hessian_at,
            labels: self.labels,
            precision: self.precision,
            level: self.level,
            seed: study.numerics().seed,
        })
    }
}

impl Validation {
    /// Theory beside simulation of a study.
    ///
    /// # Errors
    /// When either side cannot be computed, or was stopped before there was anything to compare.
    pub fn of(
        study: &Study,
        settings: &Settings,
        progress: &dyn Progress,
        stop: Stop,
    ) -> Result<Self, ValidationError> {
        let student = study.student().map_err(Error::from)?;
        study.check_memory(settings.until.rows())?;
        study.announce_label_law(progress);
        let theory = study.problem()?;
        let hard = &theory.training.split.hard;
        let simulation = Simulation::of(study.as_teacher(), student, hard);
        let comparison = Comparison {
            theory: &theory,
            simulation: &simulation,
        };
        comparison.check(settings)?;
        if settings.until.steps > 0 {
            progress.ahead(&theory.training.cost(settings.until.rows())?);
        }
        comparison.run(settings, progress, stop)
    }
}

/// A value that stands twice in a list.
fn repeated<T: PartialEq + ToString>(values: &[T]) -> Option<String> {
    let mut places = 1..values.len();
    let twice = places.find(|&i| values[..i].contains(&values[i]));
    twice.map(|i| values[i].to_string())
}
