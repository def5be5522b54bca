//! A search from its ranges to its outcome.

use std::sync::Arc;

use super::{
    DeltaNn, DesignError, Outcome, Range, Run, SearchError, Settings, Space, minimise, other_seed,
};
use crate::experiment::{Experiment, Override, Template};
use crate::numerics::Progress;
use crate::recovery::{AlgorithmicThreshold, Threshold};
use crate::study::{At, Study, check_step};

/// What is searched for: the network with the smallest delta_NN(T) in these ranges.
#[derive(Clone, Debug)]
pub struct Request {
    space: Space,
    settings: Settings,
    at: At,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The search, and the best network with its threshold from fresh random numbers.
    pub outcome: Outcome,
    /// When delta_NN is taken.
    pub at: At,
    /// delta_alg of the best network's target; without one, of the target in the middle of the ranges.
    pub delta_alg: Threshold,
    /// The best experiment; without one, that in the middle of the ranges.
    pub best: Experiment,
    /// The seed of the fresh random numbers.
    pub fresh_seed: u64,
}

impl Request {
    /// `over` are ranges as they are typed, `evaluations` the budget of all restarts together.
    ///
    /// # Errors
    /// When there is no range, too many, or one of them or a setting is refused.
    pub fn new(
        over: &[String],
        at: At,
        restarts: usize,
        evaluations: Option<usize>,
        tolerance: f64,
    ) -> Result<Self, DesignError> {
        let ranges: Result<Vec<Range>, _> = over.iter().map(|text| Range::parse(text)).collect();
        let space = Space::new(ranges?)?;
        let settings = Settings::new(space.dims(), restarts, evaluations, tolerance)?;
        Ok(Self {
            space,
            settings,
            at,
        })
    }

    /// Searches until the end, or until `stop` says so.
    ///
    /// # Errors
    /// When an experiment of the ranges is refused, or every evaluation failed.
    pub fn search(
        &self,
        template: &Template,
        overrides: &[Override],
        progress: &dyn Progress,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Found, SearchError> {
        let space = &self.space;
        space.check(template, overrides)?;
        let middle = space.values(&vec![0.5; space.dims()]);
        let middle = space.experiment(template, overrides, &middle)?;
        check_step(&middle, self.at)?;
        let algorithmic = self.prepare(&middle, progress)?;
        let objective = DeltaNn {
            template,
            overrides,
            space,
            at: self.at,
            algorithmic: Some(Arc::clone(&algorithmic)).filter(|_| !space.moves_target()),
        };
        let lanes = rayon::current_num_threads();
        let run = minimise(space, &objective, self.settings, lanes, progress, stop);
        if let Some(failure) = common_failure(&run) {
            return Err(failure);
        }
        let outcome = Outcome::new(run, |values| objective.afresh(values));
        let (best, delta_alg) = match &outcome.best {
            Some(best) => (
                objective.experiment(&best.found.values)?,
                best.found.verdict.delta_alg.clone(),
            ),
            None => (middle, None),
        };
        Ok(Found {
            outcome,
            at: self.at,
            delta_alg: delta_alg.unwrap_or_else(|| algorithmic.delta_alg.clone()),
            fresh_seed: other_seed(best.numerics.seed),
            best,
        })
    }

    /// delta_alg in the middle of the ranges, and what phase 1 is going to take there.
    fn prepare(
        &self,
        middle: &Experiment,
        progress: &dyn Progress,
    ) -> Result<Arc<AlgorithmicThreshold>, SearchError> {
        let study = Study::new(middle.clone())?;
        let steps = self.at.rows();
        study.check_memory(steps)?;
        study.announce_label_law(progress);
        let algorithmic = study
            .shared_algorithmic()
            .map_err(crate::study::Error::from)?;
        // Training that runs away here may be fine elsewhere.
        if let Ok(training) = study.training()
            && steps > 0
        {
            let cost = training.cost(steps).map_err(crate::study::Error::from)?;
            progress.ahead(&cost);
        }
        Ok(algorithmic)
    }
}

/// Why nothing is known of any network, if so.
fn common_failure(run: &Run) -> Option<SearchError> {
    let evaluations = || run.restarts.iter().flat_map(|restart| &restart.evaluations);
    let Some(first) = evaluations().next() else {
        return Some(SearchError::Interrupted);
    };
    let all = evaluations().all(|evaluation| evaluation.verdict.failed);
    let reason = first.verdict.delta_nn.reason().filter(|_| all)?;
    let count = run.evaluations();
    Some(SearchError::Nothing {
        count,
        reason: reason.to_owned(),
    })
}
