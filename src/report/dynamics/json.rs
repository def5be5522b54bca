//! Phase 1 for programs.

use serde::Serialize;

use super::DynamicsReport;
use crate::numerics::{Measured, MeasuredMatrix};
use crate::phase1::{Curves, Escape, EscapeTime, Growth, NOTHING_HARD};
use crate::report::json::{Provenance, rows, value_and_error};

const NO_DIMENSION: &str = "no dimension was given";

pub(super) fn json<'a>(report: &DynamicsReport<'a>) -> Json<'a> {
    let curves = report.curves;
    let grows = !curves.hard_growth.is_empty();
    Json {
        delta: curves.delta,
        steps: (0..=curves.steps()).collect(),
        train_loss: values(&curves.train_loss),
        train_loss_std_error: errors(&curves.train_loss),
        test_loss: values(&curves.test_loss),
        test_loss_std_error: errors(&curves.test_loss),
        gradient_norm: values(&curves.gradient_norm),
        gradient_norm_std_error: errors(&curves.gradient_norm),
        gram: means(&curves.gram),
        gram_std_error: matrix_errors(&curves.gram),
        overlap: means(&curves.overlap),
        overlap_std_error: matrix_errors(&curves.overlap),
        hard_growth: grows.then(|| means(&curves.hard_growth)),
        hard_growth_std_error: grows.then(|| matrix_errors(&curves.hard_growth)),
        hard_growth_trace: grows.then(|| values(&curves.hard_growth_trace)),
        hard_growth_trace_std_error: grows.then(|| errors(&curves.hard_growth_trace)),
        hard_growth_reason: (!grows).then_some(NOTHING_HARD),
        reached_basis: rows(&report.split.reached),
        hard_basis: rows(&report.split.hard),
        hidden_dim: report.split.hidden,
        irrelevant_dim: report.split.irrelevant.nrows(),
        irrelevant_basis: rows(&report.split.irrelevant),
        escape: report.escape.map(|escape| EscapeJson::new(escape, curves)),
        escape_reason: report.escape.is_none().then_some(NO_DIMENSION),
        provenance: report.provenance,
    }
}

type Matrices = Vec<Vec<Vec<f64>>>;

#[derive(Serialize)]
pub(super) struct Json<'a> {
    delta: f64,
    steps: Vec<usize>,
    train_loss: Vec<f64>,
    train_loss_std_error: Vec<f64>,
    test_loss: Vec<f64>,
    test_loss_std_error: Vec<f64>,
    gradient_norm: Vec<f64>,
    gradient_norm_std_error: Vec<f64>,
    gram: Matrices,
    gram_std_error: Matrices,
    overlap: Matrices,
    overlap_std_error: Matrices,
    hard_growth: Option<Matrices>,
    hard_growth_std_error: Option<Matrices>,
    hard_growth_trace: Option<Vec<f64>>,
    hard_growth_trace_std_error: Option<Vec<f64>>,
    hard_growth_reason: Option<&'static str>,
    reached_basis: Vec<Vec<f64>>,
    hard_basis: Vec<Vec<f64>>,
    hidden_dim: usize,
    irrelevant_dim: usize,
    irrelevant_basis: Vec<Vec<f64>>,
    escape: Option<EscapeJson>,
    escape_reason: Option<&'static str>,
    #[serde(flatten)]
    provenance: Provenance<'a>,
}

#[derive(Serialize)]
struct EscapeJson {
    dim: u64,
    fraction: f64,
    /// Of the mean growth.
    steps: Option<f64>,
    steps_std_error: Option<f64>,
    reason: Option<String>,
    /// When half of all runs have escaped.
    median_steps: Option<f64>,
    median_steps_std_error: Option<f64>,
    median_reason: Option<String>,
    /// The part of all runs that have escaped within the steps followed.
    success_fraction: Option<f64>,
    success_fraction_std_error: Option<f64>,
}

impl EscapeJson {
    fn new(escape: Escape, curves: &Curves) -> Self {
        let [(mean, reason), (median, median_reason)] =
            [Growth::Mean, Growth::Median].map(|growth| at_or_reason(escape.time(growth, curves)));
        let success = escape.success(curves, curves.steps());
        let [steps, median, success] = [mean, median, success].map(value_and_error);
        Self {
            dim: escape.dim,
            fraction: escape.fraction,
            steps: steps.0,
            steps_std_error: steps.1,
            reason,
            median_steps: median.0,
            median_steps_std_error: median.1,
            median_reason,
            success_fraction: success.0,
            success_fraction_std_error: success.1,
        }
    }
}

fn at_or_reason(time: EscapeTime) -> (Option<Measured>, Option<String>) {
    match time {
        EscapeTime::At(steps) => (Some(steps), None),
        EscapeTime::NotWithin { reason } => (None, Some(reason)),
    }
}

fn values(curve: &[Measured]) -> Vec<f64> {
    curve.iter().map(|at| at.value).collect()
}

fn errors(curve: &[Measured]) -> Vec<f64> {
    curve.iter().map(|at| at.error).collect()
}

fn means(curve: &[MeasuredMatrix]) -> Matrices {
    curve.iter().map(|at| rows(&at.mean)).collect()
}

fn matrix_errors(curve: &[MeasuredMatrix]) -> Matrices {
    curve.iter().map(|at| rows(&at.error)).collect()
}
