//! Files, signals and limits: nothing is overwritten, no result is lost, and what cannot be is a sentence.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::{Command, Output};

use crate::support::{EXPERIMENT, assert_says, onset, refusal};

/// Every command that draws, on the small experiment, as short as it goes.
const DRAWING: [&[&str]; 6] = [
    &[
        "spectrum",
        "exp.svg",
        "--delta",
        "6",
        "--set",
        "numerics.samples=1024",
    ],
    &["dynamics", "exp.svg", "--delta", "6", "--steps", "1"],
    &[
        "simulate", "exp.svg", "--delta", "6", "--dim", "20", "--runs", "2", "--steps", "1",
    ],
    &[
        "validate",
        "exp.svg",
        "--delta",
        "6",
        "--dim",
        "20",
        "--runs",
        "2",
        "--steps",
        "1",
        "--no-hessian",
        "--level",
        "1e-9",
    ],
    &[
        "design",
        "exp.svg",
        "--over",
        "loss.width=0.5..2",
        "--restarts",
        "1",
        "--evaluations",
        "3",
        "--set",
        "numerics.samples=1024",
    ],
    &[
        "diagram",
        "exp.svg",
        "--x",
        "delta=1,2",
        "--set",
        "numerics.samples=1024",
    ],
];

/// A folder with the experiment in a file that a picture could be called as well.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("exp.svg"), EXPERIMENT).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let outcome = onset()
            .current_dir(self.folder.path())
            .args(arguments)
            .output();
        words(outcome.unwrap())
    }

    /// A line for the shell, where `$ONSET` is the binary.
    fn shell(&self, line: &str) -> (Option<i32>, String, String) {
        let mut shell = Command::new("sh");
        shell.args(["-c", line]).current_dir(self.folder.path());
        shell.env("ONSET", assert_cmd::cargo::cargo_bin!("onset"));
        words(shell.output().unwrap())
    }

    /// The message of a refusal that touches none of the files.
    fn refused(&self, arguments: &[&str]) -> String {
        let (code, printed, message) = self.run(arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {message}");
        assert!(printed.is_empty());
        assert_eq!(self.read("exp.svg"), EXPERIMENT, "{arguments:?}");
        message
    }
}

/// Exit code, standard output and standard error.
fn words(outcome: Output) -> (Option<i32>, String, String) {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        outcome.status.code(),
        text(outcome.stdout),
        text(outcome.stderr),
    )
}

#[test]
fn no_command_draws_over_its_experiment() {
    let place = Place::new();
    fs::create_dir(place.path("sub")).unwrap();
    symlink("exp.svg", place.path("link.svg")).unwrap();
    fs::hard_link(place.path("exp.svg"), place.path("hard.svg")).unwrap();
    let alg: &[&str] = &["alg", "exp.svg"];
    for command in DRAWING.into_iter().chain([alg]) {
        for name in ["exp.svg", "./sub/../exp.svg", "link.svg", "hard.svg"] {
            let message = place.refused(&[command, &["--plot", name]].concat());
            assert_says(
                &message,
                &["--plot", name, "would overwrite the experiment exp.svg"],
            );
        }
    }
    let standard_input = "$ONSET spectrum - --delta 6 --plot exp.svg < exp.svg";
    let (code, _, message) = place.shell(standard_input);
    assert_eq!(code, Some(2), "{message}");
    assert_says(
        &message,
        &["would overwrite the experiment on standard input"],
    );
    let standard_output = "$ONSET spectrum exp.svg --delta 6 --plot out.svg > out.svg";
    let (code, _, message) = place.shell(standard_output);
    assert_eq!(code, Some(2), "{message}");
    assert_says(
        &message,
        &["would overwrite what is printed on standard output"],
    );
}

#[test]
fn files_of_a_diagram_are_told_apart() {
    let place = Place::new();
    let diagram = DRAWING[5];
    symlink("h.csv", place.path("dangling")).unwrap();
    symlink(".", place.path("here")).unwrap();
    for (more, reason) in [
        (
            &["--plot", "p.svg", "--output", "p.svg"][..],
            "--output p.svg: it would overwrite --plot p.svg",
        ),
        (
            &["--output", "h.csv", "--journal", "./h.csv"],
            "--journal ./h.csv: it would overwrite --output h.csv",
        ),
        (
            &["--output", "dangling", "--journal", "here/h.csv"],
            "would overwrite --output dangling",
        ),
        (&["--output", "exp.svg"], "would overwrite the experiment"),
        (&["--journal", "exp.svg"], "would overwrite the experiment"),
        (
            &["--journal", "exp.svg", "--resume"],
            "would overwrite the experiment",
        ),
        (
            &["--output", "h.journal"],
            "--journal h.journal: it would overwrite --output",
        ),
    ] {
        assert_says(&place.refused(&[diagram, more].concat()), &[reason]);
    }
    assert_eq!(fs::read_dir(place.folder.path()).unwrap().count(), 3);
    assert_eq!(
        place
            .run(&[diagram, &["--journal", "m.journal"]].concat())
            .0,
        Some(0)
    );
    let journal = place.read("m.journal");
    for output in ["m.journal", "./m.journal", "here/m.journal"] {
        let message = place.refused(&["merge", "m.journal", "--output", output]);
        assert_says(&message, &["would overwrite the journal m.journal"]);
    }
    fs::write(place.path("m.svg"), &journal).unwrap();
    let message = place.refused(&["merge", "m.svg", "--plot", "./m.svg"]);
    assert_says(&message, &["would overwrite the journal m.svg"]);
    assert_eq!(place.read("m.journal"), journal);
}

/// The disk is full when the picture is written: the result is printed as if there were no picture.
#[cfg(target_os = "linux")]
#[test]
fn a_picture_that_cannot_be_written_loses_nothing() {
    let place = Place::new();
    symlink("/dev/full", place.path("full.svg")).unwrap();
    for command in DRAWING {
        let (code, printed, message) = place.run(&[command, &["--json"]].concat());
        assert_eq!(code, Some(0), "{command:?}: {message}");
        let mut drawing = [command, &["--json", "--plot", "full.svg"]].concat();
        if command[0] == "diagram" {
            drawing.extend(["--output", "cells.csv"]);
        }
        let (code, drawn, message) = place.run(&drawing);
        assert_eq!(code, Some(1), "{command:?}: {message}");
        assert_says(
            &message,
            &["error: cannot write the result: full.svg: No space left"],
        );
        assert_eq!(drawn, printed);
    }
    assert!(
        !place.path("/dev/full").is_file(),
        "the device was replaced"
    );
}

#[test]
fn links_are_written_through_and_modes_are_kept() {
    let place = Place::new();
    fs::create_dir(place.path("store")).unwrap();
    fs::write(place.path("store/real.svg"), "old").unwrap();
    fs::set_permissions(
        place.path("store/real.svg"),
        fs::Permissions::from_mode(0o600),
    )
    .unwrap();
    symlink("store/real.svg", place.path("link.svg")).unwrap();
    let (code, _, message) = place.run(&[DRAWING[0], &["--plot", "link.svg"]].concat());
    assert_eq!(code, Some(0), "{message}");
    assert!(place.path("link.svg").is_symlink());
    assert!(place.read("store/real.svg").starts_with("<svg"));
    let mode = fs::metadata(place.path("store/real.svg"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(fs::read_dir(place.path("store")).unwrap().count(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn help_that_is_not_read_is_a_failure() {
    let place = Place::new();
    for words in ["--help", "--version", "spectrum --help"] {
        let (code, _, message) = place.shell(&format!("$ONSET {words} > /dev/full"));
        assert_eq!(code, Some(1), "{words}");
        assert_says(&message, &["error: cannot write the result: No space left"]);
        let (code, printed, message) = place.shell(&format!("$ONSET {words}"));
        assert_eq!(code, Some(0));
        assert!(printed.contains("onset") && message.is_empty());
    }
}

/// A thousand stacks of 2 MB do not fit into 1.5 GB of addresses.
#[cfg(target_os = "linux")]
#[test]
fn threads_that_cannot_start_are_a_sentence() {
    let place = Place::new();
    let line = "ulimit -v 1500000; exec $ONSET alg --link z1^2 --threads 1024";
    let (code, printed, message) = place.shell(line);
    assert_eq!(code, Some(2), "{message}");
    assert!(printed.is_empty());
    assert_says(
        &message,
        &["error: --threads: the threads of the computation cannot be started"],
    );
    // without a computation no threads are needed
    let (code, _, _) = place.shell("ulimit -v 1500000; exec $ONSET links --threads 1024");
    assert_eq!(code, Some(0));
}

/// 2^28 samples of 16 neurons: 16 x 2^24 x (1 + 136 + 1) numbers of 8 bytes are 296 GB.
#[test]
fn memory_is_looked_at_before_anything_is_computed() {
    let readout = format!("network.readout={:?}", [1.0; 16]);
    let sets = [
        "--set",
        &readout,
        "--set",
        "numerics.samples=16777216",
        "--set",
        "numerics.replicates=16",
    ];
    for command in [
        &["nn", "-", "--at", "0"][..],
        &["spectrum", "-", "--delta", "6"],
        &["design", "-", "--over", "loss.width=0.5..2"],
        &["validate", "-", "--delta", "6", "--steps", "0"],
        &["diagram", "-", "--x", "delta=1,2"],
    ] {
        let message = refusal(&[command, &sets].concat());
        let parts = [
            "16 replicates of 16777216 samples with 16 neurons",
            "may be used, 0.9 of the",
            "numerics.samples",
        ];
        assert_says(&message, &parts);
    }
    let five = [
        "alg",
        "-",
        "--set",
        "target.link=z1*z2*z3*z4*z5",
        "--set",
        "numerics.samples=16777216",
    ];
    let message = refusal(&[&five[..], &["--set", "numerics.replicates=64"]].concat());
    assert_says(
        &message,
        &[
            "numerics.replicates = 64",
            "more than the 268435456 samples",
        ],
    );
}

#[test]
fn progress_reaches_logs_unless_nobody_wants_it() {
    let lines = |more: &[&str]| {
        let all = [&["dynamics", "-", "--delta", "6", "--steps", "2"][..], more].concat();
        let outcome = onset().args(all).write_stdin(EXPERIMENT).output().unwrap();
        let message = String::from_utf8(outcome.stderr).unwrap();
        message
            .lines()
            .filter(|line| line.starts_with("progress: "))
            .count()
    };
    assert!(lines(&["--progress-every", "0"]) >= 2);
    assert_eq!(lines(&["--progress-every", "0", "--quiet"]), 0);
    // what is over sooner than a line is due has none
    assert_eq!(lines(&["--progress-every", "3600"]), 0);
}
