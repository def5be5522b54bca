//! What the page's charts are drawn from, as JSON in the page.

use serde::Serialize;

use super::PageReport;
use crate::hessian::Spectrum;
use crate::numerics::Measured;
use crate::overview::Boundary;
use crate::report::diagram::DiagramReport;
use crate::report::dynamics::DynamicsReport;
use crate::report::json::{ReportError, VERSION};
use crate::report::record::{Record, list};
use crate::report::validation::ValidationReport;

/// Points of a density: more are not seen.
const MOST_POINTS: usize = 240;

/// All that the charts are drawn from, and the numbers of the pictures.
#[derive(Serialize)]
struct Data<'a, N: Serialize, B: Serialize> {
    schema: &'static str,
    onset_version: &'static str,
    command: &'a str,
    nn: N,
    dynamics: Option<Record<'a>>,
    spectra: Vec<serde_json::Value>,
    boundary: Option<B>,
    simulation: Option<Record<'a>>,
}

impl PageReport<'_> {
    /// The data as JSON that may stand in a page.
    pub(super) fn data(&self) -> Result<String, ReportError> {
        let spectra = self.frames.iter().map(|frames| {
            serde_json::to_value(
                Record::default()
                    .with("steps", frames.steps)
                    .with("frames", list(&frames.spectra, frame)),
            )
        });
        let boundary = self.boundary.map(of_boundary);
        let data = Data {
            schema: "onset/report/1",
            onset_version: VERSION,
            command: &self.command,
            nn: self.nn.json(),
            dynamics: self.dynamics.as_ref().map(DynamicsReport::json),
            spectra: spectra.collect::<Result<_, _>>()?,
            boundary: boundary.as_ref().map(DiagramReport::json),
            simulation: self.simulation.as_ref().map(ValidationReport::json),
        };
        // no text in it ends the element that it stands in
        Ok(serde_json::to_string(&data)?.replace('<', "\\u003c"))
    }
}

/// The phase boundary as a diagram of its own.
pub(super) fn of_boundary(boundary: &Boundary) -> DiagramReport<'_> {
    DiagramReport {
        fingerprint: &boundary.fingerprint,
        diagram: &boundary.diagram,
    }
}

/// One place of the slider.
fn frame(spectrum: &Spectrum) -> Record<'_> {
    let shown: Vec<&(f64, f64)> = spectrum
        .density
        .iter()
        .filter(|(x, rho)| (x + rho).is_finite())
        .collect();
    let stride = shown.len().div_ceil(MOST_POINTS).max(1);
    let points = shown.iter().step_by(stride).chain(shown.last());
    let edge = |edge: Option<Measured>, effective: Option<Measured>| {
        edge.or(effective).map(|edge| edge.value)
    };
    Record::default()
        .with("delta", spectrum.delta)
        .with(
            "left_edge",
            edge(spectrum.left_edge, spectrum.left_edge_effective),
        )
        .with(
            "right_edge",
            edge(spectrum.right_edge, spectrum.right_edge_effective),
        )
        .with("margin", spectrum.margin.map(|margin| margin.value))
        .with(
            "outliers",
            list(&spectrum.outliers, |outlier| {
                Record::default()
                    .with("value", outlier.value)
                    .with("overlap", outlier.overlap)
            }),
        )
        .with(
            "density",
            list(points, |point| [point.0, point.1].map(rounded)),
        )
}

/// Six digits: a screen has no more, and the page stays small.
fn rounded(number: f64) -> f64 {
    format!("{number:.5e}").parse().unwrap_or(number)
}
