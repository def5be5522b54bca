//! The lowest eigenvalue of `S^{1/2} D S^{1/2}`.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

use crate::network::MAX_NEURONS;

use super::landscape::Parts;
use super::objective::{Direction, Objective};

/// A factor F with `F F^T = S`: `F^T D F` has the eigenvalues of `S^{1/2} D S^{1/2}`.
pub(super) struct Metric {
    factor: DMatrix<f64>,
    /// The rows of F.
    rows: Vec<Direction>,
    /// Largest eigenvalue of S.
    top: f64,
}

/// Room for a matrix of all neurons.
type Square = [[f64; MAX_NEURONS]; MAX_NEURONS];

/// Up to this many neurons every orthant is tried.
const ALL_ORTHANTS: usize = 4;

impl Metric {
    /// Factors a symmetric positive semidefinite matrix; nothing if an entry is not finite.
    pub(super) fn new(s: &DMatrix<f64>) -> Option<Self> {
        if s.iter().any(|entry| !entry.is_finite()) {
            return None;
        }
        let eigen = SymmetricEigen::new(s.clone());
        // Rounding may leave a zero eigenvalue below zero.
        let roots = eigen.eigenvalues.map(|value| value.max(0.0).sqrt());
        let factor = &eigen.eigenvectors * DMatrix::from_diagonal(&roots);
        Some(Self::of_factor(factor, eigen.eigenvalues.max().max(0.0)))
    }

    pub(super) fn identity(neurons: usize) -> Self {
        Self::of_factor(DMatrix::identity(neurons, neurons), 1.0)
    }

    fn of_factor(factor: DMatrix<f64>, top: f64) -> Self {
        let row = |entries: nalgebra::RowDVector<f64>| {
            let mut row = [0.0; MAX_NEURONS];
            row[..entries.len()].copy_from_slice(entries.as_slice());
            row
        };
        let rows = factor.row_iter().map(|entries| row(entries.into_owned()));
        Self {
            rows: rows.collect(),
            factor,
            top,
        }
    }

    /// Directions on the ellipsoid `w^T S^{-1} w = 1` to start from: its principal axes and, for a few neurons, one
    /// in every orthant. Which orthant is best is a combinatorial question that local search cannot decide.
    pub(super) fn ways(&self) -> Vec<Vec<f64>> {
        let neurons = self.factor.nrows();
        let axes = self
            .factor
            .column_iter()
            .map(|column| column.iter().copied().collect());
        let orthants = if neurons <= ALL_ORTHANTS {
            1usize << (neurons - 1)
        } else {
            0
        };
        let reach: Vec<f64> = self.factor.row_iter().map(|row| row.norm()).collect();
        let signed = (0..orthants).map(|signs| {
            let sign = |neuron: usize| if signs >> neuron & 1 == 1 { -1.0 } else { 1.0 };
            reach
                .iter()
                .enumerate()
                .map(|(neuron, reach)| sign(neuron) * reach)
                .collect()
        });
        axes.chain(signed).collect()
    }

    /// The lowest eigenvalue at a place.
    pub(super) fn lowest(&self, parts: &Parts) -> f64 {
        match parts.first().len() {
            1 => self.entry(parts, 0, 0),
            2 => {
                let (a, b, d) = (
                    self.entry(parts, 0, 0),
                    self.entry(parts, 0, 1),
                    self.entry(parts, 1, 1),
                );
                0.5 * (a + d) - (0.5 * (a - d)).hypot(b)
            }
            _ => self.matrix(parts).symmetric_eigenvalues().min(),
        }
    }

    fn matrix(&self, parts: &Parts) -> DMatrix<f64> {
        let neurons = parts.first().len();
        let square = self.square(parts);
        DMatrix::from_fn(neurons, neurons, |a, b| square[a.max(b)][a.min(b)])
    }

    /// `F^T D F`, its lower triangle.
    fn square(&self, parts: &Parts) -> Square {
        let neurons = parts.first().len();
        let mut square = [[0.0; MAX_NEURONS]; MAX_NEURONS];
        let mut along = [0.0; MAX_NEURONS];
        for ((row, g), k) in self.rows.iter().zip(parts.first()).zip(parts.second()) {
            for a in 0..neurons {
                along[a] += g * row[a];
                let bent = parts.slope * k * row[a];
                for (entry, f) in square[a][..=a].iter_mut().zip(row) {
                    *entry += bent * f;
                }
            }
        }
        for a in 0..neurons {
            let bent = parts.bend * along[a];
            for (entry, along) in square[a][..=a].iter_mut().zip(&along) {
                *entry += bent * along;
            }
        }
        square
    }

    fn entry(&self, parts: &Parts, a: usize, b: usize) -> f64 {
        let (left, right) = (self.factor.column(a), self.factor.column(b));
        let (mut along_a, mut along_b, mut bent) = (0.0, 0.0, 0.0);
        for (((g, k), f_a), f_b) in parts
            .first()
            .iter()
            .zip(parts.second())
            .zip(left.iter())
            .zip(right.iter())
        {
            along_a += g * f_a;
            along_b += g * f_b;
            bent += k * f_a * f_b;
        }
        parts.bend * along_a * along_b + parts.slope * bent
    }
}

impl Objective for Metric {
    fn value(&self, parts: &Parts) -> f64 {
        self.lowest(parts) + parts.noise * self.top
    }

    fn is_below(&self, parts: &Parts, bound: f64) -> bool {
        let neurons = parts.first().len();
        if neurons <= 2 {
            return self.value(parts) < bound;
        }
        let bound = bound - parts.noise * self.top;
        // Every matrix has an eigenvalue below infinity, and none has one below what is no number.
        if !bound.is_finite() {
            return bound == f64::INFINITY;
        }
        let mut square = self.square(parts);
        for (a, row) in square.iter_mut().enumerate().take(neurons) {
            row[a] -= bound;
        }
        !is_positive(&mut square, neurons)
    }

    /// The w with `w^T S^{-1} w = 1` at which `w^T D w` is lowest.
    fn direction(&self, parts: &Parts) -> Direction {
        let eigen = SymmetricEigen::new(self.matrix(parts));
        let lowest = eigen.eigenvalues.imin();
        let w: DVector<f64> = &self.factor * eigen.eigenvectors.column(lowest);
        let mut direction = [0.0; MAX_NEURONS];
        direction[..w.len()].copy_from_slice(w.as_slice());
        direction
    }

    fn only_direction(&self) -> Option<&[f64]> {
        None
    }
}

/// Whether all eigenvalues are above zero: whether Cholesky's factorization of the lower triangle comes to its end.
fn is_positive(square: &mut Square, neurons: usize) -> bool {
    for pivot in 0..neurons {
        let square_root = square[pivot][pivot].sqrt();
        // The root of a number below zero is none.
        if square_root.is_nan() || square_root == 0.0 {
            return false;
        }
        let mut column = [0.0; MAX_NEURONS];
        for row in pivot + 1..neurons {
            column[row] = square[row][pivot] / square_root;
        }
        for row in pivot + 1..neurons {
            let factor = column[row];
            for (entry, other) in square[row][pivot + 1..=row]
                .iter_mut()
                .zip(&column[pivot + 1..])
            {
                *entry -= factor * other;
            }
        }
    }
    true
}
