//! The bordered linear system of one Newton step on the resolvent curve.

use nalgebra::{DMatrix, DVector};

use super::frame::{Frame, Roots};
use super::moments::Moments;
use super::path::{Point, StepFailed};
use crate::numerics::{SortedEigen, pack};

/// Shift of the Newton matrix off the border direction. It keeps the bordered system regular
/// where several decoupled blocks of neurons fold together, and slows convergence by this
/// factor only.
const KERNEL_SHIFT: f64 = 1e-6;

/// The linearisation of (5.1) at a trial T, solved for the Newton step and the tangent.
pub(super) struct Linearised {
    /// Spectral radius of `X -> S E[K X K] S / delta`.
    radius: f64,
    /// Newton step of T at constant border product with `G^T G` (m x m).
    pub correction: DMatrix<f64>,
    /// Newton step of zeta.
    pub zeta_correction: f64,
    /// Whitened coordinates of the Newton step (c).
    pub whitened_correction: DVector<f64>,
    /// Change of T along the curve (m x m).
    pub tangent: DMatrix<f64>,
    /// Change of zeta along the curve.
    pub zeta_tangent: f64,
    /// Whitened coordinates of the tangent (c).
    pub whitened_tangent: DVector<f64>,
    /// Latent averages, passed on to the point.
    latent: DMatrix<f64>,
    /// Passed on to the point.
    pub tightness: f64,
}

impl Linearised {
    /// Solves the system `[1 - Q, v; v^T, 0]` for the step and the tangent, v the whitened
    /// identity: any other border is then met by adding a multiple of the tangent.
    pub fn new(
        delta: f64,
        frame: Frame<'_>,
        roots: &Roots,
        averages: Moments<f64>,
        residual: &DMatrix<f64>,
    ) -> Result<Self, StepFailed> {
        let m = residual.nrows();
        let c = frame.dimension();
        // S = G G^T; products with G turn S into the identity ("whitened").
        let whitening = roots.inverse.transpose();
        let map = frame.congruence_map(&whitening);
        let contraction = map.transpose() * (averages.quadratic * &map) / delta;
        let whiten = |x: &DMatrix<f64>| frame.coordinates(&(whitening.tr_mul(&(x * &whitening))));
        let identity = whiten(&DMatrix::identity(m, m));
        let size = identity.norm();
        let border = &identity / size;

        // The map is completely positive: a negative value is rounding of zero.
        let radius = SortedEigen::new(&contraction)
            .map_err(|_| StepFailed)?
            .largest()
            .max(0.0);
        // Away from zero, on whichever side of it the critical eigenvalues of 1 - Q are.
        let shift = if radius > 1.0 {
            -KERNEL_SHIFT
        } else {
            KERNEL_SHIFT
        };
        let mut matrix = DMatrix::zeros(c + 1, c + 1);
        let shifted = DMatrix::identity(c, c) * (1.0 + shift)
            - &border * border.transpose() * shift
            - contraction;
        matrix.view_mut((0, 0), (c, c)).copy_from(&shifted);
        matrix.view_mut((0, c), (c, 1)).copy_from(&border);
        matrix
            .view_mut((c, 0), (1, c))
            .copy_from(&border.transpose());
        let mut right = DMatrix::zeros(c + 1, 2);
        right
            .view_mut((0, 0), (c, 1))
            .copy_from(&(-whiten(residual)));
        right[(c, 1)] = 1.0;
        let solution = matrix.lu().solve(&right).ok_or(StepFailed)?;

        let part = |column: usize| DVector::from_fn(c, |i, _| solution[(i, column)]);
        let (whitened_correction, whitened_tangent) = (part(0), part(1));
        let factor = &roots.factor;
        let restore = |z: &DVector<f64>| factor * frame.matrix(z.as_slice()) * factor.transpose();
        Ok(Self {
            radius,
            correction: restore(&whitened_correction),
            zeta_correction: solution[(c, 0)] / size,
            tangent: restore(&whitened_tangent),
            zeta_tangent: solution[(c, 1)] / size,
            whitened_correction,
            whitened_tangent,
            latent: averages.latent,
            tightness: averages.tightness,
        })
    }

    /// The converged point; its averages lag behind by the last step.
    pub fn into_point(
        self,
        inverse: DMatrix<f64>,
        zeta: f64,
        lag: f64,
    ) -> Result<Point, StepFailed> {
        let resolvent = inverse.clone().cholesky().ok_or(StepFailed)?.inverse();
        let finite = zeta.is_finite() && pack(&resolvent).iter().all(|x| x.is_finite());
        if !finite {
            return Err(StepFailed);
        }
        Ok(Point {
            inverse,
            resolvent,
            zeta,
            radius: self.radius,
            tangent_norm: self.whitened_tangent.norm(),
            tangent: self.tangent,
            zeta_tangent: self.zeta_tangent,
            latent: self.latent,
            tightness: self.tightness,
            lag,
        })
    }
}
