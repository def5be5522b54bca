//! Training in the limit of large dimension, and the joint law of curvature, label and latent that it leaves.
//!
//! At initialisation (T = 0) the weights know nothing of the latent, and the law is a product. Later it
//! follows from dynamical mean-field theory: one causal pass over the steps, with a sample side (paths of
//! pre-activations and gradients) and a weight side (linear in the initial weights and one noise per step).

mod anderson;
mod curves;
mod draws;
mod dynamics;
mod escape;
mod factor;
mod flow;
mod implicit;
mod initial;
mod lanes;
mod memory;
mod mixture;
mod pass;
mod proximal;
mod reach;
mod rule;
mod scratch;
mod signs;
mod source;
mod strip;
mod sums;
mod tile;
mod trajectory;

pub use curves::Curves;
pub use dynamics::Phase1;
pub use escape::{Escape, EscapePrediction, EscapeTime, Growth};
pub use implicit::{LongPlan, LongRun, TrainingEnd};
pub use initial::{InitialLaw, Resolution};
pub use memory::MEMORY_LIMIT;
pub(crate) use memory::{law_bytes, plan_bytes};
pub use reach::{NOTHING_HARD, ReachedSplit};
pub use rule::TrainingRule;
pub use source::LatentSource;
pub use trajectory::{Phase1Error, Plan, Trajectory};
