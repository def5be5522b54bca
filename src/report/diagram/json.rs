//! A diagram for programs.

use serde::Serialize;

use super::{DiagramReport, numbers, status};
use crate::diagram::Fingerprint;

#[derive(Serialize)]
struct Json<'a> {
    #[serde(flatten)]
    fingerprint: &'a Fingerprint,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    interrupted: bool,
    cells: Vec<CellJson<'a>>,
}

#[derive(Serialize)]
struct CellJson<'a> {
    x: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<f64>,
    value: Option<f64>,
    error: Option<f64>,
    status: &'static str,
    reason: Option<&'a str>,
}

pub(super) fn json<'a>(report: &DiagramReport<'a>) -> impl Serialize + use<'a> {
    let cells = report.cells().map(|(x, y, cell)| {
        let (value, error) = numbers(cell);
        let (status, reason) = status(cell, report.diagram.interrupted);
        CellJson {
            x,
            y,
            value,
            error,
            status,
            reason,
        }
    });
    Json {
        fingerprint: report.fingerprint,
        interrupted: report.diagram.interrupted,
        cells: cells.collect(),
    }
}
