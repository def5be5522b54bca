//! The hot paths of the simulator: a step of training, the dense spectrum, the iteration for both ends.

use criterion::{Criterion, criterion_group, criterion_main};
use onset::experiment::{Experiment, Source};
use onset::models::SquashedSquare;
use onset::phase1::TrainingRule;
use onset::recovery::algorithmic_threshold;
use onset::simulation::{Plan, Precision, Simulation};

/// Runs `plans` of the squashed square, data included.
fn bench(criterion: &mut Criterion, plans: &[(&str, Plan)]) {
    let text = SquashedSquare { init_std: 0.5 }.experiment();
    let experiment = Experiment::load(&Source::Text(text), &[]).expect("a valid experiment");
    let (target, model) = (
        experiment.target().expect("target"),
        experiment.model().expect("model"),
    );
    let hard = algorithmic_threshold(&target)
        .expect("delta_alg")
        .hard_basis;
    let rule = TrainingRule::gradient_descent(0.5, 0.0);
    let simulation = Simulation::new(&target, &model, &rule, 0.5, &hard);
    let mut group = criterion.benchmark_group("simulation, m = 2");
    group.sample_size(10);
    for (name, plan) in plans {
        group.bench_function(*name, |bencher| bencher.iter(|| simulation.run(plan, 0)));
    }
    group.finish();
}

fn training(criterion: &mut Criterion) {
    let plan = Plan::new(6.0, 2000, 100, 1);
    let mut single = plan.clone();
    single.precision = Precision::Single;
    bench(
        criterion,
        &[
            ("100 steps, n = 12000, d = 2000, f64", plan),
            ("100 steps, n = 12000, d = 2000, f32", single),
        ],
    );
}

fn spectra(criterion: &mut Criterion) {
    let with_hessian = |delta, dim| {
        let mut plan = Plan::new(delta, dim, 0, 1);
        plan.hessian_at = vec![0];
        plan
    };
    bench(
        criterion,
        &[
            (
                "dense spectrum, n = 6000, d = 1000",
                with_hessian(6.0, 1000),
            ),
            ("both ends, n = 6000, d = 3000", with_hessian(2.0, 3000)),
        ],
    );
}

criterion_group!(benches, training, spectra);
criterion_main!(benches);
