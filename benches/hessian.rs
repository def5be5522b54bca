//! The spectral hot paths: edges with outliers, the margin of a threshold search, densities.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use onset::curvature::{CurvatureLaw, LawSamples, Side};
use onset::hessian::{Support, bulk_density, informative_margin, side_spectrum};
use onset::numerics::{SobolSequence, packed_len};

/// Samples of every law: what one threshold is computed from.
const SAMPLES: usize = 40_000;

/// An indefinite law whose first diagonal entries follow a latent: it has left outliers.
fn law(neurons: usize) -> CurvatureLaw {
    let p = packed_len(neurons);
    let dims = 1 + neurons;
    let mut points = vec![0.0; dims * SAMPLES];
    let sequence = SobolSequence::new(dims, 1, 0).expect("the dimension is within the table");
    sequence
        .fill_normal(0, &mut points)
        .expect("the count is within the period");
    let mut curvature = Vec::with_capacity(p * SAMPLES);
    let mut moments = Vec::with_capacity(SAMPLES);
    for point in points.chunks_exact(dims) {
        let (z, u) = (point[0], &point[1..]);
        let pull = (z * z - 1.0).tanh();
        for i in 0..neurons {
            for j in i..neurons {
                let own = if i == j {
                    0.5 - pull / (1.0 + i as f64)
                } else {
                    0.0
                };
                curvature.push(0.3 * u[i].tanh() * u[j].tanh() + own);
            }
        }
        moments.push(z * z);
    }
    let weights = vec![1.0 / SAMPLES as f64; SAMPLES];
    CurvatureLaw::new(LawSamples {
        neurons,
        hard_dim: 1,
        weights,
        curvature,
        latent_second_moment: moments,
    })
    .expect("the samples are finite and their weights a probability")
}

/// One edge with its outliers, cold.
fn edge_and_outliers(criterion: &mut Criterion) {
    for neurons in [1, 2, 4, 16] {
        let law = law(neurons);
        criterion.bench_function(&format!("edge and outliers, m = {neurons}"), |bencher| {
            bencher
                .iter(|| side_spectrum(black_box(&law), Support::Empirical, 6.0, Side::Left, None));
        });
    }
}

/// One step of a threshold search, warm-started from a neighbouring delta.
fn warm_margin(criterion: &mut Criterion) {
    let law = law(2);
    let start = informative_margin(&law, Support::Empirical, 6.0, 0.0, None)
        .expect("the law is valid")
        .expect("an empirical law has an edge");
    criterion.bench_function("margin, warm, m = 2", |bencher| {
        bencher.iter(|| {
            let warm = Some(&start.resolvent);
            informative_margin(black_box(&law), Support::Empirical, 6.2, 0.0, warm)
        });
    });
}

/// Two hundred points of a density.
fn density(criterion: &mut Criterion) {
    let law = law(2);
    let edge = |side| {
        side_spectrum(&law, Support::Empirical, 6.0, side, None)
            .expect("the law is valid")
            .expect("an empirical law has an edge")
            .edge
            .value
    };
    let (left, right) = (edge(Side::Left), edge(Side::Right));
    criterion.bench_function("density, 200 points, m = 2", |bencher| {
        bencher.iter(|| bulk_density(black_box(&law), 6.0, left, right, 200));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = edge_and_outliers, warm_margin, density
}
criterion_main!(benches);
