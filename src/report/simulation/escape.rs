//! The report of `onset simulate --until-escape`.

mod json;
mod text;

use crate::phase1::{Escape, EscapePrediction};
use crate::recovery::AlgorithmicThreshold;
use crate::report::fold::fold;
use crate::report::json::Provenance;
use crate::report::record::Record;
use crate::simulation::Escapes;
use crate::threshold::{EscapeQuestion, Forecast};

/// When runs found the hard directions, over several sampling ratios and dimensions.
#[derive(Clone, Copy, Debug)]
pub struct EscapeReport<'a> {
    /// One for each dimension and delta, in the order given.
    pub escapes: &'a [Escapes],
    /// Whether the user ended it before all were finished.
    pub interrupted: bool,
    /// The squared part of the weights in the hard directions that counts as found.
    pub level: f64,
    /// The optimal first-order threshold, and what it rests on.
    pub algorithmic: &'a AlgorithmicThreshold,
    /// What is expected, or why there is nothing to expect.
    pub forecast: Result<&'a Forecast, &'a str>,
    /// From what.
    pub provenance: Provenance<'a>,
    /// The experiment's title.
    pub name: Option<&'a str>,
}

impl<'a> EscapeReport<'a> {
    /// For people.
    pub fn text(&self) -> String {
        fold(&text::text(self))
    }

    /// For programs.
    pub fn json(&self) -> Record<'a> {
        json::record(self)
    }

    /// What is expected of runs, or why that is not known.
    fn prediction(&self, escapes: &Escapes) -> Result<EscapePrediction, String> {
        let forecast = self.forecast.map_err(str::to_owned)?;
        forecast.prediction(escapes.plan.delta, question(escapes, self.level))
    }
}

/// What the theory is asked of these runs.
pub(in crate::report) fn question(escapes: &Escapes, level: f64) -> EscapeQuestion {
    let escape = Escape {
        dim: escapes.plan.dim as u64,
        fraction: level,
    };
    (escapes.plan.steps, escape)
}
