//! Phase 1: how the cost grows with paths, steps and neurons.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use nalgebra::DMatrix;
use onset::network::{Activation, Loss, Model, Network};
use onset::numerics::Silent;
use onset::phase1::{LatentSource, Phase1, Plan, TrainingRule, Trajectory};
use onset::teacher::{Channel, LabelMoments, Link, Teacher};

/// The model of `onset::models::SquashedSquare` with m neurons, and the label's law.
struct Problem {
    model: Model,
    moments: LabelMoments,
}

impl Problem {
    fn new(neurons: usize) -> Self {
        let activation = Activation::parse("sqrt(1+u^2) - 1 + 0.2*u").expect("a formula");
        let readout = (0..neurons).map(|j| 0.5f64.powi(j as i32)).collect();
        let network = Network::new(activation, readout, vec![0.0; neurons], 1.0);
        let loss = Loss::pseudo_huber(1.0).expect("a positive width");
        let link = Link::parse("1.5*tanh(z1^2 - 1)").expect("a formula");
        let target = Teacher::new(link, Channel::Deterministic).expect("a target");
        Self {
            model: Model::new(network.expect("a smooth network"), loss),
            moments: LabelMoments::new(&target).expect("a link that can be integrated"),
        }
    }

    /// All that `onset dynamics` computes, at delta = 6.
    fn run(&self, samples: usize, steps: usize) -> Trajectory {
        let source = LatentSource::labels(&self.moments.fine, &DMatrix::identity(1, 1));
        let phase1 = Phase1 {
            model: &self.model,
            source: &source,
            rule: &TrainingRule::gradient_descent(0.5, 0.0),
            init_std: 0.5,
        };
        let plan = Plan {
            steps,
            samples,
            seed: 1,
            replicate: 0,
            laws_at: Vec::new(),
            growth: true,
            test_loss: true,
        };
        phase1
            .run(6.0, &plan, &Silent)
            .expect("training does not diverge")
    }
}

/// The two sizes that have a target: 1.2 s on two idle cores.
fn targets(criterion: &mut Criterion) {
    let problem = Problem::new(2);
    for (samples, steps) in [(131_072, 40), (40_000, 120)] {
        let name = format!("phase 1, m = 2, N = {samples}, T = {steps}");
        criterion.bench_function(&name, |bencher| {
            bencher.iter(|| problem.run(black_box(samples), steps));
        });
    }
}

fn scaling(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("phase 1, scaling");
    let problem = Problem::new(2);
    for samples in [8192, 16_384, 32_768] {
        group.bench_with_input(BenchmarkId::new("N", samples), &samples, |bencher, n| {
            bencher.iter(|| problem.run(*n, 40));
        });
    }
    for steps in [20, 40, 80, 160] {
        group.bench_with_input(BenchmarkId::new("T", steps), &steps, |bencher, t| {
            bencher.iter(|| problem.run(8192, *t));
        });
    }
    for neurons in [1, 2, 4, 8] {
        let problem = Problem::new(neurons);
        group.bench_with_input(BenchmarkId::new("m", neurons), &neurons, |bencher, _| {
            bencher.iter(|| problem.run(8192, 40));
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = targets, scaling
}
criterion_main!(benches);
