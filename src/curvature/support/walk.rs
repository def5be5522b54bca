//! Local descent from a place of the landscape.

use crate::expression::Jet;
use crate::network::MAX_NEURONS;

use super::compass;
use super::landscape::{Landscape, Place};
use super::objective::Objective;
use super::pool::Candidate;
use super::quasi_newton::{self, Function};
use super::sums::Sums;

/// Half the difference of coordinates over which derivatives are taken: rounding and curvature err by 1e-10 alike.
const DIFFERENCE: f64 = 1e-5;

/// Moves all arguments, and the label where it is continuous, downhill inside the box of size `far`.
///
/// A count stays what it is.
pub(super) fn walk_down<O: Objective>(
    landscape: &Landscape,
    start: Candidate,
    objective: &O,
    far: f64,
) -> Candidate {
    let label_moves = landscape.labels.is_interval();
    let ground = Ground {
        landscape,
        like: &start.place,
        objective,
        far,
    };
    let coordinates = ground.coordinates(label_moves);
    if coordinates.is_empty() {
        return start;
    }
    let bounds = ground.bounds(label_moves);
    let lowest = objective.value(&start.parts);
    let (found, _) = quasi_newton::descend(&ground, &bounds, coordinates, lowest);
    ground.candidate(&found).unwrap_or(start)
}

/// As [`walk_down`], without derivatives: where they jump, and from count to count.
pub(super) fn settle_down<O: Objective>(
    landscape: &Landscape,
    start: Candidate,
    objective: &O,
    far: f64,
) -> Candidate {
    let ground = Ground {
        landscape,
        like: &start.place,
        objective,
        far,
    };
    let mut lowest = objective.value(&start.parts);
    let value = |coordinates: &[f64]| match ground.below(coordinates, lowest) {
        Some(value) => {
            lowest = value;
            value
        }
        None => f64::INFINITY,
    };
    let (found, _) = compass::descend(ground.coordinates(landscape.labels.is_continuous()), value);
    ground.candidate(&found).unwrap_or(start)
}

/// The objective as a function of logarithmic coordinates.
struct Ground<'g, O> {
    landscape: &'g Landscape,
    /// Where the walk began.
    like: &'g Place,
    objective: &'g O,
    far: f64,
}

impl<O: Objective> Ground<'_, O> {
    fn arguments(&self) -> usize {
        if self.landscape.free {
            self.like.arguments.len()
        } else {
            0
        }
    }

    fn coordinates(&self, label_moves: bool) -> Vec<f64> {
        let arguments = self.like.arguments.iter().take(self.arguments());
        let label = label_moves.then(|| self.landscape.labels.coordinate(self.like.label));
        arguments.map(|x| x.asinh()).chain(label).collect()
    }

    fn bounds(&self, label_moves: bool) -> Vec<(f64, f64)> {
        let limit = self.far.asinh();
        let label = label_moves.then(|| self.landscape.labels.coordinates_within(self.label_far()));
        std::iter::repeat_n((-limit, limit), self.arguments())
            .chain(label)
            .collect()
    }

    /// A label that follows a large output starts outside the box.
    fn label_far(&self) -> f64 {
        self.far.max(self.like.label.abs())
    }

    fn label_at(&self, coordinate: f64) -> f64 {
        let far = self.label_far();
        let label = self.landscape.labels.at_coordinate(coordinate);
        self.landscape.labels.clamp(label.clamp(-far, far))
    }

    fn place(&self, coordinates: &[f64]) -> Place {
        let mut place = self.like.clone();
        let (arguments, label) = coordinates.split_at(self.arguments());
        for (x, coordinate) in place.arguments.iter_mut().zip(arguments) {
            *x = coordinate.sinh().clamp(-self.far, self.far);
        }
        if let Some(&coordinate) = label.first() {
            place.label = self.label_at(coordinate);
        }
        place
    }

    /// The place at these coordinates, if it is lower than the start: that may be lower by a rounding, because the
    /// coordinates are logarithms.
    fn candidate(&self, coordinates: &[f64]) -> Option<Candidate> {
        let place = self.place(coordinates);
        let parts = self.landscape.parts(&place)?;
        let start = self.landscape.parts(self.like)?;
        self.objective
            .is_below(&parts, self.objective.value(&start))
            .then_some(Candidate { place, parts })
    }
}

impl<O: Objective> Function for Ground<'_, O> {
    fn below(&self, at: &[f64], bound: f64) -> Option<f64> {
        let parts = self.landscape.parts(&self.place(at))?;
        if !self.objective.is_below(&parts, bound) {
            return None;
        }
        // The two may differ by rounding.
        Some(self.objective.value(&parts)).filter(|value| *value < bound)
    }

    /// Derivatives of `w^T D w` at the direction that the objective has here. Each argument enters the sums by itself.
    fn derivatives(&self, at: &[f64]) -> Vec<f64> {
        let place = self.place(at);
        let Some(parts) = self.landscape.parts(&place) else {
            return vec![f64::NAN; at.len()];
        };
        let w = self.objective.direction(&parts);
        let w = &w[..self.landscape.neurons()];
        let network = self.landscape.model.network();
        let (slopes, _): ([Jet; MAX_NEURONS], f64) = self.landscape.contributions(&place.arguments);
        let (arguments, label) = at.split_at(self.arguments());
        let along = |neuron: usize, coordinate: f64| {
            let others = Sums::without(neuron, w, &slopes);
            central(coordinate, |coordinate| {
                let jet = network.activation().jet(coordinate.sinh());
                others
                    .with(w[neuron], network.weighted(neuron, jet))
                    .form(self.landscape, place.label)
            })
        };
        let of_arguments = arguments
            .iter()
            .enumerate()
            .map(|(neuron, &coordinate)| along(neuron, coordinate));
        let sums = Sums::without(usize::MAX, w, &slopes);
        let of_label = label.iter().map(|&coordinate| {
            let (low, high) = self.landscape.labels.coordinates_within(self.label_far());
            let (below, above) = (
                (coordinate - DIFFERENCE).max(low),
                (coordinate + DIFFERENCE).min(high),
            );
            let value = |coordinate: f64| sums.form(self.landscape, self.label_at(coordinate));
            (value(above) - value(below)) / (above - below)
        });
        of_arguments.chain(of_label).collect()
    }
}

fn central(at: f64, function: impl Fn(f64) -> f64) -> f64 {
    (function(at + DIFFERENCE) - function(at - DIFFERENCE)) / (2.0 * DIFFERENCE)
}
