//! The labels at which the infimum over the label has to be looked for.

use crate::network::Loss;
use crate::teacher::LabelSupport;

/// Labels beyond this size stand for infinity.
pub(super) const FAR: f64 = 1e8;

/// The label's support, reduced where the loss allows it.
#[derive(Clone, Debug)]
pub(super) enum Labels {
    /// Only these labels matter. Infinite entries are limits, which only the normalised square has.
    List(Vec<f64>),
    /// Any label between the two, which may be infinite.
    Interval { low: f64, high: f64 },
    /// Counts: 0, 1, 2, ...
    Naturals,
}

/// A label, or a rule for one that depends on how far out we look and on the network's output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum LabelChoice {
    /// This label.
    At(f64),
    /// Far out on this side (the sign).
    Far(f64),
    /// As close as possible to the output plus this.
    Track(f64),
}

impl Labels {
    pub(super) fn new(loss: &Loss, support: &LabelSupport) -> Self {
        match (support, loss) {
            (LabelSupport::Points(points), _) => Self::List(points.clone()),
            (&LabelSupport::Interval { low, high }, _) if low == high => Self::List(vec![low]),
            // With t = 1/(a + |y|), slope and curvature of this loss are linear in t on each side of y = 0, so the
            // lowest eigenvalue is concave in t and smallest at an end; t = 0 is the limit of an infinite label.
            (&LabelSupport::Interval { low, high }, Loss::NormalisedSquare { .. }) => {
                let zero = (low < 0.0 && high > 0.0).then_some(0.0);
                Self::List([low].into_iter().chain(zero).chain([high]).collect())
            }
            // Linear in y, so concave in y again.
            (&LabelSupport::Interval { low, high }, Loss::Square | Loss::Correlation)
                if low.is_finite() && high.is_finite() =>
            {
                Self::List(vec![low, high])
            }
            (&LabelSupport::Interval { low, high }, _) => Self::Interval { low, high },
            (LabelSupport::Naturals, Loss::NormalisedSquare { .. }) => {
                Self::List(vec![0.0, f64::INFINITY])
            }
            (LabelSupport::Naturals, _) => Self::Naturals,
        }
    }

    /// The label of the support closest to this value.
    pub(super) fn closest(&self, value: f64) -> f64 {
        match self {
            Self::Interval { .. } | Self::Naturals => self.clamp(value),
            Self::List(labels) => {
                let distance = |label: &&f64| (**label - value).abs();
                labels
                    .iter()
                    .min_by(|a, b| distance(a).total_cmp(&distance(b)))
                    .map_or(value, |label| *label)
            }
        }
    }

    /// Labels to start from.
    pub(super) fn choices(&self) -> Vec<LabelChoice> {
        match *self {
            Self::List(ref labels) => labels.iter().map(|&label| LabelChoice::At(label)).collect(),
            Self::Interval { low, high } => interval_choices(low, high),
            Self::Naturals => interval_choices(0.0, f64::INFINITY)
                .into_iter()
                .chain([2.0, 3.0, 5.0, 7.0].map(LabelChoice::At))
                .filter(|choice| !matches!(choice, LabelChoice::At(y) if y.fract() != 0.0))
                .collect(),
        }
    }

    /// The label that a choice stands for at the distance `far`, when the network's output is `output`.
    pub(super) fn resolve(&self, choice: LabelChoice, far: f64, output: f64) -> f64 {
        match choice {
            LabelChoice::At(label) => label,
            LabelChoice::Far(sign) => self.clamp(sign * far),
            LabelChoice::Track(shift) => self.clamp(output + shift),
        }
    }

    /// All labels, where they are so few that each can be searched by itself.
    pub(super) fn few(&self) -> Option<&[f64]> {
        match self {
            Self::List(labels) if labels.len() <= 4 => Some(labels),
            _ => None,
        }
    }

    /// Whether the label has neither a lower nor an upper bound.
    pub(super) fn is_unbounded(&self) -> bool {
        matches!(self, Self::Interval { low, high } if low.is_infinite() && high.is_infinite())
    }

    /// Whether the label is a coordinate that can be moved (a count, to the next one).
    pub(super) fn is_continuous(&self) -> bool {
        matches!(self, Self::Interval { .. } | Self::Naturals)
    }

    /// Whether the label moves without jumps.
    pub(super) fn is_interval(&self) -> bool {
        matches!(self, Self::Interval { .. })
    }

    /// The coordinates of the lowest and highest label of the support whose size is at most `far`.
    pub(super) fn coordinates_within(&self, far: f64) -> (f64, f64) {
        let at = |label: f64| self.coordinate(self.clamp(label.clamp(-far, far)));
        match *self {
            Self::Interval { low, high } => (at(low), at(high)),
            Self::Naturals => (at(0.0), at(far)),
            Self::List(_) => (at(-far), at(far)),
        }
    }

    /// The label as a coordinate that is linear over a finite interval and logarithmic far out.
    pub(super) fn coordinate(&self, label: f64) -> f64 {
        match *self {
            Self::Interval { low, high } if (high - low).is_finite() => {
                (label - low) / (high - low)
            }
            _ => label.asinh(),
        }
    }

    /// The label at a coordinate, moved into the support.
    pub(super) fn at_coordinate(&self, coordinate: f64) -> f64 {
        match *self {
            Self::Interval { low, high } if (high - low).is_finite() => {
                // Written so that both ends are exact.
                let part = coordinate.clamp(0.0, 1.0);
                low * (1.0 - part) + high * part
            }
            _ => self.clamp(coordinate.sinh().clamp(-FAR, FAR)),
        }
    }

    /// The label of the support that is closest to this one.
    pub(super) fn clamp(&self, label: f64) -> f64 {
        match *self {
            Self::Interval { low, high } => label.max(low).min(high),
            Self::Naturals => label.round().max(0.0),
            Self::List(_) => label,
        }
    }
}

fn interval_choices(low: f64, high: f64) -> Vec<LabelChoice> {
    let mut choices: Vec<LabelChoice> = if (high - low).is_finite() {
        // Chebyshev points: dense towards the ends, where the extreme labels sit.
        let at = |i: i32| 0.5 - 0.5 * (std::f64::consts::PI * f64::from(i) / 12.0).cos();
        (0..=12)
            .map(|i| LabelChoice::At(low * (1.0 - at(i)) + high * at(i)))
            .collect()
    } else {
        // The finite end, if there is one, and steps away from it.
        let start = if low.is_finite() { low } else { high };
        let start = if start.is_finite() { start } else { 0.0 };
        let steps = [0.0, 0.1, 0.3, 1.0, 2.0, 4.0, 10.0, 30.0].into_iter();
        let inside = |label: &f64| *label >= low && *label <= high;
        steps
            .flat_map(|step| [start - step, start + step])
            .filter(inside)
            .map(LabelChoice::At)
            .collect()
    };
    choices.dedup();
    let ends = [(low, -1.0), (high, 1.0)]
        .into_iter()
        .filter(|(end, _)| end.is_infinite());
    choices.extend(ends.map(|(_, sign)| LabelChoice::Far(sign)));
    choices.extend([0.0, -0.7, 0.7, -2.0, 2.0].map(LabelChoice::Track));
    choices
}
