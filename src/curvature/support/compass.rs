//! Local search without derivatives.

/// First step along every direction: a fifth of a unit near zero, a fifth of an e-fold far out.
const FIRST_STEP: f64 = 0.2;
/// Steps below this end the search: the error in a smooth minimum is their square.
const LAST_STEP: f64 = 1e-7;
/// A step that went down is lengthened by this.
const LENGTHENING: f64 = 2.5;
/// A step that did not is reversed and shortened by this.
const SHORTENING: f64 = 0.4;
/// Evaluations after which the search gives up; typical are 300 in two dimensions and 1000 in five.
const EVALUATIONS: usize = 6000;

/// Walks downhill from `start`; never ends above it.
///
/// Rosenbrock's method: steps along orthogonal directions, each with a length of its own, that are turned into the
/// valley's direction whenever every one of them has gone down and then failed.
pub(super) fn descend(
    start: Vec<f64>,
    mut objective: impl FnMut(&[f64]) -> f64,
) -> (Vec<f64>, f64) {
    let dimension = start.len();
    let mut lowest = objective(&start);
    let mut at = start;
    let mut directions: Vec<Vec<f64>> = (0..dimension).map(|axis| unit(dimension, axis)).collect();
    let mut steps = vec![FIRST_STEP; dimension];
    let mut evaluations = 0;
    while dimension > 0 && evaluations < EVALUATIONS {
        let mut moved = vec![0.0; dimension];
        let (mut succeeded, mut failed) = (vec![false; dimension], vec![false; dimension]);
        while evaluations < EVALUATIONS {
            for axis in 0..dimension {
                let trial: Vec<f64> = at
                    .iter()
                    .zip(&directions[axis])
                    .map(|(x, d)| x + steps[axis] * d)
                    .collect();
                let value = objective(&trial);
                evaluations += 1;
                if value < lowest {
                    (at, lowest) = (trial, value);
                    moved[axis] += steps[axis];
                    steps[axis] *= LENGTHENING;
                    succeeded[axis] = true;
                } else {
                    steps[axis] *= -SHORTENING;
                    failed[axis] = true;
                }
            }
            let short = |step: &f64| step.abs() < LAST_STEP;
            if steps.iter().all(short) {
                if !succeeded.contains(&true) {
                    return (at, lowest);
                }
                break;
            }
            let settled = |axis: usize| failed[axis] && (succeeded[axis] || short(&steps[axis]));
            if (0..dimension).all(settled) {
                break;
            }
        }
        turn(&mut directions, &moved);
        // Directions that were exhausted may be useful again after the turn.
        let longest = moved
            .iter()
            .fold(0.0, |most: f64, length| most.max(length.abs()));
        for step in &mut steps {
            *step = step.abs().max(0.1 * longest);
        }
    }
    (at, lowest)
}

fn unit(dimension: usize, axis: usize) -> Vec<f64> {
    let mut direction = vec![0.0; dimension];
    direction[axis] = 1.0;
    direction
}

/// Turns the first direction into that of the whole move, and the others into what is left, by Gram and Schmidt.
fn turn(directions: &mut [Vec<f64>], moved: &[f64]) {
    let dimension = moved.len();
    let mut fresh: Vec<Vec<f64>> = Vec::with_capacity(dimension);
    let totals = (0..dimension).map(|first| {
        let mut total = vec![0.0; dimension];
        for (direction, length) in directions[first..].iter().zip(&moved[first..]) {
            add(&mut total, *length, direction);
        }
        total
    });
    // The old directions complete the basis where moves were parallel or zero.
    for mut candidate in totals.chain(directions.iter().cloned()) {
        let before = norm(&candidate);
        // Twice is enough for orthogonality to the last digits.
        for _ in 0..2 {
            for known in &fresh {
                let along: f64 = candidate.iter().zip(known).map(|(a, b)| a * b).sum();
                add(&mut candidate, -along, known);
            }
        }
        let after = norm(&candidate);
        if fresh.len() < dimension && after > 1e-6 * before && after > 0.0 {
            candidate.iter_mut().for_each(|entry| *entry /= after);
            fresh.push(candidate);
        }
    }
    if fresh.len() == dimension {
        directions.clone_from_slice(&fresh);
    }
}

fn add(target: &mut [f64], factor: f64, direction: &[f64]) {
    for (target, entry) in target.iter_mut().zip(direction) {
        *target += factor * entry;
    }
}

fn norm(vector: &[f64]) -> f64 {
    vector.iter().map(|entry| entry * entry).sum::<f64>().sqrt()
}
