use serde_json::Value;

use super::text::shown_steps;
use super::*;
use crate::experiment::{Experiment, Source};
use crate::phase1::ReachedSplit;
use crate::report::made_up::{first_latents, made_up_curves};

fn experiment() -> Experiment {
    let text = "[target]\nlink = \"z1 + z2^2\"\n[numerics]\nsamples = 4096\nreplicates = 2\n";
    Experiment::load(&Source::Text(text.to_owned()), &[]).unwrap()
}

fn split(reached: usize, hidden: usize) -> ReachedSplit {
    let all = nalgebra::DMatrix::identity(reached + 1, reached + 1);
    ReachedSplit {
        reached: first_latents(reached, reached + 1),
        hard: all.rows(reached, 1).into_owned(),
        hidden,
        irrelevant: nalgebra::DMatrix::zeros(0, reached + 1),
    }
}

fn texts(curves: &Curves, split: &ReachedSplit, escape: Option<Escape>) -> (String, Value) {
    let experiment = experiment();
    let report = DynamicsReport {
        curves,
        ending: None,
        split,
        escape,
        provenance: Provenance::new(&experiment),
        name: Some("title"),
    };
    let json = serde_json::to_value(report.json()).unwrap();
    (report.text(), json)
}

#[test]
fn steps_are_shown_like_the_marks_of_a_ruler() {
    assert_eq!(shown_steps(40), [0, 1, 2, 5, 10, 20, 40]);
    assert_eq!(shown_steps(50), [0, 1, 2, 5, 10, 20, 50]);
    assert_eq!(shown_steps(1), [0, 1]);
    assert_eq!(shown_steps(0), [0]);
}

/// Where lines break says nothing.
fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn tables_say_what_they_mean_and_how_sure_they_are() {
    let escape = Escape {
        dim: 1000,
        fraction: 0.1,
    };
    let (text, _) = texts(&made_up_curves(2, 1), &split(1, 0), Some(escape));
    for part in [
        "title\n",
        "2 = 1 reached + 1 hard",
        "until 0.1 of |W|^2 is in the hard directions in half of all runs at d = 1000",
        "steps until Tr q_V / Tr C is 111.1",
        "step  train loss",
        "|w2|^2",
        "w2.z1",
        "0.4000 +- 0.0040",
        "standard error over 2 replicates of 4096 samples",
    ] {
        assert!(
            in_one_line(&text).contains(&in_one_line(part)),
            "`{part}` is not in:\n{text}"
        );
    }
    assert!(!text.contains("hidden"));
}

#[test]
fn hidden_directions_and_left_out_columns_are_named() {
    let (text, json) = texts(&made_up_curves(8, 0), &split(0, 1), None);
    assert!(
        in_one_line(&text).contains("a symmetry hides them"),
        "{text}"
    );
    assert!(text.contains("columns left out: 3"), "{text}");
    assert_eq!(json["hidden_dim"], 1);
    assert!(json["escape"].is_null());
    assert_eq!(json["escape_reason"], "no dimension was given");
}

#[test]
fn nothing_hard_is_null_with_a_reason() {
    let mut curves = made_up_curves(2, 1);
    curves.hard_growth.clear();
    curves.hard_growth_trace.clear();
    curves.hard_spread.clear();
    let escape = Escape {
        dim: 1000,
        fraction: 0.1,
    };
    let (text, json) = texts(&curves, &split(1, 0), Some(escape));
    assert!(!text.contains("Tr q_V"), "{text}");
    assert!(json["escape"]["success_fraction"].is_null());
    assert!(json["escape"]["median_reason"].is_string());
    assert!(json["hard_growth"].is_null() && json["hard_growth_std_error"].is_null());
    assert!(json["hard_growth_reason"].is_string());
    assert!(json["escape"]["steps"].is_null());
    assert!(json["escape"]["reason"].is_string());
}

#[test]
fn directions_are_named_by_their_latent() {
    assert_eq!(direction_name(&[0.0, 1.0]), "z2");
    assert_eq!(direction_name(&[0.0, -1.0]), "[0.000, -1.000]");
    assert_eq!(direction_name(&[0.6, 0.8]), "[0.600, 0.800]");
}
