//! How a gap changes with the dimension.

use super::check::Check;
use super::quantity::Quantity;
use crate::numerics::Measured;

/// The gaps of one number over dimensions, and what is left of them in the limit.
///
/// Fitted is `gap(d) = limit + c d^-p` with the p of [`Quantity::exponent`].
#[derive(Clone, Debug)]
pub struct Trend {
    /// Of what.
    pub quantity: Quantity,
    /// n/d.
    pub delta: f64,
    /// The step of training.
    pub step: usize,
    /// Dimensions with their gaps, increasing; errors are those of the simulation.
    pub gaps: Vec<(usize, Measured)>,
    /// The gap as d grows without bound, with the error of both sides.
    pub limit: Measured,
    /// How badly a gap that does not change fits (chi-squared).
    pub constant: f64,
    /// How badly `c d^-p` fits (chi-squared).
    pub vanishing: f64,
}

impl Trend {
    /// The trend of the checks of one number, at two dimensions or more whose runs differ.
    pub(super) fn new(checks: &[&Check]) -> Option<Self> {
        let first = checks.first().filter(|_| checks.len() > 1)?;
        // without scatter there is nothing to weigh the gaps with
        if checks.iter().any(|check| check.simulation.error <= 0.0) {
            return None;
        }
        let theory = first.theory.error;
        let power = first.quantity.exponent();
        let points: Vec<Point> = checks
            .iter()
            .map(|check| Point::new(check, power))
            .collect();
        let sums = Sums::new(&points);
        let (intercept, variance) = sums.intercept();
        Some(Self {
            quantity: first.quantity,
            delta: first.delta,
            step: first.step,
            gaps: checks
                .iter()
                .map(|check| {
                    let gap = check.gap().value;
                    (check.dim, Measured::new(gap, check.simulation.error))
                })
                .collect(),
            limit: Measured::new(intercept, variance.sqrt().hypot(theory)),
            constant: sums.misfit(&points, |_| 1.0),
            vanishing: sums.misfit(&points, |point| point.x),
        })
    }

    /// The limit over its error.
    pub fn z(&self) -> f64 {
        self.limit.value / self.limit.error
    }

    /// Whether the gap goes away as the dimension grows: `c d^-p` fits better than a constant, and nothing significant is left
    /// in the limit.
    pub fn vanishes(&self) -> bool {
        self.vanishing < self.constant && self.z().abs() < LEFT
    }
}

/// Standard errors beyond which a limit is not zero: 5 percent, two-sided.
const LEFT: f64 = 1.96;

struct Point {
    /// d^-p.
    x: f64,
    y: f64,
    weight: f64,
}

impl Point {
    fn new(check: &Check, power: f64) -> Self {
        Self {
            x: (check.dim as f64).powf(-power),
            y: check.gap().value,
            weight: check
                .simulation
                .error
                .max(f64::MIN_POSITIVE.sqrt())
                .powi(-2),
        }
    }
}

/// Sums of the least-squares line.
struct Sums {
    one: f64,
    x: f64,
    xx: f64,
    y: f64,
    xy: f64,
}

impl Sums {
    fn new(points: &[Point]) -> Self {
        let sum = |of: fn(&Point) -> f64| points.iter().map(|p| p.weight * of(p)).sum();
        Self {
            one: sum(|_| 1.0),
            x: sum(|p| p.x),
            xx: sum(|p| p.x * p.x),
            y: sum(|p| p.y),
            xy: sum(|p| p.x * p.y),
        }
    }

    /// The line's value at x = 0, and its variance.
    fn intercept(&self) -> (f64, f64) {
        let determinant = self.one * self.xx - self.x * self.x;
        let value = (self.xx * self.y - self.x * self.xy) / determinant;
        (value, self.xx / determinant)
    }

    /// Chi-squared of the best multiple of a shape.
    fn misfit(&self, points: &[Point], shape: impl Fn(&Point) -> f64) -> f64 {
        let product = |a: &dyn Fn(&Point) -> f64| -> f64 {
            points.iter().map(|p| p.weight * shape(p) * a(p)).sum()
        };
        let factor = product(&|p| p.y) / product(&|p| shape(p));
        let off = |p: &Point| p.weight * (p.y - factor * shape(p)).powi(2);
        points.iter().map(off).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validation::check::{Place, Standing};
    use crate::validation::statistics::Gap;

    fn trend(gaps: &[(usize, f64)]) -> Trend {
        let check = |&(dim, gap): &(usize, f64)| {
            let place = Place {
                delta: 6.0,
                dim,
                step: 0,
            };
            let gap = Gap {
                theory: Measured::new(1.0, 0.0),
                replicates: 4,
                simulation: Measured::new(1.0 + gap, 0.01),
                runs: 8,
            };
            Check::of_means(Quantity::TrainLoss, place, gap, 0.0, Standing::Judged)
        };
        let checks: Vec<Check> = gaps.iter().map(check).collect();
        Trend::new(&checks.iter().collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn a_gap_of_order_one_over_d_vanishes() {
        let trend = trend(&[(100, 0.2), (200, 0.1), (400, 0.05)]);
        assert!(trend.limit.value.abs() < 1e-12 && trend.vanishing < 1e-12);
        assert!(trend.constant > 50.0 && trend.vanishes());
    }

    #[test]
    fn a_constant_gap_does_not() {
        let trend = trend(&[(200, 0.05), (400, 0.05)]);
        assert!((trend.limit.value - 0.05).abs() < 1e-12);
        // the line through two points: twice the second less the first
        assert!((trend.limit.error - 0.01 * 5.0_f64.sqrt()).abs() < 1e-12);
        assert!(trend.constant < 1e-12 && !trend.vanishes());
    }

    #[test]
    fn one_dimension_has_no_trend() {
        assert!(Trend::new(&[]).is_none());
    }
}
