//! Cells of the rays between bin edges, and the radial moments on them.

use super::MAX_LATENT;
use super::bins::{
    BinMoments, Bins, MOMENTS, RADIAL_NODES, bin_of, for_each_node, piece_range, radial_density,
    same_value,
};
use super::directions::Ray;
use super::link::Link;
use super::rays::{MAX_RADIUS, Piece, RayTracer};
use crate::expression::Jet;
use crate::numerics::{gauss_legendre, legendre};

/// Walks rays through the bins with reused buffers.
pub(super) struct Walker<'a> {
    link: &'a Link,
    tracer: RayTracer<'a>,
    rule: Vec<(f64, f64)>,
    radii: Vec<f64>,
    weights: Vec<f64>,
    slots: Vec<usize>,
    values: Vec<f64>,
}

impl<'a> Walker<'a> {
    pub(super) fn new(link: &'a Link) -> Self {
        Self {
            link,
            tracer: RayTracer::new(link),
            rule: gauss_legendre(RADIAL_NODES),
            radii: Vec::new(),
            weights: Vec::new(),
            slots: Vec::new(),
            values: Vec::new(),
        }
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
                self.push_cell(slot, piece_range(piece), ray.direction.len());
            }
        }
        self.tracer
            .values(&ray.direction, &self.radii, &mut self.values);
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
                root(self.link, &ray.direction, piece, edges[bin.max(next)])
            } else {
                near
            };
            self.push_cell(slots[bin], (near, far), ray.direction.len());
            if bin == to {
                return;
            }
            near = far;
            bin = next;
        }
    }

    fn push_cell(&mut self, slot: Option<usize>, range: (f64, f64), k: usize) {
        let Some(slot) = slot.filter(|_| range.1 > range.0) else {
            return;
        };
        let Self {
            radii,
            weights,
            slots,
            rule,
            ..
        } = self;
        for_each_node(range, rule, |r, w| {
            radii.push(r);
            weights.push(w * radial_density(r, k));
            slots.push(slot);
        });
    }

    fn flush(&self, ray: &Ray, selected: &[(f64, f64)], sums: &mut [BinMoments]) {
        let mut polynomials = [0.0; MOMENTS];
        let mut start = 0;
        while start < self.slots.len() {
            let slot = self.slots[start];
            let (low, high) = selected[slot];
            let mut radial = [[0.0; MOMENTS]; 3];
            let mut i = start;
            while i < self.slots.len() && self.slots[i] == slot {
                let t = ((self.values[i] - low) - (high - self.values[i])) / (high - low);
                legendre(t.clamp(-1.0, 1.0), &mut polynomials);
                let (r, w) = (self.radii[i], self.weights[i]);
                for (a, p) in polynomials.iter().enumerate() {
                    radial[0][a] += w * p;
                    radial[1][a] += w * r * p;
                    radial[2][a] += w * r * r * p;
                }
                i += 1;
            }
            sums[slot].add_ray(self.link, ray, &radial);
            start = i;
        }
    }
}

/// Radius in the monotone piece at which the link reaches `level`: Newton, kept inside a bracket.
fn root(link: &Link, direction: &[f64], piece: &Piece, level: f64) -> f64 {
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
        return piece.radius[after - 1].min(MAX_RADIUS);
    }
    let (mut low, mut high) = (piece.radius[after - 1], piece.radius[after]);
    let sign = if rising { 1.0 } else { -1.0 };
    let mut point = [0.0; MAX_LATENT];
    let mut jet = |r: f64| -> Jet {
        for (p, d) in point.iter_mut().zip(direction) {
            *p = r * d;
        }
        link.expression().jet(&point[..direction.len()], direction)
    };
    let span = piece.value[after] - piece.value[after - 1];
    let mut r = low + (high - low) * ((level - piece.value[after - 1]) / span).clamp(0.0, 1.0);
    for _ in 0..80 {
        let here = jet(r);
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
        if (next - r).abs() <= 1e-15 * r || high - low <= 1e-15 * high {
            return next;
        }
        r = next;
    }
    r
}
