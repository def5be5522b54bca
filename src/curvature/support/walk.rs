//! Local descent from a place of the landscape.

use super::descent::descend;
use super::landscape::{Landscape, Parts, Place};
use super::pool::Candidate;

/// Moves all arguments, and the label where it is continuous, downhill inside the box of size `far`.
pub(super) fn walk_down(
    landscape: &Landscape,
    start: Candidate,
    objective: &impl Fn(&Parts) -> f64,
    far: f64,
) -> Candidate {
    let at = |coordinates: &[f64]| place_at(landscape, &start.place, coordinates, far);
    let value = |coordinates: &[f64]| {
        landscape
            .parts(&at(coordinates))
            .map_or(f64::INFINITY, |parts| objective(&parts))
    };
    let (found, lowest) = descend(coordinates(landscape, &start.place), value);
    let place = at(&found);
    match landscape.parts(&place) {
        // The start may be lower by a rounding, because the coordinates are logarithms.
        Some(parts) if lowest < objective(&start.parts) => Candidate { place, parts },
        _ => start,
    }
}

fn coordinates(landscape: &Landscape, place: &Place) -> Vec<f64> {
    let labels = &landscape.labels;
    let arguments = place
        .arguments
        .iter()
        .filter(|_| landscape.free)
        .map(|x| x.asinh());
    arguments
        .chain(
            labels
                .is_continuous()
                .then(|| labels.coordinate(place.label)),
        )
        .collect()
}

fn place_at(landscape: &Landscape, like: &Place, coordinates: &[f64], far: f64) -> Place {
    let mut place = like.clone();
    let count = if landscape.free {
        place.arguments.len()
    } else {
        0
    };
    for (x, coordinate) in place.arguments.iter_mut().zip(&coordinates[..count]) {
        *x = coordinate.sinh().clamp(-far, far);
    }
    if let Some(&coordinate) = coordinates.get(count) {
        let label = landscape.labels.at_coordinate(coordinate);
        // A label that follows a large output starts outside the box.
        let far = far.max(like.label.abs());
        place.label = landscape.labels.clamp(label.clamp(-far, far));
    }
    place
}
