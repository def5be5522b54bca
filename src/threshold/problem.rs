//! delta_NN(0): the threshold of the Hessian at initialisation.

use std::ops::RangeInclusive;

use nalgebra::DMatrix;
use rayon::prelude::*;

use super::answer::{Answer, Why};
use super::family::Start;
use super::laws::Laws;
use super::start::AtStart;
use super::{Rung, ThresholdError, Training, ladder};
use crate::curvature::{CurvatureLaw, ModelSupport, SupportKind};
use crate::experiment::NumericsSection;
use crate::numerics::{Measured, Progress, unpack};
use crate::phase1::{InitialLaw, Phase1Error, ReachedSplit, Resolution};
use crate::recovery::{AlgorithmicThreshold, Threshold};
use crate::teacher::{LabelLaw, LabelMoments, LabelSupport};

/// The n/d that can be looked at: further out only the limits are of interest, and the solvers' accuracy ends.
pub const DELTAS: RangeInclusive<f64> = 1e-6..=1e9;

/// The search starts here, relative to delta_alg; nothing may cross below one.
const GRID_START: f64 = 0.8;
/// And here, where the network does not see easy directions, to which delta_alg does not apply.
const HIDDEN_START: f64 = 0.05;

/// A teacher, a network and a training rule, with what is known of them: all that delta_NN(T) depends on.
#[derive(Clone, Copy)]
pub struct Problem<'a> {
    /// The network in training.
    pub training: Training<'a>,
    /// delta_alg of the teacher, and its split.
    pub algorithmic: &'a AlgorithmicThreshold,
    /// The label's law at two resolutions.
    pub moments: &'a LabelMoments,
    /// The left end of the curvature's support.
    pub left: &'a ModelSupport,
}

impl<'a> Problem<'a> {
    /// Which latent directions training reaches, and which it leaves to the Hessian.
    pub fn split(&self) -> &'a ReachedSplit {
        self.training.split
    }

    /// Orthonormal rows: the directions that this network does not reach (r x k).
    pub(super) fn hard(&self) -> &'a DMatrix<f64> {
        &self.training.split.hard
    }

    /// How many of them are easy ones, hidden from the network.
    pub(super) fn hidden(&self) -> usize {
        self.training.split.hidden
    }

    /// lambda.
    pub(super) fn ridge(&self) -> f64 {
        self.training.rule.weight_decay
    }

    /// Samples, replicates, seed.
    pub(super) fn numerics(&self) -> NumericsSection {
        self.training.numerics
    }

    /// delta_alg of the target.
    pub fn delta_alg(&self) -> &Threshold {
        &self.algorithmic.delta_alg
    }

    /// delta_NN(0) with its error bar, the kind of the edge there, and the effective threshold where
    /// the edge is not soft (docs/theory.md section 7; arXiv:2510.18435 for T = 0).
    ///
    /// # Errors
    /// When the law cannot be computed, or the spectral equations cannot be solved on the coarse grid.
    pub(super) fn delta_nn_at_start(
        &self,
        progress: &dyn Progress,
    ) -> Result<Rung, ThresholdError> {
        Ok(self.watched(progress, &mut |_| {})?.swap_remove(0))
    }

    /// As [`delta_nn_at_start`](Self::delta_nn_at_start), a ladder of one rung; `done` is shown it when it is finished.
    pub(super) fn watched(
        &self,
        progress: &dyn Progress,
        done: &mut dyn FnMut(&Rung),
    ) -> Result<Vec<Rung>, ThresholdError> {
        ladder::rungs(
            self,
            &AtStart { problem: self },
            &mut |_| None,
            progress,
            done,
        )
    }

    /// Whether the label is nothing but a sign, and the network's curvature does not depend on it (docs/theory.md section 6).
    fn is_blind(&self) -> bool {
        let Training {
            teacher,
            model,
            rule,
            split,
            ..
        } = self.training;
        let is_sign = match &self.moments.support {
            LabelSupport::Points(points) => points.len() == 2 && points[0] == -points[1],
            LabelSupport::Interval { .. } | LabelSupport::Naturals => false,
        };
        is_sign
            && split.reached.nrows() == 0
            && !rule.head.trains()
            && model.is_odd()
            && teacher.link().is_reversible()
    }

    /// Answers that follow without looking at a spectrum.
    pub(super) fn without_search(&self) -> Option<Answer> {
        if self.hidden() > 0 {
            // what the label shows is not what this network sees
            return None;
        }
        match &self.algorithmic.delta_alg {
            Threshold::Infinite { reason } => Some(Answer::Absent(Why::AlgorithmicInfinite {
                reason: reason.clone(),
            })),
            Threshold::Undefined { reason } => Some(Answer::Absent(Why::UnsettledSplit {
                reason: reason.clone(),
            })),
            Threshold::Finite(_) if self.algorithmic.hard_basis.nrows() == 0 => {
                Some(Answer::Found(Measured::new(0.0, 0.0)))
            }
            Threshold::Finite(_) => self.is_blind().then_some(Answer::Absent(Why::BlindNetwork)),
        }
    }

    pub(super) fn law(&self) -> InitialLaw<'a> {
        InitialLaw {
            model: self.training.model,
            label: &self.moments.fine,
            hard_basis: self.hard(),
            init_std: self.training.init_std,
            sphere: self.training.rule.radius.map(|_| self.ridge()),
        }
    }

    /// Quadrature for one neuron, else samples.
    pub(super) fn laws(&self) -> Result<Laws, ThresholdError> {
        let coarse = InitialLaw {
            label: &self.moments.coarse,
            ..self.law()
        };
        match (
            self.law().quadrature(Resolution::Fine)?,
            coarse.quadrature(Resolution::Coarse)?,
        ) {
            (Some(fine), Some(coarse)) => Ok(Laws::Resolutions(Box::new([fine, coarse]))),
            _ => self.replicates(|replicate| self.focused(self.numerics().samples, replicate)),
        }
    }

    fn replicates(
        &self,
        draw: impl Fn(u64) -> Result<CurvatureLaw, Phase1Error> + Send + Sync,
    ) -> Result<Laws, ThresholdError> {
        let laws: Result<Vec<CurvatureLaw>, Phase1Error> = (0..self.numerics().replicates as u64)
            .into_par_iter()
            .map(draw)
            .collect();
        Ok(Laws::Replicates(laws?))
    }

    /// Samples as that many data would give.
    pub(super) fn plain_samples(&self, count: usize) -> Result<Laws, ThresholdError> {
        self.replicates(|replicate| self.law().sample(count, self.numerics().seed, replicate))
    }

    /// Refuses a target whose hard directions are not settled.
    pub(super) fn check_split(&self) -> Result<(), ThresholdError> {
        match &self.algorithmic.delta_alg {
            _ if self.hidden() > 0 => Ok(()),
            Threshold::Undefined { reason } => Err(ThresholdError::UnsettledSplit {
                reason: reason.clone(),
            }),
            Threshold::Finite(_) | Threshold::Infinite { .. } => Ok(()),
        }
    }

    /// A sample that looks closely at the infimum of the curvature's support.
    pub(super) fn focused(
        &self,
        count: usize,
        replicate: u64,
    ) -> Result<CurvatureLaw, Phase1Error> {
        match self.left.classification() {
            SupportKind::Bounded { pre_activation, .. } => {
                self.law()
                    .focused_sample(pre_activation, count, self.numerics().seed, replicate)
            }
            SupportKind::Unbounded { .. } => {
                self.law().sample(count, self.numerics().seed, replicate)
            }
        }
    }

    /// Adds the relative error of the label's law: that of delta_alg, or where delta_alg is not about these directions,
    /// that of the information on them.
    pub(super) fn with_label_error(&self, delta: Measured) -> Measured {
        let label = match self.algorithmic.delta_alg.finite() {
            Some(alg) if self.hidden() == 0 && alg.value > 0.0 => alg.relative_error(),
            _ => self.label_error(),
        };
        Measured::new(delta.value, delta.error.hypot(label * delta.value))
    }

    /// `E[|P G P|^2]` with P on the directions that are not reached: relative change between the label's resolutions.
    fn label_error(&self) -> f64 {
        let information = |label: &LabelLaw| -> f64 {
            let nodes = label.nodes().iter();
            let squares = nodes.map(|node| {
                let shown = unpack(&node.second, self.hard().ncols());
                node.weight * (self.hard() * shown * self.hard().transpose()).norm_squared()
            });
            squares.sum()
        };
        let fine = information(&self.moments.fine);
        // a label that shows nothing of them leaves no threshold to have an error
        if fine > 0.0 {
            (information(&self.moments.coarse) / fine - 1.0).abs()
        } else {
            0.0
        }
    }

    /// Where the search begins, and what bounds the threshold: nothing crosses below delta_alg.
    pub(super) fn start(&self) -> Start {
        match self.algorithmic.delta_alg.finite() {
            Some(alg) if self.hidden() == 0 => Start::at(GRID_START * alg.value, Some(alg.value)),
            _ => Start::at(HIDDEN_START, None),
        }
    }
}
