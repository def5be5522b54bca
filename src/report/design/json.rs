//! The search for programs.

use super::super::record::{Record, Value, list};
use super::super::spectrum::edge_name;
use super::super::threshold::JsonThreshold;
use super::{DesignReport, NOTHING_HARD};
use crate::design::{Best, End, Ended, Evaluation, Measure, Range};

impl DesignReport<'_> {
    /// For programs.
    pub fn json(&self) -> Record<'_> {
        let run = &self.outcome.run;
        let best = self.outcome.best.as_ref();
        let agreement = self.outcome.agreement.as_ref();
        let searched = best.and_then(|best| best.found.verdict.delta_nn.finite());
        let gap = best.and_then(|best| best.gap);
        Record::of("onset/design/1")
            .with("steps", self.at.steps())
            .and(self.afresh(best))
            .with("fresh_seed", self.fresh_seed)
            .twins(["delta_nn_search", "delta_nn_search_error"], searched)
            .threshold(
                ["delta_alg", "delta_alg_error", "delta_alg_reason"],
                JsonThreshold::new(self.delta_alg, "every direction is easy"),
            )
            .twins(["ratio", "ratio_error"], gap.map(|gap| gap.ratio))
            .twins(
                ["difference", "difference_error"],
                gap.map(|gap| gap.difference),
            )
            .with("parameters", self.parameters(best))
            .with("converged", agreement.is_some_and(|all| all.converged))
            .with("remark", agreement.map(|all| all.remark.as_str()))
            .with("within", agreement.map(|all| all.within))
            .with("best_restart", best.map(|best| best.restart))
            .with("restarts", self.restarts())
            .with("path", self.path())
            .with(
                "settings",
                Record::default()
                    .with("restarts", run.settings.restarts)
                    .with("evaluations", run.settings.evaluations)
                    .with("tolerance", run.settings.tolerance),
            )
            .flag("interrupted", run.interrupted())
            .provenance(self.provenance)
    }

    /// The best network's threshold from fresh random numbers.
    fn afresh<'a>(&'a self, best: Option<&'a Best>) -> Record<'a> {
        const KEYS: [&str; 3] = ["delta_nn", "std_error", "reason"];
        let record = Record::default();
        let record = match best {
            Some(best) => {
                let delta_nn = JsonThreshold::new(&best.afresh.delta_nn, NOTHING_HARD);
                record.threshold(KEYS, delta_nn)
            }
            None => {
                let absent = record.twins([KEYS[0], KEYS[1]], None);
                absent.with(KEYS[2], self.nothing_found())
            }
        };
        let kind = best.and_then(|best| best.afresh.edge_kind);
        record.with("edge_kind", kind.map(edge_name))
    }

    fn parameters(&self, best: Option<&Best>) -> Value<'_> {
        let agreement = self.outcome.agreement.as_ref();
        let ranges = self.outcome.run.space.ranges().iter().enumerate();
        list(ranges, |(axis, range): (usize, &Range)| {
            let measure = match range.measure {
                Measure::Linear => "linear",
                Measure::Logarithmic => "log",
            };
            let border = best.and_then(|best| best.border[axis]);
            let border = border.map(|end| match end {
                End::Low => "low",
                End::High => "high",
            });
            let agreeing = agreement.map(|all| <[f64; 2]>::from(all.spread[axis]));
            Record::default()
                .with("key", range.key.name())
                .with("value", best.map(|best| best.found.values[axis]))
                .with("low", range.low)
                .with("high", range.high)
                .with("measure", measure)
                .with("agreeing", agreeing)
                .with("border", border)
        })
    }

    fn restarts(&self) -> Value<'_> {
        let agreement = self.outcome.agreement.as_ref();
        let restarts = self.outcome.run.restarts.iter().enumerate();
        list(restarts, |(index, restart)| {
            let best = restart.best().map(|at| &restart.evaluations[at]);
            let agrees = agreement.is_some_and(|agreement| agreement.agrees[index]);
            Record::default()
                .with("ended", ended_name(restart.ended))
                .with("evaluations", restart.evaluations.len())
                .with("agrees", agrees)
                .with("best", best.map(evaluation))
        })
    }

    fn path(&self) -> Value<'_> {
        let restarts = self.outcome.run.restarts.iter().enumerate();
        let steps = restarts.flat_map(|(index, restart)| {
            let evaluations = restart.evaluations.iter();
            evaluations.map(move |evaluation| (index, evaluation))
        });
        list(steps, |(index, step)| {
            let record = Record::default().with("restart", index);
            record.and(evaluation(step))
        })
    }
}

fn ended_name(ended: Ended) -> &'static str {
    match ended {
        Ended::Settled => "settled",
        Ended::Budget => "budget",
        Ended::Interrupted => "interrupted",
        Ended::NothingFinite => "nothing-finite",
    }
}

fn evaluation(evaluation: &Evaluation) -> Record<'_> {
    let verdict = &evaluation.verdict;
    let JsonThreshold {
        value,
        error,
        reason,
    } = JsonThreshold::new(&verdict.delta_nn, NOTHING_HARD);
    Record::default()
        .with("values", &evaluation.values[..])
        .with("delta_nn", value)
        .with("std_error", error)
        .with("edge_kind", verdict.edge_kind.map(edge_name))
        .with("reason", reason)
}
