//! `onset validate`: theory beside simulation.

use crate::support::{EXPERIMENT, assert_says, json, onset, output, refusal};
use serde_json::Value;

/// Short enough for the hard overlaps to stay small in the larger dimension.
const SMALL: [&str; 8] = [
    "validate", "-", "--delta", "4", "--runs", "6", "--steps", "2",
];
const TWO: [&str; 2] = ["--dim", "70,140"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&SMALL[..], more].concat()
}

fn checks<'a>(report: &'a Value, quantity: &str) -> Vec<&'a Value> {
    let all = report["checks"].as_array().unwrap();
    all.iter().filter(|c| c["quantity"] == quantity).collect()
}

#[test]
fn a_report_has_every_number_of_both_sides() {
    let report = json(&with(&[&TWO[..], &["--no-hessian"]].concat()));
    assert_eq!(report["agree"], true, "{report}");
    for quantity in [
        "train_loss",
        "test_loss",
        "gradient_norm",
        "gram[1,2]",
        "hard_growth[2]",
    ] {
        let found = checks(&report, quantity);
        // steps 0 to 2 at two dimensions
        assert_eq!(found.len(), 6, "{quantity}");
        for check in found {
            let number = |key: &str| check[key].as_f64().unwrap();
            for key in [
                "theory",
                "theory_error",
                "simulation",
                "simulation_error",
                "z",
                "p",
            ] {
                assert!(number(key).is_finite(), "{check}");
            }
            assert_eq!(check["p_holm"].is_null(), check["dim"] == 70, "{check}");
        }
    }
    // train, test, gradient, three of the gram, two growths, at three steps
    assert_eq!(report["judged"], 8 * 3);
    assert_eq!(report["trend"].as_array().unwrap().len(), 8 * 3);
    assert_eq!(report["onset_version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(report["experiment"]["network"]["readout"][1], 0.5);
}

#[test]
fn z_is_the_gap_over_its_error() {
    let report = json(&with(&["--no-hessian", "--dim", "80"]));
    for check in checks(&report, "train_loss") {
        let number = |key: &str| check[key].as_f64().unwrap();
        let error = number("theory_error").hypot(number("simulation_error"));
        let z = (number("simulation") - number("theory")) / error;
        // rounding
        assert!((z - number("z")).abs() < 1e-9, "{check}");
        assert!(number("allowance") > 0.0, "{check}");
    }
    assert_eq!(report["trend"].as_array().unwrap().len(), 0);
}

#[test]
fn the_table_says_what_is_compared() {
    let text = output(&with(&[&TWO[..], &["--no-hessian"]].concat()));
    assert_says(
        &text,
        &[
            "delta = 4, d = 140",
            "train_loss",
            "gap at d = 70",
            "agree: none of 24 checks",
            "with Holm's",
        ],
    );
    let text = output(&with(&["--no-hessian", "--dim", "60", "--null"]));
    assert_says(&text, &["labels", "null", "one dimension only"]);
}

/// Corrections of order 1/d at d = 2 and 3 are large, and told from a wrong theory.
#[test]
fn finite_size_effects_are_recognised() {
    let report = json(&[
        "validate",
        "-",
        "--delta",
        "6",
        "--dim",
        "2,3",
        "--runs",
        "4000",
        "--steps",
        "3",
        "--null",
        "--no-hessian",
    ]);
    assert_eq!(report["agree"], true, "{report}");
    assert!(report["finite_size"].as_u64().unwrap() > 0);
    let of_gradient = checks(&report, "gradient_norm");
    let last = of_gradient.last().unwrap();
    assert_eq!(
        (&last["finding"], &last["dim"]),
        (&"finite size".into(), &3.into())
    );
    assert!(last["z"].as_f64().unwrap() < -5.0, "{last}");
}

/// At a level near one chance alone makes disagreements soon.
#[test]
fn a_disagreement_is_printed_and_told_by_the_exit_code() {
    let run = |seed: u64| {
        let seed = seed.to_string();
        let mut command = onset();
        command.args([
            "validate",
            "-",
            "--delta",
            "6",
            "--dim",
            "200",
            "--runs",
            "4",
            "--steps",
            "0",
            "--no-hessian",
            "--json",
            "--level",
            "0.99",
            "--seed",
            &seed,
        ]);
        command.write_stdin(EXPERIMENT).output().unwrap()
    };
    let outcome = (0..40).map(run).find(|outcome| !outcome.status.success());
    let outcome = outcome.unwrap();
    assert_eq!(outcome.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&outcome.stdout).unwrap();
    assert_eq!(report["agree"], false);
    assert!(report["disagree"].as_u64().unwrap() > 0);
    let message = String::from_utf8(outcome.stderr).unwrap();
    assert_says(&message, &["error: theory and simulation disagree in"]);
}

#[test]
fn labels_that_know_nothing_leave_the_growth_to_the_weights() {
    let report = json(&with(&["--no-hessian", "--dim", "60", "--null"]));
    assert_eq!(
        (&report["agree"], &report["null"]),
        (&true.into(), &true.into())
    );
    let growth = checks(&report, "hard_growth[1]");
    for (growth, gram) in growth.iter().zip(checks(&report, "gram[1,1]")) {
        assert_eq!(growth["theory"], gram["theory"]);
    }
}

#[test]
fn rows_on_the_sphere_agree_to_rounding() {
    let report = json(&with(&[
        "--no-hessian",
        "--dim",
        "60",
        "--set",
        "training.spherical=true",
    ]));
    for check in checks(&report, "gram[2,2]") {
        assert!(check["z"].as_f64().unwrap().abs() < 0.1, "{check}");
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let with_threads = |threads| {
        json(&with(&[
            "--threads",
            threads,
            "--no-hessian",
            "--dim",
            "60",
        ]))
    };
    assert_eq!(with_threads("1"), with_threads("3"));
}

#[test]
fn spectra_are_compared() {
    let arguments = ["--dim", "60,120", "--steps", "1", "--at", "0,1"];
    let report = json(
        &[
            &["validate", "-", "--delta", "6", "--runs", "6"],
            &arguments[..],
        ]
        .concat(),
    );
    assert_eq!(report["agree"], true, "{report}");
    for (quantity, value, tolerance) in [
        // docs/theory.md section 9, at delta = 6 and T = 0; the simulation at d = 120 is within a tenth of the width
        ("left_edge", -0.170, 0.1),
        ("left_outlier[1]", -0.364, 0.1),
        ("left_outlier[2]", -0.200, 0.1),
        ("left_outlier_overlap[1]", 0.786, 0.1),
        ("left_outlier_present", 1.0, 0.0),
    ] {
        let found = checks(&report, quantity);
        assert_eq!(found.len(), 4, "{quantity}");
        // by dimension, then step
        let last = found[2];
        let number = |key: &str| last[key].as_f64().unwrap();
        assert_eq!((&last["dim"], &last["steps"]), (&120.into(), &0.into()));
        assert!((number("theory") - value).abs() < 2e-3, "{last}");
        assert!((number("simulation") - value).abs() <= tolerance, "{last}");
    }
    let bulk = report["bulk"].as_array().unwrap();
    assert_eq!(bulk.len(), 4);
    let number = |i: usize, key: &str| bulk[i][key].as_f64().unwrap();
    for step in 0..2 {
        // corrections of order 1/d fade, and six runs leave 1/sqrt(12) = 0.29 by chance
        assert!(
            number(2 + step, "distance") < number(step, "distance"),
            "{report}"
        );
        assert!(number(2 + step, "ratio") < 0.6, "{report}");
    }
}

#[test]
fn a_picture_shows_both_sides() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("both.svg");
    let plot = ["--plot", path.to_str().unwrap(), "--dim", "40", "--at", "2"];
    output(&with(&plot));
    let picture = std::fs::read_to_string(&path).unwrap();
    assert_says(
        &picture,
        &[
            "Theory and simulation, d = 40",
            "dots: simulation",
            "lines: theory, left edge",
        ],
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn inputs_that_cannot_be_used() {
    let refused = |arguments: &[&str], parts: &[&str]| {
        assert_says(&refusal(&[&["validate", "-"], arguments].concat()), parts);
    };
    refused(&["--delta", "nan"], &["--delta NaN", "positive and finite"]);
    refused(&["--delta", "6,6"], &["--delta", "6 is given twice"]);
    refused(
        &["--delta", "6", "--dim", "50,50"],
        &["--dim", "50 is given twice"],
    );
    refused(&["--delta", "6", "--runs", "1"], &["'1'", "--runs"]);
    refused(
        &["--delta", "6", "--level", "1"],
        &["--level 1.0", "between 0 and 1"],
    );
    refused(
        &["--delta", "6", "--steps", "3", "--at", "0,9"],
        &["--at 9", "after step 3"],
    );
    refused(
        &["--delta", "6", "--set", "training.steps=converged"],
        &["training.steps = \"converged\"", "--steps"],
    );
    refused(&["--delta", "6", "--dim", "0"], &["6 x 0"]);
    refused(&["--delta", "6", "--dim", "10000000"], &["GB", "--dim"]);
}

/// A signal within the first of four simulations: what is finished is compared.
#[cfg(unix)]
#[test]
fn an_interruption_keeps_what_is_finished() {
    let arguments = [
        "--set",
        "numerics.samples=4096",
        "--delta",
        "4,6",
        "--dim",
        "60,120",
        "--steps",
        "2",
        "--runs",
        "100000",
    ];
    let finished = (2, " of 100000 runs");
    let file = "phase_retrieval.toml";
    let (code, report) =
        crate::support::interrupted("TERM", finished, "validate", file, &arguments);
    // this many runs may tell both sides apart
    let expected = if report["agree"] == true { 0 } else { 1 };
    assert_eq!(code, Some(expected));
    assert_eq!(report["interrupted"], true);
    assert_eq!(report["deltas"], serde_json::json!([4.0]));
    assert_eq!(report["dims"], serde_json::json!([60]));
    let runs = report["runs"][0][0].as_u64().unwrap();
    assert!((2..100_000).contains(&runs), "{runs}");
    assert!(report["judged"].as_u64().unwrap() > 5);
    assert!(!checks(&report, "train_loss").is_empty());
}

/// A weight decay leaves training an end, where the runs are after a hundred steps within their errors.
#[test]
fn the_end_of_training_is_that_of_long_runs() {
    let report = json(&[
        "validate",
        "-",
        "--delta",
        "4",
        "--runs",
        "6",
        "--steps",
        "150",
        "--at",
        "0,10,end",
        "--null",
        "--dim",
        "60,120",
        "--set",
        "training.weight_decay=0.3",
    ]);
    assert_eq!(report["agree"], true, "{report}");
    assert_eq!(report["steps"], 150);
    assert_eq!(report["hessian_at"], serde_json::json!([0, 10, 150]));
    let steps = |quantity: &str| -> Vec<u64> {
        let found = checks(&report, quantity).into_iter();
        let found = found.filter(|check| check["dim"] == 120);
        found
            .map(|check| check["steps"].as_u64().unwrap())
            .collect()
    };
    assert_eq!(steps("left_edge"), [0, 10, 150]);
    // all explicit steps, and some of the later ones
    let losses = steps("train_loss");
    assert_eq!(losses[..21], (0..=20).collect::<Vec<u64>>());
    assert!(
        losses.len() < 40 && losses.last() == Some(&150),
        "{losses:?}"
    );
}

/// Readout and biases have rows of their own where they are trained, with momentum as W has it.
#[test]
fn a_trained_head_is_compared() {
    let sets = [
        "training.readout_step_size=0.4",
        "training.bias_step_size=0.3",
        "training.readout_weight_decay=0.1",
        "training.momentum=0.5",
        "network.bias=[0.2, -0.3]",
    ];
    let mut more = vec!["--null", "--no-hessian", "--dim", "100,200"];
    sets.iter().for_each(|set| more.extend(["--set", set]));
    let report = json(&with(&more));
    assert_eq!(report["agree"], true, "{report}");
    for quantity in ["readout[1]", "readout[2]", "bias[1]", "bias[2]"] {
        // both dimensions, after the first two steps: before them nothing is random
        assert_eq!(checks(&report, quantity).len(), 4, "{quantity}");
    }
    let bare = json(&with(&["--no-hessian", "--dim", "70"]));
    assert!(checks(&bare, "readout[1]").is_empty());
}
