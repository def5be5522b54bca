//! Where the sample paths take labels and latents from.

use nalgebra::DMatrix;

use crate::numerics::{normal_quantile, pack, unpack};
use crate::teacher::{LabelLaw, LabelNode, Teacher};

/// The joint law of label, reached latents and the second moment of the others.
#[derive(Clone, Debug)]
pub struct LatentSource<'a> {
    kind: Kind<'a>,
    /// Orthonormal rows: the latent directions that training reaches (e x k).
    reached: DMatrix<f64>,
    /// Orthonormal rows: all others (r x k).
    hard: DMatrix<f64>,
}

#[derive(Clone, Debug)]
enum Kind<'a> {
    /// Nothing is reached: only the label matters, with `E[z_V z_V^T | y]` known exactly.
    Labels {
        nodes: &'a [LabelNode],
        cumulative: Vec<f64>,
        /// Packed second moments of the nodes (r(r+1)/2 each).
        moments: Vec<Vec<f64>>,
    },
    /// The latents are drawn, and labels given them.
    Latents { target: &'a Teacher },
}

impl<'a> LatentSource<'a> {
    /// Labels from their law, for a training that reaches no latent direction; `hard` has r orthonormal rows (r x k).
    pub fn labels(law: &'a LabelLaw, hard: &DMatrix<f64>) -> Self {
        let nodes = law.nodes();
        let mut sum = 0.0;
        let mut cumulative: Vec<f64> = nodes
            .iter()
            .map(|node| {
                sum += node.weight;
                sum
            })
            .collect();
        // the rule sums to one up to its quadrature error
        cumulative.iter_mut().for_each(|c| *c /= sum);
        Self {
            kind: Kind::Labels {
                nodes,
                cumulative,
                moments: nodes.iter().map(|node| hard_moment(node, hard)).collect(),
            },
            reached: DMatrix::zeros(0, hard.ncols()),
            hard: hard.clone(),
        }
    }

    /// Latents from their Gaussian law and labels given them; `reached` (e x k) and `hard` (r x k) have orthonormal
    /// rows that together span all that the label depends on.
    pub fn latents(target: &'a Teacher, reached: &DMatrix<f64>, hard: &DMatrix<f64>) -> Self {
        Self {
            kind: Kind::Latents { target },
            reached: reached.clone(),
            hard: hard.clone(),
        }
    }

    /// The directions that training reaches (e x k).
    pub fn reached(&self) -> &DMatrix<f64> {
        &self.reached
    }

    /// The directions that it does not (r x k).
    pub fn hard(&self) -> &DMatrix<f64> {
        &self.hard
    }

    /// Uniform numbers that one draw takes.
    pub(super) fn dims(&self) -> usize {
        match self.kind {
            Kind::Labels { .. } => 1,
            Kind::Latents { .. } => self.hard.ncols() + 1,
        }
    }

    /// Draws the label; writes the reached latents (e) and the packed second moment of the others (r(r+1)/2).
    pub(super) fn draw(&self, uniforms: &[f64], reached: &mut [f64], moment: &mut [f64]) -> f64 {
        match &self.kind {
            Kind::Labels {
                nodes,
                cumulative,
                moments,
            } => {
                let last = nodes.len() - 1;
                let at = cumulative.partition_point(|c| *c < uniforms[0]).min(last);
                moment.copy_from_slice(&moments[at]);
                nodes[at].label
            }
            Kind::Latents { target } => {
                let k = self.hard.ncols();
                let z = DMatrix::from_fn(k, 1, |i, _| normal_quantile(uniforms[i]));
                reached.copy_from_slice((&self.reached * &z).as_slice());
                let hard = &self.hard * &z;
                moment.copy_from_slice(&pack(&(&hard * hard.transpose())));
                target.draw_label(z.as_slice(), uniforms[k])
            }
        }
    }
}

/// `E[z_V z_V^T | y]`, packed (r(r+1)/2).
pub(super) fn hard_moment(node: &LabelNode, hard: &DMatrix<f64>) -> Vec<f64> {
    let k = hard.ncols();
    let second = unpack(&node.second, k) + DMatrix::identity(k, k);
    pack(&(hard * second * hard.transpose()))
}
