//! A diagram as a table that every reader takes without options: one header line, no comments, no quotes. What was computed
//! stands in the JSON beside it.

use super::{DiagramReport, measured, status};
use crate::diagram::Quantity;

pub(super) fn csv(report: &DiagramReport<'_>) -> String {
    let mut text = header(report).join(",");
    text.push('\n');
    for (x, y, cell) in report.cells() {
        let value = measured(cell);
        let (status, reason) = status(cell, report.diagram.interrupted);
        let mut fields = vec![exact(Some(x))];
        if report.diagram.y.is_some() {
            fields.push(exact(y));
        }
        fields.extend([
            exact(value.map(|value| value.value)),
            exact(value.map(|value| value.error)),
            status.to_owned(),
            plain(reason.unwrap_or("")),
        ]);
        text.push_str(&fields.join(","));
        text.push('\n');
    }
    text
}

/// Axes and quantity by their names; the error of a threshold by quadrature is a bound, all others are statistical.
fn header(report: &DiagramReport<'_>) -> Vec<&'static str> {
    let diagram = report.diagram;
    let error = match diagram.quantity {
        Quantity::DeltaAlg => "error",
        _ => "std_error",
    };
    let mut names = vec![diagram.x.key.name()];
    names.extend(diagram.y.as_ref().map(|y| y.key.name()));
    names.extend([diagram.quantity.name(), error, "status", "reason"]);
    names
}

/// All digits of a number; nothing where there is none.
fn exact(number: Option<f64>) -> String {
    let number = number.filter(|number| number.is_finite());
    number.map_or_else(String::new, |number| format!("{number:?}"))
}

/// A sentence without what readers of tables stumble over; the JSON has it as it is.
fn plain(text: &str) -> String {
    let of = |c: char| match c {
        ',' => ';',
        '"' => '\'',
        '#' => ' ',
        c if c.is_control() => ' ',
        c => c,
    };
    text.chars().map(of).collect()
}
