//! Logistic regression with ridge: training to its end against the static equations of the M-estimator.

use crate::support::phase1::{Setup, estimates, plan};
use onset::models::{RidgeLogistic, SignLabel};

fn experiment(flip: f64, weight_decay: f64, step_size: f64) -> String {
    let channel = if flip == 0.0 {
        "channel = \"deterministic\"".to_owned()
    } else {
        format!("channel = \"flip\"\nnoise = {flip:?}")
    };
    format!(
        "[target]\nlink = \"sign(z1)\"\n{channel}\n\
         [network]\nactivation = \"u\"\nreadout = [1.0]\n\
         [loss]\nkind = \"logistic\"\n\
         [training]\nstep_size = {step_size:?}\nsteps = 0\ninit_std = 1.0\nweight_decay = {weight_decay:?}\n"
    )
}

#[test]
fn the_end_of_training_is_the_minimiser_of_the_risk() {
    // step sizes below 2 / (lambda + (1 + 1/sqrt(delta))^2 / 4), where gradient descent contracts; the slowest mode
    // shrinks by 1 - eta lambda with every step
    for (delta, flip, weight_decay, step_size, steps) in [
        (2.0, 0.1, 0.1, 2.0, 80),
        (0.7, 0.2, 0.2, 1.2, 70),
        (4.0, 0.0, 0.05, 2.5, 130),
    ] {
        let minimum = RidgeLogistic {
            delta,
            weight_decay,
            label: SignLabel::Flip { probability: flip },
        }
        .minimum()
        .unwrap();
        let setup = Setup::new(&experiment(flip, weight_decay, step_size), 1);
        let replicates: Vec<Vec<f64>> = (0..8)
            .map(|replicate| {
                let run = setup.run(delta, &plan(steps, 16_384, replicate));
                // the end of training, but for the noise of sampled responses, which does not decay: (1 - eta lambda)^T is
                // below 1e-6, and the gradient's norm levels off at some 1e-3
                assert!(run.gradient_norm[steps] < 0.01 * run.gradient_norm[0]);
                vec![
                    run.overlap[steps][(0, 0)],
                    run.gram[steps][(0, 0)],
                    run.train_loss[steps],
                    run.test_loss[steps],
                ]
            })
            .collect();
        let expected = [
            minimum.overlap,
            minimum.gram,
            minimum.train_loss,
            minimum.test_loss,
        ];
        for (found, expected) in estimates(&replicates).iter().zip(expected) {
            let off = (found.mean - expected).abs();
            // five standard errors of 8 runs, and what is left of the start
            assert!(
                off < 5.0 * found.error + 1e-5,
                "delta {delta}: {found:?} against {expected}"
            );
            assert!(found.error < 5e-3 * expected, "delta {delta}: {found:?}");
        }
    }
}
