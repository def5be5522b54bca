//! Lines cut at the frame.

use super::span::Span;
use crate::report::plot::ticks::Scale;

/// A point, or a direction, of a plane.
type Point = (f64, f64);

/// An axis that cuts: numbers to places, and the places shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Window {
    /// Numbers to places.
    pub scale: Scale,
    /// The places at both ends.
    pub range: (f64, f64),
}

impl Window {
    /// The height of a lone row without an axis.
    pub const ROW: Self = Self {
        scale: Scale::Linear,
        range: (0.0, 1.0),
    };

    /// The cells of an axis.
    pub fn of(span: &Span) -> Self {
        Self {
            scale: span.scale,
            range: span.range(),
        }
    }

    /// The place of a number; that of an infinite one is the end, and zero is infinitely far down a logarithmic axis.
    fn place(&self, number: f64) -> f64 {
        if number.is_nan() {
            return number;
        }
        let far = if number > 0.0 {
            self.range.1
        } else {
            self.range.0
        };
        self.scale.place(number).unwrap_or(far)
    }

    /// Whether both are beyond all places, on the same side.
    fn both_beyond(&self, start: f64, end: f64) -> bool {
        let beyond = |number| self.scale.place(number).is_none();
        beyond(start) && beyond(end) && (start > 0.0) == (end > 0.0)
    }
}

/// The parts of a line inside both windows, as places.
pub(super) fn pieces(points: &[Point], x: Window, y: Window) -> Vec<Vec<Point>> {
    let mut pieces: Vec<Vec<Point>> = Vec::new();
    for pair in points.windows(2) {
        let [start, end] = [pair[0], pair[1]];
        if x.both_beyond(start.0, end.0) || y.both_beyond(start.1, end.1) {
            continue;
        }
        let [from, to] = [start, end].map(|point| (x.place(point.0), y.place(point.1)));
        let Some((from, to)) = inside(from, to, x.range, y.range) else {
            continue;
        };
        match pieces.last_mut() {
            Some(piece) if piece.last() == Some(&from) => piece.push(to),
            _ => pieces.push(vec![from, to]),
        }
    }
    pieces
}

/// The part of a segment in a rectangle (Liang and Barsky 1984).
fn inside(from: Point, to: Point, x: (f64, f64), y: (f64, f64)) -> Option<(Point, Point)> {
    let step = (to.0 - from.0, to.1 - from.1);
    if !(step.0.is_finite() && step.1.is_finite()) {
        return None;
    }
    let (mut first, mut last) = (0.0_f64, 1.0_f64);
    let sides = [
        (-step.0, from.0 - x.0),
        (step.0, x.1 - from.0),
        (-step.1, from.1 - y.0),
        (step.1, y.1 - from.1),
    ];
    for (outward, room) in sides {
        if outward == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if outward < 0.0 {
            first = first.max(room / outward);
        } else {
            last = last.min(room / outward);
        }
    }
    let at = |part: f64| match part {
        // exactly the end, so that neighbouring segments join
        0.0 => from,
        1.0 => to,
        _ => (
            (from.0 + part * step.0).clamp(x.0, x.1),
            (from.1 + part * step.1).clamp(y.0, y.1),
        ),
    };
    (first <= last).then(|| (at(first), at(last)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::FRAC_1_SQRT_2;

    const UNIT: Window = Window::ROW;
    const DECADES: Window = Window {
        scale: Scale::Logarithmic,
        range: (-1.0, 1.0),
    };

    fn unit(points: &[Point]) -> Vec<Vec<Point>> {
        pieces(points, UNIT, UNIT)
    }

    #[test]
    fn lines_end_at_the_frame() {
        assert_eq!(
            unit(&[(-1.0, 0.5), (3.0, 0.5)]),
            [vec![(0.0, 0.5), (1.0, 0.5)]]
        );
        assert_eq!(
            unit(&[(-0.5, 0.0), (0.5, 1.0)]),
            [vec![(0.0, 0.5), (0.5, 1.0)]]
        );
        assert!(unit(&[(-0.5, 0.6), (0.4, 1.5)]).is_empty());
        assert!(unit(&[(2.0, 0.0), (2.0, 1.0)]).is_empty());
        assert!(unit(&[(0.5, 0.5)]).is_empty());
    }

    #[test]
    fn lines_that_leave_and_return_are_parted() {
        let line = [(0.2, 0.5), (0.4, 2.0), (0.6, 0.5), (0.8, 0.5)];
        let parts = unit(&line);
        assert_eq!(parts.len(), 2);
        assert_eq!(parts[1].len(), 3);
        assert!((parts[0][1].0 - 0.8 / 3.0).abs() < 1e-12 && parts[0][1].1 == 1.0);
    }

    #[test]
    fn a_circle_keeps_its_arcs_inside() {
        // radius 1 about a corner: a quarter of it is inside
        let circle: Vec<Point> = (0..=400)
            .map(|i| (f64::from(i) * std::f64::consts::TAU / 400.0).sin_cos())
            .collect();
        let arcs = unit(&circle);
        let length = |arc: &Vec<Point>| -> f64 {
            let step = |p: &[Point]| (p[1].0 - p[0].0).hypot(p[1].1 - p[0].1);
            arc.windows(2).map(step).sum()
        };
        let total: f64 = arcs.iter().map(length).sum();
        // 100 chords of the quarter circle are shorter by the part (pi/400)^2 / 6
        assert!(
            (total - std::f64::consts::FRAC_PI_2).abs() < 1e-4,
            "{total}"
        );
        let on_circle = |p: &Point| (p.0.hypot(p.1) - 1.0).abs() < 1e-4;
        assert!(arcs.iter().flatten().all(on_circle));
        assert!(arcs[0].iter().any(|p| (p.0 - FRAC_1_SQRT_2).abs() < 1e-9));
    }

    #[test]
    fn infinite_coordinates_reach_the_frame() {
        let vertical = [(0.25, f64::NEG_INFINITY), (0.25, f64::INFINITY)];
        assert_eq!(unit(&vertical), [vec![(0.25, 0.0), (0.25, 1.0)]]);
        let on_logs = [(1.0, 0.0), (1.0, f64::INFINITY)];
        assert_eq!(
            pieces(&on_logs, DECADES, DECADES),
            [vec![(0.0, -1.0), (0.0, 1.0)]]
        );
        // a threshold that is infinite for small y ends on the right, and does not run along the border
        let threshold = [
            (f64::INFINITY, 0.1),
            (f64::INFINITY, 0.2),
            (0.5, 0.4),
            (0.5, 0.6),
        ];
        assert_eq!(unit(&threshold), [vec![(1.0, 0.2), (0.5, 0.4), (0.5, 0.6)]]);
        let gap = [
            (0.1, 0.1),
            (0.2, 0.2),
            (f64::NAN, 0.3),
            (0.4, 0.4),
            (0.5, 0.5),
        ];
        assert_eq!(unit(&gap).len(), 2);
    }
}
