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
    changed.fingerprint.request.options.at = Some(crate::threshold::At::Steps(3));
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
        message.contains("line 3 is corrupted: its checksum") && message.contains("{\"cel:2"),
        "{message}"
    );
    let resealed = |from: &str, to: &str| refusal(&sealed_again(&text, from, to));
    assert!(resealed("\"cell\":2,", "\"cell\":7,").contains("cell 7 is there already"));
    assert!(resealed("\"cell\":2,", "\"cell\":40,").contains("no cell 40 among 40"));
    for foreign in ["something else\n", "something else", "{\"onset\": 1}\n"] {
        let message = refusal(foreign);
        assert!(message.contains("it is no journal of onset"), "{message}");
    }
    // one line without an end, which might be a header that was cut
    let message = refusal("{\"onset_journal\":2,\"onset_version\":\"mine\"");
    assert!(
        message.contains("not the beginning of this diagram's journal"),
        "{message}"
    );
    let message = refusal("{\"onset_journal\":1,\"onset_version\":\"0.1.0\"}\n{\"cell\":1}\n");
    assert!(
        message.contains("format 1") && message.contains("a checksum on every line"),
        "{message}"
    );
}

/// A journal with something replaced, and with checksums that fit.
fn sealed_again(text: &str, from: &str, to: &str) -> String {
    let mut sum = 0;
    let mut out = String::new();
    for (number, line) in text.lines().enumerate() {
        let (open, _) = line.rsplit_once(",\"crc\":").unwrap();
        let object = format!("{open}}}").replace(from, to);
        out.push_str(&seal(&object, sum));
        if number == 0 {
            sum = crc32(0, object.as_bytes());
        }
    }
    out
}

/// With checksums that fit, and yet no computation writes them.
#[test]
fn headers_are_not_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.journal");
    written(&path, &[7]);
    let text = fs::read_to_string(&path).unwrap();
    let values = text.split("\"values\":").nth(1).unwrap();
    let values = &values[..=values.find(']').unwrap()];
    let many: Vec<String> = (0..300_000).map(|i| i.to_string()).collect();
    let many = format!("[{}]", many.join(","));
    let y = format!("{{\"key\":\"dim\",\"spacing\":\"list\",\"values\":{many}}}");
    for (from, to, reason) in [
        (values, "[]", "between 1 and 1000000, not 0"),
        (values, "[2,1]", "1 comes after 2"),
        (values, "[1,1]", "1 comes after 1"),
        ("\"linear\"", "\"logarithmic\"", ""),
        (
            "\"shard\":null",
            "\"shard\":{\"index\":0,\"count\":1000000000000}",
            "1000000000000 parts",
        ),
        (
            "\"shard\":null",
            "\"shard\":{\"index\":4,\"count\":4}",
            "no part 4 of 4",
        ),
        ("\"at\":0", "\"fraction\":0.5", "does not depend on it"),
        ("\"at\":0", "\"at\":null", "not complete"),
        (
            "\"y\":null",
            &format!("\"y\":{y}"),
            "40 x 300000 cells are more than",
        ),
    ] {
        fs::write(&path, sealed_again(&text, from, to)).unwrap();
        match read(&path) {
            // an axis that begins at one may well be logarithmic
            Ok(_) => assert_eq!(reason, "", "{from} -> {to:.60}"),
            Err(error) => {
                let error = error.to_string();
                assert!(error.contains("line 1 is corrupted"), "{error}");
                assert!(error.contains(reason), "`{reason}` is not in: {error}");
            }
        }
    }
    let large = format!("\"y\":{}", y.replace("dim", "training.init_std"));
    let both = sealed_again(&text, values, &many);
    fs::write(&path, sealed_again(&both, "\"y\":null", &large)).unwrap();
    let error = read(&path).unwrap_err().to_string();
    assert!(
        error.contains("300000 x 300000 cells are more than"),
        "{error}"
    );
}

/// A line of another journal, even of the same cell, is none of this one.
#[test]
fn lines_do_not_move_between_journals() {
    let folder = tempfile::tempdir().unwrap();
    let (path, other) = (folder.path().join("a"), folder.path().join("b"));
    written(&path, &[7]);
    let (mut journal, _) = Journal::open(&other, &header(0.25), false).unwrap();
    journal.record(&cell(8)).unwrap();
    drop(journal);
    let theirs = fs::read_to_string(&other).unwrap();
    let mut text = fs::read_to_string(&path).unwrap();
    text.push_str(theirs.lines().nth(1).unwrap());
    text.push('\n');
    fs::write(&path, text).unwrap();
    assert!(
        resumed(&path)
            .unwrap_err()
            .contains("line 3 is corrupted: its checksum")
    );
}

/// Numbers that look random and are the same every time (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ (x >> 31)) % end as u64) as usize
    }

    /// Turns bits, changes digits, cuts out, doubles and moves pieces, swaps lines.
    fn mutate(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len());
        let length = 1 + self.below(40.min(bytes.len() - at));
        match self.below(6) {
            0 => bytes[at] ^= 1 << self.below(8),
            1 => {
                let digits: Vec<usize> = (0..bytes.len())
                    .filter(|i| bytes[*i].is_ascii_digit())
                    .collect();
                let digit = digits[self.below(digits.len())];
                bytes[digit] = b'0' + self.below(10) as u8;
            }
            2 => drop(bytes.drain(at..at + length)),
            3 => {
                let piece = bytes[at..at + length].to_vec();
                let to = self.below(bytes.len());
                bytes.splice(to..to, piece);
            }
            4 => bytes.insert(at, self.below(256) as u8),
            _ => {
                let mut lines: Vec<&[u8]> = bytes.split_inclusive(|b| *b == b'\n').collect();
                let (one, other) = (self.below(lines.len()), self.below(lines.len()));
                lines.swap(one, other);
                *bytes = lines.concat();
            }
        }
    }
}

/// Whatever happens to a journal, no cell comes back with another number: it is refused, or cells are missing.
#[test]
fn no_mutated_journal_is_accepted_with_another_number() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.journal");
    let all: Vec<usize> = (0..12).collect();
    written(&path, &all);
    let whole = fs::read(&path).unwrap();
    let (mut dice, mut refused, mut accepted) = (Dice(1), 0, 0);
    while refused + accepted < 500 {
        let mut bytes = whole.clone();
        for _ in 0..=dice.below(3) {
            dice.mutate(&mut bytes);
        }
        if bytes == whole {
            continue;
        }
        fs::write(&path, &bytes).unwrap();
        match read(&path) {
            Err(_) => refused += 1,
            Ok(found) => {
                accepted += 1;
                assert!(found.header.is_none_or(|there| there == header(0.5)));
                for found in found.cells {
                    assert_eq!(found, cell(found.index));
                }
            }
        }
    }
    // swapped lines of cells, and a last line that lost its end, do no harm
    assert!(refused > 400 && accepted > 5, "{refused} {accepted}");
}

/// Through a link as well, and whether or not there is a line break.
#[cfg(unix)]
#[test]
fn files_of_others_are_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let (file, link) = (folder.path().join("notes"), folder.path().join("link"));
    std::os::unix::fs::symlink("notes", &link).unwrap();
    for text in [
        "my notes, without a line break",
        "two\nlines\n",
        "{",
        "{\"onset_journal\":",
    ] {
        fs::write(&file, text).unwrap();
        let ours = header(0.5).line().unwrap().0;
        for path in [&file, &link] {
            match resumed(path) {
                // the beginning of our own header
                Ok(finished) => {
                    assert!(ours.starts_with(text) && finished.cells.is_empty());
                    fs::write(&file, text).unwrap();
                }
                Err(_) => assert_eq!(fs::read_to_string(&file).unwrap(), text),
            }
        }
    }
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
