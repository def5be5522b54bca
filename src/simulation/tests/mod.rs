//! A few networks, and what the tests of runs share.

mod ensembles;
mod gradient;
mod losses;
mod null;
mod rules;
mod sizes;
mod threads;

use nalgebra::DMatrix;

use super::{Plan, Simulation};
use crate::experiment::{Experiment, Override, Source};
use crate::network::Model;
use crate::phase1::TrainingRule;
use crate::recovery::algorithmic_threshold;
use crate::teacher::Teacher;

/// What a simulation borrows.
pub(in crate::simulation) struct Parts {
    pub target: Teacher,
    pub model: Model,
    pub rule: TrainingRule,
    pub init_std: f64,
    pub hard_basis: DMatrix<f64>,
}

/// Two smooth-abs neurons on a squashed square, with the fields given.
const SQUASHED: &str = "[target]\nlink = \"1.5*tanh(z1^2 - 1)\"\n\
    [network]\nactivation = \"sqrt(1+u^2) - 1 + 0.2*u\"\nreadout = [1.0, 0.5]\n\
    [loss]\nkind = \"pseudo-huber\"\n[training]\nstep_size = 0.5\ninit_std = 0.5\n";

impl Parts {
    pub fn squashed_square(overrides: &[&str]) -> Self {
        let overrides: Vec<Override> = overrides
            .iter()
            .map(|text| Override::parse(text).unwrap())
            .collect();
        let experiment = Experiment::load(&Source::Text(SQUASHED.into()), &overrides).unwrap();
        let target = experiment.target().unwrap();
        Self {
            hard_basis: algorithmic_threshold(&target).unwrap().hard_basis,
            model: experiment.model().unwrap(),
            rule: TrainingRule::new(experiment.training().unwrap()),
            init_std: experiment.training().unwrap().init_std,
            target,
        }
    }

    /// One linear neuron with the square loss.
    pub fn linear(link: &str) -> Self {
        let link = format!("target.link={link}");
        Self::squashed_square(&[
            &link,
            "network.activation=u",
            "network.readout=[1.0]",
            "loss.kind=square",
        ])
    }

    pub fn simulation(&self) -> Simulation<'_> {
        Simulation::new(
            &self.target,
            &self.model,
            &self.rule,
            self.init_std,
            &self.hard_basis,
        )
    }
}

/// X as a matrix (n x d).
pub(in crate::simulation) fn matrix(data: &super::data::Data) -> DMatrix<f64> {
    let (n, d) = (data.inputs.samples(), data.inputs.dim());
    let mut x = DMatrix::zeros(n, d);
    let mut row = vec![0.0; d];
    for i in 0..n {
        data.inputs.copy_row(i, 0, &mut row);
        x.row_mut(i).copy_from_slice(&row);
    }
    x
}

/// A small plan: n = 40 to 400.
pub(in crate::simulation) fn plan(delta: f64, dim: usize, steps: usize) -> Plan {
    Plan::new(delta, dim, steps, 7)
}
