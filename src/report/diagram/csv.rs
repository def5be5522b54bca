//! A diagram as CSV (RFC 4180 below comment lines).

use std::fmt::Write;

use serde_json::Value;

use super::{DiagramReport, measured, status};
use crate::diagram::{Axis, DiagramError};

pub(super) fn csv(report: &DiagramReport<'_>) -> Result<String, DiagramError> {
    let mut text = header(report)?;
    text.push_str("x,y,value,error,status,reason\n");
    for (x, y, cell) in report.cells() {
        let value = measured(cell);
        let (status, reason) = status(cell, report.diagram.interrupted);
        let fields = [
            exact(Some(x)),
            exact(y),
            exact(value.map(|value| value.value)),
            exact(value.map(|value| value.error)),
            status.to_owned(),
            quoted(reason.unwrap_or("")),
        ];
        text.push_str(&fields.join(","));
        text.push('\n');
    }
    Ok(text)
}

fn header(report: &DiagramReport<'_>) -> Result<String, DiagramError> {
    let fingerprint = report.fingerprint;
    let request = &fingerprint.request;
    let mut text = format!(
        "# onset_version: {}\n# seed: {}\n# quantity: {}\n# x: {}\n",
        fingerprint.onset_version,
        fingerprint.seed,
        request.quantity.name(),
        axis(&request.x),
    );
    // writing to a string cannot fail
    if let Some(y) = &request.y {
        let _ = writeln!(text, "# y: {}", axis(y));
    }
    if let Ok(Value::Object(options)) = serde_json::to_value(request.options) {
        for (name, value) in options {
            let _ = writeln!(text, "# {name}: {value}");
        }
    }
    if request.adaptive {
        text.push_str("# adaptive: true\n");
    }
    if report.diagram.interrupted {
        text.push_str("# interrupted: true\n");
    }
    text.push_str("# experiment, with the first cell's values of the axes:\n");
    for line in fingerprint.experiment_toml()?.lines() {
        let _ = writeln!(text, "{}", format!("#   {line}").trim_end());
    }
    Ok(text)
}

fn axis(axis: &Axis) -> String {
    format!("{} ({} values)", axis.key.name(), axis.values.len())
}

/// All digits of a number; nothing where there is none.
fn exact(number: Option<f64>) -> String {
    let number = number.filter(|number| number.is_finite());
    number.map_or_else(String::new, |number| format!("{number:?}"))
}

/// One field on one line, in quotes where it needs them.
fn quoted(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if line.contains([',', '"']) {
        format!("\"{}\"", line.replace('"', "\"\""))
    } else {
        line
    }
}
