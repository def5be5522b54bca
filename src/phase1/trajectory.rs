//! What phase 1 is asked for, and what it returns.

use nalgebra::DMatrix;

use crate::curvature::{CurvatureLaw, LawError};
use crate::hessian::HessianError;
use crate::numerics::{MemoryShortage, SamplingError};

/// How far to integrate, with how many sample paths, and what to keep.
#[derive(Clone, Debug)]
pub struct Plan {
    /// T.
    pub steps: usize,
    /// N, the number of sample paths.
    pub samples: usize,
    /// Seed of all random numbers.
    pub seed: u64,
    /// Independent randomisation.
    pub replicate: u64,
    /// Steps at which the law of the curvature is kept.
    pub laws_at: Vec<usize>,
    /// Whether the growth of the hard overlaps (8.1) is followed; it costs as much again for one hard direction.
    pub growth: bool,
    /// Whether the loss on fresh samples is computed.
    pub test_loss: bool,
}

/// Phase 1 in the limit of large dimension, step by step (T + 1 entries each; index t is before step t).
#[derive(Clone, Debug, Default)]
pub struct Trajectory {
    /// n/d.
    pub delta: f64,
    /// Sum of the effective step sizes before each step.
    pub time: Vec<f64>,
    /// Mean loss of the training samples, without the ridge.
    pub train_loss: Vec<f64>,
    /// Mean loss of fresh samples; empty unless asked for.
    pub test_loss: Vec<f64>,
    /// `W W^T` (m x m).
    pub gram: Vec<DMatrix<f64>>,
    /// `W Theta` in latent coordinates (m x k); zero along hard directions.
    pub overlap: Vec<DMatrix<f64>>,
    /// Readout (1 x m) and biases (1 x m); empty unless they are trained.
    pub readout: Vec<DMatrix<f64>>,
    /// See `readout`.
    pub bias: Vec<DMatrix<f64>>,
    /// Frobenius norm of the risk's gradient in W, ridge included, at rows of W of norm O(1).
    pub gradient_norm: Vec<f64>,
    /// `lim d E[M_V M_V^T]` (m x m), the growth of the overlaps with hard directions; empty unless asked for.
    pub hard_growth: Vec<DMatrix<f64>>,
    /// Eigenvalues of the covariance of `sqrt(d) M_V` over neurons and hard directions together (m r, decreasing); their
    /// sum is the trace of `hard_growth`. Empty with it.
    pub hard_spread: Vec<Vec<f64>>,
    /// Laws of the curvature at the steps asked for.
    pub laws: Vec<(usize, CurvatureLaw)>,
    /// Tiles of 256 paths that were taken through a step, repetitions within implicit steps included: the cost.
    pub work: usize,
}

impl Trajectory {
    /// The trajectory at some of its steps, without laws; the growth of the hard overlaps as far as it goes.
    #[must_use]
    pub fn rows(&self, rows: &[usize]) -> Self {
        fn pick<T: Clone>(curve: &[T], rows: &[usize]) -> Vec<T> {
            let at = rows.iter().map_while(|row| curve.get(*row));
            at.cloned().collect()
        }
        Self {
            delta: self.delta,
            time: pick(&self.time, rows),
            train_loss: pick(&self.train_loss, rows),
            test_loss: pick(&self.test_loss, rows),
            gram: pick(&self.gram, rows),
            overlap: pick(&self.overlap, rows),
            readout: pick(&self.readout, rows),
            bias: pick(&self.bias, rows),
            gradient_norm: pick(&self.gradient_norm, rows),
            hard_growth: pick(&self.hard_growth, rows),
            hard_spread: pick(&self.hard_spread, rows),
            laws: Vec::new(),
            work: self.work,
        }
    }
}

/// Why phase 1 could not be integrated.
#[derive(Clone, Debug, thiserror::Error, PartialEq)]
pub enum Phase1Error {
    /// Histories that do not fit.
    #[error(
        "{steps} steps of {samples} sample paths with {neurons} neurons need {needed:.1} GB, above the limit of {limit:.1} GB: \
         lower training.steps or numerics.samples"
    )]
    Memory {
        /// T.
        steps: usize,
        /// N.
        samples: usize,
        /// m.
        neurons: usize,
        /// Memory needed, in GB.
        needed: f64,
        /// Memory allowed, in GB.
        limit: f64,
    },
    /// More memory than there is.
    #[error(
        "{steps} steps of {samples} sample paths with {neurons} neurons need {}, but {shortage}: lower training.steps or \
         numerics.samples", .shortage.needed()
    )]
    Shortage {
        /// T.
        steps: usize,
        /// N.
        samples: usize,
        /// m.
        neurons: usize,
        /// How much is needed, and how much there is.
        shortage: MemoryShortage,
    },
    /// The weights run away.
    #[error(
        "training diverges at delta = {delta:.4}: at step {step} of {steps} the norm of W is {norm:.2e}, having started from \
         {start:.2e}; lower training.step_size"
    )]
    Diverged {
        /// n/d.
        delta: f64,
        /// The first step after which the norm is out of bounds.
        step: usize,
        /// T.
        steps: usize,
        /// Frobenius norm of W there.
        norm: f64,
        /// Frobenius norm of W at initialisation.
        start: f64,
    },
    /// Readout or biases run away.
    #[error(
        "training diverges at delta = {delta:.4}: at step {step} the {what} of neuron {neuron} is {value:.2e}; lower \
         training.{what}_step_size"
    )]
    HeadDiverged {
        /// n/d.
        delta: f64,
        /// The first step after which it is out of bounds.
        step: usize,
        /// `readout` or `bias`.
        what: &'static str,
        /// Which one, counted from one.
        neuron: usize,
        /// Its value there.
        value: f64,
    },
    /// The gradient or the loss is not a number.
    #[error("the loss or its gradient is not a finite number at step {step}, delta = {delta:.4}")]
    NotFinite {
        /// n/d.
        delta: f64,
        /// t.
        step: usize,
    },
    /// A rule that no long continuation exists for.
    #[error("training cannot be followed to its end by implicit steps: {reason}")]
    NoFlow {
        /// Why.
        reason: &'static str,
    },
    /// Times that the explicit steps have passed already, or that do not increase.
    #[error(
        "time {time} is asked of implicit steps that start at {start}: times must increase, and lie beyond the explicit steps"
    )]
    Times {
        /// The first time that cannot be served.
        time: f64,
        /// Where implicit steps start.
        start: f64,
    },
    /// An implicit step whose fixed point was not found, however short.
    #[error(
        "the implicit step from time {time:.4} is lost at delta = {delta:.4}: its fixed point is not reached within {residual:.1e}"
    )]
    StepLost {
        /// n/d.
        delta: f64,
        /// Time before the step.
        time: f64,
        /// Smallest relative residual of the last attempt.
        residual: f64,
    },
    /// An implicit step that goes up.
    #[error(
        "the risk rises from {lowest:.4} to {risk:.4} at time {time:.4} and delta = {delta:.4}, which gradient flow's never does: \
         there are too few paths for so long a training (raise numerics.samples)"
    )]
    RiskRises {
        /// n/d.
        delta: f64,
        /// Time after the step.
        time: f64,
        /// The risk on the paths after the step, ridge included, and the lowest before.
        risk: f64,
        /// See `risk`.
        lowest: f64,
    },
    /// The computation was told to stop.
    #[error("interrupted")]
    Interrupted,
    /// The bulk, which limits the steps.
    #[error(transparent)]
    Hessian(#[from] HessianError),
    /// The samples.
    #[error(transparent)]
    Sampling(#[from] SamplingError),
    /// The law of the curvature.
    #[error(transparent)]
    Law(#[from] LawError),
}
