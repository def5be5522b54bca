//! All that one page tells of a study: thresholds and the ladder, spectra over n/d, the first steps of training; and where they
//! are asked for the phase boundary and theory beside simulation.
//!
//! Nothing is computed here in a way of its own: a [`Request`] asks the study, a diagram and a validation.

mod answer;
mod request;

use crate::diagram::DiagramError;
use crate::experiment::ExperimentError;
use crate::recovery::RecoveryError;
use crate::study::{AskedError, Error as StudyError};
use crate::validation::ValidationError;

pub use answer::{Boundary, Frames, Overview};
pub use request::{BoundaryRequest, Request, Runs};

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum OverviewError {
    /// What the study cannot be asked, or does not answer.
    #[error(transparent)]
    Study(#[from] StudyError),
    /// The phase boundary.
    #[error(transparent)]
    Boundary(#[from] DiagramError),
    /// Theory beside simulation.
    #[error(transparent)]
    Simulation(#[from] ValidationError),
}

impl From<AskedError> for OverviewError {
    fn from(error: AskedError) -> Self {
        Self::Study(error.into())
    }
}

impl From<ExperimentError> for OverviewError {
    fn from(error: ExperimentError) -> Self {
        Self::Study(error.into())
    }
}

impl From<RecoveryError> for OverviewError {
    fn from(error: RecoveryError) -> Self {
        Self::Study(error.into())
    }
}
