//! What can go wrong in the spectral computations, with the numbers that show it.

use thiserror::Error;

use crate::curvature::LawError;
use crate::numerics::EigenError;

/// A spectral computation that has no trustworthy answer.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum HessianError {
    /// n/d must be positive and finite.
    #[error("delta = n/d must be positive and finite, not {delta}")]
    InvalidDelta {
        /// The value given.
        delta: f64,
    },
    /// The weight decay must be finite.
    #[error("the ridge must be finite, not {ridge}")]
    InvalidRidge {
        /// The value given.
        ridge: f64,
    },
    /// The caller's [`CurvatureSupport`](crate::curvature::CurvatureSupport) returned a number that is not finite.
    #[error("the infimum of the curvature's support came back as {value} at delta = {delta}")]
    InvalidSupport {
        /// The value returned.
        value: f64,
        /// n/d.
        delta: f64,
    },
    /// Newton's method found no solution of the resolvent equation (5.1).
    #[error(
        "the resolvent equation was not solved at delta = {delta:.6}, near zeta = {zeta:.6e} \
         (spectral radius {spectral_radius:.6}), after {passes} passes over the samples"
    )]
    PathLost {
        /// n/d.
        delta: f64,
        /// The spectral parameter reached.
        zeta: f64,
        /// The spectral radius of the linearised equation there.
        spectral_radius: f64,
        /// Passes over the samples spent.
        passes: usize,
    },
    /// A root was lost between two points of opposite sign.
    #[error(
        "no root of {quantity} between {lower} (value {at_lower}) and {upper} (value {at_upper})"
    )]
    RootNotFound {
        /// The function.
        quantity: &'static str,
        /// Lower end of the bracket.
        lower: f64,
        /// Upper end of the bracket.
        upper: f64,
        /// Value at the lower end.
        at_lower: f64,
        /// Value at the upper end.
        at_upper: f64,
    },
    /// The complex resolvent equation has no solution in the upper half-plane that Newton finds.
    #[error(
        "the density at {energy} was not found: {steps} steps down to an imaginary part of {eta}"
    )]
    DensityLost {
        /// The point of the real axis, without ridge.
        energy: f64,
        /// The imaginary part at which the continuation stopped.
        eta: f64,
        /// Continuation steps spent.
        steps: usize,
    },
    /// The law.
    #[error(transparent)]
    Law(#[from] LawError),
    /// A small symmetric eigenvalue problem failed.
    #[error(transparent)]
    Eigen(#[from] EigenError),
}
