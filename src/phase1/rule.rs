//! Linear first-order training rules.

use super::trajectory::Phase1Error;
use crate::experiment::{StepSize, TrainingSection};
use crate::network::Head;

/// A linear first-order rule: what turns gradients into weights.
///
/// With the gradient `G^t = grad R(W^t)` of the risk (ridge included, estimated on a fraction kappa of the samples), the
/// velocity `B^{-1} = 0` and the step size `eta_t`,
///
/// ```text
/// B^t     = beta B^{t-1} + G^t
/// W^{t+1} = W^t - eta_t (a G^t + b B^t)
/// ```
///
/// Gradient descent has `beta = 0, (a, b) = (0, 1)`, heavy-ball momentum `(0, 1)`, Nesterov's `(1, beta)` with `W^t` the
/// point at which the gradient is taken. On the sphere every row is then scaled back to the norm s_w.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainingRule {
    step_size: StepSize,
    /// lambda.
    pub weight_decay: f64,
    /// beta, in [0, 1).
    pub momentum: f64,
    /// Whether the momentum is Nesterov's.
    pub nesterov: bool,
    /// kappa, in (0, 1]: each sample enters a step with this probability, and then with weight 1/kappa.
    pub batch: f64,
    /// s_w, where rows are kept on the sphere of that radius.
    pub radius: Option<f64>,
    /// How readout and biases are trained.
    pub head: HeadRule,
}

/// How readout and biases are trained beside W: by the same rule, with step sizes of their own, zero where they stay.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HeadRule {
    /// eta_a, at every step for which W's schedule has its first step size; it follows that schedule.
    pub readout_step: f64,
    /// eta_b, alike.
    pub bias_step: f64,
    /// lambda_a.
    pub readout_decay: f64,
}

impl HeadRule {
    /// Whether there is anything to train.
    pub fn trains(&self) -> bool {
        self.readout_step > 0.0 || self.bias_step > 0.0
    }
}

impl TrainingRule {
    /// Gradient descent on all samples, with a constant step size.
    pub fn gradient_descent(step_size: f64, weight_decay: f64) -> Self {
        Self {
            step_size: StepSize::Constant(step_size),
            weight_decay,
            momentum: 0.0,
            nesterov: false,
            batch: 1.0,
            radius: None,
            head: HeadRule::default(),
        }
    }

    /// The rule of an experiment. A missing step size counts as zero: the section demands one where a step is taken.
    pub fn new(section: &TrainingSection) -> Self {
        Self {
            step_size: section.step_size.clone().unwrap_or(StepSize::Constant(0.0)),
            weight_decay: section.weight_decay,
            momentum: section.momentum,
            nesterov: section.nesterov,
            batch: section.batch,
            radius: section.spherical.then_some(section.init_std),
            head: HeadRule {
                readout_step: section.readout_step_size,
                bias_step: section.bias_step_size,
                readout_decay: section.readout_weight_decay,
            },
        }
    }

    /// `eta_t`; beyond the end of a schedule its last entry.
    pub fn step_size(&self, step: usize) -> f64 {
        match &self.step_size {
            StepSize::Constant(eta) => *eta,
            StepSize::Schedule(etas) => {
                let last = etas.len().saturating_sub(1);
                etas.get(step.min(last)).copied().unwrap_or(0.0)
            }
        }
    }

    /// The time of gradient flow that a step takes late in training: `eta_t / (1 - beta)`.
    pub fn effective_step(&self, step: usize) -> f64 {
        self.step_size(step) / (1.0 - self.momentum)
    }

    /// How much faster than W's gradient flow those of readout and biases go.
    pub fn head_pace(&self) -> [f64; 2] {
        let eta = self.step_size(0);
        [self.head.readout_step / eta, self.head.bias_step / eta]
    }

    /// One step of readout and biases, docs/theory.md (4.15), given the gradient of the loss in them; `velocity` is `B^{t-1}`, and then `B^t`.
    pub fn advance_head(&self, step: usize, head: &mut Head, velocity: &mut Head, loss: &Head) {
        let pace = self.step_size(step) / self.step_size(0);
        let (a, b) = self.mixing();
        let advance = |eta: f64, decay: f64, x: &mut [f64], v: &mut [f64], g: &[f64]| {
            for ((x, v), g) in x.iter_mut().zip(v).zip(g) {
                let gradient = g + decay * *x;
                *v = self.momentum * *v + gradient;
                *x -= eta * pace * (a * gradient + b * *v);
            }
        };
        let HeadRule {
            readout_step,
            bias_step,
            readout_decay,
        } = self.head;
        if readout_step > 0.0 {
            let (x, v) = (&mut head.readout, &mut velocity.readout);
            advance(readout_step, readout_decay, x, v, &loss.readout);
        }
        if bias_step > 0.0 {
            let (x, v) = (&mut head.bias, &mut velocity.bias);
            advance(bias_step, 0.0, x, v, &loss.bias);
        }
    }

    /// Refuses a rule whose end is not that of gradient flow.
    ///
    /// # Errors
    /// Why it is not.
    pub fn check_flow(&self) -> Result<(), Phase1Error> {
        let refuse = |reason| Err(Phase1Error::NoFlow { reason });
        if self.batch < 1.0 {
            return refuse("the noise of mini-batches does not vanish at a fixed step size");
        }
        // beyond its end a schedule keeps its last entry
        if self.effective_step(usize::MAX) > 0.0 {
            return Ok(());
        }
        refuse("the step size is zero at the end of its schedule")
    }

    /// The weights (a, b) of gradient and velocity in a step.
    pub fn mixing(&self) -> (f64, f64) {
        if self.nesterov {
            (1.0, self.momentum)
        } else {
            (0.0, 1.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rule on a quadratic `c w^2 / 2` of one variable, as a sequence of weights.
    fn descend(rule: &TrainingRule, curvature: f64, steps: usize) -> Vec<f64> {
        let (a, b) = rule.mixing();
        let (mut w, mut velocity) = (1.0, 0.0);
        (0..steps)
            .map(|t| {
                let gradient = curvature * w;
                velocity = rule.momentum * velocity + gradient;
                w -= rule.step_size(t) * (a * gradient + b * velocity);
                w
            })
            .collect()
    }

    #[test]
    fn momentum_follows_the_textbook_recursions() {
        let (eta, beta, c) = (0.3, 0.6, 0.7);
        let mut rule = TrainingRule::gradient_descent(eta, 0.0);
        rule.momentum = beta;
        // heavy ball in Polyak's form: w' = w - eta c w + beta (w - w_before)
        let (mut before, mut w) = (1.0, 1.0);
        for found in descend(&rule, c, 6) {
            let next = w - eta * c * w + beta * (w - before);
            (before, w) = (w, next);
            assert!((found - w).abs() < 1e-15);
        }
        rule.nesterov = true;
        // Nesterov in its two-point form; the rule follows the look-ahead point y = x + beta (x - x_before)
        let (mut x, mut y) = (1.0, 1.0);
        for found in descend(&rule, c, 6) {
            let next = y - eta * c * y;
            y = next + beta * (next - x);
            x = next;
            assert!((found - y).abs() < 1e-15);
        }
    }

    #[test]
    fn a_schedule_gives_each_step_its_size() {
        let mut rule = TrainingRule::gradient_descent(1.0, 0.0);
        rule.step_size = StepSize::Schedule(vec![0.3, 0.2]);
        assert_eq!([0, 1, 2].map(|step| rule.step_size(step)), [0.3, 0.2, 0.2]);
    }
}
