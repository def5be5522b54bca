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
        Self::from_energy(law.latent_dim(), &second_moment_energy(law))
    }

    /// Builds F from `E_y[g g^T]`, g the packed upper triangle of `G(y)` (k(k+1)/2): F is linear in it.
    pub(super) fn from_energy(latent_dim: usize, energy: &DMatrix<f64>) -> Self {
        let p = packed_len(latent_dim);
        let unit: Vec<DMatrix<f64>> = (0..p)
            .map(|a| unpack(&unit_vector(p, a), latent_dim))
            .collect();
        let mut matrix = DMatrix::zeros(p, p);
        for column in 0..p {
            let e = from_coordinates(&unit_vector(p, column).into(), latent_dim);
            let mut image = DMatrix::zeros(latent_dim, latent_dim);
            for (a, left) in unit.iter().enumerate() {
                for (b, right) in unit.iter().enumerate() {
                    image += left * &e * right * energy[(a, b)];
                }
            }
            matrix.set_column(column, &coordinates(&image));
        }
        Self { latent_dim, matrix }
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

fn unit_vector(length: usize, at: usize) -> Vec<f64> {
    (0..length)
        .map(|i| if i == at { 1.0 } else { 0.0 })
        .collect()
}

/// `E_y[g g^T]`, g the packed upper triangle of `G(y)` (k(k+1)/2 square).
pub(super) fn second_moment_energy(law: &LabelLaw) -> DMatrix<f64> {
    let p = packed_len(law.latent_dim());
    let mut energy = DMatrix::zeros(p, p);
    for node in law.nodes() {
        for a in 0..p {
            for b in 0..p {
                energy[(a, b)] += node.weight * node.second[a] * node.second[b];
            }
        }
    }
    energy
}
