//! The gradient against differences of the risk, and regression against its closed form.

use nalgebra::{DMatrix, DVector};

use super::super::risk::Risk;
use super::super::streams::RunStream;
use super::{Parts, matrix, plan};

#[test]
fn the_gradient_is_that_of_the_risk() {
    let parts = Parts::squashed_square(&["training.weight_decay=0.3", "network.bias=[0.1,-0.2]"]);
    let (simulation, plan) = (parts.simulation(), plan(5.0, 9, 0));
    let data = simulation.data(&plan, RunStream::new(3, 0));
    let weights = simulation.trainer(&plan, RunStream::new(3, 0)).weights;
    let risk = |w: &[f64]| Risk::new(&data, &parts.model, w, 0.3, None, false);
    let value = |w: &[f64]| risk(w).loss + 0.15 * w.iter().map(|w| w * w).sum::<f64>();
    let gradient = risk(&weights).gradient;
    let step = 1e-5;
    for entry in 0..weights.len() {
        let moved = |by: f64| {
            let mut w = weights.clone();
            w[entry] += by;
            value(&w)
        };
        let difference = (moved(step) - moved(-step)) / (2.0 * step);
        // truncation step^2 and rounding 1e-16/step, both about 1e-10
        assert!((gradient[entry] - difference).abs() < 1e-9);
    }
}

/// Ridge regression on the very inputs of the run: `A = X^T X/n + lambda`, `b = X^T y/n`.
struct Regression {
    a: DMatrix<f64>,
    solution: DVector<f64>,
}

impl Regression {
    fn new(parts: &Parts, plan: &super::Plan, run: u64) -> Self {
        let data = parts
            .simulation()
            .data(plan, RunStream::new(plan.seed, run));
        let x = matrix(&data);
        let (n, d) = x.shape();
        let y = DVector::from_column_slice(&data.labels);
        let ridge = DMatrix::identity(d, d) * parts.rule.weight_decay;
        let a = x.transpose() * &x / n as f64 + ridge;
        let solution = a
            .clone()
            .cholesky()
            .unwrap()
            .solve(&(x.transpose() * y / n as f64));
        Self { a, solution }
    }
}

#[test]
fn regression_follows_its_closed_form() {
    let mut parts = Parts::linear("z1");
    parts.rule.weight_decay = 0.1;
    let plan = plan(4.0, 30, 7);
    let stream = RunStream::new(plan.seed, 2);
    let simulation = parts.simulation();
    let regression = Regression::new(&parts, &plan, 2);
    let data = simulation.data(&plan, stream);
    let mut trainer = simulation.trainer(&plan, stream);
    let start = DVector::from_column_slice(&trainer.weights) - &regression.solution;
    let step = DMatrix::identity(30, 30) - &regression.a * 0.5;
    for t in 0..400 {
        if t == 7 {
            let closed = step.pow(7) * &start + &regression.solution;
            let found = DVector::from_column_slice(&trainer.weights);
            // rounding of products of matrices of norm one
            assert!((&found - &closed).norm() < 1e-13);
            let moment = simulation.run(&plan, 2).unwrap().moments[7].clone();
            assert!((moment.gram[(0, 0)] - closed.norm_squared()).abs() < 1e-13);
            assert!((moment.overlap[(0, 0)] - closed[0]).abs() < 1e-13);
            let gradient = &regression.a * (&closed - &regression.solution);
            assert!((moment.gradient_norm - gradient.norm()).abs() < 1e-13);
        }
        let risk = simulation.risk(&data, &trainer, 2).unwrap();
        trainer.advance(&risk);
    }
    let found = DVector::from_column_slice(&trainer.weights);
    // |1 - 0.5 lambda_min(A)|^400 < 0.85^400 = 1e-28: what is left is rounding
    assert!((found - regression.solution).norm() < 1e-13);
}
