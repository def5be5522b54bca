//! Thresholds of networks for which an answer is easily lost: hidden directions, false crossings, absent edges, few
//! replicates, neurons without a readout.

use onset::curvature::Side;
use onset::experiment::{Experiment, Source};
use onset::hessian::EdgeKind;
use onset::numerics::{Measured, Progress, Silent};
use onset::study::Study;
use onset::threshold::{Climb, Effort, Limit, Milestone, Problem, Steps, Why};

/// Runs on the problem of an experiment file.
fn on_problem<R>(text: &str, run: impl FnOnce(&Problem) -> R) -> R {
    let experiment = Experiment::load(&Source::Text(text.to_owned()), &[]).unwrap();
    run(&Study::new(experiment).unwrap().problem().unwrap())
}

fn climb(text: &str, first: &[usize], progress: &dyn Progress) -> Climb {
    let steps = Steps {
        first: first.to_vec(),
        most: None,
        end: None,
    };
    on_problem(text, |problem| {
        problem.climb(&steps, progress, &mut |_| {}).unwrap()
    })
}

/// An even network that does not see the odd direction of its target.
fn hidden(numerics: &str) -> String {
    format!(
        "[target]\nlink = \"z1 + 0.5*z1^2\"\n[network]\nactivation = \"sqrt(1+u^2) - 1\"\nreadout = [1.0, 0.5]\n\
         [loss]\nkind = \"pseudo-huber\"\n[training]\nstep_size = 0.3\nsteps = 5\ninit_std = 0.5\n[numerics]\n{numerics}\n"
    )
}

/// Its thresholds at T = 0 and 4 with their errors, found on other ways.
const HIDDEN: [(f64, f64); 2] = [(3.290, 0.001), (3.610, 0.002)];

/// One neuron, labels +-1: a law of few points.
fn logistic(seed: u64) -> String {
    format!(
        "[target]\nlink = \"2*z1^2-1\"\nchannel = \"logistic\"\n[network]\nactivation = \"gelu\"\nreadout = [1.5]\nbias = [0.3]\n\
         [loss]\nkind = \"logistic\"\n[training]\nstep_size = 0.1\ninit_std = 0.8\n[numerics]\nseed = {seed}\n"
    )
}

/// Gaussian labels under the square loss: no edge at any fixed T.
const UNBOUNDED: &str = "[target]\nlink = \"He2(z1)*z2\"\nchannel = \"gaussian\"\nnoise = 0.2\n[network]\nactivation = \"tanh\"\n\
                         readout = { kind = \"rademacher\", neurons = 3 }\nscale = \"1/sqrt(m)\"\n[loss]\nkind = \"square\"\n\
                         [training]\nstep_size = 0.2\nsteps = 2\ninit_std = 1.0\n[numerics]\nsamples = 1024\nreplicates = 2\n";

#[test]
fn a_hidden_direction_has_a_finite_bar() {
    let at = |seed: u64| {
        let text = hidden(&format!("samples = 16384\nreplicates = 4\nseed = {seed}"));
        climb(&text, &[0, 4], &Silent)
    };
    let (one, other) = (at(1), at(2));
    for (a, b) in one.rungs.iter().zip(&other.rungs) {
        let (a, b) = (a.delta_nn.finite().unwrap(), b.delta_nn.finite().unwrap());
        // about half a percent, as 65,536 samples leave
        assert!(a.error > 0.0 && a.error < 0.01 * a.value, "{a:?}");
        assert!(
            (a.value - b.value).abs() < 3.0 * a.error.hypot(b.error),
            "{a:?} {b:?}"
        );
    }
    // The edge's equations, solved on a product of Gauss-Hermite rules (140 x 40 x 40 nodes), are known to 1e-3; after
    // training by a separate integration of phase 1 with exact tangents.
    for (rung, (value, error)) in one.rungs.iter().zip(HIDDEN) {
        let delta = rung.delta_nn.finite().unwrap();
        let off = (delta.value - value).abs();
        assert!(off < 3.0 * delta.error.hypot(error), "{rung:?}");
    }
    assert_eq!(one.smallest().map(|rung| rung.steps), Some(0));
}

#[test]
fn a_law_of_few_points_is_scanned_without_noise() {
    for seed in 1..9 {
        let found = on_problem(&logistic(seed), |problem| {
            problem.delta_nn(0, &Silent).unwrap()
        });
        let delta = found.delta_nn.finite().unwrap();
        // two quadrature resolutions agree to 5e-7; digits of the reference
        assert!(
            (delta.value - 6.331488).abs() < 2e-6,
            "seed {seed}: {found:?}"
        );
        assert_eq!(found.crossings.len(), 1, "seed {seed}: {found:?}");
    }
}

#[test]
fn what_cannot_be_computed_is_a_line_and_the_rest_is_there() {
    let found = climb(UNBOUNDED, &[0, 2], &Silent);
    assert_eq!(found.limit.verdict(), "infinite");
    for rung in &found.rungs {
        assert!(
            matches!(rung.delta_nn.why(), Some(Why::UnboundedCurvature { cause, .. }) if !cause.is_empty()),
            "{rung:?}"
        );
        assert_eq!(rung.edge_kind, Some(EdgeKind::Unbounded));
        // a number or a reason
        assert!(rung.effective.is_some(), "{rung:?}");
    }
    assert!(found.failure.is_none() && found.unanswered().is_none());
}

/// Raised as soon as a number of rungs is finished.
struct Stop(std::sync::atomic::AtomicBool);

impl Progress for Stop {
    fn report(&self, _stage: &str, _fraction: f64) {}

    fn interrupted(&self) -> bool {
        self.0.load(std::sync::atomic::Ordering::Relaxed)
    }
}

#[test]
fn an_interruption_keeps_the_rungs_that_are_finished() {
    let text = hidden("samples = 2048\nreplicates = 2");
    let stop = Stop(std::sync::atomic::AtomicBool::new(false));
    let steps = Steps {
        first: vec![0, 2, 4],
        most: None,
        end: None,
    };
    let found = on_problem(&text, |problem| {
        // the longest training is finished first
        let mut watch = |milestone: Milestone<'_>| {
            if matches!(milestone, Milestone::Rung(rung) if rung.steps == 4) {
                stop.0.store(true, std::sync::atomic::Ordering::Relaxed);
            }
        };
        problem.climb(&steps, &stop, &mut watch).unwrap()
    });
    assert!(found.interrupted);
    let known = |rung: &onset::threshold::Rung| rung.delta_nn.finite().is_some();
    let finished: Vec<usize> = found
        .rungs
        .iter()
        .filter(|r| known(r))
        .map(|r| r.steps)
        .collect();
    assert_eq!(finished, [0, 4]);
    assert_eq!(found.rungs[1].delta_nn.why(), Some(&Why::Interrupted));
}

/// Bars of two replicates cover what many find: of twenty answers at most one is off by more than three.
#[test]
fn two_replicates_have_honest_bars() {
    let at = |numerics: &str| -> Measured {
        let rung = on_problem(&hidden(numerics), |problem| {
            problem.delta_nn(0, &Silent).unwrap()
        });
        rung.delta_nn.finite().unwrap()
    };
    let best = at("samples = 65536\nreplicates = 8\nseed = 100");
    let off = (0..20).filter(|seed| {
        let found = at(&format!("samples = 2048\nreplicates = 2\nseed = {seed}"));
        (found.value - best.value).abs() > 3.0 * found.error.hypot(best.error)
    });
    assert!(off.count() <= 1);
}

/// A power iteration: the law never changes, and the threshold is that of a hard edge.
#[test]
fn an_effective_number_is_no_limit() {
    let text = "[target]\nlink = \"(z1^2-1)/(z1^2+1)\"\n[network]\nactivation = \"u^2/2\"\nreadout = [1.0]\n\
                [loss]\nkind = \"correlation\"\n[training]\nstep_size = 0.5\nsteps = 40\ninit_std = 1.0\nspherical = true\n\
                [numerics]\nsamples = 4096\nreplicates = 2\n";
    let found = climb(text, &[10, 20], &Silent);
    match found.limit.value() {
        // the exact value
        Some(limit) => assert!((limit.value - 1.0).abs() <= limit.error, "{limit:?}"),
        None => assert!(
            found.limit.lower_bound().is_none_or(|bound| bound <= 1.0),
            "{found:?}"
        ),
    }
    for rung in &found.rungs {
        if let Some(delta) = rung.delta_nn.finite() {
            assert!((delta.value - 1.0).abs() <= 3.0 * delta.error, "{rung:?}");
        }
    }
}

/// A neuron without a readout adds a null space, and changes nothing else.
#[test]
fn a_neuron_without_a_readout_is_an_atom() {
    let text = |readout: &str| {
        format!(
            "[target]\nlink = \"1.5*tanh(z1^2 - 1)\"\n[network]\nactivation = \"sqrt(1+u^2) - 1 + 0.2*u\"\nreadout = {readout}\n\
             [loss]\nkind = \"pseudo-huber\"\n[training]\nstep_size = 0.5\nsteps = 2\ninit_std = 0.5\n[numerics]\nsamples = 4096\n\
             replicates = 2\n"
        )
    };
    let spectrum = |readout: &str, steps: usize| {
        on_problem(&text(readout), |problem| {
            problem
                .spectrum(6.0, steps, Side::Left, &Silent)
                .unwrap()
                .spectrum
        })
    };
    for steps in [0, 2] {
        let (one, two) = (spectrum("[1.0]", steps), spectrum("[1.0, 0.0]", steps));
        let atom = two.atom.unwrap();
        assert_eq!((atom.value, atom.mass), (0.0, 0.5));
        assert!(one.atom.is_none());
        // the same law, one by quadrature (at T = 0) and other random numbers
        let (a, b) = (one.left_edge.unwrap().value, two.left_edge.unwrap().value);
        assert!((a / b - 1.0).abs() < 0.05, "{a} {b}");
        assert_eq!(one.outliers.len(), two.outliers.len());
        let mass: f64 = two
            .density
            .windows(2)
            .map(|w| 0.5 * (w[1].0 - w[0].0) * (w[0].1 + w[1].1))
            .sum();
        // the trapezoid rule at two square-root edges
        assert!((mass - 0.5).abs() < 5e-3, "{mass}");
    }
}

/// An experiment without steps asks for the end of training alone.
#[test]
fn without_an_edge_and_without_steps_the_verdict_is_the_same() {
    for steps in ["steps = 0", "steps = 2"] {
        let text = UNBOUNDED.replace("steps = 2", steps);
        let asked = Steps {
            first: if steps.ends_with('2') {
                vec![0, 2]
            } else {
                vec![0]
            },
            most: None,
            end: Some(Effort::DRAFT),
        };
        let found = on_problem(&text, |problem| {
            problem.climb(&asked, &Silent, &mut |_| {}).unwrap()
        });
        let Limit::Infinite { why } = &found.limit else {
            panic!("{steps}: {}", found.limit);
        };
        assert!(why.at_every_time(), "{why}");
        assert_eq!(found.trained().count(), 1, "{steps}");
    }
}

/// The verdicts on ladders of few samples or short training: bars wide enough that nothing looks settled. References:
/// longer runs with many samples (docs/theory.md section 9 for phase retrieval).
#[test]
fn few_samples_make_no_plateau() {
    let loss = UNBOUNDED.replace("square", "pseudo-huber");
    let example = |name: &str| std::fs::read_to_string(crate::support::example(name)).unwrap();
    let product = loss.replace("replicates = 2", "replicates = 4");
    let retrieval = example("phase_retrieval.toml") + "[numerics]\nsamples = 4096\nseed = 2\n";
    let committee = example("committee.toml") + "[numerics]\nsamples = 512\nseed = 3\n";
    // the limit is above: 18.26 at T = 80; 3.58 at T = 320; 12.66 at T = 160
    for (text, first, most, limit) in [
        (&product, vec![10, 20], 40, 18.26),
        (&retrieval, vec![10, 20, 40], 80, 3.58),
        (&committee, vec![10, 20], 20, 12.66),
    ] {
        let steps = Steps {
            first,
            most: Some(most),
            end: None,
        };
        let found = on_problem(text, |problem| {
            problem.climb(&steps, &Silent, &mut |_| {}).unwrap()
        });
        assert_eq!(found.rungs.last().map(|rung| rung.steps), Some(most));
        assert!(found.limit.value().is_none(), "{:?}", found.limit);
        let bound = found.limit.lower_bound();
        assert!(
            bound.is_some_and(|bound| bound < limit),
            "{:?}",
            found.limit
        );
    }
}

/// Counts under the Poisson likelihood: curvature without a bound. What n samples see depends on n, and is no limit.
#[test]
fn poisson_counts_have_effective_numbers_only() {
    let text = "[target]\nlink = \"1.5 + 1.4*tanh(z1^2 - 1)\"\nchannel = \"poisson\"\n[network]\nactivation = \"softplus\"\n\
                readout = [1.0, -0.5]\n[loss]\nkind = \"exp(f) - y*f\"\n[training]\nstep_size = 0.1\nsteps = 4\ninit_std = 0.5\n\
                [numerics]\nsamples = 1024\nreplicates = 2\n";
    let found = climb(text, &[0, 2, 4], &Silent);
    assert_eq!(found.limit.verdict(), "infinite");
    assert!(found.limit.value().is_none() && found.limit.lower_bound().is_none());
    for rung in &found.rungs {
        assert_eq!(rung.delta_nn.status(), "unbounded-curvature", "{rung:?}");
        assert_eq!(rung.effective.as_ref().map(|seen| seen.n), Some(1024));
    }
    assert!(found.smallest().is_none());
}

/// A negative readout turns the informative outlier to the other side. The law of power iteration never changes, so the
/// answer is one before and after training: at infinite n/d the margin is E[y (z^2 - 1)] = 0.6227 above the bulk.
#[test]
fn an_outlier_that_is_nowhere_is_said_alike_before_and_after_training() {
    let text = "[target]\nlink = \"(z1^2-1)/(z1^2+1)\"\n[network]\nactivation = \"u^2/2\"\nreadout = [-1.0]\n\
                [loss]\nkind = \"correlation\"\n[training]\nstep_size = 0.5\nsteps = 4\ninit_std = 1.0\nspherical = true\n\
                [numerics]\nsamples = 2048\n";
    let found = climb(text, &[0, 4], &Silent);
    let nowhere = |rung: &onset::threshold::Rung| match rung.delta_nn.why() {
        Some(Why::NoneAtInfinity { window, limit, .. }) => (*window, *limit),
        other => panic!("{other:?}"),
    };
    let (before, after) = (nowhere(&found.rungs[0]), nowhere(&found.rungs[1]));
    assert_eq!(before.0, after.0);
    // by quadrature, and from samples
    assert!((before.1.value - 0.6227).abs() < 1e-4, "{before:?}");
    assert!((after.1.value - before.1.value).abs() < 3.0 * after.1.error);
    // a fixed T says nothing of the limit
    assert_eq!(found.limit.verdict(), "not-resolved");
}

/// What a run of `nn` has printed when a signal ends it after a rung was finished.
#[cfg(unix)]
fn ended_after_a_rung(signal: &str) -> (Option<i32>, serde_json::Value) {
    let folder = tempfile::tempdir().unwrap();
    // a scan of many runs, each of a second or more
    let text = hidden("samples = 4096").replace("steps = 5", "steps = 400");
    std::fs::write(folder.path().join("long.toml"), text).unwrap();
    let arguments = ["nn", "long.toml", "--at", "0,400", "--json"];
    let mut running = crate::support::Running::start(folder.path(), &arguments);
    assert!(running.wait_for_line("delta_NN(0) 3."));
    let outcome = running.end(signal);
    let report = serde_json::from_slice(&outcome.stdout).unwrap();
    (outcome.status.code(), report)
}

#[test]
#[cfg(unix)]
fn a_signal_keeps_the_rungs_that_are_finished() {
    for signal in ["INT", "TERM"] {
        let (code, report) = ended_after_a_rung(signal);
        assert_eq!(code, Some(0), "{report}");
        assert_eq!(report["interrupted"], true);
        assert!(
            report["ladder"][0]["delta_nn"]
                .as_f64()
                .is_some_and(|delta| delta > 3.0)
        );
        assert_eq!(report["ladder"][1]["status"], "interrupted");
        assert_eq!(report["delta_nn"]["verdict"], "not-resolved");
    }
}

#[test]
fn training_that_runs_away_is_a_failure_beside_what_is_known() {
    let outcome = crate::support::onset()
        .args(["nn", "-", "--at", "0,2,4", "--json"])
        .args([
            "--set",
            "training.step_size=1e12",
            "--set",
            "training.steps=4",
        ])
        .write_stdin(crate::support::EXPERIMENT)
        .output()
        .unwrap();
    let message = String::from_utf8(outcome.stderr).unwrap();
    assert_eq!(outcome.status.code(), Some(1), "{message}");
    assert!(message.contains("diverges"), "{message}");
    let report: serde_json::Value = serde_json::from_slice(&outcome.stdout).unwrap();
    assert_eq!(report["ladder"][0]["status"], "found");
    for rung in [1, 2] {
        let rung = &report["ladder"][rung];
        assert_eq!(rung["status"], "failed");
        assert!(
            rung["reason"].as_str().unwrap().contains("step_size"),
            "{rung}"
        );
    }
}
