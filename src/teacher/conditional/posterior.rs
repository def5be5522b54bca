//! Posterior of the latents given a label and Gaussian knowledge of the easy ones.

use nalgebra::DMatrix;
use rayon::prelude::*;

use super::ConditionalLaw;
use crate::numerics::{EigenError, SortedEigen, orthonormal_polynomials, packed_len};
use crate::teacher::bins::{BIN_NODES, MOMENTS};
use crate::teacher::{MAX_LATENT, MAX_PAIRS};

/// Labels less probable than this are left out: rounding would show in their moments. Rare labels come from large latents and
/// tell much of them: 1e-10 in all moved thresholds by 1e-7.
const NEGLIGIBLE: f64 = 1e-13;

/// The kernel is below double precision this many standard deviations away.
const KERNEL_REACH: f64 = 8.3;

/// Observations evaluated by one task: enough for the table to be read seldom; fixed, so that sums do not depend on the number of threads.
const BLOCK: usize = 32;

/// What the label tells of the latents where one observation is known: squares of conditional means, averaged over the label.
#[derive(Clone, Debug)]
pub struct PosteriorEnergy {
    /// Total probability of the labels: one, up to the quadrature error.
    pub probability: f64,
    /// `E_y[u u^T]`, `u = E[z_U - omega | y, omega]` (p x p).
    pub easy: DMatrix<f64>,
    /// `E_y[h h^T]`, h the packed upper triangle of `E[z_V z_V^T - I | y, omega]`.
    pub hard: DMatrix<f64>,
}

/// Knowledge `z_U | omega ~ N(omega, S)` of the easy latents.
#[derive(Clone, Debug)]
pub struct EasyKnowledge {
    inverse: DMatrix<f64>,
    normal: f64,
    /// Largest standard deviation.
    widest: f64,
}

impl EasyKnowledge {
    /// From the covariance S (p x p, positive definite).
    ///
    /// # Errors
    /// When S is not finite.
    pub fn new(covariance: &DMatrix<f64>) -> Result<Self, EigenError> {
        let eigen = SortedEigen::new(covariance)?;
        let floor = eigen.values.map(|x| x.max(f64::MIN_POSITIVE));
        let inverse = DMatrix::from_diagonal(&floor.map(|x| 1.0 / x));
        let determinant: f64 = floor.iter().product();
        let normal = (2.0 * std::f64::consts::PI).powi(covariance.nrows() as i32) * determinant;
        Ok(Self {
            inverse: &eigen.vectors * inverse * eigen.vectors.transpose(),
            normal: 1.0 / normal.sqrt(),
            widest: eigen.largest().sqrt(),
        })
    }

    /// `S^{-1} M S^{-1}`.
    pub fn precision_of(&self, matrix: &DMatrix<f64>) -> DMatrix<f64> {
        &self.inverse * matrix * &self.inverse
    }

    fn density(&self, positions: &[Vec<f64>], row: usize, omega: &[f64]) -> f64 {
        let p = omega.len();
        let mut form = 0.0;
        for i in 0..p {
            let x = positions[i][row] - omega[i];
            for j in 0..p {
                form += x * self.inverse[(i, j)] * (positions[j][row] - omega[j]);
            }
        }
        self.normal * (-0.5 * form).exp()
    }
}

impl ConditionalLaw {
    /// What the label tells for every observation omega (easy_dim coordinates).
    pub fn posteriors(
        &self,
        knowledge: &EasyKnowledge,
        observations: &[Vec<f64>],
    ) -> Vec<PosteriorEnergy> {
        observations
            .par_chunks(BLOCK)
            .flat_map_iter(|block| self.block(knowledge, block))
            .collect()
    }

    fn block(&self, knowledge: &EasyKnowledge, block: &[Vec<f64>]) -> Vec<PosteriorEnergy> {
        let (first, count) = self.rows_near(knowledge, block);
        let n = block.len();
        let kernel = DMatrix::from_fn(n, count, |i, row| {
            knowledge.density(&self.positions, first + row, &block[i])
        });
        // the kernel, and the kernel times each easy latent, below one another: one product for all
        let mut weighted = DMatrix::zeros(n * (1 + self.easy_dim), count);
        weighted.rows_mut(0, n).copy_from(&kernel);
        for (axis, positions) in self.positions.iter().enumerate() {
            let mut part = weighted.rows_mut(n * (1 + axis), n);
            for row in 0..count {
                part.set_column(row, &(kernel.column(row) * positions[first + row]));
            }
        }
        let seen = self.seen(first, count);
        let mass = weighted * self.mass.rows(first, count).select_columns(&seen.mass);
        let second = kernel * self.second.rows(first, count).select_columns(&seen.second);
        let row = |matrix: &DMatrix<f64>, i: usize| -> Vec<f64> {
            matrix.row(i).iter().copied().collect()
        };
        (0..n)
            .map(|i| {
                let means: Vec<Vec<f64>> = (0..self.easy_dim)
                    .map(|axis| row(&mass, n * (1 + axis) + i))
                    .collect();
                self.energy(&seen, &block[i], &row(&mass, i), means, &row(&second, i))
            })
            .collect()
    }

    /// The labels with a probability on a range of rows.
    fn seen(&self, first: usize, count: usize) -> Seen {
        let (points, bins) = (self.labels.points(), self.labels.bins());
        let occurs = |column: &usize| {
            let entries = self.mass.view((first, *column), (count, 1));
            entries.iter().any(|p| *p != 0.0)
        };
        let points_seen: Vec<usize> = (0..points).filter(occurs).collect();
        let bins_seen = (0..bins).filter(|bin| occurs(&(points + MOMENTS * bin)));
        let bins_seen: Vec<usize> = bins_seen.collect();
        let columns = |moments: usize| {
            let in_bins = bins_seen.iter().map(move |bin| points + moments * bin);
            let in_bins = in_bins.flat_map(move |from| from..from + moments);
            points_seen.iter().copied().chain(in_bins)
        };
        let pairs = 0..packed_len(self.hard_dim);
        let second = pairs.flat_map(|pair| {
            columns(BIN_NODES).map(move |column| pair * self.labels.second_len() + column)
        });
        Seen {
            mass: columns(MOMENTS).collect(),
            second: second.collect(),
            bins: bins_seen.len(),
            points: points_seen,
        }
    }

    /// First row, and number of rows, that the kernels of a block reach.
    fn rows_near(&self, knowledge: &EasyKnowledge, block: &[Vec<f64>]) -> (usize, usize) {
        let reach = KERNEL_REACH * knowledge.widest;
        let first = block.iter().map(|omega| omega[0]);
        let low = first.clone().fold(f64::INFINITY, f64::min) - reach;
        let high = first.fold(f64::NEG_INFINITY, f64::max) + reach;
        // strips are disjoint and increasing in the first coordinate
        let strips: Vec<usize> = (0..self.positions[0].len() / self.strip_rows)
            .filter(|strip| {
                let rows = strip * self.strip_rows..(strip + 1) * self.strip_rows;
                self.positions[0][rows]
                    .iter()
                    .any(|a| *a >= low && *a <= high)
            })
            .collect();
        match (strips.first(), strips.last()) {
            (Some(a), Some(b)) => (a * self.strip_rows, (b + 1 - a) * self.strip_rows),
            _ => (0, 0),
        }
    }

    /// From the probabilities and moments of the labels that are seen, all not yet divided by the probabilities.
    fn energy(
        &self,
        seen: &Seen,
        omega: &[f64],
        mass: &[f64],
        mut means: Vec<Vec<f64>>,
        second: &[f64],
    ) -> PosteriorEnergy {
        for (means, omega) in means.iter_mut().zip(omega) {
            means
                .iter_mut()
                .zip(mass)
                .for_each(|(u, p)| *u -= omega * p);
        }
        let (easy_dim, pairs) = (means.len(), packed_len(self.hard_dim));
        let mut energy = PosteriorEnergy {
            probability: 0.0,
            easy: DMatrix::zeros(easy_dim, easy_dim),
            hard: DMatrix::zeros(pairs, pairs),
        };
        let points = seen.points.len();
        // entries of the moments of every axis, and of every pair
        let rows = |len: usize| (0..pairs).map(move |pair| &second[pair * len..(pair + 1) * len]);
        let second: Vec<&[f64]> = rows(points + BIN_NODES * seen.bins).collect();
        for (j, &point) in seen.points.iter().enumerate() {
            let measure = self.labels.measure(point);
            if mass[j] * measure >= NEGLIGIBLE {
                energy.probability += mass[j] * measure;
                energy.add_term(
                    measure / mass[j],
                    |axis| means[axis][j],
                    |pair| second[pair][j],
                );
            }
        }
        for bin in 0..seen.bins {
            let (at, at_second) = (points + MOMENTS * bin, points + BIN_NODES * bin);
            let mass = &mass[at..at + MOMENTS];
            if mass[0] < NEGLIGIBLE {
                continue;
            }
            energy.probability += mass[0];
            for polynomial in orthonormal_polynomials(mass, BIN_NODES) {
                let along = |moments: &[f64]| -> f64 {
                    polynomial.iter().zip(moments).map(|(p, m)| p * m).sum()
                };
                energy.add_term(
                    1.0,
                    |axis| along(&means[axis][at..]),
                    |pair| along(&second[pair][at_second..]),
                );
            }
        }
        energy
    }
}

/// Labels with a probability on some rows of a table, and their columns in it.
struct Seen {
    points: Vec<usize>,
    bins: usize,
    mass: Vec<usize>,
    second: Vec<usize>,
}

impl PosteriorEnergy {
    /// Adds the outer products of one set of moments, times `weight`.
    fn add_term(&mut self, weight: f64, easy: impl Fn(usize) -> f64, hard: impl Fn(usize) -> f64) {
        fn add(energy: &mut DMatrix<f64>, weight: f64, moments: &[f64]) {
            for (column, a) in moments.iter().enumerate() {
                for (row, b) in moments.iter().enumerate() {
                    energy[(row, column)] += weight * a * b;
                }
            }
        }
        let (mut means, mut second) = ([0.0; MAX_LATENT], [0.0; MAX_PAIRS]);
        let (p, pairs) = (self.easy.nrows(), self.hard.nrows());
        (0..p).for_each(|axis| means[axis] = easy(axis));
        (0..pairs).for_each(|pair| second[pair] = hard(pair));
        add(&mut self.easy, weight, &means[..p]);
        add(&mut self.hard, weight, &second[..pairs]);
    }
}
