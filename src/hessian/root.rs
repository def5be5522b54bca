//! Bracketed root finding for functions whose every value costs a solve.

use super::error::HessianError;

/// Evaluations allowed: bisection alone would need fewer than this many for a double.
const MAX_EVALUATIONS: usize = 120;

/// Two points with the values of a function there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bracket {
    /// One end and its value.
    pub first: (f64, f64),
    /// The other end and its value, of opposite sign.
    pub second: (f64, f64),
}

/// Chandrupatla's method: inverse quadratic interpolation where it can be trusted, bisection
/// elsewhere (T. R. Chandrupatla, Adv. Eng. Software 28, 1997).
///
/// Stops when the value is at most `value_tolerance` in size or the bracket is `width`
/// (relative) wide.
///
/// # Errors
/// Those of `function`; [`HessianError::RootNotFound`] where the bracket has no change of sign
/// or a value is not finite.
pub(super) fn bracketed_root(
    quantity: &'static str,
    bracket: Bracket,
    value_tolerance: f64,
    width: f64,
    mut function: impl FnMut(f64) -> Result<f64, HessianError>,
) -> Result<f64, HessianError> {
    let not_found = HessianError::RootNotFound {
        quantity,
        lower: bracket.first.0,
        upper: bracket.second.0,
        at_lower: bracket.first.1,
        at_upper: bracket.second.1,
    };
    let (mut newest, mut opposite) = (bracket.first, bracket.second);
    let product = newest.1 * opposite.1;
    if product.is_nan() || product > 0.0 {
        return Err(not_found);
    }
    // The first guess is the secant's: callers arrive with nearly linear functions.
    let mut fraction = newest.1 / (newest.1 - opposite.1);
    for _ in 0..MAX_EVALUATIONS {
        let best = if newest.1.abs() < opposite.1.abs() {
            newest
        } else {
            opposite
        };
        let room = width * best.0.abs() / (opposite.0 - newest.0).abs();
        if best.1.abs() <= value_tolerance || room.is_nan() || room >= 0.5 {
            return Ok(best.0);
        }
        let x = newest.0 + fraction.clamp(room, 1.0 - room) * (opposite.0 - newest.0);
        let value = function(x)?;
        if !value.is_finite() {
            return Err(not_found);
        }
        let discarded;
        if (value > 0.0) == (newest.1 > 0.0) {
            discarded = newest;
        } else {
            discarded = opposite;
            opposite = newest;
        }
        newest = (x, value);
        fraction = interpolate(newest, opposite, discarded).unwrap_or(0.5);
    }
    Err(not_found)
}

/// Inverse quadratic interpolation as a fraction of the way from `newest` to `opposite`, where
/// Chandrupatla's criterion says that the inverse function is monotone.
fn interpolate(newest: (f64, f64), opposite: (f64, f64), third: (f64, f64)) -> Option<f64> {
    let (x1, f1) = newest;
    let (x2, f2) = opposite;
    let (x3, f3) = third;
    let xi = (x1 - x2) / (x3 - x2);
    let phi = (f1 - f2) / (f3 - f2);
    let trusted = phi * phi < xi && (1.0 - phi) * (1.0 - phi) < 1.0 - xi;
    let fraction =
        f1 / (f2 - f1) * f3 / (f2 - f3) + (x3 - x1) / (x2 - x1) * f1 / (f3 - f1) * f2 / (f3 - f2);
    (trusted && fraction.is_finite()).then_some(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn solve(f: impl Fn(f64) -> f64, a: f64, b: f64) -> (Result<f64, HessianError>, usize) {
        let mut count = 0;
        let bracket = Bracket {
            first: (a, f(a)),
            second: (b, f(b)),
        };
        let root = bracketed_root("f", bracket, 0.0, 1e-15, |x| {
            count += 1;
            Ok(f(x))
        });
        (root, count)
    }

    #[test]
    fn smooth_roots_are_found_in_few_evaluations() {
        let (root, count) = solve(|x| x.exp() - 2.0, 0.0, 3.0);
        assert!((root.unwrap() - 2f64.ln()).abs() < 1e-15);
        assert!(count <= 12, "{count} evaluations");
    }

    #[test]
    fn a_flat_root_falls_back_to_bisection() {
        let (root, count) = solve(|x| (x - 0.3).powi(9), -1.0, 2.0);
        // value underflows to rounding within |x - 0.3| ~ 1e-16^(1/9) of the root only in value
        assert!((root.unwrap() - 0.3).abs() < 1e-6);
        assert!(count <= 120, "{count} evaluations");
    }

    #[test]
    fn a_root_at_the_end_of_the_bracket_is_kept() {
        assert_eq!(solve(|x| x - 1.0, 1.0, 2.0).0.unwrap(), 1.0);
    }

    #[test]
    fn no_change_of_sign_and_nan_are_errors() {
        assert!(matches!(
            solve(|x| x * x + 1.0, -1.0, 1.0).0,
            Err(HessianError::RootNotFound { .. })
        ));
        let hole = |x: f64| if x.abs() < 0.9 { f64::NAN } else { x };
        assert!(matches!(
            solve(hole, -1.0, 1.0).0,
            Err(HessianError::RootNotFound { .. })
        ));
    }
}
