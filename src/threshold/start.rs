//! The Hessian before the first step: its law does not depend on n/d, so it is made once and serves every value.

use std::sync::{Mutex, PoisonError};

use nalgebra::DMatrix;

use super::ThresholdError;
use super::answer::Sought;
use super::family::{Family, Scanned};
use super::ladder::{Hessians, MarginFamily, View};
use super::laws::Laws;
use super::margin::TrainedMargin;
use super::problem::Problem;
use super::secant::Accuracy;
use crate::curvature::CurvatureLaw;
use crate::hessian::{Support, infinite_ratio_margin};
use crate::numerics::{Measured, Progress};

/// Samples that the coarse grid looks at.
const SCAN_SAMPLES: usize = 8192;

/// The Hessian at T = 0 as a ladder of one rung.
pub(super) struct AtStart<'a> {
    pub problem: &'a Problem<'a>,
}

impl Hessians for AtStart<'_> {
    fn steps(&self) -> Vec<usize> {
        vec![0]
    }

    fn time(&self, _steps: usize) -> f64 {
        0.0
    }

    fn seen(&self, view: View) -> Result<Box<MarginFamily<'_>>, ThresholdError> {
        let problem = self.problem;
        let (laws, support) = match view {
            View::Limit => (problem.laws()?, Support::Known(problem.left)),
            View::Effective { samples } => (problem.plain_samples(samples)?, Support::Empirical),
        };
        let thin = match (&laws, view) {
            // coarse, but without noise: nothing is seen that is not there
            (Laws::Resolutions(laws), _) => laws[1].clone(),
            (Laws::Replicates(laws), View::Limit) => {
                problem.focused(SCAN_SAMPLES.min(laws[0].count()), 0)?
            }
            (Laws::Replicates(laws), View::Effective { .. }) => {
                let count = SCAN_SAMPLES.min(laws[0].count());
                problem.law().sample(count, problem.numerics().seed, 0)?
            }
        };
        Ok(Box::new(StartMargins {
            problem,
            warm: laws.all().iter().map(|_| Mutex::default()).collect(),
            laws,
            thin,
            support,
        }))
    }
}

/// Margins of the laws at T = 0.
struct StartMargins<'a> {
    problem: &'a Problem<'a>,
    laws: Laws,
    /// What the coarse grid looks at.
    thin: CurvatureLaw,
    support: Support<'a>,
    /// The resolvent of each law's last evaluation.
    warm: Vec<Mutex<Option<DMatrix<f64>>>>,
}

impl StartMargins<'_> {
    fn margin(
        &self,
        law: &CurvatureLaw,
        delta: f64,
        warm: &Mutex<Option<DMatrix<f64>>>,
    ) -> Result<TrainedMargin, ThresholdError> {
        let resolvent = || warm.lock().unwrap_or_else(PoisonError::into_inner);
        let near = resolvent().take();
        let ridge = self.problem.ridge();
        let (margin, last) =
            TrainedMargin::of(law, self.support, delta, ridge, 1.0, near.as_ref())?;
        *resolvent() = last;
        Ok(margin)
    }
}

impl Family for StartMargins<'_> {
    type Reading = TrainedMargin;

    fn sought(&self) -> Vec<Sought> {
        vec![Sought::Outlier { steps: 0 }]
    }

    fn replicates(&self) -> usize {
        self.laws.all().len()
    }

    fn samples(&self) -> Option<usize> {
        self.laws.samples()
    }

    fn accuracy(&self) -> Accuracy {
        Accuracy::CHEAP
    }

    fn scan(&self, grid: &[f64], progress: &dyn Progress) -> Vec<Scanned> {
        let warm = Mutex::default();
        let values = grid.iter().enumerate().map(|(i, delta)| {
            let part = (i + 1) as f64 / grid.len() as f64;
            progress.report("coarse grid in delta", 0.3 * part);
            Scanned::of(1, |_| {
                Ok(vec![self.margin(&self.thin, *delta, &warm)?.value])
            })
        });
        values.collect()
    }

    fn read(
        &self,
        replicate: usize,
        _last: usize,
        delta: f64,
        _progress: &dyn Progress,
    ) -> Result<Vec<TrainedMargin>, ThresholdError> {
        let law = &self.laws.all()[replicate];
        Ok(vec![self.margin(law, delta, &self.warm[replicate])?])
    }

    fn combine(&self, values: &[f64]) -> Measured {
        self.problem.with_label_error(self.laws.bar(values))
    }

    fn at_infinity(
        &self,
        _curve: usize,
        _progress: &dyn Progress,
    ) -> Result<Option<Measured>, ThresholdError> {
        let limits: Result<Vec<f64>, ThresholdError> = self
            .laws
            .all()
            .iter()
            .map(|law| {
                infinite_ratio_margin(law, self.problem.ridge()).map_err(|source| {
                    ThresholdError::Hessian {
                        delta: f64::INFINITY,
                        source,
                    }
                })
            })
            .collect();
        Ok(Some(self.laws.bar(&limits?)))
    }
}
