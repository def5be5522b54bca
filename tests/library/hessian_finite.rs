//! The asymptotic formulas against the eigenvalues of finite random matrices.

use crate::support::hessian::{mixed_law_with_latents, normals};
use nalgebra::{DMatrix, SymmetricEigen};
use onset::curvature::{CurvatureLaw, Side};
use onset::hessian::{Spectrum, Support, spectrum};
use onset::numerics::{packed_len, unpack};

/// Eigenvalues (sorted) and squared overlaps of their vectors with the hard directions, with
/// the law of the very samples that went in.
struct Finite {
    law: CurvatureLaw,
    values: Vec<f64>,
    overlaps: Vec<f64>,
}

/// Diagonalises `H = (1/n) sum_i D_i (x) x_i x_i^T` with x_i standard normal in `dim`
/// dimensions, whose first coordinates are the latents that D_i depends on.
fn finite_hessian(neurons: usize, hard_dim: usize, dim: usize, delta: f64, seed: u64) -> Finite {
    let samples = (delta * dim as f64) as usize;
    let p = packed_len(neurons);
    let (law, latents) = mixed_law_with_latents(neurons, hard_dim, samples, seed);
    let rest = normals((dim - hard_dim) * samples, seed + 1000);
    let inputs = DMatrix::from_fn(dim, samples, |coordinate, i| {
        if coordinate < hard_dim {
            latents[i * hard_dim + coordinate]
        } else {
            rest[i * (dim - hard_dim) + coordinate - hard_dim]
        }
    });
    let mut hessian = DMatrix::zeros(neurons * dim, neurons * dim);
    for a in 0..neurons {
        for b in a..neurons {
            let entry =
                |i: usize| unpack(&law.samples().curvature[i * p..(i + 1) * p], neurons)[(a, b)];
            let weighted = DMatrix::from_fn(dim, samples, |coordinate, i| {
                inputs[(coordinate, i)] * entry(i) / samples as f64
            });
            let block = weighted * inputs.transpose();
            hessian
                .view_mut((a * dim, b * dim), (dim, dim))
                .copy_from(&block);
            hessian
                .view_mut((b * dim, a * dim), (dim, dim))
                .copy_from(&block.transpose());
        }
    }
    let eigen = SymmetricEigen::new(hessian);
    let mut order: Vec<usize> = (0..neurons * dim).collect();
    order.sort_by(|&a, &b| eigen.eigenvalues[a].total_cmp(&eigen.eigenvalues[b]));
    let overlap = |k: usize| {
        let hard = (0..neurons * dim).filter(|row| row % dim < hard_dim);
        hard.map(|row| eigen.eigenvectors[(row, k)].powi(2)).sum()
    };
    Finite {
        law,
        values: order.iter().map(|&k| eigen.eigenvalues[k]).collect(),
        overlaps: order.iter().map(|&k| overlap(k)).collect(),
    }
}

/// The asymptotic spectrum of a law.
fn asymptotic(law: &CurvatureLaw, delta: f64) -> Spectrum {
    spectrum(
        law,
        Support::Empirical,
        Support::Empirical,
        delta,
        0.0,
        Side::Left,
        150,
    )
    .unwrap()
}

/// Largest difference between the empirical distribution function and the integrated density.
fn kolmogorov(values: &[f64], density: &[(f64, f64)]) -> f64 {
    let mut mass = 0.0;
    let mut worst: f64 = 0.0;
    for pair in density.windows(2) {
        mass += 0.5 * (pair[1].0 - pair[0].0) * (pair[0].1 + pair[1].1);
        let below = values.iter().filter(|&&x| x <= pair[1].0).count() as f64;
        worst = worst.max((mass - below / values.len() as f64).abs());
    }
    worst
}

/// Outliers, their overlaps, the left edge and the bulk of three matrices against the theory
/// for the samples that each of them drew: what remains random is the part of x_i that D_i does
/// not depend on.
fn compare(neurons: usize, hard_dim: usize, dim: usize, delta: f64) {
    for seed in 50..53 {
        let run = finite_hessian(neurons, hard_dim, dim, delta, seed);
        let theory = asymptotic(&run.law, delta);
        let outliers = theory.outliers.len();
        assert!(outliers > 0, "the law is meant to have outliers");
        for (k, outlier) in theory.outliers.iter().enumerate() {
            let (value, overlap) = (run.values[k], run.overlaps[k]);
            // Fluctuations of order 1/sqrt(n d) of the spectrum's width around the formula.
            assert!(
                (value / outlier.value - 1.0).abs() < 0.04,
                "{value} is not {}",
                outlier.value
            );
            let distance = (overlap - outlier.overlap).abs();
            assert!(distance < 0.04, "{overlap} is not {}", outlier.overlap);
        }
        // The extreme bulk eigenvalue lies within a few d^{-2/3} of a soft edge.
        let (left, right) = (
            theory.left_edge.unwrap().value,
            theory.right_edge.unwrap().value,
        );
        let edge = run.values[outliers];
        assert!(
            (edge - left).abs() < 0.03 * (right - left),
            "{edge} is not {left}"
        );
        // Rigidity leaves the outliers themselves: (number of outliers) / (m d).
        let distance = kolmogorov(&run.values, &theory.density);
        assert!(distance < 0.012, "Kolmogorov distance {distance}");
    }
}

#[test]
fn one_neuron_one_hard_direction() {
    compare(1, 1, 400, 4.0);
}

#[test]
fn two_neurons_one_hard_direction() {
    compare(2, 1, 280, 6.0);
}

#[test]
fn three_neurons_two_hard_directions() {
    compare(3, 2, 170, 8.0);
}
