//! The averages of one pass with the law's symmetry and shift, and the linear maps made of them.

use nalgebra::DMatrix;

use super::number::Real;
use super::pass::{Infeasible, averages, sandwiched};
use super::signed::SignedLaw;
use crate::numerics::{packed_index, packed_len, unpack};

/// Averages of the response `K = D (I + S D / delta)^{-1}` over the law.
#[derive(Clone, Debug)]
pub(super) struct Moments {
    /// `E[K]`, and the shift (m x m).
    pub mean: DMatrix<f64>,
    /// `E[k k^T]` of the packed response (p x p, p = m(m+1)/2).
    pub second: DMatrix<f64>,
    /// `E[k w^T]` with w the packed latent second moment, and the shift times that of the identity (p x r(r+1)/2).
    pub latent: DMatrix<f64>,
    /// Largest trace of `(I + S D / delta)^{-1}` over the samples: an upper bound of the inverse
    /// distance to the edge of the feasible set, as a relative change of S.
    pub tightness: f64,
}

/// All averages at the resolvent `S = T^{-1}`: one pass over the samples.
pub(super) fn moments(
    signed: &SignedLaw,
    inverse: &DMatrix<f64>,
    resolvent: &DMatrix<f64>,
) -> Result<Moments, Infeasible> {
    let (m, law) = (signed.neurons(), signed.law);
    let (p, r) = (packed_len(m), law.hard_dim());
    let mut sums = averages::<Real>(signed, inverse, resolvent)?;
    if let Some(symmetry) = law.symmetry() {
        symmetry.average(&mut sums.mean);
        symmetry.average_products(&mut sums.second);
        let columns = sums.latent.chunks_exact_mut(p);
        columns.for_each(|column| symmetry.average(column));
    }
    for (j, shift) in law.shift().iter().enumerate() {
        let own = packed_index(m, j, j);
        sums.mean[own] += signed.sign * shift;
        for a in 0..r {
            sums.latent[packed_index(r, a, a) * p + own] += signed.sign * shift;
        }
    }
    Ok(Moments {
        mean: unpack(&sums.mean, m),
        second: DMatrix::from_vec(p, p, sums.second),
        latent: DMatrix::from_vec(p, packed_len(r), sums.latent),
        tightness: sums.tightness,
    })
}

/// `E[pack(K X K) w^T]` (p x r(r+1)/2): one pass over the samples.
pub(super) fn latent_derivative(
    signed: &SignedLaw,
    inverse: &DMatrix<f64>,
    direction: &DMatrix<f64>,
) -> Result<DMatrix<f64>, Infeasible> {
    let law = signed.law;
    let (p, q) = (packed_len(law.neurons()), packed_len(law.hard_dim()));
    let mut sums = sandwiched(signed, inverse, direction)?;
    if let Some(symmetry) = law.symmetry() {
        sums.chunks_exact_mut(p)
            .for_each(|column| symmetry.average(column));
    }
    Ok(DMatrix::from_vec(p, q, sums))
}

/// The map `X -> E[K X K]` on symmetric matrices, in orthonormal coordinates (p x p).
///
/// `second` is `E[k k^T]` of the packed response: it holds every product `K_ab K_cd`.
pub(super) fn quadratic_map<N: nalgebra::ComplexField<RealField = f64>>(
    second: &DMatrix<N>,
    dimension: usize,
) -> DMatrix<N> {
    let pairs = upper_pairs(dimension);
    let at = |a, b| packed_index(dimension, a, b);
    DMatrix::from_fn(pairs.len(), pairs.len(), |row, column| {
        let ((i, j), (k, l)) = (pairs[row], pairs[column]);
        let products = second[(at(i, k), at(j, l))].clone() + second[(at(i, l), at(j, k))].clone();
        products * N::from_real(0.5 * coordinate_weight(i, j) * coordinate_weight(k, l))
    })
}

/// The map `Z -> G Z G^T` on symmetric matrices, in orthonormal coordinates (p x p).
pub(super) fn congruence_map<N: nalgebra::ComplexField<RealField = f64>>(
    factor: &DMatrix<N>,
) -> DMatrix<N> {
    let pairs = upper_pairs(factor.nrows());
    DMatrix::from_fn(pairs.len(), pairs.len(), |row, column| {
        let ((i, j), (k, l)) = (pairs[row], pairs[column]);
        let products = factor[(i, k)].clone() * factor[(j, l)].clone()
            + factor[(i, l)].clone() * factor[(j, k)].clone();
        products * N::from_real(0.5 * coordinate_weight(i, j) * coordinate_weight(k, l))
    })
}

/// Norm of `E_ij + E_ji`, halved on the diagonal: what turns an entry into an orthonormal coordinate.
fn coordinate_weight(i: usize, j: usize) -> f64 {
    if i == j {
        1.0
    } else {
        std::f64::consts::SQRT_2
    }
}

/// The index pairs of a packed upper triangle, in order.
fn upper_pairs(dimension: usize) -> Vec<(usize, usize)> {
    (0..dimension)
        .flat_map(|i| (i..dimension).map(move |j| (i, j)))
        .collect()
}

/// The Kronecker average `E[K (x) zz^T]` (mr x mr) of its packed form (p x r(r+1)/2).
pub(super) fn unpack_kronecker(
    latent: &DMatrix<f64>,
    neurons: usize,
    hard_dim: usize,
) -> DMatrix<f64> {
    let size = neurons * hard_dim;
    DMatrix::from_fn(size, size, |row, column| {
        let (a, i) = (row / hard_dim, row % hard_dim);
        let (b, j) = (column / hard_dim, column % hard_dim);
        latent[(packed_index(neurons, a, b), packed_index(hard_dim, i, j))]
    })
}
