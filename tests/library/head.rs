//! Readout and biases that are trained: phase 1 beside an independent computation, and the full Hessian of finite networks.

use crate::support::phase1::{Setup, plan};
use nalgebra::{DMatrix, DVector};
use onset::curvature::{ModelSupport, Side};
use onset::experiment::{Experiment, Source};
use onset::network::{Derivatives, Head, ModelWorkspace};
use onset::numerics::{Measured, Silent};
use onset::phase1::{Phase1Error, Plan};
use onset::study::Study;
use onset::teacher::LabelMoments;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};

/// The squashed square with biases, all of it trained.
fn text(head: &str) -> String {
    format!(
        "[target]\nlink = \"1.5*tanh(z1^2 - 1)\"\n[network]\nactivation = \"sqrt(1+u^2) - 1 + 0.2*u\"\nreadout = [1.0, 0.5]\n\
         bias = [0.2, -0.3]\n[loss]\nkind = \"pseudo-huber\"\n[training]\nstep_size = 0.5\nsteps = 20\ninit_std = 0.5\n{head}\n\
         [numerics]\nsamples = 8192\nreplicates = 4\n"
    )
}

const BOTH: &str = "readout_step_size = 0.4\nbias_step_size = 0.3";

/// Step 20 at delta = 4 by a program that shares nothing with this one, with 2 x 65,536 paths drawn at random: three of its standard errors,
/// which for losses with a deviation of .3 are 8e-4, and half a unit of the last digit.
#[test]
fn trained_heads_follow_an_independent_computation() {
    let setup = Setup::new(&text(BOTH), 0);
    let runs: Vec<_> = (0..2)
        .map(|replicate| {
            setup.run_labels(
                4.0,
                &Plan {
                    growth: false,
                    test_loss: false,
                    ..plan(20, 65_536, replicate)
                },
            )
        })
        .collect();
    let mean = |pick: &dyn Fn(usize) -> f64| 0.5 * (pick(0) + pick(1));
    let gram = |i: usize, j: usize| mean(&|run| runs[run].gram[20][(i, j)]);
    let head = |bias: bool, j: usize| {
        mean(&|run| {
            let part = if bias {
                &runs[run].bias
            } else {
                &runs[run].readout
            };
            part[20][(0, j)]
        })
    };
    for (what, found, expected, allowed) in [
        (
            "loss",
            mean(&|run| runs[run].train_loss[20]),
            0.3462,
            2.5e-3,
        ),
        ("C11", gram(0, 0), 0.305, 8e-3),
        ("C12", gram(0, 1), -0.008, 8e-3),
        ("C22", gram(1, 1), 0.166, 8e-3),
        ("a1", head(false, 0), 1.0189, 3e-3),
        ("a2", head(false, 1), 0.5032, 1.5e-3),
        ("b1", head(true, 0), 0.0131, 3e-3),
        ("b2", head(true, 1), -0.2676, 1e-3),
    ] {
        assert!(
            (found - expected).abs() < allowed,
            "{what}: {found} against {expected}"
        );
    }
}

#[test]
fn a_head_without_step_sizes_stays() {
    let frozen = Setup::new(&text(""), 0);
    let zero = Setup::new(
        &text("readout_step_size = 0.0\nbias_step_size = 0.0\nreadout_weight_decay = 0.3"),
        0,
    );
    let run = |setup: &Setup| setup.run_labels(4.0, &plan(5, 1024, 0));
    let (a, b) = (run(&frozen), run(&zero));
    assert_eq!(a.gram, b.gram);
    assert_eq!(a.train_loss, b.train_loss);
    assert!(a.readout.is_empty() && b.bias.is_empty());
    // biases alone
    let biases = run(&Setup::new(&text("bias_step_size = 0.3"), 0));
    assert!(
        biases
            .readout
            .iter()
            .all(|row| row[(0, 0)] == 1.0 && row[(0, 1)] == 0.5)
    );
    assert!((biases.bias[5][(0, 0)] - 0.2).abs() > 0.01);
}

#[test]
fn a_readout_that_runs_away_is_named_with_its_step() {
    let setup = Setup::new(
        &text("readout_step_size = 1000.0").replace("pseudo-huber", "square"),
        0,
    );
    let error = setup.try_run(4.0, &plan(20, 512, 0)).unwrap_err();
    assert!(
        matches!(
            error,
            Phase1Error::HeadDiverged {
                what: "readout",
                ..
            }
        ),
        "{error}"
    );
    let words = error.to_string();
    assert!(
        words.contains("lower training.readout_step_size"),
        "{words}"
    );
}

/// The curvature of a trained network ends where the support of its present readout and biases does.
#[test]
fn the_support_is_that_of_the_trained_head() {
    let setup = Setup::new(&text(BOTH), 0);
    let run = setup.run_labels(
        4.0,
        &Plan {
            laws_at: vec![20],
            growth: false,
            ..plan(20, 8192, 0)
        },
    );
    let (_, law) = &run.laws[0];
    let head = law.head().unwrap();
    assert_eq!(head.readout[0], run.readout[20][(0, 0)]);
    let labels = &LabelMoments::new(&setup.target).unwrap().support;
    let support = |head: &Head| {
        let model = setup.model.with_head(head);
        ModelSupport::new(&model, labels, setup.init_std, Side::Left)
            .classification()
            .clone()
    };
    let moved = support(head);
    assert_ne!(
        format!("{moved:?}"),
        format!("{:?}", support(&setup.model.head()))
    );
}

/// Gradient descent on all parameters of a finite network, in the plainest form: the lowest eigenvalues of the W block and of the full Hessian.
fn lowest(dim: usize, delta: f64, steps: usize, seed: u64) -> [f64; 2] {
    let setup = Setup::new(&text(BOTH), 0);
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut normal = || -> f64 { StandardNormal.sample(&mut random) };
    let (n, m) = ((delta * dim as f64) as usize, setup.model.neurons());
    let inputs = DMatrix::from_fn(n, dim, |_, _| normal());
    let labels: Vec<f64> = (0..n)
        .map(|i| 1.5 * (inputs[(i, 0)].powi(2) - 1.0).tanh())
        .collect();
    let mut weights = DMatrix::from_fn(m, dim, |_, _| {
        setup.init_std * normal() / (dim as f64).sqrt()
    });
    let mut head = setup.model.head();
    let mut velocity = Head::zero(m);
    for step in 0..=steps {
        let model = setup.model.with_head(&head);
        let u: Vec<f64> = (&weights * inputs.transpose()).as_slice().to_vec();
        let (mut gradients, mut readouts, mut curvatures) =
            (vec![0.0; n * m], vec![0.0; n * m], vec![0.0; n * 3]);
        let out = Derivatives {
            losses: None,
            gradients: Some(&mut gradients),
            readouts: Some(&mut readouts),
            curvatures: Some(&mut curvatures),
        };
        model.derivatives_into(&u, &labels, out, &mut ModelWorkspace::new());
        if step == steps {
            let full = hessian(&setup, &head, &inputs, &labels, &u, &curvatures);
            let block = full.view((0, 0), (m * dim, m * dim)).into_owned();
            return [block, full].map(|h| h.symmetric_eigenvalues().min());
        }
        let mean = |rows: &[f64]| -> Vec<f64> {
            (0..m)
                .map(|j| rows.iter().skip(j).step_by(m).sum::<f64>() / n as f64)
                .collect()
        };
        let gradient = Head {
            readout: mean(&readouts),
            bias: mean(&gradients),
        };
        weights -= DMatrix::from_column_slice(m, n, &gradients)
            * &inputs
            * (setup.rule.step_size(step) / n as f64);
        setup
            .rule
            .advance_head(step, &mut head, &mut velocity, &gradient);
    }
    unreachable!("the last step returns");
}

/// The Hessian in (W, a, b), second derivatives in the readout by differences of the analytic gradients.
fn hessian(
    setup: &Setup,
    head: &Head,
    inputs: &DMatrix<f64>,
    labels: &[f64],
    u: &[f64],
    curvatures: &[f64],
) -> DMatrix<f64> {
    let (n, dim, m) = (inputs.nrows(), inputs.ncols(), 2);
    let mut full = DMatrix::zeros(m * dim + 2 * m, m * dim + 2 * m);
    // each parameter of the head moves the gradients in u and in a of every sample
    let slopes = |parameter: usize| -> [Vec<f64>; 2] {
        let step = 1e-5;
        let at = |side: f64| {
            let mut moved = head.clone();
            let entry = if parameter < m {
                &mut moved.readout[parameter]
            } else {
                &mut moved.bias[parameter - m]
            };
            *entry += side * step;
            let (mut g, mut a) = (vec![0.0; n * m], vec![0.0; n * m]);
            let out = Derivatives {
                gradients: Some(&mut g),
                readouts: Some(&mut a),
                ..Derivatives::default()
            };
            setup.model.with_head(&moved).derivatives_into(
                u,
                labels,
                out,
                &mut ModelWorkspace::new(),
            );
            [g, a]
        };
        let (up, down) = (at(1.0), at(-1.0));
        [0, 1].map(|part| {
            up[part]
                .iter()
                .zip(&down[part])
                .map(|(x, y)| (x - y) / (2.0 * step))
                .collect()
        })
    };
    for (packed, (i, j)) in [(0, 0), (0, 1), (1, 1)].into_iter().enumerate() {
        let weighted = DMatrix::from_fn(n, dim, |s, c| curvatures[3 * s + packed] * inputs[(s, c)]);
        let block = inputs.transpose() * weighted / n as f64;
        full.view_mut((i * dim, j * dim), (dim, dim))
            .copy_from(&block);
        full.view_mut((j * dim, i * dim), (dim, dim))
            .copy_from(&block);
    }
    for parameter in 0..2 * m {
        let column = m * dim + parameter;
        let [g, a] = slopes(parameter);
        for j in 0..m {
            let along = DVector::from_fn(n, |s, _| g[s * m + j]);
            let row = inputs.transpose() * &along / n as f64;
            full.view_mut((j * dim, column), (dim, 1)).copy_from(&row);
            full.view_mut((column, j * dim), (1, dim))
                .copy_from(&row.transpose());
            // in the bias of a neuron as in its pre-activation
            full[(m * dim + m + j, column)] = along.mean();
            full[(m * dim + j, column)] = a.iter().skip(j).step_by(m).sum::<f64>() / n as f64;
        }
    }
    (&full + full.transpose()) * 0.5
}

/// The rows of readout and biases do not couple to the hard direction: the full Hessian has the informative outlier of its W block.
#[test]
fn the_full_hessian_has_the_outlier_of_its_first_layer() {
    assert_same_outlier(160, 8);
}

#[test]
#[ignore = "minutes of dense eigenvalues"]
fn the_full_hessian_of_a_thousand_dimensions_has_it_too() {
    assert_same_outlier(1000, 10);
}

fn assert_same_outlier(dim: usize, count: u64) {
    let (delta, steps) = (6.0, 5);
    let runs: Vec<[f64; 2]> = (0..count)
        .map(|seed| lowest(dim, delta, steps, seed))
        .collect();
    let experiment = Experiment::load(&Source::Text(text(BOTH)), &[]).unwrap();
    let study = Study::new(experiment).unwrap();
    let theory = study
        .spectrum(delta, steps, Side::Left, &Silent)
        .unwrap()
        .spectrum;
    let outlier = &theory.outliers[0];
    for part in [0, 1] {
        let values: Vec<f64> = runs.iter().map(|run| run[part]).collect();
        let found = Measured::mean(&values);
        // the correction at finite d is of order 1/d: .011 at d = 300 and half of that at d = 600 in runs apart from these
        let allowed = 4.0 * found.error.hypot(outlier.value_error) + 4.0 / dim as f64;
        assert!(
            (found.value - outlier.value).abs() < allowed,
            "{part}: {found:?} against {}",
            outlier.value
        );
    }
    // run by run: what the other rows do is of order 1/d
    let differences: Vec<f64> = runs.iter().map(|[block, full]| full - block).collect();
    let difference = Measured::mean(&differences);
    assert!(
        difference.value <= 0.0 && difference.value > -2.0 / dim as f64,
        "{difference:?}"
    );
}

#[test]
fn no_trained_head_gets_below_delta_alg() {
    for (activation, link) in [("gelu", "z1^2"), ("tanh(u) + 0.3*u^2/(1+u^2)", "z1*z2")] {
        let text = text(BOTH)
            .replace("sqrt(1+u^2) - 1 + 0.2*u", activation)
            .replace("1.5*tanh(z1^2 - 1)", &format!("2*tanh({link})"))
            .replace("samples = 8192", "samples = 2048");
        let experiment = Experiment::load(&Source::Text(text), &[]).unwrap();
        let study = Study::new(experiment).unwrap();
        let alg = study.algorithmic().unwrap().delta_alg.finite().unwrap();
        let problem = study.problem().unwrap();
        let rung = problem.delta_nn(6, &Silent).unwrap();
        if let Some(found) = rung.delta_nn.finite() {
            assert!(
                found.value + 3.0 * found.error > alg.value,
                "{link}: {found:?} below {alg:?}"
            );
        } else {
            assert!(
                !rung.delta_nn.why().unwrap().is_failure(),
                "{link}: {:?}",
                rung.delta_nn
            );
        }
    }
}

/// Implicit steps take readout and biases along: where explicit ones are at the same times, and from there to an end at which nothing moves.
#[test]
fn trained_heads_have_an_end() {
    let decayed = format!("{BOTH}\nreadout_weight_decay = 0.1\nweight_decay = 0.1");
    let text = text(&decayed)
        .replace("steps = 20", "steps = 260")
        .replace("samples = 8192", "samples = 1024");
    let experiment = Experiment::load(&Source::Text(text), &[]).unwrap();
    let study = Study::new(experiment).unwrap();
    let (end, ending) = study.curves(4.0, true, &Silent).unwrap();
    assert!(ending.unwrap().is_static(), "{ending:?}");
    let (every, _) = study.curves(4.0, false, &Silent).unwrap();
    let last = end.steps();
    let beyond = |steps: f64| {
        (0..=last)
            .find(|entry| end.at_steps[*entry] > steps)
            .unwrap()
    };
    for entry in [beyond(50.0), beyond(200.0)] {
        let step = end.at_steps[entry] as usize;
        let pairs = [
            (end.readout[entry].at(0, 0), every.readout[step].at(0, 0)),
            (end.readout[entry].at(0, 1), every.readout[step].at(0, 1)),
            (end.bias[entry].at(0, 0), every.bias[step].at(0, 0)),
            (end.bias[entry].at(0, 1), every.bias[step].at(0, 1)),
            (end.gram[entry].at(0, 0), every.gram[step].at(0, 0)),
            (end.train_loss[entry], every.train_loss[step]),
        ];
        for (which, (found, expected)) in pairs.into_iter().enumerate() {
            // sampling of both, and what the length of implicit steps leaves
            let allowed = 4.0 * found.error.hypot(expected.error) + 0.005;
            let gap = (found.value - expected.value).abs();
            assert!(
                gap < allowed,
                "{which} at {step}: {found:?} against {expected:?}"
            );
        }
    }
    let (before, at) = (&end.readout[last - 1], &end.readout[last]);
    assert!(end.at_steps[last].is_infinite() && end.at_steps[last - 1] > 1000.0);
    for j in 0..2 {
        // what is left after a thousand steps at decays of a tenth
        assert!((before.at(0, j).value - at.at(0, j).value).abs() < 1e-3);
        // both neurons end alike: all that tells them apart is forgotten
        assert!((at.at(0, j).value - 0.0456).abs() < 5e-4, "{at:?}");
    }
}
