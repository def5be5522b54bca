//! A validation for programs.

use serde::Serialize;

use super::ValidationReport;
use crate::report::json::{Provenance, finite};
use crate::simulation::Labels;
use crate::validation::{BulkDistance, Check, Finding, Standing, Trend, Validation};

pub(super) fn json<'a>(report: &ValidationReport<'a>) -> Json<'a> {
    let validation = report.validation;
    let (settings, verdict) = (&validation.settings, &validation.verdict);
    Json {
        agree: verdict.agree(),
        level: verdict.level,
        judged: verdict.judged(),
        disagree: verdict.count(Finding::Disagrees),
        finite_size: verdict.count(Finding::FiniteSize),
        beyond_three: verdict.beyond_three,
        expected_beyond_three: verdict.expected_beyond_three,
        deltas: validation.cells.iter().map(|cell| cell.delta).collect(),
        dims: validation.dims(),
        runs: runs(validation),
        runs_requested: settings.runs,
        interrupted: validation.interrupted(),
        steps: settings.steps,
        hessian_at: settings.hessian_at.clone(),
        null: settings.labels == Labels::Null,
        checks: (0..validation.checks.len())
            .map(|index| check(validation, index))
            .collect(),
        trend: validation.trends.iter().map(trend).collect(),
        bulk: validation.bulks.iter().map(bulk).collect(),
        provenance: report.provenance,
    }
}

#[derive(Serialize)]
pub(super) struct Json<'a> {
    agree: bool,
    level: f64,
    judged: usize,
    disagree: usize,
    finite_size: usize,
    beyond_three: usize,
    expected_beyond_three: f64,
    deltas: Vec<f64>,
    dims: Vec<usize>,
    /// Finished runs, for each delta and dimension.
    runs: Vec<Vec<usize>>,
    runs_requested: u64,
    /// Whether there would be more runs, dimensions or deltas.
    interrupted: bool,
    steps: usize,
    hessian_at: Vec<usize>,
    null: bool,
    checks: Vec<CheckJson>,
    trend: Vec<TrendJson>,
    bulk: Vec<BulkJson>,
    #[serde(flatten)]
    provenance: Provenance<'a>,
}

fn runs(validation: &Validation) -> Vec<Vec<usize>> {
    let cells = validation.cells.iter();
    cells
        .map(|cell| {
            let ensembles = cell.ensembles.iter();
            ensembles.map(|ensemble| ensemble.runs.len()).collect()
        })
        .collect()
}

#[derive(Serialize)]
struct CheckJson {
    quantity: String,
    delta: f64,
    dim: usize,
    steps: usize,
    theory: f64,
    theory_error: Option<f64>,
    simulation: f64,
    simulation_error: Option<f64>,
    z: Option<f64>,
    degrees: f64,
    allowance: f64,
    p: f64,
    p_holm: Option<f64>,
    finding: &'static str,
    reason: Option<String>,
}

fn check(validation: &Validation, index: usize) -> CheckJson {
    let check: &Check = &validation.checks[index];
    let p_holm = validation.verdict.adjusted[index];
    CheckJson {
        quantity: check.quantity.to_string(),
        delta: check.delta,
        dim: check.dim,
        steps: check.step,
        theory: check.theory.value,
        theory_error: finite(check.theory.error),
        simulation: check.simulation.value,
        simulation_error: finite(check.simulation.error),
        z: finite(check.z),
        degrees: check.degrees,
        allowance: check.allowance,
        p: check.p,
        p_holm,
        finding: finding_name(validation.verdict.findings[index]),
        reason: match &check.standing {
            Standing::Shown(reason) => Some(reason.clone()),
            Standing::Judged if p_holm.is_none() => {
                Some("judged at the largest dimension".to_owned())
            }
            Standing::Judged => None,
        },
    }
}

fn finding_name(finding: Finding) -> &'static str {
    match finding {
        Finding::Agrees => "agrees",
        Finding::FiniteSize => "finite size",
        Finding::Disagrees => "disagrees",
        Finding::NotJudged => "not judged",
    }
}

#[derive(Serialize)]
struct TrendJson {
    quantity: String,
    delta: f64,
    steps: usize,
    exponent: f64,
    dims: Vec<usize>,
    gaps: Vec<f64>,
    gap_errors: Vec<Option<f64>>,
    limit: Option<f64>,
    limit_error: Option<f64>,
    z: Option<f64>,
    chi2_constant: Option<f64>,
    chi2_vanishing: Option<f64>,
    vanishes: bool,
}

fn trend(trend: &Trend) -> TrendJson {
    TrendJson {
        quantity: trend.quantity.to_string(),
        delta: trend.delta,
        steps: trend.step,
        exponent: trend.quantity.exponent(),
        dims: trend.gaps.iter().map(|(dim, _)| *dim).collect(),
        gaps: trend.gaps.iter().map(|(_, gap)| gap.value).collect(),
        gap_errors: trend
            .gaps
            .iter()
            .map(|(_, gap)| finite(gap.error))
            .collect(),
        limit: finite(trend.limit.value),
        limit_error: finite(trend.limit.error),
        z: finite(trend.z()),
        chi2_constant: finite(trend.constant),
        chi2_vanishing: finite(trend.vanishing),
        vanishes: trend.vanishes(),
    }
}

/// Distances between distribution functions of the bulk.
#[derive(Serialize)]
struct BulkJson {
    delta: f64,
    dim: usize,
    steps: usize,
    distance: f64,
    between_runs: f64,
    ratio: Option<f64>,
    chance: f64,
    chance_deviation: f64,
}

fn bulk(bulk: &BulkDistance) -> BulkJson {
    BulkJson {
        delta: bulk.delta,
        dim: bulk.dim,
        steps: bulk.step,
        distance: bulk.distance,
        between_runs: bulk.between_runs,
        ratio: finite(bulk.ratio()),
        chance: bulk.chance.value,
        chance_deviation: bulk.chance.error,
    }
}
