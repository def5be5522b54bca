//! A number with its error.

use statrs::statistics::Statistics;

/// A computed number and an estimate of its absolute error.
///
/// The error comes from two quadrature resolutions, a root bracket, or the
/// standard error over replicates, whichever dominates; it is never negative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// The best estimate.
    pub value: f64,
    /// Estimated absolute error (one standard error where it is statistical).
    pub error: f64,
}

impl Measured {
    /// A value with its absolute error estimate.
    pub fn new(value: f64, error: f64) -> Self {
        Self {
            value,
            error: error.abs(),
        }
    }

    /// Mean of replicates with its standard error (at least two values).
    pub fn mean(replicates: &[f64]) -> Self {
        let error = replicates.std_dev() / (replicates.len() as f64).sqrt();
        Self::new(replicates.mean(), error)
    }

    /// The error relative to the value.
    pub fn relative_error(&self) -> f64 {
        self.error / self.value.abs()
    }
}
