//! `onset nn` for people.

use super::{NOTHING_HARD, NnReport};
use crate::hessian::EdgeKind;
use crate::numerics::Measured;
use crate::phase1::Escape;
use crate::recovery::Threshold;
use crate::report::table::{Table, titled};
use crate::report::{number, threshold};
use crate::threshold::{Answer, Effective, EscapeThresholds, Limit, PhaseEnd, Rung, Why};

const SAME_REASON: &str = "infinite, for the same reason";
const UNBOUNDED_HELP: &str =
    "a loss of bounded slope and curvature can bound the curvature: --set loss.kind=pseudo-huber";

/// The answer first, then the ladder that it rests on.
pub(super) fn table(report: &NnReport<'_>) -> Table {
    let mut table = Table::default();
    let delta_alg = &report.algorithmic.delta_alg;
    let (zero, _) = threshold::split_remarks(report.algorithmic);
    let about = threshold::about(delta_alg, zero, threshold::ALG);
    table.row(["delta_alg", &threshold::text(delta_alg), about]);
    limit_row(&report.climb.limit, &mut table);
    // the limit's row has said why
    let infinite = matches!(report.climb.limit, Limit::Infinite { .. });
    let mut told = Told {
        at_every_time: infinite,
        nowhere: infinite,
        meaning: false,
    };
    for rung in &report.climb.rungs {
        rung_rows(rung, &mut told, &mut table);
    }
    smallest_row(report, &mut table);
    if let Some(escape) = report.escape {
        escape_rows(escape, &mut table);
    }
    table
}

/// The table, and what is to be said of it.
pub(super) fn text(report: &NnReport<'_>) -> String {
    let (_, remarks) = threshold::split_remarks(report.algorithmic);
    let mut text = titled(report.name, &table(report));
    text.push_str(&error_words(report));
    if let Some(margin) = &report.climb.population {
        text.push_str(&format!("note: {}\n", population_words(margin)));
    }
    let unbounded = |rung: &Rung| rung.edge_kind == Some(EdgeKind::Unbounded);
    let helps = report.climb.rungs.iter().any(unbounded) && !report.provenance.has_bounded_loss();
    let help = helps.then(|| UNBOUNDED_HELP.to_owned());
    for remark in remarks.iter().chain(&report.hidden).chain(&help) {
        text.push_str(&format!("note: {remark}\n"));
    }
    if report.climb.interrupted {
        text.push_str("note: interrupted; what was finished stands above\n");
    }
    text
}

/// What is explained once, at the first rung that it concerns.
struct Told {
    at_every_time: bool,
    nowhere: bool,
    meaning: bool,
}

/// A threshold, or why there is none; what was not found is not said to be nowhere.
fn answer_text(answer: &Answer) -> String {
    match answer.why() {
        Some(why @ Why::Interrupted) => why.to_string(),
        Some(why) if why.is_failure() => format!("not resolved: {why}"),
        Some(why) if !why.is_infinite() => why.to_string(),
        _ => threshold::text(&Threshold::from(answer)),
    }
}

/// One rung on one line, as soon as it is finished; why there is none at all, the table says.
pub fn rung_line(rung: &Rung) -> String {
    let found = match rung.delta_nn.why() {
        Some(why) if why.is_infinite() => "infinite".to_owned(),
        _ => answer_text(&rung.delta_nn),
    };
    let edge = rung
        .edge_kind
        .filter(|_| rung.delta_nn.finite().is_some())
        .map_or_else(String::new, |kind| format!(" ({})", edge_words(kind)));
    format!("delta_NN({}) {found}{edge}", rung.steps)
}

/// What infinite n/d says of a limit that was not found.
fn population_words(margin: &Measured) -> String {
    let size = number::measured(*margin);
    let tells = 4.0 * margin.error;
    if margin.value < -tells {
        format!(
            "as n/d tends to infinity training keeps an outlier below zero (margin {size}), so delta_NN is finite"
        )
    } else if margin.value > tells {
        format!(
            "as n/d tends to infinity training keeps no outlier below zero (margin {size}): there may be one in a window of n/d only"
        )
    } else {
        format!(
            "as n/d tends to infinity the margin is {size}: whether an outlier survives is open"
        )
    }
}

/// The verdict, with the number or the bound that goes with it.
fn limit_row(limit: &Limit, table: &mut Table) {
    let about = limit.to_string();
    let value = match limit {
        Limit::NothingHard => "0".to_owned(),
        Limit::Growing { lower_bound, .. } => {
            format!("growing, above {}", number::plain(*lower_bound))
        }
        Limit::Infinite { .. } => "infinite".to_owned(),
        other => other
            .value()
            .map_or_else(|| "not resolved".to_owned(), number::measured),
    };
    table.row(["delta_NN", &value, &about]);
}

fn smallest_row(report: &NnReport<'_>, table: &mut Table) {
    let finite = report
        .climb
        .rungs
        .iter()
        .filter(|rung| rung.delta_nn.finite().is_some());
    let Some(smallest) = report.climb.smallest().filter(|_| finite.count() > 1) else {
        return;
    };
    let about = format!("at T = {}: what early steps show", smallest.steps);
    let value = threshold::text(&Threshold::from(&smallest.delta_nn));
    table.row(["smallest", &value, &about]);
}

fn error_words(report: &NnReport<'_>) -> String {
    let measured = |rung: &Rung| {
        let seen = rung.effective.as_ref().map(|effective| &effective.delta_nn);
        let has_error = |answer: &Answer| threshold::has_error(&Threshold::from(answer));
        has_error(&rung.delta_nn) || seen.is_some_and(has_error)
    };
    let mut text = String::new();
    if report.climb.rungs.iter().any(measured) {
        text.push_str(&format!("+-: {}", report.provenance.bar_words()));
        if let Some(late) = report.climb.late {
            text.push_str(&format!(
                " (after training, {} or more of {} paths)",
                late.replicates, late.samples
            ));
        }
        text.push_str("; of delta_alg, difference of two quadrature resolutions\n");
    } else if threshold::has_error(&report.algorithmic.delta_alg) {
        text.push_str("+-: difference of two quadrature resolutions\n");
    }
    text
}

/// An effective threshold and what it is; a reason may be a sentence, so it comes last.
fn effective_row(effective: &Effective, table: &mut Table) {
    let seen = effective_text(effective);
    let answer = &effective.delta_nn;
    let (value, about) = match answer.why() {
        None => (answer_text(answer), seen),
        Some(why) if why.is_failure() => ("not resolved".to_owned(), format!("{seen}: {why}")),
        Some(why) if why.is_infinite() => ("infinite".to_owned(), format!("{seen}: {why}")),
        Some(why) => ("none seen".to_owned(), format!("{seen}: {why}")),
    };
    table.row(["  effective", &value, &about]);
}

fn rung_rows(rung: &Rung, told: &mut Told, table: &mut Table) {
    let edge = rung
        .edge_kind
        .map_or_else(String::new, |kind| format!("({}) ", edge_words(kind)));
    let known = rung.delta_nn.finite().is_some() && std::mem::replace(&mut told.meaning, true);
    let meaning = (!known).then(|| threshold::NN.to_owned());
    let words: Vec<String> = meaning.into_iter().chain(rung.end.map(there)).collect();
    let meaning = format!("{edge}{}", words.join("; "));
    let found = Threshold::from(&rung.delta_nn);
    let about = threshold::about(&found, NOTHING_HARD, &meaning);
    let what = format!("delta_NN({})", rung.steps);
    let value = match rung.delta_nn.why() {
        Some(why) if why.at_every_time() && std::mem::replace(&mut told.at_every_time, true) => {
            SAME_REASON.to_owned()
        }
        Some(Why::NoneAtInfinity { limit, .. }) if std::mem::replace(&mut told.nowhere, true) => {
            format!("{SAME_REASON}: {} above", number::measured(*limit))
        }
        _ => answer_text(&rung.delta_nn),
    };
    table.row([&what, &value, about]);
    if let Some(effective) = &rung.effective {
        effective_row(effective, table);
    }
    if rung.crossings.len() > 1 {
        table.row(["  crossings", &crossings_text(rung), ""]);
    }
}

/// How far training has come at the threshold.
fn there(end: PhaseEnd) -> String {
    format!(
        "bulk from {}, gradient at {} of its first",
        number::plain(end.edge.value),
        number::plain(end.gradient_ratio.value)
    )
}

fn escape_rows(escape: &EscapeThresholds, table: &mut Table) {
    let Escape { dim, fraction } = escape.escape;
    let meaning = format!(
        "n/d above which half of all runs are predicted to have {fraction} of |W|^2 in the hard directions within T steps at d = {dim}"
    );
    for (steps, threshold) in &escape.thresholds {
        let found = Threshold::from(threshold);
        let about = threshold::about(&found, NOTHING_HARD, &meaning);
        table.row([&format!("escape({steps})"), &answer_text(threshold), about]);
    }
}

fn edge_words(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Soft => "soft edge",
        EdgeKind::Hard => "hard edge",
        EdgeKind::Unbounded => "no edge",
        EdgeKind::Atom => "edge at a point mass",
    }
}

fn effective_text(effective: &Effective) -> String {
    let drift = effective.drift.map_or_else(String::new, |drift| {
        format!(", drifting by {drift:+.3} per unit of ln n")
    });
    format!("as n = {} samples see it{drift}", effective.n)
}

fn crossings_text(rung: &Rung) -> String {
    let word = |appears: bool| if appears { "appears" } else { "disappears" };
    let texts: Vec<_> = rung
        .crossings
        .iter()
        .map(|(at, appears)| format!("{} at {}", word(*appears), number::plain(at.value)))
        .collect();
    format!("the outlier {}", texts.join(", "))
}
