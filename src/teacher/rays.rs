//! A line in the latent space, scanned and cut into pieces on which the link is monotone.
//!
//! In polar coordinates every Gaussian expectation over the latent is an integral over rays;
//! on a ray the link is a function of the radius alone, and where it is monotone the set of
//! points with a label in a given bin is an interval with computable ends. That is what makes
//! conditional moments given the label plain one-dimensional integrals of smooth functions. Where the link
//! is constant on rays the lines are others ([`Chart`]).

use super::chart::{Chart, Line};
use super::error::TeacherError;
use super::link::Link;
use super::monotone::{Piece, Sample};
use super::signature::Signature;
use crate::expression::{Jet, Workspace};

/// Radius beyond which the Gaussian (k <= 4, fourth moments included) is below double precision.
pub(super) const MAX_RADIUS: f64 = 9.6;

/// Scan points per line. Features of the link narrower than a few tenths of a unit are found by
/// their curvature, or by a finer scan where the slopes speak of more turns than were found.
const SCAN: usize = 96;

/// Scans of a ray in multiples of [`SCAN`], each where the one before is too coarse.
const FINER: [usize; 3] = [1, 8, 64];

/// Scan points over which oscillation is judged, and turns per found extremum (1.1 for a sine) that show it was missed.
const WINDOW: usize = 12;
const MISSED: f64 = 1.3;

/// First radius of a ray from a pole at the centre.
const BESIDE_POLE: f64 = 1e-13;

/// The sign with which a function leaves its zero is read off this far from it: small against any feature, large enough for
/// its fourth power to be a normal number.
const BESIDE_ZERO: f64 = 1e-9;

/// Samples of a smooth stretch, and the signs of the break functions on it.
type Segment = (Vec<Sample>, Vec<i8>);

/// Cuts lines of one link into monotone pieces.
pub(super) struct RayTracer<'a> {
    pub(super) link: &'a Link,
    pub(super) chart: Chart,
    workspace: Workspace,
    columns: Vec<Vec<f64>>,
    radii: Vec<f64>,
    jets: Vec<Jet>,
    breaks: Vec<f64>,
}

impl<'a> RayTracer<'a> {
    pub(super) fn new(link: &'a Link, chart: Chart) -> Self {
        Self {
            link,
            chart,
            workspace: Workspace::default(),
            columns: vec![Vec::new(); link.latent_dim()],
            radii: Vec::new(),
            jets: Vec::new(),
            breaks: Vec::new(),
        }
    }

    /// Values of the link at the given places of a line, into `out`.
    pub(super) fn values(&mut self, line: &Line, radii: &[f64], out: &mut Vec<f64>) {
        out.resize(radii.len(), 0.0);
        fill_columns(&mut self.columns, line, radii);
        let columns: Vec<&[f64]> = self.columns.iter().map(Vec::as_slice).collect();
        self.link
            .expression()
            .values_into(&columns, out, &mut self.workspace);
    }

    /// How far the link moves from its first value, at two places of the bulk.
    pub(super) fn departure(&self, line: &Line) -> f64 {
        let [first, rest @ ..] = self.chart.marks();
        let first = self
            .jet(line, self.off_pole(line, first, self.step(SCAN)))
            .value;
        rest.iter()
            .map(|place| (self.jet(line, *place).value - first).abs())
            .sum()
    }

    pub(super) fn jet(&self, line: &Line, radius: f64) -> Jet {
        jet_on(self.link, line, radius)
    }

    /// Distance of the places of a scan.
    fn step(&self, scan: usize) -> f64 {
        let (start, end) = self.chart.span();
        (end - start) / scan as f64
    }

    /// The place itself, or beside it where it is a pole (the centre for z1/z2); by far less than `step`.
    fn off_pole(&self, line: &Line, place: f64, step: f64) -> f64 {
        let finite = |jet: Jet| jet.value.is_finite() && jet.first.is_finite();
        let mut beside = 0.0;
        while !finite(self.jet(line, place + beside)) && beside < 0.01 * step {
            beside = (10.0 * beside).max(BESIDE_POLE);
        }
        place + beside
    }

    /// Cuts a line.
    ///
    /// # Errors
    /// Where the link is not a number inside the Gaussian's bulk, or oscillates faster than
    /// the scan can follow.
    pub(super) fn trace(&mut self, line: &Line) -> Result<(Vec<Piece>, Signature), TeacherError> {
        for finer in FINER {
            match self.trace_with(line, finer * SCAN) {
                Err(TeacherError::Unresolved { .. }) => {}
                traced => return traced,
            }
        }
        self.trace_with(line, SCAN)
    }

    fn trace_with(
        &mut self,
        line: &Line,
        scan: usize,
    ) -> Result<(Vec<Piece>, Signature), TeacherError> {
        let segments = self.segments(line, scan)?;
        let mut pieces = Vec::new();
        let mut signature = Signature::default();
        for (samples, signs) in segments {
            let before = pieces.len();
            self.cut_monotone(line, &samples, &mut pieces)?;
            signs
                .iter()
                .for_each(|sign| signature.push(*sign, samples[0].radius));
            for piece in &pieces[before..] {
                signature.push(piece.slope(), piece.radius[0]);
            }
        }
        self.check_aliasing(line, &pieces)?;
        Ok((pieces, signature))
    }

    /// Smooth stretches between the zeros of the break functions, with those functions' signs.
    fn segments(&mut self, line: &Line, scan: usize) -> Result<Vec<Segment>, TeacherError> {
        self.scan(line, scan);
        self.check_finite(line)?;
        let count = self.radii.len();
        let break_count = self.link.expression().breaks().len();
        let mut segments = Vec::new();
        let mut current: Vec<Sample> = Vec::with_capacity(count);
        for i in 0..count {
            if i > 0 {
                let mut cuts = self.crossings(line, i - 1, break_count);
                cuts.sort_by(f64::total_cmp);
                cuts.dedup();
                for cut in cuts {
                    // one-sided: the last radius before the zero and the first one after it
                    let gap = beside(cut);
                    push_finite(
                        self.sample(line, (cut - gap).max(self.radii[0])),
                        &mut current,
                    );
                    self.close(line, &mut current, &mut segments);
                    push_finite(self.sample(line, cut + gap), &mut current);
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
        self.close(line, &mut current, &mut segments);
        Ok(segments)
    }

    pub(super) fn sample(&self, line: &Line, radius: f64) -> Sample {
        Sample {
            radius,
            jet: self.jet(line, radius),
        }
    }

    fn close(&mut self, line: &Line, current: &mut Vec<Sample>, segments: &mut Vec<Segment>) {
        if current.len() >= 2 {
            let middle = 0.5 * (current[0].radius + current[current.len() - 1].radius);
            let signs = self.break_signs(line, middle);
            segments.push((std::mem::take(current), signs));
        }
        current.clear();
    }

    fn scan(&mut self, line: &Line, scan: usize) {
        let (start, end) = self.chart.span();
        let place = |i: usize| start + (end - start) * i as f64 / scan as f64;
        self.radii.clear();
        self.radii.extend((0..=scan).map(place));
        self.jets.resize(scan + 1, Jet::default());
        self.radii[0] = self.off_pole(line, start, self.step(scan));
        fill_columns(&mut self.columns, line, &self.radii);
        let columns: Vec<&[f64]> = self.columns.iter().map(Vec::as_slice).collect();
        let expression = self.link.expression();
        expression.jets_into(
            &columns,
            &line.direction,
            &mut self.jets,
            &mut self.workspace,
        );
        expression.break_values_into(&columns, &mut self.breaks, &mut self.workspace);
    }

    /// A NaN of positive measure within the bulk is the user's to know.
    fn check_finite(&self, line: &Line) -> Result<(), TeacherError> {
        let bad = |i: usize| !self.jets[i].value.is_finite();
        for i in 1..self.radii.len() - 1 {
            if self.radii[i] < self.chart.bulk_end() && bad(i) && (bad(i - 1) || bad(i + 1)) {
                let point = line.point(self.radii[i]);
                return Err(TeacherError::NotFinite {
                    point,
                    value: self.jets[i].value,
                });
            }
        }
        Ok(())
    }

    /// Whether the slopes of the scan speak of many more turns than were found: then the scan is too coarse.
    fn check_aliasing(&self, line: &Line, pieces: &[Piece]) -> Result<(), TeacherError> {
        let starts: Vec<f64> = pieces.iter().map(|piece| piece.radius[0]).collect();
        let inside = |r: f64| starts.partition_point(|start| *start < r);
        for first in (0..self.jets.len() - WINDOW).step_by(WINDOW) {
            let (low, high) = (self.radii[first], self.radii[first + WINDOW]);
            if high > self.chart.bulk_end() {
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
                return Err(TeacherError::Unresolved {
                    point: line.point(low),
                });
            }
        }
        Ok(())
    }

    fn break_value(&self, line: &Line, radius: f64, index: usize) -> f64 {
        let (point, k) = point_on(line, radius);
        self.link.expression().break_value(index, &point[..k])
    }

    fn break_signs(&self, line: &Line, radius: f64) -> Vec<i8> {
        (0..self.link.expression().breaks().len())
            .map(|j| {
                let v = self.break_value(line, radius, j);
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
    fn crossings(&self, line: &Line, i: usize, break_count: usize) -> Vec<f64> {
        let count = self.radii.len();
        let mut cuts = Vec::new();
        for j in 0..break_count {
            let row = &self.breaks[j * count..(j + 1) * count];
            let (a, b) = (row[i], row[i + 1]);
            if a * b < 0.0 {
                cuts.push(bisect(self.radii[i], self.radii[i + 1], a, |r| {
                    self.break_value(line, r, j)
                }));
            } else if b == 0.0 && a != 0.0 {
                cuts.push(self.radii[i + 1]);
            } else if a == 0.0 && b != 0.0 {
                cuts.push(self.radii[i]);
                // leaving a zero with one sign and arriving with the other: a second zero lies between
                let start = self.radii[i] + BESIDE_ZERO;
                let leaving = self.break_value(line, start, j);
                if leaving * b < 0.0 {
                    cuts.push(bisect(start, self.radii[i + 1], leaving, |r| {
                        self.break_value(line, r, j)
                    }));
                }
            }
        }
        cuts
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

fn fill_columns(columns: &mut [Vec<f64>], line: &Line, radii: &[f64]) {
    let axes = line.origin.iter().zip(&line.direction);
    for (column, (o, d)) in columns.iter_mut().zip(axes) {
        column.clear();
        column.extend(radii.iter().map(|r| o + r * d));
    }
}

/// The point at a place of a line, without allocation, and its number of coordinates.
fn point_on(line: &Line, radius: f64) -> ([f64; super::MAX_LATENT], usize) {
    let mut point = [0.0; super::MAX_LATENT];
    let axes = line.origin.iter().zip(&line.direction);
    for (p, (o, d)) in point.iter_mut().zip(axes) {
        *p = o + radius * d;
    }
    (point, line.latent_dim())
}

/// The link's jet at a place of a line, along it.
pub(super) fn jet_on(link: &Link, line: &Line, radius: f64) -> Jet {
    let (point, k) = point_on(line, radius);
    link.expression().jet(&point[..k], &line.direction)
}

/// Distance from a jump or a pole at which its side has been left.
pub(super) fn beside(place: f64) -> f64 {
    1e-14 * (1.0 + place.abs())
}

/// Bisects a sign change of `f` on `[low, high]` down to neighbouring floats; `at_low` is `f(low)`.
pub(super) fn bisect(mut low: f64, mut high: f64, at_low: f64, f: impl Fn(f64) -> f64) -> f64 {
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
