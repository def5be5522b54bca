//! The resolvent equation (5.1) in the upper half-plane.

use std::ops::Range;

use nalgebra::{Complex, DMatrix, DVector};

use super::moments::{Infeasible, congruence_map, quadratic_map};
use super::signed::SignedLaw;
use crate::curvature::LawSamples;
use crate::numerics::{block_sums, packed_index, packed_len};

/// A complex number in double precision.
pub(super) type C64 = Complex<f64>;

/// Packed length up to which second moments are summed in registers; above, by matrix products.
const REGISTER_LIMIT: usize = 10;

/// Samples per matrix product.
const SLAB: usize = 64;

/// Relative Newton step below which the quadratically smaller next one is not needed.
const STEP_TOLERANCE: f64 = 1e-9;

/// Newton steps before a start counts as too far.
const MAX_NEWTON: usize = 12;

/// A solution of (5.1) with positive definite imaginary part of S.
#[derive(Clone, Debug)]
pub(super) struct ComplexPoint {
    /// `T = S^{-1}` (m x m, symmetric).
    pub inverse: DMatrix<C64>,
    /// `Im Tr S` at z.
    pub imaginary_trace: f64,
    /// `Im Tr S` at `Re z`, one Newton-free step of first order below z.
    pub trace_on_axis: f64,
}

/// Newton's method at the spectral parameter `z`, from a guess of `T = S^{-1}`.
///
/// `None` where it does not converge to a solution with `Im S > 0`; such a solution is unique
/// for `Im z > 0`, so a returned point is the physical one.
pub(super) fn solve_complex(
    signed: &SignedLaw,
    z: C64,
    mut inverse: DMatrix<C64>,
) -> Option<ComplexPoint> {
    let m = signed.neurons();
    for _ in 0..MAX_NEWTON {
        let resolvent = inverse.clone().try_inverse()?;
        let (mean, second) = complex_moments(signed, &inverse).ok()?;
        let residual = &inverse + DMatrix::identity(m, m) * z - mean;
        let contraction = quadratic_map(&second, m) * congruence_map(&resolvent);
        let p = packed_len(m);
        let matrix = DMatrix::identity(p, p) - contraction / C64::from(signed.delta);
        let factors = matrix.lu();
        let step = from_coordinates(&factors.solve(&-coordinates(&residual))?, m);
        inverse += &step;
        signed.law.symmetrise(&mut inverse);
        let size = step.norm() / inverse.norm();
        if !size.is_finite() {
            return None;
        }
        if size < STEP_TOLERANCE {
            let resolvent = inverse.clone().try_inverse()?;
            resolvent.map(|x| x.im).cholesky()?;
            let slope = factors.solve(&-coordinates(&DMatrix::identity(m, m)))?;
            let on_axis = &inverse - from_coordinates(&slope, m) * C64::new(0.0, z.im);
            return Some(ComplexPoint {
                inverse,
                imaginary_trace: resolvent.trace().im,
                trace_on_axis: on_axis.try_inverse()?.trace().im,
            });
        }
    }
    None
}

/// Orthonormal coordinates of a complex symmetric matrix.
fn coordinates(matrix: &DMatrix<C64>) -> DVector<C64> {
    let m = matrix.nrows();
    let entries = (0..m).flat_map(|i| (i..m).map(move |j| (i, j)));
    let weight = |i: usize, j: usize| {
        if i == j {
            1.0
        } else {
            std::f64::consts::SQRT_2
        }
    };
    DVector::from_iterator(
        packed_len(m),
        entries.map(|(i, j)| matrix[(i, j)] * weight(i, j)),
    )
}

/// The complex symmetric matrix of orthonormal coordinates.
fn from_coordinates(vector: &DVector<C64>, m: usize) -> DMatrix<C64> {
    let weight = |i: usize, j: usize| {
        if i == j {
            1.0
        } else {
            std::f64::consts::FRAC_1_SQRT_2
        }
    };
    DMatrix::from_fn(m, m, |i, j| vector[packed_index(m, i, j)] * weight(i, j))
}

/// `E[K]` with the shift (m x m) and `E[k k^T]` (p x p) at a complex T: one pass over the samples.
fn complex_moments(
    signed: &SignedLaw,
    inverse: &DMatrix<C64>,
) -> Result<(DMatrix<C64>, DMatrix<C64>), Infeasible> {
    let (m, law) = (signed.neurons(), signed.law);
    let p = packed_len(m);
    let kernel = kernel_at(signed, inverse);
    let sums = block_sums(law.count(), 2 * p + 4 * p * p, |range, out| {
        kernel.moments(law.samples(), range, out);
        Ok(())
    })?;
    if sums.iter().any(|x| !x.is_finite()) {
        return Err(Infeasible);
    }
    let (mean, second) = sums.split_at(2 * p);
    let mut mean: Vec<C64> = (0..p).map(|a| C64::new(mean[a], mean[p + a])).collect();
    // The stacked product holds [Re Re, Re Im; Im Re, Im Im].
    let stacked = |row: usize, column: usize| second[row + 2 * p * column];
    let mut second = DMatrix::from_fn(p, p, |a, b| {
        C64::new(
            stacked(a, b) - stacked(p + a, p + b),
            stacked(a, p + b) + stacked(p + a, b),
        )
    });
    if let Some(symmetry) = law.symmetry() {
        symmetry.average(&mut mean);
        symmetry.average_products(second.as_mut_slice());
    }
    let mut mean = DMatrix::from_fn(m, m, |i, j| mean[packed_index(m, i, j)]);
    for (j, shift) in law.shift().iter().enumerate() {
        mean[(j, j)] += signed.sign * shift;
    }
    Ok((mean, second))
}

/// Sums over blocks with the number of neurons erased.
trait ComplexBlocks: Sync {
    /// Adds `[Re E[k], Im E[k] | E[(Re k, Im k)(Re k, Im k)^T]]` over `range` to `out`.
    fn moments(&self, samples: &LawSamples, range: Range<usize>, out: &mut [f64]);
}

/// The response by an unpivoted factorisation `T + D/delta = L diag L^T`.
///
/// Its imaginary part is negative definite in the upper half-plane, hence so is that of every
/// Schur complement: no pivot vanishes.
struct ComplexKernel<const M: usize, const P: usize> {
    /// T.
    inverse: [[C64; M]; M],
    /// `sign / delta`.
    rate: f64,
    /// delta.
    delta: f64,
}

impl<const M: usize, const P: usize> ComplexKernel<M, P> {
    /// K, packed.
    #[inline]
    fn response(&self, curvature: &[f64]) -> [C64; P] {
        let mut a = self.inverse;
        let mut packed = curvature.iter();
        for (i, row) in a.iter_mut().enumerate() {
            for (entry, d) in row[i..].iter_mut().zip(&mut packed) {
                entry.re += self.rate * d;
            }
        }
        // Elimination of T + D/delta, carrying Y = L^{-1} T along, row by row.
        let mut y = self.inverse;
        let mut pivots = [C64::ZERO; M];
        for j in 0..M {
            pivots[j] = 1.0 / a[j][j];
            let (pivot_row, pivot_line) = (a[j], y[j]);
            for i in j + 1..M {
                let factor = pivot_row[i] * pivots[j];
                for (entry, p) in a[i][i..].iter_mut().zip(&pivot_row[i..]) {
                    *entry -= factor * p;
                }
                for (entry, p) in y[i].iter_mut().zip(&pivot_line) {
                    *entry -= factor * p;
                }
            }
        }
        let mut k = [C64::ZERO; P];
        let mut start = 0;
        for i in 0..M {
            let row = &mut k[start..start + M - i];
            row.copy_from_slice(&self.inverse[i][i..]);
            for (line, pivot) in y.iter().zip(&pivots) {
                let factor = line[i] * pivot;
                row.iter_mut()
                    .zip(&line[i..])
                    .for_each(|(entry, b)| *entry -= factor * b);
            }
            row.iter_mut().for_each(|entry| *entry *= self.delta);
            start += M - i;
        }
        k
    }

    /// Few neurons: complex sums in local arrays, spread over the stacked layout at the end.
    fn moments_in_registers(&self, samples: &LawSamples, range: Range<usize>, out: &mut [f64]) {
        let (mut mean, mut second) = ([C64::ZERO; P], [[C64::ZERO; P]; P]);
        for i in range {
            let k = self.response(&samples.curvature[i * P..(i + 1) * P]);
            let weight = samples.weights[i];
            for a in 0..P {
                let scaled = k[a] * weight;
                mean[a] += scaled;
                for b in a..P {
                    second[a][b] += scaled * k[b];
                }
            }
        }
        for a in 0..P {
            (out[a], out[P + a]) = (mean[a].re, mean[a].im);
            for b in 0..P {
                let value = second[a.min(b)][a.max(b)];
                out[2 * P + a + 2 * P * b] = value.re;
                out[2 * P + a + 2 * P * (P + b)] = value.im;
            }
        }
    }

    /// Many neurons: real and imaginary parts stacked in slabs, summed by matrix products.
    fn moments_by_products(&self, samples: &LawSamples, range: Range<usize>, out: &mut [f64]) {
        let mut second = DMatrix::zeros(2 * P, 2 * P);
        let mut responses = DMatrix::zeros(2 * P, SLAB);
        let mut weighted = DMatrix::zeros(SLAB, 2 * P);
        for start in range.clone().step_by(SLAB) {
            let end = range.end.min(start + SLAB);
            if end - start < SLAB {
                weighted.fill(0.0);
            }
            for (column, i) in (start..end).enumerate() {
                let k = self.response(&samples.curvature[i * P..(i + 1) * P]);
                let parts = k.iter().map(|x| x.re).chain(k.iter().map(|x| x.im));
                for (a, value) in parts.enumerate() {
                    responses[(a, column)] = value;
                    weighted[(column, a)] = samples.weights[i] * value;
                    out[a] += samples.weights[i] * value;
                }
            }
            second.gemm(1.0, &responses, &weighted, 1.0);
        }
        out[2 * P..].copy_from_slice(second.as_slice());
    }
}

impl<const M: usize, const P: usize> ComplexBlocks for ComplexKernel<M, P> {
    fn moments(&self, samples: &LawSamples, range: Range<usize>, out: &mut [f64]) {
        if P <= REGISTER_LIMIT {
            self.moments_in_registers(samples, range, out);
        } else {
            self.moments_by_products(samples, range, out);
        }
    }
}

/// The kernel for the law's number of neurons, which validation has bounded.
fn kernel_at(signed: &SignedLaw, inverse: &DMatrix<C64>) -> Box<dyn ComplexBlocks> {
    macro_rules! dispatch {
        ($($m:literal),*) => {
            match signed.neurons() {
                $($m => Box::new(ComplexKernel::<$m, { $m * ($m + 1) / 2 }> {
                    inverse: rows(inverse),
                    rate: signed.sign / signed.delta,
                    delta: signed.delta,
                }),)*
                _ => Box::new(ComplexKernel::<16, 136> {
                    inverse: rows(inverse),
                    rate: signed.sign / signed.delta,
                    delta: signed.delta,
                }),
            }
        };
    }
    dispatch!(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
}

/// The rows of a square matrix of known size.
fn rows<const M: usize>(matrix: &DMatrix<C64>) -> [[C64; M]; M] {
    std::array::from_fn(|i| std::array::from_fn(|j| matrix[(i, j)]))
}
