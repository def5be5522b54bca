//! The Hessian after training: its law is that of a run of phase 1 at the n/d in question.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::ThresholdError;
use super::answer::Sought;
use super::family::{Family, Scanned};
use super::ladder::{Hessians, MarginFamily, View};
use super::margin::TrainedMargin;
use super::problem::Problem;
use super::secant::Accuracy;
use crate::hessian::{Support, infinite_ratio_margin};
use crate::numerics::{Measured, Progress};
use crate::phase1::LatentSource;

/// Sample paths of the coarse scan.
const SCAN_SAMPLES: usize = 4096;

/// The Hessian after each of an increasing list of positive steps, on common random numbers.
pub(super) struct AfterTraining<'a> {
    pub problem: &'a Problem<'a>,
    pub source: &'a LatentSource<'a>,
    pub steps: &'a [usize],
}

impl Hessians for AfterTraining<'_> {
    fn steps(&self) -> Vec<usize> {
        self.steps.to_vec()
    }

    fn time(&self, steps: usize) -> f64 {
        self.problem.training.time(steps)
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
    /// The margins after all steps up to the one of index `last`.
    fn run(
        &self,
        samples: usize,
        replicate: usize,
        last: usize,
        delta: f64,
    ) -> Result<Vec<TrainedMargin>, ThresholdError> {
        let AfterTraining {
            problem,
            source,
            steps,
        } = self.hessians;
        let plan = problem
            .training
            .plan(&steps[..=last], samples, replicate as u64);
        problem.margins(source, &plan, self.support, delta)
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

    fn samples(&self) -> Option<usize> {
        Some(self.samples)
    }

    fn accuracy(&self) -> Accuracy {
        Accuracy::COSTLY
    }

    fn scan(&self, grid: &[f64], progress: &dyn Progress) -> Vec<Scanned> {
        let done = AtomicUsize::new(0);
        grid.par_iter()
            .map(|&delta| {
                let samples = self.samples.min(SCAN_SAMPLES);
                let here = Scanned::of(self.hessians.steps.len(), |last| {
                    if progress.interrupted() {
                        return Err(ThresholdError::Interrupted);
                    }
                    let margins = self.run(samples, 0, last, delta)?;
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
    ) -> Result<Vec<TrainedMargin>, ThresholdError> {
        self.run(self.samples, replicate, last, delta)
    }

    fn combine(&self, values: &[f64]) -> Measured {
        let problem = self.hessians.problem;
        problem.with_label_error(Measured::of_few(values))
    }

    /// Without memory of the samples, training follows the gradient flow of the population.
    fn at_infinity(&self, curve: usize) -> Result<Option<Measured>, ThresholdError> {
        let AfterTraining {
            problem,
            source,
            steps,
        } = self.hessians;
        let delta = f64::INFINITY;
        let mut limits = Vec::with_capacity(self.replicates());
        for replicate in 0..self.replicates() as u64 {
            let plan = problem
                .training
                .plan(&[steps[curve]], self.samples, replicate);
            let trajectory = problem.training.phase1(source).run(delta, &plan)?;
            for (_, law) in &trajectory.laws {
                let limit = infinite_ratio_margin(law, problem.ridge());
                limits.push(limit.map_err(|source| ThresholdError::Hessian { delta, source })?);
            }
        }
        Ok(Some(Measured::of_few(&limits)))
    }
}
