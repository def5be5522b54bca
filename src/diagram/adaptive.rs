//! Which cells lie near the phase boundary.

use super::{Cell, Outcome, Request};

/// A lattice has at least this many steps along each axis, as far as the axis has them.
const COARSEST: usize = 4;

/// On which side of the boundary a cell lies. A region without a number ends in a boundary too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Below,
    Above,
    Nowhere,
}

/// Chooses the cells of an adaptive sweep, round by round.
///
/// The first round is a coarse lattice. Where the corners of a square of the lattice lie on different sides of the
/// boundary, the next round has the points of a lattice half as wide in and on that square, down to single cells. In the
/// end the boundary is followed: while two neighbouring cells lie on different sides, the corners of both squares that
/// share this edge are chosen. So of every square of cells that a boundary crosses all four corners are computed, if the
/// lattice meets that boundary at all; what lies within one square of the coarse lattice may be missed.
///
/// What is chosen depends on the outcomes alone, not on their order, so a sweep that was interrupted makes the same choice.
#[derive(Clone, Debug)]
pub struct Refinement {
    columns: usize,
    rows: usize,
    level: f64,
    /// Strides of the lattices still to come, the next one last; the last one of all is (1, 1).
    strides: Vec<(usize, usize)>,
    /// Those of the lattice that was chosen last.
    current: Option<(usize, usize)>,
    chosen: Vec<bool>,
    sides: Vec<Option<Side>>,
}

impl Refinement {
    /// Before the first round, for a quantity with a boundary.
    pub fn new(request: &Request) -> Option<Self> {
        let (columns, rows) = (request.columns(), request.rows());
        let mut stride = (coarse(columns), coarse(rows));
        let mut strides = vec![stride];
        while stride != (1, 1) {
            stride = (stride.0.div_ceil(2), stride.1.div_ceil(2));
            strides.push(stride);
        }
        strides.reverse();
        Some(Self {
            columns,
            rows,
            level: request.quantity.boundary()?,
            strides,
            current: None,
            chosen: vec![false; columns * rows],
            sides: vec![None; columns * rows],
        })
    }

    /// Takes the outcome of a cell.
    pub fn learn(&mut self, cell: &Cell) {
        self.sides[cell.index] = Some(match &cell.outcome {
            Outcome::Value(value) if value.value < self.level => Side::Below,
            Outcome::Value(_) => Side::Above,
            Outcome::Absent { .. } | Outcome::Failed { .. } => Side::Nowhere,
        });
    }

    /// The cells of the next round, by increasing index; empty when there is nothing left to be known.
    pub fn next_round(&mut self) -> Vec<usize> {
        loop {
            let unknown: Vec<usize> = (0..self.sides.len())
                .filter(|i| self.chosen[*i] && self.sides[*i].is_none())
                .collect();
            if !unknown.is_empty() {
                return unknown;
            }
            let more = match (self.current, self.strides.pop()) {
                (None, Some(stride)) => self.choose_lattice(stride),
                (Some(coarse), Some(stride)) => self.refine(coarse, stride),
                (_, None) => self.follow(),
            };
            if !more && self.strides.is_empty() && self.current == Some((1, 1)) && !self.follow() {
                return Vec::new();
            }
        }
    }

    fn choose_lattice(&mut self, stride: (usize, usize)) -> bool {
        self.current = Some(stride);
        let (xs, ys) = (
            lattice(self.columns, stride.0),
            lattice(self.rows, stride.1),
        );
        self.choose(&xs, &ys)
    }

    /// Chooses the points of the finer lattice in every square of the coarser one that the boundary crosses.
    fn refine(&mut self, coarse: (usize, usize), stride: (usize, usize)) -> bool {
        self.current = Some(stride);
        let (xs, ys) = (
            lattice(self.columns, stride.0),
            lattice(self.rows, stride.1),
        );
        let mut more = false;
        for (left, right) in intervals(self.columns, coarse.0) {
            for (low, high) in intervals(self.rows, coarse.1) {
                if self.crossed([(left, low), (right, low), (left, high), (right, high)]) {
                    let within = |all: &[usize], from: usize, to: usize| -> Vec<usize> {
                        let points = all.iter().copied();
                        points.filter(|at| (from..=to).contains(at)).collect()
                    };
                    let (xs, ys) = (within(&xs, left, right), within(&ys, low, high));
                    more |= self.choose(&xs, &ys);
                }
            }
        }
        more
    }

    /// Chooses the corners of every square of cells with known corners on different sides.
    fn follow(&mut self) -> bool {
        let mut more = false;
        for (left, right) in intervals(self.columns, 1) {
            for (low, high) in intervals(self.rows, 1) {
                if self.crossed([(left, low), (right, low), (left, high), (right, high)]) {
                    more |= self.choose(&[left, right], &[low, high]);
                }
            }
        }
        more
    }

    /// Whether those corners that are chosen and known lie on different sides.
    fn crossed(&self, corners: [(usize, usize); 4]) -> bool {
        let mut sides = corners
            .iter()
            .map(|(ix, iy)| iy * self.columns + ix)
            .filter(|at| self.chosen[*at])
            .filter_map(|at| self.sides[at]);
        let first = sides.next();
        sides.any(|side| Some(side) != first)
    }

    /// Whether a point was not chosen before.
    fn choose(&mut self, xs: &[usize], ys: &[usize]) -> bool {
        let mut more = false;
        for iy in ys {
            for ix in xs {
                more |= !std::mem::replace(&mut self.chosen[iy * self.columns + ix], true);
            }
        }
        more
    }
}

/// The largest power of two of which an axis of `count` values holds enough.
fn coarse(count: usize) -> usize {
    let most = (count.saturating_sub(1) / COARSEST).max(1);
    1 << most.ilog2()
}

/// Every `stride`-th place of `count`, and the last one.
fn lattice(count: usize, stride: usize) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count - 1).step_by(stride).collect();
    places.push(count - 1);
    places
}

/// Neighbouring places of the lattice; of a single place, that with itself.
fn intervals(count: usize, stride: usize) -> Vec<(usize, usize)> {
    let places = lattice(count, stride);
    if places.len() == 1 {
        return vec![(0, 0)];
    }
    places.windows(2).map(|pair| (pair[0], pair[1])).collect()
}

#[cfg(test)]
mod tests;
