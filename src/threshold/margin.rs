//! The Hessian after T steps: its law at one delta, and its margin.

use nalgebra::DMatrix;

use crate::curvature::CurvatureLaw;
use crate::hessian::{EdgeKind, Support, informative_margin};
use crate::phase1::{LatentSource, Phase1Error, Plan};

use super::ThresholdError;
use super::family::Reading;
use super::problem::Problem;

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
}

impl Problem<'_> {
    /// The margins after each of the steps that `plan` keeps, in increasing order of the steps.
    pub(super) fn margins(
        &self,
        source: &LatentSource<'_>,
        plan: &Plan,
        support: Support<'_>,
        delta: f64,
    ) -> Result<Vec<TrainedMargin>, ThresholdError> {
        let trajectory = self.training.phase1(source).run(delta, plan)?;
        let start = trajectory.gradient_norm[0];
        let laws = trajectory.laws.iter();
        laws.map(|(step, law)| {
            let ratio = trajectory.gradient_norm[*step] / start;
            Ok(TrainedMargin::of(law, support, delta, self.ridge(), ratio, None)?.0)
        })
        .collect()
    }
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
                };
                (at, Some(margin.resolvent))
            }
            None => {
                let nowhere = Self {
                    value: f64::INFINITY,
                    edge: f64::NEG_INFINITY,
                    kind: EdgeKind::Unbounded,
                    gradient_ratio,
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
