//! Searches over functions whose minima are known.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::numerics::{Measured, Silent};
use crate::recovery::Threshold;

/// A threshold given by a formula, in p parameters, with a standard error of 1e-4.
struct Formula<F>(F);

impl<F: Fn(&[f64]) -> Option<f64> + Sync> Objective for Formula<F> {
    fn evaluate(&self, values: &[f64]) -> Verdict {
        verdict((self.0)(values))
    }
}

fn verdict(value: Option<f64>) -> Verdict {
    let delta_nn = match value {
        Some(value) => Threshold::Finite(Measured::new(value, 1e-4)),
        None => Threshold::Infinite {
            reason: "made up".into(),
        },
    };
    Verdict {
        delta_nn,
        edge_kind: None,
        delta_alg: Some(Threshold::Finite(Measured::new(0.5, 0.0))),
        failed: false,
    }
}

fn space(texts: &[&str]) -> Space {
    let ranges = texts.iter().map(|text| Range::parse(text).unwrap());
    Space::new(ranges.collect()).unwrap()
}

fn settings(space: &Space) -> Settings {
    Settings::new(space.dims(), 4, Some(1600), 1e-5).unwrap()
}

fn search(space: &Space, formula: impl Fn(&[f64]) -> Option<f64> + Sync) -> Outcome {
    let objective = Formula(formula);
    let run = minimise(space, &objective, settings(space), 2, &Silent, &|| false);
    Outcome::new(run, |values| objective.evaluate(values))
}

#[test]
fn a_kink_in_one_parameter_is_found_by_all_restarts() {
    let space = space(&["loss.width=0.05..3"]);
    let outcome = search(&space, |x| {
        Some(1.0 + (1.109 - x[0]).max(0.4 * (x[0] - 1.109)))
    });
    let (best, agreement) = (outcome.best.unwrap(), outcome.agreement.unwrap());
    // slopes 1 and 0.4 turn an accuracy of 1e-5 in the value into 2.5e-5 here
    assert!((best.found.values[0] - 1.109).abs() < 3e-5, "{best:?}");
    assert!(agreement.converged, "{}", agreement.remark);
    assert_eq!(agreement.agrees, [true; 4]);
    let (low, high) = agreement.spread[0];
    assert!(low <= 1.109 && 1.109 - low < 1e-4 && high - low < 4e-4);
    let gap = best.gap.unwrap();
    // (1.00001 +- 1e-4)/0.5 and the difference from 0.5
    assert!((gap.ratio.value - 2.0).abs() < 1e-4 && (gap.ratio.error - 2e-4).abs() < 1e-12);
    assert!((gap.difference.value - 0.5).abs() < 1e-4);
}

#[test]
fn a_bent_valley_in_two_parameters_is_followed() {
    let space = space(&["loss.width=log:0.05..5", "training.init_std=0.1..2"]);
    // Rosenbrock's function, minimum 1 at (0.8, 0.8)
    let formula = |x: &[f64]| {
        let (u, v) = (x[0] + 0.2, x[1] + 0.2);
        Some(1.0 + (1.0 - u).powi(2) + 10.0 * (v - u * u).powi(2))
    };
    let outcome = search(&space, formula);
    let best = outcome.best.unwrap();
    for value in &best.found.values {
        // values good to 1e-5, smallest curvature 0.4: 1e-2
        assert!((value - 0.8).abs() < 1e-2, "{best:?}");
    }
    assert!(outcome.agreement.unwrap().converged);
    assert_eq!(best.border, [None, None]);
}

#[test]
fn a_minimum_at_an_end_of_a_range_is_there_exactly() {
    let space = space(&["loss.width=0.5..3", "training.init_std=0.1..2"]);
    let outcome = search(&space, |x| Some(1.0 + x[0] + (x[1] - 1.2).powi(2)));
    let best = outcome.best.unwrap();
    assert_eq!(best.border, [Some(End::Low), None]);
    assert_eq!(best.found.values[0], 0.5);
    assert!((best.found.values[1] - 1.2).abs() < 1e-2);
}

#[test]
fn infinite_thresholds_are_left_behind() {
    let space = space(&["loss.width=0..1", "training.init_std=0..1"]);
    // a finite threshold in one corner only
    let corner = |x: &[f64]| {
        let inside = x[0] > 0.6 && x[1] > 0.5;
        inside.then(|| 2.0 + (x[0] - 0.7).powi(2) + (x[1] - 0.9).powi(2))
    };
    let outcome = search(&space, corner);
    let best = outcome.best.unwrap();
    let at = &best.found.values;
    assert!(
        (at[0] - 0.7).abs() < 1e-2 && (at[1] - 0.9).abs() < 1e-2,
        "{at:?}"
    );

    let nowhere = search(&space, |_| None);
    assert!(nowhere.best.is_none() && nowhere.agreement.is_none());
    let ends: Vec<Ended> = nowhere.run.restarts.iter().map(|r| r.ended).collect();
    assert_eq!(ends, [Ended::NothingFinite; 4]);
}

#[test]
fn two_minima_are_not_called_converged() {
    let space = space(&["loss.width=0..1"]);
    // 1.2 at 0.15, 1 at 0.8
    let two = |x: &[f64]| Some((1.2 + (x[0] - 0.15).abs()).min(1.0 + (x[0] - 0.8).abs()));
    let outcome = search(&space, two);
    let agreement = outcome.agreement.unwrap();
    assert!((outcome.best.unwrap().found.values[0] - 0.8).abs() < 1e-4);
    assert!(!agreement.converged && agreement.agrees.contains(&false));
    assert!(
        agreement.remark.contains("of 4 restarts found it"),
        "{}",
        agreement.remark
    );
}

#[test]
fn the_threshold_is_computed_afresh() {
    let space = space(&["loss.width=0..1"]);
    let objective = Formula(|x: &[f64]| Some(1.0 + x[0]));
    let run = minimise(&space, &objective, settings(&space), 1, &Silent, &|| false);
    let outcome = Outcome::new(run, |values| verdict(Some(1.003 + values[0])));
    let best = outcome.best.unwrap();
    assert_eq!(best.found.verdict.delta_nn.finite().unwrap().value, 1.0);
    assert_eq!(best.afresh.delta_nn.finite().unwrap().value, 1.003);
    assert!((best.gap.unwrap().difference.value - 0.503).abs() < 1e-12);
}

#[test]
fn the_number_of_lanes_changes_nothing() {
    let space = space(&["loss.width=0..1", "training.init_std=0..1"]);
    let objective = Formula(|x: &[f64]| Some(1.0 + (x[0] - 0.3).abs() + (x[1] - x[0]).powi(2)));
    let run = |lanes| {
        minimise(
            &space,
            &objective,
            settings(&space),
            lanes,
            &Silent,
            &|| false,
        )
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn the_budget_is_kept_and_an_interrupted_search_keeps_what_it_has() {
    let space = space(&["loss.width=0..1"]);
    let objective = Formula(|x: &[f64]| Some(1.0 + (x[0] - 0.337).abs()));
    let short = Settings::new(1, 2, Some(11), 1e-8).unwrap();
    let run = minimise(&space, &objective, short, 1, &Silent, &|| false);
    assert_eq!(run.evaluations(), 10);
    assert!(run.restarts.iter().all(|r| r.ended == Ended::Budget));

    let asked = AtomicUsize::new(0);
    let stop = || asked.fetch_add(1, Ordering::Relaxed) >= 7;
    let run = minimise(&space, &objective, settings(&space), 1, &Silent, &stop);
    assert_eq!(run.evaluations(), 7);
    let outcome = Outcome::new(run, |values| objective.evaluate(values));
    assert!(outcome.best.is_some());
    let remark = outcome.agreement.unwrap().remark;
    assert_eq!(remark, "not converged: interrupted after 7 evaluations");
}

#[test]
fn settings_are_checked() {
    let message = |restarts, evaluations, tolerance| {
        Settings::new(2, restarts, evaluations, tolerance)
            .unwrap_err()
            .to_string()
    };
    assert!(message(0, None, 1e-3).starts_with("--restarts 0:"));
    assert!(
        message(4, Some(15), 1e-3)
            .contains("--evaluations 15: 4 restarts over 2 parameters take at least 16")
    );
    assert!(message(4, None, 0.0).starts_with("--tolerance 0.0:"));
    assert!(message(4, None, f64::NAN).starts_with("--tolerance NaN:"));
}
