//! Finished cells, each on disk as soon as it is there.
//!
//! A journal is a file of JSON lines: a header with all that the numbers depend on, then one line for each finished
//! cell, in the order in which they finish. A line is appended by one write, so a process that is killed leaves at most a
//! line without its end, which is dropped and computed again.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::journal_text::{self, Contents};
use super::record::Record;
use super::{Cell, DiagramError, Fingerprint, Shard};

/// The file reaches the disk itself, and not only the system, this often.
const SYNC_INTERVAL: Duration = Duration::from_secs(1);

/// The format of the lines.
const FORMAT: u32 = 1;

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

/// A journal that is written to. No other process can open it meanwhile.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    /// Bytes of whole lines.
    length: u64,
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
    /// Begins a journal, or with `resume` continues one that is there.
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
            synced: Instant::now(),
        };
        // a device has nothing to be read
        if !metadata.is_file() || metadata.len() == 0 {
            journal.append(header)?;
            return Ok((journal, Finished::default()));
        }
        if !resume {
            return Err(refuse(
                "the journal exists: continue it with --resume, or remove it".into(),
            ));
        }
        let finished = journal.continue_from(header)?;
        Ok((journal, finished))
    }

    fn continue_from(&mut self, header: &Header) -> Result<Finished, DiagramError> {
        let found = read(&self.path)?;
        if let Some(there) = &found.header {
            check_header(&self.path, header, there)?;
        }
        self.length = found.length;
        self.file
            .set_len(found.length)
            .map_err(|error| self.failed(&error))?;
        if found.header.is_none() {
            self.append(header)?;
        }
        Ok(Finished {
            cells: found.cells,
            dropped: found.dropped,
        })
    }

    /// Adds a finished cell.
    ///
    /// # Errors
    /// When the line cannot be written; the lines before it stay whole.
    pub fn record(&mut self, cell: &Cell) -> Result<(), DiagramError> {
        self.append(&Record::from(cell))
    }

    fn append(&mut self, line: &impl Serialize) -> Result<(), DiagramError> {
        let mut bytes = serde_json::to_vec(line).map_err(|error| self.failed(&error.into()))?;
        bytes.push(b'\n');
        if let Err(error) = self.file.write_all(&bytes) {
            // half a line of a full disk; where even this fails, reading drops it
            let _ = self.file.set_len(self.length);
            return Err(self.failed(&error));
        }
        self.length += bytes.len() as u64;
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

/// A journal that was written by some process.
#[derive(Debug)]
pub struct Read {
    /// Its header; absent where not even that line was finished.
    pub header: Option<Header>,
    /// Its cells, in the order of the file.
    pub cells: Vec<Cell>,
    /// What was dropped of an unfinished last line.
    pub dropped: Option<String>,
    /// Bytes of whole lines.
    length: u64,
}

/// Reads a journal.
///
/// # Errors
/// When it cannot be read, or a line other than an unfinished last one is corrupted.
pub fn read(path: &Path) -> Result<Read, DiagramError> {
    let refuse = |reason: String| refused(path, reason);
    // a device may never end
    match std::fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => return Err(refuse("it is no file".into())),
        Ok(_) => {}
        Err(error) => return Err(refuse(format!("cannot read the journal: {error}"))),
    }
    let bytes =
        std::fs::read(path).map_err(|error| refuse(format!("cannot read the journal: {error}")))?;
    let Contents {
        header,
        cells,
        length,
        dropped,
    } = journal_text::parse(&bytes).map_err(refuse)?;
    Ok(Read {
        header,
        cells,
        dropped,
        length,
    })
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
