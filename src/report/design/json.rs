//! The search for programs.

use std::borrow::Cow;

use serde::Serialize;

use super::super::json::{Provenance, finite, value_and_error};
use super::super::spectrum::edge_name;
use super::super::threshold::JsonThreshold;
use super::{DesignReport, NOTHING_HARD};
use crate::design::{Best, End, Ended, Evaluation, Measure, Range};

impl DesignReport<'_> {
    /// For programs.
    pub fn json(&self) -> impl Serialize {
        let best = self.outcome.best.as_ref();
        let agreement = self.outcome.agreement.as_ref();
        let settings = self.outcome.run.settings;
        let alg = JsonThreshold::new(self.delta_alg, "every direction is easy");
        let afresh = best.map(|best| JsonThreshold::new(&best.afresh.delta_nn, NOTHING_HARD));
        let searched = best.and_then(|best| best.found.verdict.delta_nn.finite());
        let searched = value_and_error(searched);
        let gap = best.and_then(|best| best.gap);
        let (ratio, ratio_error) = value_and_error(gap.map(|gap| gap.ratio));
        let (difference, difference_error) = value_and_error(gap.map(|gap| gap.difference));
        let reason = match &afresh {
            Some(afresh) => afresh.reason.clone(),
            None => Some(self.nothing_found().into()),
        };
        Json {
            steps: self.steps,
            delta_nn: afresh.as_ref().and_then(|afresh| afresh.value),
            std_error: afresh.as_ref().and_then(|afresh| afresh.error),
            reason,
            edge_kind: best.and_then(|best| best.afresh.edge_kind).map(edge_name),
            fresh_seed: self.fresh_seed,
            delta_nn_search: searched.0,
            delta_nn_search_error: searched.1,
            delta_alg: alg.value,
            delta_alg_error: alg.error,
            delta_alg_reason: alg.reason,
            ratio,
            ratio_error,
            difference,
            difference_error,
            parameters: self.parameters(best),
            converged: agreement.is_some_and(|agreement| agreement.converged),
            remark: agreement.map(|agreement| agreement.remark.as_str()),
            within: agreement.and_then(|agreement| finite(agreement.within)),
            best_restart: best.map(|best| best.restart),
            restarts: self.restarts(),
            path: self.path(),
            settings: SettingsJson {
                restarts: settings.restarts,
                evaluations: settings.evaluations,
                tolerance: settings.tolerance,
            },
            interrupted: self.outcome.run.interrupted(),
            provenance: self.provenance,
        }
    }

    fn parameters(&self, best: Option<&Best>) -> Vec<ParameterJson> {
        let agreement = self.outcome.agreement.as_ref();
        let ranges = self.outcome.run.space.ranges().iter().enumerate();
        let parameter = |(axis, range): (usize, &Range)| ParameterJson {
            key: range.key.name(),
            low: range.low,
            high: range.high,
            measure: match range.measure {
                Measure::Linear => "linear",
                Measure::Logarithmic => "log",
            },
            value: best.map(|best| best.found.values[axis]),
            agreeing: agreement.map(|agreement| agreement.spread[axis].into()),
            border: best
                .and_then(|best| best.border[axis])
                .map(|end| match end {
                    End::Low => "low",
                    End::High => "high",
                }),
        };
        ranges.map(parameter).collect()
    }

    fn restarts(&self) -> Vec<RestartJson<'_>> {
        let agreement = self.outcome.agreement.as_ref();
        let mut found = Vec::new();
        for (index, restart) in self.outcome.run.restarts.iter().enumerate() {
            let best = restart.best().map(|at| &restart.evaluations[at]);
            found.push(RestartJson {
                ended: ended_name(restart.ended),
                evaluations: restart.evaluations.len(),
                agrees: agreement.is_some_and(|agreement| agreement.agrees[index]),
                best: best.map(EvaluationJson::from),
            });
        }
        found
    }

    fn path(&self) -> Vec<StepJson<'_>> {
        let restarts = self.outcome.run.restarts.iter().enumerate();
        let steps = restarts.flat_map(|(index, restart)| {
            let evaluations = restart.evaluations.iter();
            evaluations.map(move |evaluation| StepJson {
                restart: index,
                evaluation: evaluation.into(),
            })
        });
        steps.collect()
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

#[derive(Serialize)]
struct Json<'a> {
    steps: usize,
    delta_nn: Option<f64>,
    std_error: Option<f64>,
    reason: Option<Cow<'a, str>>,
    edge_kind: Option<&'static str>,
    fresh_seed: u64,
    delta_nn_search: Option<f64>,
    delta_nn_search_error: Option<f64>,
    delta_alg: Option<f64>,
    delta_alg_error: Option<f64>,
    delta_alg_reason: Option<Cow<'a, str>>,
    ratio: Option<f64>,
    ratio_error: Option<f64>,
    difference: Option<f64>,
    difference_error: Option<f64>,
    parameters: Vec<ParameterJson>,
    converged: bool,
    remark: Option<&'a str>,
    within: Option<f64>,
    best_restart: Option<usize>,
    restarts: Vec<RestartJson<'a>>,
    path: Vec<StepJson<'a>>,
    settings: SettingsJson,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    interrupted: bool,
    #[serde(flatten)]
    provenance: Provenance<'a>,
}

#[derive(Serialize)]
struct ParameterJson {
    key: &'static str,
    value: Option<f64>,
    low: f64,
    high: f64,
    measure: &'static str,
    agreeing: Option<[f64; 2]>,
    border: Option<&'static str>,
}

#[derive(Serialize)]
struct RestartJson<'a> {
    ended: &'static str,
    evaluations: usize,
    agrees: bool,
    best: Option<EvaluationJson<'a>>,
}

#[derive(Serialize)]
struct StepJson<'a> {
    restart: usize,
    #[serde(flatten)]
    evaluation: EvaluationJson<'a>,
}

#[derive(Serialize)]
struct EvaluationJson<'a> {
    values: &'a [f64],
    delta_nn: Option<f64>,
    std_error: Option<f64>,
    edge_kind: Option<&'static str>,
    reason: Option<Cow<'a, str>>,
}

#[derive(Serialize)]
struct SettingsJson {
    restarts: usize,
    evaluations: usize,
    tolerance: f64,
}

impl<'a> From<&'a Evaluation> for EvaluationJson<'a> {
    fn from(evaluation: &'a Evaluation) -> Self {
        let verdict = &evaluation.verdict;
        let threshold = JsonThreshold::new(&verdict.delta_nn, NOTHING_HARD);
        Self {
            values: &evaluation.values,
            delta_nn: threshold.value,
            std_error: threshold.error,
            edge_kind: verdict.edge_kind.map(edge_name),
            reason: threshold.reason,
        }
    }
}
