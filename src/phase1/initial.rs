//! The law at initialisation: pre-activations independent of label and latent.

use nalgebra::DMatrix;

use super::mixture::Mixture;
use super::source::hard_moment;
use super::trajectory::Phase1Error;
use crate::curvature::{CurvatureLaw, LawSamples, NeuronSymmetry};
use crate::network::{Derivatives, Model, ModelWorkspace};
use crate::numerics::{SobolSequence, gauss_legendre, normal_quantile, packed_len};
use crate::teacher::{LabelLaw, LabelNode};

/// Beyond this many standard deviations the Gaussian (fourth moments included) is below 1e-16.
const REACH: f64 = 9.2;

/// Nodes of the tensor quadrature beyond which sampling is the better road.
const MAX_TENSOR_NODES: usize = 4_000_000;

/// Points whose label has less probability than this are left out of the tensor quadrature.
const NEGLIGIBLE: f64 = 1e-22;

/// How finely the pre-activation of a single neuron is integrated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// For the error estimate.
    Coarse,
    /// For the result.
    Fine,
}

/// The law of `(D, E[z_V z_V^T | y])` at T = 0 (docs/theory.md sections 4 and 5 with T = 0): `u ~ N(0, s_w^2 I_m)`
/// independent of `(y, z)`.
#[derive(Clone, Copy, Debug)]
pub struct InitialLaw<'a> {
    /// Network and loss.
    pub model: &'a Model,
    /// The label's law with the latent's moments.
    pub label: &'a LabelLaw,
    /// Orthonormal rows spanning the hard directions (r x k).
    pub hard_basis: &'a DMatrix<f64>,
    /// s_w, the norm of a row of W^0; zero is allowed.
    pub init_std: f64,
    /// The weight decay, where rows of W are kept on the sphere.
    pub sphere: Option<f64>,
}

impl InitialLaw<'_> {
    /// Tensor quadrature over label and pre-activation, for a single neuron.
    ///
    /// `None` for more neurons, or when the label's law has too many nodes.
    ///
    /// # Errors
    /// When the curvature is not finite somewhere.
    pub fn quadrature(&self, resolution: Resolution) -> Result<Option<CurvatureLaw>, Phase1Error> {
        let labels: Vec<&LabelNode> = self
            .label
            .nodes()
            .iter()
            .filter(|n| n.weight > NEGLIGIBLE)
            .collect();
        let pre_activations = gaussian_rule(self.init_std, resolution);
        if self.model.neurons() != 1 || labels.len() * pre_activations.len() > MAX_TENSOR_NODES {
            return Ok(None);
        }
        let mut points = Points::with_capacity(labels.len() * pre_activations.len());
        for node in labels {
            let moment = hard_moment(node, self.hard_basis);
            for &(u, weight) in &pre_activations {
                points.weights.push(node.weight * weight);
                points.pre_activations.push(u);
                points.labels.push(node.label);
                points.moments.extend_from_slice(&moment);
            }
        }
        self.law(points).map(Some)
    }

    /// `count` randomised quasi-Monte-Carlo points of equal weight, as that many data would give: one
    /// coordinate for the label, by the inverse of its distribution function, and one for each neuron.
    ///
    /// # Errors
    /// Those of the sequence (too many points or dimensions), and a curvature that is not finite somewhere.
    pub fn sample(
        &self,
        count: usize,
        seed: u64,
        replicate: u64,
    ) -> Result<CurvatureLaw, Phase1Error> {
        self.mixture_sample(&Mixture::plain(self.label), count, seed, replicate)
    }

    /// As [`sample`](Self::sample), with half of the points drawn near `focus` (m pre-activations) and in
    /// the label's tails, and weights (at most 2/count) that make up for it.
    ///
    /// Close to the infimum of the curvature, `K` is large on rare points, and the average of `K (x) K` has heavy
    /// tails: a plain sample sees too few of them and puts the edge at a single point's feet (quadratic student, m = 4:
    /// the threshold is 0.8 percent low at 65,536 points).
    ///
    /// # Errors
    /// As [`sample`](Self::sample).
    pub fn focused_sample(
        &self,
        focus: &[f64],
        count: usize,
        seed: u64,
        replicate: u64,
    ) -> Result<CurvatureLaw, Phase1Error> {
        self.mixture_sample(
            &Mixture::focused(self.label, focus, self.init_std),
            count,
            seed,
            replicate,
        )
    }

    fn mixture_sample(
        &self,
        mixture: &Mixture,
        count: usize,
        seed: u64,
        replicate: u64,
    ) -> Result<CurvatureLaw, Phase1Error> {
        let m = self.model.neurons();
        let sequence = SobolSequence::new(m + 2, seed, replicate)?;
        let mut uniform = vec![0.0; count * (m + 2)];
        sequence.fill_uniform(0, &mut uniform)?;
        let moments: Vec<Vec<f64>> = self
            .label
            .nodes()
            .iter()
            .map(|node| hard_moment(node, self.hard_basis))
            .collect();
        let mut points = Points::with_capacity(count);
        let mut normals = vec![0.0; m];
        for row in uniform.chunks_exact(m + 2) {
            let component = mixture.component(row[m + 1]);
            let node = mixture.node(component, row[0]);
            for (normal, u) in normals.iter_mut().zip(&row[1..=m]) {
                *normal = normal_quantile(*u);
            }
            mixture.place(component, &mut normals);
            points.weights.push(mixture.weight(node, &normals));
            points.labels.push(self.label.nodes()[node].label);
            points.moments.extend_from_slice(&moments[node]);
            points
                .pre_activations
                .extend(normals.iter().map(|x| self.init_std * x));
        }
        self.law(points)
    }

    fn law(&self, points: Points) -> Result<CurvatureLaw, Phase1Error> {
        let m = self.model.neurons();
        let mut curvature = vec![0.0; points.labels.len() * packed_len(m)];
        let mut workspace = ModelWorkspace::new();
        self.model.derivatives_into(
            &points.pre_activations,
            &points.labels,
            Derivatives::curvatures(&mut curvature),
            &mut workspace,
        );
        // the label's rule sums to one up to its quadrature error
        let total: f64 = points.weights.iter().sum();
        let shift = self.sphere.map_or_else(Vec::new, |weight_decay| {
            self.sphere_curvature(&points, total, weight_decay)
        });
        let law = CurvatureLaw::new(LawSamples {
            neurons: m,
            hard_dim: self.hard_basis.nrows(),
            weights: points.weights.into_iter().map(|w| w / total).collect(),
            curvature,
            latent_second_moment: points.moments,
        })?;
        let symmetry = NeuronSymmetry::new(&self.model.neuron_kinds());
        Ok(law.with_symmetry(symmetry)?.with_shift(shift)?)
    }

    /// What the sphere takes from the Hessian of each neuron: `-w_j . grad_j R / |w_j|^2 = -E[g_j u_j] / s_w^2 - lambda`.
    fn sphere_curvature(&self, points: &Points, total: f64, weight_decay: f64) -> Vec<f64> {
        let m = self.model.neurons();
        let mut gradients = vec![0.0; points.labels.len() * m];
        self.model.derivatives_into(
            &points.pre_activations,
            &points.labels,
            Derivatives::gradients(&mut gradients),
            &mut ModelWorkspace::new(),
        );
        let mut inner = vec![0.0; m];
        let rows = gradients
            .chunks_exact(m)
            .zip(points.pre_activations.chunks_exact(m));
        for ((g, u), weight) in rows.zip(&points.weights) {
            for (inner, (g, u)) in inner.iter_mut().zip(g.iter().zip(u)) {
                *inner += weight / total * g * u;
            }
        }
        let each: Vec<f64> = inner
            .iter()
            .map(|inner| -inner / self.init_std.powi(2) - weight_decay)
            .collect();
        self.model.average_over_kinds(&each, |_| 1.0)
    }
}

/// Points of the law before the curvature is computed.
struct Points {
    weights: Vec<f64>,
    pre_activations: Vec<f64>,
    labels: Vec<f64>,
    moments: Vec<f64>,
}

impl Points {
    fn with_capacity(count: usize) -> Self {
        Self {
            weights: Vec::with_capacity(count),
            pre_activations: Vec::with_capacity(count),
            labels: Vec::with_capacity(count),
            moments: Vec::with_capacity(count),
        }
    }
}

/// Nodes and weights of N(0, std^2): panels that resolve both the density and features of size one
/// of the activation.
fn gaussian_rule(std: f64, resolution: Resolution) -> Vec<(f64, f64)> {
    if std == 0.0 {
        return vec![(0.0, 1.0)];
    }
    let (width, nodes) = match resolution {
        Resolution::Coarse => (1.2, 8),
        Resolution::Fine => (0.8, 8),
    };
    let panels = (2.0 * REACH / (width * (1.0 / std).min(1.0)))
        .ceil()
        .min(400.0);
    let half = REACH / panels;
    let rule = gauss_legendre(nodes);
    let mut out = Vec::with_capacity(panels as usize * nodes);
    for panel in 0..panels as usize {
        let centre = -REACH + half * (2 * panel + 1) as f64;
        for &(x, w) in &rule {
            let t = centre + half * x;
            let density = (-0.5 * t * t).exp() / (2.0 * std::f64::consts::PI).sqrt();
            out.push((std * t, half * w * density));
        }
    }
    out
}
