//! What can go wrong, and with which exit code.

use std::process::ExitCode;

use crate::design::DesignError;
use crate::diagram::DiagramError;
use crate::experiment::ExperimentError;
use crate::phase1::Phase1Error;
use crate::recovery::RecoveryError;
use crate::report::ReportError;
use crate::simulation::SimulationError;
use crate::study::Error as StudyError;
use crate::teacher::TeacherError;
use crate::threshold::ThresholdError;
use crate::validation::ValidationError;

/// Why a command did not end well. The one place that maps errors to exit codes.
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

impl From<ExperimentError> for CliError {
    fn from(error: ExperimentError) -> Self {
        Self::Input(error.to_string())
    }
}

impl From<DesignError> for CliError {
    fn from(error: DesignError) -> Self {
        Self::Input(error.to_string())
    }
}

impl From<RecoveryError> for CliError {
    fn from(error: RecoveryError) -> Self {
        match error {
            RecoveryError::Memory { .. } => Self::Input(error.to_string()),
            RecoveryError::Noisy { .. } => Self::Numerical(error.to_string()),
            RecoveryError::Sampling(error) => Self::Input(format!("numerics.samples: {error}")),
            RecoveryError::Teacher(error) => error.into(),
            RecoveryError::NotConverged { .. }
            | RecoveryError::Evolution { .. }
            | RecoveryError::Eigen(_) => Self::Numerical(format!("target.link: {error}")),
        }
    }
}

impl From<TeacherError> for CliError {
    fn from(error: TeacherError) -> Self {
        let field = match error {
            TeacherError::Channel(_) => "target.channel",
            _ => "target.link",
        };
        Self::Input(format!("{field}: {error}"))
    }
}

impl From<ThresholdError> for CliError {
    fn from(error: ThresholdError) -> Self {
        match error {
            ThresholdError::Teacher(error) => error.into(),
            ThresholdError::Phase1(error) => error.into(),
            ThresholdError::Memory { .. } => Self::Input(error.to_string()),
            _ => Self::Numerical(error.to_string()),
        }
    }
}

impl From<StudyError> for CliError {
    fn from(error: StudyError) -> Self {
        match error {
            StudyError::Experiment(error) => error.into(),
            StudyError::Teacher(error) => error.into(),
            StudyError::Recovery(error) => error.into(),
            StudyError::Phase1(error) => error.into(),
            StudyError::Threshold(error) => error.into(),
        }
    }
}

impl From<SimulationError> for CliError {
    fn from(error: SimulationError) -> Self {
        match error {
            SimulationError::TooFewSamples { .. }
            | SimulationError::TooFewDimensions { .. }
            | SimulationError::BeyondLastStep { .. }
            | SimulationError::Memory { .. } => Self::Input(error.to_string()),
            _ => Self::Numerical(error.to_string()),
        }
    }
}

impl From<ValidationError> for CliError {
    fn from(error: ValidationError) -> Self {
        match error {
            ValidationError::Theory(error) => error.into(),
            ValidationError::Simulation(error) => error.into(),
            ValidationError::Interrupted => Self::Numerical(error.to_string()),
        }
    }
}

impl From<Phase1Error> for CliError {
    fn from(error: Phase1Error) -> Self {
        match error {
            // What the experiment asks for has no answer.
            Phase1Error::Memory { .. } | Phase1Error::Shortage { .. } => {
                Self::Input(format!("training.steps: {error}"))
            }
            Phase1Error::Diverged { .. } => Self::Input(format!("training.step_size: {error}")),
            Phase1Error::NoFlow { .. } => Self::Input(format!("training: {error}")),
            Phase1Error::NotFinite { .. }
            | Phase1Error::Times { .. }
            | Phase1Error::StepLost { .. }
            | Phase1Error::Hessian(_)
            | Phase1Error::Law(_)
            | Phase1Error::Sampling(_) => Self::Numerical(error.to_string()),
        }
    }
}

impl From<DiagramError> for CliError {
    fn from(error: DiagramError) -> Self {
        match error {
            DiagramError::Write { .. } | DiagramError::Threads(_) => {
                Self::Output(error.to_string())
            }
            _ => Self::Input(error.to_string()),
        }
    }
}

impl From<ReportError> for CliError {
    fn from(error: ReportError) -> Self {
        Self::Output(error.to_string())
    }
}
