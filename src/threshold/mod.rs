//! delta_NN(T): where an informative outlier leaves the bulk.
//!
//! The margin `lambda_min(A(edge))` of docs/theory.md section 6 is negative exactly when the Hessian
//! after T steps has a negative outlier carried by hard directions. delta_NN(T) is its root in
//! delta. The search looks at a coarse grid first, so that several crossings (re-entrance) are seen,
//! then refines each crossing on the same samples for every delta, so that the curve is smooth.

mod cells;
mod error;
mod escape;
mod forecast;
mod initial;
mod ladder;
mod limit;
mod prediction;
mod rung;
mod search;
mod secant;
mod setting;
mod spectrum;
mod trained;

pub use cells::{HessianAfter, LowestOutlier, Reading};
pub use error::ThresholdError;
pub use forecast::{EscapeQuestion, Forecast};
pub use initial::InitialProblem;
pub use limit::Limit;
pub use prediction::{BothSides, Prediction, Question};
pub use rung::{Effective, PhaseEnd, Rung};
pub use setting::{DELTAS, Setting};
pub use trained::TrainedProblem;
