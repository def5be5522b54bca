//! Vectors and symmetric matrices of a length that the compiler knows.

/// `x . y`.
#[inline]
pub(crate) fn dot<const M: usize>(x: &[f64; M], y: &[f64; M]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

/// Length of a vector.
#[inline]
pub(crate) fn norm<const M: usize>(x: &[f64; M]) -> f64 {
    dot(x, x).sqrt()
}

/// Matrix times vector.
#[inline]
pub(crate) fn times<const M: usize>(matrix: &[[f64; M]; M], x: &[f64; M]) -> [f64; M] {
    std::array::from_fn(|i| dot(&matrix[i], x))
}

/// Adds a packed symmetric matrix times a vector.
#[inline]
pub(crate) fn multiply_add<const M: usize>(packed: &[f64], x: &[f64; M], out: &mut [f64; M]) {
    let mut entries = packed.iter();
    for i in 0..M {
        for (j, d) in (i..M).zip(&mut entries) {
            out[i] += d * x[j];
            if j > i {
                out[j] += d * x[i];
            }
        }
    }
}

/// Cholesky's factor in place of the lower triangle; false where the matrix is not positive definite.
#[inline]
pub(crate) fn factorise<const M: usize>(matrix: &mut [[f64; M]; M]) -> bool {
    for i in 0..M {
        for j in 0..=i {
            let known: f64 = (0..j).map(|l| matrix[i][l] * matrix[j][l]).sum();
            let left = matrix[i][j] - known;
            if i > j {
                matrix[i][j] = left / matrix[j][j];
            } else if left > 0.0 {
                matrix[i][i] = left.sqrt();
            } else {
                return false;
            }
        }
    }
    true
}

/// Solves with the factor of [`factorise`].
#[inline]
pub(crate) fn solve<const M: usize>(factor: &[[f64; M]; M], right: [f64; M]) -> [f64; M] {
    let mut x = right;
    for i in 0..M {
        let known: f64 = (0..i).map(|l| factor[i][l] * x[l]).sum();
        x[i] = (x[i] - known) / factor[i][i];
    }
    for i in (0..M).rev() {
        let known: f64 = (i + 1..M).map(|l| factor[l][i] * x[l]).sum();
        x[i] = (x[i] - known) / factor[i][i];
    }
    x
}
