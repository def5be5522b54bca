//! Monotone pieces of a line, followed from sample to sample.

use super::chart::Line;
use super::error::TeacherError;
use super::link::SAME_VALUE;
use super::rays::{RayTracer, beside, bisect};
use crate::expression::Jet;

/// Sub-intervals are halved at most this often when the scan contradicts itself.
const MAX_HALVINGS: usize = 10;

/// A piece of a line on which the link is monotone, as a table of increasing places (on a ray: radii).
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) radius: Vec<f64>,
    pub(super) value: Vec<f64>,
}

impl Piece {
    /// Whether the link is constant on the piece.
    pub(super) fn is_constant(&self) -> bool {
        self.value[0] == self.value[self.value.len() - 1]
    }

    /// Sign of the slope, 0 for a constant piece.
    pub(super) fn slope(&self) -> i8 {
        let rise = self.value[self.value.len() - 1] - self.value[0];
        if rise == 0.0 { 0 } else { rise.signum() as i8 }
    }
}

/// The link at a place of a line, along it.
#[derive(Clone, Copy)]
pub(super) struct Sample {
    pub(super) radius: f64,
    pub(super) jet: Jet,
}

impl RayTracer<'_> {
    /// Cuts a smooth stretch into monotone pieces.
    pub(super) fn cut_monotone(
        &self,
        line: &Line,
        samples: &[Sample],
        pieces: &mut Vec<Piece>,
    ) -> Result<(), TeacherError> {
        let mut piece = Piece {
            radius: vec![samples[0].radius],
            value: vec![samples[0].jet.value],
        };
        for pair in samples.windows(2) {
            self.follow(line, pair[0], pair[1], MAX_HALVINGS, &mut piece, pieces)?;
        }
        finish(piece, pieces);
        Ok(())
    }

    /// Extends `piece` from `a` to `b`, closing it at every extremum on the way.
    fn follow(
        &self,
        line: &Line,
        a: Sample,
        b: Sample,
        halvings: usize,
        piece: &mut Piece,
        pieces: &mut Vec<Piece>,
    ) -> Result<(), TeacherError> {
        if a.jet.first * b.jet.first < 0.0 {
            let radius = bisect(a.radius, b.radius, a.jet.first, |r| self.jet(line, r).first);
            let value = self.jet(line, radius).value;
            if value.is_finite() {
                self.extend(piece, radius, value, pieces);
            } else {
                self.part(line, radius, piece, pieces);
            }
        } else if halvings > 0 && (hides_an_extremum(a, b) || self.contradicts(a, b)) {
            let radius = 0.5 * (a.radius + b.radius);
            let middle = self.sample(line, radius);
            self.follow(line, a, middle, halvings - 1, piece, pieces)?;
            return self.follow(line, middle, b, halvings - 1, piece, pieces);
        } else if self.contradicts(a, b) && b.radius < self.chart.bulk_end() {
            let point = line.point(a.radius);
            return Err(TeacherError::Unresolved { point });
        }
        self.extend(piece, b.radius, b.jet.value, pieces);
        Ok(())
    }

    /// Ends the piece before a pole, and starts another one after it.
    fn part(&self, line: &Line, pole: f64, piece: &mut Piece, pieces: &mut Vec<Piece>) {
        let (before, after) = (pole - beside(pole), pole + beside(pole));
        let value = self.jet(line, before).value;
        if value.is_finite() {
            self.extend(piece, before, value, pieces);
        }
        let value = self.jet(line, after).value;
        if value.is_finite() {
            let start = Piece {
                radius: vec![after],
                value: vec![value],
            };
            finish(std::mem::replace(piece, start), pieces);
        }
    }

    /// Differences of the link below this are rounding (of cancelling terms of its usual size).
    pub(super) fn rounding(&self, a: f64, b: f64) -> f64 {
        SAME_VALUE * (a.abs() + b.abs()) + 1e-15 * self.link.scale()
    }

    /// The values go against the slopes at both ends by more than rounding.
    fn contradicts(&self, a: Sample, b: Sample) -> bool {
        let rise = b.jet.value - a.jet.value;
        let slope = if a.jet.first != 0.0 {
            a.jet.first
        } else {
            b.jet.first
        };
        rise * slope < 0.0 && rise.abs() > 1e3 * self.rounding(a.jet.value, b.jet.value)
    }

    /// Adds a table point; one that breaks the piece's direction starts a new piece.
    fn extend(&self, piece: &mut Piece, radius: f64, value: f64, pieces: &mut Vec<Piece>) {
        let last = piece.value.len() - 1;
        if radius <= piece.radius[last] {
            return;
        }
        let before = piece.value[last];
        let flat = (value - before).abs() <= self.rounding(value, before);
        let value = if flat { before } else { value };
        if (value - before) * f64::from(piece.slope()) < 0.0 {
            let start = Piece {
                radius: vec![piece.radius[last]],
                value: vec![before],
            };
            finish(std::mem::replace(piece, start), pieces);
        }
        piece.radius.push(radius);
        piece.value.push(value);
    }
}

/// Same slope at both ends, but bending towards zero from both: two extrema may lie between.
fn hides_an_extremum(a: Sample, b: Sample) -> bool {
    let width = b.radius - a.radius;
    let towards_zero = a.jet.first * a.jet.second < 0.0 && b.jet.first * b.jet.second > 0.0;
    // the tangents of the slope cross zero inside the interval
    towards_zero
        && a.jet.first.abs() < a.jet.second.abs() * width
        && b.jet.first.abs() < b.jet.second.abs() * width
}

fn finish(piece: Piece, pieces: &mut Vec<Piece>) {
    if piece.radius.len() >= 2 {
        pieces.push(piece);
    }
}
