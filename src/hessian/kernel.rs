//! The response `K = D (I + S D / delta)^{-1}` of a few samples at once, on the real axis and above it.
//!
//! With `T = S^{-1}` the same matrix is `delta (T - T (T + D/delta)^{-1} T)`: symmetric by
//! construction, bounded by `delta T` however large D is, and, for real T, a matrix-concave function of it.

use nalgebra::DMatrix;

use super::number::{LANES, Lane, Number, lanes};
use super::pass::Block;
use crate::network::MAX_NEURONS;
use crate::numerics::{packed_index, packed_len};

/// Packed entries of the most neurons there may be.
pub(super) const MOST: usize = MAX_NEURONS * (MAX_NEURONS + 1) / 2;

/// Maps the curvatures of a few samples to their packed responses K (p each).
pub(super) trait Response<N: Number> {
    /// K of [`LANES`] samples from `first` on; false where `I + S^{1/2} D S^{1/2} / delta` is not positive definite (real T)
    /// for some sample.
    fn respond(&mut self, block: &Block<'_>, first: usize, k: &mut [N]) -> bool;
}

/// One neuron: scalars.
pub(super) struct Single<N> {
    /// `T = 1/S`.
    inverse: N,
    /// `1/delta`.
    rate: Lane,
}

impl<N: Number> Single<N> {
    pub fn new(inverse: &DMatrix<N::Scalar>, delta: f64) -> Self {
        Self {
            inverse: N::splat(inverse[(0, 0)]),
            rate: [1.0 / delta; LANES],
        }
    }
}

impl<N: Number> Response<N> for Single<N> {
    #[inline(always)]
    fn respond(&mut self, block: &Block<'_>, first: usize, k: &mut [N]) -> bool {
        let [curvature] = block.curvature(first);
        let pivot = self.inverse + N::real(curvature).scaled(&self.rate);
        k[0] = (self.inverse * pivot.reciprocal()).scaled(&curvature);
        pivot.is_positive()
    }
}

/// Two neurons: the closed form `K = (D + det D adj(S) / delta) / det(I + S D / delta)`.
pub(super) struct Pair<N> {
    /// `adj(S) / delta`, packed.
    adjugate: [N; 3],
    /// `det S / delta^2`.
    determinant: N,
}

impl<N: Number> Pair<N> {
    pub fn new(resolvent: &DMatrix<N::Scalar>, delta: f64) -> Self {
        let rate = <N::Scalar as nalgebra::ComplexField>::from_real(1.0 / delta);
        let [s11, s12, s22] =
            [(0, 0), (0, 1), (1, 1)].map(|(i, j)| N::splat(resolvent[(i, j)] * rate));
        Self {
            adjugate: [s22, N::ZERO - s12, s11],
            determinant: s11 * s22 - s12 * s12,
        }
    }
}

impl<N: Number> Response<N> for Pair<N> {
    #[inline(always)]
    fn respond(&mut self, block: &Block<'_>, first: usize, k: &mut [N]) -> bool {
        let [d11, d12, d22] = block.curvature(first);
        let [a11, a12, a22] = self.adjugate;
        let det_d = lanes(|l| d11[l] * d22[l] - d12[l] * d12[l]);
        // Trace and determinant of S D / delta: both eigenvalues of I + it must be positive.
        let twice = a12.scaled(&d12);
        let trace = a22.scaled(&d11) - twice - twice + a11.scaled(&d22);
        let one = N::real([1.0; LANES]);
        let det = one + trace + self.determinant.scaled(&det_d);
        let inverse = det.reciprocal();
        k[0] = (N::real(d11) + a11.scaled(&det_d)) * inverse;
        k[1] = (N::real(d12) + a12.scaled(&det_d)) * inverse;
        k[2] = (N::real(d22) + a22.scaled(&det_d)) * inverse;
        det.is_positive() & (trace + one + one).is_positive()
    }
}

/// Any number of neurons, with room for P packed entries, by a factorisation `T + D/delta = L diag(pivots) L^T` without exchanges.
///
/// Real pivots are positive exactly where the matrix is. Above the real axis its imaginary part is negative definite, hence so is
/// that of every Schur complement: no pivot vanishes.
pub(super) struct Factored<N, const P: usize> {
    neurons: usize,
    /// `T = S^{-1}` by rows (m x m).
    inverse: Vec<N>,
    /// `1/delta`.
    rate: Lane,
    /// delta.
    delta: Lane,
    /// Rows of what is left to be eliminated, and of `Y = L^{-1} T` (m x m each).
    rest: Vec<N>,
    lines: Vec<N>,
}

impl<N: Number, const P: usize> Factored<N, P> {
    pub fn new(inverse: &DMatrix<N::Scalar>, delta: f64) -> Self {
        let m = inverse.nrows();
        let rows = (0..m).flat_map(|i| (0..m).map(move |j| (i, j)));
        let inverse: Vec<N> = rows.map(|index| N::splat(inverse[index])).collect();
        Self {
            neurons: m,
            rest: inverse.clone(),
            lines: inverse.clone(),
            inverse,
            rate: [1.0 / delta; LANES],
            delta: [delta; LANES],
        }
    }

    /// Eliminates row by row, carrying Y along and scaling nothing; row j of `rest` then begins with `1 / pivot_j`.
    #[inline(always)]
    fn eliminate(&mut self, curvature: &[Lane]) -> bool {
        let m = self.neurons;
        self.lines.copy_from_slice(&self.inverse);
        let mut packed = curvature.iter();
        for i in 0..m {
            let row = &mut self.rest[i * m + i..(i + 1) * m];
            let own = &self.inverse[i * m + i..(i + 1) * m];
            for ((entry, t), d) in row.iter_mut().zip(own).zip(&mut packed) {
                *entry = *t + N::real(*d).scaled(&self.rate);
            }
        }
        let mut positive = true;
        for j in 0..m {
            let (above, below) = self.rest.split_at_mut((j + 1) * m);
            let pivot_row = &mut above[j * m..];
            positive &= pivot_row[j].is_positive();
            pivot_row[j] = pivot_row[j].reciprocal();
            let (lines_above, lines_below) = self.lines.split_at_mut((j + 1) * m);
            let pivot_line = &lines_above[j * m..];
            let rows = below
                .chunks_exact_mut(m)
                .zip(lines_below.chunks_exact_mut(m));
            for (i, (row, line)) in (j + 1..m).zip(rows) {
                let factor = pivot_row[i] * pivot_row[j];
                for (entry, p) in row[i..].iter_mut().zip(&pivot_row[i..]) {
                    *entry -= factor * *p;
                }
                for (entry, p) in line.iter_mut().zip(pivot_line) {
                    *entry -= factor * *p;
                }
            }
        }
        positive
    }
}

impl<N: Number, const P: usize> Response<N> for Factored<N, P> {
    /// `K = delta (T - Y^T diag(1/pivots) Y)`.
    #[inline(always)]
    fn respond(&mut self, block: &Block<'_>, first: usize, k: &mut [N]) -> bool {
        let m = self.neurons;
        let mut curvature = [[0.0; LANES]; P];
        let curvature = &mut curvature[..packed_len(m)];
        block.load(first, curvature);
        let positive = self.eliminate(curvature);
        for i in 0..m {
            let start = packed_index(m, i, i);
            let row = &mut k[start..start + m - i];
            row.copy_from_slice(&self.inverse[i * m + i..(i + 1) * m]);
            for j in 0..m {
                let line = &self.lines[j * m..(j + 1) * m];
                let factor = line[i] * self.rest[j * m + j];
                for (entry, b) in row.iter_mut().zip(&line[i..]) {
                    *entry -= factor * *b;
                }
            }
            row.iter_mut()
                .for_each(|entry| *entry = entry.scaled(&self.delta));
        }
        positive
    }
}
