//! One fused pass over the samples: every average that a Newton step needs, for real and for complex resolvents.

use std::ops::Range;

use nalgebra::{ComplexField, DMatrix, DVector};
use pulp::{Arch, Simd, WithSimd};

use super::exchangeable::{Exchangeable, MOST_RANK};
use super::generators::{Generators, in_coordinates};
use super::kernel::{Factored, MOST, Pair, Response, Single};
use super::number::{LANES, Lane, Number, Real, lanes};
use super::signed::SignedLaw;
use super::visitors::{Classes, Registers, Sandwich, Slabs, Visitor, latent_len};
use crate::curvature::{LawSamples, RankOne};
use crate::numerics::{block_reduce, block_sums, packed_len};

/// The trial resolvent violates `I + S^{1/2} D S^{1/2} / delta > 0` for some sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Infeasible;

/// Averages of the response `K = D (I + S D / delta)^{-1}` over the law, without its shift, in the coordinates of its frame.
#[derive(Clone, Debug)]
pub(super) struct Averages<S> {
    /// `E[K]` (c).
    pub mean: Vec<S>,
    /// The map `X -> E[K X K]` (c x c).
    pub quadratic: DMatrix<S>,
    /// `E[K w]` with w the entries of the packed latent second moment (c x r(r+1)/2, by columns); empty for complex numbers.
    pub latent: Vec<f64>,
    /// Largest trace of `(I + S D / delta)^{-1}` over the samples; zero for complex numbers.
    pub tightness: f64,
}

/// All averages at the resolvent `S = T^{-1}`.
pub(super) fn averages<N: Number>(
    signed: &SignedLaw,
    inverse: &DMatrix<N::Scalar>,
    resolvent: &DMatrix<N::Scalar>,
) -> Result<Averages<N::Scalar>, Infeasible> {
    if let Some(rank_one) = signed.law.rank_one() {
        return class_averages::<N>(signed, rank_one, inverse, resolvent);
    }
    let (m, delta, frame) = (signed.neurons(), signed.delta, signed.frame());
    let weights = trace_weights::<N>(resolvent, delta);
    let p = weights.len();
    let sums = Sums::<N>::over(signed, p, p * p, |block, out| match m {
        1 => few::<N, 1>(Single::new(inverse, delta), block, &weights, out),
        2 => few::<N, 3>(Pair::new(resolvent, delta), block, &weights, out),
        3 => few::<N, 6>(Factored::<N, 6>::new(inverse, delta), block, &weights, out),
        4 => few::<N, 10>(Factored::<N, 10>::new(inverse, delta), block, &weights, out),
        _ => {
            let visitor = Slabs::new(block.samples, &weights);
            walk::<N, MOST>(
                Factored::<N, MOST>::new(inverse, delta),
                block,
                visitor,
                out,
            )
        }
    })?;
    let to_coordinates = |packed: &[N::Scalar]| {
        let coordinates = frame.coordinates_of_packed(packed);
        coordinates.iter().copied().collect()
    };
    let quadratic = frame.quadratic_map(&DMatrix::from_column_slice(p, p, &sums.second));
    Ok(sums.averages(to_coordinates, quadratic))
}

/// [`averages`] of a law whose neurons fall into few classes of equal ones.
fn class_averages<N: Number>(
    signed: &SignedLaw,
    rank_one: &RankOne,
    inverse: &DMatrix<N::Scalar>,
    resolvent: &DMatrix<N::Scalar>,
) -> Result<Averages<N::Scalar>, Infeasible> {
    let symmetry = signed.law.symmetry();
    let generators = Generators::new(symmetry);
    let to = generators.to_coordinates(&signed.frame());
    // the <A, K> add up to the trace of S K / delta, S being one that the symmetry leaves alone
    let real = resolvent.map(ComplexField::real);
    let weights = to.tr_mul(&signed.frame().coordinates(&real)) / signed.delta;
    let weights = weights.as_slice();
    let products = weights.len() * (weights.len() + 1) / 2;
    let sums = Sums::<N>::over(signed, weights.len(), products, |block, out| {
        let visitor = Classes::new(block.samples, weights, &generators);
        macro_rules! walk_with_room_for {
            ($rank:expr) => {{
                let response = Exchangeable::<N, { $rank }>::new(signed, rank_one, inverse);
                walk::<N, MOST>(response, block, visitor, out)
            }};
        }
        match symmetry.classes() {
            1 => walk_with_room_for!(2),
            2 => walk_with_room_for!(3),
            _ => walk_with_room_for!(MOST_RANK),
        }
    })?;
    let to_coordinates = |sums: &[N::Scalar]| {
        let sums = DVector::from_column_slice(sums);
        let coordinates: DVector<N::Scalar> = to.map(N::Scalar::from_real) * sums;
        coordinates.iter().copied().collect()
    };
    let quadratic = in_coordinates(&to, &sums.second);
    Ok(sums.averages(to_coordinates, quadratic))
}

/// Sums over the law of some linear forms of the response, of products of them, and of their products with the latents.
struct Sums<N: Number> {
    linear: Vec<N::Scalar>,
    second: Vec<N::Scalar>,
    latent: Vec<f64>,
    tightness: f64,
}

impl<N: Number> Sums<N> {
    fn over(
        signed: &SignedLaw,
        linear: usize,
        products: usize,
        block: impl Fn(Block<'_>, &mut [f64]) -> Result<(), Infeasible> + Sync,
    ) -> Result<Self, Infeasible> {
        let samples = signed.law.samples();
        let [first, second] = [linear, products].map(|count| count * N::PARTS);
        let length = first + second + linear * latent_len::<N>(samples);
        let combine = |total: &mut [f64], partial: &[f64]| {
            for (sum, term) in total[..length].iter_mut().zip(partial) {
                *sum += term;
            }
            total[length] = total[length].max(partial[length]);
        };
        let block = |range: Range<usize>, out: &mut [f64]| block(Block::new(signed, range), out);
        let sums = block_reduce(samples.weights.len(), length + 1, block, combine)?;
        if sums.iter().any(|x| !x.is_finite()) {
            return Err(Infeasible);
        }
        let numbers = |parts: &[f64]| parts.chunks_exact(N::PARTS).map(N::scalar).collect();
        Ok(Self {
            linear: numbers(&sums[..first]),
            second: numbers(&sums[first..first + second]),
            latent: sums[first + second..length].to_vec(),
            tightness: sums[length],
        })
    }

    fn averages(
        self,
        to_coordinates: impl Fn(&[N::Scalar]) -> Vec<N::Scalar>,
        quadratic: DMatrix<N::Scalar>,
    ) -> Averages<N::Scalar> {
        let columns = self.latent.chunks_exact(self.linear.len());
        let column = |column: &[f64]| -> Vec<f64> {
            let column: Vec<N::Scalar> = column.iter().map(|x| N::Scalar::from_real(*x)).collect();
            let column = to_coordinates(&column);
            column.into_iter().map(ComplexField::real).collect()
        };
        Averages {
            mean: to_coordinates(&self.linear),
            quadratic,
            latent: columns.flat_map(column).collect(),
            tightness: self.tightness,
        }
    }
}

/// `E[pack(K X K) w^T]` (p x r(r+1)/2, by columns) at a real resolvent; `direction` is X (m x m).
pub(super) fn sandwiched(
    signed: &SignedLaw,
    inverse: &DMatrix<f64>,
    direction: &DMatrix<f64>,
) -> Result<Vec<f64>, Infeasible> {
    let samples = signed.law.samples();
    let (p, q) = (packed_len(samples.neurons), packed_len(samples.hard_dim));
    let block = |range: Range<usize>, out: &mut [f64]| {
        let visitor = Sandwich::new(samples, direction);
        let response = Factored::<Real, MOST>::new(inverse, signed.delta);
        walk::<Real, MOST>(response, Block::new(signed, range), visitor, out)
    };
    block_sums(samples.weights.len(), p * q, block)
}

/// `S / delta`, packed, off-diagonal entries doubled: its product with k is the trace of `S K / delta`.
fn trace_weights<N: Number>(resolvent: &DMatrix<N::Scalar>, delta: f64) -> Vec<f64> {
    let m = resolvent.nrows();
    let pairs = (0..m).flat_map(|i| (i..m).map(move |j| (i, j)));
    let real = |x: N::Scalar| nalgebra::ComplexField::real(x);
    let weight = |(i, j): (usize, usize)| if i == j { 1.0 } else { 2.0 };
    pairs
        .map(|pair| weight(pair) * real(resolvent[pair]) / delta)
        .collect()
}

/// Some samples of a law of `+D` or `-D`.
pub(super) struct Block<'a> {
    samples: &'a LawSamples,
    pub sign: f64,
    pub range: Range<usize>,
}

impl<'a> Block<'a> {
    fn new(signed: &SignedLaw<'a>, range: Range<usize>) -> Self {
        Self {
            samples: signed.law.samples(),
            sign: signed.sign,
            range,
        }
    }

    /// The packed curvatures of the samples from `first` on; zeros beyond the block.
    #[inline(always)]
    pub fn load(&self, first: usize, curvature: &mut [Lane]) {
        let p = curvature.len();
        let count = LANES.min(self.range.end - first);
        let rows = &self.samples.curvature[first * p..(first + count) * p];
        if count == LANES {
            for (a, d) in curvature.iter_mut().enumerate() {
                *d = lanes(|l| self.sign * rows[l * p + a]);
            }
        } else {
            for (a, d) in curvature.iter_mut().enumerate() {
                *d = lanes(|l| rows.get(l * p + a).map_or(0.0, |d| self.sign * d));
            }
        }
    }

    /// As [`Block::load`], for the packed entries of a few neurons.
    #[inline(always)]
    pub fn curvature<const P: usize>(&self, first: usize) -> [Lane; P] {
        let mut curvature = [[0.0; LANES]; P];
        self.load(first, &mut curvature);
        curvature
    }

    /// The weights of the samples from `first` on; zeros beyond the block.
    #[inline(always)]
    fn weights(&self, first: usize) -> Lane {
        let count = LANES.min(self.range.end - first);
        let mut weight = [0.0; LANES];
        weight[..count].copy_from_slice(&self.samples.weights[first..first + count]);
        weight
    }
}

/// The pass for a few neurons.
fn few<N: Number, const P: usize>(
    response: impl Response<N>,
    block: Block<'_>,
    trace_weights: &[f64],
    out: &mut [f64],
) -> Result<(), Infeasible> {
    let visitor = Registers::<N, P>::new(block.samples, trace_weights);
    walk::<N, P>(response, block, visitor, out)
}

/// Shows the responses of all samples of a block to the visitor, [`LANES`] at a time, and has it write what it saw.
fn walk<N: Number, const P: usize>(
    response: impl Response<N>,
    block: Block<'_>,
    visitor: impl Visitor<N>,
    out: &mut [f64],
) -> Result<(), Infeasible> {
    let seen = Arch::new().dispatch(Walk::<N, P, _, _> {
        response,
        block,
        visitor,
        numbers: std::marker::PhantomData,
    })?;
    seen.write(out);
    Ok(())
}

/// See [`walk`]. (A closure would not be compiled for the machine's vector instructions.)
struct Walk<'a, N, const P: usize, R, V> {
    response: R,
    block: Block<'a>,
    visitor: V,
    numbers: std::marker::PhantomData<N>,
}

impl<N: Number, const P: usize, R: Response<N>, V: Visitor<N>> WithSimd for Walk<'_, N, P, R, V> {
    type Output = Result<V, Infeasible>;

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, _: S) -> Self::Output {
        let block = self.block;
        let p = if P == MOST {
            packed_len(block.samples.neurons)
        } else {
            P
        };
        let mut k = [N::ZERO; P];
        for first in block.range.clone().step_by(LANES) {
            if !self.response.respond(&block, first, &mut k[..p]) {
                return Err(Infeasible);
            }
            self.visitor.visit(first, &block.weights(first), &k[..p]);
        }
        Ok(self.visitor)
    }
}
