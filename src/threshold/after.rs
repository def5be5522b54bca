//! The Hessian after training: its law is that of a run of phase 1 at the n/d in question.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::ThresholdError;
use super::answer::Sought;
use super::family::{Family, Scanned};
use super::ladder::{Hessians, MarginFamily, View};
use super::limit::EXTRAPOLATED_ERROR;
use super::margin::TrainedMargin;
use super::problem::Problem;
use super::secant::Accuracy;
use super::training::{Paths, Reached};
use crate::curvature::Side;
use crate::hessian::{Support, infinite_ratio_margin};
use crate::numerics::{Measured, Progress};
use crate::phase1::LatentSource;

/// Sample paths of the coarse scan.
const SCAN_SAMPLES: usize = 4096;

/// Of the points of the near grid one in so many is looked at then.
const LATE_STRIDE: usize = 2;

/// Replicates side by side then: the paths of one do not keep the processors busy.
const LATE_ABREAST: usize = 3;

/// Replicates that look at infinite n/d then: paths have no memory there, and little noise.
const LATE_POPULATIONS: usize = 2;

/// How training is followed to its end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Late {
    /// Relative error of the limit that is asked for.
    pub error: f64,
    /// Replicates at most.
    pub most_replicates: usize,
    /// Steps of phase 1, explicit and implicit, at most.
    pub most_steps: usize,
    /// Sample paths of the coarse scan.
    pub scan_samples: usize,
    /// Where the scan begins, if not where that of initialisation does.
    pub lowest: Option<f64>,
}

/// Replicates that are added at a time, at least.
const MORE_REPLICATES: usize = 2;

impl Late {
    /// More replicates than the `few` there are, on the way to as many as a limit takes to be known as well as is asked for, or to all; absent
    /// where they are enough, and where no number of them would make it a number.
    pub fn replicates(&self, few: usize, limit: Measured) -> Option<usize> {
        let most = self.most_replicates;
        let error = |count: usize| limit.relative_error() * Measured::narrowing(few, count);
        let enough = |count: &usize| error(*count) <= self.error;
        let needed = (few..most).find(enough).unwrap_or(most);
        // (the exponent's part falls more slowly)
        let wanted = needed > few && 2.0 * error(needed) <= EXTRAPOLATED_ERROR;
        // bars mostly fall faster: part of the way, and another look
        wanted.then(|| most.min(few + ((needed - few) / 4).max(MORE_REPLICATES)))
    }
}

/// The Hessian after each of an increasing list of positive steps, on common random numbers.
pub(super) struct AfterTraining<'a> {
    pub problem: &'a Problem<'a>,
    pub source: &'a LatentSource<'a>,
    pub steps: &'a [usize],
    /// With implicit steps after the first ones; else every step is explicit.
    pub late: Option<Late>,
}

impl Hessians for AfterTraining<'_> {
    fn steps(&self) -> Vec<usize> {
        self.steps.to_vec()
    }

    fn time(&self, steps: usize) -> f64 {
        self.problem.training.time(steps)
    }

    fn late(&self) -> Option<Late> {
        self.late
    }

    fn seen(&self, view: View) -> Result<Box<MarginFamily<'_>>, ThresholdError> {
        let (samples, support) = match view {
            View::Limit => (
                self.problem.numerics().samples,
                Support::Known(self.problem.left),
            ),
            View::Effective { samples } => (samples, Support::Empirical),
        };
        Ok(Box::new(Margins {
            hessians: self,
            samples,
            support,
        }))
    }
}

/// Margins of runs with a number of sample paths.
struct Margins<'a> {
    hessians: &'a AfterTraining<'a>,
    samples: usize,
    support: Support<'a>,
}

impl Margins<'_> {
    /// What a run gives after all steps up to the one of index `last`, as far as it gets.
    fn reached(
        &self,
        samples: usize,
        replicate: usize,
        last: usize,
        delta: f64,
        progress: &dyn Progress,
    ) -> Result<Vec<Reached>, ThresholdError> {
        let AfterTraining {
            problem,
            source,
            steps,
            late,
        } = self.hessians;
        let paths = Paths {
            samples,
            replicate: replicate as u64,
            delta,
        };
        let steps = &steps[..=last];
        let most = late.map(|late| late.most_steps);
        problem
            .training
            .reached(source, steps, paths, most, progress)
    }

    /// The margins after all steps up to the one of index `last`, as far as the run gets.
    fn run(
        &self,
        samples: usize,
        replicate: usize,
        last: usize,
        delta: f64,
        progress: &dyn Progress,
    ) -> Result<Vec<TrainedMargin>, ThresholdError> {
        let ridge = self.hessians.problem.ridge();
        let mut margins: Vec<TrainedMargin> = Vec::with_capacity(last + 1);
        for at in self.reached(samples, replicate, last, delta, progress)? {
            let ratio = at.gradient_ratio;
            let problem = self.hessians.problem;
            let known = problem.support_of(&at.law, problem.left, Side::Left);
            let support = match self.support {
                Support::Known(_) => Support::Known(known.as_ref()),
                Support::Empirical => Support::Empirical,
            };
            let (margin, _) = TrainedMargin::of(&at.law, support, delta, ridge, ratio, None)?;
            margins.push(TrainedMargin {
                ended: at.ended,
                ..margin
            });
        }
        // after its end training changes nothing
        if let Some(end) = margins.last().copied().filter(|margin| margin.ended) {
            margins.resize(last + 1, end);
        }
        Ok(margins)
    }
}

impl Family for Margins<'_> {
    type Reading = TrainedMargin;

    fn sought(&self) -> Vec<Sought> {
        let outlier = |steps: &usize| Sought::Outlier { steps: *steps };
        self.hessians.steps.iter().map(outlier).collect()
    }

    fn replicates(&self) -> usize {
        self.hessians.problem.numerics().replicates
    }

    fn abreast(&self) -> usize {
        self.hessians.late.map_or(1, |_| LATE_ABREAST)
    }

    fn samples(&self) -> Option<usize> {
        Some(self.samples)
    }

    fn accuracy(&self) -> Accuracy {
        Accuracy::COSTLY
    }

    fn stride(&self) -> usize {
        self.hessians.late.map_or(1, |_| LATE_STRIDE)
    }

    fn scan(&self, grid: &[f64], progress: &dyn Progress) -> Vec<Scanned> {
        let done = AtomicUsize::new(0);
        let most = match self.hessians.late {
            Some(late) => late.scan_samples,
            None => SCAN_SAMPLES,
        };
        let samples = self.samples.min(most);
        grid.par_iter()
            .map(|&delta| {
                let here = Scanned::of(self.hessians.steps.len(), |last| {
                    let margins = self.run(samples, 0, last, delta, progress)?;
                    Ok(margins.iter().map(|margin| margin.value).collect())
                });
                let count = 1 + done.fetch_add(1, Ordering::Relaxed);
                let part = count as f64 / grid.len() as f64;
                progress.report("coarse grid in delta", 0.3 * part);
                here
            })
            .collect()
    }

    fn read(
        &self,
        replicate: usize,
        last: usize,
        delta: f64,
        progress: &dyn Progress,
    ) -> Result<Vec<TrainedMargin>, ThresholdError> {
        self.run(self.samples, replicate, last, delta, progress)
    }

    fn combine(&self, values: &[f64]) -> Measured {
        let problem = self.hessians.problem;
        problem.with_label_error(Measured::of_few(values))
    }

    /// Without memory of the samples, training follows the gradient flow of the population.
    fn at_infinity(
        &self,
        curve: usize,
        progress: &dyn Progress,
    ) -> Result<Option<Measured>, ThresholdError> {
        let delta = f64::INFINITY;
        let ridge = self.hessians.problem.ridge();
        let count = match self.hessians.late {
            Some(_) => LATE_POPULATIONS,
            None => self.replicates(),
        };
        let mut limits = Vec::with_capacity(count);
        for replicate in 0..count {
            let reached = self.reached(self.samples, replicate, curve, delta, progress)?;
            let end = reached.last().filter(|at| at.ended);
            let Some(at) = reached.get(curve).or(end) else {
                return Ok(None);
            };
            let limit = infinite_ratio_margin(&at.law, ridge);
            limits.push(limit.map_err(|source| ThresholdError::Hessian { delta, source })?);
        }
        Ok(Some(Measured::of_few(&limits)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replicates_are_added_where_they_make_the_number_that_is_asked_for() {
        let late = Late {
            error: 0.02,
            most_replicates: 16,
            most_steps: 48,
            scan_samples: 1024,
            lowest: None,
        };
        let more = |few: usize, error: f64| late.replicates(few, Measured::new(2.0, 2.0 * error));
        // known well enough
        assert_eq!(more(4, 0.019), None);
        // five would do, by Student's t: 1.95/2 of the spread against 1.53/sqrt 5
        assert_eq!(more(4, 0.025), Some(6));
        // all of them would leave 2.6 percent of ten, and 7.7 of thirty, which is hardly a number
        assert_eq!(more(4, 0.1), Some(7));
        assert_eq!(more(4, 0.3), None);
        // there are no more, or one
        assert_eq!(more(16, 0.03), None);
        assert_eq!(more(15, 0.03), Some(16));
        // no bar, no number
        assert_eq!(late.replicates(4, Measured::new(0.0, 0.0)), None);
    }
}
