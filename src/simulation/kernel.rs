//! The two products that training spends its time on, for a few rows of the data at once.
//!
//! Both are bound by memory, so what counts is that a row stays in cache between them and that the loops run on the
//! vector unit. The order of all additions is spelt out, so results are the same on every machine.

use pulp::Arch;

/// Numbers that the data are stored as; arithmetic is in double precision.
pub(super) trait Scalar: Copy + Send + Sync + 'static {
    /// To double precision, without loss.
    fn wide(self) -> f64;
    /// Rounded to this precision.
    fn rounded(value: f64) -> Self;
}

impl Scalar for f32 {
    #[inline(always)]
    fn wide(self) -> f64 {
        f64::from(self)
    }
    fn rounded(value: f64) -> Self {
        value as Self
    }
}

impl Scalar for f64 {
    #[inline(always)]
    fn wide(self) -> f64 {
        self
    }
    fn rounded(value: f64) -> Self {
        value
    }
}

/// Partial sums of a dot product that run side by side: the width of a 256-bit vector unit.
const LANES: usize = 4;
/// Rows taken together, so that weights are loaded once for all of them.
const ROWS: usize = 4;
/// Columns taken together, so that data are converted once for both of them.
const COLUMNS: usize = 2;

/// `out = block weights^T`: block is rows x d, weights c x d, out rows x c, all by rows.
pub(super) fn project<T: Scalar>(block: &[T], weights: &[f64], dim: usize, out: &mut [f64]) {
    let columns = weights.len() / dim;
    Arch::new().dispatch(
        #[inline(always)]
        || {
            let mut groups = block.chunks_exact(ROWS * dim);
            let mut outs = out.chunks_exact_mut(ROWS * columns);
            for (rows, out) in (&mut groups).zip(&mut outs) {
                project_rows::<T, ROWS>(rows, weights, dim, columns, out);
            }
            let rest = groups.remainder().chunks_exact(dim);
            for (row, out) in rest.zip(outs.into_remainder().chunks_exact_mut(columns)) {
                project_rows::<T, 1>(row, weights, dim, columns, out);
            }
        },
    );
}

#[inline(always)]
fn project_rows<T: Scalar, const R: usize>(
    rows: &[T],
    weights: &[f64],
    dim: usize,
    columns: usize,
    out: &mut [f64],
) {
    let rows: [&[T]; R] = std::array::from_fn(|r| &rows[r * dim..(r + 1) * dim]);
    let weight = |c: usize| &weights[c * dim..(c + 1) * dim];
    let mut column = 0;
    while column + COLUMNS <= columns {
        let products =
            dots::<T, R, COLUMNS>(rows, std::array::from_fn(|c| weight(column + c)), dim);
        for (r, products) in products.iter().enumerate() {
            out[r * columns + column..][..COLUMNS].copy_from_slice(products);
        }
        column += COLUMNS;
    }
    while column < columns {
        for (r, [product]) in dots::<T, R, 1>(rows, [weight(column)], dim)
            .into_iter()
            .enumerate()
        {
            out[r * columns + column] = product;
        }
        column += 1;
    }
}

/// All products of R rows with C columns.
#[inline(always)]
fn dots<T: Scalar, const R: usize, const C: usize>(
    rows: [&[T]; R],
    weights: [&[f64]; C],
    dim: usize,
) -> [[f64; C]; R] {
    let whole = dim / LANES;
    let row_chunks = rows.map(|row| &row.as_chunks::<LANES>().0[..whole]);
    let weight_chunks = weights.map(|weight| &weight.as_chunks::<LANES>().0[..whole]);
    let mut sums = [[[0.0; LANES]; C]; R];
    for chunk in 0..whole {
        for r in 0..R {
            let x = row_chunks[r][chunk].map(T::wide);
            for c in 0..C {
                let w = &weight_chunks[c][chunk];
                for lane in 0..LANES {
                    sums[r][c][lane] += x[lane] * w[lane];
                }
            }
        }
    }
    std::array::from_fn(|r| {
        std::array::from_fn(|c| {
            let [a, b, e, f] = sums[r][c];
            let tail = whole * LANES..dim;
            let tail: f64 = tail.map(|i| rows[r][i].wide() * weights[c][i]).sum();
            ((a + b) + (e + f)) + tail
        })
    })
}

/// `sums += coefficients^T block`: coefficients are rows x c, block rows x d, sums c x d, all by rows.
pub(super) fn accumulate<T: Scalar>(
    block: &[T],
    coefficients: &[f64],
    dim: usize,
    sums: &mut [f64],
) {
    let columns = sums.len() / dim;
    Arch::new().dispatch(
        #[inline(always)]
        || {
            let mut groups = block.chunks_exact(ROWS * dim);
            let mut weights = coefficients.chunks_exact(ROWS * columns);
            for (rows, weights) in (&mut groups).zip(&mut weights) {
                add_rows::<T, ROWS>(rows, weights, dim, columns, sums);
            }
            let rest = groups.remainder().chunks_exact(dim);
            for (row, weights) in rest.zip(weights.remainder().chunks_exact(columns)) {
                add_rows::<T, 1>(row, weights, dim, columns, sums);
            }
        },
    );
}

#[inline(always)]
fn add_rows<T: Scalar, const R: usize>(
    rows: &[T],
    coefficients: &[f64],
    dim: usize,
    columns: usize,
    sums: &mut [f64],
) {
    let rows: [&[T]; R] = std::array::from_fn(|r| &rows[r * dim..(r + 1) * dim]);
    for (column, sums) in sums.chunks_exact_mut(dim).enumerate() {
        let factors: [f64; R] = std::array::from_fn(|r| coefficients[r * columns + column]);
        let rows = rows.map(|row| &row[..sums.len()]);
        for (i, sum) in sums.iter_mut().enumerate() {
            let mut add = factors[0] * rows[0][i].wide();
            for r in 1..R {
                add += factors[r] * rows[r][i].wide();
            }
            *sum += add;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize, step: f64) -> Vec<f64> {
        (0..count).map(|i| (1.0 + step * i as f64).sin()).collect()
    }

    /// All shapes with remainders, against plain loops.
    fn check<T: Scalar>(rows: usize, dim: usize, columns: usize) {
        let block: Vec<T> = numbers(rows * dim, 0.7)
            .into_iter()
            .map(T::rounded)
            .collect();
        let weights = numbers(columns * dim, 0.3);
        let mut out = vec![f64::NAN; rows * columns];
        project(&block, &weights, dim, &mut out);
        let mut sums = numbers(columns * dim, 0.9);
        let before = sums.clone();
        accumulate(&block, &out, dim, &mut sums);
        for r in 0..rows {
            for c in 0..columns {
                let plain: f64 = (0..dim)
                    .map(|i| block[r * dim + i].wide() * weights[c * dim + i])
                    .sum();
                // rounding of `dim` additions of numbers of order one
                assert!((out[r * columns + c] - plain).abs() < 1e-15 * dim as f64 + 1e-15);
            }
        }
        for c in 0..columns {
            for i in 0..dim {
                let plain: f64 = (0..rows)
                    .map(|r| out[r * columns + c] * block[r * dim + i].wide())
                    .sum();
                let size = 1e-15 * (rows * dim) as f64 + 1e-15;
                assert!((sums[c * dim + i] - before[c * dim + i] - plain).abs() < size);
            }
        }
    }

    #[test]
    fn products_agree_with_plain_loops() {
        for (rows, dim, columns) in [(1, 1, 1), (4, 8, 2), (7, 13, 3), (9, 130, 5), (3, 3, 4)] {
            check::<f64>(rows, dim, columns);
            check::<f32>(rows, dim, columns);
        }
    }
}
