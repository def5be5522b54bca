//! A spectrum for programs.

use super::{SpectrumReport, edge_name, side_name};
use crate::curvature::Side;
use crate::hessian::Outlier;
use crate::numerics::Measured;
use crate::report::ending::ending;
use crate::report::record::{Record, list};
use crate::threshold::At;

const AT_END: &str = "at the end of training";
const NO_END: &str = "training was not followed to its end";
const NO_ATOM: &str = "no point mass was found";
const TRUE_EDGE: &str = "the edge on this side does not depend on the number of samples";
const NO_HARD: &str = "there are no hard directions";
const NOTHING: &str = "nothing here depends on the number of samples";
const NO_ESTIMATE: &str = "not every replicate has this outlier, so there is no error estimate";

pub(super) fn record<'a>(report: &SpectrumReport<'a>) -> Record<'a> {
    let spectrum = report.spectrum;
    let missing = |edge: Option<Measured>, side| {
        let absent = !edge.is_some_and(|edge| edge.value.is_finite());
        absent.then(|| report.missing_edge(side))
    };
    let (left, right) = (spectrum.left_edge, spectrum.right_edge);
    let no_margin = !spectrum.margin.is_some_and(|m| m.value.is_finite());
    let shown = |point: &&(f64, f64)| point.0.is_finite() && point.1.is_finite();
    let density = spectrum.density.iter().filter(shown);
    Record::of("onset/spectrum/1")
        .with("delta", spectrum.delta)
        .with("steps", report.at.steps())
        .with("steps_reason", (report.at == At::End).then_some(AT_END))
        .with("ending", report.ending.map(ending))
        .with("ending_reason", report.ending.is_none().then_some(NO_END))
        .with("side", side_name(spectrum.side))
        .twins(["left_edge", "left_edge_error"], left)
        .with("left_edge_kind", edge_name(spectrum.left_edge_kind))
        .with("left_edge_reason", missing(left, Side::Left))
        .twins(["right_edge", "right_edge_error"], right)
        .with("right_edge_kind", edge_name(spectrum.right_edge_kind))
        .with("right_edge_reason", missing(right, Side::Right))
        .twins(["margin", "margin_error"], spectrum.margin)
        .with("margin_reason", no_margin.then(|| report.missing_margin()))
        .and(effective(report))
        .with("outliers", list(&spectrum.outliers, outlier))
        .with("outliers_effective", spectrum.outliers_effective)
        .with(
            "atom",
            spectrum.atom.map(|atom| {
                let place = Record::default().with("value", atom.value);
                place.with("mass", atom.mass)
            }),
        )
        .with("atom_reason", spectrum.atom.is_none().then_some(NO_ATOM))
        .with("density", list(density, |&(x, rho)| [x, rho]))
        .provenance(report.provenance)
}

/// What holds at n = `effective_n` samples only, where the curvature is unbounded.
fn effective<'a>(report: &SpectrumReport<'a>) -> Record<'a> {
    let spectrum = report.spectrum;
    let (left, right) = (spectrum.left_edge_effective, spectrum.right_edge_effective);
    let needed = left.is_some() || right.is_some();
    let because = |number: Option<Measured>, reason| {
        let absent = !number.is_some_and(|number| number.value.is_finite());
        absent.then_some(reason)
    };
    let margin = spectrum.margin_effective;
    let no_margin = if spectrum.left_edge.is_none() {
        NO_HARD
    } else {
        TRUE_EDGE
    };
    Record::default()
        .twins(["left_edge_effective", "left_edge_effective_error"], left)
        .with("left_edge_effective_reason", because(left, TRUE_EDGE))
        .twins(
            ["right_edge_effective", "right_edge_effective_error"],
            right,
        )
        .with("right_edge_effective_reason", because(right, TRUE_EDGE))
        .twins(["margin_effective", "margin_effective_error"], margin)
        .with("margin_effective_reason", because(margin, no_margin))
        .with("effective_n", needed.then(|| report.provenance.samples()))
        .with("effective_n_reason", (!needed).then_some(NOTHING))
}

fn outlier(outlier: &Outlier) -> Record<'_> {
    // an error of zero was not estimated
    let estimated = |error: f64| Some(error).filter(|error| *error != 0.0 && error.is_finite());
    let value_error = estimated(outlier.value_error);
    let overlap_error = estimated(outlier.overlap_error);
    let missing = value_error.is_none() || overlap_error.is_none();
    Record::default()
        .with("value", outlier.value)
        .with("value_error", value_error)
        .with("overlap", outlier.overlap)
        .with("overlap_error", overlap_error)
        .with("error_reason", missing.then_some(NO_ESTIMATE))
        .with("neurons", &outlier.neurons[..])
        .with("latent", &outlier.latent[..])
}
