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
