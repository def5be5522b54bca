//! Posterior of the latents given a label and Gaussian knowledge of the easy ones.

use nalgebra::{DMatrix, DVector};
use rayon::prelude::*;

use super::ConditionalLaw;
use crate::numerics::{EigenError, LawRule, SortedEigen, legendre_series, packed_len};
use crate::teacher::bins::{BIN_NODES, MOMENTS, project};
use crate::teacher::{MAX_LATENT, MAX_PAIRS};

/// Labels less probable than this are left out: rounding would show in their moments. Rare labels come from large latents and
/// tell much of them: 1e-10 in all moved thresholds by 1e-7.
const NEGLIGIBLE: f64 = 1e-13;

/// The kernel is below double precision this many standard deviations away.
const KERNEL_REACH: f64 = 8.3;

/// Observations evaluated by one task: enough for the table to be read seldom; fixed, so that sums do not depend on the number of threads.
const BLOCK: usize = 32;

/// A label's value with its probability and the latents' moments given it and the knowledge of z_U.
#[derive(Clone, Copy, Debug)]
pub struct PosteriorNode {
    /// Probability.
    pub weight: f64,
    /// `E[z_U | y, omega]`, first easy_dim entries.
    pub easy_mean: [f64; MAX_LATENT],
    /// `E[z_V z_V^T - I | y, omega]`, packed upper triangle by rows.
    pub hard_second: [f64; MAX_PAIRS],
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

    /// `S^{-1} x`.
    pub fn precision(&self, x: &DVector<f64>) -> DVector<f64> {
        &self.inverse * x
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
    /// Law of the label, with the latents' moments given it, for every observation omega (easy_dim coordinates).
    ///
    /// Weights of one observation sum to one up to the quadrature error.
    pub fn posteriors(
        &self,
        knowledge: &EasyKnowledge,
        observations: &[Vec<f64>],
    ) -> Vec<Vec<PosteriorNode>> {
        observations
            .par_chunks(BLOCK)
            .flat_map_iter(|block| self.block(knowledge, block))
            .collect()
    }

    fn block(&self, knowledge: &EasyKnowledge, block: &[Vec<f64>]) -> Vec<Vec<PosteriorNode>> {
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
        let mass = weighted * self.mass.rows(first, count);
        let second = kernel * self.second.rows(first, count);
        let row = |matrix: &DMatrix<f64>, i: usize| -> Vec<f64> {
            matrix.row(i).iter().copied().collect()
        };
        (0..n)
            .map(|i| {
                let means: Vec<Vec<f64>> = (0..self.easy_dim)
                    .map(|axis| row(&mass, n * (1 + axis) + i))
                    .collect();
                self.nodes(&row(&mass, i), &means, &row(&second, i))
            })
            .collect()
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

    fn nodes(&self, mass: &[f64], means: &[Vec<f64>], second: &[f64]) -> Vec<PosteriorNode> {
        let pairs = packed_len(self.hard_dim);
        let second_len = self.labels.second_len();
        let points = self.labels.points();
        let mut nodes = Vec::new();
        for j in 0..points {
            let weight = mass[j] * self.labels.measure(j);
            if weight < NEGLIGIBLE {
                continue;
            }
            let mut node = PosteriorNode::empty(weight);
            for (slot, mean) in node.easy_mean.iter_mut().zip(means) {
                *slot = mean[j] / mass[j];
            }
            for pair in 0..pairs {
                node.hard_second[pair] = second[pair * second_len + j] / mass[j];
            }
            nodes.push(node);
        }
        for bin in 0..self.labels.bins() {
            let moments = |row: &[f64], at: usize| row[at..at + BIN_NODES].to_vec();
            let at = points + MOMENTS * bin;
            let bin_means: Vec<Vec<f64>> = means.iter().map(|mean| moments(mean, at)).collect();
            let bin_second: Vec<Vec<f64>> = (0..pairs)
                .map(|pair| moments(second, pair * second_len + points + BIN_NODES * bin))
                .collect();
            bin_nodes(&mass[at..at + MOMENTS], &bin_means, &bin_second, &mut nodes);
        }
        nodes
    }
}

impl PosteriorNode {
    fn empty(weight: f64) -> Self {
        Self {
            weight,
            easy_mean: [0.0; MAX_LATENT],
            hard_second: [0.0; MAX_PAIRS],
        }
    }
}

/// Gauss rule of the label's law on a bin, and least-squares polynomials of the moments at its nodes.
fn bin_nodes(
    mass: &[f64],
    means: &[Vec<f64>],
    second: &[Vec<f64>],
    nodes: &mut Vec<PosteriorNode>,
) {
    if mass[0] < NEGLIGIBLE {
        return;
    }
    let Some(rule) = LawRule::from_legendre_moments(mass, BIN_NODES) else {
        return;
    };
    let from = nodes.len();
    nodes.extend(rule.weights.iter().map(|w| PosteriorNode::empty(*w)));
    let fresh = &mut nodes[from..];
    for (axis, moments) in means.iter().enumerate() {
        let (series, _) = project(&rule, moments);
        for (node, t) in fresh.iter_mut().zip(&rule.nodes) {
            node.easy_mean[axis] = legendre_series(&series, *t);
        }
    }
    for (pair, moments) in second.iter().enumerate() {
        let (series, _) = project(&rule, moments);
        for (node, t) in fresh.iter_mut().zip(&rule.nodes) {
            node.hard_second[pair] = legendre_series(&series, *t);
        }
    }
}
