//! Feature learning itself: when the weights find the hard directions.

use super::ensemble::{StepCounter, side_by_side};
use super::streams::RunStream;
use super::{Plan, Simulation, SimulationError, Stop};
use crate::numerics::{Measured, Progress};

/// When runs of one plan escaped.
#[derive(Clone, Debug, PartialEq)]
pub struct Escapes {
    /// What was run; its steps are the cap.
    pub plan: Plan,
    /// How many runs were asked for.
    pub requested: u64,
    /// For each finished run the first step at which the hard part of the weights had reached the level.
    pub steps: Vec<Option<usize>>,
}

impl Simulation<'_> {
    /// Trains until the squared part of the weights in the hard directions, `|W Theta_V|_F^2 / |W|_F^2`, reaches
    /// `level`, or up to the plan's last step. At initialisation it is about r/d.
    ///
    /// # Errors
    /// As [`Simulation::ensemble`].
    pub fn escapes(
        &self,
        plan: &Plan,
        level: f64,
        runs: u64,
        progress: &dyn Progress,
        stop: Stop,
    ) -> Result<Escapes, SimulationError> {
        let counter = StepCounter::new(progress, runs, plan.steps);
        let steps = side_by_side(self.check(plan)?, runs, |run| {
            let escape = self.escape(plan, level, run, stop, &counter)?;
            counter.skip(escape.map_or(0, |step| plan.steps - step));
            Ok(escape)
        })?;
        Ok(Escapes {
            plan: plan.clone(),
            requested: runs,
            steps,
        })
    }

    fn escape(
        &self,
        plan: &Plan,
        level: f64,
        run: u64,
        stop: Stop,
        counter: &StepCounter,
    ) -> Result<Option<usize>, SimulationError> {
        let stream = RunStream::new(plan.seed, run);
        let data = self.data(plan, stream);
        let mut trainer = self.trainer(plan, stream);
        for step in 0..=plan.steps {
            if stop() {
                return Err(SimulationError::Interrupted);
            }
            counter.step();
            if self.hard_fraction(&trainer.weights, plan.dim) >= level {
                return Ok(Some(step));
            }
            if step < plan.steps {
                trainer.advance(&self.risk(&data, &trainer, run)?);
            }
        }
        Ok(None)
    }

    /// `|W Theta_V|_F^2 / |W|_F^2` of weights by rows (m x d), the latents being the first coordinates.
    fn hard_fraction(&self, weights: &[f64], dim: usize) -> f64 {
        let hard = weights.chunks_exact(dim).flat_map(|row| {
            self.hard_basis
                .row_iter()
                .map(move |h| h.iter().zip(row).map(|(h, w)| h * w).sum::<f64>().powi(2))
        });
        hard.sum::<f64>() / weights.iter().map(|w| w * w).sum::<f64>()
    }
}

impl Escapes {
    /// The fraction of runs that escaped, with the half-width of Wilson's interval of one standard deviation: unlike
    /// the plain standard error it is not zero where all or none escaped.
    pub fn success_fraction(&self) -> Measured {
        let runs = self.steps.len() as f64;
        let fraction = self.steps.iter().flatten().count() as f64 / runs;
        let variance = fraction * (1.0 - fraction) / runs + 0.25 / (runs * runs);
        Measured::new(fraction, variance.sqrt() / (1.0 + 1.0 / runs))
    }

    /// The mean step of escape of those runs that did, with its standard error; absent if none did. Runs that would
    /// have escaped after the cap are missing from it.
    pub fn escape_step(&self) -> Option<Measured> {
        let steps: Vec<f64> = self.steps.iter().flatten().map(|s| *s as f64).collect();
        (!steps.is_empty()).then(|| Measured::mean(&steps))
    }
}
