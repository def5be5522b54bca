//! delta_NN(0): the threshold of the Hessian at initialisation.

use nalgebra::DMatrix;
use rayon::prelude::*;

use super::answer::{Answer, Why};
use super::family::Start;
use super::laws::Laws;
use super::start::AtStart;
use super::{Rung, ThresholdError, ladder};
use crate::curvature::{CurvatureLaw, ModelSupport, Side, SupportKind};
use crate::experiment::NumericsSection;
use crate::network::Model;
use crate::numerics::{Measured, Progress, unpack};
use crate::phase1::{InitialLaw, Phase1Error, ReachedSplit, Resolution, TrainingRule};
use crate::recovery::{AlgorithmicThreshold, Threshold};
use crate::teacher::{LabelLaw, LabelMoments, Teacher};

/// The search starts here, relative to delta_alg; nothing may cross below one.
const GRID_START: f64 = 0.8;
/// And here, where the network does not see easy directions, to which delta_alg does not apply.
const HIDDEN_START: f64 = 0.05;

/// The Hessian at initialisation of a network trained on a target.
pub struct InitialProblem<'a> {
    pub(super) model: &'a Model,
    pub(super) algorithmic: &'a AlgorithmicThreshold,
    pub(super) moments: LabelMoments,
    pub(super) support: ModelSupport,
    pub(super) init_std: f64,
    pub(super) weight_decay: f64,
    pub(super) numerics: NumericsSection,
    /// Orthonormal rows: the directions that this network does not reach (r x k).
    hard: DMatrix<f64>,
    /// How many of them are easy ones, hidden from the network.
    hidden: usize,
    /// Whether rows of W are kept on the sphere.
    spherical: bool,
}

impl<'a> InitialProblem<'a> {
    /// Computes the label's law and the support of the curvature.
    ///
    /// `init_std` is s_w, `weight_decay` the ridge lambda; `algorithmic` belongs to the same target.
    ///
    /// # Errors
    /// When the target cannot be integrated.
    pub fn new(
        target: &Teacher,
        model: &'a Model,
        algorithmic: &'a AlgorithmicThreshold,
        init_std: f64,
        weight_decay: f64,
        numerics: NumericsSection,
    ) -> Result<Self, ThresholdError> {
        let moments = LabelMoments::new(target)?;
        let support = ModelSupport::new(model, &moments.support, init_std, Side::Left);
        Ok(Self {
            model,
            algorithmic,
            moments,
            support,
            init_std,
            weight_decay,
            numerics,
            hard: algorithmic.hard_basis.clone(),
            hidden: 0,
            spherical: false,
        })
    }

    /// The same problem for a network that reaches fewer directions than are easy, or is trained on the sphere.
    #[must_use]
    pub fn with_training(mut self, split: &ReachedSplit, rule: &TrainingRule) -> Self {
        self.hard = split.hard.clone();
        self.hidden = split.hidden;
        self.spherical = rule.radius.is_some();
        self
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
    pub fn threshold(&self, progress: &dyn Progress) -> Result<Rung, ThresholdError> {
        Ok(self.watched(progress, &mut |_| {})?.swap_remove(0))
    }

    /// As [`threshold`](Self::threshold), a ladder of one rung; `done` is shown it when it is finished.
    pub(super) fn watched(
        &self,
        progress: &dyn Progress,
        done: &mut dyn FnMut(&Rung),
    ) -> Result<Vec<Rung>, ThresholdError> {
        ladder::rungs(self, &AtStart { problem: self }, progress, done)
    }

    /// Answers that follow from the label alone.
    pub(super) fn without_search(&self) -> Option<Answer> {
        if self.hidden > 0 {
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
            Threshold::Finite(_) => None,
        }
    }

    pub(super) fn law(&self) -> InitialLaw<'_> {
        InitialLaw {
            model: self.model,
            label: &self.moments.fine,
            hard_basis: &self.hard,
            init_std: self.init_std,
            sphere: self.spherical.then_some(self.weight_decay),
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
            _ => self.replicates(|replicate| self.focused(self.numerics.samples, replicate)),
        }
    }

    fn replicates(
        &self,
        draw: impl Fn(u64) -> Result<CurvatureLaw, Phase1Error> + Send + Sync,
    ) -> Result<Laws, ThresholdError> {
        let laws: Result<Vec<CurvatureLaw>, Phase1Error> = (0..self.numerics.replicates as u64)
            .into_par_iter()
            .map(draw)
            .collect();
        Ok(Laws::Replicates(laws?))
    }

    /// Samples as that many data would give.
    pub(super) fn plain_samples(&self, count: usize) -> Result<Laws, ThresholdError> {
        self.replicates(|replicate| self.law().sample(count, self.numerics.seed, replicate))
    }

    /// Refuses a target whose hard directions are not settled.
    pub(super) fn check_split(&self) -> Result<(), ThresholdError> {
        match &self.algorithmic.delta_alg {
            _ if self.hidden > 0 => Ok(()),
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
        match self.support.classification() {
            SupportKind::Bounded { pre_activation, .. } => {
                self.law()
                    .focused_sample(pre_activation, count, self.numerics.seed, replicate)
            }
            SupportKind::Unbounded { .. } => {
                self.law().sample(count, self.numerics.seed, replicate)
            }
        }
    }

    /// Adds the relative error of the label's law: that of delta_alg, or where delta_alg is not about these directions,
    /// that of the information on them.
    pub(super) fn with_label_error(&self, delta: Measured) -> Measured {
        let label = match self.algorithmic.delta_alg.finite() {
            Some(alg) if self.hidden == 0 && alg.value > 0.0 => alg.relative_error(),
            _ => self.label_error(),
        };
        Measured::new(delta.value, delta.error.hypot(label * delta.value))
    }

    /// `E[|P G P|^2]` with P on the directions that are not reached: relative change between the label's resolutions.
    fn label_error(&self) -> f64 {
        let information = |label: &LabelLaw| -> f64 {
            let nodes = label.nodes().iter();
            let squares = nodes.map(|node| {
                let shown = unpack(&node.second, self.hard.ncols());
                node.weight * (&self.hard * shown * self.hard.transpose()).norm_squared()
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
            Some(alg) if self.hidden == 0 => Start {
                lowest: GRID_START * alg.value,
                bound: Some(alg.value),
            },
            _ => Start {
                lowest: HIDDEN_START,
                bound: None,
            },
        }
    }
}
