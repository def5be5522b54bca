//! The data of one run: inputs and labels.

use nalgebra::DMatrix;
use rand_distr::{Distribution, Open01, StandardNormal};
use rayon::prelude::*;

use super::inputs::{Inputs, Precision};
use super::streams::RunStream;
use crate::teacher::Teacher;

/// Where the hard latents of a label come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Labels {
    /// From the input, as in the model.
    OfInputs,
    /// Drawn independently of the input (a *null* run): nothing points at the hard directions, so training goes on as
    /// in the limit of large dimension, without the growth of their overlap. Easy latents stay those of the input.
    Null,
}

/// Inputs and labels.
///
/// The latent directions are the first k coordinate axes. That loses nothing: inputs and initial weights are
/// invariant under rotations of R^d and every training rule commutes with them, so the law of all that is measured
/// does not depend on which orthonormal directions the label is made of.
#[derive(Clone, Debug)]
pub(super) struct Data {
    pub inputs: Inputs,
    /// y (n).
    pub labels: Vec<f64>,
}

impl Data {
    /// Draws n samples in d dimensions. `hard_basis` has orthonormal rows (r x k).
    pub fn draw(
        target: &Teacher,
        hard_basis: &DMatrix<f64>,
        labels: Labels,
        (samples, dim): (usize, usize),
        precision: Precision,
        stream: RunStream,
    ) -> Self {
        let inputs = Inputs::draw(samples, dim, precision, stream);
        let k = target.latent_dim();
        let hard = hard_basis.transpose() * hard_basis;
        let mut drawn = vec![0.0; samples];
        drawn.par_iter_mut().enumerate().for_each_init(
            || (vec![0.0; k], vec![0.0; k]),
            |(z, change), (sample, label)| {
                let mut random = stream.label(sample);
                let uniform: f64 = Open01.sample(&mut random);
                inputs.copy_row(sample, 0, z);
                if labels == Labels::Null {
                    for (change, own) in change.iter_mut().zip(&*z) {
                        let other: f64 = StandardNormal.sample(&mut random);
                        *change = other - own;
                    }
                    for (i, z) in z.iter_mut().enumerate() {
                        *z += (0..k).map(|j| hard[(i, j)] * change[j]).sum::<f64>();
                    }
                }
                *label = target.draw_label(z, uniform);
            },
        );
        let labels = drawn;
        Self { inputs, labels }
    }
}
