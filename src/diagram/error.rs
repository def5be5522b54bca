//! Why a diagram cannot be made.

use crate::experiment::ExperimentError;

/// Why a diagram cannot be made. A cell that fails is no such error: it is recorded, and the others go on.
#[derive(Debug, thiserror::Error)]
pub enum DiagramError {
    /// An axis that says nothing usable.
    #[error("{option} {text}: {reason}")]
    Axis {
        /// The option, `--x` or `--y`.
        option: &'static str,
        /// What was given.
        text: String,
        /// Why it is refused.
        reason: String,
    },
    /// Axes, quantity and options that contradict one another.
    #[error("{0}")]
    Request(String),
    /// An experiment that cannot be used at a cell.
    #[error("cell {cell} ({place}): {reason}")]
    Cell {
        /// Its index.
        cell: usize,
        /// Where it lies, as `training.init_std = -1`.
        place: String,
        /// What is wrong there.
        reason: String,
    },
    /// The experiment cannot be written down.
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    /// `--shard` that names no part.
    #[error("--shard {text}: {reason}")]
    Shard {
        /// What was given.
        text: String,
        /// Why it is refused.
        reason: String,
    },
    /// A journal that cannot be used.
    #[error("{path}: {reason}")]
    Journal {
        /// Which file.
        path: String,
        /// Why.
        reason: String,
    },
    /// A journal of another computation.
    #[error(
        "{path}: the journal belongs to another diagram: {key} is {there} there and {here} {where_here}"
    )]
    Fingerprint {
        /// Which file.
        path: String,
        /// The key that differs.
        key: String,
        /// Its value in the file.
        there: String,
        /// Its value here.
        here: String,
        /// What "here" is: the command, or another journal.
        where_here: String,
    },
    /// A journal that cannot be written to; what it holds so far is intact.
    #[error(
        "cannot write to the journal {path}: {reason}; the cells that it holds are intact, --resume continues with them"
    )]
    Write {
        /// Which file.
        path: String,
        /// Why.
        reason: String,
    },
    /// The threads could not be started.
    #[error("cannot start threads: {0}")]
    Threads(String),
}
