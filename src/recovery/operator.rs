//! The operator `F(M) = E_y[G(y) M G(y)]` on symmetric matrices.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

use crate::numerics::{coordinates, from_coordinates, packed_index, packed_len};
use crate::teacher::LabelLaw;

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
        let k = latent_dim;
        let index = |i: usize, j: usize| packed_index(k, i, j);
        let p = packed_len(k);
        let mut matrix = DMatrix::zeros(p, p);
        for b in 0..p {
            let unit = DVector::from_fn(p, |a, _| if a == b { 1.0 } else { 0.0 });
            let e = from_coordinates(&unit, k);
            // (G e G)_ij = sum over r, s of G_ir e_rs G_sj
            let image = DMatrix::from_fn(k, k, |i, j| {
                let terms = (0..k).flat_map(|r| (0..k).map(move |s| (r, s)));
                terms
                    .map(|(r, s)| e[(r, s)] * energy[(index(i, r), index(s, j))])
                    .sum()
            });
            matrix.set_column(b, &coordinates(&(0.5 * (&image + image.transpose()))));
        }
        Self { latent_dim, matrix }
    }

    /// The matrix of F in the orthonormal basis of symmetric matrices (p x p).
    pub(super) fn matrix(&self) -> &DMatrix<f64> {
        &self.matrix
    }

    /// The positive semidefinite matrix of unit Frobenius norm that is learned first, when eigenvalues within `shared` of the
    /// largest cannot be told from it.
    pub(super) fn direction_within(&self, shared: f64) -> DMatrix<f64> {
        self.projected_identity(|value, radius| value >= radius - shared)
            .1
    }

    /// `<M, F(M)>` for a symmetric M (k x k).
    pub(super) fn along(&self, direction: &DMatrix<f64>) -> f64 {
        let m = coordinates(direction);
        m.dot(&(&self.matrix * &m))
    }

    /// Spectral radius and its eigenvector as a positive semidefinite matrix of unit Frobenius
    /// norm (k x k).
    pub fn top(&self) -> (f64, DMatrix<f64>) {
        self.projected_identity(|value, radius| value >= radius * (1.0 - SHARED))
    }

    /// Spectral radius, and the identity projected on the eigenvectors whose eigenvalue counts as the largest.
    fn projected_identity(&self, counts: impl Fn(f64, f64) -> bool) -> (f64, DMatrix<f64>) {
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
            if counts(*value, radius) {
                projection += vector * vector.dot(&identity);
            }
        }
        (
            radius,
            from_coordinates(&projection.normalize(), self.latent_dim),
        )
    }
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
