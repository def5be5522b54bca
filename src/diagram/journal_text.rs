//! The lines of a journal.

use super::Cell;
use super::journal::Header;
use super::record::Record;

/// Characters of a line that an error shows.
const SHOWN: usize = 80;

/// What the bytes of a journal hold.
#[derive(Debug)]
pub(super) struct Contents {
    pub header: Option<Header>,
    pub cells: Vec<Cell>,
    /// Bytes of whole lines.
    pub length: u64,
    /// What was dropped of an unfinished last line, in words.
    pub dropped: Option<String>,
}

/// Reads whole lines; what follows the last line break is dropped.
///
/// # Errors
/// In words, with number and text of the first line that is corrupted.
pub(super) fn parse(bytes: &[u8]) -> Result<Contents, String> {
    let whole = bytes
        .iter()
        .rposition(|b| *b == b'\n')
        .map_or(0, |at| at + 1);
    let rest = &bytes[whole..];
    let dropped = (!rest.is_empty()).then(|| {
        format!(
            "the last line is unfinished and was dropped ({} bytes): `{}`",
            rest.len(),
            shown(rest)
        )
    });
    let mut lines = bytes[..whole].split_inclusive(|b| *b == b'\n').enumerate();
    let Some((_, first)) = lines.next() else {
        return Ok(Contents {
            header: None,
            cells: Vec::new(),
            length: 0,
            dropped,
        });
    };
    let header: Header = serde_json::from_slice(first)
        .map_err(|error| corrupted(0, first, &format!("no header of a journal, {error}")))?;
    let total = header.fingerprint.request.cells();
    let mut known = vec![false; total];
    let mut cells = Vec::new();
    for (number, line) in lines {
        let record: Record = serde_json::from_slice(line)
            .map_err(|error| corrupted(number, line, &error.to_string()))?;
        let cell = record
            .cell(total)
            .map_err(|reason| corrupted(number, line, &reason))?;
        if std::mem::replace(&mut known[cell.index], true) {
            let reason = format!("cell {} is there already", cell.index);
            return Err(corrupted(number, line, &reason));
        }
        cells.push(cell);
    }
    Ok(Contents {
        header: Some(header),
        cells,
        length: whole as u64,
        dropped,
    })
}

fn corrupted(number: usize, line: &[u8], reason: &str) -> String {
    format!(
        "line {} is corrupted: {reason}\n    {}",
        number + 1,
        shown(line)
    )
}

/// The beginning of a line, on one line.
fn shown(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end();
    let mut shown: String = text
        .chars()
        .take(SHOWN)
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect();
    if text.chars().count() > SHOWN {
        shown.push_str("..");
    }
    shown
}
