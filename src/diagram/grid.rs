//! The cells of a diagram.

use super::{Axis, Quantity, Request};
use crate::numerics::Measured;

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
}

impl Diagram {
    /// The cells, in any order, of what was asked for.
    pub fn new(request: &Request, mut cells: Vec<Cell>) -> Self {
        cells.sort_by_key(|cell| cell.index);
        Self {
            quantity: request.quantity,
            x: request.x.clone(),
            y: request.y.clone(),
            cells,
        }
    }

    /// Where a cell lies, in words: `delta = 2, training.init_std = 0.5`.
    pub fn place_words(&self, cell: usize) -> String {
        let (ix, iy) = (cell % self.columns(), cell / self.columns());
        let x = format!("{} = {}", self.x.key.name(), self.x.values[ix]);
        match &self.y {
            Some(y) => format!("{x}, {} = {}", y.key.name(), y.values[iy]),
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
