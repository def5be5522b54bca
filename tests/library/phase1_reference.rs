//! Phase 1 against a plain integrator with exact tangents, rule by rule.

use crate::support::phase1::reference::Reference;
use crate::support::phase1::weight_side::{Impulses, Recursion, Rule};
use crate::support::phase1::{Estimate, Setup, estimates, plan, state};
use rayon::prelude::*;

/// A problem for both integrators.
struct Case {
    name: &'static str,
    /// Teacher, network and loss of the experiment file.
    problem: &'static str,
    label: fn(&[f64], f64) -> f64,
    latents: usize,
    reached: usize,
    rule: Rule,
    batch: f64,
}

const DELTA: f64 = 1.5;
const INIT_STD: f64 = 0.8;
const STEPS: usize = 5;
const REPLICATES: u64 = 12;

const DESCENT: Rule = Rule {
    eta: 0.6,
    lambda: 0.0,
    momentum: 0.0,
    nesterov: false,
    radius: None,
};

const SINGLE: Case = Case {
    name: "one neuron, easy direction",
    problem: "[target]\nlink = \"tanh(2*z1) + 0.5\"\nchannel = \"gaussian\"\nnoise = 0.3\n\
              [network]\nactivation = \"tanh(u + 0.3)\"\nreadout = [1.3]\n\
              [loss]\nkind = \"square\"\n",
    label: |z, noise| (2.0 * z[0]).tanh() + 0.5 + 0.3 * noise,
    latents: 1,
    reached: 1,
    rule: Rule {
        lambda: 0.1,
        ..DESCENT
    },
    batch: 1.0,
};

const PAIR: Case = Case {
    name: "two neurons, hard direction",
    problem: "[target]\nlink = \"1.5*tanh(z1^2 - 1)\"\nchannel = \"deterministic\"\n\
              [network]\nactivation = \"sqrt(1+u^2) - 1 + 0.2*u\"\nreadout = [1.0, 0.5]\n\
              [loss]\nkind = \"pseudo-huber\"\nwidth = 1.0\n",
    label: |z, _| 1.5 * (z[0] * z[0] - 1.0).tanh(),
    latents: 1,
    reached: 0,
    rule: DESCENT,
    batch: 1.0,
};

const TRIPLE: Case = Case {
    name: "three neurons, easy and hard direction",
    problem: "[target]\nlink = \"tanh(z1) + 1.5*tanh(z2^2 - 1)\"\nchannel = \"deterministic\"\n\
              [network]\nactivation = \"gelu\"\nreadout = [1.0, -0.7, 0.8]\n\
              [loss]\nkind = \"square\"\n",
    label: |z, _| z[0].tanh() + 1.5 * (z[1] * z[1] - 1.0).tanh(),
    latents: 2,
    reached: 1,
    rule: DESCENT,
    batch: 1.0,
};

impl Case {
    fn reference<'a>(&self, setup: &'a Setup) -> Reference<'a> {
        Reference {
            model: &setup.model,
            label: self.label,
            latents: self.latents,
            reached: self.reached,
            delta: DELTA,
            batch: self.batch,
        }
    }

    fn impulses(&self, m: usize, e: usize) -> Impulses {
        Impulses::new(m, e, INIT_STD, STEPS, self.rule)
    }

    /// The growth of the overlap with the one hard direction, where there is one; on the sphere it takes the
    /// weights' factors, which its own norm does not know.
    fn growth(&self, m: usize) -> Option<Impulses> {
        let rule = Rule {
            radius: None,
            ..self.rule
        };
        let one_hard = self.latents - self.reached == 1;
        one_hard.then(|| Impulses::new(m, 0, INIT_STD, STEPS, rule))
    }

    fn setup(&self) -> Setup {
        let Rule {
            eta,
            lambda,
            momentum,
            nesterov,
            radius,
        } = self.rule;
        let training = format!(
            "[training]\nstep_size = {eta:?}\nsteps = 0\nweight_decay = {lambda:?}\nmomentum = {momentum:?}\n\
             nesterov = {nesterov}\nbatch = {:?}\nspherical = {}\ninit_std = {INIT_STD:?}\n",
            self.batch,
            radius.is_some()
        );
        Setup::new(&format!("{}{training}", self.problem), self.reached)
    }

    /// The library's run, in the order of the reference's.
    fn library(&self, setup: &Setup, samples: usize) -> Vec<Estimate> {
        let runs: Vec<Vec<f64>> = (0..REPLICATES)
            .map(|replicate| {
                let run = setup.run(DELTA, &plan(STEPS, samples, replicate));
                (0..=STEPS)
                    .flat_map(|step| {
                        let mut row = state(&run, step);
                        row.remove(2); // the gradient norm
                        row
                    })
                    .collect()
            })
            .collect();
        estimates(&runs)
    }

    fn check(&self) {
        let setup = self.setup();
        let (m, e) = (setup.model.neurons(), self.reached);
        let reference = self.reference(&setup);
        let runs: Vec<Vec<f64>> = (0..REPLICATES)
            .into_par_iter()
            .map(|seed| reference.run(self.impulses(m, e), self.growth(m), STEPS, 10_000, seed))
            .collect();
        let expected = estimates(&runs);
        let found = self.library(&setup, 16_384);
        assert_eq!(found.len(), expected.len(), "{}", self.name);
        for (i, (found, expected)) in found.iter().zip(&expected).enumerate() {
            let error = found.error.hypot(expected.error);
            let off = (found.mean - expected.mean).abs();
            // five standard errors (of 12 runs each; some 60 to 150 numbers are compared per case), and the rounding of
            // histories kept in single precision
            assert!(
                off <= 5.0 * error + 2e-6,
                "{}, entry {i}: {found:?} against {expected:?}",
                self.name
            );
            // 120,000 paths leave a percent of numbers of size one, or there is nothing to compare
            assert!(
                error < 0.01 * (1.0 + found.mean.abs()),
                "{}, entry {i}: {found:?}, {expected:?}",
                self.name
            );
        }
    }
}

#[test]
fn gradient_descent_agrees_with_exact_tangents() {
    for case in [SINGLE, PAIR, TRIPLE] {
        case.check();
    }
}

#[test]
fn momentum_agrees_with_exact_tangents() {
    let rule = Rule {
        eta: 0.4,
        lambda: 0.05,
        momentum: 0.6,
        ..DESCENT
    };
    for nesterov in [false, true] {
        let rule = Rule { nesterov, ..rule };
        Case { rule, ..SINGLE }.check();
        Case { rule, ..PAIR }.check();
    }
}

#[test]
fn mini_batches_agree_with_exact_tangents() {
    let rule = Rule {
        eta: 0.4,
        ..DESCENT
    };
    for case in [SINGLE, PAIR] {
        Case {
            rule,
            batch: 0.4,
            ..case
        }
        .check();
    }
}

#[test]
fn rows_kept_on_the_sphere_agree_with_exact_tangents() {
    let rule = Rule {
        radius: Some(INIT_STD),
        ..DESCENT
    };
    for case in [SINGLE, PAIR, TRIPLE] {
        Case { rule, ..case }.check();
    }
}

#[test]
fn both_forms_of_the_reference_are_the_same() {
    let rule = Rule {
        lambda: 0.1,
        ..DESCENT
    };
    let case = Case { rule, ..TRIPLE };
    let setup = case.setup();
    let reference = case.reference(&setup);
    let recursion = Recursion::new(3, 1, INIT_STD, rule.eta, rule.lambda);
    let first = reference.run(recursion, None, STEPS, 500, 3);
    let second = reference.run(case.impulses(3, 1), None, STEPS, 500, 3);
    for (a, b) in first.iter().zip(&second) {
        // rounding
        assert!((a - b).abs() < 1e-10 * (1.0 + a.abs()), "{a} {b}");
    }
}
