//! What a step leaves of a strip of samples: gradients and tangents for the history, and sums that involve this step only.

use pulp::{Simd, WithSimd};

use super::lanes::{LANES, Partial, Row};
use super::sums::SumLayout;
use crate::network::MAX_NEURONS;
use crate::numerics::packed_len;

/// Double-precision numbers of a strip.
type Wide = [f64; LANES];

/// The model's answers for one strip, by samples, and what was known of the samples.
pub(super) struct StripInput<'a> {
    /// Losses (LANES), gradients (LANES x m) and K, packed (LANES x p).
    pub losses: &'a [f64],
    pub gradients: &'a [f64],
    pub responses: &'a [f64],
    /// Derivatives of u along the random direction, that direction (m rows each), and weights in the mini-batch.
    pub du: &'a [Row],
    pub signs: &'a [Row],
    pub mask: &'a Row,
    /// Entries of `z_V z_V^T` (q rows, none unless growth is wanted) and reached latents (e rows).
    pub moments: &'a [Row],
    pub reached: &'a [Row],
}

/// Where the rows of one strip go (m rows each).
pub(super) struct StripOutput<'a> {
    /// g^t and its tangent.
    pub gradients: &'a mut [Row],
    pub tangents: &'a mut [Row],
    /// `dg^t - K^t v^t`.
    pub past: &'a mut [Row],
}

/// Partial sums in double precision, over all strips of a tile.
#[derive(Default)]
pub(super) struct LocalSums {
    pub loss: Partial,
    /// K, then K times each entry of `z_V z_V^T` (p each).
    pub response: Vec<Partial>,
    /// g g^T, packed (p).
    pub own: Vec<Partial>,
    /// g z_U^T (m x e by rows).
    pub latent: Vec<Partial>,
}

impl LocalSums {
    /// Zero, in the shapes of a layout.
    pub fn clear(&mut self, layout: &SumLayout) {
        let p = packed_len(layout.neurons);
        let zero = |sums: &mut Vec<Partial>, length: usize| {
            sums.clear();
            sums.resize(length, Partial::default());
        };
        self.loss = Partial::default();
        zero(&mut self.response, p * layout.left() / layout.neurons);
        zero(&mut self.own, p);
        zero(&mut self.latent, layout.neurons * layout.reached);
    }
}

/// One strip of one step. (A closure would not be compiled for the machine's vector instructions.)
pub(super) struct StripStep<'a> {
    pub input: StripInput<'a>,
    pub output: StripOutput<'a>,
    pub sums: &'a mut LocalSums,
}

impl WithSimd for StripStep<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self {
            input,
            output,
            sums,
        } = self;
        let m = input.du.len();
        let p = packed_len(m);
        let mut gradients = [[0.0; LANES]; MAX_NEURONS];
        for (j, gradient) in gradients[..m].iter_mut().enumerate() {
            *gradient = column(input.gradients, m, j);
            output.gradients[j] = std::array::from_fn(|i| input.mask[i] * gradient[i] as f32);
        }
        let mut whole = [[0.0f32; LANES]; MAX_NEURONS];
        let mut past = [[0.0f32; LANES]; MAX_NEURONS];
        let mut entry = 0;
        for j in 0..m {
            for l in j..m {
                let response = column(input.responses, p, entry);
                let (first, second) = (&gradients[j], &gradients[l]);
                add(&mut sums.response[entry], |i| response[i]);
                add(&mut sums.own[entry], |i| first[i] * second[i]);
                let weighted = sums.response[p..].chunks_exact_mut(p);
                for (weight, sums) in input.moments.iter().zip(weighted) {
                    add(&mut sums[entry], |i| response[i] * f64::from(weight[i]));
                }
                let k: Row = std::array::from_fn(|i| response[i] as f32);
                let (du, v) = (&input.du[l], &input.signs[l]);
                add_row(&mut whole[j], |i| k[i] * du[i]);
                add_row(&mut past[j], |i| k[i] * (du[i] - v[i]));
                if l > j {
                    let (du, v) = (&input.du[j], &input.signs[j]);
                    add_row(&mut whole[l], |i| k[i] * du[i]);
                    add_row(&mut past[l], |i| k[i] * (du[i] - v[i]));
                }
                entry += 1;
            }
        }
        add(&mut sums.loss, |i| input.losses[i]);
        let e = input.reached.len();
        for j in 0..m {
            for (z, sum) in input.reached.iter().zip(&mut sums.latent[j * e..]) {
                let gradient = &gradients[j];
                add(sum, |i| gradient[i] * f64::from(z[i]));
            }
            let (whole, past) = (&whole[j], &past[j]);
            output.tangents[j] = std::array::from_fn(|i| input.mask[i] * whole[i]);
            output.past[j] = std::array::from_fn(|i| input.mask[i] * past[i]);
        }
    }
}

/// Entry `index` of each of the samples' `width` entries.
#[inline(always)]
fn column(values: &[f64], width: usize, index: usize) -> Wide {
    let mut column = [0.0; LANES];
    for (entry, row) in column.iter_mut().zip(values.chunks_exact(width)) {
        *entry = row[index];
    }
    column
}

#[inline(always)]
fn add(sum: &mut Partial, term: impl Fn(usize) -> f64) {
    let parts = sum.len();
    for chunk in 0..LANES / parts {
        for (i, sum) in sum.iter_mut().enumerate() {
            *sum += term(chunk * parts + i);
        }
    }
}

#[inline(always)]
fn add_row(row: &mut Row, term: impl Fn(usize) -> f32) {
    for (i, entry) in row.iter_mut().enumerate() {
        *entry += term(i);
    }
}
