//! What is summed over the responses of the samples: averages, their products, and products with the latents.

use nalgebra::DMatrix;

use super::generators::{Generators, Seen};
use super::number::{LANES, Lane, Number, Real, lanes};
use crate::curvature::LawSamples;
use crate::numerics::{packed_index, packed_len};

/// Samples per matrix product: two such slabs of m = 16 stay in the second-level cache.
const SLAB: usize = 64;

/// What is done with the responses of a few samples.
pub(super) trait Visitor<N: Number> {
    /// `first`: the number of the first sample. Those beyond the last one have weight zero, no curvature and no response.
    fn visit(&mut self, first: usize, weight: &Lane, k: &[N]);

    /// Writes the sums.
    fn write(self, out: &mut [f64]);
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

/// Entries of the latent second moment that the response is averaged with: above the real axis nobody asks for outliers.
pub(super) fn latent_len<N: Number>(samples: &LawSamples) -> usize {
    if N::PARTS > 1 {
        0
    } else {
        packed_len(samples.hard_dim)
    }
}

/// Few neurons: the products' sums live in local arrays, no memory traffic but the samples'.
pub(super) struct Registers<'a, N, const P: usize> {
    linear: Linear<'a, N>,
    second: [[N; P]; P],
}

impl<'a, N: Number, const P: usize> Registers<'a, N, P> {
    pub fn new(samples: &'a LawSamples, trace_weights: &'a [f64]) -> Self {
        Self {
            linear: Linear::new(samples, trace_weights),
            second: [[N::ZERO; P]; P],
        }
    }
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

    fn write(self, out: &mut [f64]) {
        self.linear.write(out);
        let products = (0..P).flat_map(|b| (0..P).map(move |a| (a.min(b), a.max(b))));
        let products: Vec<N> = products.map(|(a, b)| self.second[a][b]).collect();
        spread(&products, &mut out[P * N::PARTS..]);
    }
}

/// Exchangeable neurons: the sums are those of the generators.
pub(super) struct Classes<'a, N> {
    generators: &'a Generators,
    linear: Linear<'a, N>,
    seen: Seen<N>,
    second: Vec<N>,
}

impl<'a, N: Number> Classes<'a, N> {
    pub fn new(
        samples: &'a LawSamples,
        trace_weights: &'a [f64],
        generators: &'a Generators,
    ) -> Self {
        let seen = generators.seen();
        Self {
            generators,
            linear: Linear::new(samples, trace_weights),
            second: vec![N::ZERO; seen.quadratic.len()],
            seen,
        }
    }
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

    fn write(self, out: &mut [f64]) {
        self.linear.write(out);
        spread(&self.second, &mut out[self.linear.mean.len() * N::PARTS..]);
    }
}

/// Many neurons: responses are gathered in slabs and summed by blocked matrix products, real and imaginary parts stacked.
pub(super) struct Slabs<'a, N> {
    linear: Linear<'a, N>,
    /// Stacked responses by columns of samples, and by rows with their weights.
    responses: DMatrix<f64>,
    weighted: DMatrix<f64>,
    filled: usize,
    second: DMatrix<f64>,
}

impl<'a, N: Number> Slabs<'a, N> {
    pub fn new(samples: &'a LawSamples, trace_weights: &'a [f64]) -> Self {
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

    fn write(mut self, out: &mut [f64]) {
        self.flush();
        self.linear.write(out);
        let p = self.linear.mean.len();
        let out = &mut out[p * N::PARTS..(p + p * p) * N::PARTS];
        for (index, parts) in out.chunks_exact_mut(N::PARTS).enumerate() {
            let (a, b) = (index % p, index / p);
            if let [re, im] = parts {
                *re = self.second[(a, b)] - self.second[(p + a, p + b)];
                *im = self.second[(a, p + b)] + self.second[(p + a, b)];
            } else {
                parts[0] = self.second[(a, b)];
            }
        }
    }
}

/// Sums of `pack(K X K) w^T`.
pub(super) struct Sandwich<'a> {
    samples: &'a LawSamples,
    direction: &'a DMatrix<f64>,
    /// K (m x m), a row of K X (m), and K X K, packed (p).
    full: Vec<Real>,
    row: Vec<Real>,
    change: Vec<Real>,
    latent: Vec<Real>,
}

impl<'a> Sandwich<'a> {
    pub fn new(samples: &'a LawSamples, direction: &'a DMatrix<f64>) -> Self {
        let m = samples.neurons;
        let (p, q) = (packed_len(m), packed_len(samples.hard_dim));
        Self {
            samples,
            direction,
            full: vec![Real::ZERO; m * m],
            row: vec![Real::ZERO; m],
            change: vec![Real::ZERO; p],
            latent: vec![Real::ZERO; p * q],
        }
    }
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
    fn write(self, out: &mut [f64]) {
        spread(&self.latent, out);
    }
}
