//! The empirical risk and its gradient.

use rand_chacha::rand_core::Rng;

use super::data::Data;
use super::inputs::BlockView;
use super::streams::RunStream;
use crate::network::{Derivatives, Model, ModelWorkspace};

/// Loss and gradient at one point of training.
#[derive(Clone, Debug)]
pub(super) struct Risk {
    /// `(1/n) sum_i l(y_i, f(W x_i))`, without the ridge.
    pub loss: f64,
    /// `grad R(W)`, ridge included, of all samples (m x d by rows).
    pub gradient: Vec<f64>,
    /// The same of the step's mini-batch; absent where that is all samples.
    pub batch_gradient: Option<Vec<f64>>,
}

/// A mini-batch: every sample takes part with probability kappa, and then counts 1/kappa.
#[derive(Clone, Copy, Debug)]
pub(super) struct MiniBatch {
    pub fraction: f64,
    pub stream: RunStream,
    pub step: usize,
}

impl MiniBatch {
    /// Copies of the gradients (rows x m) with the weights of the samples from `first` on.
    fn select(&self, first: usize, neurons: usize, gradients: &[f64], out: &mut [f64]) {
        let mut random = self.stream.mini_batch(self.step, first);
        let pairs = gradients
            .chunks_exact(neurons)
            .zip(out.chunks_exact_mut(neurons));
        for (gradient, out) in pairs {
            let uniform = f64::from(random.next_u32()) / (f64::from(u32::MAX) + 1.0);
            let weight = if uniform < self.fraction {
                self.fraction.recip()
            } else {
                0.0
            };
            out.iter_mut()
                .zip(gradient)
                .for_each(|(out, g)| *out = weight * g);
        }
    }
}

#[derive(Default)]
struct Workspace {
    model: ModelWorkspace,
    losses: Vec<f64>,
    gradients: Vec<f64>,
    selected: Vec<f64>,
}

impl Risk {
    /// The risk of the data at the weights W (m x d by rows), with the ridge `weight_decay`.
    pub fn new(
        data: &Data,
        model: &Model,
        weights: &[f64],
        weight_decay: f64,
        mini_batch: Option<MiniBatch>,
    ) -> Self {
        let m = model.neurons();
        let columns = if mini_batch.is_some() { 2 * m } else { m };
        let visit = |view: BlockView, work: &mut Workspace| {
            let labels = &data.labels[view.range.clone()];
            work.losses.resize(labels.len(), 0.0);
            work.gradients.resize(labels.len() * m, 0.0);
            let (losses, gradients) = (&mut work.losses, &mut work.gradients);
            let out = Derivatives {
                losses: Some(losses),
                gradients: Some(gradients),
                curvatures: None,
            };
            model.derivatives_into(view.projections, labels, out, &mut work.model);
            view.scalars[0] += losses.iter().sum::<f64>();
            let Some(batch) = mini_batch else {
                view.coefficients.copy_from_slice(gradients);
                return;
            };
            work.selected.resize(gradients.len(), 0.0);
            batch.select(view.range.start, m, gradients, &mut work.selected);
            let rows = gradients.chunks_exact(m).zip(work.selected.chunks_exact(m));
            for (out, (all, some)) in view.coefficients.chunks_exact_mut(2 * m).zip(rows) {
                out[..m].copy_from_slice(all);
                out[m..].copy_from_slice(some);
            }
        };
        let sums = data.inputs.pass(weights, columns, 1, visit);
        let samples = data.inputs.samples() as f64;
        let with_ridge = |sums: &[f64]| -> Vec<f64> {
            let pairs = sums.iter().zip(weights);
            pairs
                .map(|(sum, w)| sum / samples + weight_decay * w)
                .collect()
        };
        let (all, some) = sums.outer.split_at(weights.len());
        Self {
            loss: sums.scalars[0] / samples,
            gradient: with_ridge(all),
            batch_gradient: mini_batch.map(|_| with_ridge(some)),
        }
    }
}
