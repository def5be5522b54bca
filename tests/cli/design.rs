//! `onset design`: what it finds, and what it refuses.

use crate::support::{EXPERIMENT, assert_says, example, onset, output, refusal, refusal_of};
use serde_json::Value;

const WIDTH: [&str; 4] = ["design", "-", "--over", "loss.width=0.5..2"];
const SHORT: [&str; 4] = ["--restarts", "2", "--evaluations", "8"];

fn json(arguments: &[&str]) -> Value {
    let text = output(&[&WIDTH[..], arguments, &["--json"]].concat());
    assert_eq!(text.lines().count(), 1);
    serde_json::from_str(&text).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

#[test]
fn the_published_offset_of_one_quadratic_neuron_is_found() {
    let file = example("quadratic_student.toml");
    let outcome = onset()
        .args([
            "design",
            file.to_str().unwrap(),
            "--json",
            "--restarts",
            "1",
        ])
        .args(["--set", "network.readout.neurons=1"])
        .args(["--over", "loss.width=0.8..1.4"])
        .output()
        .unwrap();
    assert!(outcome.status.success());
    let report: Value = serde_json::from_slice(&outcome.stdout).unwrap();
    // arXiv:2510.18435 gives three decimals; a kink, with slopes of about 0.2 and 0.9, to a tolerance of 5e-4
    let width = number(&report["parameters"][0]["value"]);
    assert!((width - 1.109).abs() < 3e-3, "{width}");
    // above delta_alg, and below the published value at an offset of 1
    let delta = number(&report["delta_nn"]);
    assert!(delta > 0.5 && delta < 1.1349, "{delta}");
    assert!((number(&report["ratio"]) - 2.0 * delta).abs() < 1e-6);
    assert_eq!(report["converged"], false);
    let remark = report["remark"].as_str().unwrap();
    assert!(remark.contains("a single restart has nothing to agree with"));
}

#[test]
fn the_report_has_its_keys_and_its_path() {
    let report = json(&SHORT);
    for key in [
        "onset_version",
        "seed",
        "experiment",
        "steps",
        "delta_nn",
        "std_error",
        "reason",
        "edge_kind",
        "fresh_seed",
        "delta_nn_search",
        "delta_alg",
        "ratio",
        "ratio_error",
        "difference",
        "difference_error",
        "parameters",
        "converged",
        "remark",
        "restarts",
        "path",
        "settings",
    ] {
        assert!(report.get(key).is_some(), "no key `{key}`");
    }
    let path = report["path"].as_array().unwrap();
    assert_eq!(path.len(), 8);
    let least = path.iter().map(|step| number(&step["delta_nn"]));
    assert_eq!(
        least.fold(f64::INFINITY, f64::min),
        number(&report["delta_nn_search"])
    );
    // the experiment is the best network's, with the seed of the search
    let width = &report["parameters"][0]["value"];
    assert_eq!(&report["experiment"]["loss"]["width"], width);
    assert_eq!(report["experiment"]["numerics"]["seed"], 1);
    assert_ne!(report["fresh_seed"], 1);
    assert_ne!(report["delta_nn"], report["delta_nn_search"]);
    // no network gets below delta_alg
    assert!(number(&report["ratio"]) > 1.0 && number(&report["difference"]) > 0.0);
    let remark = report["remark"].as_str().unwrap();
    assert!(
        remark.contains("2 of 2 restarts used up their evaluations"),
        "{remark}"
    );
}

#[test]
fn the_picture_is_written_beside_the_table() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("path.png");
    let path_text = path.to_str().unwrap();
    let text = output(&[&WIDTH[..], &SHORT, &["--plot", path_text]].concat());
    assert_says(
        &text,
        &["loss.width", "ratio", "delta_NN / delta_alg", "used up"],
    );
    assert!(std::fs::read(&path).unwrap().starts_with(b"\x89PNG"));
    let message = refusal(&[&WIDTH[..], &["--plot", "path.eps"]].concat());
    assert_says(&message, &["--plot path.eps"]);
}

#[test]
fn threads_change_nothing_and_the_search_is_what_nn_computes() {
    let [one, two] =
        ["1", "2"].map(|threads| json(&[&SHORT[..], &["--threads", threads]].concat()));
    assert_eq!(one, two);
    let width = format!("loss.width={}", one["parameters"][0]["value"]);
    let nn = output(&["nn", "-", "--at", "0", "--json", "--set", &width]);
    let nn: Value = serde_json::from_str(&nn).unwrap();
    assert_eq!(nn["ladder"][0]["delta_nn"], one["delta_nn_search"]);
    let seed = one["fresh_seed"].to_string();
    let nn = output(&[
        "nn", "-", "--at", "0", "--json", "--set", &width, "--seed", &seed,
    ]);
    let nn: Value = serde_json::from_str(&nn).unwrap();
    assert_eq!(nn["ladder"][0]["delta_nn"], one["delta_nn"]);
}

#[test]
fn the_target_may_move_too() {
    let text = output(&[
        "design",
        "-",
        "--set",
        "target.channel=gaussian",
        "--set",
        "target.noise=0.1",
        "--over",
        "target.noise=0.1..0.5",
        "--restarts",
        "1",
        "--evaluations",
        "3",
        "--json",
    ]);
    let report: Value = serde_json::from_str(&text).unwrap();
    let noise = report["parameters"][0]["value"].to_string();
    let alg = output(&[
        "alg",
        "-",
        "--json",
        "--set",
        "target.channel=gaussian",
        "--set",
        &format!("target.noise={noise}"),
    ]);
    let alg: Value = serde_json::from_str(&alg).unwrap();
    assert_eq!(report["delta_alg"], alg["delta_alg"]);
}

#[test]
fn an_infinite_threshold_everywhere_is_a_result() {
    let curvature = ["--set", "loss.kind=square", "--set", "target.link=z1^2"];
    let base = [
        "design",
        "-",
        "--json",
        "--over",
        "training.init_std=0.5..1",
    ];
    let text = output(
        &[
            &base[..],
            &curvature,
            &["--restarts", "1", "--evaluations", "3"],
        ]
        .concat(),
    );
    let report: Value = serde_json::from_str(&text).unwrap();
    assert!(report["delta_nn"].is_null() && report["ratio"].is_null());
    let reason = report["reason"].as_str().unwrap();
    assert_says(
        reason,
        &[
            "none of 3 networks has a finite delta_NN(0)",
            "unbounded below",
        ],
    );
}

#[test]
fn bad_input_is_refused_before_anything_is_computed() {
    let design = |arguments: &[&str]| refusal(&[&["design", "-"], arguments].concat());
    for (arguments, parts) in [
        (&[][..], &["--over KEY=LO..HI is missing"][..]),
        (
            &["--over", "loss.widht=1..2"],
            &["loss.widht", "did you mean `loss.width`?"],
        ),
        (
            &["--over", "target.link=1..2"],
            &["`target.link` holds no number"],
        ),
        (
            &["--over", "loss.width=2..1"],
            &["--over loss.width=2..1", "empty"],
        ),
        (
            &["--over", "loss.width=log:0..1"],
            &["0.0 has no logarithm"],
        ),
        (&["--over", "training.steps=1..9"], &["whole numbers only"]),
        (
            &["--over", "loss.width=1..2", "--over", "loss.width=1..3"],
            &["--over loss.width is given twice"],
        ),
        (
            &["--over", "loss.width=1..2", "--over", "loss.offset=1..3"],
            &["two names of one number"],
        ),
        // pseudo-huber has no offset, and no width of zero
        (&["--over", "loss.offset=1..3"], &["loss.offset = 1.0"]),
        (
            &["--over", "loss.width=0..3"],
            &["loss.width = 0.0", "positive"],
        ),
        (
            &["--over", "training.momentum=0..1"],
            &["training.momentum = 1.0"],
        ),
        (&["--over", "loss.width=1..2", "--at", "3"], &["--at 3"]),
        (
            &["--over", "loss.width=1..2", "--restarts", "0"],
            &["--restarts 0"],
        ),
        (
            &["--over", "loss.width=1..2", "--evaluations", "8"],
            &["--evaluations 8", "at least 9"],
        ),
        (
            &["--over", "loss.width=1..2", "--tolerance", "-1"],
            &["--tolerance -1.0"],
        ),
    ] {
        assert_says(&design(arguments), parts);
    }
    let (target, _) = EXPERIMENT.split_once("[network]").unwrap();
    let arguments = [
        "design",
        "-",
        "--over",
        "target.noise=0.1..1",
        "--set",
        "target.channel=gaussian",
    ];
    assert_says(
        &refusal_of(target.as_bytes(), &arguments),
        &["section [network] is missing"],
    );
}

#[cfg(unix)]
#[test]
fn an_interruption_keeps_the_best_so_far() {
    let arguments = [
        "--set",
        "numerics.samples=4096",
        "--over",
        "loss.width=0.5..2",
        "--restarts",
        "100",
        "--evaluations",
        "1000",
    ];
    let file = "quadratic_student.toml";
    // every network here has a finite threshold
    let finished = (4, " of at most 1000");
    let (code, report) = crate::support::interrupted("TERM", finished, "design", file, &arguments);
    assert_eq!(code, Some(0));
    assert_eq!(report["interrupted"], true);
    assert_eq!(report["converged"], false);
    assert_says(report["remark"].as_str().unwrap(), &["interrupted after"]);
    // two quadratic neurons: above delta_alg, and below the 2.17 of one at an offset of 0.1
    let delta = number(&report["delta_nn"]);
    assert!(delta > 0.5 && delta < 2.0, "{delta}");
}
