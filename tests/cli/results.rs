//! What the commands print when all is well.

use std::process::{Command, Stdio};

use crate::support::{example, json, onset, output};
use serde_json::Value;

fn assert_keys(object: &Value, keys: &[&str]) {
    let object = object.as_object().unwrap();
    for key in keys {
        assert!(
            object.contains_key(*key),
            "no key `{key}` among {:?}",
            object.keys()
        );
    }
}

const PROVENANCE: [&str; 3] = ["onset_version", "seed", "experiment"];

#[test]
fn alg_has_the_keys_of_the_contract() {
    let report = json(&["alg", "-"]);
    let keys = [
        "delta_alg",
        "delta_alg_error",
        "delta_spec",
        "latent_dim",
        "easy_dim",
        "hard_dim",
        "easy_basis",
        "hard_basis",
        "irrelevant_dim",
        "irrelevant_basis",
        "easy_steps",
        "easy_overlap",
        "direction",
        "reason",
    ];
    assert_keys(&report, &keys);
    assert_keys(&report, &PROVENANCE);
    assert!((report["delta_alg"].as_f64().unwrap() - 0.5).abs() < 1e-6);
    assert!(report["reason"].is_null());
    assert_eq!(report["hard_dim"], 1);
}

#[test]
fn alg_tells_what_is_known_of_easy_directions() {
    let report = json(&["alg", "--link", "sign(z1) + sign(z2)"]);
    assert!((report["delta_alg"].as_f64().unwrap() - 2.052).abs() < 2e-3);
    assert_eq!(report["easy_steps"], serde_json::json!([1]));
    // twice the overlap of the committee's members, between those at delta = 1.9 (0.344) and beyond
    let overlap = report["easy_overlap"][0][0].as_f64().unwrap();
    assert!((0.68..0.75).contains(&overlap), "{overlap}");
    assert_eq!(report["direction"].as_array().unwrap().len(), 2);
    assert!(json(&["alg", "--link", "z1*z2"])["easy_overlap"].is_null());
}

#[test]
fn alg_needs_no_file() {
    let report = json(&["alg", "--link", "z1*z2"]);
    assert!((report["delta_alg"].as_f64().unwrap() - 0.59375).abs() < 1e-4);
    assert_eq!(report["direction"].as_array().unwrap().len(), 2);
    assert_eq!(report["experiment"]["target"]["link"], "z1*z2");
    // The link may begin with a sign.
    assert!(
        (json(&["alg", "--link", "-z1^2"])["delta_alg"]
            .as_f64()
            .unwrap()
            - 0.5)
            .abs()
            < 1e-6
    );
}

#[test]
fn a_missing_threshold_has_a_reason() {
    let report = json(&["alg", "--link", "sign(z1*z2*z3)"]);
    assert!(report["delta_alg"].is_null());
    assert!(report["reason"].as_str().unwrap().contains("infinite"));
    assert!(output(&["alg", "--link", "sign(z1*z2*z3)"]).contains("infinite"));
}

#[test]
fn a_zero_has_its_reason() {
    let report = json(&["alg", "--link", "z1 + z1^3"]);
    assert_eq!(report["delta_alg"], 0.0);
    assert!(report["reason"].as_str().unwrap().contains("easy"));
    let text = output(&["alg", "--link", "z1 + z1^3"]);
    let line = text.lines().find(|line| line.starts_with("delta_alg   0 "));
    assert!(
        line.is_some_and(|line| line.contains("every direction is easy")),
        "{text}"
    );
    let report = json(&["nn", "-", "--set", "target.link=tanh(z1)"]);
    assert_eq!(report["ladder"][0]["delta_nn"], 0.0);
    assert!(report["ladder"][0]["reason"].is_string());
}

#[test]
fn easy_and_hard_directions_are_printed() {
    let text = output(&["alg", "--link", "z1 + z2^2"]);
    assert!(text.contains("2 = 1 easy + 1 hard"), "{text}");
    assert!(text.contains("easy        [1.000, 0.000]"), "{text}");
    assert!(text.contains("hard        [0.000, 1.000]"), "{text}");
    assert!(text.contains("delta_alg   0.60542 +- "), "{text}");
    assert!(text.contains("overlap     [0.303]"), "{text}");
    let text = output(&["alg", "--link", "z1*z2"]);
    assert!(
        text.contains("direction   [0.707, 0.000] [0.000, 0.707]"),
        "{text}"
    );
}

#[test]
fn numbers_say_what_they_mean_and_how_sure_they_are() {
    let text = output(&["nn", "-", "--at", "0"]);
    assert!(
        text.contains("+-: three bars are the 99 percent interval of 2 replicates of 4096 samples"),
        "{text}"
    );
    assert!(
        text.contains("n/d above which the best first-order method"),
        "{text}"
    );
    let text = output(&["spectrum", "-", "--delta", "6"]);
    assert!(
        text.contains("negative: an outlier left of the bulk"),
        "{text}"
    );
    assert!(text.contains("overlap: squared part"), "{text}");
}

#[test]
fn nn_has_the_keys_of_the_contract() {
    let report = json(&["nn", "-", "--at", "0"]);
    assert_keys(&report, &["delta_alg", "ladder", "delta_nn"]);
    assert_keys(&report, &PROVENANCE);
    let ladder = report["ladder"].as_array().unwrap();
    assert_eq!(ladder.len(), 1);
    assert_keys(
        &ladder[0],
        &[
            "steps",
            "delta_nn",
            "std_error",
            "edge_kind",
            "delta_nn_effective",
            "effective_n",
            "reason",
        ],
    );
    assert_eq!(ladder[0]["steps"], 0);
    assert_eq!(ladder[0]["edge_kind"], "soft");
    assert_keys(
        &report["delta_nn"],
        &[
            "value",
            "std_error",
            "converged",
            "verdict",
            "reason",
            "time",
            "lower_bound",
            "trend",
        ],
    );
    assert!(report["delta_nn"]["value"].is_null());
    assert_eq!(report["delta_nn"]["converged"], false);
    assert_eq!(report["delta_nn"]["verdict"], "not-resolved");
    assert_eq!(ladder[0]["status"], "found");
    assert_eq!(report["smallest"]["steps"], 0);
    assert_eq!(report["interrupted"], false);
    assert!(
        report["delta_nn"]["reason"]
            .as_str()
            .unwrap()
            .contains("no trained rung")
    );
}

#[test]
fn nn_prints_a_table() {
    let text = output(&["nn", "-", "--at", "0"]);
    assert!(text.starts_with("small\n"), "{text}");
    assert!(text.contains("delta_alg    0.50000 +- "), "{text}");
    assert!(text.contains("delta_NN(0)  0."), "{text}");
    assert!(text.contains("(soft edge)"), "{text}");
}

#[test]
fn spectrum_has_the_keys_of_the_contract_and_draws() {
    let folder = tempfile::tempdir().unwrap();
    let plot = folder.path().join("spectrum.svg");
    let report = json(&[
        "spectrum",
        "-",
        "--delta",
        "6",
        "--plot",
        plot.to_str().unwrap(),
    ]);
    let keys = [
        "delta",
        "steps",
        "left_edge",
        "left_edge_kind",
        "right_edge",
        "margin",
        "outliers",
        "density",
    ];
    assert_keys(&report, &keys);
    assert_keys(&report, &PROVENANCE);
    let effective = [
        "left_edge_effective",
        "right_edge_effective",
        "margin_effective",
        "effective_n",
        "outliers_effective",
        "atom",
    ];
    assert_keys(&report, &effective);
    for outlier in report["outliers"].as_array().unwrap() {
        assert_keys(outlier, &["value", "overlap", "neurons", "latent"]);
        for error in ["value_error", "overlap_error"] {
            let error = outlier[error].as_f64().unwrap();
            assert!(error > 0.0 && error < 0.1, "{outlier}");
        }
    }
    assert_eq!(report["outliers"].as_array().unwrap().len(), 2);
    assert_eq!(report["density"][0].as_array().unwrap().len(), 2);
    let picture = std::fs::read_to_string(&plot).unwrap();
    assert!(picture.contains("δ = 6, T = 0"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn results_depend_on_the_seed_and_not_on_the_threads() {
    let draft = ["nn", "-", "--draft", "--dim", "none", "--json", "--threads"];
    let nn = |n| output(&[&draft[..], &[n]].concat());
    assert_eq!(nn("1"), nn("2"));
    let spectrum = |n| output(&["spectrum", "-", "--delta", "6", "--json", "--threads", n]);
    assert_eq!(spectrum("1"), spectrum("2"));
    assert_eq!(
        json(&[
            "nn",
            "-",
            "--at",
            "0",
            "--seed",
            "5",
            "--set",
            "numerics.seed=6"
        ])["seed"],
        5
    );
}

#[test]
fn links_are_listed() {
    let report = json(&["links"]);
    assert_eq!(report["onset_version"], env!("CARGO_PKG_VERSION"));
    let links = report["links"].as_array().unwrap();
    assert!(!links.is_empty());
    let table = output(&["links"]);
    for link in links {
        assert_keys(link, &["name", "expression", "about"]);
        assert!(table.contains(link["name"].as_str().unwrap()));
    }
}

#[test]
fn show_prints_an_experiment_that_loads_to_itself() {
    let set = [
        "--set",
        "network.readout={kind=\"rademacher\", neurons=6}",
        "--set",
        "network.scale=1/sqrt(m)",
    ];
    let first = output(&[&["show", "-"], &set[..], &["--seed", "7"]].concat());
    assert!(first.starts_with("# fingerprint "));
    let second = onset()
        .args(["show", "-"])
        .write_stdin(first.clone())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(second.stdout).unwrap(), first);
    let report = json(&["show", "-"]);
    assert_keys(&report, &["fingerprint"]);
    assert_keys(&report, &PROVENANCE);
    assert_eq!(report["experiment"]["numerics"]["samples"], 4096);
}

#[test]
fn examples_are_good_experiments() {
    for entry in std::fs::read_dir(example("")).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            onset().arg("show").arg(&path).assert().success();
        }
    }
}

#[test]
fn help_has_an_example_for_every_command() {
    for command in [
        "alg", "nn", "spectrum", "dynamics", "simulate", "links", "show",
    ] {
        let help = output(&[command, "--help"]);
        assert!(
            help.contains(&format!("onset {command}")) && help.contains("Example"),
            "{help}"
        );
    }
    assert_eq!(
        output(&["--version"]).trim(),
        concat!("onset ", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("onset"))
        .arg("links")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Closed before anything can be written.
    drop(child.stdout.take());
    let outcome = child.wait_with_output().unwrap();
    assert!(outcome.status.success());
    assert!(
        outcome.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&outcome.stderr)
    );
}

#[test]
fn the_seed_of_the_samples_leaves_the_network_alone() {
    let readout = |more: &[&str]| {
        let drawn = [
            "show",
            "-",
            "--set",
            "network.readout={kind=\"rademacher\", neurons=12}",
        ];
        json(&[&drawn[..], more].concat())["experiment"]["network"]["readout"].clone()
    };
    let first = readout(&[]);
    assert_eq!(readout(&["--seed", "5"]), first);
    assert_ne!(readout(&["--set", "network.readout.seed=5"]), first);
    let (_, message) = crate::support::both_outputs(&[
        "show",
        "-",
        "--set",
        "network.readout={kind=\"rademacher\", neurons=12}",
    ]);
    let signs = message.trim().rsplit(' ').next().unwrap();
    let signs: Vec<f64> = signs
        .chars()
        .map(|c| if c == '+' { 1.0 } else { -1.0 })
        .collect();
    assert_eq!(serde_json::json!(signs), first, "{message}");
}

/// A network whose curvature is unbounded: the table says so once, and what can be done.
#[test]
fn an_unbounded_curvature_is_explained_once() {
    let sets = [
        "--set",
        "target.link=z1^2",
        "--set",
        "network.activation=sqrt(1+u^2) - 1",
        "--set",
        "numerics.samples=1024",
    ];
    let at = [
        "--set",
        "training.steps=2",
        "--set",
        "training.step_size=0.1",
        "--at",
        "0,1,2",
    ];
    let text = output(&[&["nn", "-", "--set", "loss.kind=square"], &sets[..], &at].concat());
    let count = |part: &str| text.matches(part).count();
    assert_eq!(count("unbounded below"), 1, "{text}");
    // at T = 1 and 2
    assert!(count("infinite, for the same reason") >= 2, "{text}");
    assert_eq!(count("--set loss.kind=pseudo-huber"), 1, "{text}");
}
