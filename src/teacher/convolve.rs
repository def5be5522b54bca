//! The gaussian channel, at any width of its noise.
//!
//! On bins of the noiseless law that are narrower than the noise, the law's nodes stand for it. Wider
//! bins are smooth, and the kernel is integrated against their curves. The label's density is as smooth as
//! those curves inside them, and varies on the scale of the noise beside their ends and beside nodes; its panels
//! follow, so the work grows like the logarithm of the noise, and the limit of no noise is reached continuously.

use super::bins::LabelNode;
use super::channel::{Channel, KERNEL_REACH, panelled};
use super::curve::Curve;
use super::posterior::{Mixture, NEGLIGIBLE};
use crate::numerics::gauss_legendre;

/// Gauss-Legendre nodes on the kernel's whole reach: the kernel is a polynomial of twice that degree to rounding.
const KERNEL_NODES: usize = 40;

/// Law nodes of the label `tau + noise * w` from sorted nodes and wide bins of the link's value (k latents).
pub(super) fn convolve(
    nodes: &[LabelNode],
    wide: &[Curve],
    k: usize,
    noise: f64,
    nodes_per_panel: usize,
) -> Vec<LabelNode> {
    let channel = Channel::Gaussian { noise };
    let rule = gauss_legendre(KERNEL_NODES);
    let mut out = Vec::new();
    for (label, measure) in panels(nodes, wide, noise, nodes_per_panel) {
        let mut mixture = Mixture::new(channel, nodes, k, label);
        let (low, high) = channel.reach(label);
        let first = wide.partition_point(|curve| curve.high <= low);
        for curve in wide[first..].iter().take_while(|curve| curve.low < high) {
            let (low, high) = (low.max(curve.low), high.min(curve.high));
            let half = 0.5 * (high - low);
            for &(x, weight) in &rule {
                let node = curve.at(low + half * (1.0 + x), k);
                if let Some(likelihood) = channel.likelihood(label, node.label) {
                    mixture.add(&node, half * weight * likelihood, k);
                }
            }
        }
        if mixture.weight > NEGLIGIBLE {
            out.push(mixture.node(label, measure));
        }
    }
    out
}

/// Labels with their weights, increasing: one panel for the inside of every wide bin, and panels no wider than
/// two `noise` within reach of its ends and of all nodes.
fn panels(
    nodes: &[LabelNode],
    wide: &[Curve],
    noise: f64,
    nodes_per_panel: usize,
) -> Vec<(f64, f64)> {
    let reach = KERNEL_REACH * noise;
    let ends = wide.iter().flat_map(|curve| [curve.low, curve.high]);
    let mut rough: Vec<f64> = nodes.iter().map(|node| node.label).chain(ends).collect();
    rough.sort_by(f64::total_cmp);
    let mut labels = Vec::new();
    let mut covered = f64::NEG_INFINITY;
    let mut bins = wide.iter().peekable();
    for (low, high) in near(&rough, reach) {
        // between two rough stretches lies the inside of one wide bin, or nothing
        while let Some(curve) = bins.next_if(|curve| curve.high - reach <= low) {
            let inside = (covered.max(curve.low), low.min(curve.high));
            if inside.1 > inside.0 {
                labels.extend(panelled(inside, f64::INFINITY, nodes_per_panel));
            }
        }
        labels.extend(panelled((low, high), 2.0 * noise, nodes_per_panel));
        covered = high;
    }
    labels
}

/// Union of the intervals within `reach` of sorted points.
fn near(points: &[f64], reach: f64) -> Vec<(f64, f64)> {
    let mut intervals: Vec<(f64, f64)> = Vec::new();
    for point in points {
        let (low, high) = (point - reach, point + reach);
        match intervals.last_mut() {
            Some(last) if low <= last.1 => last.1 = high,
            _ => intervals.push((low, high)),
        }
    }
    intervals
}
