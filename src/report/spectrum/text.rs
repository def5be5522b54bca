//! A spectrum for people.

use super::{SpectrumReport, edge_name, side_name};
use crate::curvature::Side;
use crate::hessian::{EdgeKind, Outlier};
use crate::numerics::Measured;
use crate::report::ending::ending_rows;
use crate::report::number;
use crate::report::table::{Table, titled};

const OUTLIER_WORDS: &str = "overlap: squared part of the eigenvector in the hard directions; neurons, latent: its shape there";

pub(super) fn text(report: &SpectrumReport) -> String {
    let mut table = Table::default();
    let delta = number::short(report.spectrum.delta);
    table.row(["delta", &delta, "samples per dimension, n/d"]);
    match report.ending {
        Some(ending) => ending_rows(ending, &mut table),
        None => table.row(["steps", &report.at.to_string(), ""]),
    }
    edge_rows(report, Side::Left, &mut table);
    edge_rows(report, Side::Right, &mut table);
    if let Some(atom) = report.spectrum.atom {
        let mass = number::plain(atom.mass);
        let what = format!(
            "of all eigenvalues are exactly {}: directions in which the loss of no sample bends",
            number::short(atom.value)
        );
        table.row(["point mass", &mass, &what]);
    }
    margin_rows(report, &mut table);
    let mut text = titled(report.name, &table);
    text.push_str(&outliers_text(report));
    text.push_str(&format!("+-: {}\n", report.provenance.error_words()));
    text
}

fn edge_rows(report: &SpectrumReport, side: Side, table: &mut Table) {
    let spectrum = report.spectrum;
    let (edge, kind, effective) = match side {
        Side::Left => (
            spectrum.left_edge,
            spectrum.left_edge_kind,
            spectrum.left_edge_effective,
        ),
        Side::Right => (
            spectrum.right_edge,
            spectrum.right_edge_kind,
            spectrum.right_edge_effective,
        ),
    };
    let what = format!("{} edge", side_name(side));
    match edge {
        Some(edge) => table.row([&what, &number::measured(edge), edge_words(kind)]),
        None => table.row([&what, &format!("none: {}", report.missing_edge(side)), ""]),
    }
    if let Some(effective) = effective {
        let seen = seen(report);
        table.row(["  effective", &number::measured(effective), &seen]);
    }
}

fn margin_rows(report: &SpectrumReport, table: &mut Table) {
    let spectrum = report.spectrum;
    match spectrum.margin {
        Some(margin) => table.row(["margin", &number::measured(margin), margin_words(margin)]),
        None => table.row(["margin", &format!("none: {}", report.missing_margin()), ""]),
    }
    if let Some(margin) = spectrum.margin_effective {
        let words = format!("{}, {}", margin_words(margin), seen(report));
        table.row(["  effective", &number::measured(margin), &words]);
    }
}

fn seen(report: &SpectrumReport) -> String {
    format!("as n = {} samples see it", report.provenance.samples())
}

/// What the kind of an edge means.
fn edge_words(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Soft => "soft: the density ends like a square root",
        EdgeKind::Hard => "hard: the curvature's support ends, after an exponentially thin tail",
        EdgeKind::Atom => "atom: the bulk ends in a point mass",
        EdgeKind::Unbounded => edge_name(kind),
    }
}

fn margin_words(margin: Measured) -> &'static str {
    // Within two errors of zero the sign is anybody's guess.
    if margin.value.abs() <= 2.0 * margin.error {
        "zero within its error: at the threshold"
    } else if margin.value < 0.0 {
        "negative: an outlier left of the bulk carries hard directions"
    } else {
        "positive: no outlier left of the bulk carries hard directions"
    }
}

fn outliers_text(report: &SpectrumReport) -> String {
    let spectrum = report.spectrum;
    let edge = if spectrum.outliers_effective {
        format!(" of the effective edge, {}", seen(report))
    } else {
        String::new()
    };
    let side = side_name(spectrum.side);
    if spectrum.outliers.is_empty() {
        return format!("no outliers on the {side}{edge}\n");
    }
    let mut table = Table::default();
    table.row(["value", "overlap", "neurons", "latent"]);
    for outlier in &spectrum.outliers {
        outlier_row(outlier, &mut table);
    }
    let table = table.render("  ");
    format!("outliers on the {side}{edge}\n{table}  {OUTLIER_WORDS}\n")
}

fn outlier_row(outlier: &Outlier, table: &mut Table) {
    table.row([
        &estimate(outlier.value, outlier.value_error),
        &estimate(outlier.overlap, outlier.overlap_error),
        &number::vector(&outlier.neurons),
        &number::vector(&outlier.latent),
    ]);
}

/// An error of zero was not estimated: the outlier is missing on some of the replicates.
fn estimate(value: f64, error: f64) -> String {
    if error == 0.0 {
        format!("{} +- ?", number::plain(value))
    } else {
        number::measured(Measured::new(value, error))
    }
}
