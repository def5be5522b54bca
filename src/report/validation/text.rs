//! A validation for people.

use super::ValidationReport;
use crate::report::number;
use crate::report::table::{Table, titled};
use crate::simulation::Labels;
use crate::validation::{BulkDistance, Cell, Check, Finding, Standing, Trend, Validation};

/// Steps of the curves in the table: the first, the last, and some between.
const MOST_STEPS: usize = 5;

pub(super) fn text(report: &ValidationReport) -> String {
    let validation = report.validation;
    let mut text = titled(report.name, &head(report));
    for cell in &validation.cells {
        text.push('\n');
        text.push_str(&checks_table(validation, cell));
        if cell.ensembles.len() > 1 {
            text.push('\n');
            text.push_str(&trend_table(validation, cell));
        }
    }
    text.push('\n');
    text.push_str(&verdict_words(validation));
    text.push_str(&foot(report));
    text
}

fn head(report: &ValidationReport) -> Table {
    let validation = report.validation;
    let settings = &validation.settings;
    let mut head = Table::default();
    let dims = validation.dims();
    let dims: Vec<String> = dims.iter().map(usize::to_string).collect();
    head.row(["d", &dims.join(", "), "dimensions of the simulation"]);
    head.row(["runs", &settings.runs.to_string(), "at each delta and d"]);
    if validation.interrupted() {
        let (finished, requested) = (validation.finished(), validation.requested());
        let finished = format!("{finished} of {requested}");
        head.row(["finished", &finished, "runs in all, interrupted"]);
    }
    if settings.labels == Labels::Null {
        let words = "hard latents of the labels drawn independently of the inputs";
        head.row(["labels", "null", words]);
    }
    head
}

/// Rows of one delta at its largest dimension.
fn checks_table(validation: &Validation, cell: &Cell) -> String {
    let (delta, dim) = (cell.delta, cell.largest().plan.dim);
    let mut table = Table::default();
    table.row(["step", "quantity", "theory", "simulation", "z", ""]);
    let rows = validation.checks.iter().zip(&validation.verdict.findings);
    let rows = rows.filter(|(c, _)| c.delta == delta && c.dim == dim);
    let shown = shown_steps(rows.clone().map(|(check, _)| check.step).collect());
    for (check, finding) in rows {
        let telling = matches!(finding, Finding::Disagrees | Finding::FiniteSize);
        let wanted = check.quantity.of_hessian() || shown.contains(&check.step);
        if wanted || telling {
            table.row([
                &check.step.to_string(),
                &check.quantity.to_string(),
                &number::measured(check.theory),
                &number::measured(check.simulation),
                &score(check.z),
                &remark(check, *finding),
            ]);
        }
    }
    let bulks = validation.bulks.iter();
    let bulks = bulks.filter(|bulk| bulk.delta == delta && bulk.dim == dim);
    let bulks: String = bulks.map(bulk_words).collect();
    format!(
        "delta = {}, d = {dim}\n{}{bulks}",
        number::short(delta),
        table.render("  ")
    )
}

fn bulk_words(bulk: &BulkDistance) -> String {
    format!(
        "  bulk at step {}: the mean of the runs is {} from the theory, {:.2} of the distance {} between two runs\n",
        bulk.step,
        number::plain(bulk.distance),
        bulk.ratio(),
        number::plain(bulk.between_runs)
    )
}

fn remark(check: &Check, finding: Finding) -> String {
    match (finding, &check.standing) {
        (Finding::Disagrees, _) => "disagrees".to_owned(),
        (Finding::FiniteSize, _) => "finite size: the gap vanishes as d grows".to_owned(),
        (_, Standing::Shown(reason)) => format!("not judged: {reason}"),
        _ => String::new(),
    }
}

/// Gaps over dimensions: of the Hessian, of the last step, and wherever a gap was significant.
fn trend_table(validation: &Validation, cell: &Cell) -> String {
    let delta = cell.delta;
    let mut table = Table::default();
    let gaps = cell.dims().into_iter();
    let gaps = gaps.map(|dim| format!("gap at d = {dim}"));
    let titles = ["step".to_owned(), "quantity".to_owned()];
    let ends = ["limit".to_owned(), "z".to_owned()];
    table.cells(titles.into_iter().chain(gaps).chain(ends).collect());
    let last = validation.settings.until.steps;
    for trend in validation.trends.iter().filter(|t| t.delta == delta) {
        let wanted = trend.quantity.of_hessian() || trend.step == last;
        if wanted || telling(validation, trend) {
            let gaps = trend.gaps.iter().map(|(_, gap)| number::measured(*gap));
            let titles = [trend.step.to_string(), trend.quantity.to_string()];
            let ends = [number::measured(trend.limit), score(trend.z())];
            table.cells(titles.into_iter().chain(gaps).chain(ends).collect());
        }
    }
    format!(
        "delta = {}: simulation less theory over d, and the limit of that\n{}",
        number::short(delta),
        table.render("  ")
    )
}

/// Whether a gap of this number was significant.
fn telling(validation: &Validation, trend: &Trend) -> bool {
    let rows = validation.checks.iter().zip(&validation.verdict.findings);
    rows.filter(|(_, finding)| matches!(finding, Finding::Disagrees | Finding::FiniteSize))
        .any(|(check, _)| {
            let same_place = check.delta == trend.delta && check.step == trend.step;
            same_place && check.quantity == trend.quantity
        })
}

fn verdict_words(validation: &Validation) -> String {
    let verdict = &validation.verdict;
    let (judged, level) = (verdict.judged(), number::short(verdict.level));
    let word = if verdict.agree() { "agree" } else { "disagree" };
    let counts = match (
        verdict.count(Finding::Disagrees),
        verdict.count(Finding::FiniteSize),
    ) {
        (0, 0) => format!("none of {judged} checks differs significantly"),
        (0, size) => format!(
            "of {judged} checks {size} differ, by finite-size effects that vanish as d grows"
        ),
        (differ, 0) => format!("{differ} of {judged} checks differ significantly"),
        (differ, size) => format!(
            "{differ} of {judged} checks differ significantly, and {size} by finite-size effects that vanish as d grows"
        ),
    };
    let smallest = verdict
        .adjusted
        .iter()
        .flatten()
        .fold(1.0, |a: f64, b| a.min(*b));
    format!(
        "{word}: {counts}\nbeyond three standard errors: {} checks, where chance leaves {:.1}; smallest probability, with \
         Holm's correction for {judged} checks: {smallest:.2} (level {level})\n",
        verdict.beyond_three, verdict.expected_beyond_three
    )
}

fn foot(report: &ValidationReport) -> String {
    let mut text = String::from(
        "z: the gap over the error of both sides; of hard_growth, the chi-squared value as a normal score\n",
    );
    if report.validation.dims().len() == 1 {
        text.push_str(
            "one dimension only: gaps of relative order 1/d are allowed for (`allowance` in --json); give several with --dim\n",
        );
    }
    text.push_str(&format!(
        "+-: theory: {}; simulation: standard error over runs\n",
        report.provenance.error_words()
    ));
    text
}

fn score(z: f64) -> String {
    if z.is_finite() {
        format!("{:+.1}", if z.abs() < 0.05 { 0.0 } else { z })
    } else {
        "?".to_owned()
    }
}

/// Evenly spread steps, from the first to the last of those that were looked at.
fn shown_steps(mut steps: Vec<usize>) -> Vec<usize> {
    steps.sort_unstable();
    steps.dedup();
    let last = steps.len().saturating_sub(1);
    let intervals = last.min(MOST_STEPS - 1);
    let spread = (0..intervals).map(|i| i * last / intervals).chain([last]);
    spread.filter_map(|i| steps.get(i).copied()).collect()
}
