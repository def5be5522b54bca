//! The random directions along which paths are differentiated: columns of a Hadamard matrix, drawn and never stored.
//!
//! The rows of the matrix are dealt to the samples of a tile at random, so that over a tile different columns are exactly
//! orthogonal, and the mean response adds no noise to (4.3). Sums over a tile of a factor with *all* columns are one fast
//! Walsh transform of the factor.

use pulp::{Arch, Simd, WithSimd};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

use super::lanes::{LANES, Row};
use super::tile::{STRIPS, TILE};

/// Columns of a Hadamard matrix of order [`TILE`], without the constant one.
const COLUMNS: usize = TILE - 1;

/// `(-1)^(bits set)`: entry (r, c) of the Hadamard matrix is that of `r & c`.
const CHARACTERS: [f32; TILE] = characters();

const fn characters() -> [f32; TILE] {
    let mut signs = [1.0; TILE];
    let mut bits = 0;
    while bits < TILE {
        if bits.count_ones() % 2 == 1 {
            signs[bits] = -1.0;
        }
        bits += 1;
    }
    signs
}

/// The signs of a tile: one column for each neuron of each step.
pub(super) struct Signs {
    /// Which row of the matrix each sample takes, anew every [`COLUMNS`] columns.
    orders: Vec<[u8; TILE]>,
    /// The sign of each column.
    flips: Vec<f32>,
    /// The columns of the last step: m rows per strip.
    now: Vec<Row>,
}

impl Signs {
    /// None yet, of m neurons.
    pub fn new(neurons: usize) -> Self {
        Self {
            orders: Vec::new(),
            flips: Vec::new(),
            now: vec![[0.0; LANES]; neurons * STRIPS],
        }
    }

    /// Draws the columns of the next step.
    pub fn draw(&mut self, random: &mut ChaCha8Rng) {
        let m = self.now.len() / STRIPS;
        for j in 0..m {
            let within = self.flips.len() % COLUMNS;
            if within == 0 {
                self.deal(random);
            }
            let flip = if random.next_u32() & 1 == 1 {
                -1.0
            } else {
                1.0
            };
            self.flips.push(flip);
            let Some(order) = self.orders.last() else {
                return;
            };
            for (strip, rows) in order.chunks_exact(LANES).enumerate() {
                let signs = &mut self.now[strip * m + j];
                for (sign, row) in signs.iter_mut().zip(rows) {
                    *sign = flip * CHARACTERS[usize::from(*row) & (within + 1)];
                }
            }
        }
    }

    /// Shuffles the rows.
    fn deal(&mut self, random: &mut ChaCha8Rng) {
        let first = || std::array::from_fn(|i| i as u8);
        let mut order = self.orders.last().copied().unwrap_or_else(first);
        for i in (1..TILE).rev() {
            order.swap(i, random.next_u32() as usize % (i + 1));
        }
        self.orders.push(order);
    }

    /// The last step's columns within a strip (m rows).
    pub fn now(&self, strip: usize) -> &[Row] {
        let m = self.now.len() / STRIPS;
        &self.now[strip * m..(strip + 1) * m]
    }

    /// Sums over the tile of each factor (`STRIPS` rows) with each of the first `columns` columns: factors x columns, by rows.
    pub fn correlate(&self, arch: Arch, factors: &[Row], columns: usize) -> Vec<f64> {
        let mut sums = Vec::with_capacity(factors.len() / STRIPS * columns);
        let mut dealt = [0.0; TILE];
        for factor in factors.chunks_exact(STRIPS) {
            let pages = self.flips[..columns].chunks(COLUMNS).zip(&self.orders);
            for (flips, order) in pages {
                for (row, value) in order.iter().zip(factor.as_flattened()) {
                    dealt[usize::from(*row)] = *value;
                }
                arch.dispatch(Walsh(&mut dealt));
                let signed = dealt[1..].iter().zip(flips);
                sums.extend(signed.map(|(sum, flip)| f64::from(sum * flip)));
            }
        }
        sums
    }
}

/// The product with the Hadamard matrix, in place.
struct Walsh<'a>(&'a mut [f32; TILE]);

impl WithSimd for Walsh<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let mut half = TILE / 2;
        while half > 0 {
            for pair in self.0.chunks_exact_mut(2 * half) {
                let (a, b) = pair.split_at_mut(half);
                for (a, b) in a.iter_mut().zip(b) {
                    (*a, *b) = (*a + *b, *a - *b);
                }
            }
            half /= 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    /// Over more columns than one deal has, against the sums written out.
    #[test]
    fn correlations_are_sums_over_the_tile() {
        let (m, steps) = (3, 100);
        let mut random = ChaCha8Rng::seed_from_u64(7);
        let mut signs = Signs::new(m);
        let mut columns: Vec<Vec<f32>> = Vec::new();
        for _ in 0..steps {
            signs.draw(&mut random);
            for j in 0..m {
                let strips = (0..STRIPS).flat_map(|strip| signs.now(strip)[j]);
                columns.push(strips.collect());
            }
        }
        let factors: Vec<Row> = (0..2 * STRIPS)
            .map(|r| std::array::from_fn(|i| ((r * LANES + i) as f32 * 0.37).sin()))
            .collect();
        let sums = signs.correlate(Arch::new(), &factors, m * steps);
        assert_eq!(sums.len(), 2 * m * steps);
        for (a, factor) in factors.chunks_exact(STRIPS).enumerate() {
            for (c, column) in columns.iter().enumerate() {
                let plain: f64 = column
                    .iter()
                    .zip(factor.as_flattened())
                    .map(|(sign, value)| f64::from(sign * value))
                    .sum();
                // 256 single-precision terms of size one
                assert!((sums[a * m * steps + c] - plain).abs() < 1e-4);
            }
        }
        for (a, b) in [(0, 1), (3, 200), (254, 17)] {
            let product: f32 = columns[a].iter().zip(&columns[b]).map(|(x, y)| x * y).sum();
            assert_eq!(product, 0.0);
        }
    }
}
