//! `onset diagram` as a user runs it: numbers, outputs, and what is refused.

use std::fs;
use std::path::Path;

use crate::support::{EXPERIMENT, assert_says, json, onset, output, refusal};
use serde_json::Value;

/// A small diagram of the margin, with a phase boundary in it.
const SMALL: [&str; 6] = [
    "diagram",
    "-",
    "--x",
    "delta=0.6..2:4",
    "--y",
    "training.init_std=0.3,0.6",
];

/// The lines of a CSV text below its names.
fn rows(csv: &str) -> Vec<Vec<String>> {
    let lines = csv.lines().skip(1);
    lines
        .map(|line| line.splitn(6, ',').map(str::to_owned).collect())
        .collect()
}

fn number(text: &str) -> f64 {
    text.parse().unwrap()
}

/// Every cell of the margin is the number of `onset spectrum` at the same place.
#[test]
fn cells_are_what_single_commands_print() {
    let rows = rows(&output(&SMALL));
    assert_eq!(rows.len(), 8);
    let row = &rows[6];
    assert_eq!(row[1], "0.6");
    let set = ["--set", "training.init_std=0.6"];
    let single = json(&[&["spectrum", "-", "--delta", &row[0]][..], &set].concat());
    // the same equations on the same samples
    assert!((number(&row[2]) - single["margin"].as_f64().unwrap()).abs() < 1e-9);
    assert!((number(&row[3]) - single["margin_error"].as_f64().unwrap()).abs() < 1e-9);
    assert_eq!(row[4], "value");
}

/// All quantities over one axis, each beside the command that computes one of them.
#[test]
fn curves_of_every_quantity() {
    let curve = |more: &[&str]| json(&[&["diagram", "-"][..], more].concat());
    let value = |curve: &Value, cell: usize| curve["cells"][cell]["value"].as_f64();

    let alg = curve(&[
        "--x",
        "target.noise=0.1,1",
        "--quantity",
        "delta_alg",
        "--set",
        "target.channel=gaussian",
        "--set",
        "target.link=z1^2",
    ]);
    // 1708.05932: 0.50209 and 0.64659
    assert!((value(&alg, 0).unwrap() - 0.50209).abs() < 1e-5, "{alg}");
    assert!((value(&alg, 1).unwrap() - 0.64659).abs() < 1e-5);

    let nn = curve(&["--x", "training.init_std=0.5,0.7", "--quantity", "delta_nn"]);
    let single = json(&["nn", "-", "--at", "0", "--set", "training.init_std=0.7"]);
    let rung = single["ladder"][0]["delta_nn"].as_f64().unwrap();
    assert!((value(&nn, 1).unwrap() - rung).abs() < 1e-9, "{nn}");

    let overlap = curve(&["--x", "delta=0.7,6", "--quantity", "overlap"]);
    assert_eq!(overlap["cells"][0]["status"], "absent");
    assert!(
        overlap["cells"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("no negative outlier")
    );
    // the independent implementation: .786 at n/d = 6; 4096 samples leave half a percent
    assert!(
        (value(&overlap, 1).unwrap() - 0.786).abs() < 0.01,
        "{overlap}"
    );
    let outlier = curve(&["--x", "delta=0.7,6", "--quantity", "outlier"]);
    assert!(
        (value(&outlier, 1).unwrap() + 0.364).abs() < 0.01,
        "{outlier}"
    );

    let escape = curve(&[
        "--x",
        "dim=100,1000",
        "--quantity",
        "escape_time",
        "--delta",
        "6",
        "--steps",
        "25",
    ]);
    let single = json(&[
        "dynamics", "-", "--delta", "6", "--dim", "1000", "--steps", "25",
    ]);
    let steps = single["escape"]["median_steps"].as_f64().unwrap();
    assert!(
        (value(&escape, 1).unwrap() - steps).abs() < 1e-9,
        "{escape}"
    );
    assert!(value(&escape, 0) < value(&escape, 1));

    let success = curve(&[
        "--x",
        "delta=2,12",
        "--quantity",
        "success_fraction",
        "--dim",
        "60",
        "--steps",
        "60",
        "--runs",
        "4",
    ]);
    let single = json(&[
        "simulate",
        "-",
        "--delta",
        "12",
        "--dim",
        "60",
        "--steps",
        "60",
        "--runs",
        "4",
        "--until-escape",
        "0.1",
    ]);
    let fraction = single["escape"][0]["success_fraction"].as_f64().unwrap();
    assert_eq!(value(&success, 1), Some(fraction), "{success} {single}");
}

/// The Hessian after training, by an axis over the steps and by --at.
#[test]
fn the_step_is_an_axis_or_an_option() {
    let over = json(&["diagram", "-", "--x", "training.steps=0,4", "--delta", "3"]);
    let at = json(&[
        "diagram", "-", "--x", "delta=3", "--steps", "4", "--at", "4",
    ]);
    assert_eq!(over["cells"][1]["value"], at["cells"][0]["value"]);
    let start = json(&["diagram", "-", "--x", "delta=3"]);
    assert_eq!(over["cells"][0]["value"], start["cells"][0]["value"]);
    assert_eq!(start["options"]["at"], 0);
    assert!(over["options"].get("at").is_none());
}

#[test]
fn the_file_and_standard_output_hold_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    let text = output(&[&SMALL[..], &["--output", path.to_str().unwrap()]].concat());
    assert!(text.contains("8: 8 with a value"), "{text}");
    assert_eq!(fs::read_to_string(&path).unwrap(), output(&SMALL));
    // and beside it stands all of the result; the journal of a finished diagram is gone
    let mut names: Vec<String> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["a.csv", "a.json"]);
}

/// The JSON of a diagram is an experiment that gives the same cells.
#[test]
fn a_result_can_be_computed_again() {
    let seeded = [&SMALL[..], &["--seed", "5"]].concat();
    let result = output(&[&seeded[..], &["--json"]].concat());
    let outcome = onset().args(SMALL).write_stdin(result).output().unwrap();
    assert_eq!(String::from_utf8(outcome.stdout).unwrap(), output(&seeded));
}

#[test]
fn a_finished_diagram_is_shown_again_and_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let table = path("a.csv");
    let small = [&SMALL[..], &["--output", table.to_str().unwrap()]].concat();
    let first = output(&small);
    // a cell that no computation gives shows that nothing is computed
    let stored = fs::read_to_string(path("a.json")).unwrap();
    let mut marked: Value = serde_json::from_str(&stored).unwrap();
    marked["cells"][0]["value"] = 7.5.into();
    fs::write(path("a.json"), marked.to_string()).unwrap();
    let plot = path("a.svg");
    let again = output(&[&small[..], &["--plot", plot.to_str().unwrap()]].concat());
    assert!(again.contains("to 7.500"), "{again}");
    assert!(fs::read_to_string(&table).unwrap().contains(",7.5,"));
    assert!(plot.exists());
    // another diagram is another computation
    let other = output(&[&small[..], &["--seed", "2"]].concat());
    assert!(!other.contains("to 7.500"), "{other}");
    fs::remove_file(path("a.json")).unwrap();
    assert_eq!(output(&small), first);
}

#[test]
fn failed_cells_are_recorded_and_the_others_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    let outcome = onset()
        .args([
            "diagram",
            "-",
            "--x",
            "training.step_size=0.5,1e12",
            "--delta",
            "3",
        ])
        .args([
            "--steps",
            "6",
            "--at",
            "6",
            "--output",
            path.to_str().unwrap(),
        ])
        .write_stdin(EXPERIMENT)
        .output()
        .unwrap();
    assert_eq!(outcome.status.code(), Some(1));
    let message = String::from_utf8(outcome.stderr).unwrap();
    assert_says(
        &message,
        &[
            "1 of 2 cells failed",
            "cell 1 (training.step_size = 1000000000000)",
            "diverges",
        ],
    );
    let rows = rows(&fs::read_to_string(&path).unwrap());
    assert_eq!(
        (rows[0][3].as_str(), rows[1][3].as_str()),
        ("value", "failed")
    );
    assert!(rows[1][4].contains("diverges"), "{rows:?}");
}

#[test]
fn bad_requests_are_refused_by_name() {
    let refused = |more: &[&str]| refusal(&[&["diagram", "-"][..], more].concat());
    let x = ["--x", "delta=1..2:2"];
    let with = |more: &[&str]| refused(&[&x[..], more].concat());
    assert_says(
        &refused(&["--x", "delta=2..1:3"]),
        &["--x delta=2..1:3", "LO has to be below HI"],
    );
    assert_says(&refused(&["--x", "delta=1..2:0"]), &["--x delta=1..2:0"]);
    assert_says(
        &with(&["--y", "training.init_sdt=1..2:2"]),
        &["--y", "training.init_std"],
    );
    assert_says(&with(&["--y", "target.link=1..2:2"]), &["holds no number"]);
    assert_says(
        &with(&["--y", "delta=1..2:2"]),
        &["--x and --y are both over delta"],
    );
    assert_says(
        &with(&["--quantity", "delta_nn"]),
        &["delta_nn does not depend on it"],
    );
    assert_says(
        &with(&["--quantity", "dleta_nn"]),
        &["dleta_nn", "escape_time"],
    );
    assert_says(
        &with(&["--quantity", "escape_time"]),
        &["escape_time needs --dim"],
    );
    assert_says(
        &with(&["--delta", "3"]),
        &["--delta: an axis gives it already"],
    );
    assert_says(
        &with(&["--runs", "3"]),
        &["--runs: margin does not depend on it"],
    );
    assert_says(&with(&["--at", "7"]), &["--at 7", "training.steps = 0"]);
    assert_says(
        &refused(&["--x", "training.init_std=0.1,0.5"]),
        &["margin needs --delta"],
    );
    assert_says(
        &refused(&["--x", "delta=-1..1:3"]),
        &["cell 0 (delta = -1)"],
    );
    assert_says(&with(&["--resume"]), &["--resume: there is no journal"]);
    let place = "no/such/a.csv";
    assert_says(
        &with(&["--output", place]),
        &["--output", place, "there is no directory"],
    );
}

/// The experiment of every cell is resolved before anything is computed; the first one that cannot be used is named.
#[test]
fn an_invalid_experiment_at_one_cell_is_refused_beforehand() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    let message = refusal(&[
        "diagram",
        "-",
        "--x",
        "delta=1..2:3",
        "--y",
        "training.momentum=0.5,1,2",
        "--output",
        path.to_str().unwrap(),
    ]);
    assert_says(
        &message,
        &[
            "cell 3 (delta = 1, training.momentum = 1)",
            "momentum lies in [0, 1)",
        ],
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    let message = refusal(&[
        "diagram",
        "-",
        "--x",
        "training.steps=0,1.5",
        "--delta",
        "2",
    ]);
    assert_says(&message, &["cell 1 (training.steps = 1.5)", "whole number"]);
    let message = refusal(&[
        "diagram",
        "-",
        "--x",
        "delta=0.01,6",
        "--dim",
        "60",
        "--quantity",
        "success_fraction",
    ]);
    assert_says(
        &message,
        &["cell 0 (delta = 0.01)", "at least two are needed"],
    );
}

/// A full disk is said, and what is in the journal stays.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("a.journal");
    let run = |more: &[&str]| {
        let outcome = onset()
            .args(SMALL)
            .args(more)
            .write_stdin(EXPERIMENT)
            .output()
            .unwrap();
        let message = String::from_utf8(outcome.stderr).unwrap();
        (outcome.status.code(), message, outcome.stdout)
    };
    let (code, message, printed) = run(&["--journal", "/dev/full"]);
    assert_eq!(code, Some(1));
    assert_says(&message, &["/dev/full", "No space left"]);
    assert!(printed.is_empty());
    let path = journal.to_str().unwrap();
    let (code, message, _) = run(&["--output", "/dev/full", "--journal", path]);
    assert_eq!(code, Some(1));
    assert_says(&message, &["/dev/full", "No space left"]);
    assert!(!Path::new("/dev/full").is_file(), "the device was replaced");
    // every cell is in the journal, and the next run only writes them out
    let (code, message, printed) = run(&["--journal", path, "--resume"]);
    assert_eq!(code, Some(0));
    assert_says(&message, &["8 cells are in the journal, 0 are still"]);
    assert_eq!(String::from_utf8(printed).unwrap(), output(&SMALL));
}

/// The end of training is asked for by name, here and where an answer says when it was.
#[test]
fn a_diagram_of_the_end_of_training() {
    // decay enough for the end to be stable whatever the samples: at 0.1 a third of the seeds end marginally
    let set = ["--set", "training.weight_decay=0.3"];
    let place = ["diagram", "-", "--x", "delta=8", "--at", "end"];
    let outlier = ["--quantity", "outlier"];
    let report = json(&[&place[..], &outlier, &set].concat());
    assert_eq!(report["options"]["at"], "end", "{report}");
    let single = ["spectrum", "-", "--delta", "8", "--at", "end"];
    let single = json(&[&single[..], &set].concat());
    assert_eq!(single["ending"]["kind"], "static");
    assert!(single["steps"].is_null());
    // the same equations on the same samples
    let found = report["cells"][0]["value"].as_f64().unwrap();
    let expected = single["outliers"][0]["value"].as_f64().unwrap();
    assert!((found - expected).abs() < 1e-9, "{found} and {expected}");
    let refused = refusal(&["diagram", "-", "--x", "delta=2,8", "--at", "ende"]);
    assert_says(&refused, &["--at", "expected a number of steps, or end"]);
}
