//! How surprising a gap is.

use statrs::distribution::{ChiSquared, ContinuousCDF, Gamma, Normal, StudentsT};

use crate::numerics::Measured;

/// Errors below this part of the number are rounding: some numbers are fixed exactly (the norm of a row on the sphere).
const ROUNDING: f64 = 1e-12;

/// A mean over replicates of the theory and one over runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gap {
    pub theory: Measured,
    /// Replicates behind the theory's error.
    pub replicates: usize,
    pub simulation: Measured,
    pub runs: usize,
}

impl Gap {
    pub fn difference(&self) -> f64 {
        self.simulation.value - self.theory.value
    }

    /// Standard error of the difference, at least that of rounding.
    pub fn error(&self) -> f64 {
        let size = self.theory.value.abs().max(self.simulation.value.abs());
        let rounding = (ROUNDING * size).max(f64::MIN_POSITIVE);
        self.theory.error.hypot(self.simulation.error).max(rounding)
    }

    /// Degrees of freedom of the difference (B. L. Welch, Biometrika 34, 1947).
    pub fn degrees(&self) -> f64 {
        let part = |error: f64, count: usize| {
            let share = (error / self.error()).powi(2);
            share * share / (count.max(2) - 1) as f64
        };
        let sum = part(self.theory.error, self.replicates) + part(self.simulation.error, self.runs);
        if sum > 0.0 { sum.recip() } else { MOST_DEGREES }
    }
}

/// Beyond, Student's law is the normal one for all that is decided here.
const MOST_DEGREES: f64 = 1e6;

/// P(|T| >= t) of Student's law.
pub(super) fn student(t: f64, degrees: f64) -> f64 {
    let degrees = degrees.min(MOST_DEGREES);
    StudentsT::new(0.0, 1.0, degrees).map_or(1.0, |law| (2.0 * law.sf(t.abs())).min(1.0))
}

/// Two-sided probability of a value of a chi-squared variable with that many degrees of freedom, and the value as a normal
/// score.
pub(super) fn chi_squared(value: f64, degrees: f64) -> (f64, f64) {
    let Ok(law) = ChiSquared::new(degrees) else {
        return (0.0, 1.0);
    };
    let (below, above) = (law.cdf(value), law.sf(value));
    let p = (2.0 * below.min(above)).min(1.0);
    let score = significance(p);
    (if below < above { -score } else { score }, p)
}

/// P(X >= value) of the gamma law with this mean and standard deviation.
pub(super) fn gamma_tail(value: f64, mean: f64, deviation: f64) -> f64 {
    let shape = (mean / deviation).powi(2);
    Gamma::new(shape, shape / mean).map_or(1.0, |law| law.sf(value))
}

/// A two-sided probability as standard deviations of a normal law.
pub(super) fn significance(p: f64) -> f64 {
    // a probability of zero is one below what floating point holds
    let half = (0.5 * p).clamp(f64::MIN_POSITIVE, 0.5);
    -Normal::standard().inverse_cdf(half)
}

/// Holm's adjusted probabilities (S. Holm, Scand. J. Statist. 6, 1979): rejecting those below a level makes one false
/// rejection or more with at most that probability, however the tests depend on one another.
pub(super) fn holm(probabilities: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..probabilities.len()).collect();
    order.sort_by(|&a, &b| probabilities[a].total_cmp(&probabilities[b]));
    let mut adjusted = vec![1.0; probabilities.len()];
    let mut largest: f64 = 0.0;
    for (rank, &index) in order.iter().enumerate() {
        let remaining = (probabilities.len() - rank) as f64;
        largest = largest.max((remaining * probabilities[index]).min(1.0));
        adjusted[index] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gap(theory_error: f64, simulation_error: f64) -> Gap {
        Gap {
            theory: Measured::new(1.0, theory_error),
            replicates: 4,
            simulation: Measured::new(1.3, simulation_error),
            runs: 12,
        }
    }

    #[test]
    fn degrees_are_those_of_the_larger_error() {
        assert!((gap(0.0, 0.1).degrees() - 11.0).abs() < 1e-12);
        assert!((gap(0.1, 0.0).degrees() - 3.0).abs() < 1e-12);
        // equal errors: (1 + 1)^2 / (1/3 + 1/11)
        assert!((gap(0.1, 0.1).degrees() - 4.0 / (1.0 / 3.0 + 1.0 / 11.0)).abs() < 1e-12);
    }

    #[test]
    fn exact_numbers_differ_by_rounding_only() {
        let exact = Gap {
            theory: Measured::new(0.25, 0.0),
            simulation: Measured::new(0.25 + 2e-16, 1e-17),
            ..gap(0.0, 0.0)
        };
        assert!((exact.difference() / exact.error()).abs() < 1e-2);
    }

    #[test]
    fn tails_have_tabulated_values() {
        // tables of Student's t: 2.201 at 11 degrees and 3.106, two-sided 5 and 1 percent
        assert!((student(2.201, 11.0) - 0.05).abs() < 1e-4);
        assert!((student(3.106, 11.0) - 0.01).abs() < 1e-4);
        // chi-squared with 10 degrees: 20.483 is exceeded with probability 0.025
        let (score, p) = chi_squared(20.483, 10.0);
        assert!((p - 0.05).abs() < 1e-4 && (score - 1.96).abs() < 1e-3);
        assert!(chi_squared(3.247, 10.0).0 < -1.95);
        // an exponential law: mean and deviation are one
        assert!((gamma_tail(3.0, 1.0, 1.0) - (-3.0_f64).exp()).abs() < 1e-9);
        assert!((significance(0.002_699_796) - 3.0).abs() < 1e-5);
    }

    #[test]
    fn holm_steps_down() {
        let adjusted = holm(&[0.03, 0.001, 0.02, 0.8]);
        let expected = [0.06, 0.004, 0.06, 0.8];
        for (a, e) in adjusted.iter().zip(expected) {
            assert!((a - e).abs() < 1e-15, "{adjusted:?}");
        }
        assert!(holm(&[]).is_empty());
    }

    proptest::proptest! {
        #[test]
        fn holm_lies_between_no_and_full_correction(p in proptest::collection::vec(0.0..1.0_f64, 1..30)) {
            let count = p.len() as f64;
            for (adjusted, p) in holm(&p).iter().zip(&p) {
                proptest::prop_assert!(*adjusted >= *p && *adjusted <= (count * p).min(1.0));
            }
        }
    }
}
