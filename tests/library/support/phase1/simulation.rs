//! Training at finite n and d, in the plainest form.

use nalgebra::DMatrix;
use onset::network::Model;
use onset::numerics::normal_quantile;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_distr::{Distribution, StandardNormal};

/// Gradient descent on n = delta d samples whose latents are the first coordinates of the input.
pub struct Simulation<'a> {
    pub model: &'a Model,
    /// The noiseless label at a latent (k).
    pub label: fn(&[f64]) -> f64,
    pub latents: usize,
    /// Latents from this one on (at most one) are drawn independently of the inputs, so that their signal cannot grow.
    pub null_from: usize,
    pub dim: usize,
    pub delta: f64,
    pub init_std: f64,
    pub eta: f64,
}

impl Simulation<'_> {
    /// All steps, one after the other: training loss, gram (upper triangle), overlaps (m x k by columns).
    ///
    /// The initial rows have exactly the norm s_w, are orthogonal, and have no overlap with the latents: what is random
    /// there at finite d would only add scatter.
    pub fn run(&self, steps: usize, seed: u64) -> Vec<f64> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let (m, count) = (
            self.model.neurons(),
            (self.delta * self.dim as f64).round() as usize,
        );
        let inputs = normal(count, self.dim, &mut random);
        // stratified, so that the labels' own mean and scatter add no noise
        let fresh = DMatrix::from_fn(count, self.latents, |i, _| {
            normal_quantile((i as f64 + uniform(&mut random)) / count as f64)
        });
        let labels: Vec<f64> = (0..count)
            .map(|i| {
                let latent: Vec<f64> = (0..self.latents)
                    .map(|a| {
                        if a < self.null_from {
                            inputs[(i, a)]
                        } else {
                            fresh[(i, a)]
                        }
                    })
                    .collect();
                (self.label)(&latent)
            })
            .collect();
        let mut weights = self.start(&mut random);
        let mut out = Vec::new();
        for _ in 0..=steps {
            let pre_activations = (&inputs * weights.transpose()).transpose();
            let mut gradients = DMatrix::zeros(m, count);
            let mut loss = 0.0;
            let columns = pre_activations
                .column_iter()
                .zip(gradients.column_iter_mut());
            for ((u, mut gradient), &y) in columns.zip(&labels) {
                loss += self.model.loss_value(u.as_slice(), y) / count as f64;
                self.model
                    .gradient(u.as_slice(), y, gradient.as_mut_slice());
            }
            out.push(loss);
            let gram = &weights * weights.transpose();
            out.extend(
                (0..m)
                    .flat_map(|i| (i..m).map(move |j| (i, j)))
                    .map(|at| gram[at]),
            );
            out.extend(weights.columns(0, self.latents).iter());
            weights -= gradients * &inputs * (self.eta / count as f64);
        }
        out
    }

    fn start(&self, random: &mut ChaCha8Rng) -> DMatrix<f64> {
        let mut columns = normal(self.dim, self.model.neurons(), random);
        columns.rows_mut(0, self.latents).fill(0.0);
        columns.qr().q().transpose() * self.init_std
    }
}

fn uniform(random: &mut ChaCha8Rng) -> f64 {
    ((random.next_u64() >> 12) as f64 + 0.5) / (1u64 << 52) as f64
}

fn normal(rows: usize, columns: usize, random: &mut ChaCha8Rng) -> DMatrix<f64> {
    DMatrix::from_fn(rows, columns, |_, _| StandardNormal.sample(random))
}
