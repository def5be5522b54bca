//! Arguments of the activation worth trying, and combinations of them.

use crate::expression::{Jet, Workspace};
use crate::network::Activation;

/// Features of the activation are looked for up to this size.
const SCANNED: f64 = 50.0;
/// Grid steps per unit of the scan.
const STEPS_PER_UNIT: f64 = 16.0;
/// Width of the window in which a periodic activation is followed far out: one period of sin and a little more.
const PERIOD: f64 = 8.0;
/// Features of each kind that are kept, those nearest to zero.
const KEPT: usize = 6;
/// Features where the second derivative is this small relative to its largest value are rounding.
const NEGLIGIBLE: f64 = 1e-9;

/// Arguments of order one: round numbers, and the zeros and extrema of the first two derivatives.
///
/// One neuron affords a fine grid as well.
pub(super) fn near_arguments(activation: &Activation, neurons: usize) -> Vec<f64> {
    let mut arguments = vec![0.0];
    arguments.extend(
        [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 20.0]
            .into_iter()
            .flat_map(|x| [x, -x]),
    );
    if neurons == 1 {
        let fine = (-120..=120).map(|i| f64::from(i) / 8.0 + 0.0625);
        arguments.extend(fine);
    }
    for feature in features(activation) {
        if arguments
            .iter()
            .all(|known: &f64| (known - feature).abs() > 1e-6)
        {
            arguments.push(feature);
        }
    }
    arguments
}

/// Number of arguments that go to infinity.
pub(super) const FAR_ARGUMENTS: usize = 8;

/// Arguments that go to infinity with `far`, at two rates so that one neuron can outgrow another, and where the
/// second derivative of a periodic activation is extreme.
pub(super) fn far_arguments(activation: &Activation, far: f64) -> [f64; FAR_ARGUMENTS] {
    let extreme = |start: f64, sign: f64| {
        let bend = |x: f64| sign * activation.jet(x).second;
        let places =
            (0..(PERIOD * STEPS_PER_UNIT) as i32).map(|i| start + f64::from(i) / STEPS_PER_UNIT);
        let best = places
            .max_by(|&a, &b| bend(a).total_cmp(&bend(b)))
            .unwrap_or(start);
        peak(
            bend,
            best - 1.0 / STEPS_PER_UNIT,
            best + 1.0 / STEPS_PER_UNIT,
        )
    };
    let root = far.sqrt();
    let (above, below) = (far, -far - PERIOD);
    [
        far,
        -far,
        root,
        -root,
        extreme(above, 1.0),
        extreme(above, -1.0),
        extreme(below, 1.0),
        extreme(below, -1.0),
    ]
}

fn features(activation: &Activation) -> Vec<f64> {
    let steps = (SCANNED * STEPS_PER_UNIT) as i32;
    let grid: Vec<f64> = (-steps..=steps)
        .map(|i| f64::from(i) / STEPS_PER_UNIT)
        .collect();
    let mut jets = vec![Jet::default(); grid.len()];
    activation.jets_into(&grid, &mut jets, &mut Workspace::new());
    let finite = |pick: fn(&Jet) -> f64| jets.iter().map(pick).filter(|entry| entry.is_finite());
    let largest = |pick| finite(pick).fold(0.0, |most: f64, entry| most.max(entry.abs()));
    let (first, second) = (|jet: &Jet| jet.first, |jet: &Jet| jet.second);
    let first_floor = NEGLIGIBLE * largest(first);
    let second_floor = NEGLIGIBLE * largest(second);

    let (mut flat, mut straight, mut extreme) = (Vec::new(), Vec::new(), Vec::new());
    for (x, jet) in grid.windows(3).zip(jets.windows(3)) {
        let changes = |pick: fn(&Jet) -> f64, floor: f64| {
            pick(&jet[0]) * pick(&jet[1]) < 0.0
                && pick(&jet[0]).abs().max(pick(&jet[1]).abs()) > floor
        };
        if changes(first, first_floor) {
            flat.push(zero(|x| activation.jet(x).first, x[0], x[1]));
        }
        if changes(second, second_floor) {
            straight.push(zero(|x| activation.jet(x).second, x[0], x[1]));
        }
        let turn = [jet[1].second - jet[0].second, jet[1].second - jet[2].second];
        if turn[0] * turn[1] > 0.0 && jet[1].second.abs() > second_floor {
            let upward = turn[0].signum();
            extreme.push(peak(|x| upward * activation.jet(x).second, x[0], x[2]));
        }
    }
    [flat, straight, extreme]
        .into_iter()
        .flat_map(nearest)
        .collect()
}

fn nearest(mut places: Vec<f64>) -> Vec<f64> {
    places.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
    places.truncate(KEPT);
    places
}

/// Rounds that find any zero: one in three halves the bracket.
const ROUNDS: usize = 300;

/// A zero between two places of opposite sign: chords (with the Illinois rule, which moves both ends) and halvings.
pub(super) fn zero(function: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    let (mut at_low, mut at_high) = (function(low), function(high));
    for round in 0..ROUNDS {
        let chord = low - at_low * ((high - low) / (at_high - at_low));
        let middle = if round % 3 < 2 && low < chord && chord < high {
            chord
        } else {
            0.5 * (low + high)
        };
        let value = function(middle);
        if value == 0.0 || high - low <= 4.0 * f64::EPSILON * middle.abs() {
            return middle;
        }
        if (value > 0.0) == (at_high > 0.0) {
            (high, at_high) = (middle, value);
            at_low *= 0.5;
        } else {
            (low, at_low) = (middle, value);
            at_high *= 0.5;
        }
    }
    0.5 * (low + high)
}

/// The highest place between two, by thirds.
fn peak(function: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    // Each round keeps two thirds: 50 rounds reach the square root of the precision.
    for _ in 0..50 {
        let (a, b) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
        if function(a) >= function(b) {
            high = b;
        } else {
            low = a;
        }
    }
    0.5 * (low + high)
}

/// Indices into lists of the given lengths: all combinations up to `most`, and evenly scattered ones beyond.
pub(super) fn combinations(lengths: &[usize], most: usize) -> Vec<Vec<usize>> {
    let total = lengths
        .iter()
        .try_fold(1usize, |product, &length| product.checked_mul(length));
    match total {
        Some(total) if total <= most => (0..total)
            .map(|mut index| {
                let digit = |&length: &usize| {
                    let digit = index % length;
                    index /= length;
                    digit
                };
                lengths.iter().map(digit).collect()
            })
            .collect(),
        _ => scattered(lengths.len(), most)
            .map(|point| {
                point
                    .iter()
                    .zip(lengths)
                    .map(|(t, &length)| (t * length as f64) as usize)
                    .collect()
            })
            .collect(),
    }
}

/// Points of the unit cube along a Kronecker sequence, whose rates are powers of a generalised golden ratio.
pub(super) fn scattered(dimension: usize, count: usize) -> impl Iterator<Item = Vec<f64>> {
    // The root of r^(dimension + 1) = r + 1; the iteration contracts by more than two.
    let mut ratio: f64 = 2.0;
    for _ in 0..60 {
        ratio = (1.0 + ratio).powf(1.0 / (dimension as f64 + 1.0));
    }
    (1..=count).map(move |point| {
        (1..=dimension)
            .map(|axis| (0.5 + point as f64 * ratio.powi(-(axis as i32))).fract())
            .collect()
    })
}
