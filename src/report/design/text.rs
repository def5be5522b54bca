//! The search for people.

use super::super::fold::fold;
use super::super::table::{Table, titled};
use super::super::{number, threshold};
use super::{DesignReport, NOTHING_HARD};
use crate::design::{Agreement, Best, End, Ended, Evaluation, Gap, Measure, Range};
use crate::hessian::EdgeKind;

const ALG: &str = "n/d that no network gets below";
const SEARCHED: &str =
    "as the search saw it; the smallest of many noisy numbers is too low on average";
const ABSENT: &str = "none";

impl DesignReport<'_> {
    /// For people.
    pub fn text(&self) -> String {
        let mut table = Table::default();
        match (&self.outcome.best, &self.outcome.agreement) {
            (Some(best), Some(agreement)) => self.found(best, agreement, &mut table),
            _ => {
                let what = self.at.threshold_name();
                table.row([&what, &format!("none: {}", self.nothing_found()), ""]);
                table.row(["delta_alg", &threshold::text(self.delta_alg), ""]);
            }
        }
        let mut text = titled(self.name, &table);
        text.push('\n');
        text.push_str(&self.restart_table().render(""));
        let measured = |best: &Best| threshold::has_error(&best.afresh.delta_nn);
        if self.outcome.best.as_ref().is_some_and(measured) {
            text.push_str(&format!("+-: {}", self.provenance.error_words()));
            text.push_str("; of delta_alg, difference of two quadrature resolutions\n");
        }
        fold(&text)
    }

    fn found(&self, best: &Best, agreement: &Agreement, table: &mut Table) {
        for (axis, range) in self.outcome.run.space.ranges().iter().enumerate() {
            let value = number::plain(best.found.values[axis]);
            let words = parameter_words(range, best.border[axis], agreement.spread[axis]);
            table.row([range.key.name(), &value, &words]);
        }
        let what = self.at.threshold_name();
        let kind = best.afresh.edge_kind.map_or("", edge_words);
        let meaning =
            format!("{kind}of this network, from random numbers that the search has not seen");
        let afresh = &best.afresh.delta_nn;
        let about = threshold::about(afresh, NOTHING_HARD, &meaning);
        table.row([&what, &threshold::text(afresh), about]);
        let searched = threshold::text(&best.found.verdict.delta_nn);
        if searched != threshold::text(afresh) {
            table.row(["  in the search", &searched, SEARCHED]);
        }
        let about = threshold::about(self.delta_alg, "every direction is easy", ALG);
        table.row(["delta_alg", &threshold::text(self.delta_alg), about]);
        if let Some(Gap { ratio, difference }) = best.gap {
            table.row(["ratio", &number::measured(ratio), "delta_NN / delta_alg"]);
            let difference = number::measured(difference);
            table.row(["difference", &difference, "delta_NN - delta_alg"]);
        }
        table.row(["search", &agreement.remark, ""]);
    }

    fn restart_table(&self) -> Table {
        let run = &self.outcome.run;
        let mut table = Table::default();
        let names = run.space.ranges().iter().map(|range| range.key.name());
        let mut head = vec!["restart".to_owned(), "evaluations".to_owned()];
        head.extend(names.map(str::to_owned));
        head.extend(["delta_NN", "ended"].map(str::to_owned));
        table.cells(head);
        for (index, restart) in run.restarts.iter().enumerate() {
            let best = restart.best().map(|at| &restart.evaluations[at]);
            let count = restart.evaluations.len();
            let mut cells = vec![(index + 1).to_string(), count.to_string()];
            cells.extend((0..run.space.dims()).map(|axis| match best {
                Some(best) => number::plain(best.values[axis]),
                None => ABSENT.to_owned(),
            }));
            let value = |best: &Evaluation| threshold::text(&best.verdict.delta_nn);
            cells.push(best.map_or_else(|| ABSENT.to_owned(), value));
            cells.push(ended_words(restart.ended).to_owned());
            table.cells(cells);
        }
        table
    }
}

fn parameter_words(range: &Range, border: Option<End>, (low, high): (f64, f64)) -> String {
    let [from, to] = [range.low, range.high].map(number::short);
    let log = match range.measure {
        Measure::Linear => "",
        Measure::Logarithmic => "log:",
    };
    let range = format!("{log}{from}..{to}");
    let end = match border {
        Some(End::Low) => "lower",
        Some(End::High) => "upper",
        None if low == high => return format!("in {range}"),
        None => {
            let [low, high] = [low, high].map(number::plain);
            return format!("in {range}; restarts that agree: {low} to {high}");
        }
    };
    format!("at the {end} end of {range}: the minimum may lie beyond")
}

/// The kind of the edge, where it is known, before what follows.
fn edge_words(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Soft => "(soft edge) ",
        EdgeKind::Hard => "(hard edge) ",
        EdgeKind::Unbounded => "(no edge) ",
        EdgeKind::Atom => "(edge at a point mass) ",
    }
}

fn ended_words(ended: Ended) -> &'static str {
    match ended {
        Ended::Settled => "a fresh simplex gained less than the tolerance",
        Ended::Budget => "its evaluations were used up",
        Ended::Interrupted => "interrupted",
        Ended::NothingFinite => "no start had a finite threshold",
    }
}
