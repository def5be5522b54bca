//! delta_NN(T): where an informative outlier leaves the bulk.
//!
//! The margin `lambda_min(A(edge))` of docs/theory.md section 6 is negative exactly when the Hessian
//! after T steps has a negative outlier carried by hard directions. delta_NN(T) is its root in
//! delta. The search looks at a coarse grid first, so that several crossings (re-entrance) are seen,
//! then refines each crossing on the same samples for every delta, so that the curve is smooth.

mod after;
mod answer;
mod cells;
mod climb;
mod crossing;
mod end;
mod error;
mod escape;
mod extrapolate;
mod family;
mod forecast;
mod ladder;
mod laws;
mod limit;
mod margin;
mod prediction;
mod problem;
mod rung;
mod secant;
mod spectrum;
mod start;
mod training;

pub use answer::{Answer, Sought, Why, Window};
pub use cells::{HessianAfter, LowestOutlier, Reading};
pub(crate) use climb::LATE_SAMPLES;
pub use climb::{Climb, Effort, Milestone, Steps};
pub use end::{At, Ending, Until};
pub use error::ThresholdError;
pub use escape::EscapeThresholds;
pub use forecast::{EscapeQuestion, Forecast};
pub use limit::{Limit, Open, Trend};
pub use prediction::{BothSides, Prediction, Question};
pub use problem::{DELTAS, Problem};
pub use rung::{Effective, PhaseEnd, Rung};
pub use spectrum::SpectrumAt;
pub use training::Training;
