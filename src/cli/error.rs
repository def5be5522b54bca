//! What can go wrong, and with which exit code.

use std::process::ExitCode;

use crate::failure::{Failure, Fault};

/// Why a command did not end well. The one place that maps failures to exit codes.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// What the user gave cannot be used: exit code 2.
    #[error("{0}")]
    Input(String),
    /// The computation did not reach its tolerance: exit code 1.
    #[error("{0}")]
    Numerical(String),
    /// `validate` found a disagreement, and its result is printed: exit code 1.
    #[error("theory and simulation disagree in {0} of the checks")]
    Disagreement(usize),
    /// A part was interrupted, and what it has is in its journal: exit code 130, as of a process that Ctrl-C ended.
    #[error("{0}")]
    Interrupted(String),
    /// The result could not be written: exit code 1.
    #[error("cannot write the result: {0}")]
    Output(String),
}

impl CliError {
    /// The exit code that tells a script the same.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Input(_) => ExitCode::from(2),
            Self::Interrupted(_) => ExitCode::from(130),
            Self::Numerical(_) | Self::Disagreement(_) | Self::Output(_) => ExitCode::from(1),
        }
    }
}

impl<E> From<E> for CliError
where
    Failure: From<E>,
{
    fn from(error: E) -> Self {
        let Failure { fault, words, .. } = error.into();
        match fault {
            Fault::Input => Self::Input(words),
            Fault::Numerical | Fault::Interrupted => Self::Numerical(words),
            Fault::Output => Self::Output(words),
        }
    }
}
