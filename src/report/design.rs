//! The report of `onset design`.

mod json;
mod text;

#[cfg(test)]
mod tests;

use super::json::Provenance;
use crate::design::Outcome;
use crate::recovery::Threshold;
use crate::threshold::At;

/// The best network, its distance from delta_alg, and how it was found.
#[derive(Clone, Debug)]
pub struct DesignReport<'a> {
    /// What the search came to.
    pub outcome: &'a Outcome,
    /// When delta_NN is taken.
    pub at: At,
    /// delta_alg of the best network's target.
    pub delta_alg: &'a Threshold,
    /// Seed of the final evaluation.
    pub fresh_seed: u64,
    /// The best network's experiment with the seed of the search, or one in the middle of the ranges.
    pub provenance: Provenance<'a>,
    /// The experiment's title.
    pub name: Option<&'a str>,
}

const NOTHING_HARD: &str = "no direction is hard, so none has to leave the bulk";

impl DesignReport<'_> {
    /// Why there is no best network: the reason at the network that came nearest to one.
    fn nothing_found(&self) -> String {
        let run = &self.outcome.run;
        let verdicts = run.restarts.iter().flat_map(|restart| &restart.evaluations);
        let nearest = verdicts
            .map(|evaluation| &evaluation.verdict)
            .min_by(|a, b| a.score().total_cmp(&b.score()));
        let reason = nearest.and_then(|verdict| verdict.delta_nn.reason());
        format!(
            "none of {} networks has a finite {}: {}",
            run.evaluations(),
            self.at.threshold_name(),
            reason.unwrap_or("the search was interrupted before the first one")
        )
    }
}
