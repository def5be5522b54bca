//! Gradient descent on a teacher, as phase 1 follows it.

use crate::curvature::CurvatureLaw;
use crate::experiment::NumericsSection;
use crate::network::Model;
use crate::numerics::Progress;
use crate::phase1::{
    Curves, LatentSource, LongPlan, Phase1, Phase1Error, Plan, ReachedSplit, TrainingEnd,
    TrainingRule, Trajectory,
};
use crate::teacher::{LabelLaw, Teacher};

use super::ThresholdError;
use super::end::{Ending, Until, Wanted};

/// A network in training: everything that phase 1 depends on but n/d.
#[derive(Clone, Copy)]
pub struct Training<'a> {
    /// What is to be learned.
    pub teacher: &'a Teacher,
    /// Network and loss.
    pub model: &'a Model,
    /// Gradient descent.
    pub rule: &'a TrainingRule,
    /// s_w, the norm of a row of W^0.
    pub init_std: f64,
    /// Samples, replicates, seed.
    pub numerics: NumericsSection,
    /// Which latent directions training reaches, and which it leaves to the Hessian.
    pub split: &'a ReachedSplit,
    /// The label's law; phase 1 draws from it where training reaches no direction.
    pub label: Option<&'a LabelLaw>,
}

/// Explicit steps before the implicit ones: from ten of them on, the margins of the squashed square are those of explicit steps to .0005, from twenty to less than can be seen.
pub(super) const EXPLICIT: usize = 20;

/// r: an implicit step is at most this part of the time before it. From .05 to .4 nothing moves beyond the sampling's noise.
const GROWTH: f64 = 0.4;

/// Which sample paths a run has, and at which n/d.
#[derive(Clone, Copy)]
pub(super) struct Paths {
    pub samples: usize,
    pub replicate: u64,
    pub delta: f64,
}

/// The law of the curvature after a number of steps.
pub(super) struct Reached {
    pub law: CurvatureLaw,
    /// Norm of the gradient relative to that at initialisation.
    pub gradient_ratio: f64,
    /// Whether training had ended before, at a stable end.
    pub ended: bool,
}

/// The last explicit step of a run that is looked at after some steps: implicit ones begin beyond the next.
pub(super) fn last_explicit(steps: &[usize]) -> usize {
    let mut last = EXPLICIT;
    while steps.contains(&(last + 1)) {
        last += 1;
    }
    last
}

impl<'a> Training<'a> {
    /// m.
    pub fn neurons(&self) -> usize {
        self.model.neurons()
    }

    /// The sum of the first step sizes.
    pub fn time(&self, steps: usize) -> f64 {
        (0..steps).map(|step| self.rule.step_size(step)).sum()
    }

    /// Where the sample paths of phase 1 take labels and latents from.
    pub fn source(&self) -> LatentSource<'a> {
        let ReachedSplit { reached, hard, .. } = self.split;
        match self.label {
            Some(label) if reached.nrows() == 0 => LatentSource::labels(label, hard),
            _ => LatentSource::latents(self.teacher, reached, hard),
        }
    }

    /// A run of phase 1 that keeps the laws of the curvature at some steps.
    pub(super) fn plan(&self, laws_at: &[usize], samples: usize, replicate: u64) -> Plan {
        Plan {
            steps: laws_at.iter().copied().max().unwrap_or(0),
            samples,
            seed: self.numerics.seed,
            replicate,
            laws_at: laws_at.to_vec(),
            growth: false,
            test_loss: false,
        }
    }

    /// Phase 1 of this problem, on the given source.
    pub(super) fn phase1<'b>(&'b self, source: &'b LatentSource<'b>) -> Phase1<'b> {
        Phase1 {
            model: self.model,
            source,
            rule: self.rule,
            init_std: self.init_std,
        }
    }

    /// A run that begins with explicit steps and goes on by implicit ones: laws are kept at the steps `laws_at`, and at those of `passing` it only
    /// stops to be looked at.
    pub(super) fn long_plan(
        &self,
        laws_at: &[usize],
        passing: &[usize],
        most_steps: usize,
        samples: usize,
        replicate: u64,
    ) -> LongPlan {
        let last = last_explicit(&[laws_at, passing].concat());
        let (explicit, late): (Vec<usize>, Vec<usize>) = laws_at.iter().partition(|t| **t <= last);
        let passing = passing.iter().filter(|steps| **steps > last);
        LongPlan {
            start: Plan {
                steps: last + 1,
                ..self.plan(&explicit, samples, replicate)
            },
            growth: GROWTH,
            times: late.iter().map(|steps| self.flow_time(*steps)).collect(),
            passing: passing.map(|steps| self.flow_time(*steps)).collect(),
            most_steps,
        }
    }

    /// The laws after each of the increasing `steps`, at least one, of one run; `most` allows implicit steps beyond the first explicit ones,
    /// and so many in all, and the laws are then those that the run gets to; one that has ended is the last, and stands for all after it.
    ///
    /// # Errors
    /// Those of the run.
    pub(super) fn reached(
        &self,
        source: &LatentSource<'_>,
        steps: &[usize],
        paths: Paths,
        most: Option<usize>,
        progress: &dyn Progress,
    ) -> Result<Vec<Reached>, ThresholdError> {
        let phase1 = self.phase1(source);
        let Paths {
            samples,
            replicate,
            delta,
        } = paths;
        let (mut trajectory, ended, kept) = match most {
            Some(most_steps) if steps.last() > Some(&last_explicit(steps)) => {
                let plan = self.long_plan(steps, &[], most_steps, samples, replicate);
                let run = phase1.run_long(delta, &plan, progress)?;
                let ended = matches!(run.end, TrainingEnd::Static { .. });
                let kept = plan.start.laws_at.len() + run.reached.len() + usize::from(ended);
                (run.trajectory, ended, kept)
            }
            _ => {
                let plan = self.plan(steps, samples, replicate);
                (phase1.run(delta, &plan, progress)?, false, steps.len())
            }
        };
        // a run that stopped early keeps the law of where it stopped as well
        trajectory.laws.truncate(kept);
        let (start, norms) = (trajectory.gradient_norm[0], trajectory.gradient_norm);
        let end = trajectory.time.len() - 1;
        let mut reached: Vec<Reached> = trajectory
            .laws
            .into_iter()
            .map(|(step, law)| Reached {
                law,
                gradient_ratio: norms[step] / start,
                ended: ended && step == end,
            })
            .collect();
        if ended {
            // the end stands for the last of the steps as well
            let end = reached.pop();
            reached.truncate(steps.len() - 1);
            reached.extend(end);
        }
        Ok(reached)
    }

    /// The time of gradient flow that late steps follow, after a number of steps.
    fn flow_time(&self, steps: usize) -> f64 {
        (0..steps).map(|step| self.rule.effective_step(step)).sum()
    }

    /// Refuses a rule that implicit steps cannot follow to its end.
    ///
    /// # Errors
    /// Why not.
    pub(super) fn check_flow(&self) -> Result<(), Phase1Error> {
        self.rule.check_flow()
    }

    /// Whether implicit steps can follow this rule to its end.
    pub fn has_flow(&self) -> bool {
        self.rule.check_flow().is_ok()
    }

    /// What runs of phase 1 over `steps` steps take, in words.
    ///
    /// # Errors
    /// When that is more than phase 1 may take.
    pub fn cost(&self, steps: usize) -> Result<String, ThresholdError> {
        let plan = self.plan(&[steps], self.numerics.samples, 0);
        let source = self.source();
        Ok(self.phase1(&source).cost(&plan, self.numerics.replicates)?)
    }

    /// One run for each replicate, one after the other, so that the memory is that of one; `plan` makes the plan of a
    /// replicate.
    ///
    /// # Errors
    /// Those of the runs; an interruption.
    pub(super) fn replicates(
        &self,
        delta: f64,
        progress: &dyn Progress,
        plan: impl Fn(u64) -> Plan,
    ) -> Result<Vec<Trajectory>, ThresholdError> {
        self.each_replicate(progress, |phase1, replicate| {
            phase1.run(delta, &plan(replicate), progress)
        })
    }

    /// What `run` makes of each replicate, one after the other.
    ///
    /// # Errors
    /// Its own; an interruption.
    pub(super) fn each_replicate<T>(
        &self,
        progress: &dyn Progress,
        run: impl Fn(&Phase1<'_>, u64) -> Result<T, Phase1Error>,
    ) -> Result<Vec<T>, ThresholdError> {
        let count = self.numerics.replicates;
        let source = self.source();
        let phase1 = self.phase1(&source);
        let mut runs = Vec::with_capacity(count);
        for replicate in 0..count {
            progress.report("phase 1", replicate as f64 / count as f64);
            runs.push(run(&phase1, replicate as u64)?);
        }
        Ok(runs)
    }

    /// Phase 1 at one n/d, averaged over replicates, with the growth of the hard overlaps, and how training ended, where it is followed there.
    ///
    /// # Errors
    /// Those of phase 1.
    pub fn curves(
        &self,
        delta: f64,
        until: impl Into<Until>,
        progress: &dyn Progress,
    ) -> Result<(Curves, Option<Ending>), ThresholdError> {
        let until = until.into();
        let wanted = Wanted {
            growth: true,
            test_loss: true,
        };
        let found = self.followed(delta, until, &[], wanted, progress)?;
        Ok((found.curves, found.ending))
    }

    /// As [`curves`](Self::curves) over explicit steps, without the test loss, which an escape does not need.
    ///
    /// # Errors
    /// Those of phase 1.
    pub fn growth(
        &self,
        delta: f64,
        steps: usize,
        progress: &dyn Progress,
    ) -> Result<Curves, ThresholdError> {
        let wanted = Wanted {
            growth: true,
            test_loss: false,
        };
        let found = self.followed(delta, steps.into(), &[], wanted, progress)?;
        Ok(found.curves)
    }
}
