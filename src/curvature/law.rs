//! The joint law of curvature and latent that the spectral theory needs.

use nalgebra::DMatrix;

use super::error::LawError;
use super::rank_one::RankOne;
use super::symmetry::NeuronSymmetry;
use crate::network::{Head, MAX_NEURONS};
use crate::numerics::{Scalar, packed_index, packed_len};

/// Departure from one allowed to the sum of the weights: rounding over a few million terms.
const WEIGHT_TOLERANCE: f64 = 1e-9;

/// A weighted sample of `(D, E[z_V z_V^T | y, z_U])`.
///
/// `m` neurons, `r` hard directions, `n` weighted points. Symmetric matrices are packed
/// by rows of their upper triangle.
#[derive(Clone, Debug)]
pub struct LawSamples {
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
}

/// The law of `(D, E[z_V z_V^T | y, z_U])`: samples that were found to be a probability, and what is known beside them.
#[derive(Clone, Debug)]
pub struct CurvatureLaw {
    samples: LawSamples,
    symmetry: NeuronSymmetry,
    /// Of each sample, where they all have it and the symmetry makes use of it.
    rank_one: Option<RankOne>,
    shift: Vec<f64>,
    head: Option<Head>,
}

impl CurvatureLaw {
    /// The law without symmetry and shift.
    ///
    /// # Errors
    /// The first fault among lengths, entries that are not finite, and weights that are no probability.
    pub fn new(samples: LawSamples) -> Result<Self, LawError> {
        samples.check()?;
        Ok(Self {
            symmetry: NeuronSymmetry::none(samples.neurons),
            rank_one: None,
            samples,
            shift: Vec::new(),
            head: None,
        })
    }

    /// The same law, of a network whose readout and biases training has moved: its support is theirs.
    #[must_use]
    pub fn with_head(mut self, head: Option<Head>) -> Self {
        self.head = head;
        self
    }

    /// Readout and biases, where training has moved them.
    pub fn head(&self) -> Option<&Head> {
        self.head.as_ref()
    }

    /// The same law, known to be unchanged (where the sample is not) by permutations and reversals of neurons.
    ///
    /// # Errors
    /// When the symmetry acts on another number of neurons.
    pub fn with_symmetry(mut self, symmetry: NeuronSymmetry) -> Result<Self, LawError> {
        let neurons = self.neurons();
        if symmetry.kinds().len() != neurons {
            return Err(LawError::WrongSymmetry { neurons });
        }
        self.rank_one = RankOne::useful(&symmetry)
            .then(|| RankOne::of(&self.samples))
            .flatten();
        self.symmetry = symmetry;
        Ok(self)
    }

    /// The same law with a deterministic term `diag(shift) (x) I` of the Hessian, one entry for each neuron (m), or empty
    /// for none: the curvature of the sphere on which rows of W are kept.
    ///
    /// # Errors
    /// When there are not m entries, or one is not finite.
    pub fn with_shift(mut self, shift: Vec<f64>) -> Result<Self, LawError> {
        if !shift.is_empty() {
            check_array("shift", &shift, self.neurons(), |x| x.is_finite())?;
        }
        self.shift = shift;
        Ok(self)
    }

    /// The same law, whose curvatures are matrices like any other.
    #[cfg(test)]
    pub(crate) fn without_rank_one(mut self) -> Self {
        self.rank_one = None;
        self
    }

    /// m.
    pub fn neurons(&self) -> usize {
        self.samples.neurons
    }

    /// r.
    pub fn hard_dim(&self) -> usize {
        self.samples.hard_dim
    }

    /// n, the number of weighted points.
    pub fn count(&self) -> usize {
        self.samples.weights.len()
    }

    /// The weighted points.
    pub fn samples(&self) -> &LawSamples {
        &self.samples
    }

    /// Permutations and reversals of neurons that leave the law (not the sample) unchanged.
    pub fn symmetry(&self) -> &NeuronSymmetry {
        &self.symmetry
    }

    /// Each D as a diagonal matrix and a dyad, where all are and the law's symmetry makes use of it.
    pub(crate) fn rank_one(&self) -> Option<&RankOne> {
        self.rank_one.as_ref()
    }

    /// The term `diag(shift) (x) I` of the Hessian (m), or empty for none.
    pub fn shift(&self) -> &[f64] {
        &self.shift
    }

    /// Whether each neuron has no curvature at all: the Hessian's block of such a neuron is a multiple of the identity.
    pub fn idle(&self) -> Vec<bool> {
        let m = self.neurons();
        let rows = || self.samples.curvature.chunks_exact(packed_len(m));
        let is_idle = |i: usize| {
            let entries = || (0..m).map(|j| packed_index(m, i.min(j), i.max(j)));
            rows().all(|row| entries().all(|entry| row[entry] == 0.0))
        };
        (0..m).map(is_idle).collect()
    }

    /// The law of some of the neurons (one at least), without symmetry.
    ///
    /// # Errors
    /// When none is kept.
    pub fn of_neurons(&self, keep: &[bool]) -> Result<Self, LawError> {
        let m = self.neurons();
        let kept: Vec<usize> = (0..m).filter(|i| keep[*i]).collect();
        let pairs = kept.iter().enumerate();
        let entries: Vec<usize> = pairs
            .flat_map(|(a, i)| kept[a..].iter().map(move |j| packed_index(m, *i, *j)))
            .collect();
        let rows = self.samples.curvature.chunks_exact(packed_len(m));
        let law = Self::new(LawSamples {
            neurons: kept.len(),
            curvature: rows
                .flat_map(|row| entries.iter().map(|entry| row[*entry]))
                .collect(),
            ..self.samples.clone()
        })?;
        let shift = self.shift.iter().zip(keep);
        law.with_shift(shift.filter(|(_, keep)| **keep).map(|(x, _)| *x).collect())
    }

    /// Removes from a symmetric matrix (m x m) what the law's symmetry forbids.
    ///
    /// The averages are symmetric whatever the argument, so Newton's method would amplify rounding in the
    /// forbidden directions.
    pub(crate) fn symmetrise<N>(&self, matrix: &mut DMatrix<N>)
    where
        N: Scalar + nalgebra::Scalar,
    {
        let m = self.neurons();
        let pairs = || (0..m).flat_map(|i| (i..m).map(move |j| (i, j)));
        let mut packed: Vec<N> = pairs().map(|index| matrix[index]).collect();
        self.symmetry.pairs().average(&mut packed);
        for ((i, j), value) in pairs().zip(packed) {
            matrix[(i, j)] = value;
            matrix[(j, i)] = value;
        }
    }
}

impl LawSamples {
    /// Checks lengths, finiteness, and that the weights are a probability.
    fn check(&self) -> Result<(), LawError> {
        if !(1..=MAX_NEURONS).contains(&self.neurons) {
            return Err(LawError::UnsupportedNeurons {
                neurons: self.neurons,
                limit: MAX_NEURONS,
            });
        }
        let count = self.weights.len();
        let curvature = count * packed_len(self.neurons);
        let latent = count * packed_len(self.hard_dim);
        check_array("curvature", &self.curvature, curvature, |x| x.is_finite())?;
        check_array(
            "latent_second_moment",
            &self.latent_second_moment,
            latent,
            |x| x.is_finite(),
        )?;
        check_array("weights", &self.weights, count, |x| {
            x.is_finite() && x > 0.0
        })?;
        let total: f64 = self.weights.iter().sum();
        if (total - 1.0).abs() > WEIGHT_TOLERANCE {
            return Err(LawError::WeightsNotNormalised { total });
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
) -> Result<(), LawError> {
    if values.len() != expected {
        return Err(LawError::WrongLength {
            array,
            found: values.len(),
            expected,
        });
    }
    match values.iter().position(|&value| !valid(value)) {
        Some(index) => Err(LawError::InvalidEntry {
            array,
            index,
            value: values[index],
        }),
        None => Ok(()),
    }
}
