//! A simulation for programs.

use super::{End, HIGHEST, LOWEST, SimulationReport, missing_error, precision_name};
use crate::report::record::{Record, Value, list};
use crate::simulation::{Eigenpair, HessianSpectrum, Labels, Method, Moment};

pub(super) fn record<'a>(report: &SimulationReport<'a>) -> Record<'a> {
    let (ensemble, plan) = (report.ensemble, &report.ensemble.plan);
    let growth = |moment: &Moment| moment.hard_growth(report.hard_basis, plan.dim);
    let steps: Vec<usize> = (0..=plan.steps).collect();
    let runs = ensemble.runs.len();
    Record::of("onset/simulate/1")
        .with("delta", plan.delta)
        .with("samples", plan.samples())
        .with("dim", plan.dim)
        .with("runs", runs)
        .with("runs_requested", ensemble.requested)
        .with("interrupted", ensemble.interrupted())
        .with("null", plan.labels == Labels::Null)
        .with("precision", precision_name(plan.precision))
        .with("std_error_reason", missing_error(runs))
        .with("steps", steps)
        .curve(
            ["train_loss", "train_loss_std_error"],
            &ensemble.curve(|moment| moment.train_loss),
        )
        .curve(
            ["test_loss", "test_loss_std_error"],
            &ensemble.curve(|moment| moment.test_loss),
        )
        .matrices(
            ["gram", "gram_std_error"],
            &ensemble.matrix_curve(|moment| moment.gram.clone()),
        )
        .matrices(
            ["overlap", "overlap_std_error"],
            &ensemble.matrix_curve(|moment| moment.overlap.clone()),
        )
        .curve(
            ["gradient_norm", "gradient_norm_std_error"],
            &ensemble.curve(|moment| moment.gradient_norm),
        )
        .head(
            &ensemble.head_curve(|head| &head.readout),
            &ensemble.head_curve(|head| &head.bias),
        )
        .matrices(
            ["hard_growth", "hard_growth_std_error"],
            &ensemble.matrix_curve(growth),
        )
        .with("hessian", list(ensemble.hessians(), |at| hessian(&at)))
        .provenance(report.provenance)
}

/// The spectra of all runs at one step: means over runs, from the end inwards, then run by run.
fn hessian<'a>(spectra: &[&HessianSpectrum]) -> Record<'a> {
    let method = match spectra.first().map(|spectrum| spectrum.method) {
        Some(Method::Lanczos) => "lanczos",
        Some(Method::Dense) | None => "dense",
    };
    Record::default()
        .with("steps", spectra.first().map_or(0, |at| at.step))
        .with("method", method)
        .with("lowest", pairs(spectra, LOWEST))
        .with("highest", pairs(spectra, HIGHEST))
        .with("eigenvalues", ends(spectra, |pair| pair.value))
        .with("overlaps", ends(spectra, |pair| pair.hard_overlap))
        .with("residuals", ends(spectra, |pair| pair.residual))
}

/// A number of each pair of each run.
fn ends<'a>(spectra: &[&HessianSpectrum], pick: fn(&Eigenpair) -> f64) -> Record<'a> {
    let of = |end: End| list(spectra, |run| list(end(run), pick));
    Record::default()
        .with("lowest", of(LOWEST))
        .with("highest", of(HIGHEST))
}

fn pairs<'a>(spectra: &[&HessianSpectrum], end: End) -> Value<'a> {
    list(super::averages(spectra, end), |(value, overlap)| {
        Record::default()
            .twins(["value", "value_std_error"], value)
            .twins(["overlap", "overlap_std_error"], overlap)
    })
}
