//! What phase 1 may not depend on, and what it may not exceed.

use crate::support::phase1::{Setup, estimates, plan, state};
use nalgebra::DMatrix;
use onset::curvature::{ModelSupport, Side};
use onset::hessian::{Support, informative_margin};
use onset::models::SquashedSquare;
use onset::phase1::{Plan, Trajectory};
use onset::recovery::algorithmic_threshold;
use onset::teacher::LabelMoments;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// Easy along z1, hard along z2, in coordinates rotated so that z1 becomes `c z1 + s z2`.
fn easy_plus_hard(c: f64, s: f64, readout: &str) -> Setup {
    let easy = format!("({c:?}*z1 + {s:?}*z2)");
    let hard = format!("({c:?}*z2 - {s:?}*z1)");
    let text = format!(
        "[target]\nlink = \"tanh({easy}) + 1.5*tanh({hard}^2 - 1)\"\nchannel = \"deterministic\"\n\
         [network]\nactivation = \"gelu\"\nreadout = {readout}\n\
         [loss]\nkind = \"square\"\n\
         [training]\nstep_size = 0.5\nsteps = 0\ninit_std = 0.8\n"
    );
    let mut setup = Setup::new(&text, 1);
    setup.reached = DMatrix::from_row_slice(1, 2, &[c, s]);
    setup.hard = DMatrix::from_row_slice(1, 2, &[-s, c]);
    setup
}

fn whole(trajectory: &Trajectory) -> Vec<f64> {
    (0..trajectory.gram.len())
        .flat_map(|step| state(trajectory, step))
        .collect()
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let setup = Setup::new(&SquashedSquare { init_std: 0.5 }.experiment(), 0);
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let plan = Plan {
            laws_at: vec![6],
            // the last tile is not full
            ..plan(6, 5000, 0)
        };
        let trajectory = pool.install(|| setup.run_labels(2.0, &plan));
        let mut bits = whole(&trajectory);
        bits.extend(&trajectory.laws[0].1.samples().curvature);
        bits.extend(&trajectory.laws[0].1.samples().latent_second_moment);
        bits
    };
    let alone = run(1);
    assert_eq!(alone, run(2));
    assert_eq!(alone, run(3));
}

#[test]
fn the_spread_over_directions_adds_up_to_the_growth() {
    // two hard directions, so four components: what grows is spread over all of them
    let text = SquashedSquare { init_std: 0.5 }
        .experiment()
        .replace("1.5*tanh(z1^2 - 1)", "tanh(z1*z2)");
    let run = Setup::new(&text, 0).run_labels(3.0, &plan(6, 4096, 0));
    assert_eq!(run.hard_spread.len(), 7);
    for (spread, growth) in run.hard_spread.iter().zip(&run.hard_growth) {
        assert_eq!(spread.len(), 4);
        assert!(spread.windows(2).all(|pair| pair[0] >= pair[1]) && spread[3] > 0.0);
        // rounding
        let sum: f64 = spread.iter().sum();
        assert!(
            (sum / growth.trace() - 1.0).abs() < 1e-12,
            "{spread:?} {growth}"
        );
    }
    // before the first step all components are alike, of variance s_w^2; after some they are not
    let ends = |step: usize| (run.hard_spread[step][0], run.hard_spread[step][3]);
    assert!((ends(0).0 - 0.25).abs() < 1e-12 && (ends(0).1 - 0.25).abs() < 1e-12);
    assert!(ends(6).0 > 1.5 * ends(6).1, "{:?}", ends(6));
}

/// The numbers of a run that are compared, after a change of coordinates.
type Pick<'a> = &'a dyn Fn(&Trajectory) -> Vec<f64>;

/// Compares two setups over independent runs, each with its own change of coordinates.
fn agree(first: (&Setup, Pick), second: (&Setup, Pick)) {
    let runs = |(setup, pick): (&Setup, Pick), from: u64| {
        let rows: Vec<Vec<f64>> = (from..from + 12)
            .map(|replicate| pick(&setup.run(2.0, &plan(6, 8192, replicate))))
            .collect();
        estimates(&rows)
    };
    let (one, other) = (runs(first, 0), runs(second, 100));
    for (i, (a, b)) in one.iter().zip(&other).enumerate() {
        // five standard errors of 12 runs each
        let tolerance = 5.0 * a.error.hypot(b.error) + 2e-6;
        assert!(
            (a.mean - b.mean).abs() <= tolerance,
            "entry {i}: {a:?} and {b:?}"
        );
        assert!(a.error < 0.01 * (1.0 + a.mean.abs()), "entry {i}: {a:?}");
    }
}

#[test]
fn permuted_neurons_give_permuted_results() {
    let permuted = |run: &Trajectory, order: [usize; 3]| -> Vec<f64> {
        let mut run = run.clone();
        let rows = |matrix: &DMatrix<f64>| matrix.select_rows(&order);
        run.overlap.iter_mut().for_each(|m| *m = rows(m));
        for matrix in run.gram.iter_mut().chain(&mut run.hard_growth) {
            *matrix = rows(matrix).select_columns(&order);
        }
        whole(&run)
    };
    agree(
        (&easy_plus_hard(1.0, 0.0, "[1.0, -0.7, 0.8]"), &|run| {
            permuted(run, [0, 1, 2])
        }),
        (&easy_plus_hard(1.0, 0.0, "[0.8, 1.0, -0.7]"), &|run| {
            permuted(run, [1, 2, 0])
        }),
    );
}

#[test]
fn rotated_latents_change_the_basis_alone() {
    let rotated = |run: &Trajectory, c: f64, s: f64| -> Vec<f64> {
        let mut run = run.clone();
        let back = DMatrix::from_row_slice(2, 2, &[c, -s, s, c]);
        run.overlap.iter_mut().for_each(|m| *m = &*m * &back);
        whole(&run)
    };
    let readout = "[1.0, -0.7, 0.8]";
    let plain = easy_plus_hard(1.0, 0.0, readout);
    let turned = easy_plus_hard(0.6, 0.8, readout);
    agree(
        (&plain, &|run| rotated(run, 1.0, 0.0)),
        (&turned, &|run| rotated(run, 0.6, 0.8)),
    );
}

#[test]
fn the_basis_of_the_reached_space_does_not_matter() {
    let text = "[target]\nlink = \"tanh(z1) + z1*tanh(z2)\"\nchannel = \"deterministic\"\n\
                [network]\nactivation = \"tanh(u + 0.4)\"\nreadout = [1.0, -0.6]\n\
                [loss]\nkind = \"square\"\n\
                [training]\nstep_size = 0.5\nsteps = 0\ninit_std = 0.8\n";
    let plain = Setup::new(text, 2);
    let mut turned = Setup::new(text, 2);
    turned.reached = DMatrix::from_row_slice(2, 2, &[0.6, 0.8, -0.8, 0.6]);
    let run = |setup: &Setup| whole(&setup.run(2.0, &plan(6, 4096, 0)));
    for (a, b) in run(&plain).iter().zip(run(&turned)) {
        // the same paths, up to the single precision of latents and coefficients
        assert!((a - b).abs() < 1e-5, "{a} {b}");
    }
}

const LINKS: [&str; 4] = [
    "1.5*tanh(z1^2 - 1)",
    "cos(1.5*z1)",
    "tanh(z1*z2)",
    "exp(-z1^2/2) + 0.3*tanh(z2^2)",
];
const ACTIVATIONS: [&str; 4] = [
    "sqrt(1+u^2) - 1 + 0.2*u",
    "gelu",
    "tanh(u + 0.5)",
    "sin(u + 0.3)",
];

fn problems() -> impl Strategy<Value = (String, usize)> {
    let network = (0..ACTIVATIONS.len(), -1.5..1.5f64, 0.2..1.0f64);
    let training = (0.2..1.2f64, 0.0..0.8f64, 0.3..1.0f64, 1..9usize);
    (0..LINKS.len(), network, training).prop_map(|(link, network, training)| {
        let (activation, first, second) = network;
        let (step_size, momentum, init_std, steps) = training;
        let text = format!(
            "[target]\nlink = \"{}\"\nchannel = \"deterministic\"\n\
             [network]\nactivation = \"{}\"\nreadout = [{first:?}, {second:?}]\n\
             [loss]\nkind = \"pseudo-huber\"\nwidth = 1.0\n\
             [training]\nstep_size = {step_size:?}\nsteps = 0\ninit_std = {init_std:?}\nmomentum = {momentum:?}\n",
            LINKS[link], ACTIVATIONS[activation]
        );
        (text, steps)
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 12,
        rng_seed: RngSeed::Fixed(4),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Training followed by an eigenvector is a first-order method, so delta_NN(T) >= delta_alg.
    #[test]
    fn nothing_shows_below_the_algorithmic_threshold((text, steps) in problems()) {
        let setup = Setup::new(&text, 0);
        let algorithmic = algorithmic_threshold(&setup.target).unwrap();
        prop_assert_eq!(algorithmic.easy_basis.nrows(), 0);
        let delta = 0.9 * algorithmic.delta_alg.finite().unwrap().value;
        let moments = LabelMoments::new(&setup.target).unwrap();
        let support = ModelSupport::new(&setup.model, &moments.support, setup.init_std, Side::Left);
        let margins: Vec<Vec<f64>> = (0..4)
            .map(|replicate| {
                let plan = Plan { laws_at: vec![steps], growth: false, ..plan(steps, 8192, replicate) };
                let run = setup.run_labels(delta, &plan);
                let margin = informative_margin(&run.laws[0].1, Support::Known(&support), delta, 0.0, None);
                vec![margin.unwrap().unwrap().value]
            })
            .collect();
        let margin = estimates(&margins)[0];
        // a tenth below delta_alg; four standard errors
        prop_assert!(margin.mean > -4.0 * margin.error, "{}, step {}: {:?}", text, steps, margin);
    }
}
