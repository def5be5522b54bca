//! From the first explicit steps to the end of training.

use nalgebra::DMatrix;

use super::bulk::Bulk;
use super::row::{Attempt, Before, Reach, Row};
use crate::curvature::CurvatureLaw;
use crate::numerics::Progress;
use crate::phase1::dynamics::{Phase1, go_on};
use crate::phase1::pass::Pass;
use crate::phase1::sums::StepSums;
use crate::phase1::trajectory::{Phase1Error, Plan, Trajectory};

/// Part of the largest possible step, one over the distance of the bulk's edge below zero, that is taken.
const STEP_SHARE: f64 = 0.6;

/// The static end is tried where the bulk is positive and the next step would damp its slowest direction this many times over.
const STATIC_DAMPING: f64 = 2.0;

/// Growth of the time after a failed attempt at the static end before the next.
const STATIC_RETRY: f64 = 3.0;

/// Halvings of a step before it counts as lost.
const MAX_HALVINGS: usize = 6;

/// A step that would leave less than this part of itself to the next time asked for is split in two.
const SMALLEST_REST: f64 = 0.5;

/// Part by which the risk may exceed the lowest before it: noise of the last innovations.
const RISE: f64 = 0.05;

/// The same of the risk at the first implicit step, where the lowest is next to nothing.
const FLOOR: f64 = 1e-5;

/// Rows by which histories grow.
const SPARE_ROWS: usize = 8;

/// How training is followed to late times.
#[derive(Clone, Debug)]
pub struct LongPlan {
    /// The explicit steps, by the rule, and the sampling. Laws are kept at its `laws_at`, below `steps`.
    pub start: Plan,
    /// r: an implicit step is at most this part of the time before it.
    pub growth: f64,
    /// Times of gradient flow (sums of step sizes) at which laws are kept; increasing, beyond the explicit steps. The last of these and of
    /// `passing` ends the run.
    pub times: Vec<f64>,
    /// Further times that a step ends at; increasing, beyond the explicit steps.
    pub passing: Vec<f64>,
    /// Steps, explicit and implicit, after which the run stops wherever it is: its work grows with their square.
    pub most_steps: usize,
}

/// How training ended.
#[derive(Clone, Debug, PartialEq)]
pub enum TrainingEnd {
    /// The gradient vanishes and the bulk is positive: this is the end for all times.
    Static {
        /// Spectral radius of (5.2) at `-lambda`, below one: the end is stable (replicon condition).
        radius: f64,
    },
    /// The last time was reached; the bulk, ridge included, still ends at `edge`.
    Marginal {
        /// Left edge of the curvature as the paths see it, ridge included.
        edge: f64,
    },
    /// Neither: the run stopped before the last time.
    Stopped {
        /// The time that was reached.
        time: f64,
        /// Left edge of the curvature as the paths see it, ridge included.
        edge: f64,
        /// What stopped it; absent where the plan's steps were spent.
        lost: Option<Phase1Error>,
    },
}

/// Training to its end.
#[derive(Clone, Debug)]
pub struct LongRun {
    /// Explicit steps `0..T_0`, then implicit ones; the time of a static end is infinite, and it has no `hard_growth`. Indices of `laws` count these steps;
    /// the last of them is where the run ended.
    pub trajectory: Trajectory,
    /// The step at which each of the plan's times was reached, both kinds together, as far as the run got.
    pub reached: Vec<usize>,
    /// How it ended.
    pub end: TrainingEnd,
}

impl Phase1<'_> {
    /// Integrates phase 1 at `delta` = n/d to the static end, or to the last of the plan's times.
    ///
    /// `delta` may be infinite: paths then have no memory, and this is gradient flow on the population's risk.
    ///
    /// After the explicit steps, implicit steps of growing length follow gradient flow, which is where
    /// gradient descent, with momentum or without, ends as well (docs/theory.md section 4.6).
    ///
    /// # Errors
    /// As [`run`](Self::run); mini-batches, whose noise does not vanish, and steps of size zero; times out of order; a step
    /// that does not converge.
    pub fn run_long(
        &self,
        delta: f64,
        plan: &LongPlan,
        progress: &dyn Progress,
    ) -> Result<LongRun, Phase1Error> {
        self.check_flow(plan)?;
        self.memory(&plan.start)?;
        let mut pass = Pass::new(self, delta, &plan.start)?;
        for step in 0..plan.start.steps {
            go_on(progress)?;
            pass.explicit(step)?;
            pass.advance(step + 1)?;
        }
        let times = plan.times.iter().chain(&plan.passing);
        if let Some(time) = times.copied().find(|time| *time <= pass.time) {
            let start = pass.time;
            return Err(Phase1Error::Times { time, start });
        }
        pass.leave_explicit();
        Continuation::new(pass, plan).run(progress)
    }

    /// Refuses rules whose end is not that of gradient flow.
    fn check_flow(&self, plan: &LongPlan) -> Result<(), Phase1Error> {
        let refuse = |reason| Err(Phase1Error::NoFlow { reason });
        self.rule.check_flow()?;
        if plan.start.steps == 0 {
            return refuse("at least one explicit step comes first");
        }
        if !(plan.growth > 0.0 && plan.growth.is_finite()) {
            return refuse("the growth of the steps must be positive");
        }
        for times in [&plan.times, &plan.passing] {
            if let Some(pair) = times.windows(2).find(|pair| pair[0] >= pair[1]) {
                return Err(Phase1Error::Times {
                    time: pair[1],
                    start: pair[0],
                });
            }
        }
        Ok(())
    }
}

impl LongPlan {
    /// All times, increasing, with whether the law is kept there.
    fn marks(&self) -> std::collections::VecDeque<Mark> {
        let mark = |law: bool| move |time: &f64| Mark { time: *time, law };
        let kept = self.times.iter().map(mark(true));
        let mut marks: Vec<Mark> = kept.chain(self.passing.iter().map(mark(false))).collect();
        marks.sort_by(|a, b| a.time.total_cmp(&b.time));
        marks.dedup_by(|later, earlier| {
            let same = later.time == earlier.time;
            earlier.law |= same && later.law;
            same
        });
        marks.into()
    }
}

/// A time that a step ends at.
#[derive(Clone, Copy, Debug)]
struct Mark {
    time: f64,
    /// Whether the law is kept there.
    law: bool,
}

/// The implicit steps of one run.
struct Continuation<'a> {
    pass: Pass<'a>,
    plan: &'a LongPlan,
    /// The step to be taken.
    step: usize,
    /// Times not reached yet.
    marks: std::collections::VecDeque<Mark>,
    /// The steps at which the others were.
    reached: Vec<usize>,
    /// The implicit step before.
    last: Option<f64>,
    /// Time before which the static end is not tried again.
    static_after: f64,
}

impl<'a> Continuation<'a> {
    fn new(pass: Pass<'a>, plan: &'a LongPlan) -> Self {
        Self {
            pass,
            plan,
            step: plan.start.steps,
            marks: plan.marks(),
            reached: Vec::new(),
            last: None,
            static_after: 0.0,
        }
    }

    fn run(mut self, progress: &dyn Progress) -> Result<LongRun, Phase1Error> {
        let ridge = self.pass.problem.rule.weight_decay;
        loop {
            go_on(progress)?;
            let before = self.before()?;
            let edge = before.edge.value + ridge;
            let time = self.pass.time;
            let slow = edge * self.plan.growth * time < STATIC_DAMPING && !self.marks.is_empty();
            if edge > 0.0 && !slow && (time >= self.static_after || self.marks.is_empty()) {
                if let Some(radius) = self.end(&before)? {
                    return Ok(self.finish(TrainingEnd::Static { radius }, None));
                }
                self.static_after = STATIC_RETRY * time;
            }
            let Some(&next) = self.marks.front() else {
                return Ok(self.finish(TrainingEnd::Marginal { edge }, Some(before.law)));
            };
            if self.step >= self.plan.most_steps {
                let end = TrainingEnd::Stopped {
                    time,
                    edge,
                    lost: None,
                };
                return Ok(self.finish(end, Some(before.law)));
            }
            match self.advance(&before, edge, next) {
                Ok(()) => {}
                // what was reached is good
                Err(lost @ (Phase1Error::StepLost { .. } | Phase1Error::RiskRises { .. })) => {
                    let lost = Some(lost);
                    let end = TrainingEnd::Stopped { time, edge, lost };
                    return Ok(self.finish(end, Some(before.law)));
                }
                Err(other) => return Err(other),
            }
        }
    }

    /// What was reached; `law` is that after the last step, where the run's end has none of its own.
    fn finish(self, end: TrainingEnd, law: Option<CurvatureLaw>) -> LongRun {
        let mut trajectory = self.pass.trajectory;
        let last = trajectory.time.len() - 1;
        let kept = trajectory.laws.last().is_some_and(|(at, _)| *at == last);
        let law = law.filter(|_| !kept);
        trajectory.laws.extend(law.map(|law| (last, law)));
        LongRun {
            trajectory,
            reached: self.reached,
            end,
        }
    }

    /// What the next step starts from.
    fn before(&self) -> Result<Before, Phase1Error> {
        let pass = &self.pass;
        let law = pass.law()?;
        let bulk = Bulk {
            law: &law,
            delta: pass.delta,
        };
        let edge = bulk.edge()?;
        let (gamma, noise) = pass.last_kernels();
        let ridge = pass.problem.rule.weight_decay;
        let decay = match pass.problem.rule.radius {
            Some(_) => pass.sphere_curvature.iter().map(|x| x + ridge).collect(),
            None => vec![ridge; pass.layout.neurons],
        };
        Ok(Before {
            gamma: gamma.clone(),
            noise: noise.clone(),
            decay,
            law,
            edge,
        })
    }

    /// One step towards the next time.
    fn advance(&mut self, before: &Before, edge: f64, next: Mark) -> Result<(), Phase1Error> {
        let time = self.pass.time;
        let left = next.time - time;
        let mut longest = self.plan.growth * time;
        if edge < 0.0 {
            longest = longest.min(STEP_SHARE * self.slowest(before) / -edge);
        }
        let mut smallest = f64::INFINITY;
        for _ in 0..=MAX_HALVINGS {
            let (eta, arrives) = if longest >= left {
                (left, true)
            } else if longest > (1.0 - SMALLEST_REST) * left {
                (0.5 * left, false)
            } else {
                (longest, false)
            };
            let reach = Reach::Step {
                size: eta,
                ratio: self.last.map(|last| eta / last),
            };
            match self.attempt(before, reach)? {
                Attempt::Accepted(sums) => {
                    self.last = Some(eta);
                    self.pass.time = if arrives { next.time } else { time + eta };
                    self.accept(&sums)?;
                    self.descends()?;
                    if arrives {
                        self.marks.pop_front();
                        self.reached.push(self.step - 1);
                    }
                    if arrives && next.law {
                        self.pass.keep_law(self.step - 1)?;
                    }
                    return Ok(());
                }
                Attempt::Lost(residual) => smallest = smallest.min(residual),
            }
            longest = 0.5 * eta;
        }
        Err(Phase1Error::StepLost {
            delta: self.pass.delta,
            time,
            residual: smallest,
        })
    }

    /// The smallest of the factors by which the sphere shortens the steps of the neurons; one without it.
    fn slowest(&self, before: &Before) -> f64 {
        let rule = self.pass.problem.rule;
        if rule.radius.is_none() {
            return 1.0;
        }
        let factors = before
            .decay
            .iter()
            .map(|decay| 1.0 + self.rule_step() * (decay - rule.weight_decay));
        factors.fold(f64::INFINITY, f64::min).max(0.0)
    }

    fn rule_step(&self) -> f64 {
        self.pass.problem.rule.effective_step(self.plan.start.steps)
    }

    fn attempt(&mut self, before: &Before, reach: Reach) -> Result<Attempt, Phase1Error> {
        let rule_step = self.rule_step();
        self.reserve()?;
        let mut row = Row {
            pass: &mut self.pass,
            step: self.step,
            reach,
            rule_step,
        };
        row.solve(before)
    }

    fn accept(&mut self, sums: &StepSums) -> Result<(), Phase1Error> {
        self.pass.observe(self.step, sums);
        let m = self.pass.layout.neurons;
        let overlap = self.pass.overlaps.rows(self.step * m, m).into_owned();
        self.pass.check_norm(self.step, &overlap)?;
        self.pass.accept();
        self.step += 1;
        Ok(())
    }

    /// Whether the last step went down, as gradient flow's do: where there are too few paths for the time, their noise drives the weights
    /// up the risk, and what follows is not this network's training. The step is taken back. On the sphere weights cannot grow, and the
    /// law of the curvature is right where the noise of the risk is larger than its fall (power iteration).
    fn descends(&mut self) -> Result<(), Phase1Error> {
        let rule = self.pass.problem.rule;
        if rule.radius.is_some() {
            return Ok(());
        }
        let pass = &mut self.pass;
        let trajectory = &pass.trajectory;
        let risk = |step: usize| {
            let readout = trajectory.readout.get(step);
            trajectory.train_loss[step]
                + 0.5 * rule.weight_decay * trajectory.gram[step].trace()
                + 0.5 * rule.head.readout_decay * readout.map_or(0.0, DMatrix::norm_squared)
        };
        let risks: Vec<f64> = (self.plan.start.steps..self.step).map(risk).collect();
        let [first, .., last] = risks[..] else {
            return Ok(());
        };
        let before = &risks[..risks.len() - 1];
        let lowest = before.iter().copied().fold(f64::INFINITY, f64::min);
        let noise = RISE * lowest.abs() + FLOOR * first.abs();
        if last <= lowest + noise {
            return Ok(());
        }
        let error = Phase1Error::RiskRises {
            delta: pass.delta,
            time: pass.time,
            risk: last,
            lowest,
        };
        pass.forget(self.step - 1);
        Err(error)
    }

    /// The static end: its certificate, or `None` where there is none within reach.
    fn end(&mut self, before: &Before) -> Result<Option<f64>, Phase1Error> {
        let attempt = self.attempt(before, Reach::Infinite)?;
        let Attempt::Accepted(sums) = attempt else {
            return Ok(None);
        };
        let time = self.pass.time;
        self.pass.time = f64::INFINITY;
        self.pass.observe(self.step, &sums);
        self.pass.trajectory.hard_growth.truncate(self.step);
        self.pass.trajectory.hard_spread.truncate(self.step);
        let law = self.pass.law()?;
        let (delta, ridge) = (self.pass.delta, self.pass.problem.rule.weight_decay);
        let Some(radius) = (Bulk { law: &law, delta }).radius(ridge)? else {
            self.pass.forget(self.step);
            self.pass.time = time;
            return Ok(None);
        };
        self.pass.trajectory.laws.push((self.step, law));
        Ok(Some(radius))
    }

    /// Room for one more step, within the memory that a run may take.
    fn reserve(&mut self) -> Result<(), Phase1Error> {
        if self.pass.has_room(self.step) {
            return Ok(());
        }
        let steps = self.step + SPARE_ROWS;
        self.pass.problem.memory(&Plan {
            steps,
            ..self.plan.start.clone()
        })?;
        self.pass.reserve(steps);
        Ok(())
    }
}
