//! The Hessian as n/d tends to infinity.

use nalgebra::DMatrix;

use super::error::HessianError;
use super::moments::unpack_kronecker;
use crate::curvature::CurvatureLaw;
use crate::numerics::{SortedEigen, packed_len, unpack};

/// The margin's limit as `delta -> infinity`: `lambda_min(E[D (x) z_V z_V^T])` minus the smaller of
/// `lambda_min(E[D])` (to which the bulk shrinks) and `-ridge`.
///
/// Negative exactly when an informative negative outlier exists for all large delta. It is the limit
/// `S/delta -> 0` of docs/theory.md (5.1) and (6.1).
///
/// # Errors
/// When the law's entries are not finite.
pub fn infinite_ratio_margin(law: &CurvatureLaw, ridge: f64) -> Result<f64, HessianError> {
    let samples = law.samples();
    let (m, r) = (samples.neurons, samples.hard_dim);
    let (p, q) = (packed_len(m), packed_len(r));
    // E[d w^T], by columns: the limit of the average of (6.1)
    let mut latent = DMatrix::zeros(p, q);
    for (i, weight) in samples.weights.iter().enumerate() {
        let curvature = &samples.curvature[i * p..(i + 1) * p];
        let moment = &samples.latent_second_moment[i * q..(i + 1) * q];
        for (a, d) in curvature.iter().enumerate() {
            for (b, w) in moment.iter().enumerate() {
                latent[(a, b)] += weight * d * w;
            }
        }
    }
    let symmetry = law.symmetry().pairs();
    let columns = latent.as_mut_slice().chunks_exact_mut(p);
    columns.for_each(|column| symmetry.average(column));
    let mut hard = unpack_kronecker(&latent, m, r);
    for (j, shift) in law.shift().iter().enumerate() {
        for a in 0..r {
            hard[(j * r + a, j * r + a)] += shift;
        }
    }
    let bulk = SortedEigen::new(&mean_curvature(law))?.smallest();
    Ok(SortedEigen::new(&hard)?.smallest() - bulk.min(-ridge))
}

/// `E[D]`, and the shift (m x m): the bulk's eigenvalues as `delta -> infinity`.
pub fn mean_curvature(law: &CurvatureLaw) -> DMatrix<f64> {
    let samples = law.samples();
    let (m, p) = (samples.neurons, packed_len(samples.neurons));
    let mut mean = vec![0.0; p];
    let rows = samples.curvature.chunks_exact(p);
    for (curvature, weight) in rows.zip(&samples.weights) {
        for (sum, d) in mean.iter_mut().zip(curvature) {
            *sum += weight * d;
        }
    }
    law.symmetry().pairs().average(&mut mean);
    let mut mean = unpack(&mean, m);
    for (j, shift) in law.shift().iter().enumerate() {
        mean[(j, j)] += shift;
    }
    mean
}
