//! Guarded integration in one dimension.

use std::cell::Cell;

use quadrature::double_exponential;

use super::Measured;
use super::gauss::gauss_legendre;

/// Why an integral has no trustworthy value.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum IntegrateError {
    /// The integrand is not a finite number somewhere inside a panel.
    #[error("the integrand is {value} at {at}")]
    NotFinite {
        /// Where.
        at: f64,
        /// What it is there.
        value: f64,
    },
    /// Halving panels did not make the two rules agree.
    #[error("the integral over [{low}, {high}] did not settle: two rules differ by {difference:e}")]
    NotSettled {
        /// Lower end of the panel.
        low: f64,
        /// Upper end of the panel.
        high: f64,
        /// Difference of the rules on it.
        difference: f64,
    },
}

/// Halvings of a panel before giving up.
const MAX_DEPTH: u32 = 24;
/// Nodes of the confirming Gauss-Legendre rule.
const CONFIRMING_NODES: usize = 20;

/// Integrates `f` over the panels between consecutive `breaks` (increasing, finite) to the absolute
/// `tolerance` per panel.
///
/// Each panel is integrated twice, by the double-exponential rule (which tolerates singular ends)
/// and by Gauss-Legendre, and halved until they agree: the double-exponential rule alone has a fixed
/// number of evaluations, returns plausible values for integrands it has not resolved, and takes
/// every non-finite value for zero. Here a non-finite value is an error, except at the breaks.
///
/// # Errors
/// A non-finite value inside a panel, or no agreement away from the breaks.
pub fn integrate(
    f: impl Fn(f64) -> f64,
    breaks: &[f64],
    tolerance: f64,
) -> Result<Measured, IntegrateError> {
    let confirming = gauss_legendre(CONFIRMING_NODES);
    let mut total = Measured::new(0.0, 0.0);
    for panel in breaks.windows(2) {
        let mut pending = vec![(panel[0], panel[1], 0)];
        while let Some((low, high, depth)) = pending.pop() {
            let (value, difference) = both_rules(&f, low, high, tolerance, &confirming, panel)?;
            if difference <= tolerance.max(1e-14 * value.abs()) {
                total = Measured::new(total.value + value, total.error + difference);
            } else if depth < MAX_DEPTH {
                let middle = 0.5 * (low + high);
                pending.extend([(low, middle, depth + 1), (middle, high, depth + 1)]);
            } else if low <= panel[0] || high >= panel[1] {
                // a singular end: the double-exponential rule is made for it, and the doubt goes into the error
                total = Measured::new(total.value + value, total.error + difference);
            } else {
                return Err(IntegrateError::NotSettled {
                    low,
                    high,
                    difference,
                });
            }
        }
    }
    Ok(total)
}

/// The double-exponential value on one panel and its difference from Gauss-Legendre.
fn both_rules(
    f: &impl Fn(f64) -> f64,
    low: f64,
    high: f64,
    tolerance: f64,
    confirming: &[(f64, f64)],
    ends: &[f64],
) -> Result<(f64, f64), IntegrateError> {
    let bad: Cell<Option<(f64, f64)>> = Cell::new(None);
    let guarded = |x: f64| {
        let value = f(x);
        let at_end = x <= ends[0] || x >= ends[1];
        if !value.is_finite() && !at_end {
            bad.set(Some((x, value)));
        }
        if value.is_finite() { value } else { 0.0 }
    };
    let value = double_exponential::integrate(guarded, low, high, 0.1 * tolerance).integral;
    let half = 0.5 * (high - low);
    let confirmed: f64 = confirming
        .iter()
        .map(|&(x, w)| half * w * guarded(low + half * (1.0 + x)))
        .sum();
    match bad.get() {
        Some((at, value)) => Err(IntegrateError::NotFinite { at, value }),
        None => Ok((value, (value - confirmed).abs())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gaussian(z: f64) -> f64 {
        (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt()
    }

    #[test]
    fn a_narrow_integrand_on_a_wide_panel_is_found() {
        // the double-exponential rule alone returns 0 here, with an error estimate of 2e-27
        let value = integrate(|z| z.tanh().powi(2) * gaussian(z), &[-30.0, 30.0], 1e-12).unwrap();
        // reference: QUADPACK, error below 1e-12
        assert!(
            (value.value - 0.394_294_490_397_84).abs() < 1e-11,
            "{value:?}"
        );
    }

    #[test]
    fn singular_ends_are_integrated() {
        let value = integrate(|x| 1.0 / x.sqrt(), &[0.0, 1.0], 1e-9).unwrap();
        // the tolerance per panel, over the halvings towards the singular end
        assert!((value.value - 2.0).abs() < 1e-6, "{value:?}");
    }

    #[test]
    fn a_number_that_is_not_one_is_an_error() {
        let outcome = integrate(|x| (x - 0.5).ln(), &[0.0, 1.0], 1e-9);
        assert!(matches!(outcome, Err(IntegrateError::NotFinite { .. })));
    }
}
