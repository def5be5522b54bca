//! What a Newton step needs of a response, where neurons are exchangeable: traces and sums over classes.
//!
//! The matrices that the symmetry leaves alone are combinations of `E_c`, the diagonal of class c, and of the
//! symmetric part of `u_a u_b^T`, with `u_a` the orientations of class a. For these generators
//! `<A, K>` and `<A, K B K>` follow from K in a time that its size sets.

use nalgebra::DMatrix;

use super::frame::{Entry, Frame};
use super::number::{LANES, Lane, Number};
use crate::curvature::NeuronSymmetry;
use crate::numerics::packed_index;

/// The generators of a symmetry.
pub(super) struct Generators {
    neurons: usize,
    classes: usize,
    class: Vec<usize>,
    /// Orientation; zero for even neurons.
    orientation: Vec<Lane>,
    /// The a <= b of the generators after those of the classes, and where among all that of a and b is (classes x classes).
    pairs: Vec<(usize, usize)>,
    place: Vec<usize>,
}

/// One response seen through the generators.
pub(super) struct Seen<N> {
    /// `<A, K>` (g).
    pub linear: Vec<N>,
    /// `<A, K B K>` for B not before A (g(g+1)/2).
    pub quadratic: Vec<N>,
    /// `K u_a` (classes x m).
    along: Vec<N>,
}

impl Generators {
    pub fn new(symmetry: &NeuronSymmetry) -> Self {
        let (kinds, classes) = (symmetry.kinds(), symmetry.classes());
        let is_odd = |c: &usize| kinds.iter().any(|kind| kind.class == *c && !kind.even);
        let odd: Vec<usize> = (0..classes).filter(is_odd).collect();
        let pairs = odd.iter().flat_map(|a| odd.iter().map(move |b| (*a, *b)));
        let pairs: Vec<(usize, usize)> = pairs.filter(|(a, b)| a <= b).collect();
        let mut place = vec![0; classes * classes];
        for (index, &(a, b)) in pairs.iter().enumerate() {
            place[a * classes + b] = classes + index;
            place[b * classes + a] = classes + index;
        }
        Self {
            neurons: kinds.len(),
            classes,
            class: kinds.iter().map(|kind| kind.class).collect(),
            orientation: kinds
                .iter()
                .map(|kind| [kind.orientation(); LANES])
                .collect(),
            pairs,
            place,
        }
    }

    /// g.
    pub fn count(&self) -> usize {
        self.classes + self.pairs.len()
    }

    /// The generators as matrices (m x m each).
    fn matrices(&self) -> impl Iterator<Item = DMatrix<f64>> + '_ {
        let m = self.neurons;
        let of = |i: usize, c: usize| {
            if self.class[i] == c {
                self.orientation[i][0]
            } else {
                0.0
            }
        };
        let diagonals = (0..self.classes).map(move |c| {
            DMatrix::from_fn(m, m, |i, j| {
                f64::from(u8::from(i == j && self.class[i] == c))
            })
        });
        let products = self.pairs.iter().map(move |&(a, b)| {
            DMatrix::from_fn(m, m, |i, j| {
                0.5 * (of(i, a) * of(j, b) + of(i, b) * of(j, a))
            })
        });
        diagonals.chain(products)
    }

    /// What turns `<A, K>` into the coordinates of K (c x g); there may be more generators than coordinates.
    pub fn to_coordinates(&self, frame: &Frame<'_>) -> DMatrix<f64> {
        let columns: Vec<_> = self
            .matrices()
            .map(|matrix| frame.coordinates(&matrix))
            .collect();
        let generators = DMatrix::from_columns(&columns);
        // of full rank, with singular values that are square roots of class sizes and products of them
        let normal = &generators * generators.transpose();
        match normal.cholesky() {
            Some(factor) => factor.solve(&generators),
            // never: they span all coordinates. Newton's method would refuse the step
            None => DMatrix::repeat(generators.nrows(), generators.ncols(), f64::NAN),
        }
    }

    pub fn seen<N: Number>(&self) -> Seen<N> {
        let g = self.count();
        Seen {
            linear: vec![N::ZERO; g],
            quadratic: vec![N::ZERO; g * (g + 1) / 2],
            along: vec![N::ZERO; self.classes * self.neurons],
        }
    }

    /// Looks at a packed response.
    #[inline(always)]
    pub fn look<N: Number>(&self, k: &[N], seen: &mut Seen<N>) {
        let (m, classes) = (self.neurons, self.classes);
        let g = self.count();
        let Seen {
            linear,
            quadratic,
            along,
        } = seen;
        linear.fill(N::ZERO);
        quadratic.fill(N::ZERO);
        along.fill(N::ZERO);
        let pair = |a: usize, b: usize| packed_index(g, a, b);
        let two = [2.0; LANES];
        for i in 0..m {
            let c = self.class[i];
            let row = &k[packed_index(m, i, i)..];
            linear[c] += row[0];
            along[c * m + i] += row[0].scaled(&self.orientation[i]);
            quadratic[pair(c, c)] += row[0] * row[0];
            for j in i + 1..m {
                let (d, entry) = (self.class[j], row[j - i]);
                along[d * m + i] += entry.scaled(&self.orientation[j]);
                along[c * m + j] += entry.scaled(&self.orientation[i]);
                let square = entry * entry;
                // each of two entries; of two classes each product stands once
                quadratic[pair(c, d)] += if c == d { square.scaled(&two) } else { square };
            }
        }
        for (index, &(a, b)) in self.pairs.iter().enumerate() {
            let at = classes + index;
            for i in 0..m {
                let (left, right) = (along[a * m + i], along[b * m + i]);
                quadratic[pair(self.class[i], at)] += left * right;
                if self.class[i] == b {
                    linear[at] += left.scaled(&self.orientation[i]);
                }
            }
        }
        let of = |a: usize, b: usize| self.place[a * classes + b];
        let half = [0.5; LANES];
        for (index, &(a, b)) in self.pairs.iter().enumerate() {
            for (other, &(c, d)) in self.pairs.iter().enumerate().skip(index) {
                let product =
                    linear[of(a, c)] * linear[of(b, d)] + linear[of(a, d)] * linear[of(b, c)];
                quadratic[pair(classes + index, classes + other)] += product.scaled(&half);
            }
        }
    }
}

/// `c x g` times `g x g` times `g x c`, of an upper triangle that is packed.
pub(super) fn in_coordinates<N: Entry>(to: &DMatrix<f64>, packed: &[N]) -> DMatrix<N> {
    let g = to.ncols();
    let to = to.map(N::from_real);
    let full = DMatrix::from_fn(g, g, |a, b| packed[packed_index(g, a, b)]);
    &to * full * to.transpose()
}
