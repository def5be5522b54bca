//! The report of `onset nn`.

use std::borrow::Cow;

use serde::Serialize;

use super::json::{Provenance, finite, rows};
use super::table::{Table, titled};
use super::threshold::JsonThreshold;
use super::{number, threshold};
use crate::hessian::EdgeKind;
use crate::phase1::{Escape, ReachedSplit};
use crate::recovery::{AlgorithmicThreshold, Threshold};
use crate::threshold::{Effective, Limit, Rung};

/// The thresholds of a finite dimension.
#[derive(Clone, Debug)]
pub struct EscapeThresholds {
    /// Dimension and level.
    pub escape: Escape,
    /// For every trained rung its steps and threshold.
    pub thresholds: Vec<(usize, Threshold)>,
}

/// The ladder of delta_NN(T) and its limit, beside delta_alg.
#[derive(Clone, Debug)]
pub struct NnReport<'a> {
    /// The optimal first-order threshold, and what it rests on.
    pub algorithmic: &'a AlgorithmicThreshold,
    /// Which directions this network reaches.
    pub split: &'a ReachedSplit,
    /// By increasing T.
    pub ladder: &'a [Rung],
    /// T to infinity.
    pub limit: &'a Limit,
    /// What to expect at a finite dimension, where that was asked for.
    pub escape: Option<&'a EscapeThresholds>,
    /// What is said of easy directions that the network does not see.
    pub hidden: Option<String>,
    /// From what.
    pub provenance: Provenance<'a>,
    /// The experiment's title.
    pub name: Option<&'a str>,
}

const ALG: &str = "n/d above which the best first-order method learns the hard directions";
const NN: &str = "n/d above which a negative outlier of the Hessian carries them";
const SAME_REASON: &str = "infinite, for the same reason";
const UNBOUNDED_HELP: &str =
    "a loss of bounded slope and curvature can bound the curvature: --set loss.kind=pseudo-huber";
const NOTHING_HARD: &str = "no direction is hard, so none has to leave the bulk";

impl NnReport<'_> {
    /// For people.
    pub fn text(&self) -> String {
        let mut table = Table::default();
        let delta_alg = &self.algorithmic.delta_alg;
        let (zero, remarks) = threshold::split_remarks(self.algorithmic);
        let about = threshold::about(delta_alg, zero, ALG);
        table.row(["delta_alg", &threshold::text(delta_alg), about]);
        let mut told = false;
        for rung in self.ladder {
            rung_rows(rung, &mut told, &mut table);
        }
        let remark = self.limit.remark.as_deref().unwrap_or("");
        let settled = told && matches!(self.limit.delta_nn, Threshold::Infinite { .. });
        let limit = match settled {
            true => SAME_REASON.to_owned(),
            false => threshold::text(&self.limit.delta_nn),
        };
        table.row(["delta_NN", &limit, remark]);
        if let Some(escape) = self.escape {
            escape_rows(escape, &mut table);
        }
        let mut text = titled(self.name, &table);
        text.push_str(&self.error_words());
        let help = (told && !self.provenance.has_bounded_loss()).then(|| UNBOUNDED_HELP.to_owned());
        for remark in remarks.iter().chain(&self.hidden).chain(&help) {
            text.push_str(&format!("note: {remark}\n"));
        }
        text
    }

    fn error_words(&self) -> String {
        let measured = |rung: &Rung| {
            let seen = rung.effective.as_ref().map(|effective| &effective.delta_nn);
            threshold::has_error(&rung.delta_nn) || seen.is_some_and(threshold::has_error)
        };
        let mut text = String::new();
        if self.ladder.iter().any(measured) {
            text.push_str(&format!("+-: {}", self.provenance.error_words()));
            text.push_str("; of delta_alg, difference of two quadrature resolutions\n");
        } else if threshold::has_error(&self.algorithmic.delta_alg) {
            text.push_str("+-: difference of two quadrature resolutions\n");
        }
        text
    }

    /// For programs.
    pub fn json(&self) -> impl Serialize {
        let (zero, _) = threshold::split_remarks(self.algorithmic);
        let alg = JsonThreshold::new(&self.algorithmic.delta_alg, zero);
        let limit = JsonThreshold::new(&self.limit.delta_nn, NOTHING_HARD);
        Json {
            delta_alg: alg.value,
            delta_alg_error: alg.error,
            reason: alg.reason,
            ladder: self.ladder.iter().map(RungJson::from).collect(),
            delta_nn: LimitJson {
                value: limit.value,
                std_error: limit.error,
                converged: self.limit.converged,
                reason: limit.reason,
                remark: self.limit.remark.as_deref(),
            },
            escape: self.escape.map(EscapeJson::from),
            reached_basis: rows(&self.split.reached),
            hard_basis: rows(&self.split.hard),
            hidden_dim: self.split.hidden,
            irrelevant_dim: self.split.irrelevant.nrows(),
            irrelevant_basis: rows(&self.split.irrelevant),
            remarks: self
                .algorithmic
                .remarks
                .iter()
                .chain(&self.hidden)
                .collect(),
            provenance: self.provenance,
        }
    }
}

/// `told` is whether an unbounded curvature has been explained in the table, and becomes so.
fn rung_rows(rung: &Rung, told: &mut bool, table: &mut Table) {
    let meaning = rung.edge_kind.map_or_else(
        || NN.to_owned(),
        |kind| format!("({}) {NN}", edge_words(kind)),
    );
    let about = threshold::about(&rung.delta_nn, NOTHING_HARD, &meaning);
    let what = format!("delta_NN({})", rung.steps);
    let again = rung.edge_kind == Some(EdgeKind::Unbounded) && std::mem::replace(told, true);
    let value = match again {
        true => SAME_REASON.to_owned(),
        false => threshold::text(&rung.delta_nn),
    };
    table.row([&what, &value, about]);
    if let Some(effective) = &rung.effective {
        let about = threshold::about(&effective.delta_nn, NOTHING_HARD, "");
        let seen = effective_text(effective);
        table.row([
            "  effective",
            &threshold::text(&effective.delta_nn),
            &format!("{about}{seen}"),
        ]);
    }
    if rung.crossings.len() > 1 {
        table.row(["  crossings", &crossings_text(rung), ""]);
    }
    if let Some(end) = rung.end {
        let words = format!(
            "the gradient has {} of its first norm, and the bulk begins at {}",
            number::plain(end.gradient_ratio.value),
            number::plain(end.edge.value)
        );
        table.row(["  there", "", &words]);
    }
}

fn escape_rows(escape: &EscapeThresholds, table: &mut Table) {
    let Escape { dim, fraction } = escape.escape;
    let meaning = format!(
        "n/d above which half of all runs are predicted to have {fraction} of |W|^2 in the hard directions within T steps at d = {dim}"
    );
    for (steps, threshold) in &escape.thresholds {
        let about = threshold::about(threshold, NOTHING_HARD, &meaning);
        table.row([
            &format!("escape({steps})"),
            &threshold::text(threshold),
            about,
        ]);
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

#[derive(Serialize)]
struct Json<'a> {
    delta_alg: Option<f64>,
    delta_alg_error: Option<f64>,
    reason: Option<Cow<'a, str>>,
    ladder: Vec<RungJson<'a>>,
    delta_nn: LimitJson<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    escape: Option<EscapeJson<'a>>,
    reached_basis: Vec<Vec<f64>>,
    hard_basis: Vec<Vec<f64>>,
    hidden_dim: usize,
    irrelevant_dim: usize,
    irrelevant_basis: Vec<Vec<f64>>,
    remarks: Vec<&'a String>,
    #[serde(flatten)]
    provenance: Provenance<'a>,
}

#[derive(Serialize)]
struct LimitJson<'a> {
    value: Option<f64>,
    std_error: Option<f64>,
    converged: bool,
    reason: Option<Cow<'a, str>>,
    remark: Option<&'a str>,
}

#[derive(Serialize)]
struct EscapeJson<'a> {
    dim: u64,
    fraction: f64,
    ladder: Vec<EscapeRungJson<'a>>,
}

#[derive(Serialize)]
struct EscapeRungJson<'a> {
    steps: usize,
    delta: Option<f64>,
    std_error: Option<f64>,
    reason: Option<Cow<'a, str>>,
}

impl<'a> From<&'a EscapeThresholds> for EscapeJson<'a> {
    fn from(thresholds: &'a EscapeThresholds) -> Self {
        let rung = |(steps, threshold): &'a (usize, Threshold)| {
            let json = JsonThreshold::new(threshold, NOTHING_HARD);
            EscapeRungJson {
                steps: *steps,
                delta: json.value,
                std_error: json.error,
                reason: json.reason,
            }
        };
        Self {
            dim: thresholds.escape.dim,
            fraction: thresholds.escape.fraction,
            ladder: thresholds.thresholds.iter().map(rung).collect(),
        }
    }
}

#[derive(Serialize)]
struct RungJson<'a> {
    steps: usize,
    delta_nn: Option<f64>,
    std_error: Option<f64>,
    edge_kind: Option<&'static str>,
    delta_nn_effective: Option<f64>,
    delta_nn_effective_error: Option<f64>,
    delta_nn_effective_reason: Option<Cow<'a, str>>,
    effective_n: Option<usize>,
    effective_drift: Option<f64>,
    crossings: Vec<CrossingJson>,
    gradient_ratio: Option<f64>,
    left_edge: Option<f64>,
    reason: Option<Cow<'a, str>>,
}

#[derive(Serialize)]
struct CrossingJson {
    delta: f64,
    std_error: f64,
    appears: bool,
}

impl<'a> From<&'a Rung> for RungJson<'a> {
    fn from(rung: &'a Rung) -> Self {
        let threshold = JsonThreshold::new(&rung.delta_nn, NOTHING_HARD);
        let effective = rung.effective.as_ref();
        let seen = effective.map(|effective| JsonThreshold::new(&effective.delta_nn, NOTHING_HARD));
        let crossing = |(at, appears): &(crate::numerics::Measured, bool)| CrossingJson {
            delta: at.value,
            std_error: at.error,
            appears: *appears,
        };
        Self {
            steps: rung.steps,
            delta_nn: threshold.value,
            std_error: threshold.error,
            edge_kind: rung.edge_kind.map(super::spectrum::edge_name),
            delta_nn_effective: seen.as_ref().and_then(|seen| seen.value),
            delta_nn_effective_error: seen.as_ref().and_then(|seen| seen.error),
            delta_nn_effective_reason: seen.and_then(|seen| seen.reason),
            effective_n: effective.map(|effective| effective.n),
            effective_drift: effective
                .and_then(|effective| effective.drift)
                .and_then(finite),
            crossings: rung.crossings.iter().map(crossing).collect(),
            gradient_ratio: rung.end.and_then(|end| finite(end.gradient_ratio.value)),
            left_edge: rung.end.and_then(|end| finite(end.edge.value)),
            reason: threshold.reason,
        }
    }
}
