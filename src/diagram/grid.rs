//! The cells of a diagram.

use super::{Axis, Quantity, Refinement, Request};
use crate::numerics::{Measured, short};

/// What a cell came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The number and its error.
    Value(Measured),
    /// There is no such number here, as an infinite threshold or no outlier: a result.
    Absent {
        /// Why.
        reason: String,
    },
    /// The computation failed.
    Failed {
        /// Why.
        reason: String,
    },
}

/// One finished cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Its place: `iy * nx + ix`.
    pub index: usize,
    /// What it came to.
    pub outcome: Outcome,
}

/// A diagram, finished or in part.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagram {
    /// What the cells hold.
    pub quantity: Quantity,
    /// The horizontal axis (nx values).
    pub x: Axis,
    /// The vertical axis (ny values); without it the diagram is a curve.
    pub y: Option<Axis>,
    /// The finished cells by increasing index. Those that an adaptive sweep left out, or that are still to come, are missing.
    pub cells: Vec<Cell>,
    /// Whether cells are still to come.
    pub interrupted: bool,
}

impl Diagram {
    /// The cells, in any order, of what was asked for.
    pub fn new(request: &Request, mut cells: Vec<Cell>) -> Self {
        cells.sort_by_key(|cell| cell.index);
        let interrupted = !missing(request, &cells).is_empty();
        Self {
            interrupted,
            quantity: request.quantity,
            x: request.x.clone(),
            y: request.y.clone(),
            cells,
        }
    }

    /// Where a cell lies, in words: `delta = 2, training.init_std = 0.5`.
    pub fn place_words(&self, cell: usize) -> String {
        let (ix, iy) = (cell % self.columns(), cell / self.columns());
        let x = format!("{} = {}", self.x.key.name(), short(self.x.values[ix]));
        match &self.y {
            Some(y) => format!("{x}, {} = {}", y.key.name(), short(y.values[iy])),
            None => x,
        }
    }

    /// nx.
    pub fn columns(&self) -> usize {
        self.x.values.len()
    }

    /// ny, one for a curve.
    pub fn rows(&self) -> usize {
        self.y.as_ref().map_or(1, |y| y.values.len())
    }

    /// The finished cell at column `ix` and row `iy`.
    pub fn cell(&self, ix: usize, iy: usize) -> Option<&Cell> {
        let index = iy * self.columns() + ix;
        let at = self.cells.binary_search_by_key(&index, |cell| cell.index);
        at.ok().map(|at| &self.cells[at])
    }
}

/// The cells without an outcome that the diagram needs; of an adaptive one, those of the round that is not finished.
pub(super) fn missing(request: &Request, cells: &[Cell]) -> Vec<usize> {
    let refinement = Refinement::new(request).filter(|_| request.adaptive);
    if let Some(mut refinement) = refinement {
        cells.iter().for_each(|cell| refinement.learn(cell));
        return refinement.next_round();
    }
    let mut known = vec![false; request.cells()];
    cells.iter().for_each(|cell| known[cell.index] = true);
    (0..known.len()).filter(|index| !known[*index]).collect()
}
