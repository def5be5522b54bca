//! All restarts, side by side.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::search::Search;
use super::{DesignError, Ended, Objective, Restart, Space};
use crate::numerics::{Progress, spawn_lanes};

/// More starts than anyone waits for.
const MOST_RESTARTS: usize = 1000;
/// What each restart may spend by default, for each parameter.
const EVALUATIONS: usize = 40;

/// How long to search, and how closely.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Starts.
    pub restarts: usize,
    /// The budget of all restarts together; each has an equal share.
    pub evaluations: usize,
    /// Relative accuracy of delta_NN at which a restart ends.
    pub tolerance: f64,
}

impl Settings {
    /// Settings with a default budget where none is given.
    ///
    /// # Errors
    /// When one of them cannot be used in a space of `parameters` dimensions.
    pub fn new(
        parameters: usize,
        restarts: usize,
        evaluations: Option<usize>,
        tolerance: f64,
    ) -> Result<Self, DesignError> {
        if !(1..=MOST_RESTARTS).contains(&restarts) {
            return Err(DesignError::Restarts {
                given: restarts,
                limit: MOST_RESTARTS,
            });
        }
        if !(1e-8..=0.5).contains(&tolerance) {
            return Err(DesignError::Tolerance { given: tolerance });
        }
        let evaluations = evaluations.unwrap_or(EVALUATIONS * parameters * restarts);
        let least = restarts * (parameters + 2);
        if evaluations < least {
            return Err(DesignError::Evaluations {
                given: evaluations,
                restarts,
                parameters,
                least,
            });
        }
        Ok(Self {
            restarts,
            evaluations,
            tolerance,
        })
    }
}

/// What all restarts looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The space.
    pub space: Space,
    /// The settings.
    pub settings: Settings,
    /// Each restart, in order, whichever ended first; one that was interrupted before its first evaluation is empty.
    pub restarts: Vec<Restart>,
}

impl Run {
    /// Restart and evaluation of the best network, if any has a finite threshold; of equals, the first.
    pub fn best(&self) -> Option<(usize, usize)> {
        let score = |(restart, at): &(usize, usize)| {
            self.restarts[*restart].evaluations[*at].verdict.score()
        };
        let restarts = self.restarts.iter().enumerate();
        restarts
            .filter_map(|(index, restart)| Some((index, restart.best()?)))
            .min_by(|a, b| score(a).total_cmp(&score(b)))
    }

    /// Whether a restart was ended from outside.
    pub fn interrupted(&self) -> bool {
        let mut restarts = self.restarts.iter();
        restarts.any(|restart| restart.ended == Ended::Interrupted)
    }

    /// Evaluations of all restarts.
    pub fn evaluations(&self) -> usize {
        let counts = self
            .restarts
            .iter()
            .map(|restart| restart.evaluations.len());
        counts.sum()
    }
}

/// Minimises the objective from every start, `lanes` restarts at a time. The result does not depend on `lanes`.
///
/// `stop` is asked before every evaluation; once it is true, what was found so far is returned.
pub fn minimise(
    space: &Space,
    objective: &dyn Objective,
    settings: Settings,
    lanes: usize,
    progress: &dyn Progress,
    stop: &(dyn Fn() -> bool + Sync),
) -> Run {
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let tick = || {
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        let stage = format!("evaluation {done} of at most {}", settings.evaluations);
        progress.report(&stage, done as f64 / settings.evaluations as f64);
    };
    let empty = Restart {
        evaluations: Vec::new(),
        ended: Ended::Interrupted,
    };
    let restarts = Mutex::new(vec![empty; settings.restarts]);
    let lane = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= settings.restarts {
                return;
            }
            let search = Search {
                space,
                objective,
                index,
                restarts: settings.restarts,
                budget: settings.evaluations / settings.restarts,
                tolerance: settings.tolerance,
                stop,
                tick: &tick,
            };
            let found = search.run();
            // A lane that panicked takes the process with it when the scope ends.
            if let Ok(mut restarts) = restarts.lock() {
                restarts[index] = found;
            }
        }
    };
    // where no thread can be started, this one does the work
    if spawn_lanes(lanes.clamp(1, settings.restarts), &lane).is_err() {
        lane();
    }
    Run {
        space: space.clone(),
        settings,
        restarts: restarts.into_inner().unwrap_or_default(),
    }
}
