//! Why a simulation has no result.

use crate::numerics::{EigenError, MemoryShortage, SamplingError};

/// Why a simulation has no result.
#[derive(Clone, Debug, thiserror::Error, PartialEq)]
pub enum SimulationError {
    /// Fewer than two samples.
    #[error(
        "n = delta d = {delta} x {dim} rounds to {samples} samples: at least two are needed, raise --delta or --dim"
    )]
    TooFewSamples {
        /// n/d as asked for.
        delta: f64,
        /// d.
        dim: usize,
        /// n.
        samples: usize,
    },
    /// Fewer dimensions than latent directions.
    #[error(
        "--dim {dim}: the target has {latent_dim} latent directions, so d has to be at least {latent_dim}"
    )]
    TooFewDimensions {
        /// d.
        dim: usize,
        /// k.
        latent_dim: usize,
    },
    /// A Hessian after the last step.
    #[error("--hessian-at {at}: training ends after step {steps}")]
    BeyondLastStep {
        /// Where it was asked for.
        at: usize,
        /// T.
        steps: usize,
    },
    /// More memory than there is.
    #[error(
        "n = {samples}, --dim {dim}: one run needs {} ({largest}), but {shortage}: {advice}", .shortage.needed()
    )]
    Memory {
        /// n.
        samples: usize,
        /// d.
        dim: usize,
        /// What takes most of it.
        largest: &'static str,
        /// How much is needed, and how much there is.
        shortage: MemoryShortage,
        /// What to lower.
        advice: String,
    },
    /// The weights left the range of numbers.
    #[error(
        "run {run}: training diverged, the {what} is not finite at step {step}: lower training.step_size"
    )]
    Diverged {
        /// Which run.
        run: u64,
        /// The step.
        step: usize,
        /// What is not finite.
        what: &'static str,
    },
    /// The eigenvalues could not be computed.
    #[error("run {run}: the Hessian's eigenvalues at step {step}: {reason}")]
    Eigen {
        /// Which run.
        run: u64,
        /// The step.
        step: usize,
        /// What failed.
        reason: String,
    },
    /// A small matrix of measured products has no square root.
    #[error(transparent)]
    Small(#[from] EigenError),
    /// The samples of the test loss.
    #[error(transparent)]
    Sampling(#[from] SamplingError),
    /// No thread could be started for the runs.
    #[error("cannot start threads for the runs: {reason}")]
    Threads {
        /// What the system says.
        reason: String,
    },
    /// Stopped from outside before it was finished.
    #[error("interrupted before a run was finished")]
    Interrupted,
}
