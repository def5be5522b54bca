//! The lines of a journal: objects of JSON with a checksum each, that of a cell continued from the header's, so that no
//! line of another journal passes for one of this.

use serde_json::Value;

use super::Cell;
use super::checksum::unseal;
use super::journal::{FORMAT, Header};
use super::record::Record;

/// Characters of a line that an error shows.
const SHOWN: usize = 80;

/// Every journal begins with these bytes.
pub(super) const BEGINNING: &[u8] = b"{\"onset_journal\":";

/// What the bytes of a journal hold.
#[derive(Debug)]
pub(super) struct Contents {
    /// The header, and its checksum.
    pub header: Option<(Header, u32)>,
    pub cells: Vec<Cell>,
    /// Bytes of whole lines.
    pub length: usize,
    /// What was dropped of an unfinished last line, in words.
    pub dropped: Option<String>,
}

/// Refuses bytes that are not the beginning of any journal.
pub(super) fn check_beginning(bytes: &[u8]) -> Result<(), String> {
    let common = bytes.len().min(BEGINNING.len());
    match bytes[..common] == BEGINNING[..common] {
        true => Ok(()),
        false => Err(format!(
            "it is no journal of onset; its first line:\n    {}",
            shown(bytes.split(|b| *b == b'\n').next().unwrap_or_default())
        )),
    }
}

/// Reads whole lines; what follows the last line break is dropped.
///
/// # Errors
/// In words, where this is no journal, or one of another format; with number and text of the first line that is corrupted.
pub(super) fn parse(bytes: &[u8]) -> Result<Contents, String> {
    check_beginning(bytes)?;
    let length = bytes
        .iter()
        .rposition(|b| *b == b'\n')
        .map_or(0, |at| at + 1);
    let rest = &bytes[length..];
    let dropped = (!rest.is_empty()).then(|| {
        format!(
            "the last line is unfinished and was dropped ({} bytes): `{}`",
            rest.len(),
            shown(rest)
        )
    });
    let mut lines = bytes[..length].split_inclusive(|b| *b == b'\n');
    let (mut header, mut cells) = (None, Vec::new());
    if let Some(first) = lines.next() {
        let (found, sum) = read_header(first)?;
        cells = read_cells(lines, found.fingerprint.request.cells(), sum)?;
        header = Some((found, sum));
    }
    Ok(Contents {
        header,
        cells,
        length,
        dropped,
    })
}

fn read_header(line: &[u8]) -> Result<(Header, u32), String> {
    let value: Option<Value> = serde_json::from_slice(line).ok();
    let format = value.and_then(|value| value["onset_journal"].as_u64());
    if let Some(format) = format.filter(|format| *format != u64::from(FORMAT)) {
        return Err(format!(
            "its lines have format {format}, and this version of onset reads format {FORMAT}, which has a checksum on every \
             line: remove the journal, or begin another one"
        ));
    }
    let refuse = |reason: String| corrupted(0, line, &format!("no header of a journal, {reason}"));
    let (object, sum) = unseal(line, 0).map_err(refuse)?;
    let header: Header = serde_json::from_str(&object).map_err(|e| refuse(e.to_string()))?;
    header.check().map_err(refuse)?;
    Ok((header, sum))
}

fn read_cells<'a>(
    lines: impl Iterator<Item = &'a [u8]>,
    total: usize,
    header: u32,
) -> Result<Vec<Cell>, String> {
    let mut known = vec![false; total];
    let mut cells = Vec::new();
    for (number, line) in (1..).zip(lines) {
        let refuse = |reason: String| corrupted(number, line, &reason);
        let (object, _) = unseal(line, header).map_err(refuse)?;
        let record: Record = serde_json::from_str(&object).map_err(|e| refuse(e.to_string()))?;
        let cell = record.cell(total).map_err(refuse)?;
        if std::mem::replace(&mut known[cell.index], true) {
            return Err(refuse(format!("cell {} is there already", cell.index)));
        }
        cells.push(cell);
    }
    Ok(cells)
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
