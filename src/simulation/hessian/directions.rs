//! Directions of R^d that are not like all others, and how far an eigenvector leans to them.

use nalgebra::{DMatrix, DVector};

/// Hard latents, and the span of all that labels and training single out.
pub(in crate::simulation) struct Directions {
    dim: usize,
    /// Orthonormal rows in the coordinates of the latents (r x k).
    hard: DMatrix<f64>,
    /// Orthonormal columns (d x s).
    special: Vec<DVector<f64>>,
}

/// A direction of which less than this is left beside the others adds nothing to their span.
const DEPENDENT: f64 = 1e-8;

impl Directions {
    /// Latents are the first k coordinates; `rows` (any number x d) are the rows of W and of the gradient.
    pub fn new(dim: usize, hard: &DMatrix<f64>, rows: &[&[f64]]) -> Self {
        let latents = (0..hard.ncols()).map(|l| DVector::from_fn(dim, |i, _| f64::from(i == l)));
        let rows = rows
            .iter()
            .flat_map(|rows| rows.chunks_exact(dim).map(DVector::from_column_slice));
        let mut special: Vec<DVector<f64>> = Vec::new();
        for direction in latents.chain(rows) {
            let size = direction.norm();
            let mut rest = direction;
            // twice is enough for orthogonality to rounding
            for _ in 0..2 {
                for known in &special {
                    let part = known.dot(&rest);
                    rest.axpy(-part, known, 1.0);
                }
            }
            let left = rest.norm();
            if left > DEPENDENT * size {
                special.push(rest / left);
            }
        }
        Self {
            dim,
            hard: hard.clone(),
            special,
        }
    }

    /// `|P v|^2` for the projection P on R^m (x) Theta_hard (v has md entries, neuron by neuron).
    pub fn hard_part(&self, vector: &[f64]) -> f64 {
        let neurons = vector.chunks_exact(self.dim);
        let along = |part: &[f64]| -> f64 {
            let rows = self.hard.row_iter();
            rows.map(|row| squared_product(row.iter(), part)).sum()
        };
        neurons.map(along).sum()
    }

    /// The same for the projection on R^m (x) the whole span.
    pub fn special_part(&self, vector: &[f64]) -> f64 {
        let neurons = vector.chunks_exact(self.dim);
        let along = |part: &[f64]| -> f64 {
            let columns = self.special.iter();
            columns
                .map(|known| squared_product(known.iter(), part))
                .sum()
        };
        neurons.map(along).sum()
    }
}

fn squared_product<'a>(direction: impl Iterator<Item = &'a f64>, part: &[f64]) -> f64 {
    let products = direction.zip(part).map(|(h, v)| h * v);
    products.sum::<f64>().powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_those_of_orthogonal_projections() {
        let hard = DMatrix::from_row_slice(1, 2, &[0.6, 0.8]);
        // the second row lies in the span of latents and first row
        let rows = [1.0, 0.0, 3.0, 4.0, 0.0, 5.0, 3.0, 4.0];
        let directions = Directions::new(4, &hard, &[&rows]);
        assert_eq!(directions.special.len(), 3);
        let vector = [0.6, 0.8, 0.0, 0.0, 0.0, 0.0, 4.0, -3.0];
        assert!((directions.hard_part(&vector) - 1.0).abs() < 1e-15);
        // the second neuron is orthogonal to (3, 4): only the first has a part
        assert!((directions.special_part(&vector) - 1.0).abs() < 1e-15);
        let along = [0.0, 0.0, 3.0, 4.0, 0.0, 0.0, 0.0, 1.0];
        assert!((directions.special_part(&along) - (25.0 + 0.64)).abs() < 1e-13);
    }
}
