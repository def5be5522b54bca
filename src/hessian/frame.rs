//! Coordinates of the symmetric matrices that a law's symmetry leaves alone, and square roots that keep to them.
//!
//! `E[K]` is such a matrix, and so are T, the Newton step and, because the map `X -> E[K X K]` keeps positive matrices
//! positive and commutes with the group, the eigenvector that goes with its spectral radius: nothing else is ever needed.

use nalgebra::{ComplexField, DMatrix, DVector};

use crate::curvature::NeuronSymmetry;
use crate::numerics::{Scalar, packed_index};

/// Numbers that matrices here are made of.
pub(super) trait Entry: ComplexField<RealField = f64> + Scalar {}
impl<N: ComplexField<RealField = f64> + Scalar> Entry for N {}

/// The matrices (m x m) that a symmetry leaves alone, in c orthonormal coordinates (c = p without symmetry).
#[derive(Clone, Copy)]
pub(super) struct Frame<'a>(pub &'a NeuronSymmetry);

impl Frame<'_> {
    fn neurons(&self) -> usize {
        self.0.kinds().len()
    }

    /// c.
    pub fn dimension(&self) -> usize {
        self.0.pairs().count()
    }

    /// Coordinates of the average over the group (c).
    pub fn coordinates<N: Entry>(&self, matrix: &DMatrix<N>) -> DVector<N> {
        let pairs = upper_pairs(self.neurons());
        let full: Vec<N> = pairs
            .into_iter()
            .map(|(i, j)| matrix[(i, j)] * coordinate_weight(i, j))
            .collect();
        self.fold(&full)
    }

    /// The matrix with these coordinates (m x m).
    pub fn matrix<N: Entry>(&self, coordinates: &[N]) -> DMatrix<N> {
        let m = self.neurons();
        let full = self.0.pairs().unfold(coordinates);
        DMatrix::from_fn(m, m, |i, j| {
            full[packed_index(m, i, j)] * (1.0 / coordinate_weight(i, j))
        })
    }

    /// Coordinates of the average of a packed matrix over the group (c).
    pub fn coordinates_of_packed<N: Entry>(&self, packed: &[N]) -> DVector<N> {
        let pairs = upper_pairs(self.neurons()).into_iter().zip(packed);
        let full: Vec<N> = pairs
            .map(|((i, j), entry)| *entry * coordinate_weight(i, j))
            .collect();
        self.fold(&full)
    }

    /// The map `X -> E[K X K]` (c x c). `second` is `E[k k^T]` of the packed response (p x p), which holds every product
    /// `K_ab K_cd`; nobody else averages it over the group.
    pub fn quadratic_map<N: Entry>(&self, second: &DMatrix<N>) -> DMatrix<N> {
        let m = self.neurons();
        let at = |a, b| packed_index(m, a, b);
        self.restricted(|(i, j), (k, l)| {
            second[(at(i, k), at(j, l))] + second[(at(i, l), at(j, k))]
        })
    }

    /// The map `Z -> G Z G^T` (c x c), for a G that keeps to the symmetry.
    pub fn congruence_map<N: Entry>(&self, factor: &DMatrix<N>) -> DMatrix<N> {
        self.restricted(|(i, j), (k, l)| {
            factor[(i, k)] * factor[(j, l)] + factor[(i, l)] * factor[(j, k)]
        })
    }

    /// Half of a map's entries between pairs of neurons, in coordinates.
    fn restricted<N: Entry>(
        &self,
        entry: impl Fn((usize, usize), (usize, usize)) -> N,
    ) -> DMatrix<N> {
        let (pairs, orbits) = (upper_pairs(self.neurons()), self.0.pairs());
        let row = |&(i, j): &(usize, usize)| {
            let entries: Vec<N> = pairs
                .iter()
                .map(|&(k, l)| {
                    let weight = 0.5 * coordinate_weight(i, j) * coordinate_weight(k, l);
                    entry((i, j), (k, l)) * weight
                })
                .collect();
            orbits.fold(&entries)
        };
        let rows: Vec<Vec<N>> = pairs.iter().map(row).collect();
        let columns = (0..self.dimension()).map(|column| {
            let entries: Vec<N> = rows.iter().map(|row| row[column]).collect();
            self.fold(&entries)
        });
        DMatrix::from_columns(&columns.collect::<Vec<_>>())
    }

    fn fold<N: Entry>(&self, full: &[N]) -> DVector<N> {
        DVector::from_vec(self.0.pairs().fold(full))
    }

    /// F with `F F^T = T` and its inverse, both of which commute with the group; `None` where T is not positive definite.
    ///
    /// Within a class T is a multiple of the identity but for the sum over its neurons. On these sums F is Cholesky's factor,
    /// accurate in each entry whatever the scales of the classes.
    pub fn roots(&self, inverse: &DMatrix<f64>) -> Option<Roots> {
        let (m, kinds) = (self.neurons(), self.0.kinds());
        let mut sums = DMatrix::zeros(m, self.0.classes());
        for (i, kind) in kinds.iter().enumerate() {
            sums[(i, kind.class)] = kind.sign;
        }
        for mut column in sums.column_iter_mut() {
            column /= column.norm();
        }
        let collective = (sums.tr_mul(&(inverse * &sums))).cholesky()?.unpack();
        let identity = DMatrix::identity(collective.nrows(), collective.nrows());
        let collective_inverse = collective.solve_lower_triangular(&identity)?;
        let mut factor = &sums * &collective * sums.transpose();
        let mut inverted = &sums * &collective_inverse * sums.transpose();
        for class in 0..self.0.classes() {
            let members: Vec<usize> = (0..m).filter(|i| kinds[*i].class == class).collect();
            let [first, second, ..] = members[..] else {
                continue;
            };
            let sign = kinds[first].sign * kinds[second].sign;
            let own = inverse[(first, first)] - sign * inverse[(first, second)];
            let root = own.sqrt();
            if root.is_nan() || root == 0.0 {
                return None;
            }
            for &i in &members {
                for &j in &members {
                    let rest = f64::from(u8::from(i == j)) - sums[(i, class)] * sums[(j, class)];
                    factor[(i, j)] += root * rest;
                    inverted[(i, j)] += rest / root;
                }
            }
        }
        Some(Roots {
            factor,
            inverse: inverted,
        })
    }
}

/// F with `F F^T = T`, and its inverse: `S = F^{-T} F^{-1}`.
pub(super) struct Roots {
    pub factor: DMatrix<f64>,
    pub inverse: DMatrix<f64>,
}

/// Norm of `E_ij + E_ji`, halved on the diagonal: what turns an entry into an orthonormal coordinate.
fn coordinate_weight(i: usize, j: usize) -> f64 {
    if i == j {
        1.0
    } else {
        std::f64::consts::SQRT_2
    }
}

/// The index pairs of a packed upper triangle, in order.
fn upper_pairs(dimension: usize) -> Vec<(usize, usize)> {
    (0..dimension)
        .flat_map(|i| (i..dimension).map(move |j| (i, j)))
        .collect()
}
