//! One implicit step: a fixed point at fixed random numbers.

use nalgebra::{DMatrix, DVector};

use super::bulk::{Bulk, Edge};
use super::unknowns::{Units, Unknowns};
use crate::curvature::CurvatureLaw;
use crate::network::Head;
use crate::phase1::anderson::Anderson;
use crate::phase1::flow::{Anchor, Pull, step_response};
use crate::phase1::pass::Pass;
use crate::phase1::proximal::Proximal;
use crate::phase1::sums::StepSums;
use crate::phase1::trajectory::Phase1Error;

/// Residual, relative to the size of each kind of unknown, at which a step has converged.
const CONVERGED: f64 = 1e-7;

/// Residual at which a step is taken all the same once the rounds are spent: far below what the sampling leaves open.
const ACCEPTABLE: f64 = 1e-5;

/// One in so many paths take part in the first rounds, if that leaves this many tiles of them; their fixed point is off by some
/// 1e-2, and need not be found better than that.
const COARSE: usize = 8;
const COARSE_TILES: usize = 4;
const COARSE_CONVERGED: f64 = 1e-3;

/// A step that is longer than this many times the one before is of first order: the second-order difference is unstable
/// beyond `1 + sqrt 2`.
const LARGEST_RATIO: f64 = 2.0;

/// Rounds before a step counts as lost.
const MAX_ROUNDS: usize = 60;

/// How much the loss bends in the readout and the biases, by the order of magnitude: a step towards their solution divides by it.
const HEAD_CURVATURE: f64 = 1.0;

/// Growth of the residual over the smallest one that shows that there is nothing to converge to.
const RUNAWAY: f64 = 1e3;

/// Halvings of the way from the last feasible unknowns before a step counts as lost.
const MAX_RETREATS: usize = 6;

/// How long a step is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Reach {
    /// eta of gradient flow, relative to which the step before was one over `ratio`, where that was an implicit one.
    Step {
        /// eta.
        size: f64,
        /// eta over that of the implicit step before.
        ratio: Option<f64>,
    },
    /// To where the gradient vanishes.
    Infinite,
}

/// How an attempt ended.
pub(super) enum Attempt {
    /// Converged: the sums of the accepted step.
    Accepted(Box<StepSums>),
    /// Not converged; the smallest residual.
    Lost(f64),
}

/// The step before, as far as the next one starts from it.
pub(super) struct Before {
    pub gamma: DMatrix<f64>,
    pub noise: DMatrix<f64>,
    pub decay: Vec<f64>,
    /// Its curvature's law.
    pub law: CurvatureLaw,
    /// Its bulk.
    pub edge: Edge,
}

/// One implicit step of a pass.
pub(super) struct Row<'p, 'a> {
    pub pass: &'p mut Pass<'a>,
    /// t.
    pub step: usize,
    pub reach: Reach,
    /// Step size of the rule, by which the sphere slows each neuron down.
    pub rule_step: f64,
}

impl Row<'_, '_> {
    /// Iterates to the fixed point: of some of the paths first, from where that of all is near.
    pub fn solve(&mut self, before: &Before) -> Result<Attempt, Phase1Error> {
        let Some(shape) = self.start(before)? else {
            return Ok(Attempt::Lost(f64::INFINITY));
        };
        let units = self.units(&shape);
        let mut search = Search {
            x: shape.vector(&units),
            shape,
            units,
            mixing: Anderson::default(),
        };
        let all = self.pass.tiles();
        if all >= COARSE * COARSE_TILES {
            let start = search.x.clone();
            let found = self.iterate(&mut search, all / COARSE, COARSE_CONVERGED)?;
            if found.is_ok() {
                search.mixing.change_map();
            } else {
                search.x = start;
                search.mixing = Anderson::default();
            }
        }
        match self.iterate(&mut search, all, CONVERGED)? {
            Ok(sums) => self.accept(search.unknowns(), sums),
            Err(residual) => Ok(Attempt::Lost(residual)),
        }
    }

    /// Rounds over the first tiles until the residual is below `accuracy`: the sums of the last round, with its image as the iterate; or the
    /// smallest residual where the rounds do not get there.
    fn iterate(
        &mut self,
        search: &mut Search,
        tiles: usize,
        accuracy: f64,
    ) -> Result<Result<StepSums, f64>, Phase1Error> {
        let mut feasible = search.x.clone();
        let mut best = f64::INFINITY;
        for round in 0..MAX_ROUNDS {
            let Some(response) = self.place_near(search, &feasible) else {
                break;
            };
            feasible.clone_from(&search.x);
            let sums = self.sweep(&response, tiles, false)?;
            let image = self.image(&search.unknowns(), &response, &sums);
            let image = image.vector(&search.units);
            let residual = (&image - &search.x).amax();
            let last = round + 1 == MAX_ROUNDS;
            if residual < accuracy || last && residual < ACCEPTABLE {
                search.x = image;
                return Ok(Ok(sums));
            }
            if residual.is_nan() || residual > RUNAWAY * best {
                break;
            }
            best = best.min(residual);
            search.x = search.mixing.next(&search.x, &image);
        }
        Ok(Err(best))
    }

    /// Places the weights at the iterate, pulled back towards feasible ones until the step is not too long for them.
    fn place_near(&mut self, search: &mut Search, feasible: &DVector<f64>) -> Option<DMatrix<f64>> {
        for _ in 0..=MAX_RETREATS {
            let placed = self.place(&search.unknowns());
            if placed.is_some() {
                return placed;
            }
            search.x = (&search.x + feasible) * 0.5;
            search.mixing.restart();
        }
        None
    }

    /// Fixes the step from its final averages. (With the last mixed ones instead, the covariance of the pre-activations would be positive only
    /// up to the residual, and its small pivots would be noise that throws the paths off course.)
    fn accept(&mut self, last: Unknowns, mut sums: StepSums) -> Result<Attempt, Phase1Error> {
        // (converged, so what may still fail is no matter of the residual)
        let lost = Ok(Attempt::Lost(CONVERGED));
        let Some(response) = self.place(&last) else {
            return lost;
        };
        if self.pass.plan.test_loss {
            sums = self.sweep(&response, self.pass.tiles(), true)?;
            let last = self.image(&last, &response, &sums);
            if self.place(&last).is_none() {
                return lost;
            }
        }
        self.pass.kernels(self.step);
        if !self.follow_growth(&last.decay, &sums) {
            return lost;
        }
        if sums.unsettled > 0 {
            return lost;
        }
        Ok(Attempt::Accepted(Box::new(sums)))
    }

    /// Takes the overlaps with hard directions along; false where an outlier makes them grow too fast for the step. At the static end
    /// an outlier's overlaps have no bound, and none are followed.
    fn follow_growth(&mut self, decay: &[f64], sums: &StepSums) -> bool {
        let (pull, layout) = (self.pull(decay), self.pass.layout);
        let delta = self.pass.delta;
        match &mut self.pass.hard {
            Some(hard) if self.reach != Reach::Infinite => {
                hard.set_noise(&(sums.hard_noise(&layout) / delta));
                let pull = pull.repeated(layout.hard);
                hard.implicit(&sums.hard_gamma(&layout), &pull).is_some()
            }
            _ => true,
        }
    }

    /// The paths of the first tiles, given weights that have been placed with `S_t = response`.
    fn sweep(
        &mut self,
        response: &DMatrix<f64>,
        tiles: usize,
        test_loss: bool,
    ) -> Result<StepSums, Phase1Error> {
        let mut kernels = self.pass.kernels(self.step);
        kernels.own = Proximal::new(response, self.pass.delta);
        kernels.test_loss = test_loss;
        self.pass.sweep_some(&kernels, tiles)
    }

    /// Puts the weights of this step where the unknowns say; `S_t`, or `None` where the step is too long for them.
    fn place(&mut self, unknowns: &Unknowns) -> Option<DMatrix<f64>> {
        let (m, t) = (self.pass.layout.neurons, self.step);
        let pull = self.pull(&unknowns.decay);
        if pull.inverse_step.iter().any(|a| *a < 0.0) {
            return None;
        }
        let pass = &mut *self.pass;
        if pass.problem.rule.head.trains() {
            pass.place_head(&unknowns.head);
        }
        pass.weights.set_noise(&(&unknowns.noise / pass.delta));
        let response = pass.weights.implicit(&unknowns.gamma, &pull)?;
        pass.drift.rows_mut(t * m, m).copy_from(&unknowns.drift);
        let overlap = pass.weights.mean(pass.drift.rows(0, (t + 1) * m));
        pass.overlaps.rows_mut(t * m, m).copy_from(&overlap);
        Some(response)
    }

    /// The unknowns that the samples' averages give.
    fn image(&self, at: &Unknowns, response: &DMatrix<f64>, sums: &StepSums) -> Unknowns {
        let (pass, m, t) = (&*self.pass, self.pass.layout.neurons, self.step);
        let gamma = self.past(sums.gamma(&pass.layout));
        let drift = sums.latent(&pass.layout) - &gamma * pass.overlaps.rows(0, (t + 1) * m);
        let decay = match pass.problem.rule.radius {
            None => at.decay.clone(),
            Some(radius) => {
                let overlap = pass.overlaps.rows(t * m, m);
                let gram = pass.weights.variance() + overlap * overlap.transpose();
                // the norm answers to the multiplier as if all neurons but this one were fixed
                let excess = |j: usize| 0.5 * (gram[(j, j)] / radius.powi(2)).ln();
                (0..m)
                    .map(|j| at.decay[j] + excess(j) / response[(j, j)])
                    .collect()
            }
        };
        Unknowns {
            gamma,
            noise: sums.noise(&pass.layout),
            drift,
            decay,
            head: self.next_head(&at.head, sums),
        }
    }

    /// Readout and biases nearer to the solution of `(x - x0)/eta + grad + lambda x = 0`: the way to it if the loss bent in them as in the output.
    fn next_head(&self, at: &Head, sums: &StepSums) -> Head {
        let rule = self.pass.problem.rule;
        if !rule.head.trains() {
            return at.clone();
        }
        let mut gradient = sums.head();
        self.pass.problem.model.average_head(&mut gradient);
        let (anchor, rate) = self.anchor();
        let [last, before] = self.pass.previous_heads();
        let [readout_pace, bias_pace] = rule.head_pace();
        let next = |pace: f64, decay: f64, x: &[f64], part: fn(&Head) -> &Vec<f64>| -> Vec<f64> {
            let entry = |(j, x): (usize, &f64)| {
                if pace == 0.0 {
                    return *x;
                }
                let start = anchor.start(part(last)[j], part(before)[j]);
                let pull = rate / pace;
                let residual = pull * (x - start) + part(&gradient)[j] + decay * x;
                x - residual / (pull + decay + HEAD_CURVATURE)
            };
            x.iter().enumerate().map(entry).collect()
        };
        Head {
            readout: next(readout_pace, rule.head.readout_decay, &at.readout, |h| {
                &h.readout
            }),
            bias: next(bias_pace, 0.0, &at.bias, |h| &h.bias),
        }
    }

    /// The responses with what vanishes by construction set to zero: at the static end nothing is remembered.
    fn past(&self, mut gamma: DMatrix<f64>) -> DMatrix<f64> {
        if self.reach == Reach::Infinite {
            let past = gamma.ncols() - gamma.nrows();
            gamma.columns_mut(0, past).fill(0.0);
        }
        gamma
    }

    /// What pulls the weights, given decay and multipliers.
    ///
    /// On the sphere, a step of the rule changes the weights by `eta/(1 + eta mu_j)` times the Riemannian gradient, mu_j being the
    /// multiplier: the factor stays, however late, so the flow goes at that pace too.
    fn pull(&self, decay: &[f64]) -> Pull {
        let rule = self.pass.problem.rule;
        let (anchor, rate) = self.anchor();
        let pace = |decay: &f64| match rule.radius {
            Some(_) => 1.0 + self.rule_step * (decay - rule.weight_decay),
            None => 1.0,
        };
        Pull {
            inverse_step: decay.iter().map(|decay| rate * pace(decay)).collect(),
            anchor,
            decay: decay.to_vec(),
        }
    }

    /// The difference that stands for the time derivative, and the factor of the present weights in it.
    fn anchor(&self) -> (Anchor, f64) {
        match self.reach {
            Reach::Infinite => (Anchor::EULER, 0.0),
            Reach::Step { size, ratio } => {
                let smooth = ratio.filter(|ratio| *ratio <= LARGEST_RATIO);
                let anchor = smooth.map_or(Anchor::EULER, Anchor::second_order);
                (anchor, anchor.alpha() / size)
            }
        }
    }

    /// The unknowns of the step before, with `Gamma(t,t)` from (5.1) for its curvature; `None` where the step is too long for it.
    fn start(&self, before: &Before) -> Result<Option<Unknowns>, Phase1Error> {
        let (m, t) = (self.pass.layout.neurons, self.step);
        let total = self.pull(&before.decay).total();
        let bulk = Bulk {
            law: &before.law,
            delta: self.pass.delta,
        };
        let Some(own) = bulk.response(&total, &before.edge)? else {
            return Ok(None);
        };
        let mut gamma = DMatrix::zeros(m, (t + 1) * m);
        let mut noise = DMatrix::zeros(m, (t + 1) * m);
        gamma.columns_mut(0, t * m).copy_from(&before.gamma);
        noise.columns_mut(0, t * m).copy_from(&before.noise);
        let last = noise.columns((t - 1) * m, m).into_owned();
        noise.columns_mut(t * m, m).copy_from(&last);
        // the response to a lasting shift of the pre-activations stays what it was
        let rest = gamma.columns((t - 1) * m, m) - &own;
        gamma.columns_mut((t - 1) * m, m).copy_from(&rest);
        gamma.columns_mut(t * m, m).copy_from(&own);
        Ok(Some(Unknowns {
            gamma: self.past(gamma),
            noise,
            drift: self.pass.drift.rows((t - 1) * m, m).into_owned(),
            decay: before.decay.clone(),
            head: self.pass.previous_heads()[0].clone(),
        }))
    }

    /// Natural sizes of the unknowns.
    fn units(&self, start: &Unknowns) -> Units {
        let (m, t) = (self.pass.layout.neurons, self.step);
        let own = start.gamma.columns(t * m, m).into_owned();
        let response = step_response(&own, &self.pull(&start.decay));
        let stiffness = response.map_or(1.0, |s| m as f64 / s.trace());
        let noise = start.noise.columns(t * m, m).trace().max(f64::MIN_POSITIVE);
        Units {
            gamma: stiffness,
            noise,
            drift: noise.sqrt(),
            sphere: self.pass.problem.rule.radius.is_some(),
            head: self.pass.problem.rule.head.trains(),
        }
    }
}

/// A fixed-point iteration under way.
struct Search {
    /// The iterate, in units.
    x: DVector<f64>,
    /// Unknowns of the right shape.
    shape: Unknowns,
    units: Units,
    mixing: Anderson,
}

impl Search {
    fn unknowns(&self) -> Unknowns {
        self.shape.with(&self.x, &self.units)
    }
}
