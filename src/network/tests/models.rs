//! Gradient and curvature against finite differences of the loss, sample by sample and in weight space.

use proptest::prelude::*;

use super::{loss, model};
use crate::network::{Derivatives, Loss, Model, ModelWorkspace};

fn gradient(model: &Model, u: &[f64], y: f64) -> Vec<f64> {
    let mut out = vec![f64::NAN; u.len()];
    model.gradient(u, y, &mut out);
    out
}

fn curvature(model: &Model, u: &[f64], y: f64) -> Vec<f64> {
    let mut out = vec![f64::NAN; u.len() * (u.len() + 1) / 2];
    model.curvature(u, y, &mut out);
    out
}

/// Fourth-order central difference of `along` at zero.
fn difference(along: impl Fn(f64) -> f64) -> f64 {
    let h = 1e-3;
    (8.0 * (along(h) - along(-h)) - (along(2.0 * h) - along(-2.0 * h))) / (12.0 * h)
}

fn any_loss() -> impl Strategy<Value = Loss> {
    prop_oneof![
        Just(Loss::Square),
        (0.3..3.0f64).prop_map(|width| Loss::PseudoHuber { width }),
        Just(Loss::Logistic),
        Just(Loss::Correlation),
        (0.1..2.0f64).prop_map(|offset| Loss::NormalisedSquare { offset }),
        Just(loss("ln(1 + (f - y)^2)")),
    ]
}

/// A model with up to four neurons, and a point for it.
fn any_model() -> impl Strategy<Value = (Model, Vec<f64>, f64)> {
    let activation = prop::sample::select(vec![
        "tanh",
        "gelu",
        "quadratic",
        "sqrt(1+u^2) - 1 + 0.2*u",
        "sin",
        "linear",
    ]);
    let neurons = prop::collection::vec((0.2..1.5f64, -1.0..1.0f64, -2.0..2.0f64), 1..5);
    (activation, neurons, any_loss(), -2.0..2.0f64).prop_map(|(activation, neurons, loss, y)| {
        let readout: Vec<f64> = neurons.iter().map(|neuron| neuron.0).collect();
        let bias: Vec<f64> = neurons.iter().map(|neuron| neuron.1).collect();
        (
            model(activation, &readout, &bias, loss),
            neurons.iter().map(|neuron| neuron.2).collect(),
            y,
        )
    })
}

proptest! {
    #[test]
    fn gradient_and_curvature_are_derivatives_of_the_loss((model, u, y) in any_model()) {
        let m = u.len();
        let moved = |neuron: usize, by: f64| {
            let mut u = u.clone();
            u[neuron] += by;
            u
        };
        let (gradient_here, curvature_here) = (gradient(&model, &u, y), curvature(&model, &u, y));
        // Truncation is h^4 = 1e-12 times a fifth derivative, rounding 1e-16/h = 1e-13: both relative to the sizes.
        let close = |a: f64, b: f64| (a - b).abs() < 1e-7 * (1.0 + a.abs());
        let mut packed = curvature_here.iter();
        for (j, &here) in gradient_here.iter().enumerate() {
            let slope = difference(|t| model.loss_value(&moved(j, t), y));
            prop_assert!(close(here, slope), "{here} {slope}");
            for l in j..m {
                let bend = difference(|t| gradient(&model, &moved(j, t), y)[l]);
                let entry = *packed.next().expect("m(m+1)/2 entries");
                prop_assert!(close(entry, bend), "{j} {l}: {entry} {bend}");
            }
        }
    }

    #[test]
    fn batches_equal_single_samples_bit_for_bit((model, u, y) in any_model(), count in 0usize..300) {
        let m = u.len();
        let pre_activations: Vec<f64> = (0..count * m).map(|i| u[i % m] + (i as f64).sin()).collect();
        let labels: Vec<f64> = (0..count).map(|i| y * (i as f64).cos()).collect();
        let mut workspace = ModelWorkspace::new();
        let mut losses = vec![f64::NAN; count];
        let mut gradients = vec![f64::NAN; count * m];
        let mut curvatures = vec![f64::NAN; count * m * (m + 1) / 2];
        let mut run = |out: Derivatives| model.derivatives_into(&pre_activations, &labels, out, &mut workspace);
        run(Derivatives::losses(&mut losses));
        run(Derivatives::gradients(&mut gradients));
        run(Derivatives::curvatures(&mut curvatures));
        let mut together = [count, count * m, count * m * (m + 1) / 2].map(|length| vec![f64::NAN; length]);
        let [all_losses, all_gradients, all_curvatures] = &mut together;
        run(Derivatives {
            losses: Some(all_losses),
            gradients: Some(all_gradients),
            curvatures: Some(all_curvatures),
            readouts: None,
        });
        let mut readouts = vec![f64::NAN; count * m];
        run(Derivatives { readouts: Some(&mut readouts), ..Derivatives::default() });
        // the output is linear in the readout: the loss's slope there is that of the output, times the neuron at a readout of one
        for i in 0..count {
            let (u, y) = (&pre_activations[i * m..(i + 1) * m], labels[i]);
            let mut head = model.head();
            for j in 0..m {
                let step = 1e-5;
                let (kept, mut moved) = (head.readout[j], [0.0; 2]);
                for (value, side) in moved.iter_mut().zip([1.0, -1.0]) {
                    head.readout[j] = kept + side * step;
                    *value = model.with_head(&head).loss_value(u, y);
                }
                head.readout[j] = kept;
                let slope = (moved[0] - moved[1]) / (2.0 * step);
                let found = readouts[i * m + j];
                // central differences: the loss's rounding over the step, and its third derivative
                prop_assert!((found - slope).abs() <= 1e-5 * (1.0 + losses[i].abs() + found.abs()), "{found} against {slope}");
            }
        }
        prop_assert_eq!(&together, &[losses.clone(), gradients.clone(), curvatures.clone()]);
        for i in 0..count {
            let (u, y) = (&pre_activations[i * m..(i + 1) * m], labels[i]);
            let p = m * (m + 1) / 2;
            prop_assert_eq!(losses[i], model.loss_value(u, y));
            prop_assert_eq!(&gradients[i * m..(i + 1) * m], &gradient(&model, u, y)[..]);
            prop_assert_eq!(&curvatures[i * p..(i + 1) * p], &curvature(&model, u, y)[..]);
        }
    }

    #[test]
    fn permuting_neurons_permutes_the_curvature(
        neurons in prop::array::uniform3((0.2..1.5f64, -1.0..1.0f64, -2.0..2.0f64)),
        y in -2.0..2.0f64,
    ) {
        let order = [2, 0, 1];
        let parts = |order: [usize; 3]| {
            let readout = order.map(|i| neurons[i].0);
            let bias = order.map(|i| neurons[i].1);
            (model("gelu", &readout, &bias, Loss::PseudoHuber { width: 1.0 }), order.map(|i| neurons[i].2))
        };
        let ((model, u), (permuted, v)) = (parts([0, 1, 2]), parts(order));
        let (d, e) = (curvature(&model, &u, y), curvature(&permuted, &v, y));
        let place = |j: usize, l: usize| {
            let (j, l) = (j.min(l), j.max(l));
            j * 3 - j * (j + 1) / 2 + l
        };
        for j in 0..3 {
            for l in 0..3 {
                // Only the order of the sum over neurons differs.
                let (a, b) = (e[place(j, l)], d[place(order[j], order[l])]);
                prop_assert!((a - b).abs() <= 1e-13 * (1.0 + a.abs()), "{a} {b}");
            }
        }
    }
}

/// The Hessian of the empirical risk in W is `(1/n) sum_i D_i (x) x_i x_i^T`, here with n = 20, d = 3, m = 2.
#[test]
fn curvature_gives_the_hessian_in_weight_space() {
    let (n, d, m) = (20, 3, 2);
    let wave = |i: usize, j: usize| ((3 * i + 7 * j + 1) as f64 * 0.61).sin() * 1.3;
    let label = |i: usize| (i as f64 * 1.7).cos();
    let losses = [
        Loss::Square,
        Loss::PseudoHuber { width: 0.8 },
        Loss::Logistic,
        Loss::Correlation,
        Loss::NormalisedSquare { offset: 0.4 },
        loss("(f - y)^4/4"),
    ];
    for loss in losses {
        let model = model("sqrt(1+u^2) - 1 + 0.2*u", &[1.0, -0.5], &[0.1, 0.3], loss);
        let weights: Vec<f64> = (0..m * d).map(|i| (i as f64 * 2.3).sin()).collect();
        let pre_activation = |w: &[f64], i: usize| -> Vec<f64> {
            (0..m)
                .map(|j| (0..d).map(|a| w[j * d + a] * wave(i, a)).sum())
                .collect()
        };
        let risk = |w: &[f64]| -> f64 {
            (0..n)
                .map(|i| model.loss_value(&pre_activation(w, i), label(i)))
                .sum::<f64>()
                / n as f64
        };
        for (j, a, l, b) in (0..m * d * m * d).map(|i| (i / 18, i / 6 % 3, i / 3 % 2, i % 3)) {
            let exact: f64 = (0..n)
                .map(|i| {
                    let packed = curvature(&model, &pre_activation(&weights, i), label(i));
                    packed[j + l] * wave(i, a) * wave(i, b)
                })
                .sum::<f64>()
                / n as f64;
            let moved = |s: f64, t: f64| {
                let mut w = weights.clone();
                w[j * d + a] += s;
                w[l * d + b] += t;
                risk(&w)
            };
            let brute = difference(|s| difference(|t| moved(s, t)));
            // Rounding of 1e-16/h^2 = 1e-10 dominates the double difference.
            assert!(
                (exact - brute).abs() < 1e-8 * (1.0 + exact.abs()),
                "{}: {exact} {brute}",
                model.loss().name()
            );
        }
    }
}
