//! The two passes over the history of the sample paths, vectorised over samples.
//!
//! Histories are rows of [`LANES`] samples, one row for each step and neuron. All sums have a fixed order that
//! does not depend on the width of the machine's registers, so results are the same bits everywhere.

use pulp::Arch;

/// Samples that are processed side by side: a row fills two cache lines.
pub(super) const LANES: usize = 32;

/// Partial sums per correlation: the widest registers hold this many.
const PARTIALS: usize = 8;

/// One number for each sample of a row.
pub(super) type Row = [f32; LANES];

/// Partial sums over the samples of a row.
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
                1 => arch.dispatch(|| mix::<1>(coefficients, rows, out)),
                2 => arch.dispatch(|| mix::<2>(coefficients, rows, out)),
                3 => arch.dispatch(|| mix::<3>(coefficients, rows, out)),
                _ => arch.dispatch(|| mix::<GROUP>(coefficients, rows, out)),
            }
        }
    }
}

/// Adds the products of every left row with every row of the history, summed over samples up to
/// [`PARTIALS`] parts: `sums[left * history.len() + row]`.
///
/// Every product is taken in double precision. In single precision this is a third faster, but the covariance of the
/// gradients is then positive only up to 1e-8, its slow directions have variances below that, and the factor made of them throws the
/// paths off course after some thirty steps.
pub(super) fn correlate(arch: Arch, left: &[Row], history: &[Row], sums: &mut [Partial]) {
    let rows = history.len();
    for (first, width) in groups(left.len()) {
        let left = &left[first..first + width];
        let sums = &mut sums[first * rows..(first + width) * rows];
        match width {
            1 => arch.dispatch(|| correlate_group::<1>(left, history, sums)),
            2 => arch.dispatch(|| correlate_group::<2>(left, history, sums)),
            3 => arch.dispatch(|| correlate_group::<3>(left, history, sums)),
            _ => arch.dispatch(|| correlate_group::<GROUP>(left, history, sums)),
        }
    }
}

/// Consecutive groups of neurons: first and width.
fn groups(count: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..count)
        .step_by(GROUP)
        .map(move |first| (first, GROUP.min(count - first)))
}

#[inline(always)]
fn mix<const J: usize>(coefficients: &[f32], rows: &[Row], out: &mut [Row]) {
    let mut sums = [[0.0f32; LANES]; J];
    let (coefficients, _) = coefficients.as_chunks::<J>();
    for (row, coefficients) in rows.iter().zip(coefficients) {
        for (sum, c) in sums.iter_mut().zip(coefficients) {
            for (s, x) in sum.iter_mut().zip(row) {
                *s += c * x;
            }
        }
    }
    for (out, sum) in out.iter_mut().zip(&sums) {
        for (o, s) in out.iter_mut().zip(sum) {
            *o += s;
        }
    }
}

#[inline(always)]
fn correlate_group<const J: usize>(left: &[Row], history: &[Row], sums: &mut [Partial]) {
    let rows = history.len();
    let left: [Row; J] = std::array::from_fn(|j| left[j]);
    for (r, row) in history.iter().enumerate() {
        for (j, left) in left.iter().enumerate() {
            let sum = &mut sums[j * rows + r];
            for (part, sum) in sum.iter_mut().enumerate() {
                let mut total = 0.0;
                for chunk in 0..LANES / PARTIALS {
                    let lane = chunk * PARTIALS + part;
                    total += f64::from(left[lane]) * f64::from(row[lane]);
                }
                *sum += total;
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
            let mut sums = vec![[0.0; PARTIALS]; outputs * 7];
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
