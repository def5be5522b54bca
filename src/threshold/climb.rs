//! The climb: delta_NN(T) rung by rung, and what the ladder says of its limit.

use super::after::Late;
use super::answer::Why;
use super::end::LONGEST;
use super::problem::Problem;
use super::rung::Rung;
use super::training::EXPLICIT;
use super::{Limit, ThresholdError};
use crate::curvature::SupportKind;
use crate::experiment::NumericsSection;
use crate::numerics::{Measured, Progress};

/// Rungs of a climb.
#[derive(Clone, Debug)]
pub struct Steps {
    /// T of the rungs to begin with, increasing; zero is initialisation.
    pub first: Vec<usize>,
    /// Where T is doubled until the limit shows: the longest training tried.
    pub most: Option<usize>,
    /// Where training is followed to its end by implicit steps: how far, and how well.
    pub end: Option<Effort>,
}

/// What is spent on the end of training.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Effort {
    /// Relative error of the limit that is asked for; replicates are added until it is reached.
    pub error: f64,
    /// Sample paths of all replicates together, at most; absent for those of the experiment's numerics.
    pub most_samples: Option<usize>,
    /// The longest training, in steps.
    pub longest: usize,
    /// A first look: few paths, and a bar that says so.
    pub draft: bool,
}

impl Effort {
    /// A first look: what one cell of a diagram, or one network of a search, is worth.
    pub const DRAFT: Self = Self {
        error: 0.02,
        most_samples: None,
        longest: LONGEST,
        draft: true,
    };
}

impl Default for Effort {
    fn default() -> Self {
        let mut effort = Self::DRAFT;
        effort.draft = false;
        effort
    }
}

/// Rungs of a ladder to the end of training: three in a decade.
const LATE_RUNGS: [usize; 11] = [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120, LONGEST];

/// Sample paths of one replicate there, at most: replicates give the error bar, and their noise falls as that of longer ones.
pub(crate) const LATE_SAMPLES: usize = 16_384;
const DRAFT_SAMPLES: usize = 2048;

/// Sample paths of the coarse scan, at least; and of all sample paths one in so many.
const LATE_SCAN: usize = 1024;
const SCAN_SHARE: usize = 256;
const DRAFT_SCAN: usize = 512;

/// The scan of late rungs begins at this part of the threshold of the first, which every later one exceeded on all networks tried.
const LATE_START: f64 = 0.6;

/// Replicates to begin with.
const LATE_REPLICATES: usize = 4;

/// Steps of phase 1, explicit and implicit, that one run takes at most; more where a smaller error is asked for than usual.
pub(super) const LATE_STEPS: usize = 48;
const MORE_STEPS: usize = 96;
const DRAFT_STEPS: usize = 36;

impl Effort {
    /// Steps of phase 1 that one run takes at most: work grows with their square, and with the inverse square of the error.
    fn most_steps(self) -> usize {
        if self.draft {
            return DRAFT_STEPS;
        }
        let more = (Self::DRAFT.error / self.error).sqrt() * LATE_STEPS as f64;
        (more as usize).clamp(LATE_STEPS, MORE_STEPS)
    }

    /// How runs of a problem with these settings are made: the settings of one replicate, and how far it goes.
    fn plan(self, numerics: NumericsSection) -> (NumericsSection, Late) {
        let most = if self.draft {
            DRAFT_SAMPLES
        } else {
            LATE_SAMPLES
        };
        let samples = numerics.samples.min(most);
        let all = self
            .most_samples
            .unwrap_or(numerics.samples * numerics.replicates);
        let most_replicates = all / samples;
        let replicates = LATE_REPLICATES.min(most_replicates).max(2);
        let late = Late {
            error: self.error,
            most_replicates: if self.draft {
                replicates
            } else {
                most_replicates
            },
            most_steps: self.most_steps(),
            scan_samples: if self.draft {
                DRAFT_SCAN
            } else {
                LATE_SCAN.max(all / SCAN_SHARE)
            },
            lowest: None,
        };
        let numerics = NumericsSection {
            samples,
            replicates,
            ..numerics
        };
        (numerics, late)
    }
}

/// Relative error of a rung beyond which it says no more than that there is one.
const LOST: f64 = 0.15;

/// The ladder ends where the runs do.
fn reachable(rungs: &mut Vec<Rung>) {
    while rungs.len() > 1 && rungs.last().is_some_and(Rung::out_of_reach) {
        rungs.pop();
    }
}

/// Whether a rung's threshold is lost in the noise, or nearly.
fn is_lost(rung: &Rung) -> bool {
    match rung.delta_nn.why() {
        Some(why) => why.is_noise(),
        None => {
            let found = rung.delta_nn.finite();
            found.is_some_and(|delta| delta.relative_error() > LOST)
        }
    }
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
    /// Where the limit is not a number although training was followed: the margin as n/d tends to infinity, at the longest training.
    pub population: Option<Measured>,
    /// Where training was followed to its end: paths and replicates of those rungs, the latter as many as were begun with.
    pub late: Option<NumericsSection>,
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
    /// The same problem with the sample paths of one replicate, and the replicates, that the end of training is begun with.
    #[must_use]
    pub fn at_effort(&self, effort: Effort) -> Self {
        let mut problem = *self;
        (problem.training.numerics, _) = effort.plan(self.numerics());
        problem
    }

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
            population: None,
            late: None,
            interrupted: false,
            failure: None,
        };
        let trained = |steps: &&usize| **steps > 0;
        let mut first: Vec<usize> = steps.first.iter().filter(trained).copied().collect();
        if let Some(longest) = first.last().filter(|_| steps.end.is_none()) {
            watch(Milestone::Ahead(&self.training.cost(*longest)?));
        }
        if steps.first.contains(&0) {
            let mut done = |rung: &Rung| watch(Milestone::Rung(rung));
            climb.add(self, &[0], self.watched(progress, &mut done));
        }
        let end = steps.end.filter(|_| self.training.has_flow());
        let unbounded = matches!(self.left.classification(), SupportKind::Unbounded { .. });
        match end.filter(|_| !unbounded) {
            Some(effort) if !climb.interrupted => {
                climb.follow_to_the_end(self, &first, effort, progress, watch);
                climb.interrupted |= progress.interrupted();
                return Ok(climb);
            }
            _ => {}
        }
        // without an edge training is not followed to its end; one rung says whether any has one
        if first.is_empty() && end.is_some() {
            first.push(LATE_RUNGS[0]);
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
    /// The rungs that lead to the end of training, those asked for among them.
    fn follow_to_the_end(
        &mut self,
        problem: &Problem<'_>,
        asked: &[usize],
        effort: Effort,
        progress: &dyn Progress,
        watch: &mut dyn FnMut(Milestone<'_>),
    ) {
        let (_, mut late) = effort.plan(problem.numerics());
        let (whole, problem) = (problem, problem.at_effort(effort));
        self.late = Some(problem.numerics());
        let mut steps: Vec<usize> = asked.iter().chain(&LATE_RUNGS).copied().collect();
        steps.retain(|steps| *steps <= effort.longest);
        steps.sort_unstable();
        steps.dedup();
        match problem.training.cost(late.most_steps) {
            Ok(words) => watch(Milestone::Ahead(&words)),
            Err(error) => {
                self.failure = Some(error);
                return;
            }
        }
        let (early, later): (Vec<usize>, Vec<usize>) =
            steps.iter().partition(|steps| **steps <= EXPLICIT);
        if !early.is_empty() {
            self.extend(&problem, &early, progress, watch);
        }
        if later.is_empty() || self.interrupted || self.failure.is_some() {
            self.limit = Limit::of(&self.rungs, problem.start().bound);
            return;
        }
        if self.rungs.last().is_some_and(is_lost) {
            // what later rungs show would be noise; with all its samples the training that was asked for may show more
            self.late = None;
            let asked: Vec<usize> = asked.iter().filter(|at| **at > EXPLICIT).copied().collect();
            if !asked.is_empty() {
                self.extend(whole, &asked, progress, watch);
            }
            self.limit = Limit::of(&self.rungs, whole.start().bound);
            return;
        }
        let first = self.rungs.last().and_then(|rung| rung.delta_nn.finite());
        late.lowest = first.map(|first| LATE_START * first.value);
        let bound = problem.start().bound;
        let before = &mut self.rungs;
        let mut used = problem.numerics().replicates;
        let mut more = |later: &[Rung]| {
            let mut rungs = [before, later].concat();
            reachable(&mut rungs);
            used = late.replicates(used, Limit::in_sight(&rungs, bound)?)?;
            // what is extrapolated together is known on the same replicates
            let mut problem = problem;
            problem.training.numerics.replicates = used;
            let again = problem.ladder(&early, progress);
            if let Some(again) = again.ok().filter(|_| !progress.interrupted()) {
                before.retain(|rung| !early.contains(&rung.steps));
                before.extend(again);
            }
            Some(used)
        };
        let found = problem.watched_ladder(&later, Some(late), &mut more, progress, &mut |rung| {
            if !rung.out_of_reach() && !rung.ended {
                watch(Milestone::Rung(rung));
            }
        });
        self.add(&problem, &later, found);
        self.end_once(asked, watch);
        reachable(&mut self.rungs);
        self.limit = Limit::of(&self.rungs, bound);
        let last = self.rungs.last().filter(|rung| rung.steps > 0);
        if let Some(last) = last.filter(|_| !self.limit.is_settled() && !self.interrupted) {
            self.population = problem.population_margin(last.steps, late, progress);
        }
    }

    /// After its end training changes nothing: one rung says so, and those that were asked for.
    fn end_once(&mut self, asked: &[usize], watch: &mut dyn FnMut(Milestone<'_>)) {
        let first = self.rungs.iter().position(|rung| rung.ended);
        let Some(end) = first.map(|first| self.rungs[first].steps) else {
            return;
        };
        self.rungs
            .retain(|rung| rung.steps <= end || asked.contains(&rung.steps));
        let ended = self.rungs.iter().filter(|rung| rung.ended);
        ended.for_each(|rung| watch(Milestone::Rung(rung)));
    }

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
            problem.watched_ladder(steps, None, &mut |_| None, progress, &mut done),
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
