//! Simulations of a study, checked and ready to run: the same for every front end.

use super::{
    Aim, Ensemble, Escapes, LowestOverlap, Plan, Request, Simulated, Simulation, SimulationError,
    Stop, escape_questions, simulate_each,
};
use crate::numerics::Progress;
use crate::study::{Error, Study};
use crate::threshold::Forecast;

/// Why simulations of a study cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The study, or what was asked of it.
    #[error(transparent)]
    Study(#[from] Error),
    /// The sizes.
    #[error(transparent)]
    Simulation(#[from] SimulationError),
}

/// Simulations that can be run.
#[derive(Debug)]
pub struct Prepared<'a> {
    study: &'a Study,
    /// What is trained on what.
    pub simulation: Simulation<'a>,
    /// How large and how long: one for each dimension and n/d, the latter inside.
    pub plans: Vec<Plan>,
}

impl Request {
    /// Whatever can be refused is refused here, before anything runs.
    ///
    /// # Errors
    /// As [`plans`](Self::plans); a study without a student; sizes that cannot be simulated or do not fit into memory; nothing
    /// hard where it is waited for.
    pub fn prepare<'a>(
        &self,
        study: &'a Study,
        progress: &dyn Progress,
    ) -> Result<Prepared<'a>, RequestError> {
        study.student().map_err(Error::from)?;
        let plans = self.plans(study)?;
        study.announce_label_law(progress);
        let simulation = Simulation::of_study(study)?;
        for plan in &plans {
            simulation.check(plan)?;
        }
        let waiting = match self.aim {
            Aim::Curves => None,
            Aim::Escape { level, .. } => Some(format!("--until-escape {level}")),
            Aim::Crossing => Some("--crossing".to_owned()),
        };
        if let Some(option) = waiting {
            simulation.require_hard(&option).map_err(Error::from)?;
        }
        Ok(Prepared {
            study,
            simulation,
            plans,
        })
    }
}

impl Prepared<'_> {
    /// Curves, of the first plan.
    ///
    /// # Errors
    /// Those of [`Simulation::ensemble`].
    pub fn ensemble(
        &self,
        runs: u64,
        progress: &dyn Progress,
        stop: Stop,
    ) -> Result<Ensemble, SimulationError> {
        self.simulation
            .ensemble(&self.plans[0], runs, progress, stop)
    }

    /// When runs escape, plan by plan.
    ///
    /// # Errors
    /// Those of [`Simulation::escapes`]; interrupted only if nothing was finished.
    pub fn escapes(
        &self,
        level: f64,
        runs: u64,
        progress: &dyn Progress,
        stop: Stop,
    ) -> Result<Simulated<Escapes>, SimulationError> {
        let simulate = |plan: &Plan| self.simulation.escapes(plan, level, runs, progress, stop);
        simulate_each(&self.plans, simulate, Escapes::interrupted, progress)
    }

    /// The overlaps of the Hessian's lowest eigenvector, plan by plan.
    ///
    /// # Errors
    /// As [`escapes`](Self::escapes).
    pub fn lowest_overlaps(
        &self,
        runs: u64,
        progress: &dyn Progress,
        stop: Stop,
    ) -> Result<Simulated<LowestOverlap>, SimulationError> {
        let simulate = |plan: &Plan| {
            let ensemble = self.simulation.ensemble(plan, runs, progress, stop)?;
            Ok(LowestOverlap::of(&ensemble))
        };
        simulate_each(&self.plans, simulate, LowestOverlap::interrupted, progress)
    }

    /// What the theory, followed for at most `longest` steps, says of runs that train until they escape.
    ///
    /// # Errors
    /// Those of [`Study::forecast`].
    pub fn forecast(
        &self,
        level: f64,
        longest: usize,
        progress: &dyn Progress,
    ) -> Result<Forecast, Error> {
        let mut deltas: Vec<f64> = Vec::new();
        for plan in &self.plans {
            if !deltas.contains(&plan.delta) {
                deltas.push(plan.delta);
            }
        }
        let questions = escape_questions(&self.plans, level);
        self.study.forecast(&deltas, &questions, longest, progress)
    }
}
