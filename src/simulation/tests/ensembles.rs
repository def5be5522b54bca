//! Averages over runs, escapes, interruptions.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::ensemble::side_by_side;
use super::super::{Escapes, Moment, Plan, SimulationError};
use super::{Parts, plan};
use crate::numerics::{Measured, Silent};

#[test]
fn averages_are_those_of_single_runs() {
    let parts = Parts::squashed_square(&[]);
    let (simulation, plan) = (parts.simulation(), plan(3.0, 20, 4));
    let all = simulation.ensemble(&plan, 5, &Silent, &|| false).unwrap();
    let single: Vec<_> = (0..5)
        .map(|run| simulation.run(&plan, run).unwrap())
        .collect();
    assert_eq!(all.runs, single);
    assert!(!all.interrupted());
    let losses: Vec<f64> = single.iter().map(|run| run.moments[3].train_loss).collect();
    let mean = losses.iter().sum::<f64>() / 5.0;
    let variance = losses.iter().map(|l| (l - mean).powi(2)).sum::<f64>() / 4.0;
    let found = all.curve(|moment| moment.train_loss)[3];
    // rounding
    assert!((found.value - mean).abs() < 1e-15);
    assert!((found.error - (variance / 5.0).sqrt()).abs() < 1e-15);
    let gram = &all.matrix_curve(|moment| moment.gram.clone())[3];
    let entry = all.curve(|moment| moment.gram[(0, 1)])[3];
    assert_eq!(
        (gram.mean[(0, 1)], gram.error[(1, 0)]),
        (entry.value, entry.error)
    );
}

/// Runs of one seed are as independent of one another as those of different seeds: otherwise standard errors would be too small.
#[test]
fn means_scatter_over_seeds_as_their_errors_say() {
    let parts = Parts::squashed_square(&[]);
    let simulation = parts.simulation();
    let of_seed = |seed| {
        let plan = Plan {
            seed,
            ..plan(4.0, 40, 3)
        };
        simulation.ensemble(&plan, 8, &Silent, &|| false).unwrap()
    };
    let seeds: Vec<_> = (1..=100).map(of_seed).collect();
    for pick in [
        |moment: &Moment| moment.train_loss,
        |moment: &Moment| moment.test_loss,
        |moment: &Moment| moment.gradient_norm,
        |moment: &Moment| moment.gram[(0, 1)],
    ] {
        for step in [0, 3] {
            let means: Vec<Measured> = seeds.iter().map(|of| of.curve(pick)[step]).collect();
            let count = means.len() as f64;
            let values: Vec<f64> = means.iter().map(|mean| mean.value).collect();
            let between = Measured::mean(&values).error.powi(2) * count;
            let within = means.iter().map(|mean| mean.error.powi(2)).sum::<f64>() / count;
            // F at 99 and 700 degrees of freedom: standard deviation 0.15, and four of them
            let ratio = between / within;
            assert!((ratio - 1.0).abs() < 0.6, "step {step}: {ratio}");
        }
    }
}

#[test]
fn what_was_finished_before_an_interruption_is_kept() {
    let parts = Parts::squashed_square(&[]);
    let (simulation, plan) = (parts.simulation(), plan(3.0, 20, 4));
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    pool.install(|| {
        // one run at a time asks five times; the third run is stopped on its way
        let asked = AtomicUsize::new(0);
        let stop = || asked.fetch_add(1, Ordering::Relaxed) >= 13;
        let some = simulation.ensemble(&plan, 9, &Silent, &stop).unwrap();
        assert_eq!(
            (some.runs.len(), some.requested, some.interrupted()),
            (2, 9, true)
        );
        assert_eq!(some.runs[1], simulation.run(&plan, 1).unwrap());
        let nothing = simulation.ensemble(&plan, 9, &Silent, &|| true);
        assert_eq!(nothing.unwrap_err(), SimulationError::Interrupted);
    });
}

#[test]
fn the_first_failure_is_reported() {
    let work = |run| match run {
        0 => Ok(run),
        _ => Err(SimulationError::Diverged {
            run,
            step: 1,
            what: "loss",
        }),
    };
    let error = side_by_side(1, 5, work).unwrap_err();
    assert!(matches!(error, SimulationError::Diverged { run: 1, .. }));
}

#[test]
fn a_run_escapes_when_its_weights_have_the_level() {
    let parts = Parts::squashed_square(&[]);
    let (simulation, plan) = (parts.simulation(), plan(12.0, 60, 60));
    let level = 0.3;
    let found = simulation
        .escapes(&plan, level, 4, &Silent, &|| false)
        .unwrap();
    for (run, escape) in found.steps.iter().enumerate() {
        let run = simulation.run(&plan, run as u64).unwrap();
        let fraction = |moment: &super::super::Moment| {
            let growth = moment.hard_growth(&parts.hard_basis, 60);
            growth.trace() / 60.0 / moment.gram.trace()
        };
        let first = run
            .moments
            .iter()
            .position(|moment| fraction(moment) >= level);
        // the first whole step at which the level is there
        assert_eq!(escape.map(|time| time.ceil() as usize), first);
    }
    // twelve samples per dimension, more than ten times the threshold: some run finds it in sixty steps
    assert!(found.steps.iter().flatten().count() > 0);
}

#[test]
fn fractions_keep_an_error_at_both_ends() {
    let escapes = |steps: Vec<Option<f64>>| Escapes {
        plan: plan(3.0, 20, 9),
        requested: steps.len() as u64,
        steps,
    };
    let none = escapes(vec![None; 4]);
    // Wilson's interval for 0 of 4 at one standard deviation is [0, 1/5]
    assert!((none.success_fraction().error - 0.1).abs() < 1e-15);
    assert_eq!(
        (none.success_fraction().value, none.escape_step()),
        (0.0, None)
    );
    let half = escapes(vec![Some(4.0), None, Some(8.0), None]);
    assert!((half.success_fraction().error - 5_f64.sqrt() / 10.0).abs() < 1e-15);
    let step = half.escape_step().unwrap();
    assert!((step.value - 6.0).abs() < 1e-15 && (step.error - 2.0).abs() < 1e-15);
}
