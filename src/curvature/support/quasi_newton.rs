//! Local search with derivatives inside a box.

/// A function on a box.
pub(super) trait Function {
    /// Its value where that is below `bound`.
    fn below(&self, at: &[f64], bound: f64) -> Option<f64>;

    /// Its derivatives.
    fn derivatives(&self, at: &[f64]) -> Vec<f64>;
}

/// Longest step along a coordinate: coordinates are logarithms or parts of an interval.
const LONGEST: f64 = 1.5;
/// Part of the decrease promised by the derivatives that a step must bring (Armijo's condition).
const SUFFICIENT: f64 = 1e-4;
/// A step that does not bring it is shortened by this.
const SHORTENING: f64 = 0.3;
/// Shortenings after which there is no way down in this direction.
const SHORTENINGS: usize = 12;
/// A promised decrease this small, relative to the value, ends the search.
const NEGLIGIBLE: f64 = 1e-13;
/// Steps after which the search gives up; typical are 15 in two dimensions and 40 in nine.
const STEPS: usize = 150;

/// Walks downhill from `start`, whose value is `lowest`, between the bounds; never ends above it.
///
/// The method of Broyden, Fletcher, Goldfarb and Shanno on the coordinates that are not held by a bound.
pub(super) fn descend(
    function: &impl Function,
    bounds: &[(f64, f64)],
    start: Vec<f64>,
    mut lowest: f64,
) -> (Vec<f64>, f64) {
    let mut at = start;
    let mut slope = function.derivatives(&at);
    let mut inverse = Inverse::new(at.len());
    for _ in 0..STEPS {
        let Some(step) = inverse.downhill(&at, bounds, &slope) else {
            break;
        };
        if -dot(&slope, &step) < NEGLIGIBLE * lowest.abs() {
            break;
        }
        let Some((next, value)) = shortened(function, bounds, &at, &step, &slope, lowest) else {
            if inverse.is_fresh() {
                break;
            }
            inverse = Inverse::new(at.len());
            continue;
        };
        let next_slope = function.derivatives(&next);
        inverse.learn(&difference(&next, &at), &difference(&next_slope, &slope));
        (at, lowest, slope) = (next, value, next_slope);
    }
    (at, lowest)
}

/// The first place along a step, shortened as often as need be, that is low enough.
fn shortened(
    function: &impl Function,
    bounds: &[(f64, f64)],
    at: &[f64],
    step: &[f64],
    slope: &[f64],
    lowest: f64,
) -> Option<(Vec<f64>, f64)> {
    let mut part = 1.0;
    for _ in 0..SHORTENINGS {
        let moved = at.iter().zip(step).zip(bounds);
        let next: Vec<f64> = moved
            .map(|((x, d), (low, high))| (x + part * d).clamp(*low, *high))
            .collect();
        let promised = dot(slope, &difference(&next, at));
        // A step that leaves the value as it is to the last digit would be taken for ever.
        let bound = (lowest + SUFFICIENT * promised).min(lowest);
        if let Some(value) = function.below(&next, bound) {
            return Some((next, value));
        }
        part *= SHORTENING;
    }
    None
}

/// An estimate of the inverse of the second derivatives.
struct Inverse {
    dimension: usize,
    /// By rows; nothing is known before the first step.
    entries: Option<Vec<f64>>,
}

impl Inverse {
    fn new(dimension: usize) -> Self {
        Self {
            dimension,
            entries: None,
        }
    }

    fn is_fresh(&self) -> bool {
        self.entries.is_none()
    }

    /// A step against the slope, along the coordinates that no bound holds; nothing where the slope is zero or not
    /// finite.
    fn downhill(&self, at: &[f64], bounds: &[(f64, f64)], slope: &[f64]) -> Option<Vec<f64>> {
        let held = |i: usize| {
            let (low, high) = bounds[i];
            (at[i] <= low && slope[i] > 0.0) || (at[i] >= high && slope[i] < 0.0)
        };
        let free: Vec<usize> = (0..self.dimension).filter(|&i| !held(i)).collect();
        let mut step = vec![0.0; self.dimension];
        for &i in &free {
            step[i] = match &self.entries {
                None => -slope[i],
                Some(entries) => {
                    let row = &entries[i * self.dimension..];
                    -free.iter().map(|&j| row[j] * slope[j]).sum::<f64>()
                }
            };
        }
        let longest = step
            .iter()
            .fold(0.0, |most: f64, entry| most.max(entry.abs()));
        // The first step has the size of a fifth of an e-fold, whatever the slope.
        let wanted = if self.is_fresh() {
            0.2
        } else {
            longest.min(LONGEST)
        };
        let factor = wanted / longest;
        if !(factor.is_finite() && step.iter().all(|entry| entry.is_finite())) {
            return None;
        }
        step.iter_mut().for_each(|entry| *entry *= factor);
        Some(step)
    }

    /// Takes in how the slope changed along a step, where it rose.
    fn learn(&mut self, step: &[f64], change: &[f64]) {
        let rise = dot(step, change);
        let square = dot(change, change);
        let rises = rise > 1e-10 * (dot(step, step) * square).sqrt();
        if !rises {
            return;
        }
        let n = self.dimension;
        let entries = self.entries.get_or_insert_with(|| {
            let mut scaled = vec![0.0; n * n];
            (0..n).for_each(|i| scaled[i * n + i] = rise / square);
            scaled
        });
        let bent: Vec<f64> = entries.chunks(n).map(|row| dot(row, change)).collect();
        let factor = (1.0 + dot(change, &bent) / rise) / rise;
        for i in 0..n {
            for j in 0..n {
                entries[i * n + j] +=
                    factor * step[i] * step[j] - (bent[i] * step[j] + step[i] * bent[j]) / rise;
            }
        }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn difference(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}
