//! Both ends of the spectrum by block Lanczos with full reorthogonalisation.
//!
//! The block is as wide as the network has neurons (up to four): equal neurons can make eigenvalues exactly
//! degenerate, of which an iteration with single vectors would see one copy.

use faer::linalg::matmul::matmul;
use faer::{Accum, ColMut, Mat, Par};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::Extremes;
use super::dense::decompose;
use super::operator::HessianOperator;
use crate::simulation::streams::RunStream;

/// Widest block: beyond, a product costs arithmetic instead of memory traffic.
const WIDEST_BLOCK: usize = 4;
/// Blocks between two looks at the Ritz values.
const CHECK_EVERY: usize = 10;
/// A new direction shorter than this, relative to the spectrum's size, is rounding.
const BREAKDOWN: f64 = 1e-12;

/// When the iteration ends.
#[derive(Clone, Copy, Debug)]
pub(in crate::simulation) struct LanczosLimits {
    /// Residuals relative to the width of the spectrum at which all wanted eigenpairs count as found.
    pub tolerance: f64,
    /// Blocks of the basis at most; what is not found by then is returned with the residual it has.
    pub blocks: usize,
    /// Where start vectors come from.
    pub stream: RunStream,
}

impl LanczosLimits {
    /// Errors of eigenvalues are quadratic in the residual: far below the fluctuations of a random matrix.
    const TOLERANCE: f64 = 1e-5;
    /// The end of a bulk of 10^4 eigenvalues takes about a hundred.
    pub const BLOCKS: usize = 300;

    pub fn new(stream: RunStream) -> Self {
        Self {
            tolerance: Self::TOLERANCE,
            blocks: Self::BLOCKS,
            stream,
        }
    }
}

/// Vectors that are multiplied together.
pub(in crate::simulation) fn block_width(neurons: usize) -> usize {
    neurons.min(WIDEST_BLOCK)
}

/// Bytes of the basis and of the projected matrix.
pub(in crate::simulation) fn basis_bytes(size: f64, neurons: usize) -> f64 {
    let columns = ((LanczosLimits::BLOCKS + 1) * block_width(neurons)) as f64;
    8.0 * columns.min(size) * (size + columns.min(size))
}

/// `count` eigenpairs of each end.
pub(super) fn extremes(
    operator: &HessianOperator,
    count: usize,
    limits: LanczosLimits,
) -> Result<Extremes, String> {
    let mut lanczos = Lanczos::new(operator, limits);
    let mut block = 0;
    loop {
        lanczos.extend()?;
        block += 1;
        let last = block >= limits.blocks || lanczos.is_complete();
        if last || block % CHECK_EVERY == 0 && lanczos.multiplied >= 2 * count {
            let ritz = lanczos.ritz()?;
            if last || lanczos.residual(&ritz, count) <= limits.tolerance * ritz.spread() {
                return Ok(lanczos.extremes(&ritz, count));
            }
        }
    }
}

/// Eigenpairs of the projected matrix, values increasing.
struct Ritz {
    values: Vec<f64>,
    vectors: Mat<f64>,
}

impl Ritz {
    fn spread(&self) -> f64 {
        match (self.values.first(), self.values.last()) {
            (Some(low), Some(high)) => high - low,
            _ => 0.0,
        }
    }
}

struct Lanczos<'a> {
    operator: &'a HessianOperator<'a>,
    random: ChaCha8Rng,
    /// Orthonormal columns (md x `columns`, and room for more).
    basis: Mat<f64>,
    columns: usize,
    /// The leading columns whose product with H is known.
    multiplied: usize,
    /// `basis^T H basis` (columns x multiplied); each column ends with the block after its own.
    projected: Mat<f64>,
}

impl<'a> Lanczos<'a> {
    fn new(operator: &'a HessianOperator, limits: LanczosLimits) -> Self {
        let size = operator.size();
        let width = block_width(operator.neurons());
        let room = ((limits.blocks + 1) * width).min(size);
        let mut lanczos = Self {
            operator,
            random: limits.stream.start_vectors(),
            basis: Mat::zeros(size, room),
            columns: 0,
            multiplied: 0,
            projected: Mat::zeros(room, room),
        };
        (0..width.min(size)).for_each(|_| lanczos.append_random());
        lanczos
    }

    /// Whether the basis spans the whole space, all of it multiplied.
    fn is_complete(&self) -> bool {
        self.multiplied == self.operator.size()
    }

    /// Multiplies the newest block with H and appends what is new in the products.
    fn extend(&mut self) -> Result<(), String> {
        let block = self.multiplied..self.columns;
        let vectors: Vec<f64> = block
            .clone()
            .flat_map(|column| self.basis.col(column).iter().copied())
            .collect();
        let mut products = self.operator.apply(&vectors);
        let size = products.iter().map(|h| h * h).sum::<f64>().sqrt();
        if !size.is_finite() {
            return Err("a product with the Hessian is not finite".into());
        }
        for (column, product) in block.zip(products.chunks_exact_mut(self.operator.size())) {
            let (coefficients, norm) = self.orthogonalise(product);
            for (row, coefficient) in coefficients.into_iter().enumerate() {
                self.projected[(row, column)] = coefficient;
            }
            if norm > BREAKDOWN * size && self.columns < self.projected.nrows() {
                self.projected[(self.columns, column)] = norm;
                self.append(product, norm);
            }
            self.multiplied += 1;
        }
        // an invariant subspace: the iteration goes on with what it has not seen
        if self.columns == self.multiplied && self.columns < self.projected.nrows() {
            self.append_random();
        }
        Ok(())
    }

    /// Makes a vector orthogonal to the basis; returns what it lost and what is left of its length.
    fn orthogonalise(&self, vector: &mut [f64]) -> (Vec<f64>, f64) {
        let basis = self.basis.subcols(0, self.columns);
        let mut total = vec![0.0; self.columns];
        let mut step = vec![0.0; self.columns];
        // twice is enough: the first pass leaves rounding of the size of what it took away
        for _ in 0..2 {
            let coefficients = ColMut::from_slice_mut(&mut step).as_mat_mut();
            let column = ColMut::from_slice_mut(vector).as_mat_mut();
            let seq = Par::Seq;
            matmul(
                coefficients,
                Accum::Replace,
                basis.transpose(),
                column.as_ref(),
                1.0,
                seq,
            );
            let coefficients = ColMut::from_slice_mut(&mut step).as_mat_mut();
            matmul(column, Accum::Add, basis, coefficients.as_ref(), -1.0, seq);
            total.iter_mut().zip(&step).for_each(|(t, s)| *t += s);
        }
        (total, vector.iter().map(|x| x * x).sum::<f64>().sqrt())
    }

    fn append(&mut self, vector: &[f64], norm: f64) {
        let column = self.basis.col_mut(self.columns);
        column
            .iter_mut()
            .zip(vector)
            .for_each(|(b, x)| *b = x / norm);
        self.columns += 1;
    }

    fn append_random(&mut self) {
        let draw = |_| StandardNormal.sample(&mut self.random);
        let mut vector: Vec<f64> = (0..self.operator.size()).map(draw).collect();
        let (_, norm) = self.orthogonalise(&mut vector);
        self.append(&vector, norm);
    }

    fn ritz(&self) -> Result<Ritz, String> {
        let p = self.multiplied;
        let matrix = self.projected.submatrix(0, 0, p, p).to_owned();
        let (values, vectors) = decompose(matrix)?;
        Ok(Ritz { values, vectors })
    }

    /// The largest residual among `count` pairs of each end: what H takes out of the multiplied part of the basis.
    fn residual(&self, ritz: &Ritz, count: usize) -> f64 {
        let p = self.multiplied;
        let ends = (0..count).chain(p - count..p);
        ends.map(|pair| {
            let entry = |row, c| self.projected[(row, c)] * ritz.vectors[(c, pair)];
            let part = |row| (0..p).map(|c| entry(row, c)).sum::<f64>();
            (p..self.columns)
                .map(|row| part(row).powi(2))
                .sum::<f64>()
                .sqrt()
        })
        .fold(0.0, f64::max)
    }

    fn extremes(&self, ritz: &Ritz, count: usize) -> Extremes {
        let p = self.multiplied;
        let basis = self.basis.subcols(0, p);
        let pair = |index: usize| {
            let mut vector = vec![0.0; self.operator.size()];
            let column = ColMut::from_slice_mut(&mut vector).as_mat_mut();
            let combination = ritz.vectors.subcols(index, 1);
            matmul(column, Accum::Replace, basis, combination, 1.0, Par::Seq);
            (ritz.values[index], vector)
        };
        Extremes {
            lowest: (0..count.min(p)).map(pair).collect(),
            highest: (0..count.min(p)).map(|i| pair(p - 1 - i)).collect(),
        }
    }
}
