//! What the tests of the command share.

// Each test binary uses its own part of these helpers.
#![allow(dead_code)]

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;

/// The experiment of examples/phase_retrieval.toml, small enough to run in a test.
pub const EXPERIMENT: &str = r#"
name = "small"
[target]
link = "1.5*tanh(z1^2 - 1)"
[network]
activation = "sqrt(1+u^2) - 1 + 0.2*u"
readout = [1.0, 0.5]
[loss]
kind = "pseudo-huber"
[training]
step_size = 0.5
init_std = 0.5
[numerics]
samples = 4096
replicates = 2
"#;

/// The binary.
pub fn onset() -> Command {
    Command::new(assert_cmd::cargo::cargo_bin!("onset"))
}

/// A file of the examples directory.
pub fn example(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(name)
}

/// Standard output of a run that has to succeed, the small experiment on standard input.
pub fn output(arguments: &[&str]) -> String {
    both_outputs(arguments).0
}

/// Standard output and standard error of a run that has to succeed, the small experiment on standard input.
pub fn both_outputs(arguments: &[&str]) -> (String, String) {
    let (result, message) = succeed(onset().args(arguments).write_stdin(EXPERIMENT));
    (String::from_utf8(result).unwrap(), message)
}

/// Standard output and standard error of a command that has to succeed.
fn succeed(command: &mut Command) -> (Vec<u8>, String) {
    let outcome = command.output().unwrap();
    let message = String::from_utf8(outcome.stderr).unwrap();
    assert!(outcome.status.success(), "{command:?}: {message}");
    (outcome.stdout, message)
}

/// Standard output of a run in a folder that has to succeed.
pub fn output_in(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    succeed(onset().current_dir(folder).args(arguments)).0
}

/// The one JSON object that standard output holds.
pub fn json(arguments: &[&str]) -> Value {
    let text = output(&[arguments, &["--json"]].concat());
    assert_eq!(text.lines().count(), 1);
    serde_json::from_str(&text).unwrap()
}

/// Runs with the small experiment on standard input; returns the message of the refusal.
pub fn refusal(arguments: &[&str]) -> String {
    refusal_of(EXPERIMENT.as_bytes(), arguments)
}

pub fn refusal_of(experiment: &[u8], arguments: &[&str]) -> String {
    let outcome = onset()
        .args(arguments)
        .write_stdin(experiment)
        .output()
        .unwrap();
    let message = String::from_utf8(outcome.stderr).unwrap();
    assert_eq!(outcome.status.code(), Some(2), "{arguments:?}: {message}");
    assert!(outcome.stdout.is_empty(), "{arguments:?} printed a result");
    assert!(message.starts_with("error: "), "{message}");
    message
}

/// The message of the refusal of one override.
pub fn set(field: &str) -> String {
    refusal(&["nn", "-", "--set", field])
}

/// Every part has to appear.
pub fn assert_says(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "`{part}` is not in: {message}");
    }
}

/// The exit code of a command without an end, and what it prints as JSON, when Ctrl-C ends it after a while.
#[cfg(unix)]
pub fn interrupted(command: &str, file: &str, arguments: &[&str]) -> (Option<i32>, Value) {
    use std::process::{Command, Stdio};
    use std::time::Duration;
    let child = Command::new(assert_cmd::cargo::cargo_bin!("onset"))
        .arg(command)
        .arg(example(file))
        .args(arguments)
        .args(["--json", "--quiet"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // the pieces take milliseconds, so some are finished by then, and never all
    std::thread::sleep(Duration::from_secs(2));
    let signal = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(signal.unwrap().success());
    let outcome = child.wait_with_output().unwrap();
    let report = serde_json::from_slice(&outcome.stdout).unwrap();
    (outcome.status.code(), report)
}
