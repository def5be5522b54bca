//! Many runs, and their averages.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use nalgebra::DMatrix;

use super::{HessianSpectrum, Moment, Plan, Simulation, SimulationError, Stop, Trajectory};
use crate::network::Head;
use crate::numerics::{Measured, MeasuredMatrix, Progress, spawn_lanes};

/// The finished runs of one plan.
#[derive(Clone, Debug)]
pub struct Ensemble {
    /// What was run.
    pub plan: Plan,
    /// How many runs were asked for; more than there are if it was interrupted.
    pub requested: u64,
    /// The finished runs, by increasing number.
    pub runs: Vec<Trajectory>,
}

impl Simulation<'_> {
    /// Runs 0 to `runs - 1` of a plan, as many at a time as there are threads and as memory holds.
    ///
    /// Stopped from outside, it returns the runs that were finished.
    ///
    /// # Errors
    /// As [`Simulation::run`]; [`SimulationError::Interrupted`] only if no run was finished.
    pub fn ensemble(
        &self,
        plan: &Plan,
        runs: u64,
        progress: &dyn Progress,
        stop: Stop,
    ) -> Result<Ensemble, SimulationError> {
        let counter = StepCounter::new(progress, runs, plan.steps);
        let at_once = self.check(plan)?;
        let finished = side_by_side(at_once, runs, |run| {
            let trajectory = self.trajectory(plan, run, stop, &|_| counter.step())?;
            counter.finish(0);
            Ok(trajectory)
        })?;
        Ok(Ensemble {
            plan: plan.clone(),
            requested: runs,
            runs: finished,
        })
    }
}

impl Ensemble {
    /// Whether runs are missing.
    pub fn interrupted(&self) -> bool {
        (self.runs.len() as u64) < self.requested
    }

    /// Mean and standard error of a number at every step.
    pub fn curve(&self, pick: impl Fn(&Moment) -> f64) -> Vec<Measured> {
        let at = |step: usize| -> Vec<f64> {
            let runs = self.runs.iter();
            runs.map(|run| pick(&run.moments[step])).collect()
        };
        (0..=self.plan.steps)
            .map(|step| Measured::mean(&at(step)))
            .collect()
    }

    /// Mean and standard error of a matrix at every step.
    pub fn matrix_curve(&self, pick: impl Fn(&Moment) -> DMatrix<f64>) -> Vec<MeasuredMatrix> {
        (0..=self.plan.steps)
            .map(|step| {
                let runs = self.runs.iter();
                let matrices: Vec<_> = runs.map(|run| pick(&run.moments[step])).collect();
                MeasuredMatrix::mean(&matrices)
            })
            .collect()
    }

    /// A part of readout and biases at every step (1 x m), where they are trained.
    pub fn head_curve(&self, part: impl Fn(&Head) -> &Vec<f64>) -> Vec<MeasuredMatrix> {
        let trained = |run: &Trajectory| run.moments.iter().all(|moment| moment.head.is_some());
        if self.runs.is_empty() || !self.runs.iter().all(trained) {
            return Vec::new();
        }
        self.matrix_curve(|moment| {
            let entries: &[f64] = moment.head.as_ref().map_or(&[], |head| part(head));
            DMatrix::from_row_slice(1, entries.len(), entries)
        })
    }

    /// The spectra of all runs at each step at which there are some.
    pub fn hessians(&self) -> Vec<Vec<&HessianSpectrum>> {
        let count = self.runs.first().map_or(0, |run| run.hessians.len());
        let of_all = |index| self.runs.iter().map(|run| &run.hessians[index]).collect();
        (0..count).map(of_all).collect()
    }
}

/// Counts the steps of all runs, and the runs, for those who wait.
pub(super) struct StepCounter<'a> {
    progress: &'a dyn Progress,
    done: AtomicUsize,
    finished: AtomicU64,
    runs: u64,
    total: f64,
}

impl<'a> StepCounter<'a> {
    pub fn new(progress: &'a dyn Progress, runs: u64, steps: usize) -> Self {
        Self {
            progress,
            done: AtomicUsize::new(0),
            finished: AtomicU64::new(0),
            runs,
            total: runs as f64 * (steps + 1) as f64,
        }
    }

    pub fn step(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed);
        let finished = self.finished.load(Ordering::Relaxed);
        let stage = format!("training, {finished} of {} runs", self.runs);
        self.progress.report(&stage, done as f64 / self.total);
    }

    /// A run is over, so many steps before the last one.
    pub fn finish(&self, skipped: usize) {
        self.done.fetch_add(skipped, Ordering::Relaxed);
        self.finished.fetch_add(1, Ordering::Relaxed);
    }
}

/// `work(0..runs)`, at most `at_once` at a time; the results that exist, in order.
///
/// Each lane is a thread of its own that waits while the pool works on its run.
///
/// # Errors
/// The error of the lowest run that failed; interrupted only if nothing was finished; or when no thread can be started.
pub(super) fn side_by_side<T: Send>(
    at_once: usize,
    runs: u64,
    work: impl Fn(u64) -> Result<T, SimulationError> + Sync,
) -> Result<Vec<T>, SimulationError> {
    let lanes = at_once.min(rayon::current_num_threads()).min(runs as usize);
    let next = AtomicU64::new(0);
    let failed = AtomicBool::new(false);
    let results = Mutex::new(Vec::new());
    let lane = || {
        loop {
            let run = next.fetch_add(1, Ordering::Relaxed);
            if run >= runs || failed.load(Ordering::Relaxed) {
                return;
            }
            let result = work(run);
            failed.fetch_or(result.is_err(), Ordering::Relaxed);
            // a lane that panicked ends the whole scope, so a poisoned list is never read
            if let Ok(mut results) = results.lock() {
                results.push((run, result));
            }
        }
    };
    spawn_lanes(lanes, &lane).map_err(|error| SimulationError::Threads {
        reason: error.to_string(),
    })?;
    let mut results = results.into_inner().unwrap_or_default();
    results.sort_by_key(|(run, _)| *run);
    let mut finished = Vec::with_capacity(results.len());
    for (_, result) in results {
        match result {
            Ok(result) => finished.push(result),
            Err(SimulationError::Interrupted) => {}
            Err(error) => return Err(error),
        }
    }
    if finished.is_empty() {
        return Err(SimulationError::Interrupted);
    }
    Ok(finished)
}
