//! Bracketed root finding with a typed outcome.

use std::cell::RefCell;

use argmin::core::{CostFunction, Error, Executor};
use argmin::solver::brent::BrentRoot;

/// A root with the last point of the opposite sign known around it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Root {
    /// The best estimate.
    pub root: f64,
    /// Ends of the smallest bracket seen, increasing; they hold a change of sign.
    pub bracket: (f64, f64),
}

/// Why there is no root.
#[derive(Debug, thiserror::Error)]
pub enum RootError<E: std::error::Error> {
    /// The function has the same sign at both ends, or is not a number there.
    #[error("no change of sign between {low} (value {at_low:e}) and {high} (value {at_high:e})")]
    NoSignChange {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
        /// Value at the lower end.
        at_low: f64,
        /// Value at the upper end.
        at_high: f64,
    },
    /// The function failed inside the bracket.
    #[error(transparent)]
    Function(E),
    /// The method stopped without converging.
    #[error("the root between {low} and {high} was not reached")]
    NotConverged {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
}

/// Evaluations allowed beyond the two ends; Brent's method needs about ten for a smooth function.
const MAX_EVALUATIONS: u64 = 100;

/// A function of one variable that may fail, with its values remembered for the final bracket.
struct Guarded<F, E> {
    state: RefCell<State<F, E>>,
}

struct State<F, E> {
    function: F,
    seen: Vec<(f64, f64)>,
    failure: Option<E>,
}

impl<F, E> CostFunction for Guarded<F, E>
where
    F: FnMut(f64) -> Result<f64, E>,
{
    type Param = f64;
    type Output = f64;

    fn cost(&self, x: &f64) -> Result<f64, Error> {
        let mut state = self.state.borrow_mut();
        if let Some((_, value)) = state.seen.iter().find(|(seen, _)| seen == x) {
            return Ok(*value);
        }
        match (state.function)(*x) {
            Ok(value) if !value.is_nan() => {
                state.seen.push((*x, value));
                Ok(value)
            }
            Ok(value) => Err(Error::msg(format!("the function is {value} at {x}"))),
            Err(failure) => {
                state.failure = Some(failure);
                Err(Error::msg("the function failed"))
            }
        }
    }
}

/// Finds the root of `function` between `low` and `high`, where its values are `at_low` and
/// `at_high`, to the absolute accuracy `tolerance` (Brent's method).
///
/// The ends are checked first: Brent's method itself takes a NaN there for a root.
///
/// # Errors
/// No change of sign, the function's own failure, or no convergence.
pub fn bracketed_root<E: std::error::Error>(
    (low, at_low): (f64, f64),
    (high, at_high): (f64, f64),
    tolerance: f64,
    function: impl FnMut(f64) -> Result<f64, E>,
) -> Result<Root, RootError<E>> {
    if !(at_low * at_high <= 0.0 && low.is_finite() && high.is_finite()) {
        return Err(RootError::NoSignChange {
            low,
            high,
            at_low,
            at_high,
        });
    }
    let state = State {
        function,
        seen: vec![(low, at_low), (high, at_high)],
        failure: None,
    };
    let problem = Guarded {
        state: RefCell::new(state),
    };
    let solver = BrentRoot::new(low, high, tolerance);
    let run = Executor::new(&problem, solver)
        .configure(|state| state.max_iters(MAX_EVALUATIONS))
        .run();
    let best = run.ok().and_then(|result| result.state.best_param);
    let state = problem.state.into_inner();
    match (best, state.failure) {
        (_, Some(failure)) => Err(RootError::Function(failure)),
        (Some(root), None) => Ok(Root {
            root,
            bracket: bracket(&state.seen),
        }),
        (None, None) => Err(RootError::NotConverged { low, high }),
    }
}

impl<F, E> CostFunction for &Guarded<F, E>
where
    F: FnMut(f64) -> Result<f64, E>,
{
    type Param = f64;
    type Output = f64;

    fn cost(&self, x: &f64) -> Result<f64, Error> {
        (**self).cost(x)
    }
}

/// The closest pair of neighbouring points with a change of sign.
fn bracket(seen: &[(f64, f64)]) -> (f64, f64) {
    let mut points = seen.to_vec();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    points
        .windows(2)
        .filter(|pair| pair[0].1 * pair[1].1 <= 0.0)
        .map(|pair| (pair[0].0, pair[1].0))
        .min_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0)))
        .unwrap_or((f64::NEG_INFINITY, f64::INFINITY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("failed")]
    struct Failed;

    fn solve(f: impl Fn(f64) -> f64, low: f64, high: f64) -> Result<Root, RootError<Failed>> {
        bracketed_root((low, f(low)), (high, f(high)), 1e-12, |x| Ok(f(x)))
    }

    #[test]
    fn finds_the_root_and_brackets_it() {
        let found = solve(|x| x * x - 2.0, 0.0, 2.0).unwrap();
        // the requested tolerance
        assert!((found.root - 2f64.sqrt()).abs() < 1e-12);
        assert!(found.bracket.0 <= 2f64.sqrt() && found.bracket.1 >= 2f64.sqrt());
        assert!(found.bracket.1 - found.bracket.0 < 0.1);
    }

    #[test]
    fn refuses_nan_and_equal_signs() {
        assert!(matches!(
            solve(|_| f64::NAN, 0.0, 1.0),
            Err(RootError::NoSignChange { .. })
        ));
        assert!(matches!(
            solve(|x| x + 1.0, 0.0, 1.0),
            Err(RootError::NoSignChange { .. })
        ));
        let hole = |x: f64| {
            if (x - 0.5).abs() < 0.4 {
                f64::NAN
            } else {
                x - 0.5
            }
        };
        assert!(matches!(
            solve(hole, 0.0, 1.0),
            Err(RootError::NotConverged { .. })
        ));
    }

    #[test]
    fn hands_on_the_functions_failure() {
        let outcome = bracketed_root((0.0, -1.0), (1.0, 1.0), 1e-9, |_| Err(Failed));
        assert!(matches!(outcome, Err(RootError::Function(Failed))));
    }
}
