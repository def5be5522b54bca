//! What one implicit step is solved for, as a vector of numbers of size one.

use nalgebra::{DMatrix, DVector};

use crate::network::Head;

/// What the weights of step t need of its samples.
#[derive(Clone, Debug)]
pub(super) struct Unknowns {
    /// `Gamma(t, s)` for s = 0..=t (m x (t + 1) m).
    pub gamma: DMatrix<f64>,
    /// `E[g^t g^s^T]` for s = 0..=t (m x (t + 1) m).
    pub noise: DMatrix<f64>,
    /// `B^t` (m x e).
    pub drift: DMatrix<f64>,
    /// lambda, with the multiplier of the sphere (m).
    pub decay: Vec<f64>,
    /// Readout and biases.
    pub head: Head,
}

/// What one unit of each kind of unknown is.
pub(super) struct Units {
    pub gamma: f64,
    pub noise: f64,
    pub drift: f64,
    /// Whether the decays are unknown.
    pub sphere: bool,
    /// Whether readout and biases are: numbers of size one.
    pub head: bool,
}

impl Unknowns {
    /// All unknowns in their units.
    pub fn vector(&self, units: &Units) -> DVector<f64> {
        let scaled =
            |values: &[f64], unit: f64| -> Vec<f64> { values.iter().map(|x| x / unit).collect() };
        let mut all = scaled(self.gamma.as_slice(), units.gamma);
        all.extend(scaled(self.noise.as_slice(), units.noise));
        all.extend(scaled(self.drift.as_slice(), units.drift));
        if units.sphere {
            all.extend(scaled(&self.decay, units.gamma));
        }
        if units.head {
            all.extend(self.head.entries());
        }
        DVector::from_vec(all)
    }

    /// The unknowns of this shape with the given values.
    pub fn with(&self, vector: &DVector<f64>, units: &Units) -> Self {
        let mut values = vector.iter();
        let mut fill = |place: &mut [f64], unit: f64| {
            for (entry, value) in place.iter_mut().zip(&mut values) {
                *entry = value * unit;
            }
        };
        let mut unknowns = self.clone();
        fill(unknowns.gamma.as_mut_slice(), units.gamma);
        fill(unknowns.noise.as_mut_slice(), units.noise);
        fill(unknowns.drift.as_mut_slice(), units.drift);
        if units.sphere {
            fill(&mut unknowns.decay, units.gamma);
        }
        if units.head {
            fill(&mut unknowns.head.readout, 1.0);
            fill(&mut unknowns.head.bias, 1.0);
        }
        unknowns
    }
}
