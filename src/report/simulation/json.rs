//! A simulation for programs.

use nalgebra::DMatrix;
use serde::Serialize;

use super::{End, HIGHEST, LOWEST, SimulationReport, missing_error, precision_name};
use crate::numerics::{Measured, MeasuredMatrix};
use crate::report::json::{Provenance, finite, rows};
use crate::simulation::{Eigenpair, HessianSpectrum, Labels, Method};

/// A number for each step.
type Curve = Vec<Option<f64>>;
/// A matrix for each step, by rows.
type MatrixCurve = Vec<Vec<Vec<Option<f64>>>>;

pub(super) fn json<'a>(report: &SimulationReport<'a>) -> Json<'a> {
    let (ensemble, plan) = (report.ensemble, &report.ensemble.plan);
    let runs = ensemble.runs.len();
    let growth =
        |moment: &crate::simulation::Moment| moment.hard_growth(report.hard_basis, plan.dim);
    let (train_loss, train_loss_std_error) = split(&ensemble.curve(|moment| moment.train_loss));
    let (test_loss, test_loss_std_error) = split(&ensemble.curve(|moment| moment.test_loss));
    let (gradient_norm, gradient_norm_std_error) =
        split(&ensemble.curve(|moment| moment.gradient_norm));
    let (gram, gram_std_error) =
        split_matrices(&ensemble.matrix_curve(|moment| moment.gram.clone()));
    let (overlap, overlap_std_error) =
        split_matrices(&ensemble.matrix_curve(|moment| moment.overlap.clone()));
    let (hard_growth, hard_growth_std_error) = split_matrices(&ensemble.matrix_curve(growth));
    Json {
        delta: plan.delta,
        samples: plan.samples(),
        dim: plan.dim,
        runs,
        runs_requested: ensemble.requested,
        interrupted: ensemble.interrupted(),
        null: plan.labels == Labels::Null,
        precision: precision_name(plan.precision),
        std_error_reason: missing_error(runs),
        steps: (0..=plan.steps).collect(),
        train_loss,
        train_loss_std_error,
        test_loss,
        test_loss_std_error,
        gram,
        gram_std_error,
        overlap,
        overlap_std_error,
        gradient_norm,
        gradient_norm_std_error,
        hard_growth,
        hard_growth_std_error,
        hessian: ensemble.hessians().iter().map(|at| hessian(at)).collect(),
        provenance: report.provenance,
    }
}

#[derive(Serialize)]
pub(super) struct Json<'a> {
    delta: f64,
    samples: usize,
    dim: usize,
    runs: usize,
    runs_requested: u64,
    interrupted: bool,
    null: bool,
    precision: &'static str,
    std_error_reason: Option<&'static str>,
    steps: Vec<usize>,
    train_loss: Curve,
    train_loss_std_error: Curve,
    test_loss: Curve,
    test_loss_std_error: Curve,
    gram: MatrixCurve,
    gram_std_error: MatrixCurve,
    overlap: MatrixCurve,
    overlap_std_error: MatrixCurve,
    gradient_norm: Curve,
    gradient_norm_std_error: Curve,
    hard_growth: MatrixCurve,
    hard_growth_std_error: MatrixCurve,
    hessian: Vec<HessianJson>,
    #[serde(flatten)]
    provenance: Provenance<'a>,
}

fn split(curve: &[Measured]) -> (Curve, Curve) {
    curve
        .iter()
        .map(|m| (finite(m.value), finite(m.error)))
        .unzip()
}

fn split_matrices(curve: &[MeasuredMatrix]) -> (MatrixCurve, MatrixCurve) {
    let numbers = |matrix: &DMatrix<f64>| {
        let rows = rows(matrix).into_iter();
        rows.map(|row| row.into_iter().map(finite).collect())
            .collect()
    };
    curve
        .iter()
        .map(|m| (numbers(&m.mean), numbers(&m.error)))
        .unzip()
}

/// The spectra of all runs at one step.
#[derive(Serialize)]
struct HessianJson {
    steps: usize,
    method: &'static str,
    /// Means over runs, from the end inwards.
    lowest: Vec<PairJson>,
    highest: Vec<PairJson>,
    /// Run by run.
    eigenvalues: Ends,
    overlaps: Ends,
    residuals: Ends,
}

#[derive(Serialize)]
struct PairJson {
    value: f64,
    value_std_error: Option<f64>,
    overlap: f64,
    overlap_std_error: Option<f64>,
}

/// A number of each pair (from the end inwards) of each run.
#[derive(Serialize)]
struct Ends {
    lowest: Vec<Vec<f64>>,
    highest: Vec<Vec<f64>>,
}

fn hessian(spectra: &[&HessianSpectrum]) -> HessianJson {
    let ends = |pick: fn(&Eigenpair) -> f64| {
        let of = |end: End| {
            spectra
                .iter()
                .map(|s| end(s).iter().map(pick).collect())
                .collect()
        };
        Ends {
            lowest: of(LOWEST),
            highest: of(HIGHEST),
        }
    };
    HessianJson {
        steps: spectra.first().map_or(0, |spectrum| spectrum.step),
        method: match spectra.first().map(|spectrum| spectrum.method) {
            Some(Method::Lanczos) => "lanczos",
            Some(Method::Dense) | None => "dense",
        },
        lowest: pairs(spectra, LOWEST),
        highest: pairs(spectra, HIGHEST),
        eigenvalues: ends(|pair| pair.value),
        overlaps: ends(|pair| pair.hard_overlap),
        residuals: ends(|pair| pair.residual),
    }
}

fn pairs(spectra: &[&HessianSpectrum], end: End) -> Vec<PairJson> {
    let averaged = super::averages(spectra, end).into_iter();
    averaged
        .map(|(value, overlap)| PairJson {
            value: value.value,
            value_std_error: finite(value.error),
            overlap: overlap.value,
            overlap_std_error: finite(overlap.error),
        })
        .collect()
}
