//! Why a threshold could not be computed.

use crate::hessian::HessianError;
use crate::numerics::{MemoryShortage, SamplingError};
use crate::phase1::Phase1Error;
use crate::teacher::TeacherError;

/// A threshold that has no trustworthy value.
#[derive(Debug, thiserror::Error)]
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
    /// The samples.
    #[error(transparent)]
    Sampling(#[from] SamplingError),
    /// A crossing seen on the coarse grid is not there on a replicate.
    #[error(
        "the crossing between delta = {low:.4} and {high:.4} is lost in the noise of {samples} samples: raise numerics.samples"
    )]
    LostCrossing {
        /// Lower end of the widened bracket.
        low: f64,
        /// Upper end.
        high: f64,
        /// Samples of a replicate.
        samples: usize,
    },
    /// A crossing may lie below the grid in delta.
    #[error(
        "the margin is {margin:.2e} already at delta = {delta:.4}, the smallest that is looked at"
    )]
    BelowGrid {
        /// Where.
        delta: f64,
        /// The negative margin.
        margin: f64,
    },
    /// Phase 1.
    #[error(transparent)]
    Phase1(#[from] Phase1Error),
    /// delta_NN >= delta_alg is a theorem: a violation is a numerical failure.
    #[error(
        "the margin is {margin:.2e} at delta = {delta:.4}, below delta_alg = {delta_alg:.4}: the spectrum is not resolved by {samples} samples"
    )]
    BelowAlgorithmic {
        /// Where.
        delta: f64,
        /// The negative margin.
        margin: f64,
        /// The bound.
        delta_alg: f64,
        /// Samples of a replicate.
        samples: usize,
    },
}
