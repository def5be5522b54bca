//! The resolvent equation (5.1) in the upper half-plane.

use nalgebra::{Complex, DMatrix, DVector};

use super::moments::{congruence_map, quadratic_map};
use super::number::Imaginary;
use super::pass::{Infeasible, averages};
use super::signed::SignedLaw;
use crate::numerics::{packed_index, packed_len};

/// A complex number in double precision.
pub(super) type C64 = Complex<f64>;

/// Relative error of T that is left.
const ACCURACY: f64 = 1e-9;

/// Error after a first Newton step over the square of its length: more than the curve's own turns, but for points within
/// 1e-6 of the bulk's width of an edge.
const FIRST_CURVATURE: f64 = 1e3;

/// Newton steps before a start counts as too far.
const MAX_NEWTON: usize = 12;

/// A solution of (5.1) with positive definite imaginary part of S.
#[derive(Clone, Debug)]
pub(super) struct ComplexPoint {
    /// `T = S^{-1}` (m x m, symmetric).
    pub inverse: DMatrix<C64>,
    /// `dT/dz`.
    pub slope: DMatrix<C64>,
    /// `Im Tr S` at z.
    pub imaginary_trace: f64,
    /// `Im Tr S` at `Re z`, one Newton-free step of first order below z, and its derivative along the axis.
    pub trace_on_axis: f64,
    pub trace_slope: f64,
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
    let mut curvature = FIRST_CURVATURE;
    let mut previous = f64::INFINITY;
    for _ in 0..MAX_NEWTON {
        let resolvent = inverse.clone().try_inverse()?;
        let (mean, second) = complex_moments(signed, &inverse, &resolvent).ok()?;
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
        // convergence is quadratic, so the step that would follow is known from the last two
        if previous.is_finite() {
            curvature = (size / (previous * previous)).max(1.0);
        }
        if curvature * size * size < ACCURACY {
            let resolvent = inverse.clone().try_inverse()?;
            resolvent.map(|x| x.im).cholesky()?;
            let slope = factors.solve(&-coordinates(&DMatrix::identity(m, m)))?;
            let slope = from_coordinates(&slope, m);
            let on_axis = (&inverse - &slope * C64::new(0.0, z.im)).try_inverse()?;
            return Some(ComplexPoint {
                inverse,
                imaginary_trace: resolvent.trace().im,
                trace_on_axis: on_axis.trace().im,
                trace_slope: -(&on_axis * &slope * &on_axis).trace().im,
                slope,
            });
        }
        previous = size;
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
    resolvent: &DMatrix<C64>,
) -> Result<(DMatrix<C64>, DMatrix<C64>), Infeasible> {
    let (m, law) = (signed.neurons(), signed.law);
    let p = packed_len(m);
    let mut sums = averages::<Imaginary>(signed, inverse, resolvent)?;
    if let Some(symmetry) = law.symmetry() {
        symmetry.average(&mut sums.mean);
        symmetry.average_products(&mut sums.second);
    }
    let mut mean = DMatrix::from_fn(m, m, |i, j| sums.mean[packed_index(m, i, j)]);
    for (j, shift) in law.shift().iter().enumerate() {
        mean[(j, j)] += signed.sign * shift;
    }
    Ok((mean, DMatrix::from_vec(p, p, sums.second)))
}
