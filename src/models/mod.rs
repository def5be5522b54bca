//! Solvable models: each gives an experiment and its known answers, with source and tolerance.
//!
//! Tests, benches and examples draw from here, so that a reference value stands in one place.

mod links;
mod marchenko_pastur;
mod quadratic_student;
mod ridge_logistic;
mod ridge_regression;
mod squashed_square;

pub use links::{KnownLink, door, known_links};
pub use marchenko_pastur::MarchenkoPastur;
pub use quadratic_student::{QuadraticStudent, quadratic_students};
pub use ridge_logistic::{LogisticMinimum, RidgeLogistic, SignLabel};
pub use ridge_regression::{RidgePoint, RidgeRegression};
pub use squashed_square::{InitialSpectrum, SquashedSquare};

/// A published or closed-form number, with the relative tolerance to which it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reference {
    /// The value.
    pub value: f64,
    /// Relative accuracy of the reference itself (half a unit of its last digit, or rounding).
    pub relative_tolerance: f64,
    /// Where it comes from.
    pub source: &'static str,
}
