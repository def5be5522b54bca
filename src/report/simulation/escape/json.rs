//! Escapes for programs.

use super::super::{missing_error, precision_name};
use super::EscapeReport;
use crate::numerics::Measured;
use crate::phase1::{EscapePrediction, EscapeTime};
use crate::recovery::Threshold;
use crate::report::record::{Record, list};
use crate::report::threshold::{self, JsonThreshold};
use crate::simulation::{Escapes, Labels};

pub(super) fn record<'a>(report: &EscapeReport<'a>) -> Record<'a> {
    let plan = report.escapes.first().map(|escapes| &escapes.plan);
    let (zero, _) = threshold::split_remarks(report.algorithmic);
    let alg = JsonThreshold::new(&report.algorithmic.delta_alg, zero);
    let forecast = report.forecast.ok();
    let cap = plan.map(|plan| plan.steps);
    let same = |escapes: &Escapes| Some(escapes.plan.steps) == cap;
    let rungs = forecast.iter().flat_map(|forecast| &forecast.delta_nn);
    let half = forecast.iter().flat_map(|forecast| &forecast.half);
    Record::of("onset/escape/1")
        .with("level", report.level)
        // absent where it differs between dimensions
        .with("step_cap", cap.filter(|_| report.escapes.iter().all(same)))
        .with("null", plan.is_some_and(|plan| plan.labels == Labels::Null))
        .with("precision", plan.map(|plan| precision_name(plan.precision)))
        .threshold(["delta_alg", "delta_alg_error", "delta_alg_reason"], alg)
        .with("theory_steps", forecast.map(|forecast| forecast.followed))
        .with("theory_reason", report.forecast.err())
        .with(
            "delta_nn",
            list(rungs, |(steps, at)| above(*steps, None, at)),
        )
        .with(
            "half",
            list(half, |((cap, escape), at)| {
                above(*cap, Some(escape.dim), at)
            }),
        )
        .flag("interrupted", report.interrupted)
        .with(
            "escape",
            list(report.escapes, |escapes| {
                of_runs(escapes, report.prediction(escapes))
            }),
        )
        .provenance(report.provenance)
}

fn above(steps: usize, dim: Option<u64>, delta: &Threshold) -> Record<'_> {
    let delta = JsonThreshold::new(delta, "no direction is hard");
    Record::default()
        .with("steps", steps)
        .maybe("dim", dim)
        .threshold(["delta", "std_error", "reason"], delta)
}

const NO_ESCAPE: &str = "no run escaped within the step cap";
const LATE: &str = "half of the runs or more did not escape within the step cap";
const LATE_ABOVE: &str =
    "too few runs escaped within the step cap for the upper end of the median's error bar";

fn of_runs(escapes: &Escapes, prediction: Result<EscapePrediction, String>) -> Record<'_> {
    let (plan, median) = (&escapes.plan, escapes.median_step());
    let reason = match escapes.steps.iter().flatten().count() {
        0 => Some(NO_ESCAPE),
        escaped => missing_error(escaped),
    };
    let median_reason = match median {
        None => Some(LATE),
        Some(median) if median.error == f64::INFINITY => Some(LATE_ABOVE),
        Some(_) => missing_error(escapes.steps.len()),
    };
    Record::default()
        .with("delta", plan.delta)
        .with("samples", plan.samples())
        .with("dim", plan.dim)
        .with("step_cap", plan.steps)
        .with("runs", escapes.steps.len())
        .with("runs_requested", escapes.requested)
        .twins(
            ["success_fraction", "success_fraction_std_error"],
            escapes.success_fraction(),
        )
        .twins(
            ["escape_step", "escape_step_std_error"],
            escapes.escape_step(),
        )
        .with("reason", reason)
        .twins(["median_step", "median_step_std_error"], median)
        .with("median_reason", median_reason)
        .with("predicted", predicted(prediction))
        .with("escape_steps", &escapes.steps[..])
}

/// What the theory expects of the same runs; the last step is that at which the mean growth reaches the level.
fn predicted<'a>(prediction: Result<EscapePrediction, String>) -> Record<'a> {
    let at = |time: EscapeTime| match time {
        EscapeTime::At(step) => Ok(step),
        EscapeTime::NotWithin { reason } => Err(reason),
    };
    let [success, median, growth] = match prediction {
        Ok(all) => [all.success, at(all.median), at(all.mean)],
        Err(reason) => [Err(reason.clone()), Err(reason.clone()), Err(reason)],
    };
    let or_reason = |record: Record<'a>, keys, reason, number: Result<Measured, String>| {
        let (number, why) = match number {
            Ok(number) => (Some(number), None),
            Err(why) => (None, Some(why)),
        };
        record.twins(keys, number).with(reason, why)
    };
    let record = or_reason(
        Record::default(),
        ["success_fraction", "success_fraction_std_error"],
        "success_fraction_reason",
        success,
    );
    let record = or_reason(
        record,
        ["median_step", "median_step_std_error"],
        "median_reason",
        median,
    );
    or_reason(
        record,
        ["growth_step", "growth_step_std_error"],
        "growth_reason",
        growth,
    )
}
