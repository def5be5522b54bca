//! The Hessian as a matrix.

use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, Par, Spec};
use rayon::prelude::*;

use super::Extremes;
use super::operator::HessianOperator;
use crate::numerics::packed_index;

/// Rows and columns of a tile; each is the work of one thread from beginning to end, so the sums are the same for any
/// number of threads.
const TILE: usize = 256;
/// Samples that enter a tile together: both factors stay in the second-level cache.
const PANEL: usize = 512;

/// Bytes that diagonalising an md x md matrix takes: matrix, eigenvectors and the solver's copies.
pub(in crate::simulation) fn dense_bytes(size: f64) -> f64 {
    5.0 * 8.0 * size.powi(2)
}

/// All eigenvalues, increasing, and `count` eigenpairs of each end.
pub(super) fn diagonalise(
    operator: &HessianOperator,
    count: usize,
) -> Result<(Vec<f64>, Extremes), String> {
    let matrix = form(operator);
    let finite = (0..matrix.ncols()).all(|j| matrix.col(j).iter().all(|x| x.is_finite()));
    if !finite {
        return Err("an entry of the matrix is not finite".into());
    }
    let (values, vectors) = decompose(matrix)?;
    let vector = |index: usize| -> Vec<f64> { vectors.col(index).iter().copied().collect() };
    let pair = |index: usize| (values[index], vector(index));
    let size = values.len();
    let extremes = Extremes {
        lowest: (0..count).map(pair).collect(),
        highest: (0..count).map(|i| pair(size - 1 - i)).collect(),
    };
    Ok((values, extremes))
}

/// Eigenvalues, increasing, and eigenvectors of a symmetric matrix, of which the lower triangle is read.
///
/// One thread: the solver's last bits depend on how many it is given.
pub(super) fn decompose(matrix: Mat<f64>) -> Result<(Vec<f64>, Mat<f64>), String> {
    let size = matrix.nrows();
    let mut values = Diag::zeros(size);
    let mut vectors = Mat::zeros(size, size);
    let (yes, params) = (ComputeEigenvectors::Yes, Spec::default());
    let scratch = self_adjoint_evd_scratch::<f64>(size, yes, Par::Seq, params);
    let mut memory = MemBuffer::try_new(scratch).map_err(|_| "no memory for the solver")?;
    self_adjoint_evd(
        matrix.as_ref(),
        values.as_mut(),
        Some(vectors.as_mut()),
        Par::Seq,
        MemStack::new(&mut memory),
        params,
    )
    .map_err(|error| format!("the solver failed ({error:?})"))?;
    let values = values.column_vector().iter().copied().collect();
    Ok((values, vectors))
}

/// The lower triangle of H (md x md).
pub(super) fn form(operator: &HessianOperator) -> Mat<f64> {
    let (m, d) = (operator.neurons(), operator.dim());
    let tiles_of_block = d.div_ceil(TILE);
    let mut jobs = Vec::new();
    for j in 0..m {
        for l in 0..=j {
            for row in 0..tiles_of_block {
                // X^T D_jl X is symmetric by itself, so its lower tiles give the upper ones
                jobs.extend((0..=row).map(|column| (j, l, row, column)));
            }
        }
    }
    let tiles: Vec<Mat<f64>> = jobs
        .par_iter()
        .map(|&(j, l, row, column)| tile(operator, packed_index(m, l, j), row, column))
        .collect();
    let mut matrix = Mat::zeros(m * d, m * d);
    for (&(j, l, row, column), tile) in jobs.iter().zip(&tiles) {
        for b in 0..tile.ncols() {
            for a in 0..tile.nrows() {
                let (x, y) = (row * TILE + a, column * TILE + b);
                matrix[(j * d + x, l * d + y)] = tile[(a, b)];
                matrix[(j * d + y, l * d + x)] = tile[(a, b)];
            }
        }
    }
    for row in 0..m * d {
        matrix[(row, row)] += operator.shift()[row / d];
    }
    matrix
}

/// One tile of `(1/n) X^T diag(D_jl) X`, `entry` being the place of (j, l) in a packed D.
fn tile(operator: &HessianOperator, entry: usize, row: usize, column: usize) -> Mat<f64> {
    let (inputs, d) = (operator.inputs(), operator.dim());
    let n = inputs.samples();
    let width = |tile: usize| TILE.min(d - tile * TILE);
    let mut sum = Mat::zeros(width(row), width(column));
    // both factors hold a sample's part of the input in a column
    let mut left = Mat::zeros(width(row), PANEL);
    let mut right = Mat::zeros(width(column), PANEL);
    for start in (0..n).step_by(PANEL) {
        let count = PANEL.min(n - start);
        for i in 0..count {
            let weight = operator.curvature(start + i)[entry] / n as f64;
            inputs.copy_row(start + i, row * TILE, left.col_as_slice_mut(i));
            left.col_as_slice_mut(i)
                .iter_mut()
                .for_each(|x| *x *= weight);
            inputs.copy_row(start + i, column * TILE, right.col_as_slice_mut(i));
        }
        matmul(
            sum.as_mut(),
            Accum::Add,
            left.as_ref().subcols(0, count),
            right.as_ref().subcols(0, count).transpose(),
            1.0,
            Par::Seq,
        );
    }
    sum
}
