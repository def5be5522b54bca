//! A validation for programs.

use super::ValidationReport;
use crate::report::record::{Record, Value, list};
use crate::simulation::Labels;
use crate::validation::{BulkDistance, Finding, Standing, Trend, Validation};

pub(super) fn record<'a>(report: &ValidationReport<'a>) -> Record<'a> {
    let validation = report.validation;
    let (settings, verdict) = (&validation.settings, &validation.verdict);
    let checks = 0..validation.checks.len();
    Record::of("onset/validate/1")
        .with("agree", verdict.agree())
        .with("level", verdict.level)
        .with("judged", verdict.judged())
        .with("disagree", verdict.count(Finding::Disagrees))
        .with("finite_size", verdict.count(Finding::FiniteSize))
        .with("beyond_three", verdict.beyond_three)
        .with("expected_beyond_three", verdict.expected_beyond_three)
        .with("deltas", list(&validation.cells, |cell| cell.delta))
        .with("dims", validation.dims())
        .with("runs", runs(validation))
        .with("runs_requested", settings.runs)
        .with("interrupted", validation.interrupted())
        .with("steps", settings.until.steps)
        .with("hessian_at", &settings.hessian_at[..])
        .with("null", settings.labels == Labels::Null)
        .with("checks", list(checks, |index| check(validation, index)))
        .with("trend", list(&validation.trends, trend))
        .with("bulk", list(&validation.bulks, bulk))
        .provenance(report.provenance)
}

/// Finished runs, for each delta and dimension.
fn runs<'a>(validation: &Validation) -> Value<'a> {
    list(&validation.cells, |cell| {
        list(&cell.ensembles, |ensemble| ensemble.runs.len())
    })
}

fn check(validation: &Validation, index: usize) -> Record<'_> {
    let check = &validation.checks[index];
    let p_holm = validation.verdict.adjusted[index];
    let reason = match &check.standing {
        Standing::Shown(reason) => Some(reason.as_str()),
        Standing::Judged if p_holm.is_none() => Some("judged at the largest dimension"),
        Standing::Judged => None,
    };
    Record::default()
        .with("quantity", check.quantity.to_string())
        .with("delta", check.delta)
        .with("dim", check.dim)
        .with("steps", check.step)
        .twins(["theory", "theory_error"], check.theory)
        .twins(["simulation", "simulation_error"], check.simulation)
        .with("z", check.z)
        .with("degrees", check.degrees)
        .with("allowance", check.allowance)
        .with("p", check.p)
        .with("p_holm", p_holm)
        .with("finding", finding_name(validation.verdict.findings[index]))
        .with("reason", reason)
}

fn finding_name(finding: Finding) -> &'static str {
    match finding {
        Finding::Agrees => "agrees",
        Finding::FiniteSize => "finite size",
        Finding::Disagrees => "disagrees",
        Finding::NotJudged => "not judged",
    }
}

fn trend<'a>(trend: &Trend) -> Record<'a> {
    Record::default()
        .with("quantity", trend.quantity.to_string())
        .with("delta", trend.delta)
        .with("steps", trend.step)
        .with("exponent", trend.quantity.exponent())
        .with("dims", list(&trend.gaps, |(dim, _)| *dim))
        .with("gaps", list(&trend.gaps, |(_, gap)| gap.value))
        .with("gap_errors", list(&trend.gaps, |(_, gap)| gap.error))
        .twins(["limit", "limit_error"], trend.limit)
        .with("z", trend.z())
        .with("chi2_constant", trend.constant)
        .with("chi2_vanishing", trend.vanishing)
        .with("vanishes", trend.vanishes())
}

/// Distances between distribution functions of the bulk.
fn bulk<'a>(bulk: &BulkDistance) -> Record<'a> {
    Record::default()
        .with("delta", bulk.delta)
        .with("dim", bulk.dim)
        .with("steps", bulk.step)
        .with("distance", bulk.distance)
        .with("between_runs", bulk.between_runs)
        .with("ratio", bulk.ratio())
        .twins(["chance", "chance_deviation"], bulk.chance)
}
