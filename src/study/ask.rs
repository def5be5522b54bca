//! Questions to a study, checked before anything is computed: the same for every front end.

use super::{Error, Study};
use crate::curvature::Side;
use crate::experiment::{Experiment, Steps};
use crate::numerics::Progress;
use crate::phase1::{Curves, Escape};
use crate::threshold::{
    At, Climb, DELTAS, Effort, Ending, EscapeQuestion, Forecast, Rung, SpectrumAt, Steps as Rungs,
    Until,
};

/// A number that was asked about and means nothing; the words begin with the option's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct AskedError(String);

impl AskedError {
    /// The refusal in words, which begin with the option's name.
    pub(crate) fn new(words: String) -> Self {
        Self(words)
    }
}

/// Refuses an n/d for which nothing can be computed.
///
/// # Errors
/// When it is one.
pub fn check_delta(delta: f64) -> Result<(), AskedError> {
    let reason = if !(delta.is_finite() && delta > 0.0) {
        "n/d has to be positive and finite"
    } else if !DELTAS.contains(&delta) {
        "n/d has to lie between 1e-6 and 1e9, as far as the equations can be solved"
    } else {
        return Ok(());
    };
    Err(AskedError::new(format!("--delta {delta:?}: {reason}")))
}

/// Refuses a squared part of the weights that no weights have, or all.
///
/// # Errors
/// When it is one; `option` is its name.
pub fn check_fraction(option: &str, fraction: f64) -> Result<(), AskedError> {
    if fraction > 0.0 && fraction < 1.0 {
        return Ok(());
    }
    Err(AskedError::new(format!(
        "{option} {fraction:?}: the squared part of the weights in the hard directions lies between 0 and 1"
    )))
}

/// The escape asked about with `--dim` and `--fraction`, where there is a dimension.
///
/// # Errors
/// When the fraction is none.
pub fn escape(dim: Option<u64>, fraction: f64) -> Result<Option<Escape>, AskedError> {
    check_fraction("--fraction", fraction)?;
    Ok(dim.map(|dim| Escape { dim, fraction }))
}

/// Refuses a step that the experiment's training does not reach; it has an end whatever its steps.
///
/// # Errors
/// When it does not; an experiment without training.
pub fn check_step(experiment: &Experiment, at: At) -> Result<(), Error> {
    match (experiment.training()?.steps, at) {
        (Steps::Count(count), At::Steps(steps)) if steps as u64 > count => Err(AskedError::new(format!(
            "--at {steps}: training ends before, training.steps = {count} (--set training.steps={steps})"
        ))
        .into()),
        _ => Ok(()),
    }
}

/// The rungs of a ladder, increasing: those asked for; or else 0 and all of the training, among those that lead to its end.
///
/// # Errors
/// When one that was asked for lies beyond the training; an experiment without training.
pub fn rungs(experiment: &Experiment, at: &[At], effort: Effort) -> Result<Rungs, Error> {
    at.iter().try_for_each(|at| check_step(experiment, *at))?;
    let mut first: Vec<usize> = at.iter().filter_map(|at| at.steps()).collect();
    let to_the_end = at.is_empty() || at.contains(&At::End);
    let mut most = None;
    if at.is_empty() {
        first.push(0);
        match experiment.training()?.steps {
            Steps::Count(count) => {
                let count = usize::try_from(count).unwrap_or(usize::MAX);
                first.extend((count <= effort.longest).then_some(count));
            }
            Steps::Converged => most = Some(effort.longest.min(LONGEST_EXPLICIT)),
        }
    }
    first.sort_unstable();
    first.dedup();
    Ok(Rungs {
        first,
        most,
        end: to_the_end.then_some(effort),
    })
}

/// The longest training by explicit steps, where implicit ones cannot follow the rule.
const LONGEST_EXPLICIT: usize = 320;

/// T within which runs are asked to escape: all of the training, as far as explicit steps follow it in reasonable time.
///
/// # Errors
/// An experiment without training.
pub fn escape_steps(experiment: &Experiment) -> Result<usize, Error> {
    Ok(match experiment.training()?.steps {
        Steps::Count(count) => {
            usize::try_from(count).map_or(LONGEST_ESCAPE, |count| count.min(LONGEST_ESCAPE))
        }
        Steps::Converged => LONGEST_ESCAPE,
    })
}

/// The longest training within which escapes are predicted without being asked for.
const LONGEST_ESCAPE: usize = 100;

/// What stood in the way of any answer, in words, where that is so: what was found stands beside it.
pub fn unanswered(climb: &Climb) -> Option<String> {
    if climb.interrupted {
        return None;
    }
    let failed = climb.failure.as_ref().map(ToString::to_string);
    failed.or_else(|| climb.unanswered().map(ToString::to_string))
}

/// The number of steps that a simulation takes.
///
/// # Errors
/// When training goes on until it has converged; an experiment without training.
pub fn simulated_steps(experiment: &Experiment) -> Result<usize, Error> {
    counted(
        experiment,
        "a simulation takes a number of steps, give --steps",
    )
}

/// T, which has to be a number; `instead` says why, and what helps.
fn counted(experiment: &Experiment, instead: &str) -> Result<usize, Error> {
    match experiment.training()?.steps {
        Steps::Count(steps) => Ok(usize::try_from(steps).unwrap_or(usize::MAX)),
        Steps::Converged => {
            let words = format!("training.steps = \"converged\": {instead}");
            Err(AskedError(words).into())
        }
    }
}

impl Study {
    /// Bulk density, edges, margin, and the outliers on one side, of the Hessian at n/d `delta` after some steps or at the end of training.
    ///
    /// # Errors
    /// When n/d or step are refused or do not fit into memory; see [`crate::threshold::Problem::spectrum`].
    pub fn spectrum(
        &self,
        delta: f64,
        at: impl Into<At>,
        side: Side,
        progress: &dyn Progress,
    ) -> Result<SpectrumAt, Error> {
        check_delta(delta)?;
        self.student()?;
        let at = at.into();
        check_step(&self.experiment, at)?;
        self.check_memory(at.rows())?;
        self.announce_label_law(progress);
        let problem = self.problem()?;
        if at.rows() > 0 {
            progress.ahead(&problem.training.cost(at.rows())?);
        }
        Ok(problem.spectrum(delta, at, side, progress)?)
    }

    /// Phase 1 at n/d `delta`, over the steps of the training, or to its end.
    ///
    /// # Errors
    /// When n/d is refused, or training has no number of steps; see [`crate::threshold::Training::curves`].
    pub fn curves(
        &self,
        delta: f64,
        to_the_end: bool,
        progress: &dyn Progress,
    ) -> Result<(Curves, Option<Ending>), Error> {
        check_delta(delta)?;
        self.student()?;
        let until = if to_the_end {
            Until::from(At::End)
        } else {
            let instead = "curves end at a step of your choice, so add --steps N, or --at end";
            Until::from(counted(&self.experiment, instead)?)
        };
        if until.steps == 0 {
            progress.note(
                "training.steps is 0, so there is no training to follow: --steps N follows N steps",
            );
        }
        self.announce_label_law(progress);
        let training = self.training()?;
        progress.ahead(&training.cost(until.rows())?);
        Ok(training.curves(delta, until, progress)?)
    }

    /// delta_NN(T) after `steps` steps.
    ///
    /// # Errors
    /// When it does not fit into memory; see [`crate::threshold::Problem::delta_nn`].
    pub fn rung(&self, steps: usize, progress: &dyn Progress) -> Result<Rung, Error> {
        self.student()?;
        self.check_memory(steps)?;
        Ok(self.problem()?.delta_nn(steps, progress)?)
    }

    /// What the theory, followed for at most `longest` steps, says of runs that train until they escape.
    ///
    /// # Errors
    /// When it does not fit into memory, or there is no theory of the study at all.
    pub fn forecast(
        &self,
        deltas: &[f64],
        questions: &[EscapeQuestion],
        longest: usize,
        progress: &dyn Progress,
    ) -> Result<Forecast, Error> {
        let followed = questions.iter().map(|(steps, _)| *steps).max().unwrap_or(0);
        self.check_memory(followed.min(longest))?;
        Ok(self
            .problem()?
            .forecast(deltas, questions, longest, progress))
    }
}
