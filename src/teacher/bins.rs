//! Moments of the latent over bins of the link's value.
//!
//! In a bin with the affine coordinate `t` in [-1, 1], the quantities are the Legendre moments
//! `E[P_a(t) 1_bin]` and `E[P_a(t) H(z) 1_bin]` for `H` in `{z_i, z_i z_j - delta_ij}`. From them follow
//! the Gauss rule of the value's law on the bin and the least-squares polynomial of `E[H | tau]`.

use rayon::prelude::*;

use super::curve::Curve;
use super::link::Link;
use super::monotone::Piece;
use super::sweep::{Ray, Sweep};
use super::symmetry::LatentSymmetry;
use super::walker::{CellMoments, Walker};
use super::{MAX_LATENT, MAX_PAIRS};
use crate::numerics::{LawRule, gauss_legendre, legendre_series, packed_len};

/// Gauss nodes per bin: the projection has degree `BIN_NODES - 1`.
pub(super) const BIN_NODES: usize = 6;
pub(super) const MOMENTS: usize = 2 * BIN_NODES;

/// Radial nodes per cell: exact for the moments when the link is cubic in the radius there.
pub(super) const RADIAL_NODES: usize = 14;

/// Longest radial cell: the Gaussian weight is a polynomial to rounding over it.
const LONGEST_CELL: f64 = 1.2;

/// Blocks of rays whose sums are kept at the same time.
const BLOCKS_PER_GROUP: usize = 8;

/// A law node: a value of the link, its probability, and the latent's moments given it.
#[derive(Clone, Copy, Debug)]
pub struct LabelNode {
    /// The value (link value or label).
    pub label: f64,
    /// Its probability weight.
    pub weight: f64,
    /// `E[z | label]`, first k entries.
    pub mean: [f64; MAX_LATENT],
    /// `G = E[z z^T - I | label]`, packed upper triangle by rows, first k(k+1)/2 entries.
    pub second: [f64; MAX_PAIRS],
}

/// Legendre moments of one bin, summed over rays.
#[derive(Clone, Debug, Default)]
pub(super) struct BinMoments {
    mass: [f64; MOMENTS],
    mean: [[f64; BIN_NODES]; MAX_LATENT],
    second: [[f64; BIN_NODES]; MAX_PAIRS],
    rays: usize,
}

impl BinMoments {
    fn add(&mut self, other: &Self) {
        let add = |a: &mut [f64], b: &[f64]| a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        add(&mut self.mass, &other.mass);
        for (a, b) in self.mean.iter_mut().zip(&other.mean) {
            add(a, b);
        }
        for (a, b) in self.second.iter_mut().zip(&other.second) {
            add(a, b);
        }
        self.rays += other.rays;
    }

    /// Adds the moments of one cell of a line.
    pub(super) fn add_cell(&mut self, link: &Link, ray: &Ray, cell: &CellMoments) {
        let (origin, direction) = (&ray.line.origin, &ray.line.direction);
        let k = direction.len();
        for (slot, value) in self.mass.iter_mut().zip(&cell.mass) {
            *slot += ray.weight * value;
        }
        let mut pair = 0;
        for i in 0..k {
            if !link.is_even() {
                for (a, slot) in self.mean[i].iter_mut().enumerate() {
                    let along = origin[i] * cell.first[0][a] + direction[i] * cell.first[1][a];
                    *slot += ray.weight * along;
                }
            }
            for j in i..k {
                let products = [
                    origin[i] * origin[j],
                    origin[i] * direction[j] + direction[i] * origin[j],
                    direction[i] * direction[j],
                ];
                let unit = if i == j { 1.0 } else { 0.0 };
                let terms = products.iter().zip(&cell.second);
                // on a ray one of the three is left
                for (product, moments) in terms.filter(|(product, _)| **product != 0.0) {
                    for (slot, moment) in self.second[pair].iter_mut().zip(moments) {
                        *slot += ray.weight * product * moment;
                    }
                }
                for (slot, mass) in self.second[pair].iter_mut().zip(&cell.mass) {
                    *slot -= ray.weight * unit * mass;
                }
                pair += 1;
            }
        }
        self.rays += 1;
    }

    /// Averages the latent's moments over a group that leaves the link unchanged.
    fn average(&mut self, symmetry: &LatentSymmetry, k: usize) {
        if symmetry.is_trivial() {
            return;
        }
        let mut mean = [0.0; MAX_LATENT];
        let mut second = [0.0; MAX_PAIRS];
        for a in 0..BIN_NODES {
            for (slot, row) in mean.iter_mut().zip(&self.mean) {
                *slot = row[a];
            }
            for (slot, row) in second.iter_mut().zip(&self.second) {
                *slot = row[a];
            }
            symmetry.average_mean(&mut mean[..k]);
            symmetry.average_second(&mut second[..packed_len(k)]);
            for (row, value) in self.mean.iter_mut().zip(&mean) {
                row[a] = *value;
            }
            for (row, value) in self.second.iter_mut().zip(&second) {
                row[a] = *value;
            }
        }
    }

    /// Legendre moments of the law: `E[P_a 1_bin]`.
    pub(super) fn mass(&self) -> &[f64; MOMENTS] {
        &self.mass
    }

    /// Legendre moments `E[P_a (z z^T - I) 1_bin]`, one row for each packed entry.
    pub(super) fn second(&self) -> &[[f64; BIN_NODES]; MAX_PAIRS] {
        &self.second
    }

    pub(super) fn probability(&self) -> f64 {
        self.mass[0]
    }

    /// Number of ray pieces that cross the bin.
    pub(super) fn ray_count(&self) -> usize {
        self.rays
    }

    /// Fits the law on the bin; `None` where it has no mass. The moments are `exact` where lines alone carry the latent.
    pub(super) fn fit(&self, k: usize, bin: (f64, f64), exact: bool) -> Option<BinFit> {
        // a few of many lines are not a law: fit no more than a quarter of their number
        let count = if exact {
            BIN_NODES
        } else {
            (self.rays / 4).clamp(1, BIN_NODES)
        };
        let rule = LawRule::from_legendre_moments(&self.mass, count)?;
        let mut nodes: Vec<LabelNode> = rule
            .nodes
            .iter()
            .zip(&rule.weights)
            .map(|(&t, &weight)| LabelNode {
                label: bin.0 + 0.5 * (bin.1 - bin.0) * (1.0 + t),
                weight,
                mean: [0.0; MAX_LATENT],
                second: [0.0; MAX_PAIRS],
            })
            .collect();
        let mut curve = Curve::new(bin, &self.mass, 2 * count - 1);
        let mut tail = 0.0;
        for i in 0..k {
            let (series, energy) = project(&rule, &self.mean[i]);
            for (node, t) in nodes.iter_mut().zip(&rule.nodes) {
                node.mean[i] = legendre_series(&series, *t);
            }
            curve.mean[i] = series;
            tail += energy;
        }
        for pair in 0..packed_len(k) {
            let (series, energy) = project(&rule, &self.second[pair]);
            for (node, t) in nodes.iter_mut().zip(&rule.nodes) {
                node.second[pair] = legendre_series(&series, *t);
            }
            curve.second[pair] = series;
            tail += energy;
        }
        Some(BinFit { nodes, curve, tail })
    }

    /// The whole bin as one node at `label`.
    pub(super) fn lump(&self, k: usize, label: f64) -> LabelNode {
        let mass = self.mass[0];
        let mut node = LabelNode {
            label,
            weight: mass,
            mean: [0.0; MAX_LATENT],
            second: [0.0; MAX_PAIRS],
        };
        for i in 0..k {
            node.mean[i] = self.mean[i][0] / mass;
        }
        for pair in 0..packed_len(k) {
            node.second[pair] = self.second[pair][0] / mass;
        }
        node
    }
}

/// The law on a bin.
pub(super) struct BinFit {
    /// The Gauss rule of the value's law with the moments at its nodes.
    pub(super) nodes: Vec<LabelNode>,
    /// Density and moments as series.
    pub(super) curve: Curve,
    /// Energy `E[|E[H|tau]|^2]` of the two highest degrees, which estimates what finer bins would add.
    pub(super) tail: f64,
}

/// Projects onto the rule's polynomials: the Legendre series of the projection, and the energy in the two
/// highest degrees.
fn project(rule: &LawRule, moments: &[f64]) -> ([f64; BIN_NODES], f64) {
    let mut series = [0.0; BIN_NODES];
    let mut tail = 0.0;
    for (degree, polynomial) in rule.polynomials.iter().enumerate() {
        let c: f64 = polynomial.iter().zip(moments).map(|(p, m)| p * m).sum();
        for (slot, p) in series.iter_mut().zip(polynomial) {
            *slot += c * p;
        }
        if rule.polynomials.len() == BIN_NODES && degree + 2 >= BIN_NODES {
            tail += c * c;
        }
    }
    (series, tail)
}

/// Which bins to compute.
pub(super) struct Bins<'a> {
    pub(super) edges: &'a [f64],
    /// The bins wanted, increasing.
    pub(super) selected: Vec<Selected>,
    /// Values that constant pieces share, kept out of the bins.
    pub(super) atoms: &'a [f64],
}

/// A bin that is wanted.
#[derive(Clone, Copy)]
pub(super) struct Selected {
    /// It lies between the edges `bin` and `bin + 1`.
    pub(super) bin: usize,
    /// Where its sums are.
    pub(super) slot: usize,
    /// Its ends.
    pub(super) ends: (f64, f64),
}

impl<'a> Bins<'a> {
    pub(super) fn select(
        edges: &'a [f64],
        atoms: &'a [f64],
        wanted: impl Fn(usize) -> bool,
    ) -> Self {
        let bins = (0..edges.len() - 1).filter(|bin| wanted(*bin));
        let selected = bins.enumerate().map(|(slot, bin)| Selected {
            bin,
            slot,
            ends: (edges[bin], edges[bin + 1]),
        });
        Self {
            edges,
            selected: selected.collect(),
            atoms,
        }
    }

    /// Places in `selected` of the bins from `low` to `high`.
    pub(super) fn between(&self, low: usize, high: usize) -> std::ops::Range<usize> {
        let before = |limit: usize| self.selected.partition_point(|bin| bin.bin < limit);
        before(low)..before(high + 1)
    }
}

/// Moments of the selected bins, in their order, over all lines.
pub(super) fn accumulate(link: &Link, sweep: &Sweep, bins: &Bins<'_>) -> Vec<BinMoments> {
    let empty = || vec![BinMoments::default(); bins.selected.len()];
    let mut total = empty();
    // groups of blocks bound the memory; the order of the sums is fixed
    for group in sweep.blocks().chunks(BLOCKS_PER_GROUP) {
        let parts: Vec<Vec<BinMoments>> = group
            .par_iter()
            .map(|(rays, fan)| {
                let mut sums = empty();
                let mut walker = Walker::new(link, sweep.chart);
                let rest = fan.map(|fan| walker.walk_recut(fan, &sweep.rule, bins, &mut sums));
                let rest = rest.as_ref().unwrap_or(bins);
                for ray in *rays {
                    walker.walk(ray, rest, &mut sums);
                }
                sums
            })
            .collect();
        for part in parts {
            total.iter_mut().zip(&part).for_each(|(t, p)| t.add(p));
        }
    }
    for moments in &mut total {
        moments.average(link.symmetry(), link.latent_dim());
    }
    total
}

/// Total moments of the constant pieces with value `atom` (within rounding).
pub(super) fn atom_moments(link: &Link, sweep: &Sweep, atom: f64) -> BinMoments {
    let mut moments = BinMoments::default();
    let rule = gauss_legendre(RADIAL_NODES);
    // of the polynomials the constant one alone is needed
    let mut constant = [0.0; MOMENTS];
    constant[0] = 1.0;
    for ray in &sweep.rays {
        for piece in ray
            .pieces
            .iter()
            .filter(|p| p.is_constant() && same_value(p.value[0], atom))
        {
            let mut cell = CellMoments::default();
            for_each_node(piece_range(piece), &rule, |place, w| {
                let weight = w * sweep.chart.density(&ray.line, place);
                let lengths = sweep.chart.lengths(&ray.line, place);
                cell.add(sweep.chart, place, weight, lengths, &constant);
            });
            moments.add_cell(link, ray, &cell);
        }
    }
    moments.average(link.symmetry(), link.latent_dim());
    moments
}

/// Values that differ by rounding only.
pub(super) fn same_value(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * (a.abs() + b.abs())
}

/// `r^{k-1}` times the standard Gaussian density in k dimensions.
pub(super) fn radial_density(r: f64, k: usize) -> f64 {
    r.powi(k as i32 - 1) * (-0.5 * r * r).exp() / (2.0 * std::f64::consts::PI).powf(0.5 * k as f64)
}

pub(super) fn piece_range(piece: &Piece) -> (f64, f64) {
    (piece.radius[0], piece.radius[piece.radius.len() - 1])
}

/// Composite Gauss-Legendre nodes (radius, weight) of an interval of radii.
pub(super) fn for_each_node(range: (f64, f64), rule: &[(f64, f64)], mut f: impl FnMut(f64, f64)) {
    let (low, high) = range;
    let parts = ((high - low) / LONGEST_CELL).ceil().max(1.0);
    let half = 0.5 * (high - low) / parts;
    for part in 0..parts as usize {
        let centre = low + half * (2 * part + 1) as f64;
        for &(x, w) in rule {
            f(centre + half * x, half * w);
        }
    }
}

/// The bin that holds `value`; values outside go to the end bins.
pub(super) fn bin_of(edges: &[f64], value: f64) -> usize {
    let above = edges.partition_point(|e| *e <= value);
    above.saturating_sub(1).min(edges.len() - 2)
}
