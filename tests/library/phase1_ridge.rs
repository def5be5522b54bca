//! Phase 1 of a linear network with square loss and ridge, where every step is known exactly.

use crate::support::phase1::{Setup, estimates, plan, state};
use onset::models::{RidgePoint, RidgeRegression};

const STEPS: usize = 15;

fn problem(delta: f64, readout: &[f64]) -> RidgeRegression {
    RidgeRegression {
        delta,
        readout: readout.to_vec(),
        signal: 0.8,
        noise: 0.6,
        init_std: 0.7,
        step_size: 0.3,
        weight_decay: 0.1,
        momentum: 0.0,
        nesterov: false,
    }
}

fn with_momentum(model: RidgeRegression, momentum: f64, nesterov: bool) -> RidgeRegression {
    RidgeRegression {
        momentum,
        nesterov,
        ..model
    }
}

/// In the order of [`state`].
fn exact(point: &RidgePoint) -> Vec<f64> {
    let m = point.gram.nrows();
    let mut row = vec![point.train_loss, point.test_loss, point.gradient_norm];
    row.extend(
        (0..m)
            .flat_map(|i| (i..m).map(move |j| (i, j)))
            .map(|index| point.gram[index]),
    );
    row.extend(point.overlap.iter());
    row
}

/// All steps of one run, one after the other.
fn run(model: &RidgeRegression, samples: usize, replicate: u64) -> Vec<f64> {
    let trajectory =
        Setup::new(&model.experiment(), 1).run(model.delta, &plan(STEPS, samples, replicate));
    (0..=STEPS)
        .flat_map(|step| state(&trajectory, step))
        .collect()
}

fn exact_run(model: &RidgeRegression) -> Vec<f64> {
    model.curve(STEPS).iter().flat_map(exact).collect()
}

#[test]
fn every_step_agrees_with_the_marchenko_pastur_moments() {
    let base = |delta: f64| problem(delta, &[1.0]);
    let cases = [
        base(2.0),
        base(0.5),
        problem(3.0, &[1.0, -0.5]),
        with_momentum(base(2.0), 0.7, false),
        RidgeRegression {
            step_size: 0.2,
            ..with_momentum(base(0.5), 0.7, true)
        },
        with_momentum(problem(1.5, &[0.6, 0.9]), 0.5, true),
    ];
    for model in cases {
        let replicates: Vec<Vec<f64>> = (0..16).map(|r| run(&model, 16_384, r)).collect();
        let exact = exact_run(&model);
        for (i, (found, exact)) in estimates(&replicates).iter().zip(&exact).enumerate() {
            let off = (found.mean - exact).abs();
            // five standard errors of 16 runs (some 700 numbers are compared), and the rounding of histories kept in
            // single precision
            assert!(
                off < 5.0 * found.error + 2e-6,
                "{model:?}, entry {i}: {found:?} against {exact}"
            );
            // 262,144 paths in all leave 0.2 percent of a number of size one
            assert!(
                found.error < 2e-3 * (1.0 + exact.abs()),
                "{model:?}, entry {i}: {found:?}"
            );
        }
    }
}

#[test]
fn the_error_falls_with_the_number_of_paths() {
    let model = with_momentum(problem(2.0, &[1.0]), 0.5, false);
    let exact = exact_run(&model);
    let error = |samples: usize| -> f64 {
        let square: f64 = (0..12)
            .flat_map(|r| run(&model, samples, 100 + r))
            .zip(exact.iter().cycle())
            .map(|(found, exact)| (found - exact).powi(2))
            .sum();
        (square / (12 * exact.len()) as f64).sqrt()
    };
    let errors = [2048, 16_384, 131_072].map(error);
    for pair in errors.windows(2) {
        // eight times the paths: a factor of 2.83 if the error is pure chance; 12 runs know each error to some 20 percent
        assert!(pair[0] / pair[1] > 2.83 * 0.75, "{errors:?}");
    }
    // a bias that does not fall would show here
    assert!(errors[2] < 1e-3, "{errors:?}");
}
