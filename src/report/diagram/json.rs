//! A diagram for programs.

use serde::Serialize;

use super::{DiagramReport, measured, status};
use crate::diagram::Fingerprint;
use crate::report::record::{Record, list};

#[derive(Serialize)]
struct Json<'a> {
    schema: &'static str,
    #[serde(flatten)]
    fingerprint: &'a Fingerprint,
    #[serde(flatten)]
    cells: Record<'a>,
}

pub(super) fn json<'a>(report: &DiagramReport<'a>) -> impl Serialize + use<'a> {
    let interrupted = report.diagram.interrupted;
    let cells = list(report.cells(), |(x, y, cell)| {
        let (status, reason) = status(cell, interrupted);
        Record::default()
            .with("x", x)
            .maybe("y", y)
            .twins(["value", "error"], measured(cell))
            .with("status", status)
            .with("reason", reason)
    });
    Json {
        schema: "onset/diagram/1",
        fingerprint: report.fingerprint,
        cells: Record::default()
            .flag("interrupted", interrupted)
            .with("cells", cells),
    }
}
