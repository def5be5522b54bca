//! A spectrum for programs.

use serde::Serialize;

use super::{SpectrumReport, edge_name, side_name};
use crate::curvature::Side;
use crate::hessian::Outlier;
use crate::numerics::Measured;
use crate::report::json::{Provenance, finite, value_and_error};

pub(super) fn json<'a>(report: &SpectrumReport<'a>) -> Json<'a> {
    let spectrum = report.spectrum;
    let (left_edge, left_edge_error) = value_and_error(spectrum.left_edge);
    let (right_edge, right_edge_error) = value_and_error(spectrum.right_edge);
    let (margin, margin_error) = value_and_error(spectrum.margin);
    let margin_reason = margin.is_none().then(|| report.missing_margin());
    let effective = Effective::new(report, spectrum.left_edge.is_none());
    Json {
        delta: spectrum.delta,
        steps: report.steps,
        side: side_name(spectrum.side),
        left_edge,
        left_edge_error,
        left_edge_kind: edge_name(spectrum.left_edge_kind),
        left_edge_reason: left_edge.is_none().then(|| report.missing_edge(Side::Left)),
        right_edge,
        right_edge_error,
        right_edge_kind: edge_name(spectrum.right_edge_kind),
        right_edge_reason: right_edge
            .is_none()
            .then(|| report.missing_edge(Side::Right)),
        margin,
        margin_error,
        margin_reason,
        effective,
        outliers: spectrum.outliers.iter().map(OutlierJson::from).collect(),
        outliers_effective: spectrum.outliers_effective,
        atom: spectrum.atom.map(|atom| AtomJson {
            value: atom.value,
            mass: atom.mass,
        }),
        atom_reason: spectrum.atom.is_none().then_some(NO_ATOM),
        density: spectrum
            .density
            .iter()
            .filter_map(|&(x, rho)| finite(x).zip(finite(rho)))
            .collect(),
        provenance: report.provenance,
    }
}

const NO_ATOM: &str = "no point mass was found";
const TRUE_EDGE: &str = "the edge on this side does not depend on the number of samples";
const NO_HARD: &str = "there are no hard directions";
const NOTHING: &str = "nothing here depends on the number of samples";
const NO_ESTIMATE: &str = "not every replicate has this outlier, so there is no error estimate";

#[derive(Serialize)]
pub(super) struct Json<'a> {
    delta: f64,
    steps: usize,
    side: &'static str,
    left_edge: Option<f64>,
    left_edge_error: Option<f64>,
    left_edge_kind: &'static str,
    left_edge_reason: Option<String>,
    right_edge: Option<f64>,
    right_edge_error: Option<f64>,
    right_edge_kind: &'static str,
    right_edge_reason: Option<String>,
    margin: Option<f64>,
    margin_error: Option<f64>,
    margin_reason: Option<&'static str>,
    #[serde(flatten)]
    effective: Effective,
    outliers: Vec<OutlierJson<'a>>,
    outliers_effective: bool,
    atom: Option<AtomJson>,
    atom_reason: Option<&'static str>,
    density: Vec<(f64, f64)>,
    #[serde(flatten)]
    provenance: Provenance<'a>,
}

/// What holds at n = `effective_n` samples only, where the curvature is unbounded.
#[derive(Serialize)]
struct Effective {
    left_edge_effective: Option<f64>,
    left_edge_effective_error: Option<f64>,
    left_edge_effective_reason: Option<&'static str>,
    right_edge_effective: Option<f64>,
    right_edge_effective_error: Option<f64>,
    right_edge_effective_reason: Option<&'static str>,
    margin_effective: Option<f64>,
    margin_effective_error: Option<f64>,
    margin_effective_reason: Option<&'static str>,
    effective_n: Option<usize>,
    effective_n_reason: Option<&'static str>,
}

impl Effective {
    fn new(report: &SpectrumReport, left_unbounded: bool) -> Self {
        let spectrum = report.spectrum;
        let edges = [spectrum.left_edge_effective, spectrum.right_edge_effective];
        let needed = edges.iter().any(Option::is_some);
        let [left, right] = edges.map(value_and_error);
        let (margin, margin_error) = value_and_error(spectrum.margin_effective);
        let because = |missing: Option<f64>, reason| missing.is_none().then_some(reason);
        Self {
            left_edge_effective: left.0,
            left_edge_effective_error: left.1,
            left_edge_effective_reason: because(left.0, TRUE_EDGE),
            right_edge_effective: right.0,
            right_edge_effective_error: right.1,
            right_edge_effective_reason: because(right.0, TRUE_EDGE),
            margin_effective: margin,
            margin_effective_error: margin_error,
            margin_effective_reason: because(
                margin,
                if left_unbounded { NO_HARD } else { TRUE_EDGE },
            ),
            effective_n: needed.then(|| report.provenance.samples()),
            effective_n_reason: (!needed).then_some(NOTHING),
        }
    }
}

#[derive(Serialize)]
struct AtomJson {
    value: f64,
    mass: f64,
}

#[derive(Serialize)]
struct OutlierJson<'a> {
    value: Option<f64>,
    value_error: Option<f64>,
    overlap: Option<f64>,
    overlap_error: Option<f64>,
    error_reason: Option<&'static str>,
    neurons: &'a [f64],
    latent: &'a [f64],
}

impl<'a> From<&'a Outlier> for OutlierJson<'a> {
    fn from(outlier: &'a Outlier) -> Self {
        // An error of zero was not estimated.
        let estimated = |value: f64, error: f64| {
            let measured = (error != 0.0).then_some(Measured::new(value, error));
            value_and_error(measured).1
        };
        let value_error = estimated(outlier.value, outlier.value_error);
        let overlap_error = estimated(outlier.overlap, outlier.overlap_error);
        let missing = value_error.is_none() || overlap_error.is_none();
        Self {
            value: finite(outlier.value),
            value_error,
            overlap: finite(outlier.overlap),
            overlap_error,
            error_reason: missing.then_some(NO_ESTIMATE),
            neurons: &outlier.neurons,
            latent: &outlier.latent,
        }
    }
}
