//! Phase 1 against training at finite n and d.

use crate::support::phase1::simulation::Simulation;
use crate::support::phase1::{Estimate, Setup, estimates, plan, state};
use onset::models::SquashedSquare;
use rayon::prelude::*;

/// d.
const DIM: usize = 1000;

const EASY_PLUS_HARD: &str = "[target]\nlink = \"tanh(z1) + 1.5*tanh(z2^2 - 1)\"\nchannel = \"deterministic\"\n\
     [network]\nactivation = \"gelu\"\nreadout = [1.0, -0.7, 0.8]\n\
     [loss]\nkind = \"square\"\n\
     [training]\nstep_size = 0.5\nsteps = 0\ninit_std = 0.8\n";

/// The theory's side in the order of the simulation's: all but test loss, gradient norm and growth.
fn theory(setup: &Setup, delta: f64, steps: usize, replicates: u64) -> Vec<Estimate> {
    let runs: Vec<Vec<f64>> = (0..replicates)
        .map(|replicate| {
            let mut plan = plan(steps, 32_768, replicate);
            plan.growth = false;
            let run = setup.run(delta, &plan);
            (0..=steps)
                .flat_map(|step| {
                    let mut row = state(&run, step);
                    row.drain(1..3);
                    row
                })
                .collect()
        })
        .collect();
    estimates(&runs)
}

fn simulated(simulation: &Simulation, steps: usize, runs: u64) -> Vec<Estimate> {
    let runs: Vec<Vec<f64>> = (0..runs)
        .into_par_iter()
        .map(|seed| simulation.run(steps, seed))
        .collect();
    estimates(&runs)
}

/// Within four standard errors, of the simulations for the most part, and a finite-size correction of order 1/d.
fn agree(found: &[Estimate], expected: &[Estimate], step: usize) {
    for (entry, (found, expected)) in found.iter().zip(expected).enumerate() {
        let error = found.error.hypot(expected.error);
        assert!(
            (found.mean - expected.mean).abs() <= 4.0 * error + 2.0 / DIM as f64,
            "step {step}, entry {entry}: {found:?} against {expected:?}"
        );
        // 1.5 percent of numbers of size one: the simulations tell something
        assert!(error < 0.015, "step {step}, entry {entry}: {found:?}");
    }
}

#[test]
fn easy_directions_grow_and_hard_ones_do_not() {
    let (delta, steps) = (2.0, 10);
    let setup = Setup::new(EASY_PLUS_HARD, 1);
    let simulation = Simulation {
        model: &setup.model,
        label: |z| z[0].tanh() + 1.5 * (z[1] * z[1] - 1.0).tanh(),
        latents: 2,
        null_from: 1,
        dim: DIM,
        delta,
        init_std: setup.init_std,
        eta: setup.rule.step_size(0),
    };
    let found = simulated(&simulation, steps, 12);
    let expected = theory(&setup, delta, steps, 8);
    // loss, six entries of the gram, three overlaps with z1, three with z2
    let width = 13;
    for step in 0..=steps {
        let row = step * width..(step + 1) * width;
        agree(
            &found[row.clone()][..10],
            &expected[row.clone()][..10],
            step,
        );
        // the hard direction is imposed, not estimated
        assert!(expected[row][10..].iter().all(|hard| hard.mean == 0.0));
    }
    for neuron in 7..10 {
        let overlap = |step: usize| expected[step * width + neuron].mean.abs();
        assert!(overlap(0) == 0.0 && overlap(steps) > 0.2);
    }
}

#[test]
fn null_runs_follow_the_theory() {
    let (delta, steps) = (4.0, 20);
    let setup = Setup::new(&SquashedSquare { init_std: 0.5 }.experiment(), 0);
    let simulation = Simulation {
        model: &setup.model,
        label: |z| 1.5 * (z[0] * z[0] - 1.0).tanh(),
        latents: 1,
        null_from: 0,
        dim: DIM,
        delta,
        init_std: setup.init_std,
        eta: setup.rule.step_size(0),
    };
    let found = simulated(&simulation, steps, 16);
    let expected = theory(&setup, delta, steps, 8);
    // loss, three entries of the gram, two overlaps, of which the simulation's are those of chance
    for step in 0..=steps {
        let row = step * 6..step * 6 + 4;
        agree(&found[row.clone()], &expected[row], step);
    }
}
