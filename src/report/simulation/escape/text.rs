//! Escapes for people.

use super::super::{error_words, estimate};
use super::EscapeReport;
use crate::numerics::Measured;
use crate::phase1::EscapeTime;
use crate::report::table::{Table, titled};
use crate::report::{number, threshold};
use crate::simulation::Escapes;

pub(super) fn text(report: &EscapeReport) -> String {
    let mut text = titled(report.name, &thresholds(report));
    text.push('\n');
    text.push_str(&points(report).render(""));
    let level = number::short(report.level);
    text.push_str(&format!(
        "escaped: the part of all runs in which {level} of |W|^2 was in the hard directions within the steps given\n\
         median: the step at which half of all runs have escaped; predicted: from the linear growth of small overlaps\n"
    ));
    if let Err(reason) = report.forecast {
        text.push_str(&format!("no predictions: {reason}\n"));
    }
    let runs = report.escapes.iter().map(|e| e.steps.len()).min();
    let errors = error_words(runs.unwrap_or(1));
    text.push_str(&format!(
        "{errors}; of a fraction, half of Wilson's interval; of a median, from order statistics\n"
    ));
    if report.forecast.is_ok() {
        let words = report.provenance.replicate_words();
        text.push_str(&format!("of predictions, {words}\n"));
    }
    text
}

/// What the theory says of all runs at once.
fn thresholds(report: &EscapeReport) -> Table {
    let mut table = Table::default();
    let mut row = |name: &str, value, zero: &str, meaning: &str| {
        let about = threshold::about(value, zero, meaning);
        table.row([name, &threshold::text(value), about]);
    };
    let (zero, _) = threshold::split_remarks(report.algorithmic);
    row(
        "delta_alg",
        &report.algorithmic.delta_alg,
        zero,
        threshold::ALG,
    );
    let Ok(forecast) = report.forecast else {
        return table;
    };
    for (steps, value) in &forecast.delta_nn {
        row(&format!("delta_NN({steps})"), value, "", threshold::NN);
    }
    for ((cap, escape), value) in &forecast.half {
        let name = format!("half({cap}), d = {}", escape.dim);
        let meaning = format!(
            "n/d above which more than half of all runs are predicted to escape within {cap} steps"
        );
        row(&name, value, "", &meaning);
    }
    table
}

/// One line for each dimension and delta.
fn points(report: &EscapeReport) -> Table {
    let mut table = Table::default();
    table.row([
        "delta",
        "n",
        "d",
        "steps",
        "runs",
        "escaped",
        "predicted",
        "median",
        "predicted",
    ]);
    for escapes in report.escapes {
        let plan = &escapes.plan;
        let prediction = report.prediction(escapes).ok();
        let success = prediction.as_ref().and_then(|p| p.success.as_ref().ok());
        let median = prediction.as_ref().and_then(|p| match &p.median {
            EscapeTime::At(time) => Some(time),
            EscapeTime::NotWithin { .. } => None,
        });
        table.row([
            &number::short(plan.delta),
            &plan.samples().to_string(),
            &plan.dim.to_string(),
            &plan.steps.to_string(),
            &runs_words(escapes),
            &number::measured(escapes.success_fraction()),
            &cell(success.copied(), prediction.is_some()),
            &cell(escapes.median_step(), true),
            &cell(median.copied(), prediction.is_some()),
        ]);
    }
    table
}

/// A number, or that it is known not to be there, or nothing known.
fn cell(number: Option<Measured>, known: bool) -> String {
    match number {
        Some(number) => estimate(number),
        None if known => "none".to_owned(),
        None => "-".to_owned(),
    }
}

fn runs_words(escapes: &Escapes) -> String {
    let finished = escapes.steps.len();
    if (finished as u64) < escapes.requested {
        format!("{finished} of {}, interrupted", escapes.requested)
    } else {
        finished.to_string()
    }
}
