//! Symmetric matrices: packed storage, orthonormal coordinates, checked eigenvalues.

use nalgebra::{DMatrix, DVector, SymmetricEigen};
use thiserror::Error;

/// Sweeps allowed to the eigen-solver per row of the matrix; it needs two or three.
const SWEEPS_PER_ROW: usize = 100;

/// An eigenvalue problem that has no trustworthy answer.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum EigenError {
    /// An entry is NaN or infinite; the solver would return numbers all the same.
    #[error("a symmetric {dimension} x {dimension} matrix has {count} entries that are not finite")]
    NotFinite {
        /// Rows of the matrix.
        dimension: usize,
        /// How many entries are not finite.
        count: usize,
    },
    /// The QR sweeps did not converge.
    #[error(
        "the eigenvalues of a {dimension} x {dimension} matrix did not converge in {sweeps} sweeps"
    )]
    NotConverged {
        /// Rows of the matrix.
        dimension: usize,
        /// Sweeps spent.
        sweeps: usize,
    },
}

/// Length `m (m + 1) / 2` of a packed symmetric `m x m` matrix.
pub fn packed_len(dimension: usize) -> usize {
    dimension * (dimension + 1) / 2
}

/// Position of entry `(row, column)` in the packing of the upper triangle by rows.
pub fn packed_index(dimension: usize, row: usize, column: usize) -> usize {
    let (i, j) = if row <= column {
        (row, column)
    } else {
        (column, row)
    };
    i * dimension - i * (i + 1) / 2 + j
}

/// The upper triangle of `matrix` by rows (`m (m + 1) / 2` numbers).
pub fn pack(matrix: &DMatrix<f64>) -> Vec<f64> {
    let dimension = matrix.nrows();
    let mut packed = Vec::with_capacity(packed_len(dimension));
    for i in 0..dimension {
        for j in i..dimension {
            packed.push(matrix[(i, j)]);
        }
    }
    packed
}

/// The symmetric `m x m` matrix of a packed upper triangle.
pub fn unpack(packed: &[f64], dimension: usize) -> DMatrix<f64> {
    DMatrix::from_fn(dimension, dimension, |i, j| {
        packed[packed_index(dimension, i, j)]
    })
}

/// Coordinates of a symmetric matrix in the orthonormal basis `E_ii`, `(E_ij + E_ji) / sqrt 2`.
///
/// The Euclidean product of two coordinate vectors is the trace product of the matrices, so a
/// self-adjoint map on symmetric matrices has a symmetric matrix in these coordinates.
pub fn coordinates(matrix: &DMatrix<f64>) -> DVector<f64> {
    let dimension = matrix.nrows();
    let mut vector = DVector::zeros(packed_len(dimension));
    let mut k = 0;
    for i in 0..dimension {
        for j in i..dimension {
            vector[k] = if i == j {
                matrix[(i, i)]
            } else {
                matrix[(i, j)] * std::f64::consts::SQRT_2
            };
            k += 1;
        }
    }
    vector
}

/// The symmetric `m x m` matrix with the given [`coordinates`].
pub fn from_coordinates(vector: &DVector<f64>, dimension: usize) -> DMatrix<f64> {
    DMatrix::from_fn(dimension, dimension, |i, j| {
        let entry = vector[packed_index(dimension, i, j)];
        if i == j {
            entry
        } else {
            entry * std::f64::consts::FRAC_1_SQRT_2
        }
    })
}

/// Eigenvalues in increasing order with their eigenvectors in the columns.
#[derive(Clone, Debug)]
pub struct SortedEigen {
    /// Eigenvalues, increasing (m).
    pub values: DVector<f64>,
    /// Orthonormal eigenvectors in the same order (m x m).
    pub vectors: DMatrix<f64>,
}

impl SortedEigen {
    /// Diagonalises a symmetric matrix (its lower triangle is read).
    ///
    /// # Errors
    /// [`EigenError`] where an entry is not finite or the sweeps do not converge.
    pub fn new(matrix: &DMatrix<f64>) -> Result<Self, EigenError> {
        let dimension = matrix.nrows();
        let count = matrix.iter().filter(|x| !x.is_finite()).count();
        if count > 0 {
            return Err(EigenError::NotFinite { dimension, count });
        }
        if dimension == 0 {
            return Ok(Self {
                values: DVector::zeros(0),
                vectors: DMatrix::zeros(0, 0),
            });
        }
        let sweeps = SWEEPS_PER_ROW * dimension;
        let eigen = SymmetricEigen::try_new(matrix.clone(), f64::EPSILON, sweeps)
            .ok_or(EigenError::NotConverged { dimension, sweeps })?;
        let mut order: Vec<usize> = (0..dimension).collect();
        order.sort_by(|&a, &b| eigen.eigenvalues[a].total_cmp(&eigen.eigenvalues[b]));
        Ok(Self {
            values: DVector::from_fn(dimension, |i, _| eigen.eigenvalues[order[i]]),
            vectors: DMatrix::from_fn(dimension, dimension, |i, j| {
                eigen.eigenvectors[(i, order[j])]
            }),
        })
    }

    /// The smallest eigenvalue (`+inf` of an empty matrix).
    pub fn smallest(&self) -> f64 {
        self.values.iter().copied().next().unwrap_or(f64::INFINITY)
    }

    /// The largest eigenvalue (`-inf` of an empty matrix).
    pub fn largest(&self) -> f64 {
        self.values
            .iter()
            .copied()
            .last()
            .unwrap_or(f64::NEG_INFINITY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(dimension: usize) -> DMatrix<f64> {
        DMatrix::from_fn(dimension, dimension, |i, j| ((i * j + i + j) as f64).cos())
    }

    #[test]
    fn packing_and_coordinates_round_trip() {
        for dimension in 1..6 {
            let matrix = sample(dimension);
            assert_eq!(unpack(&pack(&matrix), dimension), matrix);
            // one rounding each way: multiplication by sqrt 2 and by its inverse
            assert!((from_coordinates(&coordinates(&matrix), dimension) - &matrix).norm() < 1e-14);
        }
    }

    #[test]
    fn coordinates_keep_the_trace_product() {
        let (a, b) = (sample(4), sample(4) * 2.0 + DMatrix::identity(4, 4));
        let trace = (&a * &b).trace();
        assert!((coordinates(&a).dot(&coordinates(&b)) - trace).abs() < 1e-13);
    }

    #[test]
    fn eigenvalues_are_sorted_and_reproduce_the_matrix() {
        let matrix = sample(5);
        let eigen = SortedEigen::new(&matrix).unwrap();
        assert!(eigen.values.as_slice().windows(2).all(|w| w[0] <= w[1]));
        let rebuilt =
            &eigen.vectors * DMatrix::from_diagonal(&eigen.values) * eigen.vectors.transpose();
        // backward-stable solver: a few units of rounding times the norm
        assert!((rebuilt - matrix).norm() < 1e-13);
        assert_eq!(eigen.smallest(), eigen.values[0]);
        assert_eq!(eigen.largest(), eigen.values[4]);
    }

    #[test]
    fn an_empty_matrix_has_no_eigenvalue() {
        let eigen = SortedEigen::new(&DMatrix::zeros(0, 0)).unwrap();
        assert_eq!(
            (eigen.smallest(), eigen.largest()),
            (f64::INFINITY, f64::NEG_INFINITY)
        );
    }

    #[test]
    fn a_nan_is_an_error_and_not_an_eigenvalue() {
        let mut matrix = sample(3);
        matrix[(1, 2)] = f64::NAN;
        assert_eq!(
            SortedEigen::new(&matrix).unwrap_err(),
            EigenError::NotFinite {
                dimension: 3,
                count: 1
            }
        );
    }
}
