//! Curves over delta whose changes of sign are sought, and what is found of them.

use super::ThresholdError;
use super::answer::{Answer, Sought, Why};
use super::secant::Accuracy;
use crate::numerics::{Measured, Progress};

/// What a curve is at one delta: a number that is negative where what is sought is there, and what else is known.
pub(super) trait Reading: Copy + Send + Sync {
    /// The number.
    fn value(&self) -> f64;
}

impl Reading for f64 {
    fn value(&self) -> f64 {
        *self
    }
}

/// Curves over delta on independent replicates. They are ordered: a run for one gives those before it as well.
pub(super) trait Family: Sync {
    /// What is read off at one delta.
    type Reading: Reading;

    /// Why a curve has no reading at a delta where others have one.
    fn unread(&self, curve: usize, delta: f64) -> ThresholdError {
        let (Sought::Outlier { steps } | Sought::Escape { steps, .. }) = self.sought()[curve];
        ThresholdError::NotReached { delta, steps }
    }

    /// What each curve shows.
    fn sought(&self) -> Vec<Sought>;

    /// How many independent computations make up an answer to begin with, two at least.
    fn replicates(&self) -> usize;

    /// How many are computed side by side: as many runs are in memory.
    fn abreast(&self) -> usize {
        1
    }

    /// Samples of each; absent for quadratures.
    fn samples(&self) -> Option<usize>;

    /// How well a root has to be known.
    fn accuracy(&self) -> Accuracy;

    /// Of how many points of the near grid one is looked at.
    fn stride(&self) -> usize {
        1
    }

    /// All curves at the deltas of an increasing grid, on a thin sample.
    fn scan(&self, grid: &[f64], progress: &dyn Progress) -> Vec<Scanned>;

    /// The curves up to `last`, on one replicate; fewer where a run does not get as far.
    fn read(
        &self,
        replicate: usize,
        last: usize,
        delta: f64,
        progress: &dyn Progress,
    ) -> Result<Vec<Self::Reading>, ThresholdError>;

    /// One number of all replicates, as a mean with its bar.
    fn combine(&self, values: &[f64]) -> Measured;

    /// The limit of a curve as delta tends to infinity, where there is a theory of it.
    fn at_infinity(
        &self,
        curve: usize,
        progress: &dyn Progress,
    ) -> Result<Option<Measured>, ThresholdError>;
}

/// The curves at one delta.
pub(super) struct Scanned {
    /// By curve, up to the last that could be computed.
    pub values: Vec<f64>,
    /// What stopped the others.
    pub failure: Option<ThresholdError>,
}

impl Scanned {
    /// All of `count` curves, or where one cannot be computed, those of shorter trainings; `run` gives the curves up to an index.
    pub fn of(count: usize, run: impl Fn(usize) -> Result<Vec<f64>, ThresholdError>) -> Self {
        let mut failure = None;
        for last in (0..count).rev() {
            match run(last) {
                Ok(values) => return Self { values, failure },
                Err(error) => {
                    // what cannot be told after long training may be known before
                    let stopped = matches!(error, ThresholdError::Interrupted);
                    failure = Some(error);
                    if stopped {
                        break;
                    }
                }
            }
        }
        Self {
            values: Vec::new(),
            failure,
        }
    }
}

/// A crossing that all replicates show.
#[derive(Clone, Debug)]
pub(super) struct Crossing<R> {
    /// Where.
    pub delta: Measured,
    /// Whether what is sought appears there as delta grows.
    pub appears: bool,
    /// What is known near it, by replicate.
    pub at: Vec<R>,
    /// The crossing of each replicate.
    pub replicates: Vec<f64>,
}

/// All that the search says of one curve.
#[derive(Clone, Debug)]
pub(super) struct Found<R> {
    /// By increasing delta.
    pub crossings: Vec<Crossing<R>>,
    /// The first crossing at which what is sought appears, or why there is none.
    pub answer: Answer,
}

impl<R> Found<R> {
    /// A curve about which nothing but this is known.
    pub fn absent(why: Why) -> Self {
        Self {
            crossings: Vec::new(),
            answer: Answer::Absent(why),
        }
    }

    /// The crossing of the answer.
    pub fn first(&self) -> Option<&Crossing<R>> {
        let first = self.crossings.iter().find(|crossing| crossing.appears)?;
        self.answer.finite().map(|_| first)
    }
}

/// Where the search begins, and what bounds a threshold there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    /// The smallest delta that is looked at.
    pub lowest: f64,
    /// The delta that the scan begins at; what is below is looked at where a curve does not appear beyond.
    pub first: f64,
    /// delta_alg, where it bounds the threshold: below it nothing can be seen.
    pub bound: Option<f64>,
}

impl Start {
    /// A scan that begins at the smallest delta.
    pub fn at(lowest: f64, bound: Option<f64>) -> Self {
        Self {
            lowest,
            first: lowest,
            bound,
        }
    }
}
