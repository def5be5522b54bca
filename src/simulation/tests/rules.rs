//! Every training rule against a plain loop over matrices.

use nalgebra::DMatrix;
use rand_chacha::rand_core::Rng;

use super::super::data::Data;
use super::super::streams::RunStream;
use super::{Parts, matrix, plan};

/// Gradients of the risk by plain sums, each sample with a weight.
fn gradient(
    parts: &Parts,
    data: &Data,
    w: &DMatrix<f64>,
    weight: impl Fn(usize) -> f64,
) -> DMatrix<f64> {
    let x = matrix(data);
    let (n, m) = (x.nrows(), w.nrows());
    let mut sum = DMatrix::zeros(m, x.ncols());
    for i in 0..n {
        let u: Vec<f64> = (w * x.row(i).transpose()).iter().copied().collect();
        let mut g = vec![0.0; m];
        parts.model.gradient(&u, data.labels[i], &mut g);
        sum += DMatrix::from_column_slice(m, 1, &g) * x.row(i) * (weight(i) / n as f64);
    }
    sum + w * parts.rule.weight_decay
}

/// Trains for six steps; `next` is the rule in textbook form, from (step, W^t, gradient).
fn compare(
    parts: &Parts,
    weight: impl Fn(usize, usize) -> f64,
    mut next: impl FnMut(usize, &DMatrix<f64>, DMatrix<f64>) -> DMatrix<f64>,
) {
    let (simulation, plan) = (parts.simulation(), plan(6.0, 11, 6));
    let stream = RunStream::new(plan.seed, 1);
    let data = simulation.data(&plan, stream);
    let mut trainer = simulation.trainer(&plan, stream);
    let mut w = DMatrix::from_row_slice(2, 11, &trainer.weights);
    for t in 0..6 {
        let g = gradient(parts, &data, &w, |i| weight(t, i));
        w = next(t, &w, g);
        trainer.advance(&simulation.risk(&data, &trainer, 1).unwrap());
        let found = DMatrix::from_row_slice(2, 11, &trainer.weights);
        // six steps of rounding on numbers of order one
        assert!((found - &w).norm() < 1e-14, "step {t}");
    }
}

const ALL: fn(usize, usize) -> f64 = |_, _| 1.0;

#[test]
fn gradient_descent_with_a_schedule() {
    let schedule = [0.5, 0.4, 0.3, 0.2, 0.1, 0.05];
    let step_size = format!("training.step_size={schedule:?}");
    let parts =
        Parts::squashed_square(&["training.steps=6", &step_size, "training.weight_decay=0.1"]);
    compare(&parts, ALL, |t, w, g| w - g * schedule[t]);
}

#[test]
fn heavy_ball_momentum() {
    let parts = Parts::squashed_square(&["training.momentum=0.7"]);
    let mut before: Option<DMatrix<f64>> = None;
    compare(&parts, ALL, |_, w, g| {
        let inertia = before.as_ref().map_or(w * 0.0, |before| w - before);
        before = Some(w.clone());
        w - g * 0.5 + inertia * 0.7
    });
}

#[test]
fn nesterov_momentum() {
    let parts = Parts::squashed_square(&["training.momentum=0.7", "training.nesterov=true"]);
    // the weights are the look-ahead point y of  x' = y - eta grad(y),  y' = x' + beta (x' - x)
    let mut x: Option<DMatrix<f64>> = None;
    compare(&parts, ALL, |_, y, g| {
        let next = y - g * 0.5;
        let last = x.replace(next.clone()).unwrap_or_else(|| y.clone());
        &next + (&next - last) * 0.7
    });
}

#[test]
fn rows_on_a_sphere() {
    let parts = Parts::squashed_square(&["training.spherical=true"]);
    compare(&parts, ALL, |_, w, g| {
        let mut next = w - g * 0.5;
        for mut row in next.row_iter_mut() {
            let norm = row.norm();
            row *= 0.5 / norm;
        }
        next
    });
}

#[test]
fn mini_batches() {
    let parts = Parts::squashed_square(&["training.batch=0.3"]);
    // each sample's own word of the stream decides, whatever block it is in
    let weight = |t, i| {
        let word = RunStream::new(7, 1).mini_batch(t, i).next_u32();
        if f64::from(word) < 0.3 * 2_f64.powi(32) {
            1.0 / 0.3
        } else {
            0.0
        }
    };
    compare(&parts, weight, |_, w, g| w - g * 0.5);
    let mean = (0..40_000).map(|i| weight(3, i)).sum::<f64>() / 40_000.0;
    // three standard errors of a Bernoulli variable
    assert!((mean - 1.0).abs() < 3.0 * (0.7_f64 / 0.3 / 40_000.0).sqrt());
}

#[test]
fn the_gradient_norm_is_of_all_samples() {
    let (all, some) = (
        Parts::squashed_square(&[]),
        Parts::squashed_square(&["training.batch=0.3"]),
    );
    let norm = |parts: &Parts| {
        parts
            .simulation()
            .run(&plan(6.0, 11, 0), 0)
            .unwrap()
            .moments[0]
            .gradient_norm
    };
    // the sums are the same; twice the columns may round differently
    assert!((norm(&all) / norm(&some) - 1.0).abs() < 1e-14);
}
