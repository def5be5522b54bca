//! The report of `onset simulate --until-escape`.

use serde::Serialize;

use super::{error_words, estimate, missing_error, precision_name};
use crate::report::json::{Provenance, finite};
use crate::report::number;
use crate::report::table::{Table, titled};
use crate::simulation::{Escapes, Labels};

/// When runs found the hard directions, over several sampling ratios.
#[derive(Clone, Copy, Debug)]
pub struct EscapeReport<'a> {
    /// One for each delta, in the order given.
    pub escapes: &'a [Escapes],
    /// The squared part of the weights in the hard directions that counts as found.
    pub level: f64,
    /// From what.
    pub provenance: Provenance<'a>,
    /// The experiment's title.
    pub name: Option<&'a str>,
}

impl<'a> EscapeReport<'a> {
    /// For people.
    pub fn text(&self) -> String {
        let mut table = Table::default();
        table.row(["delta", "n", "d", "runs", "escaped", "at step"]);
        for escapes in self.escapes {
            let plan = &escapes.plan;
            let step = escapes.escape_step();
            table.row([
                &number::short(plan.delta),
                &plan.samples().to_string(),
                &plan.dim.to_string(),
                &runs_words(escapes),
                &number::measured(escapes.success_fraction()),
                &step.map_or_else(|| "none".to_owned(), estimate),
            ]);
        }
        let cap = self.escapes.first().map_or(0, |escapes| escapes.plan.steps);
        let level = number::short(self.level);
        let words = format!(
            "escaped: the squared part of the weights in the hard directions reached {level} within {cap} steps; at step: mean of those that did"
        );
        let runs = self.escapes.iter().map(|e| e.steps.len()).min();
        let errors = error_words(runs.unwrap_or(1));
        let table = titled(self.name, &table);
        format!("{table}{words}\n{errors}; of a fraction, half of Wilson's interval\n")
    }

    /// For programs.
    pub fn json(&self) -> impl Serialize + use<'a> {
        let plan = self.escapes.first().map(|escapes| &escapes.plan);
        Json {
            level: self.level,
            step_cap: plan.map(|plan| plan.steps),
            null: plan.is_some_and(|plan| plan.labels == Labels::Null),
            precision: plan.map(|plan| precision_name(plan.precision)),
            escape: self.escapes.iter().map(EscapeJson::new).collect(),
            provenance: self.provenance,
        }
    }
}

fn runs_words(escapes: &Escapes) -> String {
    let finished = escapes.steps.len();
    if (finished as u64) < escapes.requested {
        format!("{finished} of {}, interrupted", escapes.requested)
    } else {
        finished.to_string()
    }
}

#[derive(Serialize)]
struct Json<'a> {
    level: f64,
    step_cap: Option<usize>,
    null: bool,
    precision: Option<&'static str>,
    escape: Vec<EscapeJson<'a>>,
    #[serde(flatten)]
    provenance: Provenance<'a>,
}

#[derive(Serialize)]
struct EscapeJson<'a> {
    delta: f64,
    samples: usize,
    dim: usize,
    runs: usize,
    runs_requested: u64,
    success_fraction: f64,
    success_fraction_std_error: f64,
    escape_step: Option<f64>,
    escape_step_std_error: Option<f64>,
    reason: Option<&'static str>,
    escape_steps: &'a [Option<usize>],
}

impl<'a> EscapeJson<'a> {
    fn new(escapes: &'a Escapes) -> Self {
        let (fraction, step) = (escapes.success_fraction(), escapes.escape_step());
        let escaped = escapes.steps.iter().flatten().count();
        Self {
            delta: escapes.plan.delta,
            samples: escapes.plan.samples(),
            dim: escapes.plan.dim,
            runs: escapes.steps.len(),
            runs_requested: escapes.requested,
            success_fraction: fraction.value,
            success_fraction_std_error: fraction.error,
            escape_step: step.map(|step| step.value),
            escape_step_std_error: step.and_then(|step| finite(step.error)),
            reason: match escaped {
                0 => Some("no run escaped within the step cap"),
                escaped => missing_error(escaped),
            },
            escape_steps: &escapes.steps,
        }
    }
}
