//! delta_NN(T) from the crossings of margins: rungs, with the effective thresholds where the edge is not soft.

use super::ThresholdError;
use super::after::{AfterTraining, Late};
use super::answer::{Answer, Why};
use super::crossing::Search;
use super::family::{Family, Found};
use super::margin::TrainedMargin;
use super::problem::Problem;
use super::rung::{Effective, PhaseEnd, Rung};
use crate::curvature::SupportKind;
use crate::hessian::EdgeKind;
use crate::numerics::{Measured, Progress};

/// Margins over delta of any Hessians.
pub(super) type MarginFamily<'a> = dyn Family<Reading = TrainedMargin> + 'a;

/// Whether finished rungs call for more replicates, and how many there should be.
pub(super) type More<'a> = dyn FnMut(&[Rung]) -> Option<usize> + 'a;

/// How the law of the curvature is looked at.
#[derive(Clone, Copy, Debug)]
pub(super) enum View {
    /// With the true support, as accurately as the settings say.
    Limit,
    /// As that many samples see it.
    Effective {
        /// n.
        samples: usize,
    },
}

/// The Hessians of one problem after some steps.
pub(super) trait Hessians {
    /// T of each, increasing.
    fn steps(&self) -> Vec<usize>;

    /// The sum of the first T step sizes.
    fn time(&self, steps: usize) -> f64;

    /// How training is followed to its end, if it is.
    fn late(&self) -> Option<Late> {
        None
    }

    /// Their margins, in one view.
    fn seen(&self, view: View) -> Result<Box<MarginFamily<'_>>, ThresholdError>;
}

impl Problem<'_> {
    /// delta_NN(T) for every T of an increasing ladder of positive steps, on common random numbers.
    ///
    /// One coarse scan over delta serves all rungs; every crossing is then refined on each replicate. A rung that cannot be
    /// computed says why.
    ///
    /// # Errors
    /// When phase 1 fails at every delta, or the spectrum cannot be solved on the coarse grid.
    pub fn ladder(
        &self,
        steps: &[usize],
        progress: &dyn Progress,
    ) -> Result<Vec<Rung>, ThresholdError> {
        self.watched_ladder(steps, None, &mut |_| None, progress, &mut |_| {})
    }

    /// As [`ladder`](Self::ladder); `done` is shown each rung when it is finished, the longest training first. With `late`, training is
    /// followed by implicit steps, and the ladder ends where these do. `more` is shown all rungs, and may ask for more replicates:
    /// then all are refined once more, and shown again.
    pub(super) fn watched_ladder(
        &self,
        steps: &[usize],
        late: Option<Late>,
        more: &mut More<'_>,
        progress: &dyn Progress,
        done: &mut dyn FnMut(&Rung),
    ) -> Result<Vec<Rung>, ThresholdError> {
        let source = self.training.source();
        let hessians = AfterTraining {
            problem: self,
            source: &source,
            steps,
            late,
        };
        rungs(self, &hessians, more, progress, done)
    }

    /// The margin after `steps` steps as n/d tends to infinity, followed as a ladder does (docs/theory.md section 7); absent where it cannot
    /// be.
    pub(super) fn population_margin(
        &self,
        steps: usize,
        late: Late,
        progress: &dyn Progress,
    ) -> Option<Measured> {
        let source = self.training.source();
        let hessians = AfterTraining {
            problem: self,
            source: &source,
            steps: &[steps],
            late: Some(late),
        };
        let family = hessians.seen(View::Limit).ok()?;
        family.at_infinity(0, progress).ok().flatten()
    }
}

/// The rungs of some Hessians; `done` is shown each when it is finished.
pub(super) fn rungs(
    problem: &Problem<'_>,
    hessians: &dyn Hessians,
    more: &mut More<'_>,
    progress: &dyn Progress,
    done: &mut dyn FnMut(&Rung),
) -> Result<Vec<Rung>, ThresholdError> {
    let steps = hessians.steps();
    if let Some(answer) = problem.without_search() {
        let rung = |steps: &usize| Rung::settled(*steps, hessians.time(*steps), answer.clone());
        let settled: Vec<Rung> = steps.iter().map(rung).collect();
        settled.iter().for_each(done);
        return Ok(settled);
    }
    let rungs = Rungs {
        problem,
        hessians,
        steps,
        progress,
    };
    match problem.left.classification() {
        SupportKind::Unbounded { cause } => Ok(rungs.unbounded(cause, done)),
        SupportKind::Bounded { .. } => rungs.bounded(more, done),
    }
}

struct Rungs<'a> {
    problem: &'a Problem<'a>,
    hessians: &'a dyn Hessians,
    steps: Vec<usize>,
    progress: &'a dyn Progress,
}

impl Rungs<'_> {
    fn bounded(
        &self,
        more: &mut More<'_>,
        done: &mut dyn FnMut(&Rung),
    ) -> Result<Vec<Rung>, ThresholdError> {
        let family = self.hessians.seen(View::Limit)?;
        let mut search = self.search(family.as_ref());
        let mut rungs = self.refined(&mut search, done)?;
        while let Some(count) = more(&rungs) {
            search.use_replicates(count);
            rungs = self.refined(&mut search, done)?;
        }
        if self.hessians.late().is_some() {
            // what samples see is that of some n, and there is none in the limit
            rungs.iter().filter(|rung| is_hard(rung)).for_each(done);
        } else if rungs.iter().any(is_hard) {
            let seen = self.effective();
            for (rung, seen) in rungs.iter_mut().zip(seen).filter(|(rung, _)| is_hard(rung)) {
                rung.effective = Some(seen);
                done(rung);
            }
        }
        Ok(rungs)
    }

    /// No asymptotic threshold at any fixed T; what n samples see all the same.
    fn unbounded(&self, cause: &str, done: &mut dyn FnMut(&Rung)) -> Vec<Rung> {
        let rung = |(steps, effective): (&usize, Effective)| {
            let why = Why::UnboundedCurvature {
                steps: *steps,
                cause: cause.to_owned(),
            };
            let mut rung = Rung::settled(*steps, self.hessians.time(*steps), Answer::Absent(why));
            rung.edge_kind = Some(EdgeKind::Unbounded);
            rung.effective = Some(effective);
            done(&rung);
            rung
        };
        self.steps.iter().zip(self.effective()).map(rung).collect()
    }

    fn search<'f>(&'f self, family: &'f MarginFamily<'f>) -> Search<'f, MarginFamily<'f>> {
        let mut start = self.problem.start();
        if let Some(lowest) = self.hessians.late().and_then(|late| late.lowest) {
            start.first = start.first.max(lowest);
        }
        Search::new(family, start, self.progress)
    }

    /// All rungs, on the replicates that the search uses; those with a hard edge are not finished yet.
    fn refined(
        &self,
        search: &mut Search<'_, MarginFamily<'_>>,
        done: &mut dyn FnMut(&Rung),
    ) -> Result<Vec<Rung>, ThresholdError> {
        let found = search.run(|i, found| {
            let rung = self.rung(i, found);
            if !is_hard(&rung) {
                done(&rung);
            }
        })?;
        let rungs = found.iter().enumerate();
        Ok(rungs.map(|(i, found)| self.rung(i, found)).collect())
    }

    fn rung(&self, index: usize, found: &Found<TrainedMargin>) -> Rung {
        let steps = self.steps[index];
        let first = found.first();
        Rung {
            steps,
            time: self.hessians.time(steps),
            delta_nn: found.answer.clone(),
            edge_kind: first.map(|crossing| crossing.at[0].kind),
            crossings: found
                .crossings
                .iter()
                .map(|crossing| (crossing.delta, crossing.appears))
                .collect(),
            effective: None,
            end: first
                .filter(|_| steps > 0)
                .map(|crossing| PhaseEnd::of(&crossing.at)),
            replicates: first.map_or_else(Vec::new, |crossing| crossing.replicates.clone()),
            ended: first.is_some_and(|crossing| crossing.at.iter().all(|at| at.ended)),
        }
    }

    /// The thresholds of the law as n samples see it, with their drift in ln n, by rung. What cannot be computed says why.
    fn effective(&self) -> Vec<Effective> {
        let n = self.problem.numerics().samples;
        let at = |samples: usize| -> Vec<Answer> {
            let family = self.hessians.seen(View::Effective { samples });
            match family.and_then(|family| self.search(family.as_ref()).run(|_, _| {})) {
                Ok(found) => found.into_iter().map(|found| found.answer).collect(),
                Err(error) => vec![Answer::Absent(Why::from(&error)); self.steps.len()],
            }
        };
        let drift = |all: &Answer, few: &Answer| {
            let change = all.finite()?.value - few.finite()?.value;
            Some(change / 4f64.ln())
        };
        let effective = at(n).into_iter().zip(at(n / 4));
        effective
            .map(|(delta_nn, few)| Effective {
                drift: drift(&delta_nn, &few),
                delta_nn,
                n,
            })
            .collect()
    }
}

fn is_hard(rung: &Rung) -> bool {
    rung.edge_kind == Some(EdgeKind::Hard)
}

impl PhaseEnd {
    fn of(at: &[TrainedMargin]) -> Self {
        let mean = |pick: fn(&TrainedMargin) -> f64| {
            let values: Vec<f64> = at.iter().map(pick).collect();
            Measured::mean(&values)
        };
        Self {
            gradient_ratio: mean(|margin| margin.gradient_ratio),
            edge: mean(|margin| margin.edge),
        }
    }
}
