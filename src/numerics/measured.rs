//! A number, or a matrix, with its error.

use nalgebra::DMatrix;
use statrs::distribution::{ContinuousCDF, StudentsT};
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

    /// Mean of replicates (at least two) with a bar that is honest for few of them: three bars are the 99 percent interval of
    /// Student's t, so that of a hundred means one is off by more. Never less than the standard error.
    pub fn of_few(replicates: &[f64]) -> Self {
        let mean = Self::mean(replicates);
        Self::new(mean.value, mean.error * Self::widening(replicates.len()))
    }

    /// By how much the bar of so many replicates (at least two) is wider than their standard error.
    fn widening(replicates: usize) -> f64 {
        let freedom = replicates as f64 - 1.0;
        let student = StudentsT::new(0.0, 1.0, freedom);
        let widening = student.map_or(f64::INFINITY, |t| t.inverse_cdf(0.995) / 3.0);
        widening.max(1.0)
    }

    /// What part of the bar of `few` replicates (at least two) that of `more` is expected to be.
    pub fn narrowing(few: usize, more: usize) -> f64 {
        let bar = |count: usize| Self::widening(count) / (count as f64).sqrt();
        bar(more) / bar(few)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_of_few_replicates_are_students() {
        // the 0.995 quantiles of t with 1, 3, 7 degrees of freedom, from tables, over 3; with 999 the standard error
        for (count, widening) in [
            (2, 63.6567 / 3.0),
            (4, 5.84091 / 3.0),
            (8, 3.49948 / 3.0),
            (1000, 1.0),
        ] {
            let values: Vec<f64> = (0..count).map(|i| f64::from(i % 2)).collect();
            let (mean, few) = (Measured::mean(&values), Measured::of_few(&values));
            assert_eq!(mean.value, few.value);
            // digits of the tables
            assert!(
                (few.error / mean.error / widening - 1.0).abs() < 1e-5,
                "{few:?}"
            );
        }
    }
}
