//! delta_NN(T) after training: published values, bounds, hidden directions, hard and absent edges, escape.

use nalgebra::DMatrix;
use onset::experiment::{Experiment, Source};
use onset::hessian::EdgeKind;
use onset::models::SquashedSquare;
use onset::numerics::Silent;
use onset::phase1::Escape;
use onset::study::Study;
use onset::threshold::{Limit, Problem, Rung, Why};

fn study(text: &str) -> Study {
    Study::new(Experiment::load(&Source::Text(text.to_owned()), &[]).unwrap()).unwrap()
}

/// Runs on the problem of an experiment file.
fn on_problem<R>(text: &str, run: impl FnOnce(&Problem) -> R) -> R {
    run(&study(text).problem().unwrap())
}

fn ladder(text: &str, steps: &[usize]) -> Vec<Rung> {
    on_problem(text, |problem| problem.ladder(steps, &Silent).unwrap())
}

fn squashed_square(numerics: &str) -> String {
    let experiment = SquashedSquare { init_std: 0.5 }.experiment();
    format!("{experiment}\n[numerics]\n{numerics}")
}

#[test]
fn the_squashed_square_climbs_as_its_reference_does() {
    let rungs = ladder(
        &squashed_square("samples = 16384\nreplicates = 8"),
        &[10, 20],
    );
    let found = rungs[1].delta_nn.finite().unwrap();
    // the reference is known to 1.5 percent
    assert!((found.value / 2.64 - 1.0).abs() < 0.015, "{found:?}");
    assert!(found.relative_error() < 0.01, "{found:?}");
    assert_eq!(rungs[1].edge_kind, Some(EdgeKind::Soft));
    assert!(rungs[0].delta_nn.finite().unwrap().value < found.value);
    // at the threshold the gradient has shrunk, and the edge is still below zero
    let end = rungs[1].end.unwrap();
    assert!(
        end.gradient_ratio.value < 0.25 && end.edge.value < 0.0,
        "{end:?}"
    );
    // two rungs that move are no plateau
    assert_eq!(Limit::of(&rungs, Some(0.5)).verdict(), "growing");
}

#[test]
fn a_ladder_gives_what_its_rungs_give_alone() {
    let text = squashed_square("samples = 8192\nreplicates = 2");
    let (both, alone) = (ladder(&text, &[5, 10]), ladder(&text, &[5]));
    let value = |rung: &Rung| rung.delta_nn.finite().unwrap().value;
    // the same random numbers, but the root is met along other evaluations: secants are good to 1e-3 in ln delta
    assert!((value(&both[0]) / value(&alone[0]) - 1.0).abs() < 2e-3);
}

#[test]
fn an_odd_direction_hidden_from_an_even_network_waits_for_the_hessian() {
    let text = "[target]\nlink = \"z1 + 0.5*z1^2\"\n[network]\nactivation = \"sqrt(1+u^2) - 1\"\nreadout = [1.0, 0.5]\n\
                [loss]\nkind = \"pseudo-huber\"\n[training]\nstep_size = 0.3\nsteps = 5\ninit_std = 0.5\n\
                [numerics]\nsamples = 8192\nreplicates = 2\n";
    on_problem(text, |problem| {
        let split = problem.split();
        assert_eq!(
            (split.hidden, split.reached.nrows(), split.hard.nrows()),
            (1, 0, 1)
        );
        let start = problem.delta_nn(0, &Silent).unwrap();
        let rungs = problem.ladder(&[5], &Silent).unwrap();
        // the label shows z1^2 as well, so the even network's Hessian finds it at a finite n/d
        assert!(start.delta_nn.finite().unwrap().value > 0.0);
        assert!(rungs[0].delta_nn.finite().unwrap().value > 0.0);
    });
}

#[test]
fn a_sphere_of_one_neuron_shifts_the_reference_of_the_sign_only() {
    // for one neuron the sphere's curvature is a ridge: at T = 0 the outlier leaves the bulk where it did without
    let text = |spherical: bool| {
        format!(
            "[target]\nlink = \"1.5*tanh(z1^2 - 1)\"\n[network]\nactivation = \"sqrt(1+u^2) - 1\"\nreadout = [1.0]\n\
             [loss]\nkind = \"pseudo-huber\"\n[training]\nstep_size = 0.3\nsteps = 4\ninit_std = 1.0\nspherical = {spherical}\n\
             [numerics]\nsamples = 8192\nreplicates = 2\n"
        )
    };
    let spectrum = |spherical: bool| {
        on_problem(&text(spherical), |problem| {
            problem
                .spectrum(6.0, 0, onset::curvature::Side::Left, &Silent)
                .unwrap()
                .spectrum
        })
    };
    let (free, sphere) = (spectrum(false), spectrum(true));
    let shift = sphere.left_edge.unwrap().value - free.left_edge.unwrap().value;
    assert!(shift.abs() > 1e-3, "{shift}");
    // the same quadrature, so to rounding of the edge's solver
    let moved = sphere.right_edge.unwrap().value - free.right_edge.unwrap().value;
    assert!((moved - shift).abs() < 1e-6, "{moved} {shift}");
    let outliers =
        |s: &onset::hessian::Spectrum| s.outliers.iter().map(|o| o.value).collect::<Vec<_>>();
    for (a, b) in outliers(&free).iter().zip(outliers(&sphere)) {
        assert!((b - a - shift).abs() < 1e-6, "{a} {b} {shift}");
    }
    // after training the rows are on the sphere still
    let rung = &ladder(&text(true), &[4])[0];
    assert!(rung.delta_nn.why().is_none_or(Why::is_infinite), "{rung:?}");
}

#[test]
fn unbounded_curvature_has_an_effective_threshold_only() {
    let text = "[target]\nlink = \"z1^2\"\nchannel = \"gaussian\"\nnoise = 0.1\n[network]\n\
                activation = \"sqrt(1+u^2) - 1\"\nreadout = [1.0, 0.5]\n[loss]\nkind = \"square\"\n\
                [training]\nstep_size = 0.1\nsteps = 3\ninit_std = 1.0\n[numerics]\nsamples = 8192\nreplicates = 2\n";
    let rung = &ladder(text, &[3])[0];
    assert_eq!(rung.edge_kind, Some(EdgeKind::Unbounded));
    assert!(
        matches!(
            rung.delta_nn.why(),
            Some(Why::UnboundedCurvature { steps: 3, .. })
        ),
        "{rung:?}"
    );
    let effective = rung.effective.as_ref().unwrap();
    assert_eq!(effective.n, 8192);
    assert!(effective.delta_nn.finite().unwrap().value > 0.5 && effective.drift.is_some());
}

#[test]
fn escape_needs_more_samples_in_higher_dimensions_and_fewer_with_time() {
    let text = squashed_square("samples = 8192\nreplicates = 2");
    on_problem(&text, |problem| {
        let at = |dim: u64| {
            let escape = Escape { dim, fraction: 0.1 };
            let found = problem
                .escape_thresholds(&[(20, escape), (40, escape)], &Silent)
                .unwrap();
            found
                .iter()
                .map(|t| t.finite().unwrap().value)
                .collect::<Vec<f64>>()
        };
        let (small, large) = (at(500), at(5000));
        assert!(
            small[0] < large[0] && small[1] < large[1],
            "{small:?} {large:?}"
        );
        assert!(
            small[1] < small[0] && large[1] < large[0],
            "{small:?} {large:?}"
        );
    });
}

#[test]
fn too_large_a_step_is_reported_with_the_step_at_which_the_norm_blew_up() {
    let text = "[target]\nlink = \"z1^2\"\n[network]\nactivation = \"u\"\nreadout = [1.0]\nbias = [0.1]\n\
                [loss]\nkind = \"square\"\n[training]\nstep_size = 50.0\nsteps = 40\ninit_std = 1.0\n\
                [numerics]\nsamples = 4096\nreplicates = 2\n";
    let rungs = ladder(text, &[40]);
    let why = rungs[0].delta_nn.why().unwrap();
    assert!(why.is_failure(), "{why}");
    let message = why.to_string();
    assert!(
        message.contains("training diverges") && message.contains("at step"),
        "{message}"
    );
}

#[test]
fn after_training_the_threshold_stays_above_delta_alg() {
    // (link, activation, loss, step size, s_w): networks that see the hard direction well and badly
    let cases = [
        ("z1^2", "u^2/2", "normalised-square", 0.3, 1.0),
        ("abs(z1)", "tanh(u + 0.5)", "pseudo-huber", 0.8, 0.7),
        ("tanh(z1*z2)", "gelu", "pseudo-huber", 0.5, 1.0),
        ("tanh(z1) + z2^2/4", "softplus", "pseudo-huber", 0.5, 0.6),
    ];
    for (link, activation, loss, step_size, init_std) in cases {
        let text = format!(
            "[target]\nlink = \"{link}\"\n[network]\nactivation = \"{activation}\"\nreadout = [1.0, -0.6]\n\
             [loss]\nkind = \"{loss}\"\n[training]\nstep_size = {step_size}\nsteps = 6\ninit_std = {init_std}\n\
             [numerics]\nsamples = 8192\nreplicates = 2\n"
        );
        on_problem(&text, |problem| {
            let alg = problem.delta_alg().finite().unwrap().value;
            for rung in problem.ladder(&[2, 6], &Silent).unwrap() {
                for threshold in [
                    rung.delta_nn.finite(),
                    rung.effective.as_ref().and_then(|e| e.delta_nn.finite()),
                ]
                .into_iter()
                .flatten()
                {
                    assert!(
                        threshold.value + 3.0 * threshold.error > alg,
                        "{link}: {rung:?}"
                    );
                }
            }
        });
    }
}

#[test]
fn the_order_of_neurons_does_not_matter() {
    let text = |readout: &str| {
        format!(
            "[target]\nlink = \"1.5*tanh(z1^2 - 1)\"\n[network]\nactivation = \"sqrt(1+u^2) - 1 + 0.2*u\"\n\
             readout = {readout}\n[loss]\nkind = \"pseudo-huber\"\n[training]\nstep_size = 0.5\nsteps = 8\n\
             init_std = 0.5\n[numerics]\nsamples = 16384\nreplicates = 3\n"
        )
    };
    let at = |readout: &str| ladder(&text(readout), &[8])[0].delta_nn.finite().unwrap();
    let (a, b) = (at("[1.0, 0.5]"), at("[0.5, 1.0]"));
    // other random numbers for each neuron: four standard errors
    assert!(
        (a.value - b.value).abs() < 4.0 * a.error.hypot(b.error),
        "{a:?} {b:?}"
    );
}

#[test]
fn nothing_to_learn_needs_no_sample() {
    let text = "[target]\nlink = \"z1\"\n[network]\nactivation = \"tanh\"\nreadout = [1.0, 0.5]\n[loss]\nkind = \"square\"\n\
                [training]\nstep_size = 0.3\nsteps = 5\ninit_std = 0.5\n[numerics]\nsamples = 4096\nreplicates = 2\n";
    let rungs = ladder(text, &[2, 5]);
    assert!(
        rungs
            .iter()
            .all(|rung| rung.delta_nn.finite().is_some_and(|d| d.value == 0.0))
    );
    let limit = Limit::of(&rungs, None);
    assert_eq!(limit, Limit::NothingHard);
    assert_eq!(limit.value().unwrap().value, 0.0);
    on_problem(text, |problem| {
        assert_eq!(problem.split().reached, DMatrix::from_element(1, 1, 1.0));
    });
}
