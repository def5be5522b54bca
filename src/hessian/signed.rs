//! One side of a law at one delta, and the support that constrains its resolvent.

use super::error::HessianError;
use super::frame::Frame;
use crate::curvature::{CurvatureLaw, CurvatureSupport};
use crate::numerics::packed_len;

/// Which support constrains the resolvent: `I + S^{1/2} D S^{1/2} / delta >= 0` for every D in it.
#[derive(Clone, Copy)]
pub enum Support<'a> {
    /// The samples themselves. The edge is then always soft (or a point mass at zero): it is
    /// the edge of the law as that many samples see it, the *effective* one.
    Empirical,
    /// The true support. For a right edge, the support of `-D`.
    Known(&'a dyn CurvatureSupport),
}

/// A law of `+D` or `-D` at one delta: what the solvers below work on.
///
/// Right edges are left edges of `-D`, so one sign replaces a second set of formulas.
pub(super) struct SignedLaw<'a> {
    /// The samples.
    pub law: &'a CurvatureLaw,
    /// `+1` for the left side of the spectrum, `-1` for the right side.
    pub sign: f64,
    /// n/d.
    pub delta: f64,
    /// Root mean square Frobenius norm of D: the natural size of the spectrum.
    pub scale: f64,
}

impl<'a> SignedLaw<'a> {
    /// Validates delta.
    pub fn new(law: &'a CurvatureLaw, sign: f64, delta: f64) -> Result<Self, HessianError> {
        if !(delta.is_finite() && delta > 0.0) {
            return Err(HessianError::InvalidDelta { delta });
        }
        let samples = law.samples();
        let rows = samples.curvature.chunks_exact(packed_len(samples.neurons));
        let mean_square: f64 = rows
            .zip(&samples.weights)
            .map(|(row, w)| w * squared_norm(row, samples.neurons))
            .sum();
        // A law that is identically zero has no size; any positive one serves.
        let scale = if mean_square > 0.0 {
            mean_square.sqrt()
        } else {
            1.0
        };
        Ok(Self {
            law,
            sign,
            delta,
            scale,
        })
    }

    /// Coordinates of what the law's symmetry leaves alone.
    pub fn frame(&self) -> Frame<'_> {
        Frame(self.law.symmetry())
    }

    /// m.
    pub fn neurons(&self) -> usize {
        self.law.neurons()
    }
}

/// Squared Frobenius norm of a packed symmetric matrix.
fn squared_norm(packed: &[f64], dimension: usize) -> f64 {
    let mut total = 0.0;
    let mut k = 0;
    for i in 0..dimension {
        for j in i..dimension {
            let multiplicity = if i == j { 1.0 } else { 2.0 };
            total += multiplicity * packed[k] * packed[k];
            k += 1;
        }
    }
    total
}
