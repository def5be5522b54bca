//! Nodes of a slice's law between which a channel's likelihood is smooth.

use super::labels::LabelResolution;
use crate::numerics::gauss_legendre;
use crate::teacher::bins::{LabelNode, radial_density};
use crate::teacher::curve::Curve;
use crate::teacher::directions::AngularResolution;
use crate::teacher::monotone::Piece;
use crate::teacher::noiseless::{Resolution, noiseless_law};
use crate::teacher::sweep::Sweep;
use crate::teacher::{Channel, Link, MAX_LATENT, MAX_PAIRS, TeacherError};

/// Nodes over a change of the link by one width of the channel: 1e-9 for a Gaussian likelihood.
const NODES: usize = 6;

/// Longest interval of radii for one set of nodes: the Gaussian weight is smooth over it.
const LONGEST: f64 = 0.6;

/// Radius of a single latent beyond which 1e-10 remains.
const FARTHEST: f64 = 6.5;

/// Nodes of the law of `slice`, by increasing value.
pub(super) fn slice_nodes(
    slice: &Link,
    channel: Channel,
    resolution: LabelResolution,
) -> Result<Vec<LabelNode>, TeacherError> {
    let mut nodes = if slice.latent_dim() == 1 {
        line_nodes(slice, channel)?
    } else {
        let law = noiseless_law(
            slice,
            Resolution {
                angular: resolution.angular,
                tolerance: resolution.tolerance,
                channel,
                final_splits: 0,
            },
        )?;
        let mut nodes = law.continuous;
        nodes.extend(law.atoms);
        for curve in &law.wide {
            curve_nodes(curve, slice.latent_dim(), channel, &mut nodes);
        }
        nodes
    };
    nodes.sort_by(|a, b| a.label.total_cmp(&b.label));
    Ok(nodes)
}

/// Nodes on a bin that is wider than the channel's likelihood.
fn curve_nodes(curve: &Curve, k: usize, channel: Channel, nodes: &mut Vec<LabelNode>) {
    let width = channel.width(curve.low).min(channel.width(curve.high));
    let parts = ((curve.high - curve.low) / width).ceil().max(1.0);
    let half = 0.5 * (curve.high - curve.low) / parts;
    let rule = gauss_legendre(NODES);
    for part in 0..parts as usize {
        let centre = curve.low + half * (2 * part + 1) as f64;
        nodes.extend(rule.iter().map(|&(x, w)| {
            let [mut node] = curve.at(&[centre + half * x], k);
            node.weight *= half * w;
            node
        }));
    }
}

/// Nodes of the law of a link of one latent.
fn line_nodes(link: &Link, channel: Channel) -> Result<Vec<LabelNode>, TeacherError> {
    let rule = gauss_legendre(NODES);
    let line = AngularResolution {
        panels: 1,
        nodes: 1,
        probes: 2,
        levels: 0,
        recut: false,
    };
    let mut nodes = Vec::new();
    for ray in Sweep::along_rays(link, line)?.rays {
        for (low, high) in ray.pieces.iter().flat_map(|piece| cells(piece, channel)) {
            let half = 0.5 * (high - low);
            for &(t, w) in &rule {
                let r = low + half * (1.0 + t);
                let mut node = LabelNode {
                    label: link.value(&[r * ray.line.direction[0]]),
                    weight: ray.weight * half * w * radial_density(r, 1),
                    mean: [0.0; MAX_LATENT],
                    second: [0.0; MAX_PAIRS],
                };
                node.mean[0] = r * ray.line.direction[0];
                node.second[0] = r * r - 1.0;
                nodes.push(node);
            }
        }
    }
    Ok(nodes)
}

/// Intervals of radii over which a monotone piece moves by no more than a width of the channel, none much longer than
/// [`LONGEST`].
fn cells(piece: &Piece, channel: Channel) -> Vec<(f64, f64)> {
    let mut cells = Vec::new();
    let (mut start, mut moved) = (piece.radius[0], 0.0);
    for i in 1..piece.radius.len() {
        let (before, here) = (piece.radius[i - 1], piece.radius[i]);
        if before > FARTHEST {
            break;
        }
        let (from, to) = (piece.value[i - 1], piece.value[i]);
        let step = (to - from).abs() / channel.width(from).min(channel.width(to));
        if before > start && (moved + step > 1.0 || here - start > LONGEST) {
            cells.push((start, before));
            (start, moved) = (before, 0.0);
        }
        moved += step;
        if moved > 1.0 {
            let parts = moved.ceil();
            let part = (here - start) / parts;
            let end = |n: usize| start + part * n as f64;
            cells.extend((0..parts as usize).map(|n| (end(n), end(n + 1))));
            (start, moved) = (here, 0.0);
        }
    }
    let end = piece.radius[piece.radius.len() - 1].min(FARTHEST);
    if end > start {
        cells.push((start, end));
    }
    cells
}
