//! `onset nn` for programs.

use std::borrow::Cow;

use serde::Serialize;

use super::{NOTHING_HARD, NnReport};
use crate::numerics::Measured;
use crate::report::json::{Provenance, finite, rows};
use crate::report::spectrum::edge_name;
use crate::report::threshold::{JsonThreshold, split_remarks};
use crate::threshold::{Answer, EscapeThresholds, Limit, Rung};

/// The report as one object.
pub(super) fn json<'a>(report: &'a NnReport<'_>) -> impl Serialize + 'a {
    let (zero, _) = split_remarks(report.algorithmic);
    let alg = JsonThreshold::new(&report.algorithmic.delta_alg, zero);
    let climb = report.climb;
    Json {
        schema: "onset/nn/1",
        delta_alg: alg.value,
        delta_alg_error: alg.error,
        reason: alg.reason,
        ladder: climb.rungs.iter().map(RungJson::from).collect(),
        delta_nn: LimitJson::from(&climb.limit),
        smallest: climb.smallest().and_then(SmallestJson::of),
        population_margin: climb.population.map(|margin| margin.value),
        population_margin_std_error: climb.population.map(|margin| margin.error),
        interrupted: climb.interrupted,
        escape: report.escape.map(EscapeJson::from),
        reached_basis: rows(&report.split.reached),
        hard_basis: rows(&report.split.hard),
        hidden_dim: report.split.hidden,
        irrelevant_dim: report.split.irrelevant.nrows(),
        irrelevant_basis: rows(&report.split.irrelevant),
        remarks: report
            .algorithmic
            .remarks
            .iter()
            .chain(&report.hidden)
            .collect(),
        provenance: report.provenance,
    }
}

#[derive(Serialize)]
struct Json<'a> {
    schema: &'static str,
    delta_alg: Option<f64>,
    delta_alg_error: Option<f64>,
    reason: Option<Cow<'a, str>>,
    ladder: Vec<RungJson<'a>>,
    delta_nn: LimitJson,
    smallest: Option<SmallestJson>,
    population_margin: Option<f64>,
    population_margin_std_error: Option<f64>,
    interrupted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    escape: Option<EscapeJson<'a>>,
    reached_basis: Vec<Vec<f64>>,
    hard_basis: Vec<Vec<f64>>,
    hidden_dim: usize,
    irrelevant_dim: usize,
    irrelevant_basis: Vec<Vec<f64>>,
    remarks: Vec<&'a String>,
    #[serde(flatten)]
    provenance: Provenance<'a>,
}

#[derive(Serialize)]
struct LimitJson {
    value: Option<f64>,
    std_error: Option<f64>,
    converged: bool,
    verdict: &'static str,
    reason: String,
    time: Option<f64>,
    lower_bound: Option<f64>,
    trend: Option<f64>,
}

impl From<&Limit> for LimitJson {
    fn from(limit: &Limit) -> Self {
        let value = limit.value();
        Self {
            value: value.map(|value| value.value),
            std_error: value.map(|value| value.error),
            converged: value.is_some(),
            verdict: limit.verdict(),
            reason: limit.to_string(),
            time: limit.time(),
            lower_bound: limit.lower_bound(),
            trend: limit.trend().map(|trend| trend.per_doubling),
        }
    }
}

#[derive(Serialize)]
struct SmallestJson {
    steps: usize,
    value: f64,
    std_error: f64,
}

impl SmallestJson {
    fn of(rung: &Rung) -> Option<Self> {
        let delta = rung.delta_nn.finite()?;
        Some(Self {
            steps: rung.steps,
            value: delta.value,
            std_error: delta.error,
        })
    }
}

#[derive(Serialize)]
struct EscapeJson<'a> {
    dim: u64,
    fraction: f64,
    ladder: Vec<EscapeRungJson<'a>>,
}

#[derive(Serialize)]
struct EscapeRungJson<'a> {
    steps: usize,
    delta: Option<f64>,
    std_error: Option<f64>,
    reason: Option<Cow<'a, str>>,
}

impl<'a> From<&'a EscapeThresholds> for EscapeJson<'a> {
    fn from(thresholds: &'a EscapeThresholds) -> Self {
        let rung = |(steps, threshold): &'a (usize, Answer)| {
            let json = JsonThreshold::of(threshold, NOTHING_HARD);
            EscapeRungJson {
                steps: *steps,
                delta: json.value,
                std_error: json.error,
                reason: json.reason,
            }
        };
        Self {
            dim: thresholds.escape.dim,
            fraction: thresholds.escape.fraction,
            ladder: thresholds.thresholds.iter().map(rung).collect(),
        }
    }
}

#[derive(Serialize)]
struct RungJson<'a> {
    steps: usize,
    time: f64,
    status: &'static str,
    delta_nn: Option<f64>,
    std_error: Option<f64>,
    edge_kind: Option<&'static str>,
    delta_nn_effective: Option<f64>,
    delta_nn_effective_error: Option<f64>,
    delta_nn_effective_reason: Option<Cow<'a, str>>,
    effective_n: Option<usize>,
    effective_drift: Option<f64>,
    crossings: Vec<CrossingJson>,
    gradient_ratio: Option<f64>,
    left_edge: Option<f64>,
    reason: Option<Cow<'a, str>>,
}

#[derive(Serialize)]
struct CrossingJson {
    delta: f64,
    std_error: f64,
    appears: bool,
}

impl<'a> From<&'a Rung> for RungJson<'a> {
    fn from(rung: &'a Rung) -> Self {
        let threshold = JsonThreshold::of(&rung.delta_nn, NOTHING_HARD);
        let effective = rung.effective.as_ref();
        let seen = effective.map(|effective| JsonThreshold::of(&effective.delta_nn, NOTHING_HARD));
        let crossing = |(at, appears): &(Measured, bool)| CrossingJson {
            delta: at.value,
            std_error: at.error,
            appears: *appears,
        };
        Self {
            steps: rung.steps,
            time: rung.time,
            status: rung.delta_nn.status(),
            delta_nn: threshold.value,
            std_error: threshold.error,
            edge_kind: rung.edge_kind.map(edge_name),
            delta_nn_effective: seen.as_ref().and_then(|seen| seen.value),
            delta_nn_effective_error: seen.as_ref().and_then(|seen| seen.error),
            delta_nn_effective_reason: seen.and_then(|seen| seen.reason),
            effective_n: effective.map(|effective| effective.n),
            effective_drift: effective
                .and_then(|effective| effective.drift)
                .and_then(finite),
            crossings: rung.crossings.iter().map(crossing).collect(),
            gradient_ratio: rung.end.and_then(|end| finite(end.gradient_ratio.value)),
            left_edge: rung.end.and_then(|end| finite(end.edge.value)),
            reason: threshold.reason,
        }
    }
}
