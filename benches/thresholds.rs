//! The two thresholds, as a user waits for them.

use criterion::{Criterion, criterion_group, criterion_main};
use onset::experiment::{Experiment, Source};
use onset::models::{QuadraticStudent, SquashedSquare, quadratic_students};
use onset::numerics::Silent;
use onset::recovery::algorithmic_threshold;
use onset::study::Study;
use onset::teacher::{Channel, Link, Teacher};

fn algorithmic(c: &mut Criterion) {
    let mut group = c.benchmark_group("delta_alg");
    group.sample_size(10);
    let cases = [
        ("k=1 z1^2", "z1^2", Channel::Deterministic),
        ("k=1 noisy z1^2", "z1^2", Channel::Gaussian { noise: 0.1 }),
        ("k=2 z1*z2", "z1*z2", Channel::Deterministic),
        ("k=2 noisy z1*z2", "z1*z2", Channel::Gaussian { noise: 0.1 }),
        (
            "k=3 mean of squares",
            "(z1^2 + z2^2 + z3^2)/3",
            Channel::Deterministic,
        ),
        ("k=3 z1*z2*z3", "z1*z2*z3", Channel::Deterministic),
        (
            "k=2 given easy, committee",
            "sign(z1) + sign(z2)",
            Channel::Deterministic,
        ),
        (
            "k=2 given easy, z1 + z2^2",
            "z1 + z2^2",
            Channel::Deterministic,
        ),
        (
            "k=2 given easy, noisy z1 + z2^2",
            "z1 + z2^2",
            Channel::Gaussian { noise: 0.1 },
        ),
        (
            "k=3 given easy, three signs",
            "sign(z1) + sign(z2) + sign(z3)",
            Channel::Deterministic,
        ),
    ];
    for (name, link, channel) in cases {
        let target = Link::parse(link).and_then(|link| Teacher::new(link, channel));
        let target = target.expect("a valid target");
        group.bench_function(name, |b| {
            b.iter(|| algorithmic_threshold(&target).map(|t| t.delta_alg))
        });
    }
    group.finish();
}

fn initial(c: &mut Criterion) {
    let mut group = c.benchmark_group("delta_NN(0)");
    group.sample_size(10);
    let [one, two, ..]: [QuadraticStudent; 5] = quadratic_students();
    let squashed = SquashedSquare { init_std: 0.5 }.experiment();
    let cases = [
        ("m=1 quadrature", one.experiment()),
        ("m=2 quadratic", two.experiment()),
        ("m=2 squashed square", squashed),
    ];
    for (name, text) in cases {
        let experiment = Experiment::load(&Source::Text(text), &[]).expect("a valid experiment");
        group.bench_function(name, |b| {
            b.iter(|| {
                let study = Study::new(experiment.clone()).expect("a study");
                let problem = study.problem().expect("a problem");
                problem.delta_nn(0, &Silent).map(|rung| rung.delta_nn)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, algorithmic, initial);
criterion_main!(benches);
