//! `onset simulate --until-escape` and `--crossing` as a user runs them.

use crate::support::assert_says;
use serde_json::Value;

fn output(arguments: &[&str]) -> String {
    crate::support::output(&[&["simulate", "-"], arguments].concat())
}

fn json(arguments: &[&str]) -> Value {
    crate::support::json(&[&["simulate", "-"], arguments].concat())
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

/// An easy direction that a symmetry hides from the network has to wait like a hard one: `simulate` and `diagram` agree, and the
/// runs are predicted although no outlier leaves a bulk that has no edge.
#[test]
fn a_hidden_direction_is_waited_for() {
    let hidden = [
        "--set",
        "target.link=z1 + 0.5*z1^2",
        "--set",
        "network.activation=sqrt(1+u^2) - 1",
        "--set",
        "loss.kind=square",
        "--dim",
        "60",
        "--steps",
        "60",
        "--runs",
        "8",
    ];
    let simulated = json(&[&hidden[..], &["--delta", "12", "--until-escape", "0.1"]].concat());
    let escape = &simulated["escape"][0];
    let reason = simulated["delta_nn"][0]["reason"].as_str().unwrap();
    assert_says(reason, &["infinite", "unbounded below"]);
    let fraction = |of: &Value| of["success_fraction"].as_f64().unwrap();
    // the theory says .99, and of eight runs one may miss
    assert!(fraction(&escape["predicted"]) > 0.97, "{simulated}");
    assert!(fraction(escape) >= 0.875, "{simulated}");
    let quantity = [
        "diagram",
        "-",
        "--x",
        "delta=12",
        "--quantity",
        "success_fraction",
    ];
    let diagram = crate::support::json(&[&quantity[..], &hidden].concat());
    assert_eq!(diagram["cells"][0]["value"], escape["success_fraction"]);

    // the odd part of the activation shows it, and nothing is left to wait for
    let seen = [
        "--set",
        "network.activation=tanh(u) + u^2/10",
        "--set",
        "target.link=z1",
    ];
    let diagram = crate::support::json(&[&quantity[..], &hidden, &seen].concat());
    let reason = diagram["cells"][0]["reason"].as_str().unwrap();
    assert_says(reason, &["no direction is hard"]);
}
