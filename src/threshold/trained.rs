//! The Hessian after T steps: its law at one delta, and its margin.

use nalgebra::DMatrix;

use crate::curvature::CurvatureLaw;
use crate::experiment::NumericsSection;
use crate::hessian::{EdgeKind, Support, informative_margin};
use crate::network::Model;
use crate::phase1::{LatentSource, Phase1, Phase1Error, Plan, ReachedSplit, TrainingRule};
use crate::recovery::AlgorithmicThreshold;
use crate::teacher::Teacher;

use super::ThresholdError;
use super::family::Reading;
use super::initial::InitialProblem;

/// A target, a network and a training rule: all that delta_NN(T) depends on.
pub struct TrainedProblem<'a> {
    pub(super) model: &'a Model,
    pub(super) rule: &'a TrainingRule,
    target: &'a Teacher,
    split: ReachedSplit,
    pub(super) initial: InitialProblem<'a>,
}

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

impl<'a> TrainedProblem<'a> {
    /// Computes the label's law, the support of the curvature, and which easy directions the network reaches;
    /// `algorithmic` belongs to the same target, `init_std` is s_w.
    ///
    /// # Errors
    /// When the target cannot be integrated, or short runs of phase 1 fail.
    pub fn new(
        target: &'a Teacher,
        model: &'a Model,
        rule: &'a TrainingRule,
        algorithmic: &'a AlgorithmicThreshold,
        init_std: f64,
        numerics: NumericsSection,
    ) -> Result<Self, ThresholdError> {
        let initial = InitialProblem::new(
            target,
            model,
            algorithmic,
            init_std,
            rule.weight_decay,
            numerics,
        )?;
        let training = (model, rule, init_std);
        let split = ReachedSplit::new(target, algorithmic, training, numerics.seed)?;
        let initial = initial.with_training(&split, rule);
        Ok(Self {
            model,
            rule,
            target,
            split,
            initial,
        })
    }

    /// Which latent directions training reaches, and which it leaves to the Hessian.
    pub fn split(&self) -> &ReachedSplit {
        &self.split
    }

    /// m.
    pub fn neurons(&self) -> usize {
        self.model.neurons()
    }

    /// The Hessian at initialisation.
    pub fn initial(&self) -> &InitialProblem<'a> {
        &self.initial
    }

    /// The sum of the first step sizes.
    pub(super) fn time(&self, steps: usize) -> f64 {
        (0..steps).map(|step| self.rule.step_size(step)).sum()
    }

    /// What runs of phase 1 over `steps` steps take, in words.
    ///
    /// # Errors
    /// When that is more than phase 1 may take.
    pub fn cost(&self, steps: usize) -> Result<String, ThresholdError> {
        let numerics = self.initial.numerics;
        let plan = self.plan(&[steps], numerics.samples, 0);
        let source = self.source();
        Ok(self.phase1(&source).cost(&plan, numerics.replicates)?)
    }

    /// Where the sample paths of phase 1 take labels and latents from.
    pub fn source(&self) -> LatentSource<'_> {
        let ReachedSplit { reached, hard, .. } = &self.split;
        if reached.nrows() == 0 {
            LatentSource::labels(&self.initial.moments.fine, hard)
        } else {
            LatentSource::latents(self.target, reached, hard)
        }
    }

    /// A run of phase 1 that keeps the laws of the curvature at some steps.
    pub(super) fn plan(&self, laws_at: &[usize], samples: usize, replicate: u64) -> Plan {
        Plan {
            steps: laws_at.iter().copied().max().unwrap_or(0),
            samples,
            seed: self.initial.numerics.seed,
            replicate,
            laws_at: laws_at.to_vec(),
            growth: false,
            test_loss: false,
        }
    }

    /// Phase 1 of this problem, on the given source.
    pub(super) fn phase1<'b>(&'b self, source: &'b LatentSource<'b>) -> Phase1<'b> {
        Phase1 {
            model: self.model,
            source,
            rule: self.rule,
            init_std: self.initial.init_std,
        }
    }

    /// The margins after each of the steps that `plan` keeps, in increasing order of the steps.
    pub(super) fn margins(
        &self,
        source: &LatentSource<'_>,
        plan: &Plan,
        support: Support<'_>,
        delta: f64,
    ) -> Result<Vec<TrainedMargin>, ThresholdError> {
        let trajectory = self.phase1(source).run(delta, plan)?;
        let start = trajectory.gradient_norm[0];
        let ridge = self.rule.weight_decay;
        let laws = trajectory.laws.iter();
        laws.map(|(step, law)| {
            let ratio = trajectory.gradient_norm[*step] / start;
            Ok(TrainedMargin::of(law, support, delta, ridge, ratio, None)?.0)
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
