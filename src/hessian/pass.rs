//! One fused pass over the samples: every average that a Newton step needs, for real and for complex resolvents.

use std::ops::Range;

use nalgebra::{ComplexField, DMatrix, DVector};
use pulp::{Arch, Simd, WithSimd};

use super::exchangeable::{Exchangeable, MOST_RANK};
use super::generators::{Generators, Seen, in_coordinates};
use super::kernel::{Factored, MOST, Pair, Response, Single};
use super::number::{LANES, Lane, Number, Real, lanes};
use super::signed::SignedLaw;
use crate::curvature::LawSamples;
use crate::numerics::{block_reduce, block_sums, packed_index, packed_len};

/// Samples per matrix product: two such slabs of m = 16 stay in the second-level cache.
const SLAB: usize = 64;

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
    let delta = signed.delta;
    let (m, frame) = (signed.neurons(), signed.frame());
    if let Some(rank_one) = signed.law.rank_one() {
        let symmetry = signed.law.symmetry();
        let generators = Generators::new(symmetry);
        let weights = generators.trace_weights(&frame, resolvent);
        let weights: Vec<f64> = weights.into_iter().map(|weight| weight / delta).collect();
        let products = weights.len() * (weights.len() + 1) / 2;
        let sums = Sums::<N>::over(signed, weights.len(), products, |block, out| {
            let (g, w) = (&generators, &weights[..]);
            match symmetry.classes() {
                1 => classes::<N, 2>(
                    Exchangeable::new(signed, rank_one, inverse),
                    block,
                    g,
                    w,
                    out,
                ),
                2 => classes::<N, 3>(
                    Exchangeable::new(signed, rank_one, inverse),
                    block,
                    g,
                    w,
                    out,
                ),
                _ => classes::<N, MOST_RANK>(
                    Exchangeable::new(signed, rank_one, inverse),
                    block,
                    g,
                    w,
                    out,
                ),
            }
        })?;
        let to = generators.to_coordinates(&frame);
        let to_coordinates = |sums: &[N::Scalar]| {
            let sums = DVector::from_column_slice(sums);
            let coordinates: DVector<N::Scalar> = to.map(N::Scalar::from_real) * sums;
            coordinates.iter().copied().collect()
        };
        let quadratic = in_coordinates(&to, &sums.second);
        return Ok(sums.averages(to_coordinates, quadratic));
    }
    let weights = trace_weights::<N>(resolvent, delta);
    let p = weights.len();
    let sums = Sums::<N>::over(signed, p, p * p, |block, out| match m {
        1 => few::<N, 1, _>(Single::new(inverse, delta), block, &weights, out),
        2 => few::<N, 3, _>(Pair::new(resolvent, delta), block, &weights, out),
        3 => few::<N, 6, _>(Factored::<N, 6>::new(inverse, delta), block, &weights, out),
        4 => few::<N, 10, _>(Factored::<N, 10>::new(inverse, delta), block, &weights, out),
        _ => many::<N>(Factored::new(inverse, delta), block, &weights, out),
    })?;
    let to_coordinates = |packed: &[N::Scalar]| {
        let coordinates = frame.coordinates_of_packed(packed);
        coordinates.iter().copied().collect()
    };
    let quadratic = frame.quadratic_map(&DMatrix::from_column_slice(p, p, &sums.second));
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
    let (samples, m) = (signed.law.samples(), signed.neurons());
    let (p, q) = (packed_len(m), packed_len(samples.hard_dim));
    let block = |range: Range<usize>, out: &mut [f64]| {
        let visitor = Sandwich {
            samples,
            direction,
            full: vec![Real::ZERO; m * m],
            row: vec![Real::ZERO; m],
            change: vec![Real::ZERO; p],
            latent: vec![Real::ZERO; p * q],
        };
        let response = Factored::<Real, MOST>::new(inverse, signed.delta);
        let done = walk::<Real, MOST, _, _>(response, Block::new(signed, range), visitor)?;
        spread(&done.latent, out);
        Ok(())
    };
    block_sums(samples.weights.len(), p * q, block)
}

/// Entries of the latent second moment that the response is averaged with: above the real axis nobody asks for outliers.
fn latent_len<N: Number>(samples: &LawSamples) -> usize {
    if N::PARTS > 1 {
        0
    } else {
        packed_len(samples.hard_dim)
    }
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

/// What is done with the responses of a few samples.
trait Visitor<N: Number> {
    /// `first`: the number of the first sample. Those beyond the last one have weight zero, no curvature and no response.
    fn visit(&mut self, first: usize, weight: &Lane, k: &[N]);
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

/// Shows the responses of all samples of a block to the visitor, [`LANES`] at a time.
fn walk<N: Number, const P: usize, R: Response<N>, V: Visitor<N>>(
    response: R,
    block: Block<'_>,
    visitor: V,
) -> Result<V, Infeasible> {
    Arch::new().dispatch(Walk::<N, P, R, V> {
        response,
        block,
        visitor,
        numbers: std::marker::PhantomData,
    })
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

/// Sums of the response, of its products with the latents, and its largest trace.
struct Linear<'a, N> {
    samples: &'a LawSamples,
    trace_weights: &'a [f64],
    mean: Vec<N>,
    latent: Vec<Real>,
    tightness: Lane,
}

impl<'a, N: Number> Linear<'a, N> {
    fn new(samples: &'a LawSamples, trace_weights: &'a [f64]) -> Self {
        let (p, q) = (trace_weights.len(), latent_len::<N>(samples));
        Self {
            samples,
            trace_weights,
            mean: vec![N::ZERO; p],
            latent: vec![Real::ZERO; p * q],
            tightness: [0.0; LANES],
        }
    }

    #[inline(always)]
    fn visit(&mut self, first: usize, weight: &Lane, k: &[N]) {
        for (mean, k) in self.mean.iter_mut().zip(k) {
            *mean += k.scaled(weight);
        }
        if N::PARTS > 1 {
            return;
        }
        let mut trace = [self.samples.neurons as f64; LANES];
        for (k, w) in k.iter().zip(self.trace_weights) {
            let real = k.part(0);
            trace = lanes(|l| trace[l] - w * real[l]);
        }
        let counted = lanes(|l| if weight[l] > 0.0 { trace[l] } else { 0.0 });
        self.tightness = lanes(|l| self.tightness[l].max(counted[l]));
        add_latent(self.samples, first, weight, k, &mut self.latent);
    }

    /// Writes `[mean | .. | latent | tightness]` around what fills the middle.
    fn write(&self, out: &mut [f64]) {
        let first = self.mean.len() * N::PARTS;
        spread(&self.mean, &mut out[..first]);
        let last = out.len() - 1;
        spread(&self.latent, &mut out[last - self.latent.len()..last]);
        out[last] = self.tightness.iter().copied().fold(0.0, f64::max);
    }
}

/// Adds `weight k w^T` of the real part, by columns.
#[inline(always)]
fn add_latent<N: Number>(
    samples: &LawSamples,
    first: usize,
    weight: &Lane,
    k: &[N],
    latent: &mut [Real],
) {
    let q = packed_len(samples.hard_dim);
    let moments = &samples.latent_second_moment[first * q..];
    for (c, column) in latent.chunks_exact_mut(k.len()).enumerate() {
        let factor = lanes(|l| moments.get(l * q + c).map_or(0.0, |w| w * weight[l]));
        for (entry, k) in column.iter_mut().zip(k) {
            *entry += Real(k.part(0)).scaled(&factor);
        }
    }
}

/// The sums over samples, part by part.
fn spread<N: Number>(numbers: &[N], out: &mut [f64]) {
    for (number, parts) in numbers.iter().zip(out.chunks_exact_mut(N::PARTS)) {
        for (index, part) in parts.iter_mut().enumerate() {
            *part = number.part(index).iter().sum();
        }
    }
}

/// Few neurons: the products' sums live in local arrays, no memory traffic but the samples'.
struct Registers<'a, N, const P: usize> {
    linear: Linear<'a, N>,
    second: [[N; P]; P],
}

impl<N: Number, const P: usize> Visitor<N> for Registers<'_, N, P> {
    #[inline(always)]
    fn visit(&mut self, first: usize, weight: &Lane, k: &[N]) {
        self.linear.visit(first, weight, k);
        for (a, row) in self.second.iter_mut().enumerate() {
            let scaled = k[a].scaled(weight);
            for (sum, other) in row[a..].iter_mut().zip(&k[a..]) {
                *sum += scaled * *other;
            }
        }
    }
}

/// The pass for few neurons.
fn few<N: Number, const P: usize, R: Response<N>>(
    response: R,
    block: Block<'_>,
    trace_weights: &[f64],
    out: &mut [f64],
) -> Result<(), Infeasible> {
    let visitor = Registers {
        linear: Linear::new(block.samples, trace_weights),
        second: [[N::ZERO; P]; P],
    };
    let done = walk::<N, P, R, _>(response, block, visitor)?;
    done.linear.write(out);
    let products = (0..P).flat_map(|b| (0..P).map(move |a| (a.min(b), a.max(b))));
    let products: Vec<N> = products.map(|(a, b)| done.second[a][b]).collect();
    spread(&products, &mut out[P * N::PARTS..(P + P * P) * N::PARTS]);
    Ok(())
}

/// Exchangeable neurons: the sums are those of the generators.
struct Classes<'a, N> {
    generators: &'a Generators,
    linear: Linear<'a, N>,
    seen: Seen<N>,
    second: Vec<N>,
}

impl<N: Number> Visitor<N> for Classes<'_, N> {
    #[inline(always)]
    fn visit(&mut self, first: usize, weight: &Lane, k: &[N]) {
        self.generators.look(k, &mut self.seen);
        self.linear.visit(first, weight, &self.seen.linear);
        for (sum, product) in self.second.iter_mut().zip(&self.seen.quadratic) {
            *sum += product.scaled(weight);
        }
    }
}

/// The pass for exchangeable neurons.
fn classes<N: Number, const R: usize>(
    response: Exchangeable<'_, N, R>,
    block: Block<'_>,
    generators: &Generators,
    trace_weights: &[f64],
    out: &mut [f64],
) -> Result<(), Infeasible> {
    let seen = generators.seen();
    let visitor = Classes {
        generators,
        linear: Linear::new(block.samples, trace_weights),
        second: vec![N::ZERO; seen.quadratic.len()],
        seen,
    };
    let done = walk::<N, MOST, _, _>(response, block, visitor)?;
    done.linear.write(out);
    let first = done.linear.mean.len() * N::PARTS;
    spread(
        &done.second,
        &mut out[first..first + done.second.len() * N::PARTS],
    );
    Ok(())
}

/// Many neurons: responses are gathered in slabs and summed by blocked matrix products, real and imaginary parts stacked.
struct Slabs<'a, N> {
    linear: Linear<'a, N>,
    /// Stacked responses by columns of samples, and by rows with their weights.
    responses: DMatrix<f64>,
    weighted: DMatrix<f64>,
    filled: usize,
    second: DMatrix<f64>,
}

impl<'a, N: Number> Slabs<'a, N> {
    fn new(samples: &'a LawSamples, trace_weights: &'a [f64]) -> Self {
        let rows = trace_weights.len() * N::PARTS;
        Self {
            linear: Linear::new(samples, trace_weights),
            responses: DMatrix::zeros(rows, SLAB),
            weighted: DMatrix::zeros(SLAB, rows),
            filled: 0,
            second: DMatrix::zeros(rows, rows),
        }
    }

    /// Adds the products of the samples gathered so far.
    fn flush(&mut self) {
        self.responses.columns_range_mut(self.filled..).fill(0.0);
        self.weighted.rows_range_mut(self.filled..).fill(0.0);
        self.second.gemm(1.0, &self.responses, &self.weighted, 1.0);
        self.filled = 0;
    }
}

impl<N: Number> Visitor<N> for Slabs<'_, N> {
    #[inline(always)]
    fn visit(&mut self, first: usize, weight: &Lane, k: &[N]) {
        self.linear.visit(first, weight, k);
        let rows = self.responses.nrows();
        let at = self.filled;
        let responses = &mut self.responses.as_mut_slice()[at * rows..(at + LANES) * rows];
        let weighted = self.weighted.as_mut_slice();
        for (a, k) in k.iter().enumerate() {
            for index in 0..N::PARTS {
                let (row, part) = (index * rows / N::PARTS + a, k.part(index));
                let entries = &mut weighted[row * SLAB + at..row * SLAB + at + LANES];
                for l in 0..LANES {
                    responses[l * rows + row] = part[l];
                    entries[l] = weight[l] * part[l];
                }
            }
        }
        self.filled += LANES;
        if self.filled == SLAB {
            self.flush();
        }
    }
}

/// The pass for many neurons.
fn many<N: Number>(
    response: Factored<N, MOST>,
    block: Block<'_>,
    trace_weights: &[f64],
    out: &mut [f64],
) -> Result<(), Infeasible> {
    let visitor = Slabs::new(block.samples, trace_weights);
    let mut done = walk::<N, MOST, _, _>(response, block, visitor)?;
    done.flush();
    done.linear.write(out);
    let p = trace_weights.len();
    let out = &mut out[p * N::PARTS..(p + p * p) * N::PARTS];
    for (index, parts) in out.chunks_exact_mut(N::PARTS).enumerate() {
        let (a, b) = (index % p, index / p);
        if let [re, im] = parts {
            *re = done.second[(a, b)] - done.second[(p + a, p + b)];
            *im = done.second[(a, p + b)] + done.second[(p + a, b)];
        } else {
            parts[0] = done.second[(a, b)];
        }
    }
    Ok(())
}

/// Sums of `pack(K X K) w^T`.
struct Sandwich<'a> {
    samples: &'a LawSamples,
    direction: &'a DMatrix<f64>,
    /// K (m x m), a row of K X (m), and K X K, packed (p).
    full: Vec<Real>,
    row: Vec<Real>,
    change: Vec<Real>,
    latent: Vec<Real>,
}

impl Visitor<Real> for Sandwich<'_> {
    #[inline(always)]
    fn visit(&mut self, first: usize, weight: &Lane, k: &[Real]) {
        let m = self.samples.neurons;
        for i in 0..m {
            for j in 0..m {
                self.full[i * m + j] = k[packed_index(m, i, j)];
            }
        }
        for i in 0..m {
            for b in 0..m {
                let terms =
                    (0..m).map(|a| self.full[i * m + a].scaled(&[self.direction[(a, b)]; LANES]));
                self.row[b] = terms.fold(Real::ZERO, |sum, term| sum + term);
            }
            for j in i..m {
                let terms = (0..m).map(|b| self.row[b] * self.full[j * m + b]);
                self.change[packed_index(m, i, j)] = terms.fold(Real::ZERO, |sum, term| sum + term);
            }
        }
        add_latent(self.samples, first, weight, &self.change, &mut self.latent);
    }
}
