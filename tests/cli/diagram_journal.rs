//! `onset diagram` killed and resumed, on any number of threads, in parts: the result is the same to the last byte.

use std::fs;
use std::path::PathBuf;

#[cfg(unix)]
use crate::support::Running;
use crate::support::{EXPERIMENT, assert_says, onset};

const AXES: [&str; 6] = [
    "--x",
    "delta=0.6..3:8",
    "--y",
    "training.init_std=0.2..0.9:5",
    "--set",
    "numerics.samples=256",
];
const CELLS: usize = 40;

/// A folder with the experiment in a file.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("small.toml"), EXPERIMENT).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// Runs `onset diagram` on the small experiment; exit code and standard error.
    fn diagram(&self, more: &[&str]) -> (Option<i32>, String) {
        self.run(&[&["diagram", "small.toml"][..], &AXES, more].concat())
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let outcome = onset()
            .current_dir(self.folder.path())
            .args(arguments)
            .output()
            .unwrap();
        (
            outcome.status.code(),
            String::from_utf8(outcome.stderr).unwrap(),
        )
    }

    /// A whole run without interruption, whose journal is asked for.
    fn whole(&self, name: &str) -> Vec<u8> {
        let journal = name.replace(".csv", ".journal");
        let files = ["--output", name, "--journal", &journal];
        assert_eq!(self.diagram(&files).0, Some(0));
        self.read(name)
    }

    /// Leaves of a result the journal only.
    fn forget(&self, name: &str) {
        fs::remove_file(self.path(name)).unwrap();
        fs::remove_file(self.path(&name.replace(".csv", ".json"))).unwrap();
    }

    /// Starts a run and kills it once `cells` of the cells that are left are finished.
    #[cfg(unix)]
    fn kill_after(&self, cells: u64, more: &[&str]) {
        let all = [&["diagram", "small.toml"][..], &AXES, more].concat();
        let mut running = Running::start(self.folder.path(), &all);
        assert!(running.wait_for(cells, " of "), "it ended by itself");
        running.end("KILL");
    }
}

fn lines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|b| **b == b'\n').count()
}

#[cfg(unix)]
#[test]
fn killed_and_resumed_is_as_uninterrupted() {
    let place = Place::new();
    // cells that take long enough to be interrupted
    let slow = ["--set", "numerics.samples=8192"];
    let (code, message) = place.diagram(&[&slow[..], &["--output", "whole.csv"]].concat());
    assert_eq!(code, Some(0), "{message}");
    let whole = place.read("whole.csv");
    let resume = [&slow[..], &["--output", "a.csv", "--resume"]].concat();
    // killed three times at different places, the second time after a resumption
    for cells in [1, 8, 9] {
        place.kill_after(cells, &resume);
        assert!(!place.path("a.csv").exists());
        assert!(lines(&place.read("a.journal")) <= CELLS);
    }
    let held = lines(&place.read("a.journal")) - 1;
    let (code, message) = place.diagram(&resume);
    assert_eq!(code, Some(0), "{message}");
    assert_says(&message, &[&format!("{held} cells are in the journal")]);
    assert_eq!(place.read("a.csv"), whole);
    // what is finished needs no journal
    assert!(!place.path("a.journal").exists());
}

#[test]
fn one_thread_and_two_give_the_same_bytes() {
    let place = Place::new();
    // sums over more than one block
    let blocks = ["--set", "numerics.samples=2048"];
    for threads in ["1", "2"] {
        let name = format!("{threads}.csv");
        let own = ["--output", &name, "--threads", threads];
        let (code, message) = place.diagram(&[&blocks[..], &own].concat());
        assert_eq!(code, Some(0), "{message}");
    }
    assert_eq!(place.read("1.csv"), place.read("2.csv"));
}

#[test]
fn an_unfinished_line_is_dropped_and_said() {
    let place = Place::new();
    let whole = place.whole("a.csv");
    let journal = place.read("a.journal");
    let cut = journal.len() - 17;
    fs::write(place.path("a.journal"), &journal[..cut]).unwrap();
    place.forget("a.csv");
    let (code, message) = place.diagram(&["--output", "a.csv", "--resume"]);
    assert_eq!(code, Some(0), "{message}");
    assert_says(
        &message,
        &[
            "the last line is unfinished",
            "39 cells are in the journal, 1 are",
        ],
    );
    assert_eq!(place.read("a.csv"), whole);
}

#[test]
fn a_corrupted_line_and_another_experiment_are_refused() {
    let place = Place::new();
    place.whole("a.csv");
    let journal = String::from_utf8(place.read("a.journal")).unwrap();
    let other = place.diagram(&[
        "--output",
        "a.csv",
        "--resume",
        "--set",
        "training.step_size=0.3",
    ]);
    assert_eq!(other.0, Some(2));
    assert_says(
        &other.1,
        &[
            "a.journal",
            "experiment.training.step_size is 0.5 there and 0.3 here",
        ],
    );
    let other = place.diagram(&["--output", "a.csv", "--resume", "--quantity", "overlap"]);
    assert_says(
        &other.1,
        &["quantity is \"margin\" there and \"overlap\" here"],
    );
    place.forget("a.csv");
    // a whole journal is a finished diagram, to be shown again; one that is not whole is not to be lost
    let files = ["--output", "a.csv", "--journal", "a.journal"];
    assert_eq!(place.diagram(&files).0, Some(0));
    assert_eq!(place.read("a.journal"), journal.as_bytes());
    place.forget("a.csv");
    let end = journal.trim_end().rfind('\n').unwrap() + 1;
    fs::write(place.path("a.journal"), &journal[..end]).unwrap();
    let unfinished = place.diagram(&files);
    assert_eq!(unfinished.0, Some(2));
    assert_says(&unfinished.1, &["a.journal", "--resume"]);
    let line = journal.lines().nth(7).unwrap();
    let broken = journal.replace(line, &line.replace(':', ";"));
    fs::write(place.path("a.journal"), &broken).unwrap();
    let (code, message) = place.diagram(&["--output", "a.csv", "--resume"]);
    assert_eq!(code, Some(2));
    assert_says(
        &message,
        &["line 8 is corrupted", &line.replace(':', ";")[..40]],
    );
    assert_eq!(place.read("a.journal"), broken.into_bytes());
}

#[test]
fn parts_merge_to_the_bytes_of_one_process() {
    let place = Place::new();
    let whole = place.whole("whole.csv");
    // whole rows to each of 3, and single cells to each of 7
    for count in [3, 7] {
        let names: Vec<String> = (0..count)
            .map(|i| format!("{i}-of-{count}.journal"))
            .collect();
        for (i, name) in names.iter().enumerate() {
            let shard = format!("{i}/{count}");
            let (code, message) =
                place.diagram(&["--shard", &shard, "--journal", name, "--resume"]);
            assert_eq!(code, Some(0), "{message}");
        }
        let reversed: Vec<&str> = names.iter().rev().map(String::as_str).collect();
        let merged = format!("{count}.csv");
        let (code, message) =
            place.run(&[&["merge"][..], &reversed, &["--output", &merged]].concat());
        assert_eq!(code, Some(0), "{message}");
        assert_eq!(place.read(&merged), whole);
    }
}

#[test]
fn parts_that_do_not_fit_are_refused() {
    let place = Place::new();
    for (shard, name) in [("0/2", "0"), ("1/2", "1"), ("0/3", "third")] {
        place.diagram(&["--shard", shard, "--journal", name]);
    }
    place.diagram(&[
        "--shard",
        "1/2",
        "--journal",
        "other",
        "--set",
        "numerics.samples=2048",
    ]);
    let refused = |journals: &[&str]| {
        let (code, message) =
            place.run(&[&["merge"][..], journals, &["--output", "m.csv"]].concat());
        assert_eq!(code, Some(2), "{message}");
        assert!(!place.path("m.csv").exists());
        message
    };
    assert_says(
        &refused(&["0"]),
        &["of 40 cells are missing", "no journal of part 1 of 2"],
    );
    assert_says(&refused(&["0", "0"]), &["0: cell 0 is in 0 as well"]);
    assert_says(&refused(&["1", "third", "0"]), &["is in 1 as well"]);
    assert_says(
        &refused(&["0", "other"]),
        &[
            "other",
            "experiment.numerics.samples is 2048 there and 256 in 0",
        ],
    );
    assert_says(
        &refused(&["0", "missing"]),
        &["missing: cannot read the journal"],
    );
    let whole = place.diagram(&["--shard", "2/2", "--journal", "2"]);
    assert_eq!(whole.0, Some(2));
    assert_says(&whole.1, &["--shard 2/2", "there is no part 2 of 2"]);
    // a part that was cut short is named as unfinished
    let journal = place.read("1");
    fs::write(place.path("1"), &journal[..journal.len() - 5]).unwrap();
    assert_says(
        &refused(&["0", "1"]),
        &["the last line is unfinished", "1 of 40 cells are missing"],
    );
}

#[test]
fn slurm_tells_the_part() {
    let place = Place::new();
    let task = |id: &str, variables: &[(&str, &str)]| {
        onset()
            .current_dir(place.folder.path())
            .args(["diagram", "small.toml"])
            .args(AXES)
            .args(["--shard", "slurm", "--journal", id, "--resume"])
            .env("SLURM_ARRAY_TASK_ID", id)
            .envs(variables.iter().copied())
            .output()
            .unwrap()
    };
    let array = [
        ("SLURM_ARRAY_TASK_COUNT", "2"),
        ("SLURM_ARRAY_TASK_MIN", "1"),
        ("SLURM_ARRAY_TASK_MAX", "2"),
    ];
    for id in ["1", "2"] {
        assert!(task(id, &array).status.success());
    }
    let (code, message) = place.run(&["merge", "1", "2", "--output", "m.csv"]);
    assert_eq!(code, Some(0), "{message}");
    let bare = task("5", &[]);
    assert_eq!(bare.status.code(), Some(2));
    let message = String::from_utf8(bare.stderr).unwrap();
    assert_says(
        &message,
        &["--shard slurm", "SLURM_ARRAY_TASK_COUNT is not set"],
    );
}

/// What is finished is printed; a part, which is no result by itself, says with its exit code that it is not whole.
#[cfg(unix)]
#[test]
fn interrupted_diagrams_print_what_is_finished() {
    let place = Place::new();
    let slow = ["--set", "numerics.samples=32768"];
    let (code, message) = place.diagram(&[&slow[..], &["--output", "whole.csv"]].concat());
    assert_eq!(code, Some(0), "{message}");
    for signal in ["INT", "TERM"] {
        let (csv, journal) = (format!("{signal}.csv"), format!("{signal}.journal"));
        let files = ["--output", &csv, "--journal", &journal, "--resume"];
        let more = [&slow[..], &files].concat();
        let all = [&["diagram", "small.toml", "--json"][..], &AXES, &more].concat();
        let mut running = Running::start(place.folder.path(), &all);
        assert!(running.wait_for(3, " of 40 cells"));
        let outcome = running.end(signal);
        assert_eq!(outcome.status.code(), Some(0));
        let report: serde_json::Value = serde_json::from_slice(&outcome.stdout).unwrap();
        assert_eq!(report["interrupted"], true);
        let cells = report["cells"].as_array().unwrap();
        let of = |status: &str| cells.iter().filter(|cell| cell["status"] == status).count();
        assert_eq!(of("value") + of("missing"), CELLS);
        assert!(of("value") >= 3 && of("missing") > 0, "{report}");
        assert_eq!(lines(&place.read(&journal)), 1 + of("value"));
        let text = String::from_utf8(place.read(&csv)).unwrap();
        assert_says(&text, &["missing,the computation was interrupted"]);
        assert_eq!(place.diagram(&more).0, Some(0));
        assert_eq!(place.read(&csv), place.read("whole.csv"));
    }
    let part = ["--shard", "0/2", "--journal", "part", "--resume"];
    let more = [&slow[..], &part].concat();
    let all = [&["diagram", "small.toml"][..], &AXES, &more].concat();
    let mut running = Running::start(place.folder.path(), &all);
    assert!(running.wait_for(2, " of 2"));
    let outcome = running.end("TERM");
    assert_eq!(outcome.status.code(), Some(130));
    assert!(outcome.stdout.is_empty());
    let message = String::from_utf8(outcome.stderr).unwrap();
    assert_says(
        &message,
        &["part 0 of 2 was interrupted", "--resume computes the rest"],
    );
    assert_eq!(place.diagram(&more).0, Some(0));
}

/// A file that is not ours is neither continued nor emptied, through a link neither.
#[cfg(unix)]
#[test]
fn other_files_are_no_journals() {
    let place = Place::new();
    std::os::unix::fs::symlink("notes", place.path("link")).unwrap();
    let old = "{\"onset_journal\":1,\"onset_version\":\"0.1.0\"}\n";
    for (text, reason) in [
        (
            "my notes, without a line break",
            "it is no journal of onset",
        ),
        ("[network]\nscale = 1\n", "it is no journal of onset"),
        (old, "a checksum on every line"),
    ] {
        fs::write(place.path("notes"), text).unwrap();
        for journal in ["notes", "link"] {
            let (code, message) = place.diagram(&["--journal", journal, "--resume"]);
            assert_eq!(code, Some(2), "{message}");
            assert_says(&message, &[journal, reason]);
            let (code, message) = place.run(&["merge", journal]);
            assert_eq!(code, Some(2), "{message}");
            assert_says(&message, &[reason]);
        }
        assert_eq!(place.read("notes"), text.as_bytes());
    }
}

#[test]
fn absurd_numbers_of_parts_are_refused() {
    let place = Place::new();
    let absurd = ["--shard", "0/1000000000000", "--journal", "0"];
    let (code, message) = place.diagram(&absurd);
    assert_eq!(code, Some(2));
    assert_says(
        &message,
        &["--shard 0/1000000000000", "more than the 1000000 cells"],
    );
    // more parts than cells may well be, and the missing ones are named quickly
    let (code, message) = place.diagram(&["--shard", "1/1000000", "--journal", "1"]);
    assert_eq!(code, Some(0), "{message}");
    let (code, message) = place.run(&["merge", "1"]);
    assert_eq!(code, Some(2));
    assert_says(
        &message,
        &[
            "39 of 40 cells are missing",
            "no journal of part 0, 2, 3, 4, 5, .. of 1000000",
        ],
    );
}
