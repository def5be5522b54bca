//! Plans that cannot be carried out, and training that fails.

use super::super::SimulationError;
use super::{Parts, Plan, plan};

fn refusal(plan: &Plan) -> String {
    let parts = Parts::squashed_square(&["target.link=z1*z2"]);
    parts.simulation().run(plan, 0).unwrap_err().to_string()
}

#[test]
fn sizes_that_mean_nothing() {
    assert!(refusal(&plan(0.001, 100, 0)).contains("0.001 x 100 rounds to 0 samples"));
    assert!(refusal(&plan(10.0, 0, 0)).contains("10 x 0 rounds to 0 samples"));
    assert!(refusal(&plan(10.0, 1, 0)).contains("--dim 1: the target has 2 latent directions"));
    let mut late = plan(3.0, 10, 5);
    late.hessian_at = vec![0, 6];
    assert!(refusal(&late).contains("--hessian-at 6: training ends after step 5"));
}

#[test]
fn more_memory_than_any_machine_has() {
    let refusal = refusal(&plan(10.0, 10_000_000, 0));
    for part in [
        "n = 100000000",
        "--dim 10000000",
        "GB",
        "lower --dim or --delta",
    ] {
        assert!(refusal.contains(part), "{refusal}");
    }
}

#[test]
fn divergence_is_an_error() {
    let mut parts = Parts::linear("z1");
    parts.rule = crate::phase1::TrainingRule::gradient_descent(1e200, 0.0);
    let error = parts.simulation().run(&plan(3.0, 10, 5), 2).unwrap_err();
    assert!(
        matches!(
            error,
            SimulationError::Diverged {
                run: 2,
                step: 1..=2,
                ..
            }
        ),
        "{error}"
    );
    assert!(error.to_string().contains("lower training.step_size"));
}

#[test]
fn targets_beyond_exact_quadrature_are_simulated_too() {
    let text = "[target]\nlink = \"z1*z2 + z3*z4*z5\"\n";
    let source = crate::experiment::Source::Text(text.into());
    let target = crate::experiment::Experiment::load(&source, &[])
        .and_then(|experiment| experiment.target())
        .unwrap();
    let parts = Parts::squashed_square(&[]);
    let hard = nalgebra::DMatrix::identity(5, 5);
    let simulation = super::super::Simulation::new(&target, &parts.model, &parts.rule, 0.5, &hard);
    let mut null = plan(4.0, 20, 2);
    null.labels = super::super::Labels::Null;
    for plan in [plan(4.0, 20, 2), null] {
        let run = simulation.run(&plan, 0).unwrap();
        assert_eq!(run.moments[2].overlap.shape(), (2, 5));
    }
}
