//! The resolvent equation (5.1) in the upper half-plane.

use nalgebra::{Complex, DMatrix};

use super::moments::moments;
use super::number::Imaginary;
use super::signed::SignedLaw;

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
    let (m, frame) = (signed.neurons(), signed.frame());
    let mut curvature = FIRST_CURVATURE;
    let mut previous = f64::INFINITY;
    for _ in 0..MAX_NEWTON {
        let resolvent = inverse.clone().try_inverse()?;
        let averages = moments::<Imaginary>(signed, &inverse, &resolvent).ok()?;
        let residual = &inverse + DMatrix::identity(m, m) * z - averages.mean;
        let contraction = averages.quadratic * frame.congruence_map(&resolvent);
        let c = frame.dimension();
        let matrix = DMatrix::identity(c, c) - contraction / C64::from(signed.delta);
        let factors = matrix.lu();
        let solve = |right: &DMatrix<C64>| -> Option<DMatrix<C64>> {
            let solution = factors.solve(&-frame.coordinates(right))?;
            Some(frame.matrix(solution.as_slice()))
        };
        let step = solve(&residual)?;
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
            let slope = solve(&DMatrix::identity(m, m))?;
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
