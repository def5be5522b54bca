//! The Hessian after T steps: its law at one delta, and its margin.

use nalgebra::DMatrix;

use crate::curvature::CurvatureLaw;
use crate::hessian::{EdgeKind, Support, informative_margin};
use crate::phase1::Phase1Error;

use super::ThresholdError;
use super::family::Reading;

/// The margin after some steps, with what shows whether phase 1 has ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct TrainedMargin {
    /// lambda_min(A(min(edge, 0))).
    pub value: f64,
    /// The bulk's left edge, ridge included.
    pub edge: f64,
    pub kind: EdgeKind,
    /// Norm of the gradient, relative to that at initialisation.
    pub gradient_ratio: f64,
    /// Whether training had ended: the gradient vanishes, and the end is stable.
    pub ended: bool,
}

impl TrainedMargin {
    /// The margin of a law, and the resolvent at its edge (m x m), to start a neighbouring delta from.
    pub fn of(
        law: &CurvatureLaw,
        support: Support<'_>,
        delta: f64,
        ridge: f64,
        gradient_ratio: f64,
        warm: Option<&DMatrix<f64>>,
    ) -> Result<(Self, Option<DMatrix<f64>>), ThresholdError> {
        let margin = informative_margin(law, support, delta, ridge, warm)
            .map_err(|source| ThresholdError::Hessian { delta, source })?;
        Ok(match margin {
            Some(margin) => {
                let at = Self {
                    value: margin.value,
                    edge: margin.edge,
                    kind: margin.kind,
                    gradient_ratio,
                    ended: false,
                };
                (at, Some(margin.resolvent))
            }
            None => {
                let nowhere = Self {
                    value: f64::INFINITY,
                    edge: f64::NEG_INFINITY,
                    kind: EdgeKind::Unbounded,
                    gradient_ratio,
                    ended: false,
                };
                (nowhere, None)
            }
        })
    }
}

impl Reading for TrainedMargin {
    fn value(&self) -> f64 {
        self.value
    }
}

/// Whether training ran away at this delta, where others may be fine.
pub(super) fn diverged(error: &ThresholdError) -> bool {
    matches!(
        error,
        ThresholdError::Phase1(Phase1Error::Diverged { .. } | Phase1Error::NotFinite { .. })
    )
}
