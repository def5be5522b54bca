//! What is to be simulated, and whether it can be.

use super::SimulationError;
use super::data::Labels;
use super::inputs::Precision;

/// The size of a simulation and what to measure in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// n/d; n is rounded to an integer.
    pub delta: f64,
    /// d.
    pub dim: usize,
    /// T: measured are the steps 0 to T.
    pub steps: usize,
    /// Seed of all random numbers.
    pub seed: u64,
    /// What labels are made of.
    pub labels: Labels,
    /// How inputs are stored.
    pub precision: Precision,
    /// Steps at which the Hessian's spectrum is computed.
    pub hessian_at: Vec<usize>,
    /// Eigenpairs reported at each end beyond those that hard directions and the edge take: other directions send
    /// outliers too.
    pub more_pairs: usize,
}

impl Plan {
    /// An ordinary run of T steps in double precision, without Hessians.
    pub fn new(delta: f64, dim: usize, steps: usize, seed: u64) -> Self {
        Self {
            delta,
            dim,
            steps,
            seed,
            labels: Labels::OfInputs,
            precision: Precision::Double,
            hessian_at: Vec::new(),
            more_pairs: 0,
        }
    }

    /// n.
    pub fn samples(&self) -> usize {
        (self.delta * self.dim as f64).round() as usize
    }

    /// Refuses sizes that mean nothing. `latent_dim` is k.
    ///
    /// # Errors
    /// See [`SimulationError`]; memory is checked by [`super::Simulation::check`].
    pub(super) fn validate(&self, latent_dim: usize) -> Result<(), SimulationError> {
        let (delta, dim, samples) = (self.delta, self.dim, self.samples());
        if samples < 2 {
            return Err(SimulationError::TooFewSamples {
                delta,
                dim,
                samples,
            });
        }
        if dim < latent_dim {
            return Err(SimulationError::TooFewDimensions { dim, latent_dim });
        }
        match self.hessian_at.iter().find(|at| **at > self.steps) {
            Some(&at) => Err(SimulationError::BeyondLastStep {
                at,
                steps: self.steps,
            }),
            None => Ok(()),
        }
    }
}
