//! When training leaves phase 1 in a finite dimension.

use super::curves::Curves;
use super::reach::NOTHING_HARD;
use crate::numerics::{Measured, SquareSum};

/// The question: when has the squared part of the weights in the hard directions, `|W Theta_V|_F^2 / |W|_F^2`,
/// reached a fraction?
///
/// As long as the hard part is small, the rest of the weights is that of phase 1, of size `Tr C`; so the fraction F is
/// reached where `d |M_V|^2 = Tr C d F/(1 - F)`. The mean of the left side is `Tr q_V`, docs/theory.md section 8.1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Escape {
    /// d.
    pub dim: u64,
    /// F, between 0 and 1.
    pub fraction: f64,
}

/// The answer.
#[derive(Clone, Debug, PartialEq)]
pub enum EscapeTime {
    /// Steps, interpolated between whole ones.
    At(Measured),
    /// Not within the steps that were followed; the reason in words.
    NotWithin {
        /// Why.
        reason: String,
    },
}

/// What has to reach the level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Growth {
    /// The mean over runs, `Tr q_V`: a few early runs weigh most.
    Mean,
    /// The run in the middle: half of all runs have escaped when it does.
    Median,
}

/// All that is predicted of the runs at one n/d and one d.
#[derive(Clone, Debug, PartialEq)]
pub struct EscapePrediction {
    /// The part of all runs that escape within the cap on their steps, or why it is not known.
    pub success: Result<Measured, String>,
    /// When half of all runs have escaped; it may be beyond the cap.
    pub median: EscapeTime,
    /// When the mean growth reaches the level.
    pub mean: EscapeTime,
}

impl Escape {
    /// `Tr q_V / Tr C` at the escape of the mean.
    pub fn level(&self) -> f64 {
        self.dim as f64 * self.fraction / (1.0 - self.fraction)
    }

    /// The first time at which the growth reaches the level.
    ///
    /// Growth is exponential at late times, so the curve is interpolated linearly in its logarithm. The error is that of the
    /// logarithm over the slope.
    pub fn time(&self, growth: Growth, curves: &Curves) -> EscapeTime {
        let ratios = ratios(growth, curves);
        let level = self.level();
        let Some(last) = ratios.last() else {
            return EscapeTime::NotWithin {
                reason: NOTHING_HARD.to_owned(),
            };
        };
        match ratios.iter().position(|now| now.value >= level) {
            Some(0) => EscapeTime::At(Measured::new(0.0, 0.0)),
            Some(step) => EscapeTime::At(crossing(step, ratios[step - 1], ratios[step], level)),
            None => EscapeTime::NotWithin {
                reason: format!(
                    "not within {} steps: {} ends at {:.4}, and {:.4} is needed",
                    curves.steps(),
                    match growth {
                        Growth::Mean => "Tr q_V / Tr C",
                        Growth::Median => "the median of d |M_V|^2 / Tr C",
                    },
                    last.value,
                    level,
                ),
            },
        }
    }

    /// What runs of at most `cap` steps do.
    pub fn prediction(&self, curves: &Curves, cap: usize) -> EscapePrediction {
        let success = if cap > curves.steps() {
            Err(format!(
                "the theory was followed for {} steps only, and the runs take up to {cap}",
                curves.steps()
            ))
        } else {
            self.success(curves, cap)
                .ok_or_else(|| NOTHING_HARD.to_owned())
        };
        EscapePrediction {
            success,
            median: self.time(Growth::Median, curves),
            mean: self.time(Growth::Mean, curves),
        }
    }

    /// The part of all runs that have reached the level within `steps` (at most those of the curves); absent where
    /// nothing is hard.
    ///
    /// `sqrt(d) M_V` is Gaussian, so this is the largest probability over these steps that its square is above the
    /// level: a run may have been there before and come back, which growth makes rare.
    pub fn success(&self, curves: &Curves, steps: usize) -> Option<Measured> {
        let last = steps.min(curves.steps());
        let parts = (0..curves.hard_spread.len().min(last + 1)).map(|step| {
            let law = law(curves, step);
            let at = |level: f64| law.exceeds(level);
            let level = self.level();
            let error = level * relative_error(curves, step);
            let half = 0.5 * (at(level - error).value - at(level + error).value);
            let success = at(level);
            Measured::new(success.value, half + success.error)
        });
        parts.max_by(|a, b| a.value.total_cmp(&b.value))
    }
}

/// What is compared with the level, at every step; empty where nothing is hard.
fn ratios(growth: Growth, curves: &Curves) -> Vec<Measured> {
    (0..curves.hard_spread.len())
        .map(|step| {
            let law = law(curves, step);
            let value = match growth {
                Growth::Mean => law.mean(),
                Growth::Median => law.median(),
            };
            Measured::new(value, value * relative_error(curves, step))
        })
        .collect()
}

/// The law of `d |M_V|^2 / Tr C`.
fn law(curves: &Curves, step: usize) -> SquareSum {
    let size = curves.gram[step].mean.trace();
    SquareSum::new(curves.hard_spread[step].iter().map(|q| q / size))
}

/// Of `Tr q_V / Tr C`, as if the errors of both added up.
fn relative_error(curves: &Curves, step: usize) -> f64 {
    let gram = &curves.gram[step];
    let growth = curves.hard_growth_trace[step];
    let of_growth = if growth.value > 0.0 {
        growth.relative_error()
    } else {
        0.0
    };
    of_growth + gram.error.trace() / gram.mean.trace()
}

/// Where the curve passes the level, between the step before and this one.
fn crossing(step: usize, before: Measured, after: Measured, level: f64) -> Measured {
    // weights that start at zero have no overlap to grow from
    if before.value <= 0.0 {
        return Measured::new(step as f64, 0.0);
    }
    let slope = (after.value / before.value).ln();
    let part = (level / before.value).ln() / slope;
    let error = before.relative_error() * (1.0 - part) + after.relative_error() * part;
    Measured::new((step - 1) as f64 + part, error / slope)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::MeasuredMatrix;
    use nalgebra::DMatrix;

    /// `Tr q_V(t) / Tr C = exp(rate t)`, in one component or spread over several, with a relative error of one percent;
    /// `Tr C = 2`.
    fn growing(rate: f64, steps: usize, components: usize) -> Curves {
        let mut curves = Curves::new(&[], &DMatrix::zeros(0, 1));
        let value = |t: usize| 2.0 * (rate * t as f64).exp();
        let steps = 0..=steps;
        curves.hard_growth_trace = (steps.clone())
            .map(|t| Measured::new(value(t), 0.01 * value(t)))
            .collect();
        curves.hard_spread = (steps.clone())
            .map(|t| vec![value(t) / components as f64; components])
            .collect();
        curves.gram = (steps.clone())
            .map(|_| MeasuredMatrix {
                mean: DMatrix::identity(2, 2),
                error: DMatrix::zeros(2, 2),
            })
            .collect();
        curves.train_loss = steps.map(|_| Measured::new(1.0, 0.0)).collect();
        curves
    }

    /// A level of exactly 100.
    const ESCAPE: Escape = Escape {
        dim: 900,
        fraction: 0.1,
    };

    fn at(growth: Growth, curves: &Curves) -> Measured {
        match ESCAPE.time(growth, curves) {
            EscapeTime::At(time) => time,
            EscapeTime::NotWithin { reason } => panic!("{reason}"),
        }
    }

    #[test]
    fn exponential_growth_is_interpolated_exactly() {
        let time = at(Growth::Mean, &growing(0.3, 40, 1));
        // rounding
        assert!((time.value - 100f64.ln() / 0.3).abs() < 1e-12, "{time:?}");
        assert!((time.error - 0.01 / 0.3).abs() < 1e-12, "{time:?}");
    }

    #[test]
    fn half_of_the_runs_wait_for_the_median() {
        // the medians of chi-squared with one and with two degrees of freedom, the latter halved
        for (components, median) in [(1, 0.454_936_423_12), (2, 2f64.ln())] {
            let curves = growing(0.3, 40, components);
            let time = at(Growth::Median, &curves);
            let expected = (100.0 / median).ln() / 0.3;
            // that of the medians
            assert!((time.value - expected).abs() < 1e-7, "{time:?} {expected}");
            // at whole steps around it the probabilities are around one half
            let success = |steps: f64| ESCAPE.success(&curves, steps as usize).unwrap();
            let (before, after) = (success(expected.floor()), success(expected.ceil()));
            assert!(before.value < 0.5 && 0.5 < after.value);
            // dP/dln(level) of one percent; below 0.25 for every law of this kind
            assert!(after.error > 1e-4 && after.error < 0.01, "{after:?}");
        }
    }

    #[test]
    fn the_success_is_that_of_the_best_step() {
        let curves = growing(0.3, 40, 2);
        // two equal components: an exponential law
        let expected = (-100.0 / (0.3f64 * 12.0).exp()).exp();
        let found = ESCAPE.success(&curves, 12).unwrap();
        // the inversion's bound
        assert!((found.value - expected).abs() < 1e-10, "{found:?}");
        let shrinking = growing(-0.3, 40, 2);
        let start = ESCAPE.success(&shrinking, 0);
        assert_eq!(ESCAPE.success(&shrinking, 40), start);
        assert_eq!(
            ESCAPE.success(&curves, 1000),
            ESCAPE.success(&curves, 40),
            "no further than the curves"
        );
    }

    #[test]
    fn a_prediction_ends_where_the_theory_does() {
        let curves = growing(0.3, 40, 2);
        let within = ESCAPE.prediction(&curves, 12);
        assert_eq!(within.success.ok(), ESCAPE.success(&curves, 12));
        assert_eq!(within.mean, ESCAPE.time(Growth::Mean, &curves));
        let reason = ESCAPE.prediction(&curves, 41).success.unwrap_err();
        assert!(reason.contains("40 steps only"), "{reason}");
    }

    #[test]
    fn what_does_not_happen_has_a_reason() {
        let reason = |growth, curves: &Curves| match ESCAPE.time(growth, curves) {
            EscapeTime::NotWithin { reason } => reason,
            EscapeTime::At(time) => panic!("{time:?}"),
        };
        let late = reason(Growth::Mean, &growing(0.1, 20, 1));
        assert!(late.contains("not within 20 steps"), "{late}");
        assert!(late.contains("and 100.0000 is needed"), "{late}");
        let mut easy = growing(0.1, 20, 1);
        easy.hard_spread.clear();
        assert!(reason(Growth::Median, &easy).contains("no direction is hard"));
        assert_eq!(ESCAPE.success(&easy, 20), None);
    }

    #[test]
    fn a_small_dimension_is_left_at_once() {
        let escape = Escape {
            dim: 2,
            fraction: 0.1,
        };
        let start = EscapeTime::At(Measured::new(0.0, 0.0));
        assert_eq!(escape.time(Growth::Mean, &growing(0.1, 20, 1)), start);
    }
}
