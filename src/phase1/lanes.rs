//! The two passes over the history of the sample paths, vectorised over samples.
//!
//! Histories are rows of [`LANES`] samples, one row for each step and neuron. All sums have a fixed order that
//! does not depend on the width of the machine's registers.

use pulp::{Arch, Simd, WithSimd};

/// Samples that are processed side by side: a row fills two cache lines.
pub(super) const LANES: usize = 32;

/// Partial sums per correlation: the widest registers hold this many.
const PARTIALS: usize = 8;

/// Pieces of a row of that length.
const CHUNKS: usize = LANES / PARTIALS;

/// One number for each sample of a row.
pub(super) type Row = [f32; LANES];

/// Partial sums over the samples of a row.
///
/// In double precision: the covariance of the gradients is else positive only up to 1e-8, its slow directions have variances below
/// that, and the factor made of them throws the paths off course after some thirty steps.
pub(super) type Partial = [f64; PARTIALS];

/// Neurons whose sums stay in registers at the same time.
const GROUP: usize = 4;

/// Coefficients of linear combinations of rows, one combination for each neuron.
#[derive(Clone, Debug, Default)]
pub(super) struct Mixer {
    outputs: usize,
    /// By groups of neurons; within a group by rows.
    coefficients: Vec<f32>,
    rows: usize,
}

impl Mixer {
    /// `coefficient(output, row)` for each of the outputs and rows.
    pub fn new(outputs: usize, rows: usize, coefficient: impl Fn(usize, usize) -> f64) -> Self {
        let mut coefficients = Vec::with_capacity(outputs * rows);
        for (first, width) in groups(outputs) {
            for row in 0..rows {
                coefficients.extend((first..first + width).map(|j| coefficient(j, row) as f32));
            }
        }
        Self {
            outputs,
            coefficients,
            rows,
        }
    }

    /// Adds the combinations of the first rows of `history` to `out` (outputs rows).
    pub fn add(&self, arch: Arch, history: &[Row], out: &mut [Row]) {
        for (first, width) in groups(self.outputs) {
            let start = first * self.rows;
            let coefficients = &self.coefficients[start..start + width * self.rows];
            let (rows, out) = (&history[..self.rows], &mut out[first..first + width]);
            match width {
                1 => arch.dispatch(Mix::<1>(coefficients, rows, out)),
                2 => arch.dispatch(Mix::<2>(coefficients, rows, out)),
                3 => arch.dispatch(Mix::<3>(coefficients, rows, out)),
                _ => arch.dispatch(Mix::<GROUP>(coefficients, rows, out)),
            }
        }
    }
}

/// Adds the products of every left row with every row of the history, summed over samples up to
/// [`PARTIALS`] parts: `sums[left * history.len() + row]`.
pub(super) fn correlate(arch: Arch, left: &[Row], history: &[Row], sums: &mut [Partial]) {
    let rows = history.len();
    for (first, width) in groups(left.len()) {
        let left = &left[first..first + width];
        let sums = &mut sums[first * rows..(first + width) * rows];
        match width {
            1 => arch.dispatch(Correlate::<1>(left, history, sums)),
            2 => arch.dispatch(Correlate::<2>(left, history, sums)),
            3 => arch.dispatch(Correlate::<3>(left, history, sums)),
            _ => arch.dispatch(Correlate::<GROUP>(left, history, sums)),
        }
    }
}

/// Consecutive groups of neurons: first and width.
fn groups(count: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..count)
        .step_by(GROUP)
        .map(move |first| (first, GROUP.min(count - first)))
}

/// Adds combinations of rows to the outputs. (A closure would not be compiled for the machine's vector instructions.)
struct Mix<'a, const J: usize>(&'a [f32], &'a [Row], &'a mut [Row]);

impl<const J: usize> WithSimd for Mix<'_, J> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self(coefficients, rows, out) = self;
        let mut sums = [[[0.0f32; PARTIALS]; CHUNKS]; J];
        let (coefficients, _) = coefficients.as_chunks::<J>();
        for (row, coefficients) in rows.iter().zip(coefficients) {
            let (row, _) = row.as_chunks::<PARTIALS>();
            for (sum, c) in sums.iter_mut().zip(coefficients) {
                for (sum, row) in sum.iter_mut().zip(row) {
                    *sum = add_scaled(*sum, *c, row);
                }
            }
        }
        for (out, sum) in out.iter_mut().zip(&sums) {
            let (out, _) = out.as_chunks_mut::<PARTIALS>();
            for (out, sum) in out.iter_mut().zip(sum) {
                *out = add_scaled(*out, 1.0, sum);
            }
        }
    }
}

#[inline(always)]
fn add_scaled(sum: [f32; PARTIALS], factor: f32, values: &[f32; PARTIALS]) -> [f32; PARTIALS] {
    std::array::from_fn(|i| sum[i] + factor * values[i])
}

#[inline(always)]
fn add_products(sum: &mut Partial, a: &Partial, b: &[f32; PARTIALS]) {
    for (sum, (a, b)) in sum.iter_mut().zip(a.iter().zip(b)) {
        *sum += *a * f64::from(*b);
    }
}

/// Adds products of left rows with the history to the partial sums.
struct Correlate<'a, const J: usize>(&'a [Row], &'a [Row], &'a mut [Partial]);

impl<const J: usize> WithSimd for Correlate<'_, J> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self(left, history, sums) = self;
        let mut factors = [[[0.0; PARTIALS]; CHUNKS]; J];
        for (factors, row) in factors.iter_mut().zip(left) {
            for (factor, x) in factors.as_flattened_mut().iter_mut().zip(row) {
                *factor = f64::from(*x);
            }
        }
        for (r, row) in history.iter().enumerate() {
            let (row, _) = row.as_chunks::<PARTIALS>();
            for (j, factors) in factors.iter().enumerate() {
                let mut sum = sums[j * history.len() + r];
                for (factors, row) in factors.iter().zip(row) {
                    add_products(&mut sum, factors, row);
                }
                sums[j * history.len() + r] = sum;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(count: usize, phase: f32) -> Vec<Row> {
        (0..count)
            .map(|r| std::array::from_fn(|i| ((r * LANES + i) as f32 * 0.37 + phase).sin()))
            .collect()
    }

    #[test]
    fn passes_equal_plain_loops_for_any_number_of_neurons() {
        let history = rows(7, 0.1);
        for outputs in 1..=9 {
            let coefficient = |j: usize, r: usize| ((j * 7 + r) as f64 * 0.61).cos();
            let mut mixed = vec![[1.0; LANES]; outputs];
            Mixer::new(outputs, 7, coefficient).add(Arch::new(), &history, &mut mixed);
            let left = rows(outputs, 0.7);
            let mut sums: Vec<Partial> = vec![[0.0; PARTIALS]; outputs * 7];
            correlate(Arch::new(), &left, &history, &mut sums);
            for j in 0..outputs {
                for lane in 0..LANES {
                    let plain: f64 = (0..7)
                        .map(|r| coefficient(j, r) * f64::from(history[r][lane]))
                        .sum();
                    // seven single-precision terms of size one
                    assert!((f64::from(mixed[j][lane]) - 1.0 - plain).abs() < 2e-6);
                }
                for r in 0..7 {
                    let plain: f64 = (0..LANES)
                        .map(|i| f64::from(left[j][i]) * f64::from(history[r][i]))
                        .sum();
                    let found: f64 = sums[j * 7 + r].iter().sum();
                    assert!((found - plain).abs() < 1e-5);
                }
            }
        }
    }
}
