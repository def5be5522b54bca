//! The report of `onset diagram` and `onset merge`.

mod csv;
mod json;
#[cfg(test)]
mod tests;
mod text;

use serde::Serialize;

use crate::diagram::{Cell, Diagram, Fingerprint, Quantity, Request, ThresholdLine};
use crate::numerics::Measured;
use crate::report::fold::fold;
use crate::threshold::At;

/// A finished diagram. The reports are functions of these two alone, so that a diagram of one process and one put together
/// from shards read the same to the last byte.
#[derive(Clone, Copy, Debug)]
pub struct DiagramReport<'a> {
    /// What was computed.
    pub fingerprint: &'a Fingerprint,
    /// Its cells.
    pub diagram: &'a Diagram,
}

impl<'a> DiagramReport<'a> {
    /// A header, and one line for each cell in the order of their indices.
    pub fn csv(&self) -> String {
        csv::csv(self)
    }

    /// For people: how many cells have a value, and why others have none.
    pub fn text(&self) -> String {
        fold(&text::text(self))
    }

    /// For programs.
    pub fn json(&self) -> impl Serialize {
        json::json(self)
    }

    /// All cells in their order, `None` for one that was left out, with x and y.
    pub(super) fn cells(
        self,
    ) -> impl Iterator<Item = (f64, Option<f64>, Option<&'a Cell>)> + use<'a> {
        let diagram = self.diagram;
        let (columns, rows) = (diagram.columns(), diagram.rows());
        (0..columns * rows).map(move |index| {
            let (ix, iy) = (index % columns, index / columns);
            let y = diagram.y.as_ref().map(|y| y.values[iy]);
            (diagram.x.values[ix], y, diagram.cell(ix, iy))
        })
    }
}

/// What a threshold is called beside a diagram: `delta_alg`, `delta_NN(0)`, or `delta_NN(T)` where T is an axis.
pub fn line_label(line: &ThresholdLine) -> String {
    match (line.quantity, line.at) {
        (Quantity::DeltaNn, Some(at)) => at.threshold_name(),
        (Quantity::DeltaNn, None) => "delta_NN(T)".to_owned(),
        (other, _) => other.name().to_owned(),
    }
}

/// What holds in every cell, in words: `margin, at T = 0`.
pub fn options_words(request: &Request) -> String {
    let options = &request.options;
    let number = |name: &str, value: Option<f64>| value.map(|value| format!("{name} = {value}"));
    let words = [
        Some(request.quantity.name().to_owned()),
        options.at.map(|at| match at {
            At::Steps(steps) => format!("at T = {steps}"),
            At::End => "at the end of training".to_owned(),
        }),
        number("n/d", options.delta),
        number("d", options.dim.map(|dim| dim as f64)),
        number("found at a squared part", options.fraction),
        number("runs", options.runs.map(|runs| runs as f64)),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// What a cell says of itself; one without an outcome was left out by an adaptive sweep, unless that was interrupted.
pub(super) fn status(cell: Option<&Cell>, interrupted: bool) -> (&'static str, Option<&str>) {
    match cell.map(|cell| &cell.outcome) {
        Some(outcome) => (outcome.status(), outcome.reason()),
        None if interrupted => ("missing", Some("the computation was interrupted")),
        None => ("skipped", Some("the phase boundary is not near")),
    }
}

/// The value with its error, where there is one.
pub(super) fn measured(cell: Option<&Cell>) -> Option<Measured> {
    cell.and_then(|cell| cell.outcome.value())
}
