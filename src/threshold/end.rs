//! The end of training at one n/d: implicit steps follow it until nothing changes any more, or as far as they get.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::ThresholdError;
use super::climb::LATE_STEPS;
use super::training::{EXPLICIT, Training, last_explicit};
use crate::curvature::CurvatureLaw;
use crate::numerics::{Measured, Progress};
use crate::phase1::{Curves, LongRun, Plan, TrainingEnd, Trajectory};

/// When the Hessian is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// After T steps.
    Steps(usize),
    /// At the end of training.
    End,
}

/// The longest training that counts as its end where nothing else ends it, in steps.
pub(super) const LONGEST: usize = 10_000;

/// Steps of phase 1, explicit and implicit, that one run takes at most where curves are followed: each time looked at takes one more.
const MOST_STEPS: usize = 96;

/// Implicit steps are looked at when training is longer by this factor.
const PASSING: f64 = std::f64::consts::SQRT_2;

impl At {
    /// T, where it is a number.
    pub fn steps(self) -> Option<usize> {
        match self {
            Self::Steps(steps) => Some(steps),
            Self::End => None,
        }
    }

    /// Steps of phase 1 that this takes at most.
    pub fn rows(self) -> usize {
        Until::from(self).rows()
    }

    /// What the threshold of the Hessian is called then: `delta_NN(T)`, or `delta_NN` at the end.
    pub fn threshold_name(self) -> String {
        match self {
            Self::Steps(steps) => format!("delta_NN({steps})"),
            Self::End => "delta_NN".to_owned(),
        }
    }
}

/// A number, or `end`.
#[derive(Deserialize, Serialize)]
#[serde(untagged)]
enum Written {
    Steps(usize),
    Named(String),
}

impl Serialize for At {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = match self {
            Self::Steps(steps) => Written::Steps(*steps),
            Self::End => Written::Named(self.to_string()),
        };
        written.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for At {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Written::deserialize(deserializer)? {
            Written::Steps(steps) => Ok(Self::Steps(steps)),
            Written::Named(name) => name.parse().map_err(serde::de::Error::custom),
        }
    }
}

impl From<usize> for At {
    fn from(steps: usize) -> Self {
        Self::Steps(steps)
    }
}

impl FromStr for At {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "end" => Ok(Self::End),
            number => match number.parse() {
                Ok(steps) => Ok(Self::Steps(steps)),
                Err(_) => Err("expected a number of steps, or end".to_owned()),
            },
        }
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Steps(steps) => write!(f, "{steps}"),
            Self::End => f.write_str("end"),
        }
    }
}

/// How far training is followed, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Until {
    /// T.
    pub steps: usize,
    /// By implicit steps, after the first explicit ones; where training ends before, the end stands for what follows.
    pub implicit: bool,
}

impl Until {
    /// After T steps, the later of them implicit.
    pub fn late(steps: usize) -> Self {
        Self {
            steps,
            implicit: true,
        }
    }

    /// Whether there is a step that is not explicit.
    pub(super) fn is_late(self) -> bool {
        self.implicit && self.steps > EXPLICIT + 1
    }

    /// Steps of phase 1 that this takes at most.
    pub fn rows(self) -> usize {
        if self.is_late() {
            // no more than curves take
            MOST_STEPS
        } else {
            self.steps
        }
    }

    /// T at which training is looked at beyond the first explicit steps, increasing, up to its end, those of `laws_at` among them.
    fn marks(self, laws_at: &[usize]) -> Vec<usize> {
        let first = (EXPLICIT + 2) as f64;
        let mut steps: Vec<usize> = (1..)
            .map(|i| (first * PASSING.powi(i)).round() as usize)
            .take_while(|steps| *steps < self.steps)
            .collect();
        steps.extend(laws_at.iter().filter(|at| **at > EXPLICIT));
        steps.push(self.steps);
        steps.sort_unstable();
        steps.dedup();
        steps
    }
}

impl From<At> for Until {
    fn from(at: At) -> Self {
        match at {
            At::Steps(steps) => Self {
                steps,
                implicit: false,
            },
            At::End => Self::late(LONGEST),
        }
    }
}

impl From<usize> for Until {
    fn from(steps: usize) -> Self {
        At::Steps(steps).into()
    }
}

/// How training ended at one n/d, over the replicates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ending {
    /// Runs of phase 1.
    pub replicates: usize,
    /// Those of them whose gradient vanishes at the end, with a stable bulk right of zero.
    pub ended: usize,
    /// Spectral radius of (5.2) at `-lambda`, over those: below one the end is stable.
    pub radius: Option<Measured>,
    /// Left edge of the bulk, ridge included, over the others: where it is not below zero, training becomes ever slower.
    pub edge: Option<Measured>,
    /// The sum of step sizes up to which the others were followed, the shortest.
    pub time: Option<f64>,
}

impl Ending {
    fn of(runs: &[LongRun]) -> Self {
        let (mut radii, mut edges) = (Vec::new(), Vec::new());
        let mut time: Option<f64> = None;
        for run in runs {
            let last = run.trajectory.time.last().copied();
            match &run.end {
                TrainingEnd::Static { radius } => {
                    radii.push(*radius);
                    continue;
                }
                TrainingEnd::Marginal { edge } | TrainingEnd::Stopped { edge, .. } => {
                    edges.push(*edge);
                }
            }
            time = Some(time.map_or(f64::INFINITY, |t| t).min(last.unwrap_or(0.0)));
        }
        let mean = |values: &[f64]| (!values.is_empty()).then(|| Measured::of_few(values));
        Self {
            replicates: runs.len(),
            ended: radii.len(),
            radius: mean(&radii),
            edge: mean(&edges),
            time,
        }
    }

    /// Whether every replicate came to a stable end.
    pub fn is_static(&self) -> bool {
        self.ended == self.replicates
    }

    /// One word for it: `static`, `marginal`, or `mixed` where the replicates disagree.
    pub fn name(&self) -> &'static str {
        match self.ended {
            0 => "marginal",
            all if all == self.replicates => "static",
            _ => "mixed",
        }
    }
}

impl Training<'_> {
    /// One run after the other, by implicit steps up to T; laws are kept at `laws_at`, and at the end. Where curves are wanted, times between are looked
    /// at.
    fn ends(
        &self,
        delta: f64,
        until: Until,
        laws_at: &[usize],
        wanted: Option<Wanted>,
        progress: &dyn Progress,
    ) -> Result<Vec<LongRun>, ThresholdError> {
        let (passing, most_steps) = match wanted {
            Some(_) => (until.marks(laws_at), MOST_STEPS),
            None => (vec![until.steps], LATE_STEPS),
        };
        let wanted = wanted.unwrap_or_default();
        let samples = self.numerics.samples;
        self.each_replicate(progress, |phase1, replicate| {
            let mut plan = self.long_plan(laws_at, &passing, most_steps, samples, replicate);
            plan.start.growth = wanted.growth;
            plan.start.test_loss = wanted.test_loss;
            phase1.run_long(delta, &plan, progress)
        })
    }

    /// The laws of the curvature at one n/d, one for each replicate, and how training ended, where it was followed there.
    ///
    /// # Errors
    /// Those of phase 1; an interruption.
    pub(super) fn laws(
        &self,
        delta: f64,
        until: Until,
        progress: &dyn Progress,
    ) -> Result<(Vec<CurvatureLaw>, Option<Ending>), ThresholdError> {
        if !until.is_late() {
            let runs = self.replicates(delta, progress, |replicate| {
                self.plan(&[until.steps], self.numerics.samples, replicate)
            })?;
            let laws = runs.into_iter().flat_map(|run| run.laws);
            return Ok((laws.map(|(_, law)| law).collect(), None));
        }
        let runs = self.ends(delta, until, &[], None, progress)?;
        let ending = Ending::of(&runs);
        let last = |mut run: LongRun| run.trajectory.laws.pop().map(|(_, law)| law);
        Ok((runs.into_iter().filter_map(last).collect(), Some(ending)))
    }

    /// Curves at one n/d up to T, with the laws of the curvature at some steps, in their order and one for each replicate.
    ///
    /// # Errors
    /// Those of phase 1; an interruption; a run that does not get to the last of the laws.
    pub(super) fn followed(
        &self,
        delta: f64,
        until: Until,
        laws_at: &[usize],
        wanted: Wanted,
        progress: &dyn Progress,
    ) -> Result<Followed, ThresholdError> {
        let common = Common::new(until.marks(laws_at));
        if !until.is_late() || common.late.is_empty() {
            let runs = self.replicates(delta, progress, |replicate| Plan {
                steps: until.steps,
                growth: wanted.growth,
                test_loss: wanted.test_loss,
                ..self.plan(laws_at, self.numerics.samples, replicate)
            })?;
            let curves = Curves::new(&runs, &self.split.reached);
            let laws = runs.into_iter().map(|run| run.laws);
            return Ok(Followed {
                curves,
                laws: laws.collect(),
                ending: None,
            });
        }
        let runs = self.ends(delta, until, laws_at, Some(wanted), progress)?;
        let ending = Ending::of(&runs);
        let common = common.of(&runs);
        let laws: Result<Vec<_>, _> = runs
            .iter()
            .map(|run| common.laws(run, laws_at, delta))
            .collect();
        let rows: Vec<Trajectory> = runs.iter().map(|run| common.rows(run)).collect();
        let mut curves = Curves::new(&rows, &self.split.reached);
        curves.at_steps = common.at_steps();
        Ok(Followed {
            curves,
            laws: laws?,
            ending: Some(ending),
        })
    }
}

/// What else is followed of a run.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wanted {
    /// The growth of the hard overlaps.
    pub growth: bool,
    /// The loss on fresh samples.
    pub test_loss: bool,
}

/// All of training at one n/d.
pub(super) struct Followed {
    pub curves: Curves,
    /// Laws by replicate, with their steps.
    pub laws: Vec<Vec<(usize, CurvatureLaw)>>,
    pub ending: Option<Ending>,
}

/// The steps that all runs have been looked at.
struct Common {
    /// The last explicit one; all up to there have been.
    explicit: usize,
    /// T of the late ones that were asked for.
    late: Vec<usize>,
    /// How many of those all runs have come to.
    reached: usize,
    /// Whether all runs have come to an end.
    ended: bool,
}

impl Common {
    /// What was asked for, before the runs.
    fn new(mut marks: Vec<usize>) -> Self {
        let explicit = last_explicit(&marks);
        marks.retain(|steps| *steps > explicit);
        Self {
            explicit,
            late: marks,
            reached: 0,
            ended: false,
        }
    }

    /// What the runs came to.
    fn of(mut self, runs: &[LongRun]) -> Self {
        let moving = runs.iter().filter(|run| !has_ended(run));
        let shortest = moving.map(|run| run.reached.len()).min();
        let longest = runs.iter().map(|run| run.reached.len()).max();
        // at the last step the end itself stands
        let before_end = longest.unwrap_or(0).min(self.late.len() - 1);
        self.reached = shortest.unwrap_or(before_end);
        self.ended = shortest.is_none();
        self
    }

    /// T of all, infinite for an end that all runs have come to.
    fn at_steps(&self) -> Vec<f64> {
        let steps = (0..=self.explicit).chain(self.late[..self.reached].iter().copied());
        let end = self.ended.then_some(f64::INFINITY);
        steps.map(|step| step as f64).chain(end).collect()
    }

    /// The run at these steps; its end stands for all that follows.
    fn rows(&self, run: &LongRun) -> Trajectory {
        let last = run.trajectory.time.len() - 1;
        let late = run.reached.iter().copied();
        let mut rows: Vec<usize> = (0..=self.explicit).chain(late.take(self.reached)).collect();
        rows.resize(self.at_steps().len(), last);
        run.trajectory.rows(&rows)
    }

    /// The laws of a run at some steps.
    fn laws(
        &self,
        run: &LongRun,
        laws_at: &[usize],
        delta: f64,
    ) -> Result<Vec<(usize, CurvatureLaw)>, ThresholdError> {
        let laws = &run.trajectory.laws;
        let law = |steps: usize| {
            let mark = self.late.iter().position(|mark| *mark == steps);
            let row = match mark {
                Some(mark) => run.reached.get(mark).copied(),
                None => Some(steps),
            };
            let kept = row.and_then(|row| laws.iter().find(|(at, _)| *at == row));
            let found = kept.or_else(|| laws.last().filter(|_| has_ended(run)));
            let (_, law) = found.ok_or(ThresholdError::NotReached { delta, steps })?;
            Ok((steps, law.clone()))
        };
        laws_at.iter().map(|steps| law(*steps)).collect()
    }
}

fn has_ended(run: &LongRun) -> bool {
    matches!(run.end, TrainingEnd::Static { .. })
}
