//! Cells of the lines between bin edges, and the moments on them.

use super::bins::{
    BIN_NODES, BinMoments, Bins, MOMENTS, RADIAL_NODES, bin_of, for_each_node, piece_range,
    same_value,
};
use super::chart::{Chart, Line};
use super::fan::Fan;
use super::link::Link;
use super::monotone::Piece;
use super::rays::{RayTracer, jet_on};
use super::sweep::Ray;
use crate::numerics::{gauss_legendre, legendre};

/// Moments on a cell of a line: sums of `weight * t^p * P_a`, t the place on it, each with the factors of
/// [`Chart::lengths`].
#[derive(Clone, Debug, Default)]
pub(super) struct CellMoments {
    pub(super) mass: [f64; MOMENTS],
    /// p = 0, 1.
    pub(super) first: [[f64; BIN_NODES]; 2],
    /// p = 0, 1, 2.
    pub(super) second: [[f64; BIN_NODES]; 3],
}

impl CellMoments {
    /// Adds a point of the cell at `place` with the values of the Legendre polynomials there.
    pub(super) fn add(
        &mut self,
        place: f64,
        weight: f64,
        (mean, square): (f64, f64),
        polynomials: &[f64; MOMENTS],
    ) {
        for (slot, p) in self.mass.iter_mut().zip(polynomials) {
            *slot += weight * p;
        }
        let (mean, square) = (weight * mean, weight * square);
        for (a, p) in polynomials.iter().enumerate().take(BIN_NODES) {
            self.first[0][a] += mean * p;
            self.first[1][a] += mean * place * p;
            self.second[0][a] += square * p;
            self.second[1][a] += square * place * p;
            self.second[2][a] += square * place * place * p;
        }
    }
}

/// Walks lines through the bins with reused buffers.
pub(super) struct Walker<'a> {
    link: &'a Link,
    chart: Chart,
    tracer: RayTracer<'a>,
    rule: Vec<(f64, f64)>,
    radii: Vec<f64>,
    weights: Vec<f64>,
    slots: Vec<usize>,
    values: Vec<f64>,
}

impl<'a> Walker<'a> {
    pub(super) fn new(link: &'a Link, chart: Chart) -> Self {
        Self {
            link,
            chart,
            tracer: RayTracer::new(link, chart),
            rule: gauss_legendre(RADIAL_NODES),
            radii: Vec::new(),
            weights: Vec::new(),
            slots: Vec::new(),
            values: Vec::new(),
        }
    }

    /// Walks the lines that a panel has for single bins; what is left for the panel's own ones are the others.
    pub(super) fn walk_recut<'b>(
        &mut self,
        fan: &Fan,
        rule: &[(f64, f64)],
        bins: &Bins<'b>,
        sums: &mut [BinMoments],
    ) -> Bins<'b> {
        let mut rest = bins.clone();
        let last = bins.slots.len() - 1;
        for (bin, slot) in rest
            .slots
            .iter_mut()
            .enumerate()
            .filter(|(_, slot)| slot.is_some())
        {
            // the outermost bins hold what is beyond them
            let low = if bin == 0 {
                f64::NEG_INFINITY
            } else {
                bins.edges[bin]
            };
            let high = if bin == last {
                f64::INFINITY
            } else {
                bins.edges[bin + 1]
            };
            let lines = fan.recut((low, high), rule);
            let Some(rays) = lines.and_then(|lines| self.traced(lines)) else {
                continue;
            };
            let alone = Bins {
                edges: &[f64::NEG_INFINITY, low, high, f64::INFINITY],
                slots: vec![None, slot.take(), None],
                selected: bins.selected.clone(),
                atoms: bins.atoms,
            };
            rays.iter().for_each(|ray| self.walk(ray, &alone, sums));
        }
        rest
    }

    /// `None` where one of the lines cannot be followed: then those that were must do.
    fn traced(&mut self, lines: Vec<(Line, f64)>) -> Option<Vec<Ray>> {
        let trace = |(line, weight)| Ray::traced(&mut self.tracer, line, weight).ok();
        lines.into_iter().map(trace).collect()
    }

    pub(super) fn walk(&mut self, ray: &Ray, bins: &Bins<'_>, sums: &mut [BinMoments]) {
        self.radii.clear();
        self.weights.clear();
        self.slots.clear();
        for piece in &ray.pieces {
            if !piece.is_constant() {
                self.cut(ray, piece, bins.edges, &bins.slots);
            } else if !bins.atoms.iter().any(|a| same_value(*a, piece.value[0])) {
                let slot = bins.slots[bin_of(bins.edges, piece.value[0])];
                self.push_cell(slot, piece_range(piece), &ray.line);
            }
        }
        self.tracer.values(&ray.line, &self.radii, &mut self.values);
        self.flush(ray, &bins.selected, sums);
    }

    /// Cells of a monotone piece between consecutive bin edges, where the bins are active.
    fn cut(&mut self, ray: &Ray, piece: &Piece, edges: &[f64], slots: &[Option<usize>]) {
        let (first, last) = (piece.value[0], piece.value[piece.value.len() - 1]);
        let (from, to) = (bin_of(edges, first), bin_of(edges, last));
        let (start, end) = piece_range(piece);
        let mut near = start;
        let mut bin = from;
        loop {
            let next = if to > from {
                bin + 1
            } else {
                bin.wrapping_sub(1)
            };
            let far = if bin == to {
                end
            } else if slots[bin].is_some() || slots[next].is_some() {
                root(self.link, &ray.line, piece, edges[bin.max(next)])
            } else {
                near
            };
            self.push_cell(slots[bin], (near, far), &ray.line);
            if bin == to {
                return;
            }
            near = far;
            bin = next;
        }
    }

    fn push_cell(&mut self, slot: Option<usize>, range: (f64, f64), line: &Line) {
        let Some(slot) = slot.filter(|_| range.1 > range.0) else {
            return;
        };
        let Self {
            radii,
            weights,
            slots,
            rule,
            chart,
            ..
        } = self;
        for_each_node(range, rule, |r, w| {
            radii.push(r);
            weights.push(w * chart.density(line, r));
            slots.push(slot);
        });
    }

    fn flush(&self, ray: &Ray, selected: &[(f64, f64)], sums: &mut [BinMoments]) {
        let mut polynomials = [0.0; MOMENTS];
        let mut start = 0;
        while start < self.slots.len() {
            let slot = self.slots[start];
            let (low, high) = selected[slot];
            let mut cell = CellMoments::default();
            let mut i = start;
            while i < self.slots.len() && self.slots[i] == slot {
                let t = ((self.values[i] - low) - (high - self.values[i])) / (high - low);
                legendre(t.clamp(-1.0, 1.0), &mut polynomials);
                let place = self.radii[i];
                let lengths = self.chart.lengths(&ray.line, place);
                cell.add(place, self.weights[i], lengths, &polynomials);
                i += 1;
            }
            sums[slot].add_cell(self.link, ray, &cell);
            start = i;
        }
    }
}

/// Place in the monotone piece at which the link reaches `level`: Newton, kept inside a bracket.
fn root(link: &Link, line: &Line, piece: &Piece, level: f64) -> f64 {
    let rising = piece.value[piece.value.len() - 1] > piece.value[0];
    let after = if rising {
        piece.value.partition_point(|v| *v < level)
    } else {
        piece.value.partition_point(|v| *v > level)
    };
    if after == 0 {
        return piece.radius[0];
    }
    if after == piece.value.len() {
        return piece.radius[after - 1];
    }
    let (mut low, mut high) = (piece.radius[after - 1], piece.radius[after]);
    let sign = if rising { 1.0 } else { -1.0 };
    let span = piece.value[after] - piece.value[after - 1];
    let mut r = low + (high - low) * ((level - piece.value[after - 1]) / span).clamp(0.0, 1.0);
    for _ in 0..80 {
        let here = jet_on(link, line, r);
        let excess = sign * (here.value - level);
        if excess > 0.0 {
            high = r;
        } else {
            low = r;
        }
        let newton = r - (here.value - level) / here.first;
        let next = if newton > low && newton < high {
            newton
        } else {
            0.5 * (low + high)
        };
        if (next - r).abs() <= 1e-15 * r.abs() || high - low <= 1e-15 * low.abs().max(high.abs()) {
            return next;
        }
        r = next;
    }
    r
}
