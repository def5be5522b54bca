//! Null runs: labels that know nothing of the hard directions.

use super::super::Labels;
use super::super::streams::RunStream;
use super::{Parts, plan};
use crate::numerics::Measured;

/// `d M_V M_V^T - W W^T` of the first neuron after ten steps, over thirty runs.
fn excess(labels: Labels) -> Measured {
    let parts = Parts::squashed_square(&[]);
    let simulation = parts.simulation();
    let mut plan = plan(6.0, 150, 10);
    plan.labels = labels;
    let excess: Vec<f64> = (0..30)
        .map(|run| {
            let last = simulation.run(&plan, run).unwrap().moments[10].clone();
            last.hard_growth(&parts.hard_basis, 150)[(0, 0)] - last.gram[(0, 0)]
        })
        .collect();
    Measured::mean(&excess)
}

#[test]
fn null_runs_treat_every_direction_alike() {
    // with labels independent of X all d coordinates have one law, so d E[M_V M_V^T] = E[W W^T] exactly
    let null = excess(Labels::Null);
    assert!(null.value.abs() < 3.0 * null.error, "{null:?}");
    // while the theory has growth from 0.25 to 7.9 in the limit of large dimension
    let signal = excess(Labels::OfInputs);
    assert!(
        signal.value > 3.0 * signal.error && signal.value > 1.0,
        "{signal:?}"
    );
}

#[test]
fn null_labels_keep_the_easy_latents() {
    let parts = Parts::squashed_square(&["target.link=z1 + z2^2"]);
    assert_eq!(parts.hard_basis.nrows(), 1);
    let mut plan = plan(2000.0, 10, 0);
    let data = |plan: &super::Plan| parts.simulation().data(plan, RunStream::new(1, 0));
    let with = data(&plan);
    plan.labels = Labels::Null;
    let null = data(&plan);
    let correlation = |data: &super::super::data::Data| {
        let mut products = Vec::new();
        for (i, label) in data.labels.iter().enumerate() {
            let mut z = [0.0; 2];
            data.inputs.copy_row(i, 0, &mut z);
            let rest = label - z[0];
            assert!(rest > -1e-12, "the easy part is that of the input");
            products.push((rest - 1.0) * (z[1] * z[1] - 1.0));
        }
        Measured::mean(&products)
    };
    let (with, null) = (correlation(&with), correlation(&null));
    // E[(z^2 - 1)^2] = 2, and zero where they are independent
    assert!((with.value - 2.0).abs() < 3.0 * with.error, "{with:?}");
    assert!(null.value.abs() < 3.0 * null.error, "{null:?}");
}
