//! Row by row, the Cholesky factor of a covariance that grows with the steps.

use nalgebra::DMatrix;

/// A conditional variance below this share of the variance is rounding of the kernels, not new randomness: its
/// pivot and all coefficients on it are dropped. (Slow dynamics make consecutive steps almost collinear.)
const PIVOT_FLOOR: f64 = 1e-10;

/// Lower triangular L with `L L^T` the covariance seen so far.
#[derive(Clone, Debug)]
pub(super) struct GrowingFactor {
    /// Capacity square; rows beyond `len` are zero.
    factor: DMatrix<f64>,
    len: usize,
}

impl GrowingFactor {
    /// An empty factor for at most `capacity` rows.
    pub fn new(capacity: usize) -> Self {
        Self {
            factor: DMatrix::zeros(capacity, capacity),
            len: 0,
        }
    }

    /// Forgets all rows but the first `len`.
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// Makes room for `capacity` rows in all.
    pub fn reserve(&mut self, capacity: usize) {
        if capacity > self.factor.nrows() {
            self.factor.resize_mut(capacity, capacity, 0.0);
        }
    }

    /// Appends rows: `covariance` (rows x (len + rows)) holds their covariance with all variables, themselves included.
    /// Returns the new rows of L (rows x (len + rows)).
    pub fn append(&mut self, covariance: &DMatrix<f64>) -> DMatrix<f64> {
        let first = self.len;
        for i in 0..covariance.nrows() {
            let row = first + i;
            for column in 0..row {
                let pivot = self.factor[(column, column)];
                // a row that was forgotten may have left something here
                self.factor[(row, column)] = if pivot == 0.0 {
                    0.0
                } else {
                    (covariance[(i, column)] - self.dot(row, column, column)) / pivot
                };
            }
            let variance = covariance[(i, row)];
            let left = variance - self.dot(row, row, row);
            self.factor[(row, row)] = if left > PIVOT_FLOOR * variance {
                left.sqrt()
            } else {
                0.0
            };
        }
        self.len += covariance.nrows();
        self.factor
            .view((first, 0), (covariance.nrows(), self.len))
            .into_owned()
    }

    /// Inner product of the first `length` entries of two rows.
    fn dot(&self, a: usize, b: usize, length: usize) -> f64 {
        (0..length)
            .map(|l| self.factor[(a, l)] * self.factor[(b, l)])
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn appended(covariance: &DMatrix<f64>, block: usize) -> DMatrix<f64> {
        let n = covariance.nrows();
        let mut factor = GrowingFactor::new(n);
        for first in (0..n).step_by(block) {
            factor.append(
                &covariance
                    .view((first, 0), (block, first + block))
                    .into_owned(),
            );
        }
        factor.factor
    }

    #[test]
    fn growing_equals_factorising_at_once() {
        let a = DMatrix::from_fn(6, 6, |i, j| ((3 * i + 5 * j) as f64).sin());
        let covariance = &a * a.transpose() + DMatrix::identity(6, 6) * 0.1;
        let whole = nalgebra::Cholesky::new(covariance.clone()).unwrap().l();
        // rounding of a well-conditioned factorisation
        assert!((appended(&covariance, 2) - whole).norm() < 1e-13);
    }

    #[test]
    fn a_forgotten_row_leaves_no_trace() {
        let a = DMatrix::from_fn(3, 3, |i, j| ((3 * i + 5 * j) as f64).sin());
        let covariance = &a * a.transpose() + DMatrix::identity(3, 3) * 0.1;
        let mut factor = GrowingFactor::new(1);
        factor.reserve(3);
        let row = |i: usize| covariance.view((i, 0), (1, i + 1)).into_owned();
        factor.append(&row(0));
        let other = DMatrix::from_row_slice(1, 2, &[0.4, 3.0]);
        let first = factor.append(&other);
        factor.truncate(1);
        factor.append(&row(1));
        factor.append(&row(2));
        assert_eq!(factor.factor, appended(&covariance, 1));
        factor.truncate(1);
        assert_eq!(factor.append(&other), first);
    }

    #[test]
    fn a_repeated_variable_gets_no_pivot_and_keeps_its_covariance() {
        let a = DMatrix::from_fn(4, 2, |i, j| {
            [[1.0, 0.2], [0.5, 1.0], [1.0, 0.2], [0.3, -0.4]][i][j]
        });
        let covariance = &a * a.transpose();
        let factor = appended(&covariance, 1);
        assert_eq!(factor[(2, 2)], 0.0);
        assert!((&factor * factor.transpose() - covariance).norm() < 1e-12);
    }
}
