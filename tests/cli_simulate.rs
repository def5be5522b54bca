//! `onset simulate` as a user runs it.

mod cli_support;

use cli_support::{EXPERIMENT, assert_says, onset, refusal};
use serde_json::Value;

fn output(arguments: &[&str]) -> String {
    cli_support::output(&[&["simulate", "-"], arguments].concat())
}

fn json(arguments: &[&str]) -> Value {
    cli_support::json(&[&["simulate", "-"], arguments].concat())
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

const ESCAPE: [&str; 10] = [
    "--delta",
    "1,12",
    "--dim",
    "40,60",
    "--steps",
    "60",
    "--runs",
    "4",
    "--until-escape",
    "0.3",
];

#[test]
fn escapes_over_delta_beside_their_prediction() {
    let report = json(&ESCAPE);
    let escapes = report["escape"].as_array().unwrap();
    let sizes: Vec<(u64, f64)> = escapes
        .iter()
        .map(|at| (at["dim"].as_u64().unwrap(), at["delta"].as_f64().unwrap()))
        .collect();
    assert_eq!(sizes, [(40, 1.0), (40, 12.0), (60, 1.0), (60, 12.0)]);
    for pair in escapes.chunks(2) {
        for of in [
            |at: &Value| at.clone(),
            |at: &Value| at["predicted"].clone(),
        ] {
            let fraction = |i: usize| of(&pair[i])["success_fraction"].as_f64().unwrap();
            assert!(fraction(0) < fraction(1), "{report}");
            assert!(of(&pair[0])["success_fraction_std_error"].as_f64().unwrap() > 0.0);
        }
        let median = |at: &Value| at["median_step"].as_f64().unwrap();
        // twelve samples per dimension escape soon, in the theory as in the runs
        assert!(median(&pair[1]) < 30.0 && median(&pair[1]["predicted"]) < 30.0);
        assert!(
            pair[1]["predicted"]["growth_step"].as_f64()
                < pair[1]["predicted"]["median_step"].as_f64()
        );
    }
    assert_eq!(escapes[1]["escape_steps"].as_array().unwrap().len(), 4);
    assert_eq!(
        (&report["step_cap"], &report["theory_steps"]),
        (&60.into(), &60.into())
    );
    let half: Vec<f64> = (0..2)
        .map(|i| report["half"][i]["delta"].as_f64().unwrap())
        .collect();
    assert!(
        1.0 < half[0] && half[0] < half[1] && half[1] < 12.0,
        "{half:?}"
    );
    assert_eq!(report["delta_nn"][0]["steps"], 60);
    assert!(
        report["delta_nn"][0]["delta"].as_f64().unwrap() > report["delta_alg"].as_f64().unwrap()
    );
}

#[test]
fn escapes_without_theory_and_with_caps_that_grow_with_the_dimension() {
    let arguments = [
        "--delta",
        "1,12",
        "--dim",
        "40,60",
        "--steps-per-log",
        "4",
        "--runs",
        "4",
        "--until-escape",
        "0.3",
        "--no-theory",
    ];
    let report = json(&arguments);
    let cap = |i: usize| report["escape"][i]["step_cap"].as_u64().unwrap();
    // 4 ln 40 = 14.8, 4 ln 60 = 16.4
    assert_eq!([cap(0), cap(1), cap(2), cap(3)], [15, 15, 17, 17]);
    assert!(report["step_cap"].is_null());
    assert_eq!(report["theory_reason"], "--no-theory");
    let predicted = &report["escape"][0]["predicted"];
    assert!(predicted["median_step"].is_null());
    assert_eq!(predicted["median_reason"], "--no-theory");
    assert_says(
        &output(&arguments),
        &[
            "escaped",
            "delta_alg",
            "no predictions: --no-theory",
            "Wilson",
        ],
    );
}

#[test]
fn a_theory_that_ends_before_the_runs_says_so() {
    let report = json(&[&ESCAPE[..], &["--theory-steps", "5"]].concat());
    assert_eq!(report["theory_steps"], 5);
    let predicted = &report["escape"][3]["predicted"];
    for reason in [
        &predicted["success_fraction_reason"],
        &report["half"][0]["reason"],
    ] {
        assert_says(reason.as_str().unwrap(), &["5 steps only"]);
    }
    assert!(predicted["success_fraction"].is_null() && report["half"][1]["delta"].is_null());
}

#[test]
fn curves_of_two_dimensions_cross_or_say_why_not() {
    let arguments = [
        "--delta",
        "8,0.5",
        "--dim",
        "20,60",
        "--hessian-at",
        "2",
        "--runs",
        "12",
        "--crossing",
    ];
    let report = json(&arguments);
    assert_eq!(report["steps"], 2);
    let points = report["lowest"].as_array().unwrap();
    assert_eq!(points.len(), 4);
    for point in points {
        let number = |key: &str| point[key].as_f64().unwrap();
        let scaled = number("dim").cbrt() * number("overlap");
        // rounding
        assert!((number("scaled_overlap") - scaled).abs() < 1e-12);
        assert!(number("overlap") <= 1.0 && number("overlap_std_error") > 0.0);
    }
    // far below and far above the threshold of two steps, so the order turns in between
    let crossing = &report["crossings"][0];
    assert_eq!(crossing["dims"], serde_json::json!([20, 60]));
    let delta = crossing["delta"].as_f64().unwrap();
    assert!(0.5 < delta && delta < 8.0, "{report}");
    assert!(report["delta_nn"].as_f64().unwrap() > 0.5);
    let alone = [
        "--delta",
        "8",
        "--dim",
        "20",
        "--steps",
        "2",
        "--runs",
        "2",
        "--crossing",
        "--no-theory",
    ];
    let text = output(&alone);
    assert_says(
        &text,
        &["delta_NN(2)", "not known: --no-theory", "d^(1/3) overlap"],
    );
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
        &["0.3 of |W|^2", "delta_alg", "delta_NN(2)", "d = 30"],
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
            "delta_NN(2)",
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
        &["--hessian-at [1, 2]", "one step"],
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
        &["--crossing", "no hard directions"],
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
        &["--until-escape 0.5", "no hard directions"],
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
    use std::process::{Command, Stdio};
    use std::time::Duration;
    let example = cli_support::example("phase_retrieval.toml");
    let child = Command::new(assert_cmd::cargo::cargo_bin!("onset"))
        .arg("simulate")
        .arg(example)
        .args([
            "--delta", "6", "--dim", "100", "--steps", "20", "--runs", "1000000", "--json",
        ])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // a run takes milliseconds, so many are finished by then, and never all
    std::thread::sleep(Duration::from_secs(2));
    let signal = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(signal.unwrap().success());
    let outcome = child.wait_with_output().unwrap();
    assert!(outcome.status.success());
    let report: Value = serde_json::from_slice(&outcome.stdout).unwrap();
    assert_eq!(report["interrupted"], true);
    assert_eq!(report["runs_requested"], 1_000_000);
    assert!(report["runs"].as_u64().unwrap() >= 2);
}
