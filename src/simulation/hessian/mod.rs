//! The Hessian of the empirical risk at one point of training, and its eigenvalues.
//!
//! ```text
//! H = (1/n) sum_i D_i (x) x_i x_i^T + diag(shift) (x) I_d         (md x md, neuron by neuron)
//! ```
//!
//! The shift is the ridge lambda; where rows are kept on a sphere, H is the Riemannian Hessian up to its projection on
//! the tangent space (m directions of md), and the shift of neuron j is `lambda - w_j . grad_j R / |w_j|^2`.
//!
//! Where the matrix fits, it is formed and diagonalised. Beyond, block Lanczos finds both ends of the spectrum with
//! products `H v` alone, each of them one pass over the data. Either way the residuals `|H v - value v|` of what is
//! reported are measured with such products; a symmetric matrix has an eigenvalue within that distance.

mod dense;
mod directions;
mod edge;
mod lanczos;
mod operator;
#[cfg(test)]
mod tests;

pub(super) use dense::dense_bytes;
pub(super) use directions::Directions;
pub use edge::soft_edge;
pub(super) use lanczos::{LanczosLimits, basis_bytes, block_width};
pub(super) use operator::HessianOperator;

/// How eigenvalues were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// All of them, from the matrix.
    Dense,
    /// Both ends, from products with the matrix.
    Lanczos,
}

/// An eigenvalue with what is known of its eigenvector.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Eigenpair {
    /// The eigenvalue.
    pub value: f64,
    /// `|H v - value v|`: bounds the error of the value.
    pub residual: f64,
    /// Squared part of the unit eigenvector in R^m (x) Theta_hard.
    pub hard_overlap: f64,
    /// Squared part in R^m (x) span of what a bulk eigenvector knows nothing of: all latents, the rows of W and of the
    /// gradient. In a bulk of d dimensions it is about `(k + 2m)/d`.
    pub aligned: f64,
}

/// The spectrum of one Hessian.
#[derive(Clone, Debug, PartialEq)]
pub struct HessianSpectrum {
    /// The step t of training.
    pub step: usize,
    /// How it was found.
    pub method: Method,
    /// All md eigenvalues, increasing; empty where the matrix was not formed.
    pub eigenvalues: Vec<f64>,
    /// The lowest eigenvalues, lowest first.
    pub lowest: Vec<Eigenpair>,
    /// The highest eigenvalues, highest first.
    pub highest: Vec<Eigenpair>,
}

/// Largest md at which the matrix is formed: half a minute of one core, half a gigabyte.
pub(super) const LARGEST_DENSE: usize = 4096;

/// Unit vectors (md entries each) with their values, from one end of the spectrum inwards.
pub(super) struct Extremes {
    pub lowest: Vec<(f64, Vec<f64>)>,
    pub highest: Vec<(f64, Vec<f64>)>,
}

/// Computes the spectrum with `count` eigenpairs at each end.
///
/// # Errors
/// Where the eigen-solver does not converge.
pub(super) fn hessian_spectrum(
    operator: &HessianOperator,
    directions: &Directions,
    step: usize,
    count: usize,
    limits: LanczosLimits,
) -> Result<HessianSpectrum, String> {
    let size = operator.size();
    let count = count.min(size);
    let (method, eigenvalues, extremes) = if size <= LARGEST_DENSE {
        let (eigenvalues, extremes) = dense::diagonalise(operator, count)?;
        (Method::Dense, eigenvalues, extremes)
    } else {
        (
            Method::Lanczos,
            Vec::new(),
            lanczos::extremes(operator, count, limits)?,
        )
    };
    Ok(HessianSpectrum {
        step,
        method,
        eigenvalues,
        lowest: measured(operator, directions, &extremes.lowest),
        highest: measured(operator, directions, &extremes.highest),
    })
}

/// Residuals of eigenpairs and their parts in special directions, in one pass over the data.
fn measured(
    operator: &HessianOperator,
    directions: &Directions,
    pairs: &[(f64, Vec<f64>)],
) -> Vec<Eigenpair> {
    let stacked: Vec<f64> = pairs.iter().flat_map(|(_, v)| v.iter().copied()).collect();
    let products = operator.apply(&stacked);
    let size = operator.size();
    let each = pairs.iter().zip(products.chunks_exact(size));
    each.map(|((value, vector), product)| {
        let difference = product.iter().zip(vector).map(|(h, v)| h - value * v);
        Eigenpair {
            value: *value,
            residual: difference.map(|r| r * r).sum::<f64>().sqrt(),
            hard_overlap: directions.hard_part(vector),
            aligned: directions.special_part(vector),
        }
    })
    .collect()
}

/// Eigenvalues that are reported at each end: every outlier that hard directions can send, where the bulk ends behind
/// them, and `more`.
pub(super) fn reported_count(neurons: usize, hard_dim: usize, more: usize) -> usize {
    neurons * hard_dim + 2 + more
}
