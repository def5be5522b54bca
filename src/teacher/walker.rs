//! Cells of the lines between bin edges, and the moments on them.

use super::bins::{
    BIN_NODES, BinMoments, Bins, MOMENTS, RADIAL_NODES, Selected, bin_of, for_each_node,
    piece_range, same_value,
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
    /// Adds a point of the cell at `place` with the values of the Legendre polynomials there. On rays, whose origin is zero,
    /// the highest powers of the place are all that counts.
    #[inline]
    pub(super) fn add(
        &mut self,
        chart: Chart,
        place: f64,
        weight: f64,
        (mean, square): (f64, f64),
        polynomials: &[f64; MOMENTS],
    ) {
        let add = |slots: &mut [f64], factor: f64| {
            for (slot, p) in slots.iter_mut().zip(polynomials) {
                *slot += factor * p;
            }
        };
        add(&mut self.mass, weight);
        let (mean, square) = (weight * mean, weight * square);
        if chart == Chart::Cube {
            add(&mut self.first[0], mean);
            add(&mut self.second[0], square);
            add(&mut self.second[1], square * place);
        }
        add(&mut self.first[1], mean * place);
        add(&mut self.second[2], square * place * place);
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
    places: Vec<usize>,
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
            places: Vec::new(),
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
        let last = bins.edges.len() - 2;
        let mut rest = Vec::with_capacity(bins.selected.len());
        for selected in &bins.selected {
            // the outermost bins hold what is beyond them
            let outer = (selected.bin == 0, selected.bin == last);
            let low = if outer.0 {
                f64::NEG_INFINITY
            } else {
                selected.ends.0
            };
            let high = if outer.1 {
                f64::INFINITY
            } else {
                selected.ends.1
            };
            let lines = fan.recut((low, high), rule);
            let Some(rays) = lines.and_then(|lines| self.traced(lines)) else {
                rest.push(*selected);
                continue;
            };
            let alone = Bins {
                edges: &[f64::NEG_INFINITY, low, high, f64::INFINITY],
                selected: vec![Selected {
                    bin: 1,
                    ..*selected
                }],
                atoms: bins.atoms,
            };
            rays.iter().for_each(|ray| self.walk(ray, &alone, sums));
        }
        Bins {
            selected: rest,
            ..*bins
        }
    }

    /// `None` where one of the lines cannot be followed: then those that were must do.
    fn traced(&mut self, lines: Vec<(Line, f64)>) -> Option<Vec<Ray>> {
        let trace = |(line, weight)| Ray::traced(&mut self.tracer, line, weight).ok();
        lines.into_iter().map(trace).collect()
    }

    pub(super) fn walk(&mut self, ray: &Ray, bins: &Bins<'_>, sums: &mut [BinMoments]) {
        self.radii.clear();
        self.weights.clear();
        self.places.clear();
        for piece in &ray.pieces {
            if !piece.is_constant() {
                self.cut(ray, piece, bins);
            } else if !bins.atoms.iter().any(|a| same_value(*a, piece.value[0])) {
                let bin = bin_of(bins.edges, piece.value[0]);
                for place in bins.between(bin, bin) {
                    self.push_cell(place, piece_range(piece), &ray.line);
                }
            }
        }
        self.tracer.values(&ray.line, &self.radii, &mut self.values);
        self.flush(ray, &bins.selected, sums);
    }

    /// Cells of a monotone piece between the edges of the selected bins.
    fn cut(&mut self, ray: &Ray, piece: &Piece, bins: &Bins<'_>) {
        let (first, last) = (piece.value[0], piece.value[piece.value.len() - 1]);
        let (from, to) = (bin_of(bins.edges, first), bin_of(bins.edges, last));
        let (start, end) = piece_range(piece);
        let rises = to > from;
        let crossed = bins.between(from.min(to), from.max(to));
        // the edge crossed last, with its place: neighbours share it
        let mut last: Option<(usize, f64)> = None;
        for i in 0..crossed.len() {
            let place = if rises {
                crossed.start + i
            } else {
                crossed.end - 1 - i
            };
            let bin = bins.selected[place].bin;
            let (enters, leaves) = if rises {
                (bin, bin + 1)
            } else {
                (bin + 1, bin)
            };
            let at = |edge: usize| root(self.link, &ray.line, piece, bins.edges[edge]);
            let near = match last {
                _ if bin == from => start,
                Some((edge, near)) if edge == enters => near,
                _ => at(enters),
            };
            let far = if bin == to { end } else { at(leaves) };
            last = Some((leaves, far));
            self.push_cell(place, (near, far), &ray.line);
        }
    }

    /// Adds the points of a cell for the bin at `place` among the selected ones.
    fn push_cell(&mut self, place: usize, range: (f64, f64), line: &Line) {
        if range.1 <= range.0 {
            return;
        }
        let Self {
            radii,
            weights,
            places,
            rule,
            chart,
            ..
        } = self;
        for_each_node(range, rule, |r, w| {
            radii.push(r);
            weights.push(w * chart.density(line, r));
            places.push(place);
        });
    }

    fn flush(&self, ray: &Ray, selected: &[Selected], sums: &mut [BinMoments]) {
        let mut polynomials = [0.0; MOMENTS];
        let mut start = 0;
        while start < self.places.len() {
            let bin = selected[self.places[start]];
            let (low, high) = bin.ends;
            let mut cell = CellMoments::default();
            let mut i = start;
            while i < self.places.len() && self.places[i] == self.places[start] {
                let t = ((self.values[i] - low) - (high - self.values[i])) / (high - low);
                legendre(t.clamp(-1.0, 1.0), &mut polynomials);
                let place = self.radii[i];
                let lengths = self.chart.lengths(&ray.line, place);
                cell.add(self.chart, place, self.weights[i], lengths, &polynomials);
                i += 1;
            }
            sums[bin.slot].add_cell(self.link, ray, &cell);
            start = i;
        }
    }
}

/// Relative size of a Newton step after which there is no other.
const LAST_STEP: f64 = 1e-9;

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
        let inside = newton > low && newton < high;
        let next = if inside { newton } else { 0.5 * (low + high) };
        // Newton's error is the square of its last step
        let step = if inside { LAST_STEP } else { 1e-15 };
        if (next - r).abs() <= step * r.abs() || high - low <= 1e-15 * low.abs().max(high.abs()) {
            return next;
        }
        r = next;
    }
    r
}
