//! A root of an expensive, nearly linear function.

/// Longest step.
const LONGEST: f64 = 0.35;

/// Shortest step beyond two values of one sign; it doubles with every further one, however steep the function seems:
/// margins of heavy-tailed laws are rough on small scales.
const SHORTEST: f64 = 0.02;

/// Values after which a bracket is halved instead.
const PATIENCE: usize = 7;

/// How well a root has to be known, and what it may cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Accuracy {
    /// How close two evaluations have to be for the line through them to give the root: with the curvature of a margin,
    /// about one per unit, the error is below an eighth of its square.
    pub close: f64,
    /// Evaluations spent before the root counts as lost.
    pub evaluations: usize,
}

impl Accuracy {
    /// For functions whose every value costs a training: two or three evaluations are the rule, and the error of ln delta is
    /// below 1e-3, mostly far below.
    pub const COSTLY: Self = Self {
        close: 0.08,
        evaluations: 16,
    };
    /// For functions of a law that is there already: to 1e-9, far below the error of any quadrature.
    pub const CHEAP: Self = Self {
        close: 1e-4,
        evaluations: 60,
    };
}

/// What is known of a root beforehand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Guess {
    pub start: f64,
    /// Slope of the function at the root, about; only its sign matters once two values are known.
    pub slope: f64,
    /// Where the root has to lie.
    pub range: (f64, f64),
}

/// The root of `function`, given values that are `known` already, by secants kept inside the smallest bracket.
///
/// `None` where it leaves the range or is not found. The last line through two close evaluations gives the
/// root; it is not evaluated again.
pub(super) fn root<E>(
    mut known: Vec<(f64, f64)>,
    guess: Guess,
    accuracy: Accuracy,
    mut function: impl FnMut(f64) -> Result<f64, E>,
) -> Result<Option<f64>, E> {
    known.retain(|(_, value)| value.is_finite());
    for _ in 0..accuracy.evaluations {
        let x = match propose(&known, guess, accuracy.close) {
            Proposal::Root(x) => {
                return Ok((x >= guess.range.0 && x <= guess.range.1).then_some(x));
            }
            Proposal::Look(x) => x.clamp(guess.range.0, guess.range.1),
        };
        if known.iter().any(|(seen, _)| *seen == x) {
            return Ok(None);
        }
        let value = function(x)?;
        if !value.is_finite() {
            return Ok(None);
        }
        known.push((x, value));
    }
    Ok(None)
}

/// What the values so far suggest.
enum Proposal {
    /// This is the root, to the accuracy that is wanted.
    Root(f64),
    /// Evaluate here next.
    Look(f64),
}

/// A point and the function's value there.
type Point = (f64, f64);

fn propose(known: &[Point], guess: Guess, close: f64) -> Proposal {
    let rising = guess.slope > 0.0;
    // above: the function has the sign that it has to the right of the root
    let above = |&&(_, value): &&Point| (value > 0.0) == rising;
    let left = known
        .iter()
        .filter(|point| !above(point))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let right = known
        .iter()
        .filter(above)
        .min_by(|a, b| a.0.total_cmp(&b.0));
    match (left, right) {
        (Some(a), Some(b)) if a.0 < b.0 => enclosed(*a, *b, known, close),
        _ => extrapolate(known, guess, close),
    }
}

/// The root lies between a and b.
fn enclosed(a: Point, b: Point, known: &[Point], close: f64) -> Proposal {
    let x = secant(a, b);
    if b.0 - a.0 < close {
        return Proposal::Root(x);
    }
    // the line through the two smallest values is the better one, if it stays inside
    let smallest = by_size(known);
    let better = secant(smallest[0], smallest[1]);
    let inside = better > a.0 && better < b.0;
    let near = smallest[..2]
        .iter()
        .all(|point| (point.0 - better).abs() < close);
    if inside && near {
        return Proposal::Root(better);
    }
    if known.len() > PATIENCE {
        return Proposal::Look(0.5 * (a.0 + b.0));
    }
    // evaluate just beyond the root, so that the bracket closes from the far side
    let x = if inside { better } else { x };
    let far = if b.0 - x > x - a.0 { b.0 } else { a.0 };
    let beyond = (0.2 * (far - x).abs()).min(0.3 * close);
    Proposal::Look(x + (far - x).signum() * beyond)
}

/// All values have one sign: go on along the line through the two smallest, or by the guessed slope.
fn extrapolate(known: &[Point], guess: Guess, close: f64) -> Proposal {
    let slope_of = |a: Point, b: Point| (b.1 - a.1) / (b.0 - a.0);
    let (best, slope) = match by_size(known)[..] {
        [] => return Proposal::Look(guess.start),
        [best] => (best, guess.slope),
        [best, other, ..] if slope_of(best, other) * guess.slope > 0.0 => {
            let x = secant(best, other);
            if (x - best.0).abs() < 0.5 * close && (best.0 - other.0).abs() < close {
                return Proposal::Root(x);
            }
            (best, slope_of(best, other))
        }
        [best, ..] => (best, guess.slope),
    };
    let line = -best.1 / slope;
    let least = match known.len() {
        0..=1 => 0.0,
        count => SHORTEST * 2f64.powi(count as i32 - 2),
    };
    let step = line.abs().max(least).min(LONGEST).copysign(line);
    // a little further, so that the root is enclosed; from the outermost value, so that rough ones do not hold it back
    let outermost = known
        .iter()
        .map(|point| point.0 * line.signum())
        .fold(best.0 * line.signum(), f64::max);
    let from = if known.len() > 2 {
        outermost * line.signum()
    } else {
        best.0
    };
    Proposal::Look(from + 1.15 * step + 1e-4 * step.signum())
}

/// The points, those with the smallest values first.
fn by_size(known: &[Point]) -> Vec<Point> {
    let mut sorted = known.to_vec();
    sorted.sort_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
    sorted
}

fn secant(a: Point, b: Point) -> f64 {
    a.0 - a.1 * (b.0 - a.0) / (b.1 - a.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn solve(f: impl Fn(f64) -> f64, start: f64, slope: f64) -> (Option<f64>, usize) {
        let mut count = 0;
        let guess = Guess {
            start,
            slope,
            range: (-3.0, 3.0),
        };
        let found = root(Vec::new(), guess, Accuracy::COSTLY, |x| {
            count += 1;
            Ok::<f64, std::convert::Infallible>(f(x))
        });
        (found.unwrap_or(None), count)
    }

    #[test]
    fn a_bent_line_takes_a_handful_of_evaluations() {
        for root in [-0.7f64, 0.1, 0.4, 1.3] {
            // curvature one per unit, as margins have it
            let f = |x: f64| -(x - root) + 0.5 * (x - root).powi(2) * 0.8;
            let (found, count) = solve(f, 0.2, -0.9);
            assert!((found.unwrap() - root).abs() < 1e-3, "{root}: {found:?}");
            assert!(count <= 6, "{root}: {count} evaluations");
        }
        // a start as good as another replicate's crossing
        assert!(solve(|x| 0.25 - x, 0.24, -1.0).1 <= 2);
    }

    #[test]
    fn rising_functions_and_square_roots_are_found_too() {
        let (found, _) = solve(|x| (x + 0.6) * (1.5 + x).abs().sqrt(), 0.5, 1.0);
        assert!((found.unwrap() + 0.6).abs() < 2e-3, "{found:?}");
    }

    #[test]
    fn a_rough_function_with_a_misleading_slope_is_bracketed_all_the_same() {
        // bumps of the size of the first values, and a guess five times too steep
        let f = |x: f64| 0.5 - x + 0.03 * (40.0 * x).sin();
        let (found, count) = solve(f, 0.0, -5.0);
        assert!((found.unwrap() - 0.5).abs() < 0.05, "{found:?}");
        assert!(count <= 10, "{count} evaluations");
    }

    #[test]
    fn a_function_without_a_root_in_range_has_none() {
        assert_eq!(solve(|x| 5.0 - x, 0.0, -1.0).0, None);
        assert_eq!(solve(|x| f64::INFINITY * (x + 10.0), 0.0, -1.0).0, None);
    }
}
