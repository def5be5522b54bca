//! Why theory and simulation cannot be compared.

use crate::simulation::SimulationError;
use crate::threshold::ThresholdError;

/// What went wrong on either side.
#[derive(Debug, thiserror::Error)]
pub enum ValidationError {
    /// The theory.
    #[error("theory: {0}")]
    Theory(#[from] ThresholdError),
    /// The simulation.
    #[error("simulation: {0}")]
    Simulation(#[from] SimulationError),
    /// Not enough runs for an error bar.
    #[error(
        "delta = {delta}, d = {dim}: interrupted after {runs} runs, and an error bar takes two"
    )]
    TooFewRuns {
        /// n/d.
        delta: f64,
        /// d.
        dim: usize,
        /// Runs that were finished.
        runs: usize,
    },
}
