//! A number, or a matrix, with its error.

use nalgebra::DMatrix;
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

/// A matrix of means with the standard errors of its entries.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasuredMatrix {
    /// The means.
    pub mean: DMatrix<f64>,
    /// Their standard errors over replicates; not a number for a single one.
    pub error: DMatrix<f64>,
}

impl MeasuredMatrix {
    /// Means of replicates with their standard errors, entry by entry (matrices of one shape).
    pub fn mean(replicates: &[DMatrix<f64>]) -> Self {
        let shape = replicates.first().map_or((0, 0), DMatrix::shape);
        let entries = DMatrix::from_fn(shape.0, shape.1, |i, j| {
            let values: Vec<f64> = replicates.iter().map(|matrix| matrix[(i, j)]).collect();
            Measured::mean(&values)
        });
        Self {
            mean: entries.map(|entry| entry.value),
            error: entries.map(|entry| entry.error),
        }
    }

    /// One entry.
    pub fn at(&self, row: usize, column: usize) -> Measured {
        Measured::new(self.mean[(row, column)], self.error[(row, column)])
    }
}
