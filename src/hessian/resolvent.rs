//! The real resolvent at one place left of the bulk.

use nalgebra::DMatrix;

use super::edge::find_edge;
use super::error::HessianError;
use super::margin::point_below;
use super::path::Curve;
use super::signed::{SignedLaw, Support};
use crate::curvature::CurvatureLaw;

/// The left edge of a law, and the resolvent at a place below it.
#[derive(Clone, Debug)]
pub struct RealResolvent {
    /// S (m x m), docs/theory.md (5.1).
    pub resolvent: DMatrix<f64>,
    /// Spectral radius of (5.2) there: below one.
    pub radius: f64,
}

/// The resolvent at `zeta`, without ridge, on the side of the left edge where it is real; `None` at the edge and beyond, and
/// where D is unbounded below. `warm` is as for [`bulk_edge`](super::bulk_edge).
///
/// # Errors
/// An invalid law or delta, or a lost curve.
pub fn real_resolvent(
    law: &CurvatureLaw,
    support: Support,
    delta: f64,
    zeta: f64,
    warm: Option<&DMatrix<f64>>,
) -> Result<Option<RealResolvent>, HessianError> {
    let signed = SignedLaw::new(law, 1.0, delta)?;
    let curve = Curve::new(&signed);
    let Some(edge) = find_edge(&curve, support, warm)? else {
        return Ok(None);
    };
    if edge.zeta() <= zeta {
        return Ok(None);
    }
    let point = point_below(&curve, &edge, zeta)?;
    Ok(Some(RealResolvent {
        resolvent: point.resolvent,
        radius: point.radius,
    }))
}
