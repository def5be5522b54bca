//! Gradient descent on a teacher, as phase 1 follows it.

use crate::experiment::NumericsSection;
use crate::network::Model;
use crate::numerics::Progress;
use crate::phase1::{
    Curves, LatentSource, Phase1, Phase1Error, Plan, ReachedSplit, TrainingRule, Trajectory,
};
use crate::teacher::{LabelLaw, Teacher};

use super::ThresholdError;

/// A network in training: everything that phase 1 depends on but n/d.
#[derive(Clone, Copy)]
pub struct Training<'a> {
    /// What is to be learned.
    pub teacher: &'a Teacher,
    /// Network and loss.
    pub model: &'a Model,
    /// Gradient descent.
    pub rule: &'a TrainingRule,
    /// s_w, the norm of a row of W^0.
    pub init_std: f64,
    /// Samples, replicates, seed.
    pub numerics: NumericsSection,
    /// Which latent directions training reaches, and which it leaves to the Hessian.
    pub split: &'a ReachedSplit,
    /// The label's law; phase 1 draws from it where training reaches no direction.
    pub label: Option<&'a LabelLaw>,
}

impl<'a> Training<'a> {
    /// m.
    pub fn neurons(&self) -> usize {
        self.model.neurons()
    }

    /// The sum of the first step sizes.
    pub fn time(&self, steps: usize) -> f64 {
        (0..steps).map(|step| self.rule.step_size(step)).sum()
    }

    /// Where the sample paths of phase 1 take labels and latents from.
    pub fn source(&self) -> LatentSource<'a> {
        let ReachedSplit { reached, hard, .. } = self.split;
        match self.label {
            Some(label) if reached.nrows() == 0 => LatentSource::labels(label, hard),
            _ => LatentSource::latents(self.teacher, reached, hard),
        }
    }

    /// A run of phase 1 that keeps the laws of the curvature at some steps.
    pub(super) fn plan(&self, laws_at: &[usize], samples: usize, replicate: u64) -> Plan {
        Plan {
            steps: laws_at.iter().copied().max().unwrap_or(0),
            samples,
            seed: self.numerics.seed,
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
            init_std: self.init_std,
        }
    }

    /// What runs of phase 1 over `steps` steps take, in words.
    ///
    /// # Errors
    /// When that is more than phase 1 may take.
    pub fn cost(&self, steps: usize) -> Result<String, ThresholdError> {
        let plan = self.plan(&[steps], self.numerics.samples, 0);
        let source = self.source();
        Ok(self.phase1(&source).cost(&plan, self.numerics.replicates)?)
    }

    /// One run for each replicate, one after the other, so that the memory is that of one; `plan` makes the plan of a
    /// replicate.
    ///
    /// # Errors
    /// Those of the runs; an interruption.
    pub(super) fn replicates(
        &self,
        delta: f64,
        progress: &dyn Progress,
        plan: impl Fn(u64) -> Plan,
    ) -> Result<Vec<Trajectory>, ThresholdError> {
        let count = self.numerics.replicates;
        let source = self.source();
        let phase1 = self.phase1(&source);
        let mut runs = Vec::with_capacity(count);
        for replicate in 0..count {
            if progress.interrupted() {
                return Err(ThresholdError::Interrupted);
            }
            progress.report("phase 1", replicate as f64 / count as f64);
            let run: Result<Trajectory, Phase1Error> = phase1.run(delta, &plan(replicate as u64));
            runs.push(run?);
        }
        Ok(runs)
    }

    /// Phase 1 at one n/d over `steps` steps, averaged over replicates, with the growth of the hard overlaps.
    ///
    /// # Errors
    /// Those of phase 1.
    pub fn curves(
        &self,
        delta: f64,
        steps: usize,
        progress: &dyn Progress,
    ) -> Result<Curves, ThresholdError> {
        self.followed(delta, steps, true, progress)
    }

    /// As [`curves`](Self::curves), without the test loss, which an escape does not need.
    ///
    /// # Errors
    /// Those of phase 1.
    pub fn growth(
        &self,
        delta: f64,
        steps: usize,
        progress: &dyn Progress,
    ) -> Result<Curves, ThresholdError> {
        self.followed(delta, steps, false, progress)
    }

    fn followed(
        &self,
        delta: f64,
        steps: usize,
        test_loss: bool,
        progress: &dyn Progress,
    ) -> Result<Curves, ThresholdError> {
        let runs = self.replicates(delta, progress, |replicate| Plan {
            steps,
            laws_at: Vec::new(),
            growth: true,
            test_loss,
            ..self.plan(&[steps], self.numerics.samples, replicate)
        })?;
        Ok(Curves::new(&runs, &self.split.reached))
    }
}
