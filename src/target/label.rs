//! The law of the label with the latent's moments given it.

use super::bins::LabelNode;
use super::directions::AngularResolution;
use super::link::TargetError;
use super::noiseless::{NoiselessLaw, Resolution, noiseless_law};
use super::{Channel, LabelSupport, MAX_LATENT, MAX_PAIRS, Target};
use crate::numerics::{gauss_legendre, packed_len};

/// The Gaussian channel's kernel is below double precision this many `noise` away.
const KERNEL_REACH: f64 = 9.0;

/// The label's law as a quadrature rule: nodes with probability weights (summing to one up to
/// the quadrature error) and the conditional moments `E[z | y]` and `G(y) = E[z z^T - I | y]`.
///
/// For the deterministic channel the nodes are the Gauss rules of the label's own law on adaptive
/// bins, so sums over nodes are spectrally accurate for functions of the label that are smooth on
/// each bin, and sums of products of conditional moments are least-squares projections (never too large
/// but for quadrature error).
#[derive(Clone, Debug)]
pub struct LabelLaw {
    latent_dim: usize,
    nodes: Vec<LabelNode>,
}

impl LabelLaw {
    /// k.
    pub fn latent_dim(&self) -> usize {
        self.latent_dim
    }

    /// The quadrature nodes, by increasing label.
    pub fn nodes(&self) -> &[LabelNode] {
        &self.nodes
    }

    /// Total probability: one, up to the quadrature error.
    pub fn mass(&self) -> f64 {
        self.nodes.iter().map(|n| n.weight).sum()
    }
}

/// The label's law at two resolutions (their difference is the error estimate), and its support.
#[derive(Clone, Debug)]
pub struct LabelMoments {
    /// The better resolution.
    pub fine: LabelLaw,
    /// The other one.
    pub coarse: LabelLaw,
    /// Where the label lives.
    pub support: LabelSupport,
    /// Size of `E|E[z_i | y]|^2` that cannot be told from zero.
    pub mean_noise: f64,
}

impl LabelMoments {
    /// Computes the law of the target's label.
    ///
    /// # Errors
    /// Where the link is not a number or cannot be resolved, see [`TargetError`].
    pub fn new(target: &Target) -> Result<Self, TargetError> {
        let (coarse, fine) = resolutions(target);
        let fine_law = noiseless_law(target.link(), fine)?;
        let coarse_law = noiseless_law(target.link(), coarse)?;
        Ok(Self {
            support: target.label_support(&fine_law),
            mean_noise: target.link().mean_noise(),
            fine: through_channel(target, &fine_law, 12),
            coarse: through_channel(target, &coarse_law, 8),
        })
    }

    /// A quantity computed from the law, with the difference of the resolutions as its error.
    pub fn measure(&self, quantity: impl Fn(&LabelLaw) -> f64) -> crate::numerics::Measured {
        let value = quantity(&self.fine);
        crate::numerics::Measured::new(value, value - quantity(&self.coarse))
    }
}

fn resolutions(target: &Target) -> (Resolution, Resolution) {
    let widest = match target.channel() {
        Channel::Gaussian { noise } => Some(noise),
        Channel::Deterministic | Channel::Flip { .. } => None,
    };
    let at = |tolerance, angular, final_splits| Resolution {
        angular,
        tolerance,
        widest,
        final_splits,
    };
    let angular = |panels, nodes, probes, levels| AngularResolution {
        panels,
        nodes,
        probes,
        levels,
    };
    match target.latent_dim() {
        1 => (
            at(1e-11, angular(1, 1, 2, 0), 0),
            at(1e-11, angular(1, 1, 2, 0), 1),
        ),
        2 => (
            at(1e-8, angular(16, 8, 128, 3), 0),
            at(1e-8, angular(16, 12, 128, 4), 1),
        ),
        _ => (
            at(1e-6, angular(8, 5, 64, 2), 0),
            at(1e-6, angular(8, 8, 64, 2), 1),
        ),
    }
}

fn through_channel(target: &Target, law: &NoiselessLaw, nodes_per_panel: usize) -> LabelLaw {
    let latent_dim = target.latent_dim();
    let mut nodes: Vec<LabelNode> = law.continuous.iter().chain(&law.atoms).copied().collect();
    nodes.retain(|n| n.weight > 0.0);
    nodes.sort_by(|a, b| a.label.total_cmp(&b.label));
    match target.channel() {
        Channel::Deterministic => {}
        Channel::Gaussian { noise } => nodes = convolve(&nodes, latent_dim, noise, nodes_per_panel),
        Channel::Flip { probability } => nodes = flip(&nodes, latent_dim, probability),
    }
    LabelLaw { latent_dim, nodes }
}

/// Unnormalised moments of the latent on an event, to be added up.
#[derive(Default)]
struct Mixture {
    weight: f64,
    mean: [f64; MAX_LATENT],
    second: [f64; MAX_PAIRS],
}

impl Mixture {
    fn add(&mut self, node: &LabelNode, likelihood: f64, k: usize) {
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
    fn node(&self, label: f64, measure: f64) -> LabelNode {
        LabelNode {
            label,
            weight: self.weight * measure,
            mean: self.mean.map(|x| x / self.weight),
            second: self.second.map(|x| x / self.weight),
        }
    }
}

fn flip(nodes: &[LabelNode], k: usize, probability: f64) -> Vec<LabelNode> {
    [-1.0, 1.0]
        .into_iter()
        .filter_map(|label| {
            let mut mixture = Mixture::default();
            for node in nodes {
                let likelihood = if node.label == label {
                    1.0 - probability
                } else {
                    probability
                };
                mixture.add(node, likelihood, k);
            }
            (mixture.weight > 0.0).then(|| mixture.node(label, 1.0))
        })
        .collect()
}

/// Law of `tau + noise * w`: panels of the label no wider than two `noise`, on which the
/// density is analytic with that scale.
fn convolve(nodes: &[LabelNode], k: usize, noise: f64, nodes_per_panel: usize) -> Vec<LabelNode> {
    let reach = KERNEL_REACH * noise;
    let rule = gauss_legendre(nodes_per_panel);
    let mut out = Vec::new();
    for (low, high) in covered(nodes, reach) {
        let panels = ((high - low) / (2.0 * noise)).ceil().max(1.0);
        let half = 0.5 * (high - low) / panels;
        for panel in 0..panels as usize {
            let centre = low + half * (2 * panel + 1) as f64;
            for &(x, w) in &rule {
                let label = centre + half * x;
                let mixture = posterior(nodes, k, label, noise);
                if mixture.weight > 1e-30 {
                    let density = 1.0 / (noise * (2.0 * std::f64::consts::PI).sqrt());
                    out.push(mixture.node(label, density * half * w));
                }
            }
        }
    }
    out
}

fn posterior(nodes: &[LabelNode], k: usize, label: f64, noise: f64) -> Mixture {
    let reach = KERNEL_REACH * noise;
    let first = nodes.partition_point(|n| n.label < label - reach);
    let mut mixture = Mixture::default();
    for node in nodes[first..]
        .iter()
        .take_while(|n| n.label <= label + reach)
    {
        let w = (label - node.label) / noise;
        mixture.add(node, (-0.5 * w * w).exp(), k);
    }
    mixture
}

/// Union of the intervals within `reach` of a node.
fn covered(nodes: &[LabelNode], reach: f64) -> Vec<(f64, f64)> {
    let mut intervals: Vec<(f64, f64)> = Vec::new();
    for node in nodes {
        let (low, high) = (node.label - reach, node.label + reach);
        match intervals.last_mut() {
            Some(last) if low <= last.1 => last.1 = high,
            _ => intervals.push((low, high)),
        }
    }
    intervals
}
