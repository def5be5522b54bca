//! Searches over a formula, as people and programs read them.

use serde_json::Value;

use super::*;
use crate::design::{Objective, Range, Settings, Space, Verdict, minimise};
use crate::experiment::{Experiment, Source};
use crate::numerics::{Measured, Silent};
use crate::report::plot::clean::shows;
use crate::report::{DesignPlot, Sheet, design_picture};

struct Formula(fn(&[f64]) -> Option<f64>);

impl Objective for Formula {
    fn evaluate(&self, values: &[f64]) -> Verdict {
        let delta_nn = match (self.0)(values) {
            Some(value) => Threshold::Finite(Measured::new(value, 0.003)),
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
}

const OVER: [&str; 2] = ["loss.width=0.5..3", "training.init_std=log:0.1..2"];

fn searched(over: &[&str], formula: fn(&[f64]) -> Option<f64>) -> Outcome {
    let ranges = over.iter().map(|text| Range::parse(text).unwrap());
    let space = Space::new(ranges.collect()).unwrap();
    let settings = Settings::new(over.len(), 2, None, 1e-3).unwrap();
    let objective = Formula(formula);
    let run = minimise(&space, &objective, settings, 1, &Silent, &|| false);
    Outcome::new(run, |values| objective.evaluate(values))
}

/// Text and JSON of a search over loss.width and training.init_std.
fn reports(formula: fn(&[f64]) -> Option<f64>) -> (String, Value) {
    let outcome = searched(&OVER, formula);
    let file = Source::Text("[target]\nlink = \"z1^2\"\n".into());
    let experiment = Experiment::load(&file, &[]).unwrap();
    let report = DesignReport {
        outcome: &outcome,
        at: At::Steps(7),
        delta_alg: &Threshold::Finite(Measured::new(0.5, 0.0)),
        fresh_seed: 9,
        provenance: Provenance::new(&experiment),
        name: Some("a title"),
    };
    let json = serde_json::to_value(report.json()).unwrap();
    (report.text(), json)
}

#[test]
fn the_best_network_stands_first() {
    let (text, json) = reports(|x| Some(1.0 + x[0] + x[1].ln().powi(2)));
    for part in [
        "a title\nloss.width         0.5000",
        "at the lower end of 0.5..3: the minimum may lie beyond",
        "in log:0.1..2",
        "delta_NN(7)",
        "1.5001 +- 0.0030",
        "0.50000 +- 0",
        "delta_NN / delta_alg",
        "converged: 2 restarts agree within the error",
        "\nrestart  evaluations  loss.width  training.init_std  delta_NN",
    ] {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
    assert_eq!(json["parameters"][0]["value"], 0.5);
    assert_eq!(json["parameters"][0]["border"], "low");
    assert_eq!(json["parameters"][1]["measure"], "log");
    assert!(json["parameters"][1]["border"].is_null());
    // curvature 2 in ln x and the tolerance 1e-3 of 1.5
    assert!((json["parameters"][1]["value"].as_f64().unwrap() - 1.0).abs() < 0.06);
    // 0.003/0.5
    assert!((json["ratio_error"].as_f64().unwrap() - 0.006).abs() < 1e-12);
    assert_eq!(json["converged"], true);
    let counts = json["restarts"].as_array().unwrap().iter();
    let total: u64 = counts.map(|r| r["evaluations"].as_u64().unwrap()).sum();
    assert_eq!(json["path"].as_array().unwrap().len() as u64, total);
}

#[test]
fn nothing_finite_has_its_reason() {
    let (text, json) = reports(|_| None);
    let words = "none of 16 networks has a finite delta_NN(7): made up";
    assert!(text.contains(words), "{text}");
    assert_eq!(json["reason"], words);
    for key in ["delta_nn", "ratio", "difference", "best_restart", "remark"] {
        assert!(json[key].is_null(), "{key}");
    }
    assert_eq!(json["converged"], false);
    assert_eq!(json["restarts"][0]["ended"], "nothing-finite");
    assert_eq!(json["path"][3]["reason"], "infinite: made up");
}

fn picture(over: &[&str], formula: fn(&[f64]) -> Option<f64>) -> (String, usize) {
    let outcome = searched(over, formula);
    let svg = design_picture(
        &DesignPlot {
            outcome: &outcome,
            at: At::Steps(7),
            delta_alg: Some(0.5),
            name: Some("a <title>"),
        },
        &Sheet::default(),
    );
    (svg.unwrap().svg, outcome.run.evaluations())
}

#[test]
fn every_network_with_a_threshold_is_drawn() {
    let (svg, count) = picture(&OVER[..1], |x| Some(1.0 + (x[0] - 1.3).powi(2)));
    for words in [
        "delta_NN(7)",
        "delta_alg",
        "width w of the loss",
        "a &lt;title&gt;",
        "restart 2",
    ] {
        assert!(shows(&svg, words), "{words}");
    }
    // each in both charts, a ring around the best in both, and a dot for each restart in the legend
    assert_eq!(svg.matches("<circle").count(), 2 * count + 2 + 2);
    assert!(!svg.contains("NaN") && !svg.contains("inf"));

    let (svg, count) = picture(&OVER, |x| Some(1.0 + (x[0] - 1.3).powi(2) + x[1]));
    // and three more for the colours
    assert_eq!(svg.matches("<circle").count(), 2 * count + 2 + 5);
    assert!(shows(&svg, "initialisation scale s_w"));
}

#[test]
fn nothing_found_is_drawn_as_empty_charts() {
    let (svg, _) = picture(&OVER, |_| None);
    assert_eq!(svg.matches("<circle").count(), 2);
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
}
