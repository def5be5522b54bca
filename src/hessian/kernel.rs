//! The per-sample response `K = D (I + S D / delta)^{-1}`, specialised by the number of neurons.
//!
//! With `T = S^{-1}` the same matrix is `delta (T - T (T + D/delta)^{-1} T)`: symmetric by
//! construction, bounded by `delta T` however large D is, and a matrix-concave function of T.

use nalgebra::DMatrix;

use super::moments::{BlockKernel, Blocks, Infeasible};
use super::signed::SignedLaw;

/// Maps the packed curvature of one sample to its packed response K.
///
/// `M` neurons, `P = M (M + 1) / 2` packed entries.
pub(super) trait Kernel<const M: usize, const P: usize>: Sync {
    /// K, or [`Infeasible`] where `I + S^{1/2} D S^{1/2} / delta` is not positive definite.
    fn response(&self, curvature: &[f64]) -> Result<[f64; P], Infeasible>;
}

/// One neuron: scalars.
struct ScalarKernel {
    /// `T = 1/S`.
    inverse: f64,
    /// `+1` or `-1`, multiplying D.
    sign: f64,
    /// `1/delta`.
    rate: f64,
}

impl Kernel<1, 1> for ScalarKernel {
    #[inline]
    fn response(&self, curvature: &[f64]) -> Result<[f64; 1], Infeasible> {
        let d = self.sign * curvature[0];
        let pivot = self.inverse + d * self.rate;
        if pivot > 0.0 {
            Ok([d * (self.inverse / pivot)])
        } else {
            Err(Infeasible)
        }
    }
}

/// Two neurons: the closed form `K = (D + det D adj(S) / delta) / det(I + S D / delta)`.
struct PairKernel {
    /// S, packed.
    resolvent: [f64; 3],
    /// `det S / delta^2`.
    determinant: f64,
    /// `+1` or `-1`, multiplying D.
    sign: f64,
    /// `1/delta`.
    rate: f64,
}

impl Kernel<2, 3> for PairKernel {
    #[inline]
    fn response(&self, curvature: &[f64]) -> Result<[f64; 3], Infeasible> {
        let [s11, s12, s22] = self.resolvent;
        let (d11, d12, d22) = (
            self.sign * curvature[0],
            self.sign * curvature[1],
            self.sign * curvature[2],
        );
        let det_d = d11 * d22 - d12 * d12;
        // Trace and determinant of S D / delta: both eigenvalues of I + it must be positive.
        let trace = self.rate * (s11 * d11 + 2.0 * s12 * d12 + s22 * d22);
        let det = 1.0 + trace + self.determinant * det_d;
        if !(det > 0.0 && trace > -2.0) {
            return Err(Infeasible);
        }
        let (inverse, adjugate) = (1.0 / det, det_d * self.rate);
        Ok([
            (d11 + adjugate * s22) * inverse,
            (d12 - adjugate * s12) * inverse,
            (d22 + adjugate * s11) * inverse,
        ])
    }
}

/// Any fixed number of neurons, by a Cholesky factorisation `T + D/delta = U^T U`.
struct CholeskyKernel<const M: usize> {
    /// `T = S^{-1}`.
    inverse: [[f64; M]; M],
    /// `sign / delta`.
    rate: f64,
    /// delta.
    delta: f64,
}

impl<const M: usize> CholeskyKernel<M> {
    fn new(signed: &SignedLaw, inverse: &DMatrix<f64>) -> Self {
        Self {
            inverse: std::array::from_fn(|i| std::array::from_fn(|j| inverse[(i, j)])),
            rate: signed.sign / signed.delta,
            delta: signed.delta,
        }
    }

    /// The rows of U, built by rank-one updates of contiguous rows so that they vectorise.
    #[inline]
    fn factor(&self, curvature: &[f64]) -> Result<[[f64; M]; M], Infeasible> {
        let mut u = self.inverse;
        let mut packed = curvature.iter();
        for (i, row) in u.iter_mut().enumerate() {
            for (entry, d) in row[i..].iter_mut().zip(&mut packed) {
                *entry += self.rate * d;
            }
        }
        for j in 0..M {
            if u[j][j].is_nan() || u[j][j] <= 0.0 {
                return Err(Infeasible);
            }
            let scale = 1.0 / u[j][j].sqrt();
            u[j][j..].iter_mut().for_each(|entry| *entry *= scale);
            let pivot_row = u[j];
            for i in j + 1..M {
                let factor = pivot_row[i];
                for (entry, p) in u[i][i..].iter_mut().zip(&pivot_row[i..]) {
                    *entry -= factor * p;
                }
            }
        }
        Ok(u)
    }
}

impl<const M: usize, const P: usize> Kernel<M, P> for CholeskyKernel<M> {
    #[inline]
    fn response(&self, curvature: &[f64]) -> Result<[f64; P], Infeasible> {
        let u = self.factor(curvature)?;
        // U^T Y = T by forward substitution on whole rows, then K = delta (T - Y^T Y).
        let mut y = self.inverse;
        for i in 0..M {
            let (done, rest) = y.split_at_mut(i);
            let row = &mut rest[0];
            for (above, factors) in done.iter().zip(&u) {
                row.iter_mut()
                    .zip(above)
                    .for_each(|(entry, a)| *entry -= factors[i] * a);
            }
            let scale = 1.0 / u[i][i];
            row.iter_mut().for_each(|entry| *entry *= scale);
        }
        let mut k = [0.0; P];
        let mut start = 0;
        for i in 0..M {
            let row = &mut k[start..start + M - i];
            row.copy_from_slice(&self.inverse[i][i..]);
            for line in &y {
                row.iter_mut()
                    .zip(&line[i..])
                    .for_each(|(entry, b)| *entry -= line[i] * b);
            }
            row.iter_mut().for_each(|entry| *entry *= self.delta);
            start += M - i;
        }
        Ok(k)
    }
}

/// The kernel for the law's number of neurons at the resolvent `S = T^{-1}`.
///
/// The law has been validated, so its number of neurons is one of the compiled ones.
pub(super) fn kernel_at(
    signed: &SignedLaw,
    inverse: &DMatrix<f64>,
    resolvent: &DMatrix<f64>,
) -> Box<dyn BlockKernel> {
    macro_rules! cholesky {
        ($m:literal) => {
            Box::new(Blocks::<$m, { $m * ($m + 1) / 2 }, _>::new(
                CholeskyKernel::<$m>::new(signed, inverse),
                resolvent,
                signed.delta,
            ))
        };
    }
    let (sign, rate) = (signed.sign, 1.0 / signed.delta);
    match signed.neurons() {
        1 => {
            let kernel = ScalarKernel {
                inverse: inverse[(0, 0)],
                sign,
                rate,
            };
            Box::new(Blocks::<1, 1, _>::new(kernel, resolvent, signed.delta))
        }
        2 => {
            let kernel = PairKernel {
                resolvent: [resolvent[(0, 0)], resolvent[(0, 1)], resolvent[(1, 1)]],
                determinant: resolvent.determinant() * rate * rate,
                sign,
                rate,
            };
            Box::new(Blocks::<2, 3, _>::new(kernel, resolvent, signed.delta))
        }
        3 => cholesky!(3),
        4 => cholesky!(4),
        5 => cholesky!(5),
        6 => cholesky!(6),
        7 => cholesky!(7),
        8 => cholesky!(8),
        9 => cholesky!(9),
        10 => cholesky!(10),
        11 => cholesky!(11),
        12 => cholesky!(12),
        13 => cholesky!(13),
        14 => cholesky!(14),
        15 => cholesky!(15),
        _ => cholesky!(16),
    }
}
