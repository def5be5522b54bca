//! What a first hour with the program meets: a file to begin with, help by topic, completions, the manual page, results read
//! like files.

use std::fs;

use crate::support::{assert_says, json, onset, output, refusal};

#[test]
fn a_new_file_runs_and_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.toml");
    let file = path.to_str().unwrap();
    assert!(output(&["init", file]).contains("onset nn"));
    assert_eq!(fs::read_to_string(&path).unwrap(), output(&["init"]));
    let answer = json(&["alg", file]);
    assert!((answer["delta_alg"].as_f64().unwrap() - 0.5).abs() < 1e-8);
    fs::write(&path, "my own").unwrap();
    assert_says(&refusal(&["init", file]), &["mine.toml", "there already"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), "my own");
}

#[test]
fn help_knows_topics_and_commands() {
    assert!(output(&["help", "experiment"]).contains("weight_decay"));
    assert!(output(&["help", "thresholds"]).contains("delta_spec"));
    assert!(output(&["help", "nn"]).contains("--most-samples"));
    assert!(output(&["help"]).contains("completions"));
    assert_says(
        &refusal(&["help", "thresh"]),
        &["thresh", "thresholds", "spectrum"],
    );
}

#[test]
fn a_call_that_lacks_something_is_shown_how() {
    for (call, example) in [
        (
            &["spectrum", "mine.toml"][..],
            "phase_retrieval.toml --delta 6",
        ),
        (&["--json", "alg"], "onset alg --link 'z1*z2'"),
        (&["diagram", "mine.toml"], "--x delta="),
    ] {
        assert_says(&refusal(call), &["required", "Examples:", example]);
    }
}

#[test]
fn completions_and_manual_name_commands_and_options() {
    for shell in ["bash", "zsh", "fish"] {
        let script = output(&["completions", shell]);
        assert!(
            script.contains("most-samples") && script.contains("spectrum"),
            "{shell}"
        );
    }
    assert_says(&refusal(&["completions", "csh"]), &["csh", "fish"]);
    assert!(output(&["man"]).contains(".TH onset 1"));
    assert!(output(&["man", "nn"]).contains(".TH onset-nn 1"));
    assert_says(&refusal(&["man", "nnn"]), &["nnn"]);
}

#[test]
fn a_result_is_read_like_the_file_it_is_of() {
    let of_file = output(&["alg", "-", "--json"]);
    let again = onset()
        .args(["alg", "-", "--json"])
        .write_stdin(of_file.clone())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(again.stdout).unwrap(), of_file);
}

#[test]
fn other_json_is_refused_with_a_reason() {
    for (text, reason) in [
        ("{\"link\": 1}", "without the key `experiment`"),
        ("{\"experiment\": ", "it begins as JSON, but"),
        ("{\"experiment\": 3}", "no experiment"),
        (
            "{\"experiment\": {\"target\": {\"lnk\": \"z1\"}}}",
            "did you mean `target.link`?",
        ),
    ] {
        let outcome = onset()
            .args(["alg", "-"])
            .write_stdin(text)
            .output()
            .unwrap();
        assert_eq!(outcome.status.code(), Some(2), "{text}");
        assert_says(&String::from_utf8(outcome.stderr).unwrap(), &[reason]);
    }
}

#[test]
fn tables_fit_a_terminal() {
    let wide = [
        &[
            "nn",
            "-",
            "--at",
            "0,2",
            "--dim",
            "100",
            "--set",
            "training.steps=2",
        ][..],
        &["alg", "--link", "sign(z1) + sign(z2)"],
        &["spectrum", "-", "--delta", "6"],
        &[
            "dynamics", "-", "--delta", "6", "--steps", "3", "--dim", "100",
        ],
        &["links"],
    ];
    for arguments in wide {
        let text = output(arguments);
        let longest = text.lines().map(|line| line.chars().count()).max();
        assert!(longest <= Some(100), "{text}");
    }
}
