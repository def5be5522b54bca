//! Phase 1 to the end of training: implicit steps and static ends against solvable models, and against explicit steps.

use crate::support::phase1::{Estimate, Setup, estimates, plan, state};
use onset::curvature::{ModelSupport, Side};
use onset::hessian::{
    InformativeMargin, Support, infinite_ratio_margin, informative_margin, side_spectrum,
};
use onset::models::{RidgeLogistic, RidgeRegression, SignLabel, SquashedSquare};
use onset::phase1::{LongPlan, LongRun, Phase1Error, Plan, TrainingEnd};
use onset::teacher::LabelMoments;

/// Explicit steps, paths, replicate, and the times asked for; steps grow by two fifths of the time.
fn long(steps: usize, samples: usize, replicate: u64, times: &[f64]) -> LongPlan {
    LongPlan {
        start: plan(steps, samples, replicate),
        growth: 0.4,
        times: times.to_vec(),
        passing: Vec::new(),
        most_steps: 400,
    }
}

fn run(setup: &Setup, delta: f64, plan: &LongPlan) -> LongRun {
    setup.run_long(delta, plan).unwrap()
}

fn radius(run: &LongRun) -> f64 {
    match run.end {
        TrainingEnd::Static { radius } => radius,
        _ => panic!("{:?}", run.end),
    }
}

/// Asserts that the mean lies within some standard errors, and half a unit of the last digit given.
fn close(found: Estimate, expected: f64, errors: f64, digit: f64, what: &str) {
    let off = (found.mean - expected).abs();
    assert!(
        off <= errors * found.error + digit,
        "{what}: {found:?} against {expected}"
    );
}

fn ridge(readout: &[f64]) -> RidgeRegression {
    RidgeRegression {
        delta: 2.0,
        readout: readout.to_vec(),
        signal: 0.8,
        noise: 0.6,
        init_std: 0.7,
        step_size: 0.3,
        weight_decay: 0.1,
        momentum: 0.0,
        nesterov: false,
    }
}

#[test]
fn implicit_steps_of_ridge_regression_are_those_of_every_eigenvalue() {
    let explicit = 4;
    // a neuron alone, and two, of which one combination is not seen by the output
    for readout in [vec![1.0], vec![1.0, 0.5]] {
        let model = ridge(&readout);
        let setup = Setup::new(&model.experiment(), 1);
        let runs: Vec<LongRun> = (0..8)
            .map(|replicate| {
                run(
                    &setup,
                    model.delta,
                    &long(explicit, 8192, replicate, &[6.0, 9.0]),
                )
            })
            .collect();
        let times = &runs[0].trajectory.time;
        let last = times.iter().rposition(|time| *time == 9.0).unwrap();
        assert!(
            runs.iter()
                .all(|run| run.trajectory.time[..=last] == times[..=last])
        );
        let start = model.step_size * explicit as f64;
        let mut before = start;
        let sizes: Vec<f64> = times[explicit..=last]
            .iter()
            .map(|time| time - std::mem::replace(&mut before, *time))
            .collect();
        for (step, point) in (explicit..).zip(model.implicit_curve(explicit, &sizes)) {
            let rows: Vec<Vec<f64>> = runs
                .iter()
                .map(|run| state(&run.trajectory, step))
                .collect();
            let found = estimates(&rows);
            let expected = [point.train_loss, point.test_loss, point.gradient_norm];
            let overlap = found.len() - readout.len();
            for (found, expected) in found.iter().zip(expected).take(2) {
                close(*found, expected, 5.0, 1e-6, "loss");
            }
            for (found, expected) in found[overlap..].iter().zip(point.overlap.iter()) {
                close(*found, *expected, 5.0, 1e-6, "overlap");
            }
            let m = readout.len();
            let triangle = (0..m).flat_map(|i| (i..m).map(move |j| (i, j)));
            for (found, index) in found[3..].iter().zip(triangle) {
                close(*found, point.gram[index], 5.0, 1e-6, "gram");
                // the check means something
                assert!(found.error < 5e-3, "{found:?}");
            }
        }
    }
}

#[test]
fn the_static_end_of_ridge_regression_is_its_estimator() {
    let model = ridge(&[1.0, 0.5]);
    let setup = Setup::new(&model.experiment(), 1);
    let end = model.curve(2000).pop().unwrap();
    let rows: Vec<Vec<f64>> = (0..4)
        .map(|replicate| {
            let run = run(&setup, model.delta, &long(5, 8192, replicate, &[1000.0]));
            assert!(radius(&run) < 1.0);
            let last = run.trajectory.time.len() - 1;
            assert_eq!(run.trajectory.time[last], f64::INFINITY);
            let gradient = run.trajectory.gradient_norm[last];
            // the root of the 1e-7 to which the fixed point is iterated
            assert!(gradient < 3.2e-4, "{gradient:e}");
            state(&run.trajectory, last)
        })
        .collect();
    let expected = [
        end.train_loss,
        end.test_loss,
        0.0,
        end.gram[(0, 0)],
        end.gram[(0, 1)],
        end.gram[(1, 1)],
        end.overlap[0],
        end.overlap[1],
    ];
    for (entry, (found, expected)) in estimates(&rows).into_iter().zip(expected).enumerate() {
        // the gradient's norm is what the fixed point leaves
        let digit = if entry == 2 { 1e-5 } else { 1e-6 };
        close(found, expected, 5.0, digit, &format!("entry {entry}"));
    }
}

#[test]
fn the_static_end_of_logistic_regression_is_its_estimator() {
    for (delta, flip, weight_decay, step_size) in [(2.0, 0.1, 0.1, 2.0), (0.7, 0.2, 0.2, 1.2)] {
        let minimum = RidgeLogistic {
            delta,
            weight_decay,
            label: SignLabel::Flip { probability: flip },
        }
        .minimum()
        .unwrap();
        let text = format!(
            "[target]\nlink = \"sign(z1)\"\nchannel = \"flip\"\nnoise = {flip:?}\n\
             [network]\nactivation = \"u\"\nreadout = [1.0]\n[loss]\nkind = \"logistic\"\n\
             [training]\nstep_size = {step_size:?}\nsteps = 0\ninit_std = 1.0\nweight_decay = {weight_decay:?}\n"
        );
        let setup = Setup::new(&text, 1);
        let rows: Vec<Vec<f64>> = (0..4)
            .map(|replicate| {
                let run = run(&setup, delta, &long(5, 8192, replicate, &[1000.0]));
                assert!(radius(&run) < 1.0);
                let last = run.trajectory.time.len() - 1;
                state(&run.trajectory, last)
            })
            .collect();
        let found = estimates(&rows);
        // three standard errors of four runs are little: their scatter has three degrees of freedom
        close(found[0], minimum.train_loss, 6.0, 1e-6, "training loss");
        close(found[1], minimum.test_loss, 6.0, 1e-6, "test loss");
        close(found[3], minimum.gram, 6.0, 1e-6, "norm");
        close(found[4], minimum.overlap, 6.0, 1e-6, "overlap");
        assert!(found[3].error < 5e-3 * minimum.gram, "{:?}", found[3]);
    }
}

const SATURATING: &str = "[target]\nlink = \"(z1^2-1)/(z1^2+1)\"\nchannel = \"deterministic\"\n\
     [network]\nactivation = \"u^2/2\"\nreadout = [1.0]\n";

#[test]
#[ignore = "fails: the step at tau = 89 ends at 4e-7 instead of 1e-7, short of the static end"]
fn weights_collapse_under_ridge_and_the_outlier_crosses_zero_where_it_should() {
    let text = format!(
        "{SATURATING}[loss]\nkind = \"square\"\n\
         [training]\nstep_size = 0.2\nsteps = 0\ninit_std = 1.0\nweight_decay = 0.5\n"
    );
    let setup = Setup::new(&text, 0);
    let rows: Vec<Vec<f64>> = (0..4)
        .map(|replicate| {
            let run = run(&setup, 2.857, &long(10, 16_384, replicate, &[1000.0]));
            assert!(radius(&run) < 1.0);
            let gram = run.trajectory.gram.last().unwrap();
            assert!(gram[(0, 0)] < 1e-9, "{gram}");
            let (_, law) = run.trajectory.laws.last().unwrap();
            let margin = informative_margin(law, Support::Empirical, 2.857, 0.5, None);
            let InformativeMargin { value, edge, .. } = margin.unwrap().unwrap();
            vec![edge, value]
        })
        .collect();
    let found = estimates(&rows);
    // the threshold has four digits, which move the margin by as much as its slope, of order one tenth
    close(found[0], 0.15473, 4.0, 5e-6, "edge");
    close(found[1], 0.0, 4.0, 5e-5, "margin");
    assert!(found[1].error < 2e-3, "{:?}", found[1]);
}

#[test]
fn power_iteration_keeps_its_margin_while_its_edge_closes() {
    let text = format!(
        "{SATURATING}[loss]\nkind = \"correlation\"\n\
         [training]\nstep_size = 0.5\nsteps = 0\ninit_std = 1.0\nspherical = true\n"
    );
    let setup = Setup::new(&text, 0);
    let moments = LabelMoments::new(&setup.target).unwrap();
    let support = ModelSupport::new(&setup.model, &moments.support, 1.0, Side::Left);
    let edges = [-0.17966, -0.09234, -0.04473, -0.02206, -0.01097];
    let times = [10, 20, 40, 80, 160].map(|steps| 0.5 * f64::from(steps));
    let rows: Vec<Vec<f64>> = (0..4)
        .map(|replicate| {
            let run = run(&setup, 3.0, &long(8, 8192, replicate, &times));
            assert!(matches!(run.end, TrainingEnd::Marginal { .. }));
            let laws = &run.trajectory.laws;
            assert_eq!(laws.len(), times.len());
            laws.iter()
                .flat_map(|(step, law)| {
                    let norm = run.trajectory.gram[*step][(0, 0)];
                    assert!((norm - 1.0).abs() < 1e-6, "{norm}");
                    let known = Support::Known(&support);
                    let left = side_spectrum(law, known, 3.0, Side::Left, None);
                    let left = left.unwrap().unwrap();
                    [left.edge.value, left.margin, left.outliers[0].overlap]
                })
                .collect()
        })
        .collect();
    for (at, (found, edge)) in estimates(&rows).chunks(3).zip(edges).enumerate() {
        close(found[0], edge, 3.0, 5e-6, &format!("edge {at}"));
        close(found[1], -0.5175, 3.0, 5e-5, &format!("margin {at}"));
        close(found[2], 0.66189, 3.0, 5e-5, &format!("overlap {at}"));
    }
}

#[test]
fn the_population_of_ridge_regression_ends_at_its_estimator() {
    let model = ridge(&[1.0, 0.5]);
    let setup = Setup::new(&model.experiment(), 1);
    let run = run(&setup, f64::INFINITY, &long(5, 4096, 0, &[1000.0]));
    assert_eq!(radius(&run), 0.0);
    // w = signal a / (|a|^2 + lambda), to the error of 4096 low-discrepancy points
    for (found, a) in run
        .trajectory
        .overlap
        .last()
        .unwrap()
        .iter()
        .zip([1.0, 0.5])
    {
        let exact = 0.8 * a / (1.25 + 0.1);
        assert!((found - exact).abs() < 2e-3, "{found} against {exact}");
    }
}

#[test]
fn the_number_of_threads_does_not_change_a_bit() {
    let setup = Setup::new(&SquashedSquare { init_std: 0.5 }.experiment(), 0);
    // a tile that is not full
    let plan = long(3, 900, 1, &[4.0, 9.0]);
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(|| run(&setup, 3.5, &plan))
    };
    let (one, three) = (with(1), with(3));
    let bits = |run: &LongRun| -> Vec<u64> {
        let laws = run
            .trajectory
            .laws
            .iter()
            .flat_map(|(_, law)| &law.samples().curvature);
        laws.map(|x| x.to_bits()).collect()
    };
    assert_eq!(bits(&one), bits(&three));
    assert_eq!(one.trajectory.gram, three.trajectory.gram);
    assert_eq!(one.trajectory.hard_growth, three.trajectory.hard_growth);
}

#[test]
fn rules_without_such_an_end_are_refused() {
    let text = SquashedSquare { init_std: 0.5 }.experiment();
    let setup = Setup::new(&format!("{text}batch = 0.5\n"), 0);
    let refused = setup.run_long(3.5, &long(2, 512, 0, &[10.0])).unwrap_err();
    assert!(matches!(refused, Phase1Error::NoFlow { .. }));
    assert!(refused.to_string().contains("mini-batches"), "{refused}");
    let setup = Setup::new(&text, 0);
    let early = setup.run_long(3.5, &long(4, 512, 0, &[2.0])).unwrap_err();
    let (time, start) = (2.0, 2.0);
    assert_eq!(early, Phase1Error::Times { time, start });
}

/// Edge, margin, C11, C12, C22 and loss of the squashed square at delta = 3.5, time 74.
fn squashed_square(steps: usize, growth: f64) -> Vec<Estimate> {
    let setup = Setup::new(&SquashedSquare { init_std: 0.5 }.experiment(), 0);
    let rows: Vec<Vec<f64>> = (0..4)
        .map(|replicate| {
            let plan = LongPlan {
                growth,
                start: Plan {
                    growth: false,
                    test_loss: false,
                    ..plan(steps, 65_536, replicate)
                },
                times: vec![74.0],
                passing: Vec::new(),
                most_steps: 400,
            };
            let run = run(&setup, 3.5, &plan);
            let (step, law) = &run.trajectory.laws[0];
            let margin = informative_margin(law, Support::Empirical, 3.5, 0.0, None);
            let margin = margin.unwrap().unwrap();
            let gram = &run.trajectory.gram[*step];
            let [c11, c12, c22] = [gram[(0, 0)], gram[(0, 1)], gram[(1, 1)]];
            let loss = run.trajectory.train_loss[*step];
            vec![margin.edge, margin.value, c11, c12, c22, loss]
        })
        .collect();
    estimates(&rows)
}

#[test]
#[ignore = "a minute: cargo test --release --test library phase1_long:: -- --ignored"]
fn growing_steps_agree_with_a_hundred_and_fifty_explicit_ones() {
    // 148 explicit steps, 4 runs of 65,536 paths by an independent implementation: values and standard errors
    let explicit = [
        (-0.0330, 0.0010),
        (-0.0064, 0.0015),
        (0.530, 0.010),
        (-0.014, 0.007),
        (0.767, 0.014),
        (0.31598, 0.00009),
    ];
    for (steps, growth) in [(20, 0.05), (20, 0.2), (20, 0.4), (10, 0.4), (5, 0.4)] {
        for (found, (value, error)) in squashed_square(steps, growth).iter().zip(explicit) {
            let tolerance = 3.0 * found.error.hypot(error);
            assert!(
                (found.mean - value).abs() < tolerance,
                "{steps}, {growth}: {found:?} against {value}"
            );
        }
    }
}

#[test]
#[ignore = "half a minute: cargo test --release --test library phase1_long:: -- --ignored"]
fn the_population_keeps_its_outlier_on_the_squashed_square() {
    let setup = Setup::new(&SquashedSquare { init_std: 0.5 }.experiment(), 0);
    let margins: Vec<f64> = [4096, 16_384]
        .map(|samples| {
            let run = run(
                &setup,
                f64::INFINITY,
                &long(10, samples, 0, &[300.0, 1000.0]),
            );
            let (_, law) = run.trajectory.laws.last().unwrap();
            infinite_ratio_margin(law, 0.0).unwrap()
        })
        .to_vec();
    // delta_NN is finite for this network, so there has to be one
    assert!(margins.iter().all(|margin| *margin < -0.01), "{margins:?}");
}
