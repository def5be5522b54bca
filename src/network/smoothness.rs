//! Where an expression is not smooth along one of its variables.
//!
//! The expression is analytic away from the zeros of its break functions, so only those are examined: each is found
//! by a scan and bisection, and the limits of the function and its derivatives from the left and from the right are
//! extrapolated from points that approach it geometrically.

use crate::expression::{Expression, Jet, Workspace};

use super::Order;

/// A place where a function or a derivative is not continuous.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Roughness {
    /// No finite value or limit.
    NotFinite { order: Order, at: f64 },
    /// Different limits from the two sides.
    Jump {
        order: Order,
        at: f64,
        left: f64,
        right: f64,
    },
}

/// An expression as a function of one of its variables, the others held fixed.
pub(super) struct Line<'e> {
    expression: &'e Expression,
    point: Vec<f64>,
    axis: usize,
}

/// Distance of the first of the points that approach a break.
const APPROACH_START: f64 = 1.0 / 256.0;
/// Each point is this much closer than the one before.
const APPROACH_RATIO: f64 = 0.25;
/// Number of points: the last is 1e-6 from the break, well above the rounding of the break's place.
const APPROACH_POINTS: usize = 7;
/// Increments that shrink less than this per point have no finite sum: a logarithm has 1, a square root 1/2.
const SHRINKING: f64 = 0.9;
/// A break function this small relative to its neighbours on the grid touches zero without crossing it.
const TOUCHING: f64 = 1e-9;
/// Limits that differ by less than this part of the function's size count as equal.
const JUMP_TOLERANCE: f64 = 1e-6;

impl<'e> Line<'e> {
    /// The function of coordinate `axis` through `point`.
    pub(super) fn new(expression: &'e Expression, point: &[f64], axis: usize) -> Self {
        Self {
            expression,
            point: point.to_vec(),
            axis,
        }
    }

    /// The jet at one place of the line.
    pub(super) fn jet(&self, at: f64) -> Jet {
        let mut point = self.point.clone();
        point[self.axis] = at;
        let mut direction = vec![0.0; point.len()];
        direction[self.axis] = 1.0;
        self.expression.jet(&point, &direction)
    }

    /// The lowest order up to `highest` that is not finite at one place.
    pub(super) fn not_finite(&self, at: f64, highest: Order) -> Option<Roughness> {
        let jet = self.jet(at);
        let order = orders(highest).find(|&order| !entry(jet, order).is_finite())?;
        Some(Roughness::NotFinite { order, at })
    }

    /// The place nearest to zero, among the zeros of the break functions in the range of `grid` (increasing), where
    /// an order up to `highest` is not continuous.
    pub(super) fn roughness(&self, grid: &[f64], highest: Order) -> Option<Roughness> {
        let places = self.break_points(grid);
        let mut nearest_first: Vec<usize> = (0..places.len()).collect();
        nearest_first.sort_by(|&a, &b| places[a].abs().total_cmp(&places[b].abs()));
        nearest_first.into_iter().find_map(|index| {
            let at = places[index];
            let gap = |other: usize| {
                places
                    .get(other)
                    .map_or(f64::INFINITY, |place| (place - at).abs())
            };
            let nearest = gap(index.wrapping_sub(1)).min(gap(index + 1));
            self.not_finite(at, highest)
                .or_else(|| self.discontinuity(at, APPROACH_START.min(nearest / 4.0), highest))
        })
    }

    fn discontinuity(&self, at: f64, start: f64, highest: Order) -> Option<Roughness> {
        let approach = |side: f64| {
            let mut distance = side * start;
            [(); APPROACH_POINTS].map(|()| {
                let jet = self.jet(at + distance);
                distance *= APPROACH_RATIO;
                jet
            })
        };
        let (left, right) = (approach(-1.0), approach(1.0));
        let both = || left.iter().chain(&right);
        let size = |order: Order| {
            both()
                .map(|&jet| entry(jet, order).abs())
                .fold(0.0, f64::max)
        };
        orders(highest).find_map(|order| {
            // Rounding of the lower orders shows in this one.
            let lower = orders(order).map(size).fold(0.0, f64::max);
            let noise = 1e-9 * size(order) + 1e-12 * lower;
            let limits = [left, right].map(|side| limit(side.map(|jet| entry(jet, order)), noise));
            match limits {
                [Some((left, left_error)), Some((right, right_error))] => {
                    let tolerance = 2.0 * (left_error + right_error) + JUMP_TOLERANCE * size(order);
                    let jumps = (left - right).abs() > tolerance;
                    jumps.then_some(Roughness::Jump {
                        order,
                        at,
                        left,
                        right,
                    })
                }
                _ => Some(Roughness::NotFinite { order, at }),
            }
        })
    }

    /// Zeros of the break functions, increasing.
    fn break_points(&self, grid: &[f64]) -> Vec<f64> {
        let mut workspace = Workspace::new();
        let columns: Vec<Vec<f64>> = (0..self.point.len())
            .map(|axis| {
                if axis == self.axis {
                    grid.to_vec()
                } else {
                    vec![self.point[axis]; grid.len()]
                }
            })
            .collect();
        let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let mut values = vec![0.0; grid.len()];
        let mut point = self.point.clone();
        let mut places = Vec::new();
        for index in 0..self.expression.breaks().len() {
            self.expression
                .break_row_into(index, &columns, &mut values, &mut workspace);
            let mut value = |at: f64| {
                point[self.axis] = at;
                self.expression.break_value(index, &point)
            };
            for (places_pair, values_pair) in grid.windows(2).zip(values.windows(2)) {
                places.extend(crossing(&mut value, places_pair, values_pair));
            }
            for (places_triple, values_triple) in grid.windows(3).zip(values.windows(3)) {
                places.extend(touching(&mut value, places_triple, values_triple));
            }
        }
        places.sort_by(f64::total_cmp);
        places.dedup_by(|a, b| (*a - *b).abs() <= 1e-9 * (1.0 + a.abs()));
        places
    }
}

/// The limit of a geometrically sampled sequence with its error, or nothing where it does not settle.
fn limit(sequence: [f64; APPROACH_POINTS], noise: f64) -> Option<(f64, f64)> {
    let [.., before, previous, last] = sequence;
    let (step, previous_step) = (last - previous, previous - before);
    if step.abs() <= noise {
        return Some((last, noise));
    }
    let ratio = step / previous_step;
    if ratio.is_nan() || ratio.abs() >= SHRINKING {
        return None;
    }
    Some((last + step * ratio / (1.0 - ratio), step.abs() + noise))
}

/// A zero strictly between two places, or the end of a stretch of zeros.
fn crossing(value: &mut impl FnMut(f64) -> f64, grid: &[f64], values: &[f64]) -> Option<f64> {
    let (low, high) = (values[0], values[1]);
    if (low == 0.0) != (high == 0.0) {
        return Some(bisect(
            |at| (value(at) == 0.0) == (low == 0.0),
            grid[0],
            grid[1],
        ));
    }
    (low * high < 0.0).then(|| bisect(|at| value(at) * low.signum() > 0.0, grid[0], grid[1]))
}

/// The place between `low` (where `holds` does) and `high` (where it does not) at which it changes.
fn bisect(mut holds: impl FnMut(f64) -> bool, mut low: f64, mut high: f64) -> f64 {
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            // Adjacent doubles: a whole number is the one that was meant.
            return if high == high.round() { high } else { low };
        }
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// The minimum of a break function over three neighbouring grid points, where it touches zero without crossing it.
fn touching(value: &mut impl FnMut(f64) -> f64, grid: &[f64], values: &[f64]) -> Option<f64> {
    let size = [values[0].abs(), values[1].abs(), values[2].abs()];
    let largest = size[0].max(size[2]);
    let same_sign = values.iter().all(|v| *v > 0.0) || values.iter().all(|v| *v < 0.0);
    // The grid point nearest to a zero of any power down to the square root is this much smaller than a neighbour.
    if !same_sign || size[1] > size[0].min(size[2]) || size[1] > 0.75 * largest {
        return None;
    }
    let (mut low, mut high) = (grid[0], grid[2]);
    // Each round keeps two thirds: 60 rounds reach 1e-10 of a grid step.
    for _ in 0..60 {
        let (a, b) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
        if value(a).abs() <= value(b).abs() {
            high = b;
        } else {
            low = a;
        }
    }
    let place = 0.5 * (low + high);
    (value(place).abs() <= TOUCHING * largest).then_some(place)
}

fn orders(highest: Order) -> impl Iterator<Item = Order> {
    [Order::Value, Order::First, Order::Second]
        .into_iter()
        .filter(move |&order| order <= highest)
}

fn entry(jet: Jet, order: Order) -> f64 {
    match order {
        Order::Value => jet.value,
        Order::First => jet.first,
        Order::Second => jet.second,
    }
}
