//! What the tests of the command share.

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

/// A command under way that tells its progress with every report.
#[cfg(unix)]
pub struct Running {
    child: std::process::Child,
    messages: std::io::BufReader<std::process::ChildStderr>,
}

#[cfg(unix)]
impl Running {
    /// Starts the binary in a folder.
    pub fn start(folder: &Path, arguments: &[&str]) -> Self {
        use std::process::{Command, Stdio};
        let mut child = Command::new(assert_cmd::cargo::cargo_bin!("onset"))
            .current_dir(folder)
            .args(arguments)
            .args(["--progress-every", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let messages = std::io::BufReader::new(child.stderr.take().unwrap());
        Self { child, messages }
    }

    /// Waits for a line of progress in which `what` is preceded by `least` or a larger number, as in "3 of 8 runs". Returns
    /// whether there was one before the end.
    pub fn wait_for(&mut self, least: u64, what: &str) -> bool {
        use std::io::BufRead;
        let mut line = String::new();
        while self.messages.read_line(&mut line).unwrap() > 0 {
            let before = line.split(what).next().filter(|before| *before != line);
            let number = before.and_then(|before| before.rsplit(' ').next());
            let number = number.and_then(|number| number.parse::<u64>().ok());
            if number.is_some_and(|number| number >= least) {
                return true;
            }
            line.clear();
        }
        false
    }

    /// Waits for a line that begins so. Returns whether there was one before the end.
    pub fn wait_for_line(&mut self, beginning: &str) -> bool {
        use std::io::BufRead;
        let mut line = String::new();
        while self.messages.read_line(&mut line).unwrap() > 0 {
            if line.starts_with(beginning) {
                return true;
            }
            line.clear();
        }
        false
    }

    /// Sends a signal, `INT`, `TERM` or `KILL`, and waits for the end. Standard error holds what was not read yet.
    pub fn end(mut self, signal: &str) -> std::process::Output {
        use std::io::Read;
        let id = self.child.id().to_string();
        let signal = format!("-{signal}");
        let send = || {
            let mut kill = std::process::Command::new("kill");
            kill.args([&signal, &id]).status().unwrap()
        };
        assert!(send().success());
        if signal == "-TERM" {
            // as timeout does, to the process and to its group; the command may be gone by then
            send();
        }
        // both pipes have to be emptied, or the command waits for us
        let messages = std::thread::spawn(move || {
            let mut rest = Vec::new();
            self.messages.read_to_end(&mut rest).unwrap();
            rest
        });
        let mut outcome = self.child.wait_with_output().unwrap();
        outcome.stderr = messages.join().unwrap();
        outcome
    }
}

/// The exit code of a command without an end, and what it prints as JSON, when the signal ends it once a line of progress
/// has `least` before `what`.
#[cfg(unix)]
pub fn interrupted(
    signal: &str,
    (least, what): (u64, &str),
    command: &str,
    file: &str,
    arguments: &[&str],
) -> (Option<i32>, Value) {
    let file = example(file);
    let all = [&[command, file.to_str().unwrap(), "--json"], arguments].concat();
    let mut running = Running::start(Path::new("."), &all);
    assert!(running.wait_for(least, what), "{command} ended by itself");
    let outcome = running.end(signal);
    let report = serde_json::from_slice(&outcome.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&outcome.stderr)));
    (outcome.status.code(), report)
}
