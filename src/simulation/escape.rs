//! Feature learning itself: when the weights find the hard directions.

use super::ensemble::{StepCounter, side_by_side};
use super::streams::RunStream;
use super::{Plan, Simulation, SimulationError, Stop};
use crate::numerics::{Measured, Progress};

/// When runs of one plan escaped.
#[derive(Clone, Debug, PartialEq)]
pub struct Escapes {
    /// What was run; its steps are the cap.
    pub plan: Plan,
    /// How many runs were asked for.
    pub requested: u64,
    /// For each finished run the time at which the hard part of the weights reached the level, interpolated between
    /// whole steps.
    pub steps: Vec<Option<f64>>,
}

impl Escapes {
    /// Whether runs are missing.
    pub fn interrupted(&self) -> bool {
        (self.steps.len() as u64) < self.requested
    }
}

impl Simulation<'_> {
    /// Trains until the squared part of the weights in the hard directions, `|W Theta_V|_F^2 / |W|_F^2`, reaches
    /// `level`, or up to the plan's last step. At initialisation it is about r/d.
    ///
    /// # Errors
    /// As [`Simulation::ensemble`].
    pub fn escapes(
        &self,
        plan: &Plan,
        level: f64,
        runs: u64,
        progress: &dyn Progress,
        stop: Stop,
    ) -> Result<Escapes, SimulationError> {
        let counter = StepCounter::new(progress, runs, plan.steps);
        let steps = side_by_side(self.check(plan)?, runs, |run| {
            let escape = self.escape(plan, level, run, stop, &counter)?;
            counter.finish(escape.map_or(0, |time| plan.steps - time.ceil() as usize));
            Ok(escape)
        })?;
        Ok(Escapes {
            plan: plan.clone(),
            requested: runs,
            steps,
        })
    }

    fn escape(
        &self,
        plan: &Plan,
        level: f64,
        run: u64,
        stop: Stop,
        counter: &StepCounter,
    ) -> Result<Option<f64>, SimulationError> {
        let stream = RunStream::new(plan.seed, run);
        let data = self.data(plan, stream);
        let mut trainer = self.trainer(plan, stream);
        let mut before = 0.0;
        for step in 0..=plan.steps {
            if stop() {
                return Err(SimulationError::Interrupted);
            }
            counter.step();
            let now = self.hard_fraction(&trainer.weights, plan.dim);
            if now >= level {
                return Ok(Some(passage(step, before, now, level)));
            }
            before = now;
            if step < plan.steps {
                trainer.advance(&self.risk(&data, &trainer, run)?);
            }
        }
        Ok(None)
    }

    /// `|W Theta_V|_F^2 / |W|_F^2` of weights by rows (m x d), the latents being the first coordinates.
    fn hard_fraction(&self, weights: &[f64], dim: usize) -> f64 {
        let hard = weights.chunks_exact(dim).flat_map(|row| {
            self.hard_basis
                .row_iter()
                .map(move |h| h.iter().zip(row).map(|(h, w)| h * w).sum::<f64>().powi(2))
        });
        hard.sum::<f64>() / weights.iter().map(|w| w * w).sum::<f64>()
    }
}

/// When the level was passed, of which the fraction `before` was short one step before and `now` is not.
///
/// The hard part relative to the rest, F/(1 - F), is what grows exponentially, so its logarithm is taken for linear.
fn passage(step: usize, before: f64, now: f64, level: f64) -> f64 {
    if step == 0 || before <= 0.0 || now >= 1.0 {
        return step as f64;
    }
    let odds = |fraction: f64| (fraction / (1.0 - fraction)).ln();
    let part = (odds(level) - odds(before)) / (odds(now) - odds(before));
    (step - 1) as f64 + part
}

impl Escapes {
    /// The fraction of runs that escaped, with the half-width of Wilson's interval of one standard deviation: unlike
    /// the plain standard error it is not zero where all or none escaped.
    pub fn success_fraction(&self) -> Measured {
        let runs = self.steps.len() as f64;
        let fraction = self.steps.iter().flatten().count() as f64 / runs;
        let variance = fraction * (1.0 - fraction) / runs + 0.25 / (runs * runs);
        Measured::new(fraction, variance.sqrt() / (1.0 + 1.0 / runs))
    }

    /// The mean step of escape of those runs that did, with its standard error; absent if none did. Runs that would
    /// have escaped after the cap are missing from it.
    pub fn escape_step(&self) -> Option<Measured> {
        let steps: Vec<f64> = self.steps.iter().flatten().copied().collect();
        (!steps.is_empty()).then(|| Measured::mean(&steps))
    }

    /// The median step of escape over all runs, those that did not escape counted as later than any; absent if that is
    /// where the median is.
    ///
    /// Its error is half the distance of the order statistics `sqrt(runs)/2` below and above it, one standard deviation of
    /// the number of runs before the median; infinite if the upper one did not escape, unknown for a single run.
    pub fn median_step(&self) -> Option<Measured> {
        let never = f64::INFINITY;
        let mut steps: Vec<f64> = self.steps.iter().map(|s| s.unwrap_or(never)).collect();
        steps.sort_by(f64::total_cmp);
        let last = (steps.len() - 1) as f64;
        let at = |rank: f64| {
            let rank = rank.clamp(0.0, last);
            let (below, above) = (steps[rank.floor() as usize], steps[rank.ceil() as usize]);
            if below == above {
                below
            } else {
                below + (above - below) * rank.fract()
            }
        };
        let median = at(0.5 * last);
        let reach = 0.5 * (steps.len() as f64).sqrt();
        let error = if last > 0.0 {
            0.5 * (at(0.5 * last + reach) - at(0.5 * last - reach))
        } else {
            f64::NAN
        };
        median.is_finite().then(|| Measured::new(median, error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponential_odds_are_interpolated_exactly() {
        let at = |t: f64| {
            let odds = 0.01 * (0.3 * t).exp();
            odds / (1.0 + odds)
        };
        // rounding
        assert!((passage(9, at(8.0), at(9.0), at(8.4)) - 8.4).abs() < 1e-10);
        assert_eq!(passage(9, at(8.0), at(9.0), at(9.0)), 9.0);
        assert_eq!(passage(0, 0.0, 0.4, 0.3), 0.0);
        assert_eq!(passage(3, 0.0, 0.4, 0.3), 3.0);
    }

    #[test]
    fn medians_count_the_runs_that_did_not_escape() {
        let median = |steps: Vec<Option<f64>>| {
            let plan = Plan::new(3.0, 20, 9, 1);
            let requested = steps.len() as u64;
            Escapes {
                plan,
                requested,
                steps,
            }
            .median_step()
        };
        let nine = (1..=9).rev().map(|step| Some(f64::from(step)));
        let found = median(nine.collect()).unwrap();
        // ranks 1.5 below and above the middle one
        assert!((found.value - 5.0).abs() < 1e-15 && (found.error - 1.5).abs() < 1e-15);
        let late = median(vec![Some(2.0), None, Some(3.0), None, Some(1.0)]).unwrap();
        assert_eq!((late.value, late.error), (3.0, f64::INFINITY));
        assert_eq!(median(vec![Some(2.0), None, None]), None);
        assert_eq!(median(vec![Some(2.0), None]), None);
        assert!(median(vec![Some(2.0)]).unwrap().error.is_nan());
    }
}
