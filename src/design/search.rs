//! One restart: a start, then descents until one of them gains nothing.

use super::simplex::{Descent, descend};
use super::{Objective, Space, Verdict};

/// A start without a finite threshold gives no direction to go: so many places are tried.
const MOST_STARTS: usize = 8;

/// Edges of the first simplex, and of those that try to improve on its result, as parts of the ranges.
const FIRST_SIZE: f64 = 0.25;
const NEXT_SIZE: f64 = 0.05;

/// Spread of the values at a simplex's corners at which it has settled, as a part of the tolerance: the minimum may lie a few
/// times deeper.
const SPREAD: f64 = 0.25;

/// One network that was looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// Its place in the unit cube (p).
    pub point: Vec<f64>,
    /// Its parameters (p).
    pub values: Vec<f64>,
    /// What it came to.
    pub verdict: Verdict,
}

/// How a restart ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// A fresh simplex around its best point gained less than the tolerance.
    Settled,
    /// Its share of the evaluations was used up.
    Budget,
    /// It was interrupted.
    Interrupted,
    /// No start had a finite threshold.
    NothingFinite,
}

/// What one restart looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Restart {
    /// In the order of the search.
    pub evaluations: Vec<Evaluation>,
    /// How it ended.
    pub ended: Ended,
}

impl Restart {
    /// The first of the best evaluations that have a finite threshold.
    pub fn best(&self) -> Option<usize> {
        let finite = |at: &usize| self.evaluations[*at].verdict.is_finite();
        let score = |at: &usize| self.evaluations[*at].verdict.score();
        (0..self.evaluations.len())
            .filter(finite)
            .min_by(|a, b| score(a).total_cmp(&score(b)))
    }
}

/// What a restart works with.
pub(super) struct Search<'a> {
    pub space: &'a Space,
    pub objective: &'a dyn Objective,
    /// Which one of how many.
    pub index: usize,
    pub restarts: usize,
    /// Its share of the evaluations.
    pub budget: usize,
    /// Relative accuracy of delta_NN.
    pub tolerance: f64,
    pub stop: &'a (dyn Fn() -> bool + Sync),
    /// Told of every evaluation.
    pub tick: &'a (dyn Fn() + Sync),
}

impl Search<'_> {
    /// Runs the restart to its end.
    pub fn run(&self) -> Restart {
        let mut evaluations = Vec::new();
        let ended = self.explore(&mut evaluations);
        Restart { evaluations, ended }
    }

    fn explore(&self, evaluations: &mut Vec<Evaluation>) -> Ended {
        let mut best = match self.start(evaluations) {
            Ok(best) => best,
            Err(ended) => return ended,
        };
        let (mut size, mut side) = (FIRST_SIZE, 1.0);
        loop {
            let before = best.1;
            let start = best.0.clone();
            let descent = descend(&start, size, side, SPREAD * self.tolerance, |point| {
                let score = self.evaluate(point, evaluations)?;
                if score < best.1 {
                    best = (point.to_vec(), score);
                }
                Some(score)
            });
            if descent == Descent::Stopped {
                return self.stopped();
            }
            // Equal values at the corners may also mean that the minimum lies between them: a smaller simplex, to the other
            // side, shows whether it does. The first one has no earlier result to be compared with.
            if size < FIRST_SIZE && before - best.1 < self.tolerance {
                return Ended::Settled;
            }
            (size, side) = (NEXT_SIZE, -side);
        }
    }

    /// The first scattered point with a finite threshold, of those that belong to this restart.
    fn start(&self, evaluations: &mut Vec<Evaluation>) -> Result<(Vec<f64>, f64), Ended> {
        for attempt in 0..MOST_STARTS {
            let point = self.space.scattered(self.index + attempt * self.restarts);
            let Some(score) = self.evaluate(&point, evaluations) else {
                return Err(self.stopped());
            };
            if evaluations
                .last()
                .is_some_and(|last| last.verdict.is_finite())
            {
                return Ok((point, score));
            }
        }
        Err(Ended::NothingFinite)
    }

    /// The score at a point, unless there is nothing left to spend.
    fn evaluate(&self, point: &[f64], evaluations: &mut Vec<Evaluation>) -> Option<f64> {
        if let Some(known) = evaluations.iter().find(|known| known.point == point) {
            return Some(known.verdict.score());
        }
        if evaluations.len() >= self.budget || (self.stop)() {
            return None;
        }
        let values = self.space.values(point);
        let verdict = self.objective.evaluate(&values);
        (self.tick)();
        let score = verdict.score();
        evaluations.push(Evaluation {
            point: point.to_vec(),
            values,
            verdict,
        });
        Some(score)
    }

    fn stopped(&self) -> Ended {
        if (self.stop)() {
            Ended::Interrupted
        } else {
            Ended::Budget
        }
    }
}
