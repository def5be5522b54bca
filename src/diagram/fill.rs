//! A diagram cell by cell, from where a journal ends.

use super::{Cell, DiagramError, Journal, Plan, Refinement, sweep};
use crate::numerics::Progress;
use crate::simulation::Stop;

/// Computes what is wanted and not among the `cells` yet, and adds it to them; of an adaptive sweep, round by round, what its
/// rounds choose. Every finished cell goes into the journal at once. An interruption ends it with the cells that are finished.
///
/// # Errors
/// When the journal cannot be written, or threads not be started.
pub fn fill(
    plan: &Plan,
    wanted: &[usize],
    journal: &mut Option<Journal>,
    cells: &mut Vec<Cell>,
    progress: &dyn Progress,
    stop: Stop,
) -> Result<(), DiagramError> {
    let mut some = |wanted: &[usize], cells: &mut Vec<Cell>| {
        let mut sink = |cell: &Cell| {
            if let Some(journal) = journal {
                journal.record(cell)?;
            }
            cells.push(cell.clone());
            Ok(())
        };
        sweep(plan, wanted, &mut sink, progress, stop)
    };
    let found = cells.len();
    if plan.request.adaptive {
        note(found, None, progress);
        let Some(mut refinement) = Refinement::new(&plan.request) else {
            return Ok(());
        };
        cells.iter().for_each(|cell| refinement.learn(cell));
        loop {
            let round = refinement.next_round();
            if round.is_empty() || stop() {
                return Ok(());
            }
            let before = cells.len();
            some(&round, cells)?;
            cells[before..]
                .iter()
                .for_each(|cell| refinement.learn(cell));
        }
    }
    let mut known = vec![false; plan.request.cells()];
    cells.iter().for_each(|cell| known[cell.index] = true);
    let missing: Vec<usize> = wanted.iter().copied().filter(|i| !known[*i]).collect();
    note(found, Some(missing.len()), progress);
    some(&missing, cells)
}

fn note(found: usize, missing: Option<usize>, progress: &dyn Progress) {
    if found == 0 {
        return;
    }
    let still = missing.map_or_else(String::new, |missing| {
        format!(", {missing} are still to be computed")
    });
    progress.note(&format!("{found} cells are in the journal{still}"));
}
