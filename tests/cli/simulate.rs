//! `onset simulate` as a user runs it.

use crate::support::{EXPERIMENT, assert_says, onset, refusal};
use serde_json::Value;

fn output(arguments: &[&str]) -> String {
    crate::support::output(&[&["simulate", "-"], arguments].concat())
}

fn json(arguments: &[&str]) -> Value {
    crate::support::json(&[&["simulate", "-"], arguments].concat())
}

const SMALL: [&str; 8] = ["--delta", "6", "--dim", "40", "--steps", "3", "--runs", "3"];

#[test]
fn the_keys_of_the_contract() {
    let report = json(&[&SMALL[..], &["--hessian-at", "0,3"]].concat());
    for key in [
        "train_loss",
        "test_loss",
        "gram",
        "overlap",
        "gradient_norm",
        "hard_growth",
    ] {
        for key in [key.to_owned(), format!("{key}_std_error")] {
            assert_eq!(report[&key].as_array().unwrap().len(), 4, "{key}");
        }
    }
    assert_eq!(report["steps"], serde_json::json!([0, 1, 2, 3]));
    for key in ["onset_version", "seed", "experiment"] {
        assert!(!report[key].is_null(), "{key}");
    }
    assert_eq!(report["experiment"]["training"]["steps"], 3);
    assert_eq!(
        (&report["samples"], &report["runs"]),
        (&240.into(), &3.into())
    );
    assert_eq!(report["gram"][0].as_array().unwrap().len(), 2);
    assert_eq!(report["overlap"][0][1].as_array().unwrap().len(), 1);
    let hessians = report["hessian"].as_array().unwrap();
    assert_eq!(hessians.len(), 2);
    for hessian in hessians {
        for numbers in ["eigenvalues", "overlaps", "residuals"] {
            for end in ["lowest", "highest"] {
                assert_eq!(hessian[numbers][end].as_array().unwrap().len(), 3);
                assert_eq!(hessian[numbers][end][0].as_array().unwrap().len(), 4);
            }
        }
        assert!(hessian["lowest"][0]["value_std_error"].as_f64().unwrap() > 0.0);
    }
}

#[test]
fn a_table_with_error_bars() {
    let text = output(&[&SMALL[..], &["--hessian-at", "0", "--null", "--f32"]].concat());
    assert_says(
        &text,
        &[
            "n = 240, d = 40",
            "null: hard latents drawn independently",
            "inputs  f32",
            "Hessian at step 0: all 80 eigenvalues",
            "+-: standard error over 3 runs",
        ],
    );
    let text = output(&["--delta", "6", "--dim", "40", "--runs", "1"]);
    assert_says(&text, &["+- ?", "there is one run only"]);
}

#[test]
fn a_single_run_has_no_error_and_says_so() {
    let report = json(&["--delta", "6", "--dim", "40", "--runs", "1"]);
    assert!(report["train_loss_std_error"][0].is_null());
    assert!(
        report["std_error_reason"]
            .as_str()
            .unwrap()
            .contains("single run")
    );
}

#[test]
fn results_depend_on_the_seed_and_not_on_the_threads() {
    let with =
        |more: &[&str]| output(&[&SMALL[..], &["--hessian-at", "3", "--json"], more].concat());
    assert_eq!(with(&["--threads", "1"]), with(&["--threads", "2"]));
    assert_ne!(with(&["--seed", "1"]), with(&["--seed", "2"]));
}

#[test]
fn pictures_are_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.svg");
    let plot = ["--plot", path.to_str().unwrap()];
    output(&[&SMALL[..], &["--hessian-at", "0"], &plot].concat());
    let picture = std::fs::read_to_string(&path).unwrap();
    assert_says(
        &picture,
        &["n = 240, d = 40, 3 runs", "lines: theory, left edge"],
    );
    let text = output(
        &[
            &[
                "--delta",
                "2,6",
                "--dim",
                "20,30",
                "--runs",
                "2",
                "--steps",
                "2",
                "--until-escape",
                "0.3",
            ],
            &plot[..],
        ]
        .concat(),
    );
    assert_says(
        &text,
        &[
            "half(2), d = 20",
            "half(2), d = 30",
            "of predictions, standard error over 2 replicates",
        ],
    );
    assert_says(
        &std::fs::read_to_string(&path).unwrap(),
        &["0.3 of |W|", ">alg</tspan>", ">NN</tspan>", "d = 30"],
    );
    let crossing = [
        "--delta",
        "2,6",
        "--dim",
        "20,30",
        "--runs",
        "2",
        "--steps",
        "2",
        "--crossing",
    ];
    output(&[&crossing[..], &plot[..]].concat());
    assert_says(
        &std::fs::read_to_string(&path).unwrap(),
        &[
            "lowest eigenvector at step 2",
            "runs at d = 30",
            ">NN</tspan>",
            "(2): ",
        ],
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn inputs_that_cannot_be_used() {
    let refused = |arguments: &[&str], parts: &[&str]| {
        assert_says(&refusal(&[&["simulate", "-"], arguments].concat()), parts);
    };
    refused(&["--delta", "nan"], &["--delta NaN", "positive and finite"]);
    refused(
        &["--delta", "1,2"],
        &["--delta [1.0, 2.0]", "--until-escape"],
    );
    refused(&["--delta", "6", "--dim", "0"], &["6 x 0", "--dim"]);
    refused(
        &["--delta", "0.01", "--dim", "100"],
        &["0.01 x 100 rounds to 1 samples"],
    );
    refused(&["--delta", "6", "--dim", "-3"], &["'-3'", "--dim"]);
    refused(&["--delta", "6", "--runs", "0"], &["'0'", "--runs"]);
    refused(&["--delta", "6", "--steps", "-1"], &["'-1'", "--steps"]);
    refused(
        &["--delta", "6", "--steps", "5", "--hessian-at", "0,9"],
        &["--hessian-at 9", "training ends after step 5"],
    );
    refused(
        &["--delta", "6", "--set", "training.steps=converged"],
        &["training.steps = \"converged\"", "--steps"],
    );
    for level in ["1.5", "0", "1", "NaN"] {
        let shown = format!("--until-escape {:?}:", level.parse::<f64>().unwrap());
        refused(
            &["--delta", "6", "--until-escape", level],
            &[&shown, "between 0 and 1"],
        );
    }
    refused(
        &["--delta", "6", "--dim", "20,40"],
        &["--dim [20, 40]", "--until-escape"],
    );
    let escape = ["--delta", "6", "--until-escape", "0.3", "--steps-per-log"];
    for number in ["0", "-1", "NaN"] {
        let shown = format!("--steps-per-log {:?}", number.parse::<f64>().unwrap());
        refused(&[&escape[..], &[number]].concat(), &[&shown, "positive"]);
    }
    refused(
        &[&escape[..], &["1e12"]].concat(),
        &["--steps-per-log 1000000000000.0", "at d = 1000"],
    );
    let crossing = ["--delta", "6", "--crossing"];
    refused(
        &[&crossing[..], &["--hessian-at", "1,2"]].concat(),
        &["--hessian-at 1,2", "one step"],
    );
    refused(
        &[&crossing[..], &["--hessian-at", "18446744073709551615"]].concat(),
        &["--hessian-at 18446744073709551615"],
    );
    refused(
        &[
            &crossing[..],
            &["--set", "target.link=tanh(z1)", "--steps", "2"],
        ]
        .concat(),
        &["--crossing", "no direction is hard"],
    );
    refused(
        &[
            "--delta",
            "6",
            "--until-escape",
            "0.5",
            "--set",
            "target.link=tanh(z1)",
        ],
        &["--until-escape 0.5", "no direction is hard"],
    );
    refused(
        &["--delta", "6", "--dim", "10000000"],
        &[
            "n = 60000000",
            "--dim 10000000",
            "GB",
            "lower --dim or --delta",
            "--f32",
        ],
    );
    refused(
        &["--delta", "6", "--f32", "--dim", "10000000"],
        &["lower --dim or --delta\n"],
    );
}

#[test]
fn divergence_is_a_numerical_failure() {
    let mut command = onset();
    command.args([
        "simulate", "-", "--delta", "6", "--dim", "20", "--steps", "900", "--runs", "2",
    ]);
    command.args([
        "--set",
        "training.step_size=100",
        "--set",
        "training.weight_decay=1",
    ]);
    let outcome = command.write_stdin(EXPERIMENT).output().unwrap();
    assert_eq!(outcome.status.code(), Some(1));
    assert!(outcome.stdout.is_empty());
    let message = String::from_utf8(outcome.stderr).unwrap();
    assert_says(
        &message,
        &["error: run 0: training diverged", "training.step_size"],
    );
}

#[cfg(unix)]
#[test]
fn an_interruption_keeps_what_is_finished() {
    let arguments = [
        "--delta", "6", "--dim", "100", "--steps", "20", "--runs", "1000000",
    ];
    // Ctrl-C, and the time limit of a batch system
    for signal in ["INT", "TERM"] {
        let finished = (2, " of 1000000 runs");
        let file = "phase_retrieval.toml";
        let (code, report) =
            crate::support::interrupted(signal, finished, "simulate", file, &arguments);
        assert_eq!(code, Some(0));
        assert_eq!(report["interrupted"], true);
        assert_eq!(report["runs_requested"], 1_000_000);
        assert!(report["runs"].as_u64().unwrap() >= 2);
    }
}

/// A signal within the first of three plans: its finished runs are a result.
#[cfg(unix)]
#[test]
fn plans_that_are_finished_are_kept() {
    let modes: [&[&str]; 2] = [
        &["--until-escape", "0.3", "--no-theory"],
        &["--crossing", "--hessian-at", "1", "--no-theory"],
    ];
    for mode in modes {
        let arguments = [
            &[
                "--delta", "6", "--dim", "20,30,40", "--steps", "5", "--runs", "100000",
            ],
            mode,
        ];
        let file = "phase_retrieval.toml";
        let finished = (2, " of 100000 runs");
        let arguments = arguments.concat();
        let (code, report) =
            crate::support::interrupted("TERM", finished, "simulate", file, &arguments);
        assert_eq!((code, &report["interrupted"]), (Some(0), &true.into()));
    }
}
