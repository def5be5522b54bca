//! Laws without structure: every edge is found, certified, and the same from a warm start.

use crate::support::hessian::{normals, valid};
use nalgebra::DMatrix;
use onset::curvature::{CurvatureLaw, LawSamples, Side};
use onset::hessian::{EdgeKind, Support, bulk_edge, side_spectrum};
use onset::numerics::{pack, packed_len, unpack};

/// Shapes of curvature that have ended in trouble in one solver or another.
#[derive(Clone, Copy, Debug)]
enum Shape {
    /// Symmetric Gaussian entries.
    Gaussian,
    /// Gaussian entries, sizes spread over e^6.
    HeavyTailed,
    /// Gaussian entries, sizes spread over more than twelve decades.
    Extreme,
    /// Gaussian entries of size 1e-5.
    Tiny,
    /// Positive, of rank one, in random directions.
    RankOne,
    /// Positive, of full rank, and a rare negative sample.
    RarelyNegative,
}

const SHAPES: [Shape; 6] = [
    Shape::Gaussian,
    Shape::HeavyTailed,
    Shape::Extreme,
    Shape::Tiny,
    Shape::RankOne,
    Shape::RarelyNegative,
];

/// A law of the given shape with one hard direction.
fn random_law(shape: Shape, neurons: usize, samples: usize, seed: u64) -> CurvatureLaw {
    let p = packed_len(neurons);
    let points = normals((p + 1) * samples, seed);
    let (mut curvature, mut moments) = (vec![], vec![]);
    for (index, point) in points.chunks_exact(p + 1).enumerate() {
        let z = point[p];
        let full = unpack(&point[..p], neurons);
        let column = full.column(0).into_owned();
        let d = match shape {
            Shape::Gaussian => full,
            Shape::HeavyTailed => full * (3.0 * z).exp(),
            Shape::Extreme => &full * (8.0 * point[0]).exp(),
            Shape::Tiny => full * 1e-5,
            Shape::RankOne => &column * column.transpose(),
            Shape::RarelyNegative if index % 50 == 0 => full,
            Shape::RarelyNegative => &full * &full,
        };
        curvature.extend(pack(&d));
        moments.push(z * z);
    }
    let weights = vec![1.0 / samples as f64; samples];
    valid(LawSamples {
        neurons,
        hard_dim: 1,
        weights,
        curvature,
        latent_second_moment: moments,
    })
}

#[test]
fn every_edge_is_found_and_certified() {
    for (seed, shape) in SHAPES.into_iter().enumerate() {
        for neurons in [1, 2, 3, 6] {
            for samples in [30, 300] {
                let law = random_law(shape, neurons, samples, seed as u64);
                for delta in [0.05, 0.7, 2.0, 30.0, 1000.0] {
                    for side in [Side::Left, Side::Right] {
                        let context = format!("{shape:?} m {neurons} n {samples} delta {delta}");
                        let found = side_spectrum(&law, Support::Empirical, delta, side, None);
                        let found = found.expect(&context).expect(&context);
                        // A solution with radius one is the edge; see the path module.
                        let radius = found.edge.spectral_radius;
                        match found.edge.kind {
                            EdgeKind::Soft => assert!((radius - 1.0).abs() < 1e-9, "{context}"),
                            kind => assert_eq!((kind, found.edge.value), (EdgeKind::Atom, 0.0)),
                        }
                        // The longest way is to the edge at zero of rank-one curvature at delta = m,
                        // where S diverges without an atom.
                        assert!(
                            found.edge.passes <= 100,
                            "{context}: {} passes",
                            found.edge.passes
                        );
                        let overlaps = found.outliers.iter().map(|outlier| outlier.overlap);
                        assert!(overlaps.into_iter().all(|x| x > 0.0 && x <= 1.0 + 1e-9));
                    }
                }
            }
        }
    }
}

#[test]
fn warm_starts_agree_with_cold_ones_on_any_law() {
    for (seed, shape) in SHAPES.into_iter().enumerate() {
        for neurons in [1, 2, 4] {
            let law = random_law(shape, neurons, 200, 100 + seed as u64);
            let edge = |delta: f64, warm: Option<&DMatrix<f64>>| {
                bulk_edge(&law, Support::Empirical, delta, Side::Left, warm)
                    .unwrap()
                    .unwrap()
            };
            for delta in [0.3, 3.0, 50.0] {
                let start = edge(delta, None);
                for factor in [0.5, 0.98, 1.02, 3.0] {
                    let cold = edge(delta * factor, None);
                    let warm = edge(delta * factor, Some(&start.resolvent));
                    let context = format!("{shape:?} m {neurons} delta {delta} times {factor}");
                    assert_eq!(cold.kind, warm.kind, "{context}");
                    let error = (cold.value - warm.value).abs();
                    assert!(error <= 1e-10 * cold.value.abs(), "{context}: {error}");
                }
            }
        }
    }
}
