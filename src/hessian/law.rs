//! The joint law of curvature and latent that the spectral theory needs.

use nalgebra::DMatrix;

use super::error::HessianError;
use super::symmetry::NeuronSymmetry;
use crate::numerics::{Scalar, packed_len};

/// Largest number of neurons for which kernels are compiled.
pub const MAX_NEURONS: usize = 16;

/// Departure from one allowed to the sum of the weights: rounding over a few million terms.
const WEIGHT_TOLERANCE: f64 = 1e-9;

/// A weighted sample of `(D, E[z_V z_V^T | y, z_U])`.
///
/// `m` neurons, `r` hard directions, `n` weighted points. Symmetric matrices are packed
/// by rows of their upper triangle.
#[derive(Clone, Debug)]
pub struct CurvatureLaw {
    /// m.
    pub neurons: usize,
    /// r.
    pub hard_dim: usize,
    /// Probability weights, positive, summing to one (n).
    pub weights: Vec<f64>,
    /// Curvature D, packed (n x m(m+1)/2).
    pub curvature: Vec<f64>,
    /// `E[z_V z_V^T | y, z_U]`, packed (n x r(r+1)/2).
    pub latent_second_moment: Vec<f64>,
    /// Permutations and reversals of neurons that leave the law (not the sample) unchanged.
    pub symmetry: Option<NeuronSymmetry>,
    /// A deterministic term `diag(shift) (x) I` of the Hessian, one entry for each neuron (m), or empty for none: the
    /// curvature of the sphere on which rows of W are kept.
    pub shift: Vec<f64>,
}

impl CurvatureLaw {
    /// Removes from a symmetric matrix (m x m) what the law's symmetry forbids.
    ///
    /// The averages are symmetric whatever the argument, so Newton's method would amplify rounding in the
    /// forbidden directions.
    pub(super) fn symmetrise<N>(&self, matrix: &mut DMatrix<N>)
    where
        N: Scalar + nalgebra::Scalar,
    {
        let Some(symmetry) = &self.symmetry else {
            return;
        };
        let m = self.neurons;
        let pairs = || (0..m).flat_map(|i| (i..m).map(move |j| (i, j)));
        let mut packed: Vec<N> = pairs().map(|index| matrix[index]).collect();
        symmetry.average(&mut packed);
        for ((i, j), value) in pairs().zip(packed) {
            matrix[(i, j)] = value;
            matrix[(j, i)] = value;
        }
    }

    /// Checks lengths, finiteness, and that the weights are a probability.
    ///
    /// # Errors
    /// The [`HessianError`] that names the first fault.
    pub fn validate(&self) -> Result<(), HessianError> {
        if !(1..=MAX_NEURONS).contains(&self.neurons) {
            return Err(HessianError::UnsupportedNeurons {
                neurons: self.neurons,
                limit: MAX_NEURONS,
            });
        }
        if self
            .symmetry
            .as_ref()
            .is_some_and(|symmetry| !symmetry.fits(self.neurons))
        {
            return Err(HessianError::WrongSymmetry {
                neurons: self.neurons,
            });
        }
        let samples = self.weights.len();
        let curvature = samples * packed_len(self.neurons);
        let latent = samples * packed_len(self.hard_dim);
        check_array("curvature", &self.curvature, curvature, |x| x.is_finite())?;
        check_array(
            "latent_second_moment",
            &self.latent_second_moment,
            latent,
            |x| x.is_finite(),
        )?;
        check_array("weights", &self.weights, samples, |x| {
            x.is_finite() && x > 0.0
        })?;
        if !self.shift.is_empty() {
            check_array("shift", &self.shift, self.neurons, |x| x.is_finite())?;
        }
        let total: f64 = self.weights.iter().sum();
        if (total - 1.0).abs() > WEIGHT_TOLERANCE {
            return Err(HessianError::WeightsNotNormalised { total });
        }
        Ok(())
    }
}

/// Refuses an array of the wrong length or with an entry that fails `valid`.
fn check_array(
    array: &'static str,
    values: &[f64],
    expected: usize,
    valid: impl Fn(f64) -> bool,
) -> Result<(), HessianError> {
    if values.len() != expected {
        return Err(HessianError::WrongLength {
            array,
            found: values.len(),
            expected,
        });
    }
    match values.iter().position(|&value| !valid(value)) {
        Some(index) => Err(HessianError::InvalidEntry {
            array,
            index,
            value: values[index],
        }),
        None => Ok(()),
    }
}

/// The infimum of the support of the curvature, which the sample does not show.
pub trait CurvatureSupport: Sync {
    /// Infimum over the support of D of the smallest eigenvalue of `S^{1/2} D S^{1/2}`,
    /// or `None` where D is unbounded below.
    fn infimum(&self, resolvent: &DMatrix<f64>) -> Option<f64>;
}

/// Which support constrains the resolvent: `I + S^{1/2} D S^{1/2} / delta >= 0` for every D in it.
#[derive(Clone, Copy)]
pub enum Support<'a> {
    /// The samples themselves. The edge is then always soft (or a point mass at zero): it is
    /// the edge of the law as that many samples see it, the *effective* one.
    Empirical,
    /// The true support. For a right edge, the support of `-D`.
    Known(&'a dyn CurvatureSupport),
}

/// A validated law of `+D` or `-D` at one delta: what the solvers below work on.
///
/// Right edges are left edges of `-D`, so one sign replaces a second set of formulas.
pub(super) struct SignedLaw<'a> {
    /// The samples.
    pub law: &'a CurvatureLaw,
    /// `+1` for the left side of the spectrum, `-1` for the right side.
    pub sign: f64,
    /// n/d.
    pub delta: f64,
    /// Root mean square Frobenius norm of D: the natural size of the spectrum.
    pub scale: f64,
}

impl<'a> SignedLaw<'a> {
    /// Validates the law and delta.
    pub fn new(law: &'a CurvatureLaw, sign: f64, delta: f64) -> Result<Self, HessianError> {
        law.validate()?;
        if !(delta.is_finite() && delta > 0.0) {
            return Err(HessianError::InvalidDelta { delta });
        }
        let rows = law.curvature.chunks_exact(packed_len(law.neurons));
        let mean_square: f64 = rows
            .zip(&law.weights)
            .map(|(row, w)| w * squared_norm(row, law.neurons))
            .sum();
        // A law that is identically zero has no size; any positive one serves.
        let scale = if mean_square > 0.0 {
            mean_square.sqrt()
        } else {
            1.0
        };
        Ok(Self {
            law,
            sign,
            delta,
            scale,
        })
    }

    /// m.
    pub fn neurons(&self) -> usize {
        self.law.neurons
    }
}

/// Squared Frobenius norm of a packed symmetric matrix.
fn squared_norm(packed: &[f64], dimension: usize) -> f64 {
    let mut total = 0.0;
    let mut k = 0;
    for i in 0..dimension {
        for j in i..dimension {
            let multiplicity = if i == j { 1.0 } else { 2.0 };
            total += multiplicity * packed[k] * packed[k];
            k += 1;
        }
    }
    total
}
