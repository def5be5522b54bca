//! Phase 1 for programs.

use super::DynamicsReport;
use crate::numerics::Measured;
use crate::phase1::{Curves, Escape, EscapeTime, Growth, NOTHING_HARD};
use crate::report::ending::ending;
use crate::report::record::{Record, Value, list};

const NO_END: &str = "training was not followed to its end";
const NO_DIMENSION: &str = "no dimension was given";

pub(super) fn record<'a>(report: &DynamicsReport<'a>) -> Record<'a> {
    let (curves, split) = (report.curves, report.split);
    let escape = report.escape.map(|escape| of_escape(escape, curves));
    Record::of("onset/dynamics/1")
        .with("delta", curves.delta)
        .with("steps", steps(curves))
        .with("ending", report.ending.map(ending))
        .with("ending_reason", report.ending.is_none().then_some(NO_END))
        .curve(["train_loss", "train_loss_std_error"], &curves.train_loss)
        .curve(["test_loss", "test_loss_std_error"], &curves.test_loss)
        .curve(
            ["gradient_norm", "gradient_norm_std_error"],
            &curves.gradient_norm,
        )
        .matrices(["gram", "gram_std_error"], &curves.gram)
        .matrices(["overlap", "overlap_std_error"], &curves.overlap)
        .head(&curves.readout, &curves.bias)
        .and(growth(curves))
        .with("reached_basis", &split.reached)
        .with("hard_basis", &split.hard)
        .with("hidden_dim", split.hidden)
        .with("irrelevant_dim", split.irrelevant.nrows())
        .with("irrelevant_basis", &split.irrelevant)
        .with("escape", escape)
        .with(
            "escape_reason",
            report.escape.is_none().then_some(NO_DIMENSION),
        )
        .provenance(report.provenance)
}

/// Whole numbers; none for an end after which nothing changes.
fn steps<'a>(curves: &Curves) -> Value<'a> {
    list(&curves.at_steps, |at| {
        at.is_finite().then_some(*at as usize)
    })
}

fn growth<'a>(curves: &Curves) -> Record<'a> {
    const MATRIX: [&str; 2] = ["hard_growth", "hard_growth_std_error"];
    const TRACE: [&str; 2] = ["hard_growth_trace", "hard_growth_trace_std_error"];
    const REASON: &str = "hard_growth_reason";
    let record = Record::default();
    if curves.hard_growth.is_empty() {
        let absent = record.twins(MATRIX, None).twins(TRACE, None);
        return absent.with(REASON, NOTHING_HARD);
    }
    record
        .matrices(MATRIX, &curves.hard_growth)
        .curve(TRACE, &curves.hard_growth_trace)
        .with(REASON, Value::Null)
}

fn of_escape<'a>(escape: Escape, curves: &Curves) -> Record<'a> {
    let [(mean, reason), (median, median_reason)] =
        [Growth::Mean, Growth::Median].map(|growth| at_or_reason(escape.time(growth, curves)));
    // the part of all runs that have escaped within the steps followed
    let success = escape.success(curves, curves.steps());
    Record::default()
        .with("dim", escape.dim)
        .with("fraction", escape.fraction)
        .twins(["steps", "steps_std_error"], mean)
        .with("reason", reason)
        .twins(["median_steps", "median_steps_std_error"], median)
        .with("median_reason", median_reason)
        .twins(["success_fraction", "success_fraction_std_error"], success)
}

fn at_or_reason(time: EscapeTime) -> (Option<Measured>, Option<String>) {
    match time {
        EscapeTime::At(steps) => (Some(steps), None),
        EscapeTime::NotWithin { reason } => (None, Some(reason)),
    }
}
