//! The joint law of curvature, label and latent after T steps of training.
//!
//! At initialisation (T = 0) the weights know nothing of the latent: the law is a product.

mod initial;
mod mixture;
mod rule;

pub use initial::{InitialLaw, Resolution};
pub use rule::TrainingRule;
