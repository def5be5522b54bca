//! The Nelder-Mead method in the unit cube, behind a guard.

use std::cell::RefCell;

use argmin::core::{CostFunction, Error, Executor};
use argmin::solver::neldermead::NelderMead;
use argmin_math::{ArgminAdd, ArgminMul, ArgminSub};

/// A simplex that has not settled after so many steps never will.
const MOST_STEPS: u64 = 10_000;

/// How a descent ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Descent {
    /// The values at the corners of the simplex agree.
    Settled,
    /// There was no further value to be had.
    Stopped,
}

/// A point (p), as a vector space.
#[derive(Clone, Debug)]
struct Point(Vec<f64>);

impl Point {
    fn combine(&self, other: &Self, f: impl Fn(f64, f64) -> f64) -> Self {
        let pairs = self.0.iter().zip(&other.0);
        Self(pairs.map(|(a, b)| f(*a, *b)).collect())
    }
}

impl ArgminAdd<Self, Self> for Point {
    fn add(&self, other: &Self) -> Self {
        self.combine(other, |a, b| a + b)
    }
}

impl ArgminSub<Self, Self> for Point {
    fn sub(&self, other: &Self) -> Self {
        self.combine(other, |a, b| a - b)
    }
}

impl ArgminMul<f64, Self> for Point {
    fn mul(&self, factor: &f64) -> Self {
        Self(self.0.iter().map(|x| factor * x).collect())
    }
}

/// The values that were computed, and the function that computes more.
struct Guarded<F> {
    function: RefCell<F>,
    /// Points with their values.
    seen: RefCell<Vec<(Vec<f64>, f64)>>,
}

impl<F: FnMut(&[f64]) -> Option<f64>> Guarded<F> {
    /// The value at the nearest point of the cube, computed once.
    fn value(&self, point: &[f64]) -> Option<f64> {
        let inside: Vec<f64> = point.iter().map(|place| place.clamp(0.0, 1.0)).collect();
        let mut seen = self.seen.borrow_mut();
        if let Some((_, value)) = seen.iter().find(|(known, _)| *known == inside) {
            return Some(*value);
        }
        let value = (self.function.borrow_mut())(&inside)?;
        seen.push((inside, value));
        Some(value)
    }
}

impl<F: FnMut(&[f64]) -> Option<f64>> CostFunction for &Guarded<F> {
    type Param = Point;
    type Output = f64;

    fn cost(&self, point: &Point) -> Result<f64, Error> {
        self.value(&point.0)
            .ok_or_else(|| Error::msg("the search was stopped"))
    }
}

/// Descends from the corner `start` (p) of a simplex with edges of length `size` along the axes, in the direction of
/// `side` (1 or -1) where there is room, until the values at its corners agree within `tolerance`.
///
/// `function` gives finite values, or nothing when the search has to stop; it sees points of the cube only, each once. It is for
/// the function to remember the best point.
pub(super) fn descend(
    start: &[f64],
    size: f64,
    side: f64,
    tolerance: f64,
    function: impl FnMut(&[f64]) -> Option<f64>,
) -> Descent {
    let guarded = Guarded {
        function: RefCell::new(function),
        seen: RefCell::new(Vec::new()),
    };
    let corners = corners(start, size, side);
    // Of the first corners the method takes the values for granted, and panics where one is missing.
    if corners
        .iter()
        .any(|corner| guarded.value(&corner.0).is_none())
    {
        return Descent::Stopped;
    }
    let Ok(solver) = NelderMead::new(corners).with_sd_tolerance(tolerance) else {
        return Descent::Stopped;
    };
    let run = Executor::new(&guarded, solver)
        .configure(|state| state.max_iters(MOST_STEPS))
        .run();
    match run {
        Ok(_) => Descent::Settled,
        Err(_) => Descent::Stopped,
    }
}

/// The corners (p + 1) of a simplex inside the cube.
fn corners(start: &[f64], size: f64, side: f64) -> Vec<Point> {
    let mut corners = vec![Point(start.to_vec())];
    for axis in 0..start.len() {
        let mut corner = start.to_vec();
        let wanted = corner[axis] + side * size;
        corner[axis] = if (0.0..=1.0).contains(&wanted) {
            wanted
        } else {
            corner[axis] - side * size
        };
        corners.push(Point(corner));
    }
    corners
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The best point seen on the way, and the number of values computed.
    fn best(
        start: &[f64],
        size: f64,
        function: impl Fn(&[f64]) -> f64,
    ) -> (Descent, Vec<f64>, usize) {
        let mut seen: Vec<(Vec<f64>, f64)> = Vec::new();
        let ended = descend(start, size, 1.0, 1e-9, |point| {
            let value = function(point);
            seen.push((point.to_vec(), value));
            Some(value)
        });
        let count = seen.len();
        let least = seen.into_iter().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
        (ended, least.0, count)
    }

    #[test]
    fn a_bowl_and_a_kink_are_found() {
        let bowl = |x: &[f64]| (x[0] - 0.3).powi(2) + 3.0 * (x[1] - 0.6).powi(2);
        let (ended, at, _) = best(&[0.9, 0.1], 0.2, bowl);
        assert_eq!(ended, Descent::Settled);
        // quadratic: values good to 1e-9 place the minimum to its square root
        assert!(
            (at[0] - 0.3).abs() < 1e-4 && (at[1] - 0.6).abs() < 1e-4,
            "{at:?}"
        );
        let kink = |x: &[f64]| (0.37 - x[0]).max(3.0 * (x[0] - 0.37));
        let (_, at, _) = best(&[0.9], 0.2, kink);
        assert!((at[0] - 0.37).abs() < 1e-8, "{at:?}");
    }

    #[test]
    fn no_point_outside_the_cube_is_looked_at() {
        let slope = |x: &[f64]| {
            assert!(x.iter().all(|place| (0.0..=1.0).contains(place)));
            x[0] - x[1]
        };
        let (ended, at, _) = best(&[0.5, 0.5], 0.3, slope);
        assert_eq!((ended, at), (Descent::Settled, vec![0.0, 1.0]));
    }

    #[test]
    fn a_plateau_ends_at_once() {
        let (ended, _, count) = best(&[0.5, 0.5, 0.5], 0.2, |_| 110.0);
        assert_eq!((ended, count), (Descent::Settled, 4));
    }

    #[test]
    fn the_search_stops_where_there_are_no_more_values() {
        for budget in 0..12 {
            let mut count = 0;
            let ended = descend(&[0.9, 0.9], 0.2, 1.0, 1e-12, |x| {
                count += 1;
                (count <= budget).then(|| (x[0] - 0.337).powi(2) + (x[1] - 0.611).powi(2))
            });
            assert_eq!(ended, Descent::Stopped);
            assert_eq!(count, budget + 1);
        }
    }
}
