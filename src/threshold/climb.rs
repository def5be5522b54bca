//! The climb: delta_NN(T) rung by rung, and what the ladder says of its limit.

use super::answer::Why;
use super::problem::Problem;
use super::rung::Rung;
use super::{Limit, ThresholdError};
use crate::numerics::Progress;

/// Rungs of a climb.
#[derive(Clone, Debug)]
pub struct Steps {
    /// T of the rungs to begin with, increasing; zero is initialisation.
    pub first: Vec<usize>,
    /// Where T is doubled until the limit shows: the longest training tried.
    pub most: Option<usize>,
}

/// What is reported of a climb while it goes on.
#[derive(Clone, Copy, Debug)]
pub enum Milestone<'a> {
    /// What the training ahead takes, in words.
    Ahead(&'a str),
    /// A rung is finished.
    Rung(&'a Rung),
}

/// The ladder, as far as it was climbed.
#[derive(Debug)]
pub struct Climb {
    /// By increasing T; a rung that could not be computed says why.
    pub rungs: Vec<Rung>,
    /// What they say of T to infinity.
    pub limit: Limit,
    /// Whether the climb was interrupted.
    pub interrupted: bool,
    /// Why nothing is known of the rungs that were asked for, where that is so.
    pub failure: Option<ThresholdError>,
}

impl Climb {
    /// Why no trained rung, or without one no rung at all, says anything of the network, where that is so.
    pub fn unanswered(&self) -> Option<&Why> {
        let trained = self.trained().next().is_some();
        let asked = self.rungs.iter().filter(|rung| rung.steps > 0 || !trained);
        let mut whys = asked.map(|rung| rung.delta_nn.why());
        let first = whys.next()??;
        let failed = |why: Option<&Why>| why.is_some_and(Why::is_failure);
        (first.is_failure() && whys.all(failed)).then_some(first)
    }

    /// T of the trained rungs, increasing.
    pub fn trained(&self) -> impl Iterator<Item = usize> + '_ {
        let steps = self.rungs.iter().map(|rung| rung.steps);
        steps.filter(|steps| *steps > 0)
    }

    /// The rung with the smallest positive threshold: what early steps show.
    pub fn smallest(&self) -> Option<&Rung> {
        let value = |rung: &&Rung| rung.delta_nn.finite().map(|delta| delta.value);
        self.rungs
            .iter()
            .filter(|rung| value(rung).is_some_and(|delta| delta > 0.0))
            .min_by(|a, b| {
                value(a)
                    .partial_cmp(&value(b))
                    .unwrap_or(std::cmp::Ordering::Equal)
            })
    }
}

impl Problem<'_> {
    /// Climbs the ladder; `watch` is told of every milestone.
    ///
    /// A part that fails is a rung with its reason; an interruption keeps what is finished.
    ///
    /// # Errors
    /// When the first rungs need more memory than phase 1 may take.
    pub fn climb(
        &self,
        steps: &Steps,
        progress: &dyn Progress,
        watch: &mut dyn FnMut(Milestone<'_>),
    ) -> Result<Climb, ThresholdError> {
        let bound = self.start().bound;
        let mut climb = Climb {
            rungs: Vec::new(),
            limit: Limit::of(&[], bound),
            interrupted: false,
            failure: None,
        };
        let trained = |steps: &&usize| **steps > 0;
        let first: Vec<usize> = steps.first.iter().filter(trained).copied().collect();
        if let Some(longest) = first.last() {
            watch(Milestone::Ahead(&self.training.cost(*longest)?));
        }
        if steps.first.contains(&0) {
            let mut done = |rung: &Rung| watch(Milestone::Rung(rung));
            climb.add(self, &[0], self.watched(progress, &mut done));
        }
        if !first.is_empty() && !climb.interrupted {
            climb.extend(self, &first, progress, watch);
        }
        climb.limit = Limit::of(&climb.rungs, bound);
        while let Some(next) = climb.next(steps.most) {
            match self.training.cost(next) {
                Ok(words) => watch(Milestone::Ahead(&words)),
                // what is there is the answer
                Err(_) => break,
            }
            climb.extend(self, &[next], progress, watch);
            climb.limit = Limit::of(&climb.rungs, bound);
        }
        // a rung may rest on the replicates that were finished
        climb.interrupted |= progress.interrupted();
        Ok(climb)
    }
}

impl Climb {
    fn extend(
        &mut self,
        problem: &Problem<'_>,
        steps: &[usize],
        progress: &dyn Progress,
        watch: &mut dyn FnMut(Milestone<'_>),
    ) {
        let mut done = |rung: &Rung| watch(Milestone::Rung(rung));
        self.add(
            problem,
            steps,
            problem.watched_ladder(steps, progress, &mut done),
        );
    }

    /// The next rung of an open ladder.
    fn next(&self, most: Option<usize>) -> Option<usize> {
        let stopped = self.limit.is_settled() || self.interrupted || self.failure.is_some();
        let next = 2 * self.rungs.last()?.steps;
        (!stopped && next > 0 && next <= most?).then_some(next)
    }

    fn add(
        &mut self,
        problem: &Problem<'_>,
        steps: &[usize],
        rungs: Result<Vec<Rung>, ThresholdError>,
    ) {
        match rungs {
            Ok(rungs) => {
                self.interrupted |= rungs.iter().any(Rung::interrupted);
                self.rungs.extend(rungs);
            }
            Err(error) => {
                self.interrupted |= matches!(error, ThresholdError::Interrupted);
                let absent =
                    |steps: &usize| Rung::failed(*steps, problem.training.time(*steps), &error);
                self.rungs.extend(steps.iter().map(absent));
                self.failure = Some(error).filter(|_| !self.interrupted);
            }
        }
    }
}
