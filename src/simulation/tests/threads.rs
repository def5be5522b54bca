//! What results may and may not depend on.

use super::super::{Labels, Precision, Trajectory};
use super::{Parts, plan};

fn run_with(threads: usize, precision: Precision) -> Trajectory {
    let parts = Parts::squashed_square(&["training.batch=0.5", "training.momentum=0.5"]);
    let mut plan = plan(40.0, 33, 4);
    (plan.precision, plan.labels) = (precision, Labels::Null);
    plan.hessian_at = vec![0, 4];
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap();
    pool.install(|| parts.simulation().run(&plan, 3).unwrap())
}

#[test]
fn the_number_of_threads_does_not_change_a_bit() {
    for precision in [Precision::Single, Precision::Double] {
        let one = run_with(1, precision);
        assert_eq!(one, run_with(2, precision));
        assert_eq!(one, run_with(5, precision));
    }
}

#[test]
fn single_precision_is_a_run_on_rounded_inputs() {
    let (single, double) = (
        run_with(2, Precision::Single),
        run_with(2, Precision::Double),
    );
    for (a, b) in single.moments.iter().zip(&double.moments) {
        // inputs are rounded at 6e-8, and nothing amplifies that in four steps
        assert!((a.train_loss - b.train_loss).abs() < 1e-6);
        assert!((a.gradient_norm - b.gradient_norm).abs() < 1e-6);
        assert!(a != b, "the inputs are not the same");
    }
}

#[test]
fn runs_and_seeds_differ() {
    let parts = Parts::squashed_square(&[]);
    let simulation = parts.simulation();
    let loss = |seed, run| {
        let mut plan = plan(3.0, 20, 0);
        plan.seed = seed;
        simulation.run(&plan, run).unwrap().moments[0].train_loss
    };
    let all = [loss(1, 0), loss(1, 1), loss(2, 0), loss(2, 1)];
    for i in 0..4 {
        for j in 0..i {
            assert!(all[i] != all[j]);
        }
    }
    assert_eq!(loss(1, 1), loss(1, 1));
}
