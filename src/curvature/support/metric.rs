//! The lowest eigenvalue of `S^{1/2} D S^{1/2}`.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

use super::landscape::Parts;

/// A factor F with `F F^T = S`: `F^T D F` has the eigenvalues of `S^{1/2} D S^{1/2}`.
pub(super) struct Metric {
    factor: DMatrix<f64>,
    /// Largest eigenvalue of S.
    top: f64,
}

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
        Some(Self {
            factor,
            top: eigen.eigenvalues.max().max(0.0),
        })
    }

    pub(super) fn identity(neurons: usize) -> Self {
        Self {
            factor: DMatrix::identity(neurons, neurons),
            top: 1.0,
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

    /// The lowest eigenvalue, plus what rounding may have taken from it.
    pub(super) fn cautious_lowest(&self, parts: &Parts) -> f64 {
        self.lowest(parts) + parts.noise * self.top
    }

    /// The w with `w^T S^{-1} w = 1` at which `w^T D w` is lowest.
    pub(super) fn lowest_direction(&self, parts: &Parts) -> Vec<f64> {
        let eigen = SymmetricEigen::new(self.matrix(parts));
        let lowest = eigen.eigenvalues.imin();
        let w: DVector<f64> = &self.factor * eigen.eigenvectors.column(lowest);
        w.iter().copied().collect()
    }

    fn matrix(&self, parts: &Parts) -> DMatrix<f64> {
        let neurons = parts.first().len();
        DMatrix::from_fn(neurons, neurons, |a, b| {
            self.entry(parts, a.min(b), a.max(b))
        })
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
