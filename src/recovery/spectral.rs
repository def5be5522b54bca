//! The best spectral method with a scalar preprocessing of the labels.

use nalgebra::{DMatrix, DVector};

use super::operator::second_moment_energy;
use crate::numerics::{spread, unpack};
use crate::teacher::LabelLaw;

/// Starts of the maximisation, spread over the sphere.
const STARTS: u32 = 48;
/// Iterations of one ascent; it stops earlier when the direction is stationary.
const MAX_ITERATIONS: usize = 20_000;

/// `max over |v| = 1 of E_y[(v^T G(y) v)^2] = 1/delta_spec` (docs/theory.md section 3; arXiv:2502.01583)
/// and the maximiser (k).
///
/// A shifted power ascent from many starts: the objective is a quartic form in a few variables, so every local
/// maximum is reached by some start.
pub fn best_direction(law: &LabelLaw) -> (f64, DVector<f64>) {
    best_direction_of(law.latent_dim(), &second_moment_energy(law))
}

/// As [`best_direction`], from `E_y[g g^T]`, g the packed upper triangle of `G(y)` (p x p, p = k(k+1)/2).
pub(super) fn best_direction_of(latent_dim: usize, energy: &DMatrix<f64>) -> (f64, DVector<f64>) {
    highest(&QuarticForm {
        latent_dim,
        matrix: energy.clone(),
    })
}

/// `E[(v^T G v)^2]` from `E[g g^T]` (p x p) along one unit vector (k).
pub(super) fn value_along(moment: &DMatrix<f64>, v: &DVector<f64>) -> f64 {
    QuarticForm {
        latent_dim: v.len(),
        matrix: moment.clone(),
    }
    .value(v)
}

fn highest(form: &QuarticForm) -> (f64, DVector<f64>) {
    let mut best = (f64::NEG_INFINITY, DVector::zeros(form.latent_dim));
    for n in 0..STARTS {
        let v = form.ascend(start(form.latent_dim, n));
        let value = form.value(&v);
        if value > best.0 {
            best = (value, v);
        }
    }
    best
}

/// `E[g g^T]` of the packed entries of G.
struct QuarticForm {
    latent_dim: usize,
    matrix: DMatrix<f64>,
}

impl QuarticForm {
    fn weights(&self, v: &DVector<f64>) -> DVector<f64> {
        let k = self.latent_dim;
        let entries = (0..k).flat_map(|i| (i..k).map(move |j| (i, j)));
        DVector::from_iterator(
            self.matrix.nrows(),
            entries.map(|(i, j)| {
                if i == j {
                    v[i] * v[i]
                } else {
                    2.0 * v[i] * v[j]
                }
            }),
        )
    }

    fn value(&self, v: &DVector<f64>) -> f64 {
        let w = self.weights(v);
        w.dot(&(&self.matrix * &w))
    }

    /// `E[(v^T G v) G]`, a quarter of the gradient's matrix.
    fn weighted(&self, v: &DVector<f64>) -> DMatrix<f64> {
        unpack((&self.matrix * self.weights(v)).as_slice(), self.latent_dim)
    }

    fn ascend(&self, mut v: DVector<f64>) -> DVector<f64> {
        // a shift that makes the iteration ascend monotonically
        let shift = 3.0 * self.matrix.norm().max(f64::MIN_POSITIVE);
        for _ in 0..MAX_ITERATIONS {
            let next = (self.weighted(&v) * &v + shift * &v).normalize();
            let change = (&next - &v).norm();
            v = next;
            if change < 1e-15 {
                break;
            }
        }
        v
    }
}

fn start(k: usize, n: u32) -> DVector<f64> {
    DVector::from_fn(k, |i, _| 2.0 * spread(n + 1, i) - 1.0 + 1e-3).normalize()
}
