//! Why a threshold could not be computed.

use super::answer::Why;
use crate::hessian::HessianError;
use crate::numerics::MemoryShortage;
use crate::phase1::Phase1Error;
use crate::teacher::TeacherError;

/// A threshold that has no trustworthy value.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ThresholdError {
    /// More memory than there is.
    #[error(
        "{replicates} replicates of {samples} samples with {neurons} neurons after {steps} steps need {}, but {shortage}: lower \
         numerics.samples or numerics.replicates", .shortage.needed()
    )]
    Memory {
        /// N.
        samples: usize,
        /// Independent estimates, kept at the same time.
        replicates: usize,
        /// m.
        neurons: usize,
        /// T.
        steps: usize,
        /// How much is needed, and how much there is.
        shortage: MemoryShortage,
    },
    /// The target itself.
    #[error(transparent)]
    Teacher(#[from] TeacherError),
    /// Which directions are hard is not known.
    #[error("which directions are hard is not settled: {reason}")]
    UnsettledSplit {
        /// Why.
        reason: String,
    },
    /// The spectral equations.
    #[error("the Hessian's spectrum at delta = {delta:.6}: {source}")]
    Hessian {
        /// n/d.
        delta: f64,
        /// What failed there.
        source: HessianError,
    },
    /// Phase 1.
    #[error(transparent)]
    Phase1(Phase1Error),
    /// A run of phase 1 that did not get as far.
    #[error(
        "phase 1 was not followed to T = {steps} at delta = {delta:.4}: the steps that a run may take were spent, or one was lost"
    )]
    NotReached {
        /// n/d.
        delta: f64,
        /// T asked for.
        steps: usize,
    },
    /// The computation was told to stop.
    #[error("interrupted")]
    Interrupted,
}

impl From<Phase1Error> for ThresholdError {
    fn from(error: Phase1Error) -> Self {
        match error {
            Phase1Error::Interrupted => Self::Interrupted,
            error => Self::Phase1(error),
        }
    }
}

impl From<&ThresholdError> for Why {
    fn from(error: &ThresholdError) -> Self {
        match error {
            ThresholdError::Interrupted => Self::Interrupted,
            ThresholdError::NotReached { .. } => Self::NotReached {
                reason: error.to_string(),
            },
            error => Self::Failed {
                reason: error.to_string(),
            },
        }
    }
}
