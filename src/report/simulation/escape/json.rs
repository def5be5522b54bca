//! Escapes for programs.

use serde::Serialize;

use super::super::{missing_error, precision_name};
use super::EscapeReport;
use crate::numerics::Measured;
use crate::phase1::{EscapePrediction, EscapeTime};
use crate::report::json::{Provenance, finite, value_and_error};
use crate::report::threshold::{self, JsonThreshold};
use crate::simulation::{Escapes, Labels};

pub(super) fn json(report: EscapeReport<'_>) -> Json<'_> {
    let plan = report.escapes.first().map(|escapes| &escapes.plan);
    let (zero, _) = threshold::split_remarks(report.algorithmic);
    let alg = JsonThreshold::new(&report.algorithmic.delta_alg, zero);
    let forecast = report.forecast.ok();
    let cap = plan.map(|plan| plan.steps);
    let same = |escapes: &Escapes| Some(escapes.plan.steps) == cap;
    Json {
        level: report.level,
        step_cap: cap.filter(|_| report.escapes.iter().all(same)),
        null: plan.is_some_and(|plan| plan.labels == Labels::Null),
        precision: plan.map(|plan| precision_name(plan.precision)),
        delta_alg: alg.value,
        delta_alg_error: alg.error,
        delta_alg_reason: alg.reason.map(|reason| reason.into_owned()),
        theory_steps: forecast.map(|forecast| forecast.followed),
        theory_reason: report.forecast.err(),
        delta_nn: forecast.map_or_else(Vec::new, |forecast| {
            let rungs = forecast.delta_nn.iter();
            rungs
                .map(|(steps, value)| ThresholdJson::new(*steps, None, value))
                .collect()
        }),
        half: forecast.map_or_else(Vec::new, |forecast| {
            let answers = forecast.half.iter();
            answers
                .map(|((cap, escape), value)| ThresholdJson::new(*cap, Some(escape.dim), value))
                .collect()
        }),
        interrupted: report.interrupted,
        escape: report
            .escapes
            .iter()
            .map(|escapes| EscapeJson::new(escapes, report.prediction(escapes)))
            .collect(),
        provenance: report.provenance,
    }
}

#[derive(Serialize)]
pub(super) struct Json<'a> {
    level: f64,
    /// Absent where it differs between dimensions.
    step_cap: Option<usize>,
    null: bool,
    precision: Option<&'static str>,
    delta_alg: Option<f64>,
    delta_alg_error: Option<f64>,
    delta_alg_reason: Option<String>,
    theory_steps: Option<usize>,
    theory_reason: Option<&'a str>,
    delta_nn: Vec<ThresholdJson>,
    half: Vec<ThresholdJson>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    interrupted: bool,
    escape: Vec<EscapeJson<'a>>,
    #[serde(flatten)]
    provenance: Provenance<'a>,
}

#[derive(Serialize)]
struct ThresholdJson {
    steps: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    dim: Option<u64>,
    delta: Option<f64>,
    std_error: Option<f64>,
    reason: Option<String>,
}

impl ThresholdJson {
    fn new(steps: usize, dim: Option<u64>, value: &crate::recovery::Threshold) -> Self {
        let json = JsonThreshold::new(value, "no direction is hard");
        Self {
            steps,
            dim,
            delta: json.value,
            std_error: json.error,
            reason: json.reason.map(|reason| reason.into_owned()),
        }
    }
}

#[derive(Serialize)]
struct EscapeJson<'a> {
    delta: f64,
    samples: usize,
    dim: usize,
    step_cap: usize,
    runs: usize,
    runs_requested: u64,
    success_fraction: f64,
    success_fraction_std_error: f64,
    escape_step: Option<f64>,
    escape_step_std_error: Option<f64>,
    reason: Option<&'static str>,
    median_step: Option<f64>,
    median_step_std_error: Option<f64>,
    median_reason: Option<&'static str>,
    predicted: PredictionJson,
    escape_steps: &'a [Option<f64>],
}

const NO_ESCAPE: &str = "no run escaped within the step cap";
const LATE: &str = "half of the runs or more did not escape within the step cap";
const LATE_ABOVE: &str =
    "too few runs escaped within the step cap for the upper end of the median's error bar";

impl<'a> EscapeJson<'a> {
    fn new(escapes: &'a Escapes, prediction: Result<EscapePrediction, String>) -> Self {
        let fraction = escapes.success_fraction();
        let escaped = escapes.steps.iter().flatten().count();
        let step = value_and_error(escapes.escape_step());
        let median = escapes.median_step();
        let (median_step, median_step_std_error) = value_and_error(median);
        Self {
            delta: escapes.plan.delta,
            samples: escapes.plan.samples(),
            dim: escapes.plan.dim,
            step_cap: escapes.plan.steps,
            runs: escapes.steps.len(),
            runs_requested: escapes.requested,
            success_fraction: fraction.value,
            success_fraction_std_error: fraction.error,
            escape_step: step.0,
            escape_step_std_error: step.1,
            reason: match escaped {
                0 => Some(NO_ESCAPE),
                escaped => missing_error(escaped),
            },
            median_step,
            median_step_std_error,
            median_reason: match median {
                None => Some(LATE),
                Some(median) if median.error == f64::INFINITY => Some(LATE_ABOVE),
                Some(_) => missing_error(escapes.steps.len()),
            },
            predicted: PredictionJson::new(prediction),
            escape_steps: &escapes.steps,
        }
    }
}

/// What the theory expects of the same runs.
#[derive(Serialize, Default)]
struct PredictionJson {
    success_fraction: Option<f64>,
    success_fraction_std_error: Option<f64>,
    success_fraction_reason: Option<String>,
    median_step: Option<f64>,
    median_step_std_error: Option<f64>,
    median_reason: Option<String>,
    /// When the mean growth reaches the level.
    growth_step: Option<f64>,
    growth_step_std_error: Option<f64>,
    growth_reason: Option<String>,
}

impl PredictionJson {
    fn new(prediction: Result<EscapePrediction, String>) -> Self {
        let prediction = match prediction {
            Ok(prediction) => prediction,
            Err(reason) => {
                return Self {
                    success_fraction_reason: Some(reason.clone()),
                    median_reason: Some(reason.clone()),
                    growth_reason: Some(reason),
                    ..Self::default()
                };
            }
        };
        let success = split(prediction.success);
        let [median, growth] = [prediction.median, prediction.mean].map(|time| {
            split(match time {
                EscapeTime::At(step) => Ok(step),
                EscapeTime::NotWithin { reason } => Err(reason),
            })
        });
        Self {
            success_fraction: success.0,
            success_fraction_std_error: success.1,
            success_fraction_reason: success.2,
            median_step: median.0,
            median_step_std_error: median.1,
            median_reason: median.2,
            growth_step: growth.0,
            growth_step_std_error: growth.1,
            growth_reason: growth.2,
        }
    }
}

/// Value, error, and the reason where there is none.
fn split(number: Result<Measured, String>) -> (Option<f64>, Option<f64>, Option<String>) {
    match number {
        Ok(number) => (finite(number.value), finite(number.error), None),
        Err(reason) => (None, None, Some(reason)),
    }
}
