//! What the label shows of the remaining latents once some are known: one step of the staircase.

use nalgebra::DMatrix;
use rayon::prelude::*;

use super::slicer;
use crate::numerics::gauss_legendre;
use crate::teacher::directions::AngularResolution;
use crate::teacher::label::{LabelLaw, MEAN_NOISE, through_channel};
use crate::teacher::noiseless::{Resolution, noiseless_law};
use crate::teacher::{Link, Teacher, TeacherError};

/// Known latents are integrated over this far; the Gaussian outside carries 6e-5, too little to make a direction easy.
const REACH: f64 = 4.0;

/// Nodes per half axis of the known latents: enough to see a function that is not zero, off zero itself.
const NODES: [usize; 2] = [8, 5];

/// `E[v v^T]`, `v = E[z_rest | y, z_known]`, with its error.
#[derive(Clone, Debug)]
pub struct MeanEnergy {
    /// r x r, r the number of remaining latents.
    pub value: DMatrix<f64>,
    /// Frobenius norm of the difference of two resolutions.
    pub error: f64,
    /// Size that quadrature leaves where it should vanish.
    pub noise: f64,
}

impl Teacher {
    /// `E[v v^T]`, `v = E[P z | y, z_known]`, for orthonormal rows `known` (p x k) and `rest` (r x k; P projects on them).
    ///
    /// # Errors
    /// Where a slice is not a number or cannot be resolved.
    pub fn mean_energy_given(
        &self,
        known: &DMatrix<f64>,
        rest: &DMatrix<f64>,
    ) -> Result<MeanEnergy, TeacherError> {
        let slicer = slicer(self, known, rest);
        let points = gaussian_points(slicer.easy_dim());
        let slices: Result<Vec<SliceEnergy>, TeacherError> = points
            .par_iter()
            .map(|(point, weight)| {
                let slice = slicer.at(point);
                let [coarse, fine] = resolutions(self, rest.nrows());
                Ok(SliceEnergy {
                    coarse: slice_energy(self, &slice, coarse)? * *weight,
                    fine: slice_energy(self, &slice, fine)? * *weight,
                    noise: if slice.is_even() { 0.0 } else { MEAN_NOISE },
                })
            })
            .collect();
        let slices = slices?;
        let value = slices.iter().map(|s| &s.fine).sum::<DMatrix<f64>>();
        let coarse = slices.iter().map(|s| &s.coarse).sum::<DMatrix<f64>>();
        Ok(MeanEnergy {
            error: (&value - coarse).norm(),
            noise: slices.iter().map(|s| s.noise).fold(0.0, f64::max),
            value,
        })
    }
}

/// A slice's share of the integral.
struct SliceEnergy {
    coarse: DMatrix<f64>,
    fine: DMatrix<f64>,
    noise: f64,
}

fn slice_energy(
    target: &Teacher,
    slice: &Link,
    resolution: Resolution,
) -> Result<DMatrix<f64>, TeacherError> {
    let law = noiseless_law(slice, resolution)?;
    let sliced = Teacher {
        link: slice.clone(),
        channel: target.channel(),
    };
    Ok(mean_energy(&through_channel(&sliced, &law, 8)?))
}

/// `E_y[v v^T]`, `v = E[z | y]` (k x k).
pub fn mean_energy(law: &LabelLaw) -> DMatrix<f64> {
    let k = law.latent_dim();
    let mut sum = DMatrix::zeros(k, k);
    for node in law.nodes() {
        for i in 0..k {
            for j in 0..k {
                sum[(i, j)] += node.weight * node.mean[i] * node.mean[j];
            }
        }
    }
    sum
}

fn resolutions(target: &Teacher, remaining: usize) -> [Resolution; 2] {
    let at = |nodes, final_splits| {
        let (angular, tolerance) = match remaining {
            1 => ([1, 1, 2, 0], 1e-9),
            _ => ([8, nodes, 64, 2], 1e-6),
        };
        let [panels, nodes, probes, levels] = angular;
        Resolution {
            angular: AngularResolution {
                panels,
                nodes,
                probes,
                levels,
                recut: false,
            },
            tolerance,
            channel: target.channel(),
            final_splits,
        }
    };
    [at(6, 0), at(9, 1)]
}

/// Points of the known latents with Gaussian weights.
fn gaussian_points(dim: usize) -> Vec<(Vec<f64>, f64)> {
    let rule = gauss_legendre(NODES[dim - 1]);
    let mut line = Vec::new();
    for side in [-1.0, 1.0] {
        for &(t, w) in &rule {
            let a = side * 0.5 * REACH * (1.0 + t);
            let density = (-0.5 * a * a).exp() / (2.0 * std::f64::consts::PI).sqrt();
            line.push((a, 0.5 * REACH * w * density));
        }
    }
    let mut points = vec![(Vec::new(), 1.0)];
    for _ in 0..dim {
        points = points
            .iter()
            .flat_map(|(point, weight)| {
                line.iter().map(move |(a, w)| {
                    let mut longer = point.clone();
                    longer.push(*a);
                    (longer, weight * w)
                })
            })
            .collect();
    }
    points
}
