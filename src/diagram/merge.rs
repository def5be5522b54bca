//! Parts put together.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::grid::missing;
use super::{Cell, Diagram, DiagramError, Fingerprint, Header, Read, Shard};

/// Missing cells that an error names.
const NAMED: usize = 5;

/// A diagram from the journals of its parts.
#[derive(Debug)]
pub struct Merged {
    /// What was computed.
    pub fingerprint: Fingerprint,
    /// All cells.
    pub diagram: Diagram,
}

/// Puts the parts together, each given with its file.
///
/// # Errors
/// When parts belong to different diagrams (by the key that differs), overlap, or leave cells out.
pub fn merge(parts: Vec<(PathBuf, Read)>) -> Result<Merged, DiagramError> {
    let mut headers: Vec<(PathBuf, Header)> = Vec::with_capacity(parts.len());
    let mut owner: Vec<Option<usize>> = Vec::new();
    let mut cells: Vec<Cell> = Vec::new();
    for (path, mut part) in parts {
        part.cells.sort_by_key(|cell| cell.index);
        let Some(header) = part.header else {
            return Err(refused(
                &path,
                "the journal is empty: its part has to be run again",
            ));
        };
        if let Some((first, known)) = headers.first() {
            check(first, known, &path, &header)?;
        }
        owner.resize(header.fingerprint.request.cells(), None);
        for cell in part.cells {
            if let Some(other) = owner[cell.index].replace(headers.len()) {
                let other = headers.get(other).map_or(path.as_path(), |(path, _)| path);
                let reason = format!("cell {} is in {} as well", cell.index, other.display());
                return Err(refused(&path, &reason));
            }
            cells.push(cell);
        }
        headers.push((path, header));
    }
    let Some((_, first)) = headers.first() else {
        return Err(DiagramError::Request("there is no journal to merge".into()));
    };
    let fingerprint = first.fingerprint.clone();
    check_complete(
        &headers,
        &missing(&fingerprint.request, &cells),
        owner.len(),
    )?;
    let diagram = Diagram::new(&fingerprint.request, cells);
    Ok(Merged {
        fingerprint,
        diagram,
    })
}

fn refused(path: &Path, reason: &str) -> DiagramError {
    DiagramError::Journal {
        path: path.display().to_string(),
        reason: reason.to_owned(),
    }
}

/// Refuses a part of another diagram.
fn check(first: &Path, known: &Header, path: &Path, header: &Header) -> Result<(), DiagramError> {
    match known.difference(header) {
        None => Ok(()),
        Some((key, here, there)) => Err(DiagramError::Fingerprint {
            path: path.display().to_string(),
            key,
            there,
            here,
            where_here: format!("in {}", first.display()),
        }),
    }
}

/// Refuses parts that leave cells out, with what is missing.
fn check_complete(
    headers: &[(PathBuf, Header)],
    missing: &[usize],
    total: usize,
) -> Result<(), DiagramError> {
    if missing.is_empty() {
        return Ok(());
    }
    let named: Vec<String> = missing.iter().take(NAMED).map(usize::to_string).collect();
    let dots = if missing.len() > NAMED { ", .." } else { "" };
    Err(DiagramError::Request(format!(
        "{} of {total} cells are missing (cells {}{dots}){}: run the parts that are not finished with --resume",
        missing.len(),
        named.join(", "),
        missing_parts(headers)
    )))
}

/// The parts of which no journal was given, in words.
fn missing_parts(headers: &[(PathBuf, Header)]) -> String {
    let shards: Vec<Shard> = headers.iter().filter_map(|(_, h)| h.shard).collect();
    let Some(count) = shards.first().map(|shard| shard.count) else {
        return String::new();
    };
    let given: HashSet<usize> = shards.iter().map(|shard| shard.index).collect();
    let mut absent = (0..count).filter(|index| !given.contains(index));
    let named: Vec<String> = absent.by_ref().take(NAMED).map(|i| i.to_string()).collect();
    if named.is_empty() {
        return String::new();
    }
    let dots = if absent.next().is_some() { ", .." } else { "" };
    format!("; no journal of part {}{dots} of {count}", named.join(", "))
}
