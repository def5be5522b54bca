//! Edges and densities against closed forms and exact symmetries.

use std::f64::consts::PI;

use crate::support::hessian::{bulk_law, mixed_law, random_rotation, transform, valid};
use nalgebra::DMatrix;
use onset::curvature::{CurvatureLaw, Side};
use onset::hessian::{EdgeKind, Support, bulk_density, bulk_edge, side_spectrum, spectrum};

/// A law of one neuron and no hard direction, from (weight, curvature) pairs.
fn scalar(points: &[(f64, f64)]) -> CurvatureLaw {
    bulk_law(1, points.iter().map(|p| (p.0, vec![p.1])).collect())
}

/// The edge as the samples see it.
fn edge(law: &CurvatureLaw, delta: f64, side: Side) -> onset::hessian::BulkEdge {
    bulk_edge(law, Support::Empirical, delta, side, None)
        .unwrap()
        .unwrap()
}

/// Left edge of a one-neuron law by bisection on its fold condition in T = 1/S.
fn scalar_left_edge(points: &[(f64, f64)], delta: f64) -> f64 {
    let radius = |t: f64| {
        points
            .iter()
            .map(|(w, d)| w * (d / (t + d / delta)).powi(2))
            .sum::<f64>()
            / delta
    };
    let lowest = points.iter().map(|p| p.1).fold(0.0, f64::min);
    let (mut low, mut high) = (-lowest / delta, 1e12);
    for _ in 0..400 {
        let middle = if low > 0.0 {
            (low * high).sqrt()
        } else {
            0.5 * (low + high)
        };
        if radius(middle) > 1.0 {
            low = middle
        } else {
            high = middle
        }
    }
    let t = 0.5 * (low + high);
    -t + points
        .iter()
        .map(|(w, d)| w * d * t / (t + d / delta))
        .sum::<f64>()
}

/// Density of a law with values a, b of probability 1/2 each: the complex root of the cubic
/// `(1 + x s)(1 + a s/delta)(1 + b s/delta) = s (a (1 + b s/delta) + b (1 + a s/delta)) / 2`.
fn two_atom_density(a: f64, b: f64, delta: f64, x: f64) -> f64 {
    let (sum, product) = ((a + b) / delta, a * b / (delta * delta));
    let constant = 1.0;
    let linear = x + sum - 0.5 * (a + b);
    let square = x * sum + product - product * delta;
    let cube = x * product;
    let (p, q, r) = (square / cube, linear / cube, constant / cube);
    let companion = DMatrix::from_row_slice(3, 3, &[0.0, 0.0, -r, 1.0, 0.0, -q, 0.0, 1.0, -p]);
    companion
        .complex_eigenvalues()
        .iter()
        .map(|s| s.im)
        .fold(0.0, f64::max)
        / PI
}

#[test]
fn marchenko_pastur_edges() {
    for delta in [0.3, 0.9, 2.0, 10.0] {
        for size in [1.0, 1e-6, 3e5] {
            let law = scalar(&[(1.0, size)]);
            let position = |sign: f64| size * (1.0 + sign / f64::sqrt(delta)).powi(2);
            let right = edge(&law, delta, Side::Right);
            assert!((right.value / position(1.0) - 1.0).abs() < 1e-11);
            let left = edge(&law, delta, Side::Left);
            if delta > 1.0 {
                assert!((left.value / position(-1.0) - 1.0).abs() < 1e-11);
                assert_eq!(left.kind, EdgeKind::Soft);
                let s = delta.sqrt() / (size * (1.0 - 1.0 / delta.sqrt()));
                assert!(
                    (left.resolvent[(0, 0)] / s - 1.0).abs() < 1e-9,
                    "S at the edge"
                );
            } else {
                // fewer samples than dimensions: a point mass at zero ends the bulk
                assert_eq!((left.kind, left.value), (EdgeKind::Atom, 0.0));
            }
        }
    }
}

#[test]
fn marchenko_pastur_density_and_atom() {
    for delta in [0.5, 1.0, 2.0, 8.0] {
        let law = scalar(&[(1.0, 1.0)]);
        let support = Support::Empirical;
        let found = spectrum(&law, support, support, delta, 0.25, Side::Left, 100).unwrap();
        let bound = |sign: f64| (1.0 + sign / f64::sqrt(delta)).powi(2);
        for (shifted, rho) in &found.density {
            let x = shifted - 0.25;
            let inside = ((x - bound(-1.0)) * (bound(1.0) - x)).max(0.0);
            let exact = delta * inside.sqrt() / (2.0 * PI * x);
            assert!(
                (rho - exact).abs() < 1e-8,
                "delta {delta} at {x}: {rho} is not {exact}"
            );
        }
        match found.atom {
            Some(atom) => {
                assert!(delta < 1.0 && atom.value == 0.25);
                assert!((atom.mass - (1.0 - delta)).abs() < 1e-8);
            }
            None => assert!(delta >= 1.0),
        }
    }
}

#[test]
fn one_neuron_edges_against_bisection() {
    let laws: [&[(f64, f64)]; 5] = [
        &[(0.5, 1.0), (0.5, -1.0)],
        &[(0.5, 1.0), (0.5, 3.0)],
        &[(0.3, 1e-8), (0.3, -1e8), (0.4, 1.0)],
        &[(0.3, 1e-8), (0.3, 1e8), (0.4, 1.0)],
        &[(0.999, -1e-3), (0.001, 5.0)],
    ];
    for points in laws {
        for delta in [1.5, 4.0, 30.0] {
            let found = edge(&scalar(points), delta, Side::Left).value;
            let exact = scalar_left_edge(points, delta);
            assert!(
                (found / exact - 1.0).abs() < 1e-10,
                "{delta}: {found} is not {exact}"
            );
            let mirrored: Vec<_> = points.iter().map(|(w, d)| (*w, -d)).collect();
            let found = edge(&scalar(&mirrored), delta, Side::Right).value;
            assert!(
                (found / -exact - 1.0).abs() < 1e-10,
                "{delta}: {found} is not {}",
                -exact
            );
        }
    }
}

#[test]
fn two_atoms_solve_a_cubic() {
    for (a, b, delta) in [
        (1.0, -1.0, 2.0),
        (1.0, -1.0, 8.0),
        (1.0, 3.0, 4.0),
        (1.0, 20.0, 30.0),
    ] {
        let law = scalar(&[(0.5, a), (0.5, b)]);
        let (left, right) = (
            edge(&law, delta, Side::Left),
            edge(&law, delta, Side::Right),
        );
        let density = bulk_density(&law, delta, left.value, right.value, 200).unwrap();
        assert_eq!(density.len(), 200);
        // at x = 0 the cubic loses its leading term
        for (x, rho) in density.into_iter().filter(|(x, _)| x.abs() > 1e-9) {
            let exact = two_atom_density(a, b, delta, x);
            // The companion matrix loses half the digits near a double root.
            assert!(
                (rho - exact).abs() < 1e-6 * (1.0 + exact),
                "{a} {b} {delta} {x}: {rho} {exact}"
            );
        }
    }
}

#[test]
fn a_gap_has_no_density_and_the_mass_is_one() {
    let law = scalar(&[(0.99, 1.0), (0.01, 300.0)]);
    let (left, right) = (edge(&law, 30.0, Side::Left), edge(&law, 30.0, Side::Right));
    let density = bulk_density(&law, 30.0, left.value, right.value, 400).unwrap();
    // Curvature 300 on 1% of the samples lifts 30% of the eigenvalues out of the main bulk.
    let first_zero = density.iter().position(|(_, rho)| *rho == 0.0).unwrap();
    let beyond: Vec<_> = density[first_zero..]
        .iter()
        .skip_while(|(_, rho)| *rho == 0.0)
        .collect();
    assert!(!beyond.is_empty() && beyond.iter().all(|(_, rho)| *rho > 0.0));
    let upper: f64 = beyond
        .windows(2)
        .map(|w| 0.5 * (w[1].0 - w[0].0) * (w[0].1 + w[1].1))
        .sum();
    assert!((upper - 0.3).abs() < 5e-3, "{upper}");
    let mass: f64 = density
        .windows(2)
        .map(|w| 0.5 * (w[1].0 - w[0].0) * (w[0].1 + w[1].1))
        .sum();
    // trapezoid rule across four square-root edges
    assert!((mass - 1.0).abs() < 2e-3, "{mass}");
}

/// Independent diagonal entries with values (1, -1), (0.5, 2) and, from the third on, (3, 1).
fn diagonal_law(neurons: usize) -> CurvatureLaw {
    let values = |i: usize| {
        [[1.0, -1.0], [0.5, 2.0]]
            .get(i)
            .copied()
            .unwrap_or([3.0, 1.0])
    };
    let samples = 1 << neurons;
    let sample = |s: usize| {
        let diagonal = (0..neurons).map(|i| values(i)[s >> i & 1]);
        DMatrix::from_diagonal(&nalgebra::DVector::from_iterator(neurons, diagonal))
    };
    let packed = |s: usize| onset::numerics::pack(&sample(s));
    bulk_law(
        neurons,
        (0..samples)
            .map(|s| (1.0 / samples as f64, packed(s)))
            .collect(),
    )
}

#[test]
fn decoupled_neurons_superpose() {
    let delta = 4.0;
    // m = 3 and 5 run the general kernel, below and above the switch to matrix products.
    for neurons in [2, 3, 5] {
        let rotation = random_rotation(neurons, 11);
        let law = transform(&diagonal_law(neurons), &rotation);
        let left = edge(&law, delta, Side::Left).value;
        assert!((left - scalar_left_edge(&[(0.5, 1.0), (0.5, -1.0)], delta)).abs() < 1e-9);
        let right = edge(&law, delta, Side::Right).value;
        let pair = if neurons == 2 { (0.5, 2.0) } else { (3.0, 1.0) };
        let mirrored = scalar_left_edge(&[(0.5, -pair.0), (0.5, -pair.1)], delta);
        assert!((right + mirrored).abs() < 1e-9, "{right} {mirrored}");
        for (x, rho) in bulk_density(&law, delta, left, right, 60).unwrap() {
            let extra = (neurons - 2) as f64 * two_atom_density(3.0, 1.0, delta, x);
            let sum = two_atom_density(1.0, -1.0, delta, x) + two_atom_density(0.5, 2.0, delta, x);
            let exact = (sum + extra) / neurons as f64;
            // the oracle's double roots again, and square-root edges inside the bulk
            assert!(
                (rho - exact).abs() < 1e-6 * (1.0 + exact),
                "{neurons} {x}: {rho} {exact}"
            );
        }
    }
}

#[test]
fn a_multiple_of_the_identity_folds_in_every_direction_at_once() {
    for neurons in [2, 3, 5, 16] {
        let identity = onset::numerics::pack(&DMatrix::identity(neurons, neurons));
        let found = edge(&bulk_law(neurons, vec![(1.0, identity)]), 4.0, Side::Left);
        assert!((found.value - 0.25).abs() < 1e-10, "{}", found.value);
    }
}

#[test]
fn curvature_of_rank_one_leaves_an_atom_at_zero() {
    for (neurons, common) in [(2, true), (2, false), (3, true), (6, true)] {
        let samples = (0..64).map(|s| {
            let angle = if common { 0.4 } else { s as f64 };
            let a = DMatrix::from_fn(neurons, 1, |i, _| (angle + i as f64).sin());
            let size = 1.0 + 0.5 * (s as f64).cos();
            (
                1.0 / 64.0,
                onset::numerics::pack(&(&a * a.transpose() * size)),
            )
        });
        let law = bulk_law(neurons, samples.collect());
        // delta below m: one direction per sample cannot span the space even when it varies
        let found = edge(&law, 1.5, Side::Left);
        assert_eq!(
            (found.kind, found.value),
            (EdgeKind::Atom, 0.0),
            "m = {neurons}, {common}"
        );
        let support = Support::Empirical;
        let found = spectrum(&law, support, support, 1.5, 0.0, Side::Left, 4).unwrap();
        let exact = if common {
            1.0 - 1.0 / neurons as f64
        } else {
            0.25
        };
        let mass = found.atom.unwrap().mass;
        assert!(
            (mass - exact).abs() < 1e-6,
            "m = {neurons}, {common}: {mass}"
        );
    }
}

#[test]
fn rotations_and_permutations_leave_the_spectrum_alone() {
    for neurons in [2, 3, 4, 7] {
        let law = mixed_law(neurons, 2, 400, 3);
        let reference = side_spectrum(&law, Support::Empirical, 5.0, Side::Left, None);
        let reference = reference.unwrap().unwrap();
        assert!(
            !reference.outliers.is_empty(),
            "the law is meant to have outliers"
        );
        let reversal = DMatrix::from_fn(neurons, neurons, |i, j| f64::from(i + j + 1 == neurons));
        for matrix in [reversal, random_rotation(neurons, 5)] {
            let law = transform(&law, &matrix);
            let found = side_spectrum(&law, Support::Empirical, 5.0, Side::Left, None);
            let found = found.unwrap().unwrap();
            assert!((found.edge.value - reference.edge.value).abs() < 1e-10);
            assert!((found.margin - reference.margin).abs() < 1e-9);
            assert_eq!(found.outliers.len(), reference.outliers.len());
            for (a, b) in found.outliers.iter().zip(&reference.outliers) {
                assert!((a.value - b.value).abs() < 1e-10 && (a.overlap - b.overlap).abs() < 1e-8);
                let rotated = &matrix * DMatrix::from_column_slice(neurons, 1, &b.neurons);
                let aligned: f64 = rotated.iter().zip(&a.neurons).map(|(x, y)| x * y).sum();
                assert!((aligned.abs() - 1.0).abs() < 1e-7, "composition {aligned}");
            }
        }
    }
}

#[test]
fn sixteen_neurons_of_mixed_sizes_are_solved() {
    let mut samples = mixed_law(16, 1, 600, 9).samples().clone();
    // sizes from 1e-6 to 1e6 across samples
    let width = samples.curvature.len() / samples.weights.len();
    for (index, row) in samples.curvature.chunks_exact_mut(width).enumerate() {
        let size = 10f64.powf(12.0 * (index as f64 / 600.0) - 6.0);
        row.iter_mut().for_each(|d| *d *= size);
    }
    let law = valid(samples);
    let left = edge(&law, 3.0, Side::Left);
    let right = edge(&law, 3.0, Side::Right);
    assert!(left.value < 0.0 && right.value > 0.0);
    assert!((left.spectral_radius - 1.0).abs() < 1e-9);
}
