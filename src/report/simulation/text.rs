//! A simulation for people.

use super::{
    End, HIGHEST, LOWEST, SimulationReport, averages, error_words, estimate, labels_name,
    precision_name, size_words,
};
use crate::report::number;
use crate::report::table::{Table, titled};
use crate::simulation::{HessianSpectrum, Labels, Method, Moment, Precision};

/// Rows of the table of steps: the first, the last, and some between.
const MOST_ROWS: usize = 9;

pub(super) fn text(report: &SimulationReport) -> String {
    let plan = &report.ensemble.plan;
    let mut head = Table::default();
    head.row(["delta", &number::short(plan.delta), &size_words(plan)]);
    head.row(["runs", &runs_words(report), ""]);
    if plan.labels == Labels::Null {
        head.row(["labels", labels_name(plan.labels), ""]);
    }
    if plan.precision == Precision::Single {
        head.row(["inputs", precision_name(plan.precision), ""]);
    }
    let mut text = titled(report.name, &head);
    text.push_str(&steps_table(report).render(""));
    text.push_str("|W|^2: squared norms of the rows; growth: d times their squared hard part\n");
    for spectra in report.ensemble.hessians() {
        text.push_str(&hessian_text(&spectra));
    }
    text.push_str(&format!("{}\n", error_words(report.ensemble.runs.len())));
    text
}

fn runs_words(report: &SimulationReport) -> String {
    let (finished, requested) = (report.ensemble.runs.len(), report.ensemble.requested);
    if report.ensemble.interrupted() {
        format!("{finished} of {requested}, interrupted")
    } else {
        finished.to_string()
    }
}

fn steps_table(report: &SimulationReport) -> Table {
    let (ensemble, dim) = (report.ensemble, report.ensemble.plan.dim);
    let growth = |moment: &Moment| moment.hard_growth(report.hard_basis, dim).trace();
    let curves = [
        ensemble.curve(|moment| moment.train_loss),
        ensemble.curve(|moment| moment.test_loss),
        ensemble.curve(|moment| moment.gradient_norm),
        ensemble.curve(|moment| moment.gram.trace()),
        ensemble.curve(growth),
    ];
    let mut table = Table::default();
    table.row([
        "step",
        "train loss",
        "test loss",
        "gradient",
        "|W|^2",
        "growth",
    ]);
    for step in shown_steps(ensemble.plan.steps) {
        let [a, b, c, d, e] = curves.each_ref().map(|curve| estimate(curve[step]));
        table.row([&step.to_string(), &a, &b, &c, &d, &e]);
    }
    table
}

/// Evenly spread steps from the first to the last.
fn shown_steps(steps: usize) -> Vec<usize> {
    let intervals = steps.min(MOST_ROWS - 1);
    let mut shown: Vec<usize> = (0..intervals).map(|i| i * steps / intervals).collect();
    shown.push(steps);
    shown
}

fn hessian_text(spectra: &[&HessianSpectrum]) -> String {
    let Some(first) = spectra.first() else {
        return String::new();
    };
    let how = match first.method {
        Method::Dense => format!("all {} eigenvalues", first.eigenvalues.len()),
        Method::Lanczos => "both ends of the spectrum".to_owned(),
    };
    let pairs = spectra
        .iter()
        .flat_map(|s| s.lowest.iter().chain(&s.highest));
    let residual = pairs.map(|pair| pair.residual).fold(0.0, f64::max);
    let mut table = Table::default();
    table.row(["", "value", "overlap"]);
    rows(spectra, LOWEST, "lowest", &mut table);
    rows(spectra, HIGHEST, "highest", &mut table);
    format!(
        "Hessian at step {}: {how}, residuals below {residual:.0e}\n{}  overlap: squared part of the eigenvector in the hard directions\n",
        first.step,
        table.render("  ")
    )
}

fn rows(spectra: &[&HessianSpectrum], end: End, name: &str, table: &mut Table) {
    for (index, (value, overlap)) in averages(spectra, end).into_iter().enumerate() {
        let name = if index == 0 { name } else { "" };
        table.row([name, &estimate(value), &estimate(overlap)]);
    }
}
