//! One fused pass over the samples: every average that a Newton step needs.

use std::ops::Range;

use nalgebra::DMatrix;

use super::kernel::{Kernel, kernel_at};
use super::signed::SignedLaw;
use crate::curvature::LawSamples;
use crate::numerics::{block_reduce, block_sums, packed_index, packed_len, unpack};

/// Packed length up to which second moments are summed in registers; above, by matrix products.
const REGISTER_LIMIT: usize = 10;

/// Samples per matrix product: two such slabs of m = 16 stay in the second-level cache.
const SLAB: usize = 64;

/// The trial resolvent violates `I + S^{1/2} D S^{1/2} / delta > 0` for some sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Infeasible;

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

/// A kernel applied to a block of samples, with the number of neurons erased.
pub(super) trait BlockKernel: Sync {
    /// Adds `[E[k] | E[k k^T] | E[k w^T]]` over `range` to `out`, each by columns, and raises
    /// the last entry to the largest trace of `(I + S D / delta)^{-1}`.
    fn moments(
        &self,
        samples: &LawSamples,
        range: Range<usize>,
        out: &mut [f64],
    ) -> Result<(), Infeasible>;

    /// Adds `E[pack(K X K) w^T]` over `range` to `out` by columns; `direction` is X (m x m).
    fn derivative(
        &self,
        samples: &LawSamples,
        direction: &DMatrix<f64>,
        range: Range<usize>,
        out: &mut [f64],
    ) -> Result<(), Infeasible>;
}

/// A [`Kernel`] of `M` neurons made into a [`BlockKernel`].
pub(super) struct Blocks<const M: usize, const P: usize, K> {
    /// The response of one sample.
    kernel: K,
    /// `S / delta`, packed, off-diagonal entries doubled: its product with k is a trace.
    trace_weights: [f64; P],
}

impl<const M: usize, const P: usize, K: Kernel<M, P>> Blocks<M, P, K> {
    /// The kernel for the resolvent S that it was made for.
    pub fn new(kernel: K, resolvent: &DMatrix<f64>, delta: f64) -> Self {
        let pairs = upper_pairs(M);
        let weight = |(i, j): (usize, usize)| if i == j { 1.0 } else { 2.0 };
        let entry = |a: usize| weight(pairs[a]) * resolvent[pairs[a]] / delta;
        Self {
            kernel,
            trace_weights: std::array::from_fn(entry),
        }
    }

    /// The trace of `(I + S D / delta)^{-1} = I - S K / delta`.
    #[inline]
    fn inverse_trace(&self, k: &[f64; P]) -> f64 {
        M as f64
            - k.iter()
                .zip(&self.trace_weights)
                .map(|(k, w)| k * w)
                .sum::<f64>()
    }
}

impl<const M: usize, const P: usize, K: Kernel<M, P>> BlockKernel for Blocks<M, P, K> {
    fn moments(
        &self,
        samples: &LawSamples,
        range: Range<usize>,
        out: &mut [f64],
    ) -> Result<(), Infeasible> {
        if P <= REGISTER_LIMIT {
            self.moments_in_registers(samples, range, out)
        } else {
            self.moments_by_products(samples, range, out)
        }
    }

    fn derivative(
        &self,
        samples: &LawSamples,
        direction: &DMatrix<f64>,
        range: Range<usize>,
        out: &mut [f64],
    ) -> Result<(), Infeasible> {
        let q = packed_len(samples.hard_dim);
        for i in range {
            let k = self
                .kernel
                .response(&samples.curvature[i * P..(i + 1) * P])?;
            let change = sandwich::<M, P>(&k, direction);
            add_latent(
                &change,
                samples.weights[i],
                &samples.latent_second_moment[i * q..(i + 1) * q],
                out,
            );
        }
        Ok(())
    }
}

impl<const M: usize, const P: usize, K: Kernel<M, P>> Blocks<M, P, K> {
    /// Few neurons: the sums live in local arrays, no memory traffic but the samples'.
    fn moments_in_registers(
        &self,
        samples: &LawSamples,
        range: Range<usize>,
        out: &mut [f64],
    ) -> Result<(), Infeasible> {
        let q = packed_len(samples.hard_dim);
        let (mut mean, mut second) = ([0.0; P], [[0.0; P]; P]);
        let mut tightness: f64 = 0.0;
        let latent = &mut out[P + P * P..P + P * P + P * q];
        for i in range {
            let k = self
                .kernel
                .response(&samples.curvature[i * P..(i + 1) * P])?;
            let weight = samples.weights[i];
            tightness = tightness.max(self.inverse_trace(&k));
            for a in 0..P {
                let scaled = weight * k[a];
                mean[a] += scaled;
                for b in a..P {
                    second[a][b] += scaled * k[b];
                }
            }
            add_latent(
                &k,
                weight,
                &samples.latent_second_moment[i * q..(i + 1) * q],
                latent,
            );
        }
        out[P + P * P + P * q] = tightness;
        out[..P].copy_from_slice(&mean);
        for a in 0..P {
            for b in 0..P {
                out[P + a * P + b] = second[a.min(b)][a.max(b)];
            }
        }
        Ok(())
    }

    /// Many neurons: responses are gathered in slabs and summed by blocked matrix products.
    fn moments_by_products(
        &self,
        samples: &LawSamples,
        range: Range<usize>,
        out: &mut [f64],
    ) -> Result<(), Infeasible> {
        let q = packed_len(samples.hard_dim);
        let mut second = DMatrix::zeros(P, P);
        let mut responses = DMatrix::zeros(P, SLAB);
        let mut weighted = DMatrix::zeros(SLAB, P);
        for start in range.clone().step_by(SLAB) {
            let end = range.end.min(start + SLAB);
            if end - start < SLAB {
                weighted.fill(0.0);
            }
            for (column, i) in (start..end).enumerate() {
                let k = self
                    .kernel
                    .response(&samples.curvature[i * P..(i + 1) * P])?;
                let weight = samples.weights[i];
                responses.column_mut(column).copy_from_slice(&k);
                for (a, value) in k.iter().enumerate() {
                    weighted[(column, a)] = weight * value;
                    out[a] += weight * value;
                }
                let moment = &samples.latent_second_moment[i * q..(i + 1) * q];
                add_latent(&k, weight, moment, &mut out[P + P * P..P + P * P + P * q]);
                let tightness = &mut out[P + P * P + P * q];
                *tightness = tightness.max(self.inverse_trace(&k));
            }
            second.gemm(1.0, &responses, &weighted, 1.0);
        }
        out[P..P + P * P].copy_from_slice(second.as_slice());
        Ok(())
    }
}

/// Adds `weight k w^T` by columns.
#[inline]
fn add_latent<const P: usize>(k: &[f64; P], weight: f64, moment: &[f64], out: &mut [f64]) {
    for (w, column) in moment.iter().zip(out.chunks_exact_mut(P)) {
        let factor = weight * w;
        column
            .iter_mut()
            .zip(k)
            .for_each(|(entry, value)| *entry += factor * value);
    }
}

/// `K X K`, packed.
fn sandwich<const M: usize, const P: usize>(k: &[f64; P], direction: &DMatrix<f64>) -> [f64; P] {
    let full: [[f64; M]; M] =
        std::array::from_fn(|i| std::array::from_fn(|j| k[packed_index(M, i, j)]));
    let mut result = [0.0; P];
    let mut position = 0;
    for i in 0..M {
        let row: [f64; M] =
            std::array::from_fn(|b| (0..M).map(|a| full[i][a] * direction[(a, b)]).sum());
        for line in full.iter().skip(i) {
            result[position] = row.iter().zip(line).map(|(x, y)| x * y).sum();
            position += 1;
        }
    }
    result
}

/// All averages at the resolvent `S = T^{-1}`: one pass over the samples.
pub(super) fn moments(
    signed: &SignedLaw,
    inverse: &DMatrix<f64>,
    resolvent: &DMatrix<f64>,
) -> Result<Moments, Infeasible> {
    let (m, law) = (signed.neurons(), signed.law);
    let (p, q) = (packed_len(m), packed_len(law.hard_dim()));
    let kernel = kernel_at(signed, inverse, resolvent);
    let length = p + p * p + p * q;
    let combine = |total: &mut [f64], partial: &[f64]| {
        for (sum, term) in total[..length].iter_mut().zip(partial) {
            *sum += term;
        }
        total[length] = total[length].max(partial[length]);
    };
    let block = |range: Range<usize>, out: &mut [f64]| kernel.moments(law.samples(), range, out);
    let mut sums = block_reduce(law.count(), length + 1, block, combine)?;
    if sums.iter().any(|x| !x.is_finite()) {
        return Err(Infeasible);
    }
    if let Some(symmetry) = law.symmetry() {
        symmetry.average(&mut sums[..p]);
        symmetry.average_products(&mut sums[p..p + p * p]);
        sums[p + p * p..length]
            .chunks_exact_mut(p)
            .for_each(|column| symmetry.average(column));
    }
    for (j, shift) in law.shift().iter().enumerate() {
        let own = packed_index(m, j, j);
        sums[own] += signed.sign * shift;
        for a in 0..law.hard_dim() {
            let direction = packed_index(law.hard_dim(), a, a);
            sums[p + p * p + direction * p + own] += signed.sign * shift;
        }
    }
    Ok(Moments {
        mean: unpack(&sums[..p], m),
        second: DMatrix::from_column_slice(p, p, &sums[p..p + p * p]),
        latent: DMatrix::from_column_slice(p, q, &sums[p + p * p..length]),
        tightness: sums[length],
    })
}

/// `E[pack(K X K) w^T]` (p x r(r+1)/2): one pass over the samples.
pub(super) fn latent_derivative(
    signed: &SignedLaw,
    inverse: &DMatrix<f64>,
    resolvent: &DMatrix<f64>,
    direction: &DMatrix<f64>,
) -> Result<DMatrix<f64>, Infeasible> {
    let law = signed.law;
    let (p, q) = (packed_len(law.neurons()), packed_len(law.hard_dim()));
    let kernel = kernel_at(signed, inverse, resolvent);
    let mut sums = block_sums(law.count(), p * q, |range, out| {
        kernel.derivative(law.samples(), direction, range, out)
    })?;
    if let Some(symmetry) = law.symmetry() {
        sums.chunks_exact_mut(p)
            .for_each(|column| symmetry.average(column));
    }
    Ok(DMatrix::from_column_slice(p, q, &sums))
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
