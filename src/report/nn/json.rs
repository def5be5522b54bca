//! `onset nn` for programs.

use super::{NOTHING_HARD, NnReport};
use crate::numerics::Measured;
use crate::report::record::{Record, list};
use crate::report::spectrum::edge_name;
use crate::report::threshold::{JsonThreshold, split_remarks};
use crate::threshold::{Answer, EscapeThresholds, Limit, Rung};

/// The report as one object.
pub(super) fn record<'a>(report: &'a NnReport<'_>) -> Record<'a> {
    let (algorithmic, climb, split) = (report.algorithmic, report.climb, report.split);
    let (zero, _) = split_remarks(algorithmic);
    let alg = JsonThreshold::new(&algorithmic.delta_alg, zero);
    let remarks = algorithmic.remarks.iter().chain(&report.hidden);
    Record::of("onset/nn/1")
        .threshold(["delta_alg", "delta_alg_error", "reason"], alg)
        .with("ladder", list(&climb.rungs, rung))
        .with("delta_nn", limit(&climb.limit))
        .with("smallest", climb.smallest().and_then(smallest))
        .twins(
            ["population_margin", "population_margin_std_error"],
            climb.population,
        )
        .with("interrupted", climb.interrupted)
        .maybe("escape", report.escape.map(escape))
        .with("reached_basis", &split.reached)
        .with("hard_basis", &split.hard)
        .with("hidden_dim", split.hidden)
        .with("irrelevant_dim", split.irrelevant.nrows())
        .with("irrelevant_basis", &split.irrelevant)
        .with("remarks", list(remarks, String::as_str))
        .provenance(report.provenance)
}

fn limit(limit: &Limit) -> Record<'_> {
    let value = limit.value();
    Record::default()
        .twins(["value", "std_error"], value)
        .with("converged", value.is_some())
        .with("verdict", limit.verdict())
        .with("reason", limit.to_string())
        .with("time", limit.time())
        .with("lower_bound", limit.lower_bound())
        .with("trend", limit.trend().map(|trend| trend.per_doubling))
}

fn smallest(rung: &Rung) -> Option<Record<'_>> {
    let delta = rung.delta_nn.finite()?;
    let record = Record::default().with("steps", rung.steps);
    Some(record.twins(["value", "std_error"], delta))
}

fn escape(thresholds: &EscapeThresholds) -> Record<'_> {
    let rung = |(steps, answer): &(usize, Answer)| {
        let threshold = JsonThreshold::of(answer, NOTHING_HARD);
        Record::default()
            .with("steps", *steps)
            .threshold(["delta", "std_error", "reason"], threshold)
    };
    Record::default()
        .with("dim", thresholds.escape.dim)
        .with("fraction", thresholds.escape.fraction)
        .with("ladder", list(&thresholds.thresholds, rung))
}

fn rung(rung: &Rung) -> Record<'_> {
    let threshold = JsonThreshold::of(&rung.delta_nn, NOTHING_HARD);
    let effective = rung.effective.as_ref();
    let seen = effective.map(|effective| JsonThreshold::of(&effective.delta_nn, NOTHING_HARD));
    let crossing = |(at, appears): &(Measured, bool)| {
        Record::default()
            .twins(["delta", "std_error"], *at)
            .with("appears", *appears)
    };
    Record::default()
        .with("steps", rung.steps)
        .with("time", rung.time)
        .with("status", rung.delta_nn.status())
        .with("delta_nn", threshold.value)
        .with("std_error", threshold.error)
        .with("edge_kind", rung.edge_kind.map(edge_name))
        .threshold(
            [
                "delta_nn_effective",
                "delta_nn_effective_error",
                "delta_nn_effective_reason",
            ],
            seen.unwrap_or_default(),
        )
        .with("effective_n", effective.map(|effective| effective.n))
        .with(
            "effective_drift",
            effective.and_then(|effective| effective.drift),
        )
        .with("crossings", list(&rung.crossings, crossing))
        .with(
            "gradient_ratio",
            rung.end.map(|end| end.gradient_ratio.value),
        )
        .with("left_edge", rung.end.map(|end| end.edge.value))
        .with("reason", threshold.reason)
}
