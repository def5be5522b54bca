//! When training leaves phase 1 in a finite dimension.

use super::ensemble::Curves;
use crate::numerics::Measured;

/// The question: when is the squared overlap with hard directions, summed over neurons, a fraction of one?
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Escape {
    /// d.
    pub dim: u64,
    /// The squared overlap `|M_V|_F^2` at which the hard directions count as found.
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

impl Escape {
    /// `Tr q_V` at the escape.
    pub fn level(&self) -> f64 {
        self.fraction * self.dim as f64
    }

    /// The first time at which `Tr q_V(t) >= fraction * d`, docs/theory.md section 8.
    ///
    /// Growth is exponential at late times, so the curve is interpolated linearly in its logarithm. The error is that of the
    /// logarithm over the slope.
    pub fn time(&self, curves: &Curves) -> EscapeTime {
        let growth = &curves.hard_growth_trace;
        let level = self.level();
        let Some(last) = growth.last() else {
            let reason =
                "the network reaches every latent direction within phase 1: none has to wait"
                    .to_owned();
            return EscapeTime::NotWithin { reason };
        };
        match growth.iter().position(|now| now.value >= level) {
            Some(0) => EscapeTime::At(Measured::new(0.0, 0.0)),
            Some(step) => EscapeTime::At(crossing(step, growth[step - 1], growth[step], level)),
            None => EscapeTime::NotWithin {
                reason: format!(
                    "not within {} steps: Tr q_V ends at {:.4}, and {} * {} = {level} is needed",
                    curves.steps(),
                    last.value,
                    self.fraction,
                    self.dim,
                ),
            },
        }
    }
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

    /// `Tr q_V(t) = exp(rate t)`, with a relative error of one percent.
    fn growing(rate: f64, steps: usize) -> Curves {
        let mut curves = Curves::new(&[], &nalgebra::DMatrix::zeros(0, 1));
        let value = |t: usize| (rate * t as f64).exp();
        curves.hard_growth_trace = (0..=steps)
            .map(|t| Measured::new(value(t), 0.01 * value(t)))
            .collect();
        curves.train_loss = vec![Measured::new(1.0, 0.0); steps + 1];
        curves
    }

    #[test]
    fn exponential_growth_is_interpolated_exactly() {
        let escape = Escape {
            dim: 1000,
            fraction: 0.1,
        };
        let EscapeTime::At(time) = escape.time(&growing(0.3, 40)) else {
            panic!("e^12 is more than 100");
        };
        // rounding
        assert!((time.value - 100f64.ln() / 0.3).abs() < 1e-12, "{time:?}");
        assert!((time.error - 0.01 / 0.3).abs() < 1e-12, "{time:?}");
    }

    #[test]
    fn what_does_not_happen_has_a_reason() {
        let escape = Escape {
            dim: 1000,
            fraction: 0.1,
        };
        let reason = |curves: &Curves| match escape.time(curves) {
            EscapeTime::NotWithin { reason } => reason,
            EscapeTime::At(time) => panic!("{time:?}"),
        };
        let late = reason(&growing(0.1, 20));
        assert!(late.contains("not within 20 steps") && late.contains("0.1 * 1000 = 100"));
        let mut easy = growing(0.1, 20);
        easy.hard_growth_trace.clear();
        assert!(reason(&easy).contains("every latent direction"));
    }

    #[test]
    fn a_small_dimension_is_left_at_once() {
        let escape = Escape {
            dim: 2,
            fraction: 0.1,
        };
        let start = EscapeTime::At(Measured::new(0.0, 0.0));
        assert_eq!(escape.time(&growing(0.1, 20)), start);
    }
}
