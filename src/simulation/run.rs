//! One run from the drawing of its data to its last step.

use nalgebra::DMatrix;

use super::data::Data;
use super::hessian::{
    Directions, HessianOperator, HessianSpectrum, LanczosLimits, hessian_spectrum, reported_count,
};
use super::measure::{Moment, TestSet};
use super::memory::MemoryNeed;
use super::risk::Risk;
use super::streams::RunStream;
use super::trainer::Trainer;
use super::{Plan, SimulationError};
use crate::network::Model;
use crate::phase1::TrainingRule;
use crate::study::Student;
use crate::teacher::Teacher;

/// A network, what it is trained on, and how.
#[derive(Clone, Debug)]
pub struct Simulation<'a> {
    pub(super) target: &'a Teacher,
    pub(super) model: &'a Model,
    pub(super) rule: &'a TrainingRule,
    pub(super) init_std: f64,
    pub(super) hard_basis: DMatrix<f64>,
}

/// What one run measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Trajectory {
    /// The steps 0 to T.
    pub moments: Vec<Moment>,
    /// The Hessians asked for, by increasing step.
    pub hessians: Vec<HessianSpectrum>,
}

/// Asked between steps: whether to stop.
pub type Stop<'a> = &'a (dyn Fn() -> bool + Sync);

impl<'a> Simulation<'a> {
    /// `init_std` is s_w; `hard_basis` (r x k, orthonormal rows) are the directions that count as hard, as
    /// [`crate::recovery::AlgorithmicThreshold::hard_basis`] gives them.
    pub fn new(
        target: &'a Teacher,
        model: &'a Model,
        rule: &'a TrainingRule,
        init_std: f64,
        hard_basis: &DMatrix<f64>,
    ) -> Self {
        Self {
            target,
            model,
            rule,
            init_std,
            hard_basis: hard_basis.clone(),
        }
    }

    /// A student on its teacher; `hard_basis` as in [`Self::new`].
    pub fn of(target: &'a Teacher, student: &'a Student, hard_basis: &DMatrix<f64>) -> Self {
        Self::new(
            target,
            &student.model,
            &student.rule,
            student.init_std,
            hard_basis,
        )
    }

    /// The directions that count as hard (r x k).
    pub fn hard_basis(&self) -> &DMatrix<f64> {
        &self.hard_basis
    }

    /// Whether the plan can be carried out here, and how many of its runs fit into memory at the same time.
    ///
    /// # Errors
    /// When sizes mean nothing, or one run does not fit into memory.
    pub fn check(&self, plan: &Plan) -> Result<usize, SimulationError> {
        plan.validate(self.target.latent_dim())?;
        let neurons = self.model.neurons();
        MemoryNeed::new(plan, neurons, self.hard_basis.nrows()).runs_at_once(plan)
    }

    /// One run. Runs of the same seed with different numbers are independent; the result does not depend on the
    /// number of threads.
    ///
    /// # Errors
    /// When the plan cannot be carried out, training diverges, or eigenvalues do not converge.
    pub fn run(&self, plan: &Plan, run: u64) -> Result<Trajectory, SimulationError> {
        self.check(plan)?;
        self.trajectory(plan, run, &|| false, &|_| ())
    }

    /// As [`Self::run`], of a plan that was checked; `stop` is asked before every step, `at_step` told the step that
    /// begins.
    pub(super) fn trajectory(
        &self,
        plan: &Plan,
        run: u64,
        stop: Stop,
        at_step: &(dyn Fn(usize) + Sync),
    ) -> Result<Trajectory, SimulationError> {
        let stream = RunStream::new(plan.seed, run);
        let data = self.data(plan, stream);
        let hard = &self.hard_basis;
        let neurons = self.model.neurons();
        let test = TestSet::new(self.target, neurons, hard, plan.labels, plan.seed, run)?;
        let mut trainer = self.trainer(plan, stream);
        let mut trajectory = Trajectory {
            moments: Vec::with_capacity(plan.steps + 1),
            hessians: Vec::new(),
        };
        for step in 0..=plan.steps {
            if stop() {
                return Err(SimulationError::Interrupted);
            }
            at_step(step);
            let risk = self.risk(&data, &trainer, run)?;
            let k = self.target.latent_dim();
            let moment = Moment::new(&trainer, plan.dim, k, &risk, &test)?;
            trajectory.moments.push(moment);
            if plan.hessian_at.contains(&step) {
                let spectrum = self.spectrum(plan, &data, &trainer, &risk, run)?;
                trajectory.hessians.push(spectrum);
            }
            if step < plan.steps {
                trainer.advance(&risk);
            }
        }
        Ok(trajectory)
    }

    pub(super) fn data(&self, plan: &Plan, stream: RunStream) -> Data {
        let size = (plan.samples(), plan.dim);
        Data::draw(
            self.target,
            &self.hard_basis,
            plan.labels,
            size,
            plan.precision,
            stream,
        )
    }

    pub(super) fn trainer(&self, plan: &Plan, stream: RunStream) -> Trainer<'a> {
        Trainer::new(self.rule, self.init_std, self.model, plan.dim, stream)
    }

    /// The risk at the trainer's weights, if it is a number.
    pub(super) fn risk(
        &self,
        data: &Data,
        trainer: &Trainer,
        run: u64,
    ) -> Result<Risk, SimulationError> {
        let batch = trainer.mini_batch();
        let risk = Risk::new(
            data,
            &trainer.model,
            &trainer.weights,
            self.rule.weight_decay,
            batch,
            self.rule.head.trains(),
        );
        let step = trainer.step;
        let diverged = |what| SimulationError::Diverged { run, step, what };
        if !risk.loss.is_finite() {
            return Err(diverged("loss"));
        }
        let gradients = risk
            .gradient
            .iter()
            .chain(risk.batch_gradient.iter().flatten());
        // the sum of squares, which is measured, has to be a number too
        if !gradients.map(|g| g * g).sum::<f64>().is_finite() {
            return Err(diverged("gradient"));
        }
        Ok(risk)
    }

    fn spectrum(
        &self,
        plan: &Plan,
        data: &Data,
        trainer: &Trainer,
        risk: &Risk,
        run: u64,
    ) -> Result<HessianSpectrum, SimulationError> {
        let dim = data.inputs.dim();
        let shift = self.shift(&trainer.weights, &risk.gradient, dim);
        let operator = HessianOperator::new(data, &trainer.model, &trainer.weights, shift);
        let (m, r) = (self.model.neurons(), self.hard_basis.nrows());
        let count = reported_count(m, r, plan.more_pairs);
        let limits = LanczosLimits::new(RunStream::new(plan.seed, run));
        let directions =
            Directions::new(dim, &self.hard_basis, &[&trainer.weights, &risk.gradient]);
        let step = trainer.step;
        hessian_spectrum(&operator, &directions, step, count, limits)
            .map_err(|reason| SimulationError::Eigen { run, step, reason })
    }

    /// What stands on the Hessian's diagonal besides the data: the ridge, and on the sphere the curvature of the
    /// constraint.
    fn shift(&self, weights: &[f64], gradient: &[f64], dim: usize) -> Vec<f64> {
        let rows = weights.chunks_exact(dim).zip(gradient.chunks_exact(dim));
        rows.map(|(w, g)| {
            let ridge = self.rule.weight_decay;
            if self.rule.radius.is_none() {
                return ridge;
            }
            let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            ridge - dot(w, g) / dot(w, w)
        })
        .collect()
    }
}
