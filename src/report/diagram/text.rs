//! A diagram for people.

use std::collections::BTreeMap;

use super::DiagramReport;
use crate::diagram::{Axis, Cell, Outcome};
use crate::report::number;
use crate::report::table::{Table, titled};

/// Reasons that are shown of those that occur.
const MOST_REASONS: usize = 3;

pub(super) fn text(report: &DiagramReport<'_>) -> String {
    let request = &report.fingerprint.request;
    let mut table = Table::default();
    table.row(["quantity", request.quantity.name(), ""]);
    table.row(["x", &axis(&request.x), ""]);
    if let Some(y) = &request.y {
        table.row(["y", &axis(y), ""]);
    }
    table.row(["cells", &counts(report), ""]);
    if let Some(range) = range(&report.diagram.cells) {
        table.row(["values", &range, ""]);
    }
    for status in ["absent", "failed"] {
        let reasons = reasons(&report.diagram.cells, status);
        for (reason, count) in reasons.iter().take(MOST_REASONS) {
            table.row([status, &format!("{count}: {reason}"), ""]);
        }
        let more: usize = reasons.iter().skip(MOST_REASONS).map(|(_, n)| n).sum();
        if more > 0 {
            table.row([status, &format!("{more}: for other reasons"), ""]);
        }
    }
    let name = report.fingerprint.experiment.get("name");
    titled(name.and_then(|name| name.as_str()), &table)
}

fn axis(axis: &Axis) -> String {
    let values = &axis.values;
    let ends = [values.first(), values.last()].map(|v| number::short(*v.unwrap_or(&f64::NAN)));
    match values.len() {
        1 => format!("{} = {}", axis.key.name(), ends[0]),
        count => format!(
            "{} from {} to {}, {count} values",
            axis.key.name(),
            ends[0],
            ends[1]
        ),
    }
}

fn counts(report: &DiagramReport<'_>) -> String {
    let cells = &report.diagram.cells;
    let total = report.diagram.columns() * report.diagram.rows();
    let of = |status: &str| {
        let alike = cells.iter().filter(|cell| cell.outcome.status() == status);
        alike.count()
    };
    let left = match report.diagram.interrupted {
        true => "still to be computed, interrupted",
        false => "skipped",
    };
    let mut words = format!("{total}: {} with a value", of("value"));
    let others = [
        (of("absent"), "without one"),
        (of("failed"), "failed"),
        (total - cells.len(), left),
    ];
    for (count, what) in others.into_iter().filter(|(count, _)| *count > 0) {
        words.push_str(&format!(", {count} {what}"));
    }
    words
}

fn range(cells: &[Cell]) -> Option<String> {
    let values = || cells.iter().filter_map(|cell| cell.outcome.value());
    let low = values().map(|v| v.value).min_by(f64::total_cmp)?;
    let high = values().map(|v| v.value).max_by(f64::total_cmp)?;
    let error = values().map(|v| v.error).filter(|e| e.is_finite());
    let largest = error.max_by(f64::total_cmp).unwrap_or(f64::NAN);
    Some(format!(
        "from {} to {}, largest error {}",
        number::plain(low),
        number::plain(high),
        number::plain(largest)
    ))
}

/// The reasons of one status, the most frequent ones first.
fn reasons<'a>(cells: &'a [Cell], status: &str) -> Vec<(&'a str, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let alike = cells.iter().filter(|cell| cell.outcome.status() == status);
    for reason in alike.filter_map(|cell| Outcome::reason(&cell.outcome)) {
        *counts.entry(reason).or_default() += 1;
    }
    let mut found: Vec<(&str, usize)> = counts.into_iter().collect();
    found.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    found
}
