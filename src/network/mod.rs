//! Two-layer network and loss: per-sample gradient and curvature in pre-activation space.
//!
//! The theory needs the second derivative of the activation as a function, so an [`Activation`] is checked to be
//! twice continuously differentiable when it is read, and a [`Loss`] to have a continuous slope in the prediction.

mod activation;
mod batch;
mod error;
mod head;
mod loss;
mod loss_expression;
mod model;
mod smoothness;
mod symmetry;
mod two_layer;

#[cfg(test)]
mod tests;

pub use activation::{Activation, BUILTIN_ACTIVATIONS, BuiltinActivation};
pub use batch::{Derivatives, ModelWorkspace};
pub use error::{NetworkError, Order};
pub use head::Head;
pub use loss::Loss;
pub use loss_expression::LossExpression;
pub use model::Model;
pub use symmetry::NeuronKind;
pub use two_layer::{MAX_NEURONS, Network};
