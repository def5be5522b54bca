//! The law of the label with the latent's moments given it.

use super::bins::LabelNode;
use super::convolve::convolve;
use super::directions::AngularResolution;
use super::error::TeacherError;
use super::noiseless::{NoiselessLaw, Resolution, noiseless_law};
use super::posterior::label_nodes;
use super::{Channel, LabelSupport, MAX_EXACT_LATENT, MAX_LATENT, MAX_PAIRS, Teacher};

/// Size of `E|E[z_i | y]|^2` that the quadrature leaves where it should vanish and no symmetry says so.
pub(super) const MEAN_NOISE: f64 = 1e-7;

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
    /// Energy `E|E[z | y]|^2 + E|G|^2` (packed entries) that `fine` may miss, because projections on bins end at a degree.
    pub tail: f64,
    /// Share of the law that the rounding of the link's values blurs.
    pub grain: f64,
    /// Where the label lives.
    pub support: LabelSupport,
    /// Size of `E|E[z_i | y]|^2` that cannot be told from zero.
    pub mean_noise: f64,
    /// Share of the link's information that the channel lets through, at most one: errors of the noiseless law's moments
    /// shrink with it as the moments themselves do.
    pub contrast: f64,
    /// Law of the link's value behind `coarse`.
    pub(super) link_law: NoiselessLaw,
}

impl LabelMoments {
    /// Computes the law of the target's label.
    ///
    /// # Errors
    /// Where the link is not a number, cannot be resolved, or has more than [`MAX_EXACT_LATENT`] latents, see [`TeacherError`].
    pub fn new(target: &Teacher) -> Result<Self, TeacherError> {
        let latent_dim = target.latent_dim();
        if latent_dim > MAX_EXACT_LATENT {
            return Err(TeacherError::TooManyLatents { latent_dim });
        }
        target.channel().check_counts(target.link())?;
        let (coarse, fine) = resolutions(target);
        let fine_law = noiseless_law(target.link(), fine)?;
        let coarse_law = noiseless_law(target.link(), coarse)?;
        let contrast = target.channel().contrast(&coarse_law.values());
        Ok(Self {
            support: target.label_support(&fine_law),
            mean_noise: contrast * MEAN_NOISE,
            contrast,
            grain: target.link().grain(),
            tail: contrast * fine_law.tail,
            fine: through_channel(target, &fine_law, 12)?,
            coarse: through_channel(target, &coarse_law, 8)?,
            link_law: coarse_law,
        })
    }

    /// A quantity computed from the law, with the difference of the resolutions as its error.
    pub fn measure(&self, quantity: impl Fn(&LabelLaw) -> f64) -> crate::numerics::Measured {
        let value = quantity(&self.fine);
        crate::numerics::Measured::new(value, value - quantity(&self.coarse))
    }
}

fn resolutions(target: &Teacher) -> (Resolution, Resolution) {
    let channel = target.channel();
    let at = |tolerance, angular, final_splits| Resolution {
        angular,
        tolerance,
        channel,
        final_splits,
    };
    let angular = |panels, nodes, probes, levels| AngularResolution {
        panels,
        nodes,
        probes,
        levels,
        recut: true,
    };
    match target.link().outer_dim() {
        0 => (
            at(1e-11, angular(1, 1, 2, 0), 0),
            at(1e-11, angular(1, 1, 2, 0), 1),
        ),
        1 => (
            at(1e-8, angular(16, 8, 128, 3), 0),
            at(1e-8, angular(16, 12, 128, 4), 1),
        ),
        _ => (
            at(1e-6, angular(8, 5, 64, 2), 0),
            at(1e-6, angular(8, 8, 64, 2), 1),
        ),
    }
}

pub(super) fn through_channel(
    target: &Teacher,
    law: &NoiselessLaw,
    nodes_per_panel: usize,
) -> Result<LabelLaw, TeacherError> {
    let latent_dim = target.latent_dim();
    let mut nodes: Vec<LabelNode> = law.continuous.iter().chain(&law.atoms).copied().collect();
    nodes.retain(|n| n.weight > 0.0);
    nodes.sort_by(|a, b| a.label.total_cmp(&b.label));
    let nodes = match target.channel() {
        Channel::Gaussian { noise } => {
            convolve(&nodes, &law.wide, latent_dim, noise, nodes_per_panel)
        }
        other => label_nodes(other, latent_dim, nodes, nodes_per_panel)?,
    };
    Ok(LabelLaw {
        latent_dim,
        nodes: centred(nodes),
    })
}

/// The nodes with `E[E[z | y]] = 0` and `E[G(y)] = 0`, as they are for the Gaussian itself: what quadrature leaves of them is
/// the same for every label, and would outweigh the information of a label that is almost noise.
fn centred(mut nodes: Vec<LabelNode>) -> Vec<LabelNode> {
    let total: f64 = nodes.iter().map(|n| n.weight).sum();
    let (mut mean, mut second) = ([0.0; MAX_LATENT], [0.0; MAX_PAIRS]);
    for node in &nodes {
        let share = node.weight / total;
        mean.iter_mut()
            .zip(&node.mean)
            .for_each(|(sum, m)| *sum += share * m);
        second
            .iter_mut()
            .zip(&node.second)
            .for_each(|(sum, g)| *sum += share * g);
    }
    for node in &mut nodes {
        node.mean
            .iter_mut()
            .zip(&mean)
            .for_each(|(m, sum)| *m -= sum);
        node.second
            .iter_mut()
            .zip(&second)
            .for_each(|(g, sum)| *g -= sum);
    }
    nodes
}
