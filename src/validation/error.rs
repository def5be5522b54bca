//! Why theory and simulation cannot be compared.

use crate::simulation::SimulationError;
use crate::study::Error as StudyError;
use crate::threshold::ThresholdError;

/// What went wrong on either side.
#[derive(Debug, thiserror::Error)]
pub enum ValidationError {
    /// The theory.
    #[error("theory: {0}")]
    Theory(#[from] ThresholdError),
    /// The study itself.
    #[error(transparent)]
    Study(#[from] StudyError),
    /// The simulation.
    #[error("simulation: {0}")]
    Simulation(#[from] SimulationError),
    /// Nothing to compare yet.
    #[error("interrupted before two runs were finished, and an error bar takes two")]
    Interrupted,
}
