//! The averages of one pass with the law's shift.

use nalgebra::DMatrix;

use super::number::Number;
use super::pass::{Averages, Infeasible, averages, sandwiched};
use super::signed::SignedLaw;
use crate::numerics::{pack, packed_index, packed_len};

/// Averages of the response `K = D (I + S D / delta)^{-1}` over the law.
#[derive(Clone, Debug)]
pub(super) struct Moments<S> {
    /// `E[K]`, and the shift (m x m).
    pub mean: DMatrix<S>,
    /// The map `X -> E[K X K]` in the law's frame (c x c).
    pub quadratic: DMatrix<S>,
    /// `E[k w^T]` with w the packed latent second moment, and the shift times that of the identity (p x r(r+1)/2); without
    /// columns for complex numbers.
    pub latent: DMatrix<f64>,
    /// Largest trace of `(I + S D / delta)^{-1}` over the samples: an upper bound of the inverse
    /// distance to the edge of the feasible set, as a relative change of S.
    pub tightness: f64,
}

/// All averages at the resolvent `S = T^{-1}`: one pass over the samples.
pub(super) fn moments<N: Number>(
    signed: &SignedLaw,
    inverse: &DMatrix<N::Scalar>,
    resolvent: &DMatrix<N::Scalar>,
) -> Result<Moments<N::Scalar>, Infeasible> {
    let (m, r, frame) = (signed.neurons(), signed.law.hard_dim(), signed.frame());
    let Averages {
        mean,
        quadratic,
        latent,
        tightness,
    } = averages::<N>(signed, inverse, resolvent)?;
    let mut mean = frame.matrix(&mean);
    let packed = latent
        .chunks_exact(frame.dimension())
        .map(|column| pack(&frame.matrix(column)).into());
    let mut latent = columns(packed_len(m), packed.collect());
    for (j, shift) in signed.law.shift().iter().enumerate() {
        let shift = signed.sign * shift;
        mean[(j, j)] += nalgebra::ComplexField::from_real(shift);
        let own = packed_index(m, j, j);
        for a in 0..r {
            if let Some(entry) = latent.get_mut((own, packed_index(r, a, a))) {
                *entry += shift;
            }
        }
    }
    Ok(Moments {
        mean,
        quadratic,
        latent,
        tightness,
    })
}

fn columns(rows: usize, columns: Vec<nalgebra::DVector<f64>>) -> DMatrix<f64> {
    if columns.is_empty() {
        DMatrix::zeros(rows, 0)
    } else {
        DMatrix::from_columns(&columns)
    }
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
    sums.chunks_exact_mut(p)
        .for_each(|column| law.symmetry().pairs().average(column));
    Ok(DMatrix::from_vec(p, q, sums))
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
