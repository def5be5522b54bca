//! An experiment built from its text: what thresholds and spectra are computed of, and what is simulated.

use std::ops::RangeInclusive;

use super::{ThresholdError, TrainedProblem};
use crate::experiment::{Experiment, ExperimentError, NumericsSection};
use crate::network::Model;
use crate::numerics::{MemoryBudget, SUM_BLOCK, packed_len};
use crate::phase1::{Phase1Error, Plan, ReachedSplit, TrainingRule, law_bytes, plan_bytes};
use crate::recovery::AlgorithmicThreshold;
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

    /// Whether the theory of `steps` steps fits into memory.
    ///
    /// # Errors
    /// When it does not, with all that its need consists of.
    pub fn check_memory(&self, steps: usize) -> Result<(), ThresholdError> {
        self.check_memory_within(steps, MemoryBudget::now())
    }

    /// As [`Self::check_memory`], within a budget that was looked up before.
    pub(crate) fn check_memory_within(
        &self,
        steps: usize,
        budget: MemoryBudget,
    ) -> Result<(), ThresholdError> {
        let needed = self.theory_bytes(steps) as f64;
        budget
            .check(needed)
            .map_err(|shortage| ThresholdError::Memory {
                samples: self.numerics.samples,
                replicates: self.numerics.replicates,
                neurons: self.model.neurons(),
                steps,
                shortage,
            })
    }

    /// Bytes that the theory of `steps` steps takes at most: the paths of one replicate, the laws of all, and what drawing and
    /// summing take beside them.
    pub(crate) fn theory_bytes(&self, steps: usize) -> usize {
        let NumericsSection {
            samples,
            replicates,
            ..
        } = self.numerics;
        let plan = Plan {
            steps,
            samples,
            seed: self.numerics.seed,
            replicate: 0,
            laws_at: vec![steps; replicates],
            growth: true,
            test_loss: true,
        };
        let m = self.model.neurons();
        // of a law at T = 0: a point of the net (m + 2), pre-activations and label
        let drawing = 2 * m + 3;
        // the kernel's Jacobian of every block of samples
        let summing = packed_len(m).pow(2).div_ceil(SUM_BLOCK);
        let at_once = replicates.min(rayon::current_num_threads());
        let beside = (drawing + summing) * size_of::<f64>() * samples;
        let k = self.target.latent_dim();
        // nothing is trained at T = 0: the laws are drawn
        let held = match steps {
            0 => law_bytes(m, k, samples).saturating_mul(replicates),
            _ => plan_bytes(m, k, &plan),
        };
        held.saturating_add(beside.saturating_mul(at_once))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Source;

    fn setting(neurons: usize, samples: usize) -> Setting {
        let text = format!(
            "[target]\nlink = \"z1^2\"\n[network]\nactivation = \"tanh\"\nreadout = {{ kind = \"equal\", neurons = {neurons} }}\n\
             [loss]\nkind = \"square\"\n[training]\nstep_size = 0.1\ninit_std = 0.5\n[numerics]\nsamples = {samples}\n"
        );
        Setting::new(&Experiment::load(&Source::Text(text), &[]).unwrap()).unwrap()
    }

    /// 16 neurons and 2^24 samples: a law has 1 + 136 + 1 numbers of 8 bytes for each, and there are four of them.
    #[test]
    fn laws_at_initialisation_that_do_not_fit_are_refused() {
        let large = setting(16, 1 << 24);
        let laws = 4.0 * 138.0 * 8.0 * f64::from(1 << 24);
        let needed = large.theory_bytes(0) as f64;
        assert!(needed > laws && needed < 1.5 * laws, "{needed} {laws}");
        let message = large
            .check_memory_within(0, MemoryBudget::of(Some(64e9)))
            .unwrap_err()
            .to_string();
        for part in [
            "4 replicates of 16777216 samples with 16 neurons after 0 steps",
            "only 57.6 GB may be used, 0.9 of the 64.0 GB that are available",
            "numerics.samples",
        ] {
            assert!(message.contains(part), "{message}");
        }
        // the default number of samples on a small machine
        let small = setting(2, 1 << 16).check_memory_within(0, MemoryBudget::of(Some(1e9)));
        assert!(small.is_ok());
    }
}
