//! The inputs of one run and the pass over them.

use std::ops::Range;

use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use super::kernel::{self, Scalar};
use super::streams::RunStream;

/// How the inputs are stored. Arithmetic is in double precision either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// Four bytes for each number: twice as fast where memory is the limit. The run is that of rounded inputs.
    Single,
    /// Eight bytes for each number.
    Double,
}

impl Precision {
    /// Bytes of one number.
    pub fn bytes(self) -> usize {
        match self {
            Self::Single => 4,
            Self::Double => 8,
        }
    }
}

/// X, one sample a row (n x d).
#[derive(Clone, Debug)]
pub(super) struct Inputs {
    samples: usize,
    dim: usize,
    values: Values,
}

#[derive(Clone, Debug)]
enum Values {
    Single(Vec<f32>),
    Double(Vec<f64>),
}

/// Bytes of a block of rows: it stays in the second-level cache from the first product to the second.
const BLOCK_BYTES: usize = 1 << 18;
/// Rows that a block has at least, whatever its size.
const FEWEST_ROWS: usize = 8;
/// Rows of a block where there is one product only.
const PROJECTED_ROWS: usize = 64;
/// Parts that the blocks are dealt into; each has sums of its own, so this bounds threads and memory.
pub(super) const PARTS: usize = 32;

/// What a pass over the data leaves behind.
pub(super) struct PassSums {
    /// `sum_i coefficients_i x_i^T` (c x d by rows).
    pub outer: Vec<f64>,
    /// Sums of the scalars.
    pub scalars: Vec<f64>,
}

/// One block of rows on its way through a pass.
pub(super) struct BlockView<'a> {
    /// Which samples.
    pub range: Range<usize>,
    /// `X weights^T` (rows x c).
    pub projections: &'a [f64],
    /// To be filled: what each row is multiplied with (rows x c'), zero at first.
    pub coefficients: &'a mut [f64],
    /// To be added to.
    pub scalars: &'a mut [f64],
}

impl Inputs {
    /// Standard normal inputs.
    pub fn draw(samples: usize, dim: usize, precision: Precision, stream: RunStream) -> Self {
        let values = match precision {
            Precision::Single => Values::Single(draw(samples, dim, stream)),
            Precision::Double => Values::Double(draw(samples, dim, stream)),
        };
        Self {
            samples,
            dim,
            values,
        }
    }

    /// n.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// d.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Entries of a sample's input from `first` on.
    pub fn copy_row(&self, sample: usize, first: usize, out: &mut [f64]) {
        let start = sample * self.dim + first;
        match &self.values {
            Values::Single(values) => {
                let row = &values[start..start + out.len()];
                out.iter_mut().zip(row).for_each(|(o, x)| *o = x.wide());
            }
            Values::Double(values) => out.copy_from_slice(&values[start..start + out.len()]),
        }
    }

    /// `X weights^T` (n x c by rows) for weights c x d by rows.
    pub fn project(&self, weights: &[f64]) -> Vec<f64> {
        let columns = weights.len() / self.dim;
        let mut out = vec![0.0; self.samples * columns];
        match &self.values {
            Values::Single(values) => project(values, weights, self.dim, &mut out),
            Values::Double(values) => project(values, weights, self.dim, &mut out),
        }
        out
    }

    /// Both products of a training step in one pass: `weights` is c x d by rows; `visit` turns the projections of a
    /// block into coefficients (c' = `columns` for each row) and adds to `scalars` sums.
    ///
    /// Blocks and parts depend on n, d and the precision alone, and parts are added in their order: the sums are the
    /// same for any number of threads.
    pub fn pass<W: Default>(
        &self,
        weights: &[f64],
        columns: usize,
        scalars: usize,
        visit: impl Fn(BlockView, &mut W) + Sync,
    ) -> PassSums {
        match &self.values {
            Values::Single(values) => {
                self.pass_over(values, Precision::Single, weights, columns, scalars, visit)
            }
            Values::Double(values) => {
                self.pass_over(values, Precision::Double, weights, columns, scalars, visit)
            }
        }
    }

    fn pass_over<T: Scalar, W: Default>(
        &self,
        values: &[T],
        precision: Precision,
        weights: &[f64],
        columns: usize,
        scalars: usize,
        visit: impl Fn(BlockView, &mut W) + Sync,
    ) -> PassSums {
        let (n, d) = (self.samples, self.dim);
        let rows = (BLOCK_BYTES / (d * precision.bytes())).max(FEWEST_ROWS);
        let blocks = n.div_ceil(rows);
        let parts = blocks.min(PARTS);
        let one_part = |part: usize| {
            let mut sums = PassSums {
                outer: vec![0.0; columns * d],
                scalars: vec![0.0; scalars],
            };
            let mut workspace = W::default();
            let mut projections = vec![0.0; rows * weights.len() / d];
            let mut coefficients = vec![0.0; rows * columns];
            for block in part * blocks / parts..(part + 1) * blocks / parts {
                let range = block * rows..n.min((block + 1) * rows);
                let data = &values[range.start * d..range.end * d];
                let projections = &mut projections[..range.len() * weights.len() / d];
                let coefficients = &mut coefficients[..range.len() * columns];
                kernel::project(data, weights, d, projections);
                coefficients.fill(0.0);
                let view = BlockView {
                    range,
                    projections,
                    coefficients,
                    scalars: &mut sums.scalars,
                };
                visit(view, &mut workspace);
                kernel::accumulate(data, coefficients, d, &mut sums.outer);
            }
            sums
        };
        let all: Vec<PassSums> = (0..parts).into_par_iter().map(one_part).collect();
        let mut total = PassSums {
            outer: vec![0.0; columns * d],
            scalars: vec![0.0; scalars],
        };
        for part in all {
            let add = |(sum, term): (&mut f64, &f64)| *sum += term;
            total.outer.iter_mut().zip(&part.outer).for_each(add);
            total.scalars.iter_mut().zip(&part.scalars).for_each(add);
        }
        total
    }
}

fn project<T: Scalar>(values: &[T], weights: &[f64], dim: usize, out: &mut [f64]) {
    let columns = weights.len() / dim;
    out.par_chunks_mut(PROJECTED_ROWS * columns)
        .zip(values.par_chunks(PROJECTED_ROWS * dim))
        .for_each(|(out, block)| kernel::project(block, weights, dim, out));
}

fn draw<T: Scalar + Default>(samples: usize, dim: usize, stream: RunStream) -> Vec<T> {
    let mut values = vec![T::default(); samples * dim];
    values
        .par_chunks_mut(dim)
        .enumerate()
        .for_each(|(sample, row)| {
            let mut random = stream.input(sample);
            for value in row {
                *value = T::rounded(StandardNormal.sample(&mut random));
            }
        });
    values
}
