//! The gaussian channel, at any width of its noise.
//!
//! On bins of the noiseless law that are narrower than the noise, the law's nodes stand for it. Wider
//! bins are smooth, and the kernel is integrated against their curves. The label's density is as smooth as
//! those curves inside them, and varies on the scale of the noise beside their ends and beside nodes; its panels
//! follow, so the work grows like the logarithm of the noise, and the limit of no noise is reached continuously.
//!
//! Distances are measured in units of the noise, from the rough point beside which a label lies: noise far below the
//! spacing of floats at the label itself is resolved as well as any other.

use std::f64::consts::PI;

use super::bins::LabelNode;
use super::channel::{KERNEL_REACH, panelled};
use super::curve::Curve;
use super::posterior::{Mixture, NEGLIGIBLE};
use crate::numerics::gauss_legendre;

/// Gauss-Legendre nodes on the kernel's whole reach: the kernel is a polynomial of twice that degree to rounding.
const KERNEL_NODES: usize = 40;

/// A label `anchor + offset` with its quadrature weight.
#[derive(Clone, Copy)]
struct Label {
    anchor: f64,
    offset: f64,
    measure: f64,
}

impl Label {
    fn value(self) -> f64 {
        self.anchor + self.offset
    }

    /// How many `noise` above the label `tau` lies.
    fn steps_to(self, tau: f64, noise: f64) -> f64 {
        ((tau - self.anchor) - self.offset) / noise
    }
}

/// Law nodes of the label `tau + noise * w` from sorted nodes and wide bins of the link's value (k latents).
pub(super) fn convolve(
    nodes: &[LabelNode],
    wide: &[Curve],
    k: usize,
    noise: f64,
    nodes_per_panel: usize,
) -> Vec<LabelNode> {
    let rule = gauss_legendre(KERNEL_NODES);
    let points: [f64; KERNEL_NODES] = std::array::from_fn(|i| rule[i].0);
    let mut out = Vec::new();
    for label in labels(nodes, wide, noise, nodes_per_panel) {
        let mut mixture = Mixture::default();
        let steps = |tau: f64| label.steps_to(tau, noise);
        let first = nodes.partition_point(|node| steps(node.label) < -KERNEL_REACH);
        for node in &nodes[first..] {
            let w = steps(node.label);
            if w > KERNEL_REACH {
                break;
            }
            mixture.add(node, kernel(w) / noise, k);
        }
        let first = wide.partition_point(|curve| steps(curve.high) <= -KERNEL_REACH);
        for curve in &wide[first..] {
            let (low, high) = (steps(curve.low), steps(curve.high).min(KERNEL_REACH));
            if low >= KERNEL_REACH {
                break;
            }
            let low = low.max(-KERNEL_REACH);
            let half = 0.5 * (high - low);
            let steps: [f64; KERNEL_NODES] = points.map(|x| low + half * (1.0 + x));
            let places = curve.at(&steps.map(|w| label.value() + noise * w), k);
            for ((node, w), (_, weight)) in places.iter().zip(steps).zip(&rule) {
                mixture.add(node, half * weight * kernel(w), k);
            }
        }
        if mixture.weight * label.measure > NEGLIGIBLE {
            out.push(mixture.node(label.value(), label.measure));
        }
    }
    out
}

/// The standard normal density.
fn kernel(w: f64) -> f64 {
    (-0.5 * w * w).exp() / (2.0 * PI).sqrt()
}

/// Labels by increasing value: one panel for the inside of every wide bin, and panels no wider than
/// two `noise` within reach of its ends and of all nodes.
fn labels(nodes: &[LabelNode], wide: &[Curve], noise: f64, nodes_per_panel: usize) -> Vec<Label> {
    let reach = KERNEL_REACH * noise;
    let ends = wide.iter().flat_map(|curve| [curve.low, curve.high]);
    let mut rough: Vec<f64> = nodes.iter().map(|node| node.label).chain(ends).collect();
    rough.sort_by(f64::total_cmp);
    let mut labels = Vec::new();
    let mut covered = f64::NEG_INFINITY;
    let mut bins = wide.iter().peekable();
    for Stretch { anchor, length } in near(&rough, reach) {
        let (low, high) = (anchor - reach, anchor + (length + reach));
        // between two rough stretches lies the inside of one wide bin, or nothing
        while let Some(curve) = bins.next_if(|curve| curve.high - reach <= low) {
            let inside = (covered.max(curve.low), low.min(curve.high));
            if inside.1 > inside.0 {
                let panel = panelled(inside, f64::INFINITY, nodes_per_panel).into_iter();
                labels.extend(panel.map(|(anchor, measure)| Label {
                    anchor,
                    offset: 0.0,
                    measure,
                }));
            }
        }
        let panels = panelled((-reach, length + reach), 2.0 * noise, nodes_per_panel).into_iter();
        labels.extend(panels.map(|(offset, measure)| Label {
            anchor,
            offset,
            measure,
        }));
        covered = high;
    }
    labels
}

/// All labels within the kernel's reach of the points from `anchor` to `anchor + length`.
struct Stretch {
    anchor: f64,
    length: f64,
}

/// Stretches around sorted points: those whose kernels overlap share one.
fn near(points: &[f64], reach: f64) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for &point in points {
        match stretches.last_mut() {
            Some(last) if (point - last.anchor) - last.length <= 2.0 * reach => {
                last.length = point - last.anchor;
            }
            _ => stretches.push(Stretch {
                anchor: point,
                length: 0.0,
            }),
        }
    }
    stretches
}
