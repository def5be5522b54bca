//! The contour of a field on a grid, by marching squares.

use std::collections::BTreeMap;

/// A side of a square of the grid: whether it runs upwards, and its lower left node.
type Side = (bool, usize, usize);
type Point = (f64, f64);

/// The lines on which the field has this level, interpolated linearly along the sides of the
/// grid's squares. Squares with an unknown corner have none.
///
/// `value` is the field at column and row; `x` (nx) and `y` (ny) are their places.
pub(super) fn contour(
    x: &[f64],
    y: &[f64],
    value: impl Fn(usize, usize) -> Option<f64>,
    level: f64,
) -> Vec<Vec<Point>> {
    let mut lines = Lines::default();
    for iy in 1..y.len() {
        for ix in 1..x.len() {
            // counter-clockwise, from the lower left
            let nodes = [(ix - 1, iy - 1), (ix, iy - 1), (ix, iy), (ix - 1, iy)];
            let corners = nodes.map(|(ix, iy)| value(ix, iy).map(|value| value - level));
            if let [Some(a), Some(b), Some(c), Some(d)] = corners {
                lines.add_square((ix - 1, iy - 1), [a, b, c, d]);
            }
        }
    }
    let at = |side: &Side| {
        let &(upwards, ix, iy) = side;
        let next = if upwards { (ix, iy + 1) } else { (ix + 1, iy) };
        let (from, to) = (value(ix, iy)? - level, value(next.0, next.1)? - level);
        let part = from / (from - to);
        let between =
            |places: &[f64], i: usize, j: usize| places[i] + part * (places[j] - places[i]);
        Some((between(x, ix, next.0), between(y, iy, next.1)))
    };
    let chains = lines.chains().into_iter();
    chains
        .map(|chain| chain.iter().filter_map(at).collect())
        .collect()
}

/// Which crossed sides follow each other: two at most for each.
#[derive(Default)]
struct Lines {
    neighbours: BTreeMap<Side, Vec<Side>>,
}

impl Lines {
    /// Adds the lines through a square, given what its corners are above the level.
    fn add_square(&mut self, (ix, iy): (usize, usize), corners: [f64; 4]) {
        let [bottom, right, top, left] = [
            (false, ix, iy),
            (true, ix + 1, iy),
            (false, ix, iy + 1),
            (true, ix, iy),
        ];
        let above = corners.map(|corner| corner >= 0.0);
        let sides = [bottom, right, top, left];
        let crossed: Vec<Side> = (0..4)
            .filter(|&i| above[i] != above[(i + 1) % 4])
            .map(|i| sides[i])
            .collect();
        match crossed.as_slice() {
            [one, other] => self.join(*one, *other),
            [_, _, _, _] => {
                // a saddle: the middle belongs together with the corners on its side of the level
                let middle = corners.iter().sum::<f64>() >= 0.0;
                if middle == above[0] {
                    self.join(bottom, right);
                    self.join(top, left);
                } else {
                    self.join(left, bottom);
                    self.join(right, top);
                }
            }
            _ => {}
        }
    }

    fn join(&mut self, one: Side, other: Side) {
        self.neighbours.entry(one).or_default().push(other);
        self.neighbours.entry(other).or_default().push(one);
    }

    /// All lines, open ones first; a closed one ends where it begins.
    fn chains(mut self) -> Vec<Vec<Side>> {
        let ends = self.neighbours.iter().filter(|(_, next)| next.len() == 1);
        let ends: Vec<Side> = ends.map(|(side, _)| *side).collect();
        let mut chains: Vec<Vec<Side>> =
            ends.into_iter().filter_map(|end| self.walk(end)).collect();
        while let Some(side) = self.neighbours.keys().next().copied() {
            chains.extend(self.walk(side));
        }
        chains
    }

    /// Follows a line, and takes it away.
    fn walk(&mut self, start: Side) -> Option<Vec<Side>> {
        let mut next = self.neighbours.remove(&start)?;
        let mut chain = vec![start];
        let mut closed = false;
        while let Some(side) = next.iter().find(|side| self.neighbours.contains_key(side)) {
            chain.push(*side);
            let side = *side;
            next = self.neighbours.remove(&side).unwrap_or_default();
            closed = chain.len() > 2 && next.contains(&start);
        }
        if closed {
            chain.push(start);
        }
        Some(chain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(count: usize, low: f64, high: f64) -> Vec<f64> {
        let step = (high - low) / (count - 1) as f64;
        (0..count).map(|i| low + step * i as f64).collect()
    }

    fn length(line: &[Point]) -> f64 {
        let step = |p: &[Point]| (p[1].0 - p[0].0).hypot(p[1].1 - p[0].1);
        line.windows(2).map(step).sum()
    }

    #[test]
    fn a_linear_field_has_its_exact_line() {
        let (x, y) = (grid(7, 0.0, 3.0), grid(5, -1.0, 1.0));
        let field = |ix: usize, iy: usize| Some(x[ix] + 0.7 * y[iy]);
        let lines = contour(&x, &y, field, 1.3);
        assert_eq!(lines.len(), 1);
        for (px, py) in &lines[0] {
            assert!((px + 0.7 * py - 1.3).abs() < 1e-12);
        }
        let ends = [lines[0][0], lines[0][lines[0].len() - 1]];
        assert!(
            ends.iter().all(|end| (end.1.abs() - 1.0).abs() < 1e-12),
            "{ends:?}"
        );
    }

    #[test]
    fn a_circle_is_met_within_half_a_cell_and_closes() {
        let (x, y) = (grid(32, -2.0, 2.0), grid(16, -2.0, 2.0));
        let field = |ix: usize, iy: usize| Some(x[ix].hypot(y[iy]).powi(3));
        let lines = contour(&x, &y, field, 1.5f64.powi(3));
        assert_eq!(lines.len(), 1);
        let line = &lines[0];
        assert_eq!(line[0], line[line.len() - 1]);
        let half = 0.5 * (x[1] - x[0]).min(y[1] - y[0]);
        for (px, py) in line {
            assert!((px.hypot(*py) - 1.5).abs() < half, "({px}, {py})");
        }
        // curvature over a cell of 0.27 shortens the circle by less than 2%
        assert!((length(line) / (3.0 * std::f64::consts::PI) - 1.0).abs() < 0.02);
    }

    #[test]
    fn unknown_corners_part_a_line() {
        let (x, y) = (grid(4, 0.0, 3.0), grid(6, 0.0, 5.0));
        let field = |ix: usize, iy: usize| (iy != 2).then(|| x[ix] - 1.5);
        let lines = contour(&x, &y, field, 0.0);
        assert_eq!(
            lines,
            [
                vec![(1.5, 0.0), (1.5, 1.0)],
                vec![(1.5, 3.0), (1.5, 4.0), (1.5, 5.0)]
            ]
        );
    }

    #[test]
    fn saddles_go_with_their_middle() {
        let axis = [0.0, 1.0];
        let lines = |high: f64| {
            let field = move |ix: usize, iy: usize| Some(if ix == iy { high } else { -1.0 });
            contour(&axis, &axis, field, 0.0)
        };
        for (high, joined) in [(3.0, true), (0.5, false)] {
            let lines = lines(high);
            assert_eq!(lines.len(), 2);
            // the corners (0, 0) and (1, 1) are high; the lines cut off either them or the others
            let cuts_high = lines
                .iter()
                .any(|line| line.iter().all(|p| p.0 + p.1 < 1.0));
            assert_eq!(cuts_high, !joined, "{lines:?}");
        }
    }

    #[test]
    fn flat_fields_and_lone_columns_have_none() {
        let axis = grid(4, 0.0, 1.0);
        assert!(contour(&axis, &axis, |_, _| Some(0.0), 0.0).is_empty());
        assert!(contour(&[1.0], &axis, |_, iy| Some(iy as f64), 1.5).is_empty());
        // exactly at the level on whole nodes
        let lines = contour(&axis, &axis, |ix, _| Some(ix as f64 - 2.0), 0.0);
        assert_eq!(lines.len(), 1);
        assert!(lines[0].iter().all(|p| (p.0 - axis[2]).abs() < 1e-12));
    }
}
