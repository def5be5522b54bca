//! What goes wrong at finite n, and where all there is is asked for.

use super::{Failure, Fault};
use crate::design::{DesignError, SearchError};
use crate::diagram::DiagramError;
use crate::overview::OverviewError;
use crate::simulation::{RequestError, SimulationError};
use crate::validation::ValidationError;

impl From<DesignError> for Failure {
    fn from(error: DesignError) -> Self {
        Self::new(Fault::Input, &error)
    }
}

impl From<SearchError> for Failure {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Experiment(error) => error.into(),
            SearchError::Study(error) => error.into(),
            SearchError::Nothing { .. } => Self::new(Fault::Numerical, &error),
            SearchError::Interrupted => Self::new(Fault::Interrupted, &error),
        }
    }
}

impl From<SimulationError> for Failure {
    fn from(error: SimulationError) -> Self {
        let fault = match error {
            SimulationError::TooFewSamples { .. }
            | SimulationError::TooFewDimensions { .. }
            | SimulationError::BeyondLastStep { .. }
            | SimulationError::Memory { .. } => Fault::Input,
            SimulationError::Interrupted => Fault::Interrupted,
            _ => Fault::Numerical,
        };
        Self::new(fault, &error)
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Study(error) => error.into(),
            RequestError::Simulation(error) => error.into(),
        }
    }
}

impl From<ValidationError> for Failure {
    fn from(error: ValidationError) -> Self {
        match error {
            ValidationError::Study(error) => error.into(),
            ValidationError::Theory(error) => error.into(),
            ValidationError::Simulation(error) => error.into(),
            ValidationError::Interrupted => Self::new(Fault::Interrupted, &error),
        }
    }
}

impl From<OverviewError> for Failure {
    fn from(error: OverviewError) -> Self {
        match error {
            OverviewError::Study(error) => error.into(),
            OverviewError::Boundary(error) => error.into(),
            OverviewError::Simulation(error) => error.into(),
        }
    }
}

impl From<DiagramError> for Failure {
    fn from(error: DiagramError) -> Self {
        let fault = match error {
            DiagramError::Write { .. } | DiagramError::Threads(_) => Fault::Output,
            _ => Fault::Input,
        };
        Self::new(fault, &error)
    }
}
