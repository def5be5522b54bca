mod analytic;
mod brute;
mod unbounded;

use nalgebra::DMatrix;

use super::{ModelSupport, SupportKind};
use crate::curvature::Side;
use crate::network::{Activation, Loss, Model, Network};
use crate::teacher::LabelSupport;

fn model(activation: &str, readout: &[f64], bias: &[f64], loss: Loss) -> Model {
    let activation = Activation::parse(activation).expect("an activation");
    let network = Network::new(activation, readout.to_vec(), bias.to_vec(), 1.0);
    Model::new(network.expect("a network"), loss)
}

/// f = (1/m) sum u_j^2 with loss (y - f)^2/(2(a + |y|)).
fn quadratic_student(neurons: usize, offset: f64) -> Model {
    let readout = vec![1.0 / neurons as f64; neurons];
    model(
        "quadratic",
        &readout,
        &vec![0.0; neurons],
        Loss::NormalisedSquare { offset },
    )
}

/// The network of the reference runs: two soft absolute values.
fn soft_abs(loss: Loss) -> Model {
    model("sqrt(1+u^2) - 1 + 0.2*u", &[1.0, 0.5], &[0.0; 2], loss)
}

fn interval(low: f64, high: f64) -> LabelSupport {
    LabelSupport::Interval { low, high }
}

fn left(model: &Model, label: LabelSupport) -> ModelSupport {
    ModelSupport::new(model, &label, 0.5, Side::Left)
}

/// A positive definite matrix of condition about 30, different for every seed.
fn resolvent(neurons: usize, seed: usize) -> DMatrix<f64> {
    let a = DMatrix::from_fn(neurons, neurons, |i, j| {
        ((7 * i + 3 * j + 11 * seed + 1) as f64 * 0.73).sin()
    });
    &a * a.transpose() + DMatrix::identity(neurons, neurons) * 0.2
}

/// The eigenvalues of S^{1/2} D S^{1/2} at one place, lowest and highest, by the textbook road.
fn extremes(model: &Model, s: &DMatrix<f64>, u: &[f64], y: f64) -> (f64, f64) {
    let m = u.len();
    let mut packed = vec![0.0; m * (m + 1) / 2];
    model.curvature(u, y, &mut packed);
    let mut entries = packed.into_iter();
    let mut d = DMatrix::zeros(m, m);
    for j in 0..m {
        for l in j..m {
            d[(j, l)] = entries.next().expect("packed");
            d[(l, j)] = d[(j, l)];
        }
    }
    let eigen = s.clone().symmetric_eigen();
    let roots = DMatrix::from_diagonal(&eigen.eigenvalues.map(f64::sqrt));
    let root = &eigen.eigenvectors * roots * eigen.eigenvectors.transpose();
    let values = (&root * d * &root).symmetric_eigenvalues();
    (values.min(), values.max())
}

fn cause(support: &ModelSupport) -> &str {
    match support.classification() {
        SupportKind::Unbounded { cause } => cause,
        bounded => panic!("{bounded:?}"),
    }
}
