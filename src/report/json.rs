//! What all JSON reports share.

use nalgebra::DMatrix;
use serde::Serialize;

use super::record::{Record, Value};
use crate::experiment::{Experiment, LossKind};

/// Why a report cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The serialiser failed.
    #[error("the report cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The picture could not be drawn.
    #[error("the picture cannot be drawn: {0}")]
    Plot(String),
}

/// The version that computed a report.
pub(in crate::report) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Enough to run the experiment again.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Provenance<'a> {
    onset_version: &'static str,
    seed: u64,
    experiment: &'a Experiment,
}

impl<'a> Provenance<'a> {
    /// The provenance of a result of this experiment.
    pub fn new(experiment: &'a Experiment) -> Self {
        Self {
            onset_version: VERSION,
            seed: experiment.numerics.seed,
            experiment,
        }
    }
}

impl<'a> Provenance<'a> {
    /// The keys that stand at the end of every report.
    pub(super) fn record(self) -> Record<'a> {
        Record::default()
            .with("onset_version", self.onset_version)
            .with("seed", self.seed)
            .with("experiment", Value::Experiment(self.experiment))
    }

    /// n, the samples that effective values refer to.
    pub(super) fn samples(&self) -> usize {
        self.experiment.numerics.samples
    }

    /// Whether the loss has bounded slope and curvature already.
    pub(super) fn has_bounded_loss(&self) -> bool {
        let loss = self.experiment.loss.as_ref();
        loss.is_some_and(|loss| loss.kind == LossKind::PseudoHuber)
    }

    /// What the error bars of averages over replicates are.
    pub(super) fn replicate_words(&self) -> String {
        let numerics = self.experiment.numerics;
        format!(
            "standard error over {} replicates of {} samples",
            numerics.replicates, numerics.samples
        )
    }

    /// What the error bars of spectra are.
    pub(super) fn error_words(&self) -> String {
        self.or_quadrature(self.replicate_words())
    }

    /// What the error bars of thresholds are.
    pub(super) fn bar_words(&self) -> String {
        let numerics = self.experiment.numerics;
        self.or_quadrature(format!(
            "three bars are the 99 percent interval of {} replicates of {} samples (Student's t)",
            numerics.replicates, numerics.samples
        ))
    }

    fn or_quadrature(&self, replicates: String) -> String {
        let neurons = self.experiment.network.as_ref();
        if neurons.is_some_and(|network| network.readout.len() == 1) {
            format!("difference of two quadrature resolutions, or else {replicates}")
        } else {
            replicates
        }
    }
}

/// One line of JSON, ended by a line break.
///
/// # Errors
/// When the serialiser fails.
pub fn to_json(report: &impl Serialize) -> Result<String, ReportError> {
    let mut text = serde_json::to_string(report)?;
    text.push('\n');
    Ok(text)
}

/// A matrix as an array of rows.
pub(super) fn rows(matrix: &DMatrix<f64>) -> Vec<Vec<f64>> {
    matrix
        .row_iter()
        .map(|row| row.iter().copied().collect())
        .collect()
}
