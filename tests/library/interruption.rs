//! Whoever stops a computation waits for one step of training at most.

use std::sync::atomic::{AtomicUsize, Ordering};

use onset::curvature::Side;
use onset::experiment::{Experiment, Source};
use onset::failure::{Failure, Fault};
use onset::models::SquashedSquare;
use onset::numerics::{Progress, Silent};
use onset::phase1::{LongPlan, Phase1Error};
use onset::study::{At, NnQuestion, Study};
use onset::threshold::Effort;

use crate::support::phase1::{Setup, plan};

/// Goes on until it was asked so many times.
struct Patience {
    left: usize,
    asked: AtomicUsize,
}

impl Patience {
    fn of(left: usize) -> Self {
        let asked = AtomicUsize::new(0);
        Self { left, asked }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Progress for Patience {
    fn report(&self, _stage: &str, _fraction: f64) {}

    fn interrupted(&self) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed) >= self.left
    }
}

const STEPS: usize = 6;

fn setup() -> Setup {
    Setup::new(&SquashedSquare { init_std: 0.5 }.experiment(), 0)
}

fn study() -> Study {
    let text = SquashedSquare { init_std: 0.5 }.experiment();
    let numerics = "[numerics]\nsamples = 1024\nreplicates = 2\n";
    let text = format!("{text}\n{numerics}").replace("steps = 0", &format!("steps = {STEPS}"));
    Study::new(Experiment::load(&Source::Text(text), &[]).unwrap()).unwrap()
}

#[test]
fn explicit_steps_are_stopped_between_two_of_them() {
    let (setup, plan) = (setup(), plan(STEPS, 1024, 0));
    let through = Patience::of(usize::MAX);
    setup.watched_run(2.0, &plan, &through).unwrap();
    assert_eq!(through.asked(), STEPS + 1);
    for left in 0..=STEPS {
        let patience = Patience::of(left);
        let stopped = setup.watched_run(2.0, &plan, &patience);
        assert_eq!(stopped.unwrap_err(), Phase1Error::Interrupted);
        assert_eq!(patience.asked(), left + 1);
    }
}

#[test]
fn implicit_steps_are_stopped_between_two_of_them() {
    let setup = setup();
    let plan = LongPlan {
        start: plan(4, 1024, 0),
        growth: 0.4,
        times: vec![8.0],
        passing: Vec::new(),
        most_steps: 100,
    };
    let through = Patience::of(usize::MAX);
    let whole = setup.watched_long(3.5, &plan, &through).unwrap();
    // every step, and the look at the end of training after the last one
    assert_eq!(through.asked(), whole.trajectory.time.len() + 1);
    for left in [0, 3, 4, through.asked() - 1] {
        let patience = Patience::of(left);
        let stopped = setup.watched_long(3.5, &plan, &patience);
        assert_eq!(stopped.unwrap_err(), Phase1Error::Interrupted);
        assert_eq!(patience.asked(), left + 1);
    }
}

#[test]
fn questions_are_stopped_wherever_they_are() {
    let study = study();
    let spectrum = |progress: &dyn Progress| -> Result<(), Failure> {
        Ok(study.spectrum(6.0, STEPS, Side::Left, progress).map(drop)?)
    };
    let curves = |progress: &dyn Progress| -> Result<(), Failure> {
        Ok(study.curves(6.0, false, progress).map(drop)?)
    };
    let end = |progress: &dyn Progress| -> Result<(), Failure> {
        Ok(study
            .spectrum(6.0, At::End, Side::Left, progress)
            .map(drop)?)
    };
    let rung = |progress: &dyn Progress| -> Result<(), Failure> {
        Ok(study.rung(STEPS, progress).map(drop)?)
    };
    for ask in [
        &spectrum as &dyn Fn(&dyn Progress) -> Result<(), Failure>,
        &curves,
        &end,
        &rung,
    ] {
        let through = Patience::of(usize::MAX);
        ask(&through).unwrap();
        // two replicates of as many steps
        assert!(through.asked() >= 2 * (STEPS + 1), "{}", through.asked());
        for left in [0, STEPS / 2, STEPS + 1] {
            let stopped = ask(&Patience::of(left)).unwrap_err();
            assert_eq!(stopped.fault, Fault::Interrupted, "{stopped:?}");
        }
    }
}

#[test]
fn an_interrupted_ladder_is_no_failure() {
    let study = study();
    let question = NnQuestion {
        at: vec![At::Steps(0), At::Steps(STEPS)],
        effort: Effort::default(),
        dim: None,
        fraction: 0.1,
    };
    let through = Patience::of(usize::MAX);
    let whole = study.nn(&question, &through, &mut |_| {}).unwrap().climb;
    assert!(!whole.interrupted);
    for left in [0, 1, through.asked() / 3, through.asked() - 1] {
        let climb = study
            .nn(&question, &Patience::of(left), &mut |_| {})
            .unwrap()
            .climb;
        assert!(climb.interrupted && climb.failure.is_none(), "{climb:?}");
    }
    let silent = study.nn(&question, &Silent, &mut |_| {}).unwrap().climb;
    let value = |climb: &onset::threshold::Climb| climb.rungs[1].delta_nn.finite();
    assert_eq!(value(&silent), value(&whole));
}
