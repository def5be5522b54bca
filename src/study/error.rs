//! Whatever can go wrong with a study.

use super::AskedError;
use crate::experiment::ExperimentError;
use crate::phase1::Phase1Error;
use crate::recovery::RecoveryError;
use crate::teacher::TeacherError;
use crate::threshold::ThresholdError;

/// Why a study has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// What was asked cannot be read, or is refused; the field is named.
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    /// The teacher cannot be integrated.
    #[error(transparent)]
    Teacher(#[from] TeacherError),
    /// delta_alg has no trustworthy value.
    #[error(transparent)]
    Recovery(#[from] RecoveryError),
    /// Training cannot be followed.
    #[error(transparent)]
    Phase1(#[from] Phase1Error),
    /// A number that was asked about means nothing.
    #[error(transparent)]
    Asked(#[from] AskedError),
    /// A threshold or a spectrum has no trustworthy value.
    #[error(transparent)]
    Threshold(#[from] ThresholdError),
}
