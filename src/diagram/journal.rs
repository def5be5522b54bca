//! Finished cells, each on disk as soon as it is there.
//!
//! A journal is a file of JSON lines: a header with all that the numbers depend on, then one line for each finished
//! cell, in the order in which they finish. Each line ends in a checksum. A line is appended by one write, so a process
//! that is killed leaves at most a line without its end, which is dropped and computed again.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::checksum::{crc32, seal};
use super::grid::missing;
use super::journal_text::{self, Contents, check_beginning};
use super::record::Record;
use super::{Cell, DiagramError, Fingerprint, Shard};

/// The file reaches the disk itself, and not only the system, this often.
const SYNC_INTERVAL: Duration = Duration::from_secs(1);

/// The format of the lines; the first one had no checksums.
pub(super) const FORMAT: u32 = 2;

/// The first line of a journal.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Header {
    /// Version of the format of the lines.
    onset_journal: u32,
    /// What is computed.
    #[serde(flatten)]
    pub fingerprint: Fingerprint,
    /// Which part of it, if it is one of several.
    pub shard: Option<Shard>,
}

/// Bytes that show whether a file may be a journal at all.
const FIRST_LOOK: u64 = 256;

/// A journal that is written to. No other process can open it meanwhile.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    /// Bytes of whole lines.
    length: u64,
    /// The header's checksum, from which those of the cells continue.
    sum: u32,
    synced: Instant,
}

/// What a journal held when it was opened.
#[derive(Debug, Default)]
pub struct Finished {
    /// The cells, in the order of the file.
    pub cells: Vec<Cell>,
    /// What was dropped of an unfinished last line, for the user.
    pub dropped: Option<String>,
}

impl Header {
    /// The header of a computation.
    pub fn new(fingerprint: Fingerprint, shard: Option<Shard>) -> Self {
        Self {
            onset_journal: FORMAT,
            fingerprint,
            shard,
        }
    }

    /// Refuses a header that no computation writes.
    pub(super) fn check(&self) -> Result<(), String> {
        let request = &self.fingerprint.request;
        let complete = request.clone().complete().map_err(|e| e.to_string())?;
        match complete == *request {
            true => Ok(()),
            false => Err("its options are not complete".to_owned()),
        }
    }

    /// As the first line of a journal, and its checksum.
    fn line(&self) -> Result<(String, u32), serde_json::Error> {
        let object = serde_json::to_string(self)?;
        Ok((seal(&object, 0), crc32(0, object.as_bytes())))
    }

    /// The first difference to the header of another journal, the part aside: the key, its value here and there.
    pub fn difference(&self, there: &Self) -> Option<(String, String, String)> {
        if self.onset_journal != there.onset_journal {
            let formats = (self.onset_journal, there.onset_journal);
            let key = "onset_journal".to_owned();
            return Some((key, formats.0.to_string(), formats.1.to_string()));
        }
        self.fingerprint.difference(&there.fingerprint)
    }
}

impl Journal {
    /// The journal of a computation that has one (its place, and whether it may be there already), with the cells that are
    /// finished; `note` is told what of it cannot be used.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn of(
        place: Option<(&Path, bool)>,
        header: &Header,
        note: &mut dyn FnMut(&str),
    ) -> Result<(Option<Self>, Vec<Cell>), DiagramError> {
        let Some((path, resume)) = place else {
            return Ok((None, Vec::new()));
        };
        let (journal, finished) = Self::open(path, header, resume)?;
        if let Some(dropped) = finished.dropped {
            note(&format!("{}: {dropped}", path.display()));
        }
        Ok((Some(journal), finished.cells))
    }

    /// Begins a journal, or with `resume` continues one that is there. One that holds the whole diagram needs no `resume`.
    ///
    /// # Errors
    /// When the file exists and is not to be continued, belongs to another computation, is corrupted, in use, or
    /// cannot be written to.
    pub fn open(
        path: &Path,
        header: &Header,
        resume: bool,
    ) -> Result<(Self, Finished), DiagramError> {
        let refuse = |reason: String| refused(path, reason);
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path);
        let file = file.map_err(|error| refuse(format!("cannot open the journal: {error}")))?;
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(refuse("another process is writing to this journal".into()));
        }
        let metadata = file.metadata().map_err(|error| refuse(error.to_string()))?;
        let mut journal = Self {
            path: path.to_owned(),
            file,
            length: 0,
            sum: 0,
            synced: Instant::now(),
        };
        // a device has nothing to be read
        if !metadata.is_file() || metadata.len() == 0 {
            journal.begin(header)?;
            return Ok((journal, Finished::default()));
        }
        if !resume && !journal.is_whole(header) {
            return Err(refuse(
                "the journal exists: continue it with --resume, or remove it".into(),
            ));
        }
        let finished = journal.continue_from(header)?;
        Ok((journal, finished))
    }

    /// Whether it holds every cell of this computation, so that nothing is left to continue or to lose.
    fn is_whole(&self, header: &Header) -> bool {
        let found = bytes(&self.path).and_then(|bytes| parse(&self.path, &bytes));
        found.is_ok_and(|found| {
            let ours = found.header.is_some_and(|(there, _)| there == *header);
            let whole = || missing(&header.fingerprint.request, &found.cells).is_empty();
            ours && header.shard.is_none() && whole()
        })
    }

    /// Takes up what is there. A file that is no journal of this computation is not touched: not even one that has a single
    /// line without an end, unless that is the beginning of the header.
    fn continue_from(&mut self, header: &Header) -> Result<Finished, DiagramError> {
        let bytes = bytes(&self.path)?;
        let found = parse(&self.path, &bytes)?;
        let ours = header.line().map_err(|error| self.failed(&error.into()))?;
        match &found.header {
            Some((there, sum)) => {
                check_header(&self.path, header, there)?;
                self.sum = *sum;
            }
            None if ours.0.as_bytes().starts_with(&bytes) => {}
            None => {
                let reason = "it has no header, and is not the beginning of this diagram's journal";
                return Err(refused(&self.path, reason.into()));
            }
        }
        self.length = found.length as u64;
        self.file
            .set_len(self.length)
            .map_err(|error| self.failed(&error))?;
        if found.header.is_none() {
            self.begin(header)?;
        }
        Ok(Finished {
            cells: found.cells,
            dropped: found.dropped,
        })
    }

    fn begin(&mut self, header: &Header) -> Result<(), DiagramError> {
        let (line, sum) = header.line().map_err(|error| self.failed(&error.into()))?;
        self.sum = sum;
        self.append(&line)
    }

    /// Adds a finished cell.
    ///
    /// # Errors
    /// When the line cannot be written; the lines before it stay whole.
    pub fn record(&mut self, cell: &Cell) -> Result<(), DiagramError> {
        let object = serde_json::to_string(&Record::from(cell));
        let object = object.map_err(|error| self.failed(&error.into()))?;
        self.append(&seal(&object, self.sum))
    }

    fn append(&mut self, line: &str) -> Result<(), DiagramError> {
        if let Err(error) = self.file.write_all(line.as_bytes()) {
            // half a line of a full disk; where even this fails, reading drops it
            let _ = self.file.set_len(self.length);
            return Err(self.failed(&error));
        }
        self.length += line.len() as u64;
        if self.synced.elapsed() >= SYNC_INTERVAL {
            // a file system that cannot is no reason to stop
            let _ = self.file.sync_data();
            self.synced = Instant::now();
        }
        Ok(())
    }

    fn failed(&self, error: &io::Error) -> DiagramError {
        DiagramError::Write {
            path: self.path.display().to_string(),
            reason: error.to_string(),
        }
    }
}

impl Drop for Journal {
    /// The last lines reach the disk as well.
    fn drop(&mut self) {
        let _ = self.file.sync_data();
    }
}

/// A journal that was written by some process.
#[derive(Debug)]
pub struct Read {
    /// Its header; absent where not even that line was finished.
    pub header: Option<Header>,
    /// Its cells, in the order of the file.
    pub cells: Vec<Cell>,
    /// What was dropped of an unfinished last line.
    pub dropped: Option<String>,
}

/// Reads a journal.
///
/// # Errors
/// When it cannot be read, is none or one of another format, or a line other than an unfinished last one is corrupted.
pub fn read(path: &Path) -> Result<Read, DiagramError> {
    let found = parse(path, &bytes(path)?)?;
    Ok(Read {
        header: found.header.map(|(header, _)| header),
        cells: found.cells,
        dropped: found.dropped,
    })
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Contents, DiagramError> {
    journal_text::parse(bytes).map_err(|reason| refused(path, reason))
}

/// The bytes of a file that begins as a journal; of others no more than that beginning is read.
fn bytes(path: &Path) -> Result<Vec<u8>, DiagramError> {
    let refuse = |reason: String| refused(path, reason);
    let failed = |error: io::Error| refuse(format!("cannot read the journal: {error}"));
    // a device may never end
    if !std::fs::metadata(path).map_err(failed)?.is_file() {
        return Err(refuse("it is no file".into()));
    }
    let mut file = File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    let mut beginning = io::Read::take(&mut file, FIRST_LOOK);
    beginning.read_to_end(&mut bytes).map_err(failed)?;
    check_beginning(&bytes).map_err(refuse)?;
    file.read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

fn refused(path: &Path, reason: String) -> DiagramError {
    DiagramError::Journal {
        path: path.display().to_string(),
        reason,
    }
}

fn check_header(path: &Path, here: &Header, there: &Header) -> Result<(), DiagramError> {
    let words = |shard: Option<Shard>| {
        shard.map_or("absent".into(), |shard| {
            format!("{}/{}", shard.index, shard.count)
        })
    };
    let part = || {
        let differs = here.shard != there.shard;
        differs.then(|| ("shard".to_owned(), words(here.shard), words(there.shard)))
    };
    match here.difference(there).or_else(part) {
        None => Ok(()),
        Some((key, value, other)) => Err(DiagramError::Fingerprint {
            path: path.display().to_string(),
            key,
            there: other,
            here: value,
            where_here: "here".into(),
        }),
    }
}

#[cfg(test)]
mod tests;
