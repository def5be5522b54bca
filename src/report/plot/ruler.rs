//! Labelled and unlabelled ticks of an axis.

use super::diagram::Span;
use super::ticks::{self, Scale};
use super::width::width;
use crate::diagram::{Axis, Spacing};
use crate::report::number;

/// Ticks along an axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ruler {
    /// Places with their labels.
    pub ticks: Vec<(f64, String)>,
    /// Places without labels.
    pub minor: Vec<f64>,
    /// What is measured.
    pub words: String,
}

/// Up to so many values are labelled themselves instead of round numbers.
const FEW: usize = 6;
/// Room between two labels, in pixels.
const GAP: i32 = 12;
/// Size of the labels, in pixels.
pub(super) const LABEL: u32 = 14;
/// Letters of a label that is written as the value is.
const LONGEST_LABEL: usize = 7;

/// Whether labels run along the axis or stand above each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// A horizontal axis.
    Across,
    /// A vertical axis.
    Up,
}

impl Ruler {
    /// Ticks of one axis of a diagram, `length` pixels long.
    pub fn of_axis(axis: &Axis, span: &Span, side: Side, length: i32) -> Self {
        let range = span.range();
        let few = axis.values.len() <= FEW || axis.spacing == Spacing::List;
        let at_values = few.then(|| at_values(axis, span));
        let at_values = at_values.filter(|ticks| fit(ticks, range, side, length));
        let words = axis.key.symbol().to_owned();
        let mut ruler = Self::over(range, span.scale, side, length, words);
        if let Some(ticks) = at_values {
            ruler.ticks = ticks;
        } else if axis.values[0] >= 0.0 && span.scale == Scale::Linear {
            // the first cell may begin below zero, where the quantity has no meaning
            ruler.ticks.retain(|(place, _)| *place >= 0.0);
        }
        ruler
    }

    /// No axis.
    pub fn empty() -> Self {
        Self {
            ticks: Vec::new(),
            minor: Vec::new(),
            words: String::new(),
        }
    }

    /// Ticks at round numbers over a range of places.
    pub fn over(range: (f64, f64), scale: Scale, side: Side, length: i32, words: String) -> Self {
        let axis = ticks::Axis::fitted(range, scale, |ticks| fit(ticks, range, side, length));
        let minor = match scale {
            Scale::Linear | Scale::Fraction => Vec::new(),
            Scale::Logarithmic => ticks::Axis::minor(range),
        };
        Self {
            ticks: axis.ticks,
            minor,
            words,
        }
    }

    /// The width of the widest label in pixels.
    pub fn widest(&self) -> i32 {
        let widths = self.ticks.iter().map(|(_, label)| width(label, LABEL));
        widths.max().unwrap_or(0)
    }
}

/// Whether there are labels, all different and with room between them.
fn fit(ticks: &[(f64, String)], (low, high): (f64, f64), side: Side, length: i32) -> bool {
    let at = |place: f64| f64::from(length) * (place - low) / (high - low);
    let apart = |pair: &[(f64, String)]| {
        let half = |label: &str| match side {
            Side::Across => 0.5 * f64::from(width(label, LABEL)),
            Side::Up => 0.5 * f64::from(LABEL),
        };
        let room = at(pair[1].0) - at(pair[0].0) - half(&pair[0].1) - half(&pair[1].1);
        let gap = match side {
            Side::Across => GAP,
            Side::Up => GAP / 2,
        };
        pair[0].1 != pair[1].1 && room >= f64::from(gap)
    };
    !ticks.is_empty() && ticks.windows(2).all(apart)
}

fn at_values(axis: &Axis, span: &Span) -> Vec<(f64, String)> {
    let places = span.centres.iter().copied();
    places
        .zip(axis.values.iter().map(|value| brief(*value)))
        .collect()
}

/// A value as typed where that is short, and else with four digits.
pub(super) fn brief(value: f64) -> String {
    let typed = number::short(value);
    if typed.len() <= LONGEST_LABEL {
        return typed;
    }
    let size = value.abs();
    if (1e-3..1e6).contains(&size) {
        number::plain(value)
    } else {
        format!("{value:.3e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagram::AxisKey;

    fn ruler(spacing: Spacing, values: &[f64], length: i32) -> Vec<String> {
        let axis = Axis {
            key: AxisKey::Delta,
            spacing,
            values: values.to_vec(),
        };
        let ruler = Ruler::of_axis(&axis, &Span::new(&axis), Side::Across, length);
        ruler.ticks.into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn few_values_are_labelled_themselves() {
        assert_eq!(
            ruler(Spacing::Linear, &[0.5, 4.25, 8.0], 600),
            ["0.5", "4.25", "8"]
        );
        assert_eq!(
            ruler(Spacing::List, &[0.0, 10.0, 40.0], 600),
            ["0", "10", "40"]
        );
        assert_eq!(ruler(Spacing::Linear, &[0.123], 600), ["0.123"]);
    }

    #[test]
    fn values_without_room_give_way_to_round_numbers() {
        let crowded = [1.0, 1.01, 1.02, 50.0];
        let labels = ruler(Spacing::List, &crowded, 300);
        assert!(!labels.contains(&"1.01".to_owned()), "{labels:?}");
        assert!(labels.len() >= 2, "{labels:?}");
    }

    #[test]
    fn no_label_is_below_zero_where_no_value_is() {
        let values: Vec<f64> = (0..8).map(f64::from).collect();
        assert_eq!(ruler(Spacing::Linear, &values, 600)[0], "0");
        let coarse: Vec<f64> = (0..7).map(|i| 1.0 + 4.0 * f64::from(i)).collect();
        assert_eq!(ruler(Spacing::Linear, &coarse, 600)[0], "0");
    }

    #[test]
    fn long_numbers_are_shortened() {
        assert_eq!(brief(0.1 + 0.2), "0.3000");
        assert_eq!(brief(1.0 / 3.0 * 1e-7), "3.333e-8");
        assert_eq!(brief(0.25), "0.25");
    }
}
