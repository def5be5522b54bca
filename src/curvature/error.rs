//! What makes a sample no law of curvature, with the numbers that show it.

use thiserror::Error;

/// A sample that is not a law of curvature.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum LawError {
    /// The number of neurons is outside what the specialised kernels cover.
    #[error("{neurons} neurons: the spectral solver handles 1 to {limit}")]
    UnsupportedNeurons {
        /// Neurons of the law.
        neurons: usize,
        /// Largest supported number.
        limit: usize,
    },
    /// An array of the law has the wrong length.
    #[error("the law's {array} holds {found} numbers instead of {expected}")]
    WrongLength {
        /// Which array.
        array: &'static str,
        /// Its length.
        found: usize,
        /// The length implied by the number of samples, neurons and hard directions.
        expected: usize,
    },
    /// An entry of the law is NaN, infinite, or a weight that is not positive.
    #[error("the law's {array} has the invalid entry {value} at position {index}")]
    InvalidEntry {
        /// Which array.
        array: &'static str,
        /// Position of the first bad entry.
        index: usize,
        /// The entry.
        value: f64,
    },
    /// The law's symmetry acts on another number of neurons.
    #[error("the law's symmetry does not act on {neurons} neurons")]
    WrongSymmetry {
        /// Neurons of the law.
        neurons: usize,
    },
    /// The weights do not sum to one.
    #[error("the law's weights sum to {total} instead of 1")]
    WeightsNotNormalised {
        /// Their sum.
        total: f64,
    },
}
