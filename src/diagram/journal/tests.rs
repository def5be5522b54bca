use std::fs;

use super::*;
use crate::diagram::{Axis, Options, Outcome, Quantity, Request};
use crate::numerics::Measured;

fn header(init_std: f64) -> Header {
    let request = Request {
        quantity: Quantity::Margin,
        x: Axis::parse("--x", "delta=1..3:40").unwrap(),
        y: None,
        options: Options::default(),
        adaptive: false,
    };
    let fingerprint = Fingerprint {
        onset_version: "0.1.0".into(),
        seed: 1,
        request: request.complete().unwrap(),
        experiment: serde_json::json!({"training": {"init_std": init_std, "steps": 4}}),
    };
    Header::new(fingerprint, None)
}

fn cell(index: usize) -> Cell {
    let value = 1.0 / (index as f64 + 3.0);
    Cell {
        index,
        outcome: Outcome::Value(Measured::new(value, 1e-3 * value)),
    }
}

/// A journal with the given cells.
fn written(path: &Path, cells: &[usize]) {
    let (mut journal, _) = Journal::open(path, &header(0.5), false).unwrap();
    for index in cells {
        journal.record(&cell(*index)).unwrap();
    }
}

fn resumed(path: &Path) -> Result<Finished, String> {
    let opened = Journal::open(path, &header(0.5), true);
    opened
        .map(|(_, finished)| finished)
        .map_err(|error| error.to_string())
}

#[test]
fn what_was_recorded_is_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.journal");
    written(&path, &[7, 2, 39]);
    let finished = resumed(&path).unwrap();
    assert_eq!(finished.cells, [cell(7), cell(2), cell(39)]);
    assert!(finished.dropped.is_none());
}

/// Whatever the byte at which the file ends, it is continued, and loses its last line only.
#[test]
fn a_file_cut_anywhere_is_continued() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.journal");
    written(&path, &[7, 2, 39]);
    let bytes = fs::read(&path).unwrap();
    for cut in 0..=bytes.len() {
        fs::write(&path, &bytes[..cut]).unwrap();
        let lines = bytes[..cut].iter().filter(|b| **b == b'\n').count();
        let finished = resumed(&path).unwrap();
        assert_eq!(
            finished.cells,
            [cell(7), cell(2), cell(39)][..lines.saturating_sub(1)]
        );
        let unfinished = cut > 0 && bytes[cut - 1] != b'\n';
        assert_eq!(finished.dropped.is_some(), unfinished, "{cut}");
        // the file is whole again
        assert_eq!(fs::read(&path).unwrap().last(), Some(&b'\n'));
        assert!(resumed(&path).unwrap().dropped.is_none());
    }
}

#[test]
fn another_computation_is_refused_by_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.journal");
    written(&path, &[1]);
    let message = |header: &Header| {
        let opened = Journal::open(&path, header, true);
        opened.map(|_| ()).unwrap_err().to_string()
    };
    let other = message(&header(0.25));
    assert!(
        other.contains("experiment.training.init_std is 0.5 there and 0.25 here"),
        "{other}"
    );
    let mut changed = header(0.5);
    changed.fingerprint.request.options.at = Some(3);
    assert!(message(&changed).contains("options.at is 0 there and 3 here"));
    changed = header(0.5);
    changed.fingerprint.onset_version = "9.9.9".into();
    assert!(message(&changed).contains("onset_version"));
    changed = header(0.5);
    changed.shard = Some(Shard { index: 1, count: 2 });
    assert!(message(&changed).contains("shard is absent there and 1/2 here"));
    changed = header(0.5);
    changed.fingerprint.request.x = Axis::parse("--x", "delta=1..3:41").unwrap();
    assert!(message(&changed).contains("x.values is 40 values there and 41 values here"));
}

#[test]
fn a_corrupted_line_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.journal");
    written(&path, &[7, 2, 39]);
    let text = fs::read_to_string(&path).unwrap();
    let refusal = |text: &str| {
        fs::write(&path, text).unwrap();
        let message = resumed(&path).unwrap_err();
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            text,
            "the file was touched"
        );
        message
    };
    let message = refusal(&text.replace("{\"cell\":2", "{\"cel:2"));
    assert!(
        message.contains("line 3 is corrupted") && message.contains("{\"cel:2"),
        "{message}"
    );
    assert!(
        refusal(&text.replace("\"cell\":2,", "\"cell\":7,")).contains("cell 7 is there already")
    );
    assert!(refusal(&text.replace("\"cell\":2,", "\"cell\":40,")).contains("no cell 40 among 40"));
    assert!(refusal("something else\n").contains("line 1 is corrupted: no header of a journal"));
}

#[test]
fn nothing_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.journal");
    written(&path, &[7]);
    let before = fs::read(&path).unwrap();
    let message = Journal::open(&path, &header(0.5), false)
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("the journal exists: continue it with --resume"),
        "{message}"
    );
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn two_processes_cannot_write_to_one_journal() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.journal");
    let _held = Journal::open(&path, &header(0.5), false).unwrap();
    assert!(
        resumed(&path)
            .unwrap_err()
            .contains("another process is writing")
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said() {
    let message = Journal::open(Path::new("/dev/full"), &header(0.5), true);
    let message = message.unwrap_err().to_string();
    assert!(
        message.contains("cannot write to the journal /dev/full: No space left"),
        "{message}"
    );
}
