//! Discrete-time dynamical mean-field theory: one causal pass over the steps.

use super::pass::Pass;
use super::rule::TrainingRule;
use super::source::LatentSource;
use super::trajectory::{Phase1Error, Plan, Trajectory};
use crate::network::Model;
use crate::numerics::Progress;

/// Gradient-based training of a network in the limit of large dimension (docs/theory.md section 4;
/// Celentano, Cheng, Montanari arXiv:2112.07572; Gerbelot et al. arXiv:2210.06591).
#[derive(Clone, Copy, Debug)]
pub struct Phase1<'a> {
    /// Network and loss.
    pub model: &'a Model,
    /// Label and latents.
    pub source: &'a LatentSource<'a>,
    /// How gradients become weights.
    pub rule: &'a TrainingRule,
    /// s_w, the norm of a row of W^0.
    pub init_std: f64,
}

impl Phase1<'_> {
    /// Integrates phase 1 at `delta` = n/d.
    ///
    /// The same plan gives the same bits for any number of threads, and different deltas share all random numbers.
    ///
    /// # Errors
    /// When the plan needs more than [`MEMORY_LIMIT`](super::MEMORY_LIMIT), or training diverges; between steps, when
    /// `progress` is interrupted.
    pub fn run(
        &self,
        delta: f64,
        plan: &Plan,
        progress: &dyn Progress,
    ) -> Result<Trajectory, Phase1Error> {
        self.memory(plan)?;
        let mut pass = Pass::new(self, delta, plan)?;
        for step in 0..=plan.steps {
            go_on(progress)?;
            if step > 0 {
                pass.advance(step)?;
            }
            pass.explicit(step)?;
        }
        Ok(pass.trajectory)
    }
}

/// Refuses another step where nobody waits for it.
pub(super) fn go_on(progress: &dyn Progress) -> Result<(), Phase1Error> {
    match progress.interrupted() {
        true => Err(Phase1Error::Interrupted),
        false => Ok(()),
    }
}
