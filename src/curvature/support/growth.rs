//! Whether the curvature is unbounded below, and why.

use crate::network::Loss;

use super::landscape::{Landscape, Place};
use super::metric::Metric;
use super::objective::Objective;
use super::pool::{self, Candidate, Generator};
use super::walk::settle_down;

/// Sizes of pre-activations and label at which the lowest curvature is compared.
const SIZES: [f64; 4] = [1e2, 1e3, 1e4, 1e5];
/// Decrements that shrink less than this per decade add up to infinity: a logarithm has 1, a square root 3.
const SHRINKING: f64 = 0.7;
/// A logarithm grows by half and more over the decades compared; what saturates does not.
const LEAST_GROWTH: f64 = 0.5;
/// Growth by this factor within one decade leaves double precision soon after.
const EXPLOSION: f64 = 1e6;

/// Growth by this factor from one decade to the next has no bound: nothing in the problem is that large.
const STEEP: f64 = 20.0;

/// The lowest curvature over ever larger boxes, and where it is.
struct Record {
    lowest: f64,
    at: Candidate,
}

/// The cause in words if the lowest eigenvalue of D falls without bound as places move out.
pub(super) fn unbounded(
    landscape: &Landscape,
    generator: &Generator<'_>,
    near: &[Candidate],
) -> Option<String> {
    let metric = Metric::identity(landscape.neurons());
    let mut records: Vec<Record> = Vec::new();
    for &size in &SIZES {
        let far = generator.far(size);
        let starts = pool::lowest(near.iter().chain(&far), 3, &metric);
        let improved = starts.into_iter().map(|start| {
            let at = settle_down(landscape, start.clone(), &metric, size);
            Record {
                lowest: metric.value(&at.parts),
                at,
            }
        });
        records.extend(improved.min_by(|a, b| a.lowest.total_cmp(&b.lowest)));
    }
    let [first, .., before, previous, last] = &records[..] else {
        return None;
    };
    if explodes(&metric, near, first.lowest) {
        return Some(cause(landscape, &metric, &first.at));
    }
    // Where the label has to follow the output, precision ends before the last sizes are reached.
    let steep = records
        .windows(2)
        .find(|pair| pair[1].lowest < STEEP * (pair[0].lowest.min(0.0) - 1.0));
    if let Some(pair) = steep {
        return Some(cause(landscape, &metric, &pair[1].at));
    }
    let (step, previous_step) = (
        previous.lowest - last.lowest,
        before.lowest - previous.lowest,
    );
    let grows = step > 0.0 && step >= SHRINKING * previous_step;
    let enough = first.lowest - last.lowest > LEAST_GROWTH * (first.lowest.abs() + 1e-6);
    (grows && enough).then(|| cause(landscape, &metric, &last.at))
}

/// The cause in words if the lowest value that the whole search has found, at `place`, is beyond all proportion: some
/// ways out are so narrow that only the search finds them.
pub(super) fn exploded(
    landscape: &Landscape,
    near: &[Candidate],
    place: &Place,
    lowest: f64,
) -> Option<String> {
    let metric = Metric::identity(landscape.neurons());
    if !explodes(&metric, near, lowest) {
        return None;
    }
    let at = Candidate {
        place: place.clone(),
        parts: landscape.parts(place)?,
    };
    Some(cause(landscape, &metric, &at))
}

fn explodes(metric: &Metric, near: &[Candidate], lowest: f64) -> bool {
    let inner = pool::lowest(near, 1, metric)
        .first()
        .map_or(0.0, |candidate| metric.value(&candidate.parts));
    lowest < -EXPLOSION * (1.0 + inner.abs())
}

/// What makes `w^T D w` so negative at a far place, in words.
fn cause(landscape: &Landscape, metric: &Metric, at: &Candidate) -> String {
    let (loss_term, activation_term) = at.parts.terms(&metric.direction(&at.parts));
    let loss = loss_in_words(landscape.model.loss());
    let source = if label_is_far(&at.place) {
        label_in_words(landscape, &at.place)
    } else {
        "the network's output is unbounded"
    };
    if activation_term > loss_term {
        // A curvature of order one cannot be what diverges.
        if at.parts.bend.abs() > 10.0 {
            return format!("the {loss}'s second derivative in f is unbounded because {source}");
        }
        let sign = if landscape.sign > 0.0 {
            "negative"
        } else {
            "positive"
        };
        return format!(
            "the {loss}'s second derivative in f is {sign} where the network's slope is unbounded"
        );
    }
    // Nor can a slope of order one.
    if at.parts.slope.abs() < 10.0 {
        return format!(
            "the activation's second derivative is unbounded where the {loss}'s slope in f does not vanish"
        );
    }
    let slope = match landscape.model.loss() {
        Loss::Square => "residual f - y",
        Loss::Correlation => "slope -y",
        _ => "slope in f",
    };
    format!("the {loss}'s {slope} is unbounded because {source}, and the activation has curvature")
}

fn label_is_far(place: &Place) -> bool {
    place.label.abs() >= SIZES[0]
}

fn label_in_words(landscape: &Landscape, place: &Place) -> &'static str {
    match (landscape.labels.is_unbounded(), place.label > 0.0) {
        (true, _) => "the label is unbounded",
        (false, true) => "the label is unbounded above",
        (false, false) => "the label is unbounded below",
    }
}

fn loss_in_words(loss: &Loss) -> String {
    match loss {
        Loss::Expression(expression) => format!("loss `{}`", expression.text().trim()),
        named => format!("{} loss", named.name()),
    }
}
