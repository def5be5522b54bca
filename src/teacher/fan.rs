//! Panels of lines with one parameter, cut anew for each range of levels.
//!
//! What the lines carry between two levels is integrated over the parameter. Where a level passes a turning point, a jump
//! or the end of a line, the integrand has a root or a kink, however smooth the link: the panel's own nodes would
//! see it to the power 3/2 of their distance only, and nothing at all of levels that close up between two of them. Between
//! these places the integrand is smooth.

use super::chart::Line;
use super::error::TeacherError;
use super::monotone::Piece;
use super::rays::{RayTracer, bisect};
use super::structure::lowest;
use super::sweep::Ray;
use crate::numerics::{broken_nodes, legendre, legendre_series};

/// Cuts of one panel beyond this number are left to its own nodes: a link with as many turns averages over them.
const MOST_CUTS: usize = 6;

/// What begins or ends beyond this radius carries too little to be followed: 1e-6 of the probability.
const REACH: f64 = 5.5;

/// Share of its range that the last degrees of a joint's series may have.
const ROUGH: f64 = 1e-2;

/// Panels are not halved below this length of their parameter.
const SHORTEST: f64 = 0.05;

/// Cuts closer than this, in units of half the panel, are one.
const SAME_CUT: f64 = 1e-9;

/// A family of lines with one parameter.
#[derive(Clone, Copy, Debug)]
pub(super) enum Family {
    /// Rays in the plane, by their angle.
    Circle,
    /// Lines along a face of the cube in three dimensions, by the other coordinate on it.
    Face {
        /// The coordinate that is constant on the face.
        axis: usize,
        /// Its value there, +-1.
        side: f64,
    },
}

impl Family {
    /// The line at `x`.
    pub(super) fn line(self, x: f64) -> Line {
        match self {
            Self::Circle => Line::ray(vec![x.cos(), x.sin()]),
            Self::Face { axis, side } => {
                let (outer, inner) = [(1, 2), (0, 2), (0, 1)][axis];
                let mut line = Line::ray(vec![0.0; 3]);
                line.origin[axis] = side;
                line.origin[outer] = x;
                line.direction[inner] = 1.0;
                line
            }
        }
    }
}

/// An interval of a family's parameter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Panel {
    pub(super) family: Family,
    pub(super) ends: (f64, f64),
    /// What a unit of the parameter counts: two where it stands for its mirror image too.
    pub(super) fold: f64,
}

impl Panel {
    /// Lines at nodes in [-1, 1], with their weights.
    pub(super) fn lines(self, nodes: &[(f64, f64)]) -> impl Iterator<Item = (Line, f64)> {
        let half = 0.5 * (self.ends.1 - self.ends.0);
        let at = move |&(t, w): &(f64, f64)| {
            let x = self.ends.0 + half * (1.0 + t);
            (self.family.line(x), self.fold * half * w)
        };
        nodes.iter().map(at)
    }
}

/// A panel with the values at which its lines' monotone pieces begin and end.
#[derive(Clone, Debug)]
pub(super) struct Fan {
    panel: Panel,
    joints: Vec<Joint>,
}

/// A value that varies over the panel: its Legendre series, and places with values between which the series is monotone.
#[derive(Clone, Debug)]
struct Joint {
    series: Vec<f64>,
    samples: Vec<(f64, f64)>,
}

impl Fan {
    /// Fans, with their traced lines at the nodes of `rule`, for the parts of a panel on which all lines have the same
    /// pieces, whose ends vary smoothly.
    ///
    /// # Errors
    /// Where a line cannot be followed.
    pub(super) fn resolve(
        tracer: &mut RayTracer<'_>,
        panel: Panel,
        rule: &[(f64, f64)],
    ) -> Result<Vec<(Self, Vec<Ray>)>, TeacherError> {
        let mut fans = Vec::new();
        let mut pending = vec![panel];
        while let Some(panel) = pending.pop() {
            let lines = panel.lines(rule);
            let rays = lines
                .map(|(line, weight)| Ray::traced(tracer, line, weight))
                .collect::<Result<Vec<Ray>, TeacherError>>()?;
            let (ends, alike) = ends(&rays);
            let joints: Vec<Joint> = ends.iter().map(|end| Joint::new(end, rule)).collect();
            let (low, high) = panel.ends;
            if (alike && joints.iter().all(Joint::is_smooth)) || high - low < SHORTEST {
                fans.push((Self { panel, joints }, rays));
                continue;
            }
            let middle = 0.5 * (low + high);
            // the last one is next
            for ends in [(middle, high), (low, middle)] {
                pending.push(Panel { ends, ..panel });
            }
        }
        Ok(fans)
    }

    /// Lines between whose neighbours everything between the levels `low` and `high` is smooth; `None` where that is so for
    /// those that the panel has. A level may be infinite.
    pub(super) fn recut(
        &self,
        (low, high): (f64, f64),
        rule: &[(f64, f64)],
    ) -> Option<Vec<(Line, f64)>> {
        let mut cuts: Vec<f64> = Vec::new();
        for joint in &self.joints {
            joint.crossings(low, &mut cuts);
            joint.crossings(high, &mut cuts);
        }
        cuts.retain(|t| t.abs() < 1.0 - SAME_CUT);
        cuts.sort_by(f64::total_cmp);
        cuts.dedup_by(|a, b| *a - *b < SAME_CUT);
        if cuts.is_empty() || cuts.len() > MOST_CUTS {
            return None;
        }
        let nodes = broken_nodes((-1.0, 1.0), &cuts, f64::INFINITY, rule);
        Some(self.panel.lines(&nodes).collect())
    }
}

/// The values at the ends of the pieces that all rays share, those that vary from ray to ray; and whether there are no others.
fn ends(rays: &[Ray]) -> (Vec<Vec<f64>>, bool) {
    let Some((first, others)) = rays.split_first() else {
        return (Vec::new(), true);
    };
    let alike = |piece: &usize| {
        let slope = |ray: &Ray| ray.pieces.get(*piece).map(Piece::slope);
        others.iter().all(|ray| slope(ray) == slope(first))
    };
    let shared = (0..first.pieces.len()).take_while(alike).count();
    let all_shared = rays.iter().all(|ray| {
        let next = ray.pieces.get(shared);
        next.is_none_or(|piece| piece.radius[0] > REACH)
    });
    let mut ends: Vec<Vec<f64>> = Vec::new();
    for (piece, last) in (0..shared).flat_map(|piece| [(piece, false), (piece, true)]) {
        let end = |ray: &Ray| {
            let piece = &ray.pieces[piece];
            let place = if last { piece.radius.len() - 1 } else { 0 };
            (piece.radius[place], piece.value[place])
        };
        let values: Vec<f64> = rays.iter().map(|ray| end(ray).1).collect();
        let near = rays.iter().any(|ray| end(ray).0 <= REACH);
        let varies = values.iter().any(|value| *value != values[0]);
        if near && varies && ends.last() != Some(&values) {
            ends.push(values);
        }
    }
    (ends, all_shared)
}

impl Joint {
    /// From the values at the nodes of a Gauss rule.
    fn new(values: &[f64], rule: &[(f64, f64)]) -> Self {
        let mut series = vec![0.0; rule.len()];
        let mut polynomials = vec![0.0; rule.len()];
        for (value, &(t, weight)) in values.iter().zip(rule) {
            legendre(t, &mut polynomials);
            for (degree, (slot, p)) in series.iter_mut().zip(&polynomials).enumerate() {
                *slot += (degree as f64 + 0.5) * weight * value * p;
            }
        }
        let at = |t: f64| legendre_series(&series, t);
        let count = 2 * rule.len();
        let place = |i: usize| 2.0 * i as f64 / count as f64 - 1.0;
        let even: Vec<f64> = (0..=count).map(|i| at(place(i))).collect();
        let mut samples: Vec<(f64, f64)> = (0..=count).map(|i| (place(i), even[i])).collect();
        // a level may be crossed twice beside an extremum
        for i in 1..count {
            let (rise, fall) = (even[i] - even[i - 1], even[i + 1] - even[i]);
            if rise * fall < 0.0 {
                let sign = fall.signum();
                let (t, value) = lowest(place(i - 1), place(i + 1), |t| sign * at(t));
                samples.push((t, sign * value));
            }
        }
        samples.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self { series, samples }
    }

    /// Whether the series has converged, as far as its last two degrees tell.
    fn is_smooth(&self) -> bool {
        let (first, last) = self.series.split_at(self.series.len().saturating_sub(2));
        let size = |part: &[f64]| part.iter().fold(0.0, |most: f64, c| most.max(c.abs()));
        size(last) <= ROUGH * size(&first[1..])
    }

    /// Adds the places in [-1, 1] at which the joint is at `level`.
    fn crossings(&self, level: f64, cuts: &mut Vec<f64>) {
        for pair in self.samples.windows(2) {
            let [(from, a), (to, b)] = [pair[0], pair[1]];
            if (a - level) * (b - level) < 0.0 {
                cuts.push(bisect(from, to, a - level, |t| {
                    legendre_series(&self.series, t) - level
                }));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::gauss_legendre;
    use crate::teacher::Link;
    use crate::teacher::chart::Chart;

    fn fans(link: &Link, panel: Panel, nodes: usize) -> Vec<(Fan, Vec<Ray>)> {
        let chart = match panel.family {
            Family::Circle => Chart::Rays,
            Family::Face { .. } => Chart::Cube,
        };
        let mut tracer = RayTracer::new(link, chart);
        Fan::resolve(&mut tracer, panel, &gauss_legendre(nodes)).unwrap()
    }

    /// Chords of a disc on a face, which are roots at its edge, add up to its area.
    #[test]
    fn levels_that_close_up_inside_a_panel_are_cut_out() {
        let link = Link::parse("(z2^2 + z3^2)/z1^2").unwrap();
        let face = Panel {
            family: Family::Face { axis: 0, side: 1.0 },
            ends: (-0.9, 0.7),
            fold: 1.0,
        };
        let rule = gauss_legendre(12);
        let fans = fans(&link, face, 12);
        assert_eq!(fans.len(), 1);
        for level in [0.36f64, 0.01, 1e-4] {
            let lines = fans[0].0.recut((f64::NEG_INFINITY, level), &rule).unwrap();
            let chord = |line: &Line| 2.0 * (level - line.origin[1].powi(2)).max(0.0).sqrt();
            let area: f64 = lines
                .iter()
                .map(|(line, weight)| weight * chord(line))
                .sum();
            let disc = std::f64::consts::PI * level;
            // roots at both ends of a part, which the map of the nodes makes smooth
            assert!(
                (area / disc - 1.0).abs() < 1e-9,
                "{level}: {area} for {disc}"
            );
        }
        // outside the range of the turning values, and of those at the lines' ends
        assert!(fans[0].0.recut((-2.0, -1.0), &rule).is_none());
    }

    /// Along a ray `r^4 c^4 - 3 r^2 s^2` turns at `r^2 = 3 s^2/(2 c^4)`: it moves out as the ray turns.
    #[test]
    fn a_panel_is_halved_where_a_turn_moves_out() {
        let link = Link::parse("z1^4 - 3*z2^2").unwrap();
        let panel = Panel {
            family: Family::Circle,
            ends: (0.2, 1.5),
            fold: 2.0,
        };
        let fans = fans(&link, panel, 8);
        assert!(fans.len() > 2);
        let ends: Vec<(f64, f64)> = fans.iter().map(|(fan, _)| fan.panel.ends).collect();
        assert_eq!((ends[0].0, ends[ends.len() - 1].1), panel.ends);
        assert!(ends.windows(2).all(|pair| pair[0].1 == pair[1].0));
        let total: f64 = fans
            .iter()
            .flat_map(|fan| &fan.1)
            .map(|ray| ray.weight)
            .sum();
        // rounding
        assert!((total - 2.6).abs() < 1e-14, "{total}");
    }
}
