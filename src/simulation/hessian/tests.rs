//! The matrix against differences of the gradient, products against the matrix, the iteration against the solver.

use nalgebra::DMatrix;

use super::operator::HessianOperator;
use super::{Directions, LanczosLimits, dense, lanczos, measured};
use crate::simulation::data::Data;
use crate::simulation::risk::Risk;
use crate::simulation::streams::RunStream;
use crate::simulation::tests::{Parts, plan};

const STREAM: fn() -> RunStream = || RunStream::new(5, 1);

struct Case {
    parts: Parts,
    data: Data,
    weights: Vec<f64>,
}

impl Case {
    fn new(parts: Parts, delta: f64, dim: usize) -> Self {
        let plan = plan(delta, dim, 0);
        let data = parts.simulation().data(&plan, STREAM());
        let weights = parts.simulation().trainer(&plan, STREAM()).weights;
        Self {
            parts,
            data,
            weights,
        }
    }

    fn operator(&self, shift: &[f64]) -> HessianOperator<'_> {
        HessianOperator::new(&self.data, &self.parts.model, &self.weights, shift.to_vec())
    }
}

/// Three neurons, so that blocks of neurons and packed indices can be confused.
fn three_neurons() -> Parts {
    Parts::squashed_square(&[
        "network.readout=[1.0,0.5,-0.7]",
        "network.bias=[0.1,0.0,-0.3]",
    ])
}

#[test]
fn the_matrix_is_the_derivative_of_the_gradient() {
    let case = Case::new(three_neurons(), 5.0, 7);
    let matrix = dense::form(&case.operator(&[0.2; 3]));
    let gradient = |by: f64, entry: usize| {
        let mut weights = case.weights.clone();
        weights[entry] += by;
        Risk::new(&case.data, &case.parts.model, &weights, 0.2, None, false).gradient
    };
    let step = 1e-5;
    for column in 0..21 {
        let (above, below) = (gradient(step, column), gradient(-step, column));
        for row in column..21 {
            let difference = (above[row] - below[row]) / (2.0 * step);
            // truncation step^2 and rounding 1e-16/step, both about 1e-10
            assert!(
                (matrix[(row, column)] - difference).abs() < 1e-9,
                "{row} {column}"
            );
        }
    }
}

#[test]
fn products_are_those_of_the_matrix() {
    // more columns than a tile and more samples than a panel
    let case = Case::new(three_neurons(), 2.1, 300);
    let operator = case.operator(&[0.1, 0.2, 0.3]);
    let matrix = dense::form(&operator);
    let size = operator.size();
    let vectors: Vec<f64> = (0..2 * size)
        .map(|i| (1.0 + 0.37 * i as f64).sin())
        .collect();
    let products = operator.apply(&vectors);
    for (vector, product) in vectors.chunks_exact(size).zip(products.chunks_exact(size)) {
        for row in (0..size).step_by(7) {
            let entry = |column: usize| matrix[(row.max(column), row.min(column))];
            let sum: f64 = (0..size).map(|column| entry(column) * vector[column]).sum();
            // 900 terms of order 0.1, rounded in another order
            assert!((sum - product[row]).abs() < 1e-12, "{row}");
        }
    }
}

/// Values, residuals and overlaps of both ends from the iteration and from the matrix.
fn compare(case: &Case, count: usize) {
    let m = case.parts.model.neurons();
    let operator = case.operator(&vec![0.05; m]);
    let (values, direct) = dense::diagonalise(&operator, count).unwrap();
    let mut limits = LanczosLimits::new(STREAM());
    limits.tolerance = 1e-9;
    let found = lanczos::extremes(&operator, count, limits).unwrap();
    let directions = Directions::new(operator.dim(), &case.parts.hard_basis, &[&case.weights]);
    let spread = values[values.len() - 1] - values[0];
    for (found, direct) in [
        (&found.lowest, &direct.lowest),
        (&found.highest, &direct.highest),
    ] {
        let (found, direct) = (
            measured(&operator, &directions, found),
            measured(&operator, &directions, direct),
        );
        assert_eq!(found.len(), count);
        for (a, b) in found.iter().zip(&direct) {
            // the solver is backward stable, the iteration stopped at 1e-9; errors of values are quadratic in that
            assert!(
                b.residual < 1e-13 * spread && a.residual < 2e-9 * spread,
                "{a:?} {b:?}"
            );
            assert!((a.value - b.value).abs() < 1e-12 * spread, "{a:?} {b:?}");
            assert!(
                (a.hard_overlap - b.hard_overlap).abs() < 1e-6
                    && (a.aligned - b.aligned).abs() < 1e-6,
                "{a:?} {b:?}"
            );
            assert!(a.hard_overlap <= a.aligned + 1e-12 && a.aligned < 1.0 + 1e-12);
        }
    }
}

#[test]
fn the_iteration_finds_what_the_solver_finds() {
    compare(&Case::new(Parts::squashed_square(&[]), 6.0, 150), 4);
    compare(&Case::new(three_neurons(), 4.0, 60), 5);
}

#[test]
fn the_iteration_completes_on_small_matrices() {
    // fewer directions than the iteration has room for, and fewer than asked for at both ends together
    compare(&Case::new(three_neurons(), 4.0, 3), 5);
}

#[test]
fn equal_neurons_have_their_eigenvalues_twice() {
    // correlation loss, quadratic activation: D = -2y, the same for both neurons and nothing between them
    let overrides = [
        "network.activation=u^2",
        "network.readout=[1.0,1.0]",
        "loss.kind=correlation",
    ];
    let case = Case::new(Parts::squashed_square(&overrides), 4.0, 80);
    let operator = case.operator(&[0.0; 2]);
    let found = lanczos::extremes(&operator, 4, LanczosLimits::new(STREAM())).unwrap();
    for pair in found
        .lowest
        .chunks_exact(2)
        .chain(found.highest.chunks_exact(2))
    {
        // the iteration stops at 1e-5 of the spread, and errors are quadratic in that
        assert!(
            (pair[0].0 - pair[1].0).abs() < 1e-8,
            "{} {}",
            pair[0].0,
            pair[1].0
        );
    }
    assert!(found.lowest[1].0 < found.lowest[2].0 - 1e-4);
}

#[test]
fn overlaps_are_squared_projections() {
    // every vector that lives in the latent coordinates has overlap one, every other one zero
    let hard = DMatrix::from_row_slice(1, 2, &[0.6, 0.8]);
    let vector = [0.6 * 0.8, 0.8 * 0.8, 0.0, 0.8 * 0.6, -0.6 * 0.6, 0.0];
    let overlap = Directions::new(3, &hard, &[]).hard_part(&vector);
    // neuron 1 lies along the hard direction with length 0.8, neuron 2 across it
    assert!((overlap - 0.64).abs() < 1e-15, "{overlap}");
}
