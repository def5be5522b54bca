//! A ray from the centre of the latent Gaussian, cut into pieces on which the link is monotone.
//!
//! In polar coordinates every Gaussian expectation over the latent is an integral over rays;
//! on a ray the link is a function of the radius alone, and where it is monotone the set of
//! points with a label in a given bin is an interval with computable ends. That is what makes
//! conditional moments given the label plain one-dimensional integrals of smooth functions.

use super::link::{Link, SAME_VALUE, TeacherError};
use super::signature::{FAR, Signature};
use crate::expression::{Jet, Workspace};

/// Radius beyond which the Gaussian (k <= 4, fourth moments included) is below double precision.
pub(super) const MAX_RADIUS: f64 = 9.6;

/// Scan points per ray. Features of the link narrower than a few tenths of a unit are found by
/// the curvature test of [`hides_an_extremum`], or by a finer scan where the slopes speak of more turns than were found.
const SCAN: usize = 96;

/// Scans of a ray in multiples of [`SCAN`], each where the one before is too coarse.
const FINER: [usize; 3] = [1, 8, 64];

/// Scan points over which oscillation is judged, and turns per found extremum (1.1 for a sine) that show it was missed.
const WINDOW: usize = 12;
const MISSED: f64 = 1.3;

/// First radius of a ray from a pole at the centre.
const BESIDE_POLE: f64 = 1e-13;

/// Sub-intervals are halved at most this often when the scan contradicts itself.
const MAX_HALVINGS: usize = 10;

/// The sign with which a function leaves its zero is read off this far from it: small against any feature, large enough for
/// its fourth power to be a normal number.
const BESIDE_ZERO: f64 = 1e-9;

/// A piece of a ray on which the link is monotone, as a table of increasing radii.
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

    fn slope(&self) -> i8 {
        let rise = self.value[self.value.len() - 1] - self.value[0];
        if rise == 0.0 { 0 } else { rise.signum() as i8 }
    }
}

#[derive(Clone, Copy)]
struct Sample {
    radius: f64,
    jet: Jet,
}

/// Samples of a smooth stretch, and the signs of the break functions on it.
type Segment = (Vec<Sample>, Vec<i8>);

/// Cuts rays of one link into monotone pieces.
pub(super) struct RayTracer<'a> {
    link: &'a Link,
    workspace: Workspace,
    columns: Vec<Vec<f64>>,
    radii: Vec<f64>,
    jets: Vec<Jet>,
    breaks: Vec<f64>,
}

impl<'a> RayTracer<'a> {
    pub(super) fn new(link: &'a Link) -> Self {
        Self {
            link,
            workspace: Workspace::default(),
            columns: vec![Vec::new(); link.latent_dim()],
            radii: Vec::new(),
            jets: Vec::new(),
            breaks: Vec::new(),
        }
    }

    /// Values of the link at the given radii along `direction` (k), into `out`.
    pub(super) fn values(&mut self, direction: &[f64], radii: &[f64], out: &mut Vec<f64>) {
        out.resize(radii.len(), 0.0);
        fill_columns(&mut self.columns, direction, radii);
        let columns: Vec<&[f64]> = self.columns.iter().map(Vec::as_slice).collect();
        self.link
            .expression()
            .values_into(&columns, out, &mut self.workspace);
    }

    /// How far the link has moved from its value at the centre, at two radii of the bulk.
    pub(super) fn departure(&self, direction: &[f64]) -> f64 {
        let start = self.start(direction, MAX_RADIUS / SCAN as f64);
        let centre = self.jet(direction, start).value;
        [0.9, 2.3]
            .iter()
            .map(|r| (self.jet(direction, *r).value - centre).abs())
            .sum()
    }

    fn jet(&self, direction: &[f64], radius: f64) -> Jet {
        let mut point = [0.0; super::MAX_LATENT];
        for (p, d) in point.iter_mut().zip(direction) {
            *p = radius * d;
        }
        self.link
            .expression()
            .jet(&point[..direction.len()], direction)
    }

    /// The first radius: the centre, or beside it where it is a pole (z1/z2); well before `next`.
    fn start(&self, direction: &[f64], next: f64) -> f64 {
        let finite = |jet: Jet| jet.value.is_finite() && jet.first.is_finite();
        let mut radius = 0.0;
        while !finite(self.jet(direction, radius)) && radius < 0.01 * next {
            radius = (10.0 * radius).max(BESIDE_POLE);
        }
        radius
    }

    /// Cuts the ray along the unit vector `direction` (k).
    ///
    /// # Errors
    /// Where the link is not a number inside the Gaussian's bulk, or oscillates faster than
    /// the scan can follow.
    pub(super) fn trace(
        &mut self,
        direction: &[f64],
    ) -> Result<(Vec<Piece>, Signature), TeacherError> {
        for finer in FINER {
            match self.trace_with(direction, finer * SCAN) {
                Err(TeacherError::Unresolved { .. }) => {}
                traced => return traced,
            }
        }
        self.trace_with(direction, SCAN)
    }

    fn trace_with(
        &mut self,
        direction: &[f64],
        scan: usize,
    ) -> Result<(Vec<Piece>, Signature), TeacherError> {
        let segments = self.segments(direction, scan)?;
        let mut pieces = Vec::new();
        let mut signature = Signature::default();
        for (samples, signs) in segments {
            let before = pieces.len();
            self.cut_monotone(direction, &samples, &mut pieces)?;
            signs
                .iter()
                .for_each(|sign| signature.push(*sign, samples[0].radius));
            for piece in &pieces[before..] {
                signature.push(piece.slope(), piece.radius[0]);
            }
        }
        self.check_aliasing(direction, &pieces)?;
        Ok((pieces, signature))
    }

    /// Smooth stretches between the zeros of the break functions, with those functions' signs.
    fn segments(&mut self, direction: &[f64], scan: usize) -> Result<Vec<Segment>, TeacherError> {
        self.scan(direction, scan);
        self.check_finite(direction)?;
        let count = self.radii.len();
        let break_count = self.link.expression().breaks().len();
        let mut segments = Vec::new();
        let mut current: Vec<Sample> = Vec::with_capacity(count);
        for i in 0..count {
            if i > 0 {
                let mut cuts = self.crossings(direction, i - 1, break_count);
                cuts.sort_by(f64::total_cmp);
                cuts.dedup();
                for cut in cuts {
                    // one-sided: the last radius before the zero and the first one after it
                    let gap = 1e-14 * (1.0 + cut);
                    push_finite(self.sample(direction, (cut - gap).max(0.0)), &mut current);
                    self.close(direction, &mut current, &mut segments);
                    push_finite(self.sample(direction, cut + gap), &mut current);
                }
            }
            push_finite(
                Sample {
                    radius: self.radii[i],
                    jet: self.jets[i],
                },
                &mut current,
            );
        }
        self.close(direction, &mut current, &mut segments);
        Ok(segments)
    }

    fn sample(&self, direction: &[f64], radius: f64) -> Sample {
        Sample {
            radius,
            jet: self.jet(direction, radius),
        }
    }

    fn close(&mut self, direction: &[f64], current: &mut Vec<Sample>, segments: &mut Vec<Segment>) {
        if current.len() >= 2 {
            let middle = 0.5 * (current[0].radius + current[current.len() - 1].radius);
            let signs = self.break_signs(direction, middle);
            segments.push((std::mem::take(current), signs));
        }
        current.clear();
    }

    fn scan(&mut self, direction: &[f64], scan: usize) {
        self.radii.clear();
        self.radii
            .extend((0..=scan).map(|i| MAX_RADIUS * i as f64 / scan as f64));
        self.jets.resize(scan + 1, Jet::default());
        self.radii[0] = self.start(direction, self.radii[1]);
        fill_columns(&mut self.columns, direction, &self.radii);
        let columns: Vec<&[f64]> = self.columns.iter().map(Vec::as_slice).collect();
        let expression = self.link.expression();
        expression.jets_into(&columns, direction, &mut self.jets, &mut self.workspace);
        expression.break_values_into(&columns, &mut self.breaks, &mut self.workspace);
    }

    /// A NaN of positive measure within [`FAR`] is the user's to know.
    fn check_finite(&self, direction: &[f64]) -> Result<(), TeacherError> {
        let bad = |i: usize| !self.jets[i].value.is_finite();
        for i in 1..self.radii.len() - 1 {
            if self.radii[i] < FAR && bad(i) && (bad(i - 1) || bad(i + 1)) {
                let point = direction.iter().map(|d| d * self.radii[i]).collect();
                return Err(TeacherError::NotFinite {
                    point,
                    value: self.jets[i].value,
                });
            }
        }
        Ok(())
    }

    /// Whether the slopes of the scan speak of many more turns than were found: then the scan is too coarse.
    fn check_aliasing(&self, direction: &[f64], pieces: &[Piece]) -> Result<(), TeacherError> {
        let starts: Vec<f64> = pieces.iter().map(|piece| piece.radius[0]).collect();
        let inside = |r: f64| starts.partition_point(|start| *start < r);
        for first in (0..self.jets.len() - WINDOW).step_by(WINDOW) {
            let (low, high) = (self.radii[first], self.radii[first + WINDOW]);
            if high > FAR {
                break;
            }
            let window = &self.jets[first..=first + WINDOW];
            let mut slopes: Vec<f64> = window.iter().map(|jet| jet.first.abs()).collect();
            slopes.sort_by(f64::total_cmp);
            let values = || window.iter().map(|jet| jet.value);
            let range =
                values().fold(f64::NEG_INFINITY, f64::max) - values().fold(f64::INFINITY, f64::min);
            let turns = slopes[WINDOW / 2] * (high - low) / range;
            let found = inside(high) - inside(low);
            if turns > MISSED * (2 + found) as f64
                && range > 1e3 * self.rounding(range, window[0].value)
            {
                let point = direction.iter().map(|d| d * low).collect();
                return Err(TeacherError::Unresolved { point });
            }
        }
        Ok(())
    }

    fn break_value(&self, direction: &[f64], radius: f64, index: usize) -> f64 {
        let mut point = [0.0; super::MAX_LATENT];
        for (p, d) in point.iter_mut().zip(direction) {
            *p = radius * d;
        }
        self.link
            .expression()
            .break_value(index, &point[..direction.len()])
    }

    fn break_signs(&self, direction: &[f64], radius: f64) -> Vec<i8> {
        (0..self.link.expression().breaks().len())
            .map(|j| {
                let v = self.break_value(direction, radius, j);
                if v > 0.0 {
                    1
                } else if v < 0.0 {
                    -1
                } else {
                    0
                }
            })
            .collect()
    }

    /// Radii in the scan interval after point `i` at which a break function changes sign.
    fn crossings(&self, direction: &[f64], i: usize, break_count: usize) -> Vec<f64> {
        let count = self.radii.len();
        let mut cuts = Vec::new();
        for j in 0..break_count {
            let row = &self.breaks[j * count..(j + 1) * count];
            let (a, b) = (row[i], row[i + 1]);
            if a * b < 0.0 {
                cuts.push(bisect(self.radii[i], self.radii[i + 1], a, |r| {
                    self.break_value(direction, r, j)
                }));
            } else if b == 0.0 && a != 0.0 {
                cuts.push(self.radii[i + 1]);
            } else if a == 0.0 && b != 0.0 {
                cuts.push(self.radii[i]);
                // leaving a zero with one sign and arriving with the other: a second zero lies between
                let start = self.radii[i] + BESIDE_ZERO;
                let leaving = self.break_value(direction, start, j);
                if leaving * b < 0.0 {
                    cuts.push(bisect(start, self.radii[i + 1], leaving, |r| {
                        self.break_value(direction, r, j)
                    }));
                }
            }
        }
        cuts
    }

    fn cut_monotone(
        &self,
        direction: &[f64],
        samples: &[Sample],
        pieces: &mut Vec<Piece>,
    ) -> Result<(), TeacherError> {
        let mut piece = Piece {
            radius: vec![samples[0].radius],
            value: vec![samples[0].jet.value],
        };
        for pair in samples.windows(2) {
            self.follow(
                direction,
                pair[0],
                pair[1],
                MAX_HALVINGS,
                &mut piece,
                pieces,
            )?;
        }
        finish(piece, pieces);
        Ok(())
    }

    /// Extends `piece` from `a` to `b`, closing it at every extremum on the way.
    fn follow(
        &self,
        direction: &[f64],
        a: Sample,
        b: Sample,
        halvings: usize,
        piece: &mut Piece,
        pieces: &mut Vec<Piece>,
    ) -> Result<(), TeacherError> {
        if a.jet.first * b.jet.first < 0.0 {
            let radius = bisect(a.radius, b.radius, a.jet.first, |r| {
                self.jet(direction, r).first
            });
            let value = self.jet(direction, radius).value;
            self.extend(piece, radius, value, pieces);
        } else if halvings > 0 && (hides_an_extremum(a, b) || self.contradicts(a, b)) {
            let radius = 0.5 * (a.radius + b.radius);
            let middle = self.sample(direction, radius);
            self.follow(direction, a, middle, halvings - 1, piece, pieces)?;
            return self.follow(direction, middle, b, halvings - 1, piece, pieces);
        } else if self.contradicts(a, b) && b.radius < FAR {
            let point = direction.iter().map(|d| d * a.radius).collect();
            return Err(TeacherError::Unresolved { point });
        }
        self.extend(piece, b.radius, b.jet.value, pieces);
        Ok(())
    }

    /// Differences of the link below this are rounding (of cancelling terms of its usual size).
    fn rounding(&self, a: f64, b: f64) -> f64 {
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

/// Appends a sample beyond the last one, unless the link is not a number there.
fn push_finite(sample: Sample, samples: &mut Vec<Sample>) {
    let ordered = samples
        .last()
        .is_none_or(|last| last.radius < sample.radius);
    if ordered && sample.jet.value.is_finite() && sample.jet.first.is_finite() {
        samples.push(sample);
    }
}

fn fill_columns(columns: &mut [Vec<f64>], direction: &[f64], radii: &[f64]) {
    for (column, d) in columns.iter_mut().zip(direction) {
        column.clear();
        column.extend(radii.iter().map(|r| r * d));
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

/// Bisects a sign change of `f` on `[low, high]` down to neighbouring floats; `at_low` is `f(low)`.
fn bisect(mut low: f64, mut high: f64, at_low: f64, f: impl Fn(f64) -> f64) -> f64 {
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if f(middle) * at_low > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}
