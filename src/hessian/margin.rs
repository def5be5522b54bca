//! The signed distance to an informative outlier: what the threshold search drives to zero.

use nalgebra::DMatrix;

use super::edge::{EdgePoint, find_edge};
use super::error::HessianError;
use super::outlier::smallest_eigenvalue;
use super::path::{Curve, Point, Track};
use super::root::{Bracket, bracketed_root};
use super::signed::{SignedLaw, Support};
use super::spectrum::EdgeKind;
use crate::curvature::CurvatureLaw;

/// First level tried beyond the edge, relative to the edge's level.
const FIRST_REACH: f64 = 0.1;

/// Growth of the reach until zeta is below the target.
const REACH_GROWTH: f64 = 3.0;

/// Reaches tried before the curve counts as lost.
const MAX_REACHES: usize = 100;

/// Accuracy of zeta, relative to the law's scale.
const ZETA_TOLERANCE: f64 = 1e-13;

/// Relative width of a bracket on the curve at which rounding takes over.
const LEVEL_WIDTH: f64 = 1e-15;

/// Whether H, ridge included, has a negative left outlier carried by hard directions.
#[derive(Clone, Debug)]
pub struct InformativeMargin {
    /// `lambda_min(A(min(edge, -ridge)))`: negative exactly when such an outlier exists.
    /// Infinite for a law without hard directions.
    pub value: f64,
    /// The left edge, ridge included.
    pub edge: f64,
    /// What ends the bulk.
    pub kind: EdgeKind,
    /// S at the edge (m x m), to warm-start a neighbouring delta.
    pub resolvent: DMatrix<f64>,
    /// Passes over the samples spent.
    pub passes: usize,
}

/// The margin of docs/theory.md sections 6 and 7 (arXiv:2602.01434), or `None` where D is
/// unbounded below.
///
/// An outlier counts as informative if it lies below the bulk *and* below zero once the ridge
/// (weight decay) is added: where the shifted edge is positive, A is evaluated at
/// `zeta = -ridge` instead of the edge. `warm`, the resolvent of a neighbouring delta, saves
/// passes over the samples and does not change the answer.
///
/// # Errors
/// An invalid law, delta or ridge, or a lost curve.
pub fn informative_margin(
    law: &CurvatureLaw,
    support: Support,
    delta: f64,
    ridge: f64,
    warm: Option<&DMatrix<f64>>,
) -> Result<Option<InformativeMargin>, HessianError> {
    if !ridge.is_finite() {
        return Err(HessianError::InvalidRidge { ridge });
    }
    let signed = SignedLaw::new(law, 1.0, delta)?;
    let curve = Curve::new(&signed);
    let Some(edge) = find_edge(&curve, support, warm)? else {
        return Ok(None);
    };
    let value = if edge.point.zeta > -ridge {
        smallest_eigenvalue(&signed, &point_below(&curve, &edge, -ridge)?)?
    } else {
        smallest_eigenvalue(&signed, &edge.point)?
    };
    Ok(Some(InformativeMargin {
        value,
        edge: edge.zeta() + ridge,
        kind: edge.kind,
        passes: curve.passes(),
        resolvent: edge.point.resolvent,
    }))
}

/// The point of the curve at a zeta below the edge.
pub(super) fn point_below(
    curve: &Curve,
    edge: &EdgePoint,
    zeta: f64,
) -> Result<Point, HessianError> {
    let scale = curve.signed.scale;
    let excess = |point: &Point| Ok((point.zeta - zeta) / scale);
    let mut track = Track::through(curve, edge.point.clone(), Vec::new());
    let start = track.points()[0].0;
    let mut inner = (start, excess(&edge.point)?);
    let mut reach = FIRST_REACH;
    for _ in 0..MAX_REACHES {
        let level = start * (1.0 + reach);
        let outer = (level, track.value(level, excess)?);
        if outer.1 <= 0.0 {
            let bracket = Bracket {
                first: inner,
                second: outer,
            };
            let level = bracketed_root(
                "zeta + ridge",
                bracket,
                ZETA_TOLERANCE,
                LEVEL_WIDTH,
                |level| track.value(level, excess),
            )?;
            return track.at(level).cloned();
        }
        inner = outer;
        reach *= REACH_GROWTH;
    }
    Err(curve.lost(Some(&edge.point)))
}
