//! The channel acting on a law of the link's value: the label's law by Bayes' rule, in one dimension.

use super::bins::LabelNode;
use super::channel::{MAX_INTENSITY, RARE_INTENSITY};
use super::convolve::convolve;
use super::{Channel, MAX_LATENT, MAX_PAIRS, TeacherError};
use crate::numerics::packed_len;

/// Labels with less probability than this (nodes, for a density) are left out.
pub(super) const NEGLIGIBLE: f64 = 1e-30;

/// Law nodes of the label from those of the link's value (sorted, k latents).
///
/// `p(y) = sum_j w_j likelihood(y | tau_j)` and `E[h | y] p(y) = sum_j w_j h_j likelihood(y | tau_j)`
/// (docs/theory.md (3.6)), on the labels of [`Channel::label_grid`]. The nodes of a gaussian channel must not lie
/// farther apart than its noise.
///
/// # Errors
/// [`TeacherError::Channel`] when counts are too large to be listed.
pub(super) fn label_nodes(
    channel: Channel,
    k: usize,
    nodes: Vec<LabelNode>,
    nodes_per_panel: usize,
) -> Result<Vec<LabelNode>, TeacherError> {
    let grid = match channel {
        Channel::Deterministic => return Ok(nodes),
        Channel::Gaussian { noise } => {
            return Ok(convolve(&nodes, &[], k, noise, nodes_per_panel));
        }
        Channel::Flip { .. } | Channel::Logistic | Channel::Poisson => {
            let range = common_range(channel, &nodes)?;
            channel
                .label_grid(range, nodes_per_panel)
                .unwrap_or_default()
        }
    };
    let labels = grid.into_iter().filter_map(|(label, measure)| {
        let mixture = Mixture::new(channel, &nodes, k, label);
        (mixture.weight * measure > NEGLIGIBLE).then(|| mixture.node(label, measure))
    });
    Ok(labels.collect())
}

/// Range of the values, without the rarest large ones.
fn common_range(channel: Channel, nodes: &[LabelNode]) -> Result<(f64, f64), TeacherError> {
    let mut rare = 0.0;
    let common = nodes.iter().rev().find(|node| {
        rare += node.weight;
        rare > RARE_INTENSITY
    });
    let high = common.map_or(0.0, |node| node.label);
    if channel == Channel::Poisson && high > MAX_INTENSITY {
        return Err(TeacherError::Channel(format!(
            "the poisson channel's intensity reaches {high:.3e}: counts are followed up to an intensity of {MAX_INTENSITY:e}"
        )));
    }
    Ok((nodes.first().map_or(0.0, |node| node.label), high))
}

/// Unnormalised moments of the latent on an event, to be added up.
#[derive(Default)]
pub(super) struct Mixture {
    pub(super) weight: f64,
    mean: [f64; MAX_LATENT],
    second: [f64; MAX_PAIRS],
}

impl Mixture {
    /// The latent's moments times the label's likelihood, over sorted nodes of the link's value.
    pub(super) fn new(channel: Channel, nodes: &[LabelNode], k: usize, label: f64) -> Self {
        let (low, high) = channel.reach(label);
        let first = nodes.partition_point(|n| n.label < low);
        let end = nodes.partition_point(|n| n.label <= high);
        let mut mixture = Self::default();
        for node in &nodes[first..end] {
            if let Some(likelihood) = channel.likelihood(label, node.label) {
                mixture.add(node, likelihood, k);
            }
        }
        mixture
    }

    /// Adds a node's moments times a likelihood.
    pub(super) fn add(&mut self, node: &LabelNode, likelihood: f64, k: usize) {
        let w = node.weight * likelihood;
        self.weight += w;
        for i in 0..k {
            self.mean[i] += w * node.mean[i];
        }
        for pair in 0..packed_len(k) {
            self.second[pair] += w * node.second[pair];
        }
    }

    /// The node at `label`; `measure` turns the likelihood into a probability.
    pub(super) fn node(&self, label: f64, measure: f64) -> LabelNode {
        LabelNode {
            label,
            weight: self.weight * measure,
            mean: self.mean.map(|x| x / self.weight),
            second: self.second.map(|x| x / self.weight),
        }
    }
}
