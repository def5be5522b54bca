//! An experiment built from its text: what thresholds and spectra are computed of, and what is simulated.

use std::ops::RangeInclusive;

use nalgebra::DMatrix;

use super::{ThresholdError, TrainedProblem};
use crate::experiment::{Experiment, ExperimentError, NumericsSection};
use crate::network::Model;
use crate::phase1::{Phase1Error, Plan, ReachedSplit, TrainingRule, plan_bytes};
use crate::recovery::AlgorithmicThreshold;
use crate::simulation::Simulation;
use crate::teacher::Teacher;

/// The n/d that can be looked at: further out only the limits are of interest, and the solvers' accuracy ends.
pub const DELTAS: RangeInclusive<f64> = 1e-6..=1e9;

/// Teacher, network, loss and training of one experiment.
#[derive(Clone, Debug)]
pub struct Setting {
    /// What is to be learned.
    pub target: Teacher,
    /// Network and loss.
    pub model: Model,
    /// Gradient descent.
    pub rule: TrainingRule,
    /// s_w.
    pub init_std: f64,
    /// Samples, replicates, seed.
    pub numerics: NumericsSection,
}

impl Setting {
    /// Builds all parts.
    ///
    /// # Errors
    /// When a section is missing, or an expression, the network or the loss is refused.
    pub fn new(experiment: &Experiment) -> Result<Self, ExperimentError> {
        let (target, model) = (experiment.target()?, experiment.model()?);
        let training = experiment.training()?;
        Ok(Self {
            target,
            model,
            rule: TrainingRule::new(training),
            init_std: training.init_std,
            numerics: experiment.numerics,
        })
    }

    /// Which latent directions training reaches, from short runs of phase 1; `algorithmic` is that of its target.
    ///
    /// # Errors
    /// Those of the runs.
    pub fn split(&self, algorithmic: &AlgorithmicThreshold) -> Result<ReachedSplit, Phase1Error> {
        let training = (&self.model, &self.rule, self.init_std);
        ReachedSplit::new(&self.target, algorithmic, training, self.numerics.seed)
    }

    /// Bytes that the theory of `steps` steps takes at most: the paths of one replicate, and the laws of all.
    pub(crate) fn theory_bytes(&self, steps: usize) -> usize {
        let plan = Plan {
            steps,
            samples: self.numerics.samples,
            seed: self.numerics.seed,
            replicate: 0,
            laws_at: vec![steps; self.numerics.replicates],
            growth: true,
            test_loss: true,
        };
        plan_bytes(self.model.neurons(), self.target.latent_dim(), &plan)
    }

    /// The simulator's view of it; `hard_basis` (r x k, orthonormal rows) are the directions that count as hard.
    pub fn simulation(&self, hard_basis: &DMatrix<f64>) -> Simulation<'_> {
        Simulation::new(
            &self.target,
            &self.model,
            &self.rule,
            self.init_std,
            hard_basis,
        )
    }

    /// The theory's view of it; `algorithmic` is that of its target.
    ///
    /// # Errors
    /// Those of [`TrainedProblem::new`].
    pub fn trained<'a>(
        &'a self,
        algorithmic: &'a AlgorithmicThreshold,
    ) -> Result<TrainedProblem<'a>, ThresholdError> {
        TrainedProblem::new(
            &self.target,
            &self.model,
            &self.rule,
            algorithmic,
            self.init_std,
            self.numerics,
        )
    }
}
