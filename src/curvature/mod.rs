//! The law of the loss's curvature in the pre-activations: what training leaves and the Hessian's spectrum follows from.
//!
//! A [`CurvatureLaw`] is a weighted sample. What no sample shows stands beside it: the symmetry of the neurons
//! ([`NeuronSymmetry`]) and the infimum of the curvature's support ([`CurvatureSupport`], [`ModelSupport`]).

mod error;
mod law;
mod rank_one;
mod side;
mod support;
mod symmetry;

pub use error::LawError;
pub use law::{CurvatureLaw, LawSamples};
pub(crate) use rank_one::RankOne;
pub use side::Side;
pub use support::{CurvatureSupport, ModelSupport, SupportKind};
pub use symmetry::NeuronSymmetry;
