//! Products with the Hessian, without the matrix.

use rayon::prelude::*;

use crate::network::{Derivatives, Model, ModelWorkspace};
use crate::numerics::{packed_index, packed_len};
use crate::simulation::data::Data;
use crate::simulation::inputs::{BlockView, Inputs};

/// The Hessian at fixed weights, as a map.
pub(in crate::simulation) struct HessianOperator<'a> {
    inputs: &'a Inputs,
    neurons: usize,
    /// D_i, packed (n x m(m+1)/2 by rows).
    curvatures: Vec<f64>,
    /// Added to the diagonal block of each neuron (m).
    shift: Vec<f64>,
}

/// Samples whose curvatures are computed together.
const BLOCK: usize = 256;

impl<'a> HessianOperator<'a> {
    /// The Hessian at the weights W (m x d by rows).
    pub fn new(data: &'a Data, model: &Model, weights: &[f64], shift: Vec<f64>) -> Self {
        let (m, inputs) = (model.neurons(), &data.inputs);
        let n = inputs.samples();
        let mut curvatures = vec![0.0; n * packed_len(m)];
        let u = inputs.project(weights);
        curvatures
            .par_chunks_mut(BLOCK * packed_len(m))
            .zip(u.par_chunks(BLOCK * m))
            .zip(data.labels.par_chunks(BLOCK))
            .for_each_init(ModelWorkspace::new, |work, ((out, u), labels)| {
                model.derivatives_into(u, labels, Derivatives::curvatures(out), work);
            });
        Self {
            inputs,
            neurons: m,
            curvatures,
            shift,
        }
    }

    /// md.
    pub fn size(&self) -> usize {
        self.neurons * self.inputs.dim()
    }

    /// d.
    pub fn dim(&self) -> usize {
        self.inputs.dim()
    }

    /// m.
    pub fn neurons(&self) -> usize {
        self.neurons
    }

    pub(super) fn inputs(&self) -> &Inputs {
        self.inputs
    }

    /// D_i, packed.
    pub(super) fn curvature(&self, sample: usize) -> &[f64] {
        let p = packed_len(self.neurons);
        &self.curvatures[sample * p..(sample + 1) * p]
    }

    pub(super) fn shift(&self) -> &[f64] {
        &self.shift
    }

    /// `H v` for each of the vectors that stand one behind the other (md entries each).
    pub fn apply(&self, vectors: &[f64]) -> Vec<f64> {
        let (m, d) = (self.neurons, self.dim());
        let columns = vectors.len() / d;
        let visit = |view: BlockView, _: &mut ()| {
            let rows = view.projections.chunks_exact(columns);
            let rows = rows.zip(view.coefficients.chunks_exact_mut(columns));
            for (sample, (projections, out)) in view.range.zip(rows) {
                let curvature = self.curvature(sample);
                for (p, out) in projections.chunks_exact(m).zip(out.chunks_exact_mut(m)) {
                    for (j, out) in out.iter_mut().enumerate() {
                        let entry = |l| curvature[packed_index(m, j, l)];
                        *out = (0..m).map(|l| entry(l) * p[l]).sum();
                    }
                }
            }
        };
        let mut product = self.inputs.pass(vectors, columns, 0, visit).outer;
        let samples = self.inputs.samples() as f64;
        let rows = product.chunks_exact_mut(d).zip(vectors.chunks_exact(d));
        for (row, (product, vector)) in rows.enumerate() {
            let shift = self.shift[row % m];
            let entries = product.iter_mut().zip(vector);
            entries.for_each(|(h, v)| *h = *h / samples + shift * v);
        }
        product
    }
}
