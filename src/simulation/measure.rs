//! What is measured at one step.

use nalgebra::DMatrix;

use super::SimulationError;
use super::data::Labels;
use super::risk::Risk;
use super::trainer::Trainer;
use crate::network::{Derivatives, Head, Model, ModelWorkspace};
use crate::numerics::{SobolSequence, SortedEigen, block_sums};
use crate::teacher::Teacher;

/// Measured at one step of one run.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// Mean loss of the training samples, without the ridge.
    pub train_loss: f64,
    /// Mean loss of fresh samples of the same law, without the ridge.
    pub test_loss: f64,
    /// `W W^T` (m x m).
    pub gram: DMatrix<f64>,
    /// `W Theta*` (m x k).
    pub overlap: DMatrix<f64>,
    /// Readout and biases; absent where they are not trained.
    pub head: Option<Head>,
    /// `|grad R(W)|_F`, of all samples, ridge included, at rows of W whose norm is of order one.
    pub gradient_norm: f64,
}

impl Moment {
    /// Measures the network in training.
    pub(super) fn new(
        trainer: &Trainer,
        dim: usize,
        latent_dim: usize,
        risk: &Risk,
        test: &TestSet,
    ) -> Result<Self, SimulationError> {
        let rows: Vec<&[f64]> = trainer.weights.chunks_exact(dim).collect();
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let gram = DMatrix::from_fn(rows.len(), rows.len(), |i, j| dot(rows[i], rows[j]));
        let overlap = DMatrix::from_fn(rows.len(), latent_dim, |i, j| rows[i][j]);
        Ok(Self {
            train_loss: risk.loss,
            test_loss: test.loss(&trainer.model, &gram, &overlap)?,
            head: risk.head.as_ref().map(|_| trainer.model.head()),
            gradient_norm: dot(&risk.gradient, &risk.gradient).sqrt(),
            gram,
            overlap,
        })
    }

    /// `d M_V M_V^T` (m x m): the hard overlaps at the scale on which they start.
    pub fn hard_growth(&self, hard_basis: &DMatrix<f64>, dim: usize) -> DMatrix<f64> {
        let hard = &self.overlap * hard_basis.transpose();
        &hard * hard.transpose() * dim as f64
    }
}

/// Fresh samples for the test loss.
///
/// A fresh input enters the loss through its latents and pre-activations only, which are jointly Gaussian with known
/// covariance given W: so they are drawn directly, from a low-discrepancy sequence, instead of as inputs in R^d.
pub(super) struct TestSet<'a> {
    target: &'a Teacher,
    /// The projection of the latents that inputs share with labels (k x k).
    shared: DMatrix<f64>,
    /// Labels (N).
    labels: Vec<f64>,
    /// Latents of the labels (N x k), by rows.
    latents: Vec<f64>,
    /// Independent of them (N x m), by rows.
    normals: Vec<f64>,
}

/// A relative error of about 0.1 percent, below the scatter of the training loss at any size that is simulated.
const TEST_SAMPLES: usize = 8192;
/// Apart from the replicates of the theory's samples, which count from zero.
const LAST_REPLICATE: u64 = u64::MAX;

impl<'a> TestSet<'a> {
    /// The test set of one run.
    pub fn new(
        target: &'a Teacher,
        neurons: usize,
        hard_basis: &DMatrix<f64>,
        labels: Labels,
        seed: u64,
        run: u64,
    ) -> Result<Self, SimulationError> {
        let (k, m) = (target.latent_dim(), neurons);
        let dims = 1 + k + m;
        let mut points = vec![0.0; TEST_SAMPLES * dims];
        SobolSequence::new(dims, seed, LAST_REPLICATE - run)?.fill_uniform(0, &mut points)?;
        let mut set = Self {
            target,
            shared: match labels {
                Labels::OfInputs => DMatrix::identity(k, k),
                Labels::Null => DMatrix::identity(k, k) - hard_basis.transpose() * hard_basis,
            },
            labels: Vec::with_capacity(TEST_SAMPLES),
            latents: Vec::with_capacity(TEST_SAMPLES * k),
            normals: Vec::with_capacity(TEST_SAMPLES * m),
        };
        for point in points.chunks_exact(dims) {
            let (uniform, point) = (point[0], &point[1..]);
            let normal = |x: &f64| crate::numerics::normal_quantile(*x);
            set.latents.extend(point[..k].iter().map(normal));
            set.normals.extend(point[k..].iter().map(normal));
            let latent = &set.latents[set.latents.len() - k..];
            set.labels.push(set.target.draw_label(latent, uniform));
        }
        Ok(set)
    }

    /// The mean loss of a model at weights with this gram (m x m) and overlap (m x k).
    pub fn loss(
        &self,
        model: &Model,
        gram: &DMatrix<f64>,
        overlap: &DMatrix<f64>,
    ) -> Result<f64, SimulationError> {
        let (k, m) = (overlap.ncols(), overlap.nrows());
        let overlap = overlap * &self.shared;
        let eigen = SortedEigen::new(&(gram - &overlap * overlap.transpose()))?;
        // Rounding may leave a zero eigenvalue negative.
        let roots = eigen.values.map(|value| value.max(0.0).sqrt());
        let root = &eigen.vectors * DMatrix::from_diagonal(&roots);
        let sums = block_sums(TEST_SAMPLES, 1, |range, sum| {
            let mut u = vec![0.0; range.len() * m];
            for (u, sample) in u.chunks_exact_mut(m).zip(range.clone()) {
                let z = &self.latents[sample * k..(sample + 1) * k];
                let g = &self.normals[sample * m..(sample + 1) * m];
                for (j, u) in u.iter_mut().enumerate() {
                    let seen: f64 = (0..k).map(|l| overlap[(j, l)] * z[l]).sum();
                    *u = seen + (0..m).map(|l| root[(j, l)] * g[l]).sum::<f64>();
                }
            }
            let mut losses = vec![0.0; range.len()];
            let labels = &self.labels[range];
            let workspace = &mut ModelWorkspace::new();
            let out = Derivatives::losses(&mut losses);
            model.derivatives_into(&u, labels, out, workspace);
            sum[0] += losses.iter().sum::<f64>();
            Ok::<(), SimulationError>(())
        })?;
        Ok(sums[0] / TEST_SAMPLES as f64)
    }
}
