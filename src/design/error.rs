//! Why a search cannot begin, or found nothing.

use crate::experiment::ExperimentError;
use crate::study::Error as StudyError;

/// What is wrong with the parameters of a search, or its settings.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DesignError {
    /// A range that is none.
    #[error("--over {text}: {reason}")]
    Range {
        /// What was given.
        text: String,
        /// Why it is refused.
        reason: String,
    },
    /// No parameter.
    #[error(
        "--over KEY=LO..HI is missing: the search needs at least one parameter, as in --over training.init_std=0.1..2"
    )]
    NoParameter,
    /// Too many of them.
    #[error("--over is given {given} times: the search takes up to {limit} parameters")]
    TooManyParameters {
        /// How many were given.
        given: usize,
        /// How many there may be.
        limit: usize,
    },
    /// One parameter in two ranges.
    #[error("--over {key} is given twice: give one range for each parameter")]
    Twice {
        /// The field.
        key: &'static str,
    },
    /// One number under two names.
    #[error(
        "--over {first} and --over {second}: these are two names of one number; give one of them"
    )]
    Aliases {
        /// One name.
        first: &'static str,
        /// The other one.
        second: &'static str,
    },
    /// Restarts.
    #[error("--restarts {given}: between 1 and {limit}")]
    Restarts {
        /// How many were asked for.
        given: usize,
        /// How many there may be.
        limit: usize,
    },
    /// Too small a budget.
    #[error(
        "--evaluations {given}: {restarts} restarts over {parameters} parameters take at least {least}"
    )]
    Evaluations {
        /// How many were allowed.
        given: usize,
        /// Restarts.
        restarts: usize,
        /// p.
        parameters: usize,
        /// What a search needs to have a simplex and one step.
        least: usize,
    },
    /// An accuracy out of reach, or none.
    #[error("--tolerance {given:?}: a relative accuracy of delta_NN between 1e-8 and 0.5")]
    Tolerance {
        /// What was asked for.
        given: f64,
    },
}

/// Why a search has no outcome.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// An experiment of the ranges is refused.
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    /// In the middle of the ranges there is no answer to begin with.
    #[error(transparent)]
    Study(#[from] StudyError),
    /// Nothing is known of any network.
    #[error("delta_NN failed for all of {count} networks, first with: {reason}")]
    Nothing {
        /// How many were looked at.
        count: usize,
        /// Why the first failed.
        reason: String,
    },
    /// Told to stop at once.
    #[error("interrupted before the first evaluation was finished")]
    Interrupted,
}
