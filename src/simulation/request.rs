//! What simulations are asked for.

use super::{Labels, Plan, Precision, Simulation, SimulationError};
use crate::numerics::Progress;
use crate::phase1::{Escape, NOTHING_HARD};
use crate::study::{AskedError, At, Error, Study, check_fraction, simulated_steps};
use crate::threshold::EscapeQuestion;

/// Every step is kept of every run.
pub const MOST_STEPS: usize = 1 << 24;

/// Sizes of simulations, and what is done in them.
#[derive(Clone, Debug)]
pub struct Request {
    /// n/d.
    pub deltas: Vec<f64>,
    /// Dimensions d.
    pub dims: Vec<usize>,
    /// Steps at which the ends of the Hessian's spectrum are computed; the end is the last one.
    pub hessian_at: Vec<At>,
    /// What labels are made of.
    pub labels: Labels,
    /// How inputs are stored.
    pub precision: Precision,
    /// What is measured.
    pub aim: Aim,
}

/// What is measured in a simulation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Aim {
    /// The quantities of the theory, step by step, at one n/d and dimension.
    Curves,
    /// When runs escape.
    Escape {
        /// The squared part of the weights in hard directions at which they have.
        level: f64,
        /// Runs end after this many times ln d steps, instead of those of the training.
        steps_per_log: Option<f64>,
    },
    /// Where the overlaps of several dimensions cross, after the step of `hessian_at`, or else the last.
    Crossing,
}

impl Request {
    /// Refuses numbers that mean nothing.
    ///
    /// # Errors
    /// The first of them, by the name of its option.
    pub fn check(&self) -> Result<(), AskedError> {
        let refuse = |words: String| Err(AskedError::new(words));
        if let Some(delta) = self.deltas.iter().find(|d| !(d.is_finite() && **d > 0.0)) {
            return refuse(format!(
                "--delta {delta:?}: n/d has to be positive and finite"
            ));
        }
        if self.aim == Aim::Curves {
            let modes = "several values are for --until-escape and --crossing; give one";
            if self.deltas.len() > 1 {
                return refuse(format!("--delta {:?}: {modes}", self.deltas));
            }
            if self.dims.len() > 1 {
                return refuse(format!("--dim {:?}: {modes}", self.dims));
            }
        }
        if self.aim == Aim::Crossing && self.hessian_at.len() > 1 {
            return refuse(format!(
                "--hessian-at {}: --crossing takes one step",
                words(&self.hessian_at)
            ));
        }
        let Aim::Escape {
            level,
            steps_per_log,
        } = self.aim
        else {
            return Ok(());
        };
        if let Some(number) = steps_per_log.filter(|x| !(x.is_finite() && *x > 0.0)) {
            return refuse(format!(
                "--steps-per-log {number:?}: has to be positive and finite"
            ));
        }
        check_fraction("--until-escape", level)
    }

    /// A plan for each dimension and delta, the deltas inside.
    ///
    /// # Errors
    /// As [`check`](Self::check); when training has no number of steps, or too many.
    pub fn plans(&self, study: &Study) -> Result<Vec<Plan>, Error> {
        self.check()?;
        let mut plans = Vec::with_capacity(self.dims.len() * self.deltas.len());
        for dim in &self.dims {
            let steps = self.last_step(study, *dim)?;
            let hessian_at = match self.aim {
                Aim::Crossing => vec![steps],
                Aim::Curves | Aim::Escape { .. } => {
                    let at = self.hessian_at.iter();
                    let mut at: Vec<usize> = at.map(|at| at.steps().unwrap_or(steps)).collect();
                    at.dedup();
                    at
                }
            };
            plans.extend(self.deltas.iter().map(|delta| Plan {
                labels: self.labels,
                precision: self.precision,
                hessian_at: hessian_at.clone(),
                ..Plan::new(*delta, *dim, steps, study.numerics().seed)
            }));
        }
        Ok(plans)
    }

    /// Where training ends at the latest.
    fn last_step(&self, study: &Study, dim: usize) -> Result<usize, Error> {
        let refuse = |words: String| Err(AskedError::new(words).into());
        match (self.aim, self.hessian_at.as_slice()) {
            (
                Aim::Escape {
                    steps_per_log: Some(number),
                    ..
                },
                _,
            ) => {
                let steps = (number * (dim as f64).ln()).ceil();
                // of d = 1 the logarithm is zero, of d = 0 it is refused with the plan
                if steps <= MOST_STEPS as f64 {
                    Ok(steps.max(0.0) as usize)
                } else {
                    refuse(format!(
                        "--steps-per-log {number:?}: {steps:.0} steps at d = {dim}, and at most {MOST_STEPS} can be taken"
                    ))
                }
            }
            (Aim::Crossing, [At::Steps(step)]) if *step <= MOST_STEPS => Ok(*step),
            (Aim::Crossing, [At::Steps(step)]) => refuse(format!(
                "--hessian-at {step}: at most {MOST_STEPS} steps can be taken"
            )),
            _ => simulated_steps(study.experiment()),
        }
    }
}

fn words(at: &[At]) -> String {
    let words: Vec<String> = at.iter().map(At::to_string).collect();
    words.join(",")
}

/// What was simulated of several plans.
#[derive(Clone, Debug)]
pub struct Simulated<T> {
    /// In the order of the plans.
    pub finished: Vec<T>,
    /// Whether plans or runs are missing.
    pub interrupted: bool,
}

/// Simulates plan after plan. What is finished when the computation is stopped is kept, if it is anything; `is_partial` tells
/// whether runs are missing.
///
/// # Errors
/// Those of a simulation; interrupted only if nothing was finished.
pub(super) fn simulate_each<T>(
    plans: &[Plan],
    simulate: impl Fn(&Plan) -> Result<T, SimulationError>,
    is_partial: impl Fn(&T) -> bool,
    progress: &dyn Progress,
) -> Result<Simulated<T>, SimulationError> {
    let mut finished = Vec::with_capacity(plans.len());
    for plan in plans {
        match simulate(plan) {
            Ok(found) => finished.push(found),
            Err(SimulationError::Interrupted) if !finished.is_empty() => break,
            Err(error) => return Err(error),
        }
    }
    let (count, wanted) = (finished.len(), plans.len());
    if count < wanted {
        progress.note(&format!(
            "interrupted: {count} of {wanted} pairs of --delta and --dim were simulated"
        ));
    }
    Ok(Simulated {
        interrupted: count < wanted || finished.iter().any(is_partial),
        finished,
    })
}

/// What the theory is asked of runs that train until a squared part `level` of their weights lies in hard directions.
pub(super) fn escape_questions(plans: &[Plan], level: f64) -> Vec<EscapeQuestion> {
    let mut questions = Vec::new();
    for plan in plans {
        let escape = Escape {
            dim: plan.dim as u64,
            fraction: level,
        };
        if !questions.contains(&(plan.steps, escape)) {
            questions.push((plan.steps, escape));
        }
    }
    questions
}

impl<'a> Simulation<'a> {
    /// The simulation of a study: what its training does not reach counts as hard.
    ///
    /// # Errors
    /// When the study has no student, or which directions training reaches cannot be told.
    pub fn of_study(study: &'a Study) -> Result<Self, Error> {
        let student = study.student()?;
        Ok(Self::of(study.as_teacher(), student, &study.split()?.hard))
    }

    /// Refuses to wait for hard directions where there are none; `option` asks for them.
    ///
    /// # Errors
    /// When there are none.
    pub(super) fn require_hard(&self, option: &str) -> Result<(), AskedError> {
        match self.hard_basis().nrows() {
            0 => Err(AskedError::new(format!("{option}: {NOTHING_HARD}"))),
            _ => Ok(()),
        }
    }
}
