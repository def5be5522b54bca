//! What went wrong, for whoever asked: in words, and whose part it is to mend it.
//!
//! The library's errors are typed where they arise. At the edge, in a terminal and in Python alike, three things count: what
//! to read, whether the input or the computation is at fault, and which field of the experiment the words are about.

#[cfg(feature = "simulation")]
mod finite;

use std::fmt::Display;
use std::ops::Range;

use crate::experiment::ExperimentError;
use crate::phase1::Phase1Error;
use crate::recovery::RecoveryError;
use crate::report::ReportError;
use crate::study::{AskedError, Error as StudyError};
use crate::teacher::TeacherError;
use crate::threshold::ThresholdError;

/// What is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// What was given cannot be used.
    Input,
    /// The computation did not reach its tolerance.
    Numerical,
    /// The result cannot be written, or threads not be started.
    Output,
    /// The computation was told to stop before there was anything to keep.
    Interrupted,
}

/// A question without an answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{words}")]
pub struct Failure {
    /// What is at fault.
    pub fault: Fault,
    /// What happened, the field in front.
    pub words: String,
    /// The full name of the field that is at fault, where it is one.
    pub field: Option<String>,
    /// The characters of the field's text that are at fault, where it is an expression that does not parse.
    pub place: Option<Range<usize>>,
}

impl Failure {
    /// A failure that is about no field.
    pub fn new(fault: Fault, error: &impl Display) -> Self {
        Self {
            fault,
            words: error.to_string(),
            field: None,
            place: None,
        }
    }

    /// A field that cannot be used.
    fn of_field(fault: Fault, field: &str, error: &impl Display) -> Self {
        Self {
            field: Some(field.to_owned()),
            ..Self::new(fault, &format!("{field}: {error}"))
        }
    }
}

impl From<ExperimentError> for Failure {
    fn from(error: ExperimentError) -> Self {
        Self {
            field: error.field().map(str::to_owned),
            place: error.place(),
            ..Self::new(Fault::Input, &error)
        }
    }
}

impl From<RecoveryError> for Failure {
    fn from(error: RecoveryError) -> Self {
        match error {
            RecoveryError::Memory { .. } => Self::new(Fault::Input, &error),
            RecoveryError::Noisy { .. } => Self::new(Fault::Numerical, &error),
            RecoveryError::Sampling(error) => {
                Self::of_field(Fault::Input, "numerics.samples", &error)
            }
            RecoveryError::Teacher(error) => error.into(),
            RecoveryError::NotConverged { .. }
            | RecoveryError::Evolution { .. }
            | RecoveryError::Eigen(_) => Self::of_field(Fault::Numerical, "target.link", &error),
        }
    }
}

impl From<TeacherError> for Failure {
    fn from(error: TeacherError) -> Self {
        let field = match error {
            TeacherError::Channel(_) => "target.channel",
            _ => "target.link",
        };
        Self::of_field(Fault::Input, field, &error)
    }
}

impl From<ThresholdError> for Failure {
    fn from(error: ThresholdError) -> Self {
        match error {
            ThresholdError::Teacher(error) => error.into(),
            ThresholdError::Phase1(error) => error.into(),
            ThresholdError::Memory { .. } => Self::new(Fault::Input, &error),
            ThresholdError::Interrupted => Self::new(Fault::Interrupted, &error),
            _ => Self::new(Fault::Numerical, &error),
        }
    }
}

impl From<StudyError> for Failure {
    fn from(error: StudyError) -> Self {
        match error {
            StudyError::Experiment(error) => error.into(),
            StudyError::Teacher(error) => error.into(),
            StudyError::Recovery(error) => error.into(),
            StudyError::Phase1(error) => error.into(),
            StudyError::Threshold(error) => error.into(),
            StudyError::Asked(error) => error.into(),
        }
    }
}

impl From<AskedError> for Failure {
    fn from(error: AskedError) -> Self {
        Self::new(Fault::Input, &error)
    }
}

impl From<Phase1Error> for Failure {
    fn from(error: Phase1Error) -> Self {
        let field = match error {
            // What the experiment asks for has no answer.
            Phase1Error::Memory { .. } | Phase1Error::Shortage { .. } => "training.steps",
            Phase1Error::Diverged { .. } => "training.step_size",
            Phase1Error::NoFlow { .. } => "training",
            Phase1Error::HeadDiverged { .. } => "training",
            Phase1Error::Interrupted => return Self::new(Fault::Interrupted, &error),
            Phase1Error::NotFinite { .. }
            | Phase1Error::Times { .. }
            | Phase1Error::StepLost { .. }
            | Phase1Error::RiskRises { .. }
            | Phase1Error::Hessian(_)
            | Phase1Error::Law(_)
            | Phase1Error::Sampling(_) => return Self::new(Fault::Numerical, &error),
        };
        Self::of_field(Fault::Input, field, &error)
    }
}

impl From<ReportError> for Failure {
    fn from(error: ReportError) -> Self {
        Self::new(Fault::Output, &error)
    }
}
