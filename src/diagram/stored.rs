//! A finished diagram that is there already, as the JSON that a command wrote.

use serde::Deserialize;

use super::grid::missing;
use super::record::Record;
use super::{Cell, Fingerprint};

/// What is read of a stored result; its other keys follow from these.
#[derive(Deserialize)]
struct Stored {
    #[serde(flatten)]
    fingerprint: Fingerprint,
    cells: Vec<StoredCell>,
}

#[derive(Deserialize)]
struct StoredCell {
    status: String,
    value: Option<f64>,
    error: Option<f64>,
    reason: Option<String>,
}

/// The cells of a stored diagram, if it is this one, finished to the last cell; `None` for any other text.
pub fn stored_cells(text: &str, wanted: &Fingerprint) -> Option<Vec<Cell>> {
    let stored: Stored = serde_json::from_str(text).ok()?;
    let request = &wanted.request;
    let count = request.cells();
    if wanted.difference(&stored.fingerprint).is_some() || stored.cells.len() != count {
        return None;
    }
    let computed = |(_, cell): &(usize, StoredCell)| cell.status != "skipped";
    let cells = stored.cells.into_iter().enumerate().filter(computed);
    let cells: Result<Vec<Cell>, String> = cells
        .map(|(index, cell)| {
            Record::new(index, cell.status, cell.value, cell.error, cell.reason).cell(count)
        })
        .collect();
    let cells = cells.ok()?;
    missing(request, &cells).is_empty().then_some(cells)
}
