//! The empirical risk and its gradient.

use rand_chacha::rand_core::Rng;

use super::data::Data;
use super::inputs::BlockView;
use super::streams::RunStream;
use crate::network::{Derivatives, Head, Model, ModelWorkspace};

/// Loss and gradient at one point of training.
#[derive(Clone, Debug)]
pub(super) struct Risk {
    /// `(1/n) sum_i l(y_i, f(W x_i))`, without the ridge.
    pub loss: f64,
    /// `grad R(W)`, ridge included, of all samples (m x d by rows).
    pub gradient: Vec<f64>,
    /// The same of the step's mini-batch; absent where that is all samples.
    pub batch_gradient: Option<Vec<f64>>,
    /// The gradient of the loss in readout and biases, of the step's mini-batch; absent where they are not trained.
    pub head: Option<Head>,
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
    readouts: Vec<f64>,
    selected: Vec<f64>,
    selected_readouts: Vec<f64>,
}

impl Risk {
    /// The risk of the data at the weights W (m x d by rows), with the ridge `weight_decay`.
    pub fn new(
        data: &Data,
        model: &Model,
        weights: &[f64],
        weight_decay: f64,
        mini_batch: Option<MiniBatch>,
        head: bool,
    ) -> Self {
        let m = model.neurons();
        let columns = if mini_batch.is_some() { 2 * m } else { m };
        let visit = |view: BlockView, work: &mut Workspace| {
            let labels = &data.labels[view.range.clone()];
            work.losses.resize(labels.len(), 0.0);
            work.gradients.resize(labels.len() * m, 0.0);
            let (losses, gradients) = (&mut work.losses, &mut work.gradients);
            let readouts = &mut work.readouts;
            readouts.resize(if head { labels.len() * m } else { 0 }, 0.0);
            let out = Derivatives {
                losses: Some(losses),
                gradients: Some(gradients),
                curvatures: None,
                readouts: head.then_some(&mut readouts[..]),
            };
            model.derivatives_into(view.projections, labels, out, &mut work.model);
            view.scalars[0] += losses.iter().sum::<f64>();
            let Some(batch) = mini_batch else {
                view.coefficients.copy_from_slice(gradients);
                if head {
                    add_rows(&mut view.scalars[1..=m], readouts);
                    add_rows(&mut view.scalars[m + 1..], gradients);
                }
                return;
            };
            work.selected.resize(gradients.len(), 0.0);
            batch.select(view.range.start, m, gradients, &mut work.selected);
            if head {
                work.selected_readouts.resize(readouts.len(), 0.0);
                batch.select(view.range.start, m, readouts, &mut work.selected_readouts);
                add_rows(&mut view.scalars[1..=m], &work.selected_readouts);
                add_rows(&mut view.scalars[m + 1..], &work.selected);
            }
            let rows = gradients.chunks_exact(m).zip(work.selected.chunks_exact(m));
            for (out, (all, some)) in view.coefficients.chunks_exact_mut(2 * m).zip(rows) {
                out[..m].copy_from_slice(all);
                out[m..].copy_from_slice(some);
            }
        };
        let scalars = if head { 1 + 2 * m } else { 1 };
        let sums = data.inputs.pass(weights, columns, scalars, visit);
        let samples = data.inputs.samples() as f64;
        let with_ridge = |sums: &[f64]| -> Vec<f64> {
            let pairs = sums.iter().zip(weights);
            pairs
                .map(|(sum, w)| sum / samples + weight_decay * w)
                .collect()
        };
        let (all, some) = sums.outer.split_at(weights.len());
        let means = |sums: &[f64]| -> Vec<f64> { sums.iter().map(|sum| sum / samples).collect() };
        Self {
            head: head.then(|| Head {
                readout: means(&sums.scalars[1..=m]),
                bias: means(&sums.scalars[m + 1..]),
            }),
            loss: sums.scalars[0] / samples,
            gradient: with_ridge(all),
            batch_gradient: mini_batch.map(|_| with_ridge(some)),
        }
    }
}

/// Adds rows of the length of the sums.
fn add_rows(sums: &mut [f64], rows: &[f64]) {
    for row in rows.chunks_exact(sums.len()) {
        sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
    }
}
