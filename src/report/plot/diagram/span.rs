//! How much of an axis each value takes.

use crate::diagram::{Axis, Spacing};
use crate::report::plot::ticks::Scale;

/// Values and the ends of their cells along an axis.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::report::plot) struct Span {
    /// Numbers to places.
    pub scale: Scale,
    /// The places of the values (N).
    pub centres: Vec<f64>,
    /// The ends of the cells, as places (N + 1): halfway to the neighbours, and as far outside.
    pub edges: Vec<f64>,
}

/// Half the width of a lone value's cell: in decades, and relative to the value.
const LONE_DECADES: f64 = 0.1;
const LONE_PART: f64 = 0.1;

impl Span {
    /// Lays an axis out; a list is logarithmic where that spreads its values more evenly.
    pub fn new(axis: &Axis) -> Self {
        let scale = match axis.spacing {
            Spacing::Linear => Scale::Linear,
            Spacing::Logarithmic => Scale::Logarithmic,
            Spacing::List => even_scale(&axis.values),
        };
        let places = |scale: Scale| -> Option<Vec<f64>> {
            axis.values.iter().map(|x| scale.place(*x)).collect()
        };
        let (scale, centres) = match places(scale) {
            Some(centres) => (scale, centres),
            None => (Scale::Linear, axis.values.clone()),
        };
        let edges = edges(&centres, scale);
        Self {
            scale,
            centres,
            edges,
        }
    }

    /// The ends of all cells together.
    pub fn range(&self) -> (f64, f64) {
        (self.edges[0], self.edges[self.edges.len() - 1])
    }
}

fn edges(centres: &[f64], scale: Scale) -> Vec<f64> {
    let last = centres.len() - 1;
    if last == 0 {
        let half = match scale {
            Scale::Logarithmic => LONE_DECADES,
            Scale::Linear | Scale::Fraction if centres[0] == 0.0 => 0.5,
            Scale::Linear | Scale::Fraction => LONE_PART * centres[0].abs(),
        };
        return vec![centres[0] - half, centres[0] + half];
    }
    let between = centres.windows(2).map(|pair| 0.5 * (pair[0] + pair[1]));
    let first = 1.5 * centres[0] - 0.5 * centres[1];
    let end = 1.5 * centres[last] - 0.5 * centres[last - 1];
    [first].into_iter().chain(between).chain([end]).collect()
}

/// The scale on which the largest gap is the smaller multiple of the smallest one.
fn even_scale(values: &[f64]) -> Scale {
    let unevenness = |scale: Scale| -> Option<f64> {
        let places: Option<Vec<f64>> = values.iter().map(|x| scale.place(*x)).collect();
        let places = places?;
        let gaps = || places.windows(2).map(|pair| pair[1] - pair[0]);
        let (most, least) = (
            gaps().fold(0.0, f64::max),
            gaps().fold(f64::INFINITY, f64::min),
        );
        Some(most / least)
    };
    match (unevenness(Scale::Logarithmic), unevenness(Scale::Linear)) {
        (Some(logarithmic), Some(linear)) if logarithmic < linear => Scale::Logarithmic,
        _ => Scale::Linear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagram::AxisKey;

    fn span(spacing: Spacing, values: &[f64]) -> Span {
        Span::new(&Axis {
            key: AxisKey::Delta,
            spacing,
            values: values.to_vec(),
        })
    }

    #[test]
    fn cells_meet_halfway_or_at_the_geometric_mean() {
        let linear = span(Spacing::Linear, &[1.0, 2.0, 3.0]);
        assert_eq!(linear.edges, [0.5, 1.5, 2.5, 3.5]);
        let logarithmic = span(Spacing::Logarithmic, &[0.1, 1.0, 10.0]);
        assert_eq!(logarithmic.edges, [-1.5, -0.5, 0.5, 1.5]);
        let list = span(Spacing::List, &[0.0, 10.0, 40.0]);
        assert_eq!(list.edges, [-5.0, 5.0, 25.0, 55.0]);
        assert_eq!(list.range(), (-5.0, 55.0));
    }

    #[test]
    fn lists_take_the_more_even_scale() {
        let scale = |values: &[f64]| span(Spacing::List, values).scale;
        assert_eq!(scale(&[1.0, 10.0, 100.0]), Scale::Logarithmic);
        assert_eq!(scale(&[1.0, 2.0, 3.0]), Scale::Linear);
        assert_eq!(scale(&[0.0, 10.0, 100.0]), Scale::Linear);
        assert_eq!(scale(&[2.0]), Scale::Linear);
    }

    #[test]
    fn a_lone_value_has_a_cell_around_it() {
        for spacing in [Spacing::Linear, Spacing::Logarithmic, Spacing::List] {
            for value in [0.0, -2.0, 3.0] {
                let span = span(spacing, &[value]);
                let (low, high) = span.range();
                assert!(low < span.centres[0] && span.centres[0] < high);
            }
        }
    }
}
