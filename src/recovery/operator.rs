//! The operator `F(M) = E_y[G(y) M G(y)]` on symmetric matrices.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

use crate::numerics::{coordinates, from_coordinates, packed_len, unpack};
use crate::target::LabelLaw;

/// Relative distance within which eigenvalues count as one.
const SHARED: f64 = 1e-6;

/// `F(M) = E_y[G(y) M G(y)]`, `G(y) = E[z z^T - I | y]`, on symmetric k x k matrices.
///
/// F is self-adjoint for the Frobenius product and maps positive semidefinite matrices to
/// positive semidefinite ones, so its spectral radius is its largest eigenvalue, with a positive
/// semidefinite eigenvector; `1/delta_alg` is that radius (docs/theory.md section 3; Troiani et al.
/// arXiv:2405.15480).
#[derive(Clone, Debug)]
pub struct InformationOperator {
    latent_dim: usize,
    /// Matrix of F in the orthonormal basis `E_ii`, `(E_ij + E_ji)/sqrt(2)`.
    matrix: DMatrix<f64>,
}

impl InformationOperator {
    /// Builds F from a label law.
    pub fn new(law: &LabelLaw) -> Self {
        let k = law.latent_dim();
        let p = packed_len(k);
        let basis: Vec<DMatrix<f64>> = (0..p)
            .map(|a| {
                from_coordinates(
                    &DVector::from_fn(p, |b, _| if a == b { 1.0 } else { 0.0 }),
                    k,
                )
            })
            .collect();
        let mut matrix = DMatrix::zeros(p, p);
        for node in law.nodes() {
            let g = unpack(&node.second, k);
            for (b, e) in basis.iter().enumerate() {
                let image = coordinates(&(&g * e * &g));
                let mut column = matrix.column_mut(b);
                column += image * node.weight;
            }
        }
        Self {
            latent_dim: k,
            matrix,
        }
    }

    /// Spectral radius and its eigenvector as a positive semidefinite matrix of unit Frobenius
    /// norm (k x k).
    pub fn top(&self) -> (f64, DMatrix<f64>) {
        let eigen = SymmetricEigen::new(self.matrix.clone());
        let radius = eigen.eigenvalues.max();
        // the limit of F^n(I): where the largest eigenvalue is shared, single eigenvectors need not be
        // positive, but the projection of the identity on all of them is
        let identity = coordinates(&DMatrix::identity(self.latent_dim, self.latent_dim));
        let mut projection = DVector::zeros(identity.len());
        for (value, vector) in eigen
            .eigenvalues
            .iter()
            .zip(eigen.eigenvectors.column_iter())
        {
            if *value >= radius * (1.0 - SHARED) {
                projection += vector * vector.dot(&identity);
            }
        }
        (
            radius,
            from_coordinates(&projection.normalize(), self.latent_dim),
        )
    }
}
