//! Bayes state evolution of the easy directions, and what it leaves of the hard ones.

use nalgebra::{DMatrix, DVector};

use super::operator::InformationOperator;
use super::spectral::best_direction_of;
use crate::numerics::{EigenError, SortedEigen, gauss_hermite, gauss_legendre, packed_len};
use crate::teacher::{ConditionalLaw, EasyKnowledge};

/// A single observation is integrated this many standard deviations far.
const REACH: f64 = 7.5;

/// Widest panels of the observation, in its standard deviations.
const WIDEST_PANEL: f64 = 1.5;

/// Panels of the observation, in standard deviations of what it leaves unknown: the posterior changes on that scale.
const POSTERIOR_WIDTHS: f64 = 2.0;

/// An overlap this small needs no integral.
const NO_OVERLAP: f64 = 1e-14;

/// State evolution on the easy subspace: `omega ~ N(0, Q)`, `z_U | omega ~ N(omega, I - Q)`
/// (docs/theory.md section 3.3; Aubin et al. arXiv:1806.05451).
#[derive(Clone, Copy, Debug)]
pub struct Evolution<'a> {
    law: &'a ConditionalLaw,
    /// Nodes per panel of a single observation; twice as many, at least, in all for each of two.
    nodes: usize,
}

/// What a knowledge of the easy latents gives.
#[derive(Clone, Debug)]
pub struct Information {
    /// Overlap Q (p x p).
    pub overlap: DMatrix<f64>,
    /// `E[g g^T]` (p x p): the signal-to-noise matrix that the labels add, per unit of delta.
    pub easy: DMatrix<f64>,
    /// `E[h h^T]`, h the packed upper triangle of `G_V(y, omega) = E[z_V z_V^T - I | y, omega]`.
    pub hard: DMatrix<f64>,
    /// Total probability found: one, up to the quadrature error.
    pub mass: f64,
    hard_dim: usize,
}

impl Information {
    /// `F(M) = E[G_V M G_V]`.
    pub fn operator(&self) -> InformationOperator {
        InformationOperator::from_energy(self.hard_dim, &self.hard)
    }

    /// `max over |v| = 1 of E[(v^T G_V v)^2]`.
    pub fn best_spectral(&self) -> f64 {
        best_direction_of(self.hard_dim, &self.hard).0
    }
}

impl<'a> Evolution<'a> {
    /// Evolution of a tabulated target; `nodes` per panel of the observation.
    pub fn new(law: &'a ConditionalLaw, nodes: usize) -> Self {
        Self { law, nodes }
    }

    /// Information at the signal-to-noise matrix X (p x p): `Q = X (I + X)^{-1}`.
    ///
    /// # Errors
    /// When X is not finite.
    pub fn information(&self, signal: &DMatrix<f64>) -> Result<Information, EigenError> {
        let p = self.law.easy_dim();
        let eigen = SortedEigen::new(signal)?;
        let spectral = |f: &dyn Fn(f64) -> f64| {
            let diagonal = DMatrix::from_diagonal(&eigen.values.map(|x| f(x.max(0.0))));
            &eigen.vectors * diagonal * eigen.vectors.transpose()
        };
        let overlap = spectral(&|x| x / (1.0 + x));
        let knowledge = EasyKnowledge::new(&spectral(&|x| 1.0 / (1.0 + x)))?;
        let rules: Vec<Vec<(f64, f64)>> = eigen
            .values
            .iter()
            .map(|x| self.observation(x.max(0.0) / (1.0 + x.max(0.0))))
            .collect();
        let (observations, weights) = product(&rules, &eigen.vectors);
        let pairs = packed_len(self.law.hard_dim());
        let mut information = Information {
            overlap,
            easy: DMatrix::zeros(p, p),
            hard: DMatrix::zeros(pairs, pairs),
            mass: 0.0,
            hard_dim: self.law.hard_dim(),
        };
        let posteriors = self.law.posteriors(&knowledge, &observations);
        for (weight, energy) in weights.into_iter().zip(&posteriors) {
            information.easy += &energy.easy * weight;
            information.hard += &energy.hard * weight;
            information.mass += energy.probability * weight;
        }
        information.easy = knowledge.precision_of(&information.easy);
        Ok(information)
    }

    /// The fixed point from no information at this delta: overlap Q (p x p).
    ///
    /// # Errors
    /// When the iteration leaves the finite numbers.
    pub fn fixed_point(&self, delta: f64) -> Result<Information, EigenError> {
        let p = self.law.easy_dim();
        let mut signal = DMatrix::zeros(p, p);
        let mut information = self.information(&signal)?;
        for _ in 0..MAX_ITERATIONS {
            let next = &information.easy * delta;
            let change = (&next - &signal).norm() / (1.0 + next.norm());
            signal = next;
            information = self.information(&signal)?;
            if change < FIXED {
                break;
            }
        }
        Ok(information)
    }

    /// Nodes and weights of `N(0, overlap)`.
    fn observation(&self, overlap: f64) -> Vec<(f64, f64)> {
        if overlap < NO_OVERLAP {
            return vec![(0.0, 1.0)];
        }
        let sharpness = (overlap / (1.0 - overlap)).sqrt();
        if self.law.easy_dim() > 1 {
            let count = 2.0 * self.nodes as f64 * sharpness.max(1.0);
            let rule = gauss_hermite(count as usize).into_iter();
            return rule.map(|(t, w)| (overlap.sqrt() * t, w)).collect();
        }
        let width = WIDEST_PANEL.min(POSTERIOR_WIDTHS / sharpness);
        let panels = 2 * (REACH / width).ceil() as usize;
        let half = REACH / panels as f64;
        let rule = gauss_legendre(self.nodes);
        let mut nodes = Vec::with_capacity(panels * rule.len());
        for panel in 0..panels {
            let centre = half * (2 * panel + 1) as f64 - REACH;
            for &(x, w) in &rule {
                let t = centre + half * x;
                let density = (-0.5 * t * t).exp() / (2.0 * std::f64::consts::PI).sqrt();
                nodes.push((overlap.sqrt() * t, half * w * density));
            }
        }
        nodes
    }
}

/// Iterations of the state evolution; it converges geometrically away from its jumps.
const MAX_ITERATIONS: usize = 2000;

/// Relative change of the signal that counts as none.
const FIXED: f64 = 1e-11;

/// Tensor product of one or two rules along the columns of `axes`.
fn product(rules: &[Vec<(f64, f64)>], axes: &DMatrix<f64>) -> (Vec<Vec<f64>>, Vec<f64>) {
    let mut points = vec![(DVector::zeros(rules.len()), 1.0)];
    for (axis, rule) in rules.iter().enumerate() {
        points = points
            .iter()
            .flat_map(|(point, weight)| {
                rule.iter()
                    .map(move |(t, w)| (point + axes.column(axis) * *t, weight * w))
            })
            .collect();
    }
    points.retain(|(_, weight)| *weight > NEGLIGIBLE);
    // neighbours in the first coordinate share their rows of the table
    points.sort_by(|a, b| a.0[0].total_cmp(&b.0[0]));
    points
        .into_iter()
        .map(|(point, weight)| (point.iter().copied().collect(), weight))
        .unzip()
}

/// Observations of less weight are left out.
const NEGLIGIBLE: f64 = 1e-13;
