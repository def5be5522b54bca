//! The law of the link's value on one bin as smooth curves: its density and the latent's moments.

use super::bins::{BIN_NODES, LabelNode, MOMENTS};
use super::{MAX_LATENT, MAX_PAIRS};
use crate::numerics::{legendre_rows, packed_len};

/// Coefficients of the density that tell whether the series has converged.
const LAST: usize = 3;

/// Density of the link's value and `E[h | tau]` on a bin, as Legendre series in its affine coordinate.
#[derive(Clone, Debug)]
pub(super) struct Curve {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) density: [f64; MOMENTS],
    pub(super) mean: [[f64; BIN_NODES]; MAX_LATENT],
    pub(super) second: [[f64; BIN_NODES]; MAX_PAIRS],
}

impl Curve {
    /// The density's series from its Legendre moments, `(2a + 1) mu_a / width`, up to `degree`.
    pub(super) fn new(bin: (f64, f64), mass: &[f64; MOMENTS], degree: usize) -> Self {
        let (low, high) = bin;
        let mut density = [0.0; MOMENTS];
        for (a, (slot, moment)) in density.iter_mut().zip(mass).enumerate().take(degree + 1) {
            *slot = (2 * a + 1) as f64 * moment / (high - low);
        }
        Self {
            low,
            high,
            density,
            mean: [[0.0; BIN_NODES]; MAX_LATENT],
            second: [[0.0; BIN_NODES]; MAX_PAIRS],
        }
    }

    /// Probability in the last terms of the density: about what its series misses.
    pub(super) fn roughness(&self) -> f64 {
        let last = self.density[MOMENTS - LAST..].iter();
        last.fold(0.0, |most: f64, c| most.max(c.abs())) * (self.high - self.low)
    }

    /// One node's mass spread over a cell around it, with the node at its centre of mass as far as a straight
    /// density allows, and the node's moments throughout.
    fn around(node: &LabelNode, cell: (f64, f64)) -> Self {
        let t = ((node.label - cell.0) - (cell.1 - node.label)) / (cell.1 - cell.0);
        let mut mass = [0.0; MOMENTS];
        mass[0] = node.weight;
        // beyond a third the density would be negative at the far end
        mass[1] = node.weight * t.clamp(-1.0 / 3.0, 1.0 / 3.0);
        let mut curve = Self::new(cell, &mass, 1);
        for (series, value) in curve.mean.iter_mut().zip(&node.mean) {
            series[0] = *value;
        }
        for (series, value) in curve.second.iter_mut().zip(&node.second) {
            series[0] = *value;
        }
        curve
    }

    /// Curves for a bin whose density is known by the nodes of its Gauss rule only (increasing): a cell around each.
    pub(super) fn cells(nodes: &[LabelNode], bin: (f64, f64)) -> Vec<Self> {
        let between = nodes
            .windows(2)
            .map(|pair| 0.5 * (pair[0].label + pair[1].label));
        let ends: Vec<f64> = [bin.0].into_iter().chain(between).chain([bin.1]).collect();
        let cells = ends.windows(2).map(|pair| (pair[0], pair[1]));
        nodes
            .iter()
            .zip(cells)
            .filter(|(_, cell)| cell.1 > cell.0)
            .map(|(node, cell)| Self::around(node, cell))
            .collect()
    }

    /// Density (as the weight) and moments at many places inside the bin (k latents).
    ///
    /// All places take each step together, which lets the machine's vectors hold several of them.
    pub(super) fn at<const N: usize>(&self, taus: &[f64; N], k: usize) -> [LabelNode; N] {
        let place = |tau: f64| ((tau - self.low) - (self.high - tau)) / (self.high - self.low);
        let polynomials = legendre_rows(&taus.map(|tau| place(tau).clamp(-1.0, 1.0)));
        let mut nodes = taus.map(|tau| LabelNode {
            label: tau,
            weight: 0.0,
            mean: [0.0; MAX_LATENT],
            second: [0.0; MAX_PAIRS],
        });
        // a truncated series may undershoot where the density is small
        let density = series(&self.density, &polynomials);
        for (node, density) in nodes.iter_mut().zip(density) {
            node.weight = density.max(0.0);
        }
        for i in 0..k {
            for (node, mean) in nodes.iter_mut().zip(series(&self.mean[i], &polynomials)) {
                node.mean[i] = mean;
            }
        }
        for pair in 0..packed_len(k) {
            for (node, second) in nodes
                .iter_mut()
                .zip(series(&self.second[pair], &polynomials))
            {
                node.second[pair] = second;
            }
        }
        nodes
    }
}

/// A Legendre series at many places.
fn series<const N: usize>(coefficients: &[f64], polynomials: &[[f64; N]; MOMENTS]) -> [f64; N] {
    let mut sums = [0.0; N];
    for (c, row) in coefficients.iter().zip(polynomials) {
        for (sum, p) in sums.iter_mut().zip(row) {
            *sum += c * p;
        }
    }
    sums
}
