//! The response of networks with few classes of equal neurons: a time that grows as the square of their number.
//!
//! With `D = s v v^T + diag(e)` and `T = diag(t) + U B U^T`, a column of U for each class (with the orientation `o` of its
//! neurons as entries),
//! `T + D/delta = L + V C V^T`, `L = diag(t + e/delta)`, `V = (U, v)`, `C = diag(B, s/delta)`.
//! Eliminating one neuron after the other changes C alone: pivots are those of any other elimination, and what is left of C
//! in the end is the G of `(T + D/delta)^{-1} = L^{-1} - L^{-1} V G V^T L^{-1}`. So K is diagonal but for
//! a form `p_i^T H p_j` in three numbers of each neuron, `p = (o, o t/L, v t/L)`, with an H for each pair of classes.

#![expect(
    clippy::needless_range_loop,
    reason = "the indices are those of the formulas"
)]

use nalgebra::DMatrix;

use super::kernel::{Factored, MOST, Response};
use super::number::{LANES, Lane, Number, lanes};
use super::pass::Block;
use super::signed::SignedLaw;
use crate::curvature::RankOne;
use crate::network::MAX_NEURONS;
use crate::numerics::packed_index;

/// Below this part of t an entry of L makes the two terms of the inverse cancel: such samples are eliminated in full. Above
/// it the loss is a factor 1e6 of the rounding, in few samples.
const POLE: f64 = 1e-3;

/// Most classes of which use is made, and one.
pub(super) const MOST_RANK: usize = MAX_NEURONS / 2;

type Square<N, const R: usize> = [[N; R]; R];
type Neurons<T> = [T; MAX_NEURONS];

/// See the module; room for R - 1 classes.
pub(super) struct Exchangeable<'a, N, const R: usize> {
    rank_one: &'a RankOne,
    neurons: usize,
    classes: usize,
    class: Neurons<usize>,
    /// Orientation; zero for even neurons, whose rows of T are diagonal.
    orientation: Neurons<Lane>,
    /// t of each class.
    own: [N; R],
    /// B.
    between: Square<N, R>,
    rate: f64,
    delta: Lane,
    full: Factored<N, MOST>,
}

/// The curvatures of a few samples: `D = s v v^T + diag(e)`.
struct Parts {
    sign: Lane,
    v: Neurons<Lane>,
    e: Neurons<Lane>,
}

impl<'a, N: Number, const R: usize> Exchangeable<'a, N, R> {
    /// `inverse` is T (m x m), which the symmetry leaves alone.
    pub fn new(
        signed: &'a SignedLaw<'a>,
        rank_one: &'a RankOne,
        inverse: &DMatrix<N::Scalar>,
    ) -> Self {
        let (symmetry, delta) = (signed.law.symmetry(), signed.delta);
        let (kinds, classes) = (symmetry.kinds(), symmetry.classes());
        let mut class = [0; MAX_NEURONS];
        let mut orientation = [[0.0; LANES]; MAX_NEURONS];
        for (i, kind) in kinds.iter().enumerate() {
            class[i] = kind.class;
            orientation[i] = [kind.orientation(); LANES];
        }
        let mut own = [N::ZERO; R];
        let mut between = [[N::ZERO; R]; R];
        for a in 0..classes {
            let of = |c: usize| (0..kinds.len()).filter(move |i| kinds[*i].class == c);
            for b in 0..classes {
                let pair = of(a).find_map(|i| of(b).find(|j| *j != i).map(|j| (i, j)));
                if let Some((i, j)) = pair {
                    let entry = N::splat(inverse[(i, j)]);
                    let sign = lanes(|l| orientation[i][l] * orientation[j][l]);
                    between[a][b] = entry.scaled(&sign);
                }
            }
            let first = of(a).next().unwrap_or_default();
            own[a] = N::splat(inverse[(first, first)]) - between[a][a];
        }
        Self {
            rank_one,
            neurons: kinds.len(),
            classes,
            class,
            orientation,
            own,
            between,
            rate: 1.0 / delta,
            delta: [delta; LANES],
            full: Factored::new(inverse, delta),
        }
    }

    #[inline(always)]
    fn parts(&self, block: &Block<'_>, first: usize) -> Parts {
        let mut parts = Parts {
            sign: [0.0; LANES],
            v: [[0.0; LANES]; MAX_NEURONS],
            e: [[0.0; LANES]; MAX_NEURONS],
        };
        let m = self.neurons;
        for l in 0..LANES.min(block.range.end - first) {
            if let Some([sign, rest @ ..]) = self.rank_one.parts(first + l) {
                parts.sign[l] = block.sign * sign;
                for i in 0..m {
                    parts.v[i][l] = rest[i];
                    parts.e[i][l] = block.sign * rest[m + i];
                }
            }
        }
        parts
    }

    /// G; and whether all pivots are positive.
    #[inline(always)]
    fn eliminate(&self, parts: &Parts, diagonal: &Neurons<N>) -> (Square<N, R>, bool) {
        let last = self.classes;
        let mut left = self.between;
        left[last][last] = N::real(lanes(|l| parts.sign[l] * self.rate));
        let mut positive = true;
        let mut column = [N::ZERO; R];
        for i in 0..self.neurons {
            let (c, o, v) = (self.class[i], &self.orientation[i], &parts.v[i]);
            for (entry, row) in column[..=last].iter_mut().zip(&left) {
                *entry = row[c].scaled(o) + row[last].scaled(v);
            }
            let pivot = diagonal[i] + column[c].scaled(o) + column[last].scaled(v);
            positive &= pivot.is_positive();
            let inverse = pivot.reciprocal();
            for a in 0..=last {
                let factor = column[a] * inverse;
                for b in 0..=last {
                    left[a][b] -= factor * column[b];
                }
            }
        }
        (left, positive)
    }

    /// `W = (J - G Y) B` (classes + 1 x classes) and `B - B (U^T (T + D/delta)^{-1} U) B`, with `Y = V^T L^{-1} U`.
    #[inline(always)]
    fn collective(
        &self,
        g: &Square<N, R>,
        parts: &Parts,
        inverse: &Neurons<N>,
    ) -> (Square<N, R>, Square<N, R>) {
        let last = self.classes;
        // Y is diagonal but for its last row
        let (mut own, mut mixed) = ([N::ZERO; R], [N::ZERO; R]);
        for (i, inverse) in inverse.iter().enumerate().take(self.neurons) {
            let (c, o) = (self.class[i], &self.orientation[i]);
            let turned = inverse.scaled(o);
            own[c] += turned.scaled(o);
            mixed[c] += turned.scaled(&parts.v[i]);
        }
        let one = N::real([1.0; LANES]);
        let mut product = [[N::ZERO; R]; R];
        for b in 0..=last {
            for a in 0..last {
                product[b][a] = g[b][a] * own[a] + g[b][last] * mixed[a];
            }
        }
        let (mut w, mut inner) = ([[N::ZERO; R]; R], [[N::ZERO; R]; R]);
        for b in 0..=last {
            for a in 0..last {
                for c in 0..last {
                    let unit = if b == c { one } else { N::ZERO };
                    w[b][a] += (unit - product[b][c]) * self.between[c][a];
                }
            }
        }
        // U^T (T + D/delta)^{-1} U B
        for b in 0..last {
            for a in 0..last {
                inner[b][a] = own[b] * w[b][a];
                for c in 0..last {
                    inner[b][a] -= mixed[b] * product[last][c] * self.between[c][a];
                }
            }
        }
        let mut rest = self.between;
        for a in 0..last {
            for b in 0..last {
                for c in 0..last {
                    rest[a][b] -= self.between[a][c] * inner[c][b];
                }
            }
        }
        (w, rest)
    }
}

impl<N: Number, const R: usize> Response<N> for Exchangeable<'_, N, R> {
    #[inline(always)]
    fn respond(&mut self, block: &Block<'_>, first: usize, k: &mut [N]) -> bool {
        let (m, last) = (self.neurons, self.classes);
        let parts = self.parts(block, first);
        let mut diagonal = [N::ZERO; MAX_NEURONS];
        for i in 0..m {
            let own = self.own[self.class[i]];
            diagonal[i] = own + N::real(lanes(|l| parts.e[i][l] * self.rate));
            let (size, scale) = (diagonal[i].size(), own.size());
            if (0..LANES).any(|l| size[l] < POLE * scale[l]) {
                return self.full.respond(block, first, k);
            }
        }
        let (g, positive) = self.eliminate(&parts, &diagonal);
        let mut inverse = [N::ZERO; MAX_NEURONS];
        for i in 0..m {
            inverse[i] = diagonal[i].reciprocal();
        }
        let (w, rest) = self.collective(&g, &parts, &inverse);
        // the second and the third number of each neuron; the first is its orientation
        let (mut turned, mut along) = ([N::ZERO; MAX_NEURONS], [N::ZERO; MAX_NEURONS]);
        for i in 0..m {
            inverse[i] = self.own[self.class[i]] * inverse[i];
            turned[i] = inverse[i].scaled(&self.orientation[i]);
            along[i] = inverse[i].scaled(&parts.v[i]);
        }
        for i in 0..m {
            let c = self.class[i];
            let mut forms = [[N::ZERO; 3]; R];
            for (a, form) in forms.iter_mut().enumerate().take(last) {
                let o = &self.orientation[i];
                form[0] = rest[c][a].scaled(o) - turned[i] * w[c][a] - along[i] * w[last][a];
                form[1] = turned[i] * g[c][a] + along[i] * g[last][a] - w[a][c].scaled(o);
                form[2] = turned[i] * g[c][last] + along[i] * g[last][last] - w[last][c].scaled(o);
            }
            let start = packed_index(m, i, i);
            for (j, entry) in (i..m).zip(&mut k[start..start + m - i]) {
                let [first, second, third] = &forms[self.class[j]];
                let sum =
                    first.scaled(&self.orientation[j]) + *second * turned[j] + *third * along[j];
                *entry = sum.scaled(&self.delta);
            }
            k[start] += inverse[i].scaled(&parts.e[i]);
        }
        positive
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curvature::{CurvatureLaw, LawSamples, NeuronSymmetry};
    use crate::hessian::number::{Imaginary, Real};
    use crate::hessian::pass::{Averages, averages};
    use crate::network::NeuronKind;
    use crate::numerics::packed_len;

    /// Numbers in (-1, 1) that repeat from run to run.
    fn scattered(seed: f64) -> impl Iterator<Item = f64> {
        (1..).map(move |i| 2.0 * (f64::from(i) * 0.754_877_666 + seed).fract() - 1.0)
    }

    /// Classes of four, three (one of them reversed) and two even neurons, in mixed order.
    fn symmetry() -> NeuronSymmetry {
        let classes = [0, 1, 0, 2, 1, 0, 1, 2, 0];
        let kinds: Vec<NeuronKind> = classes
            .iter()
            .enumerate()
            .map(|(i, &class)| NeuronKind {
                class,
                sign: if i == 4 { -1.0 } else { 1.0 },
                even: class == 2,
            })
            .collect();
        NeuronSymmetry::new(&kinds)
    }

    /// Random dyads and diagonals of both signs, 37 samples (the last lanes are not full); the diagonal of sample 5 puts an
    /// entry of L on its pole at `T = 2, delta = 3`.
    fn law() -> CurvatureLaw {
        let (m, n) = (9, 37);
        let mut curvature = Vec::new();
        for sample in 0..n {
            let numbers: Vec<f64> = scattered(0.37 * f64::from(sample)).take(2 * m).collect();
            for i in 0..m {
                for j in i..m {
                    let own = if (sample, i) == (5, 2) {
                        -6.0
                    } else {
                        numbers[m + i]
                    };
                    let dyad =
                        1.5 * numbers[i] * numbers[j] * if sample % 3 == 0 { -1.0 } else { 1.0 };
                    curvature.push(dyad + if i == j { own } else { 0.0 });
                }
            }
        }
        CurvatureLaw::new(LawSamples {
            neurons: m,
            hard_dim: 1,
            weights: vec![1.0 / f64::from(n); n as usize],
            latent_second_moment: scattered(0.1).take(n as usize).collect(),
            curvature,
        })
        .unwrap()
        .with_symmetry(symmetry())
        .unwrap()
    }

    /// A matrix that the symmetry leaves alone, close to 2.
    fn invariant(law: &CurvatureLaw, size: f64) -> DMatrix<f64> {
        let m = law.neurons();
        let numbers: Vec<f64> = scattered(0.9).take(m * m).collect();
        let mut matrix = DMatrix::from_fn(m, m, |i, j| 0.2 * numbers[i.min(j) * m + i.max(j)]);
        law.symmetrise(&mut matrix);
        // the pole of sample 5 is exact
        let own = matrix[(2, 2)];
        for i in (0..m).filter(|i| law.symmetry().kinds()[*i].class == 0) {
            matrix[(i, i)] += matrix[(0, 2)] - own;
        }
        matrix + DMatrix::identity(m, m) * size
    }

    fn both<N: Number>(
        law: &CurvatureLaw,
        inverse: &DMatrix<N::Scalar>,
    ) -> [Option<Averages<N::Scalar>>; 2] {
        let resolvent = inverse.clone().try_inverse().unwrap();
        [law.clone(), law.clone().without_rank_one()].map(|law| {
            let signed = SignedLaw::new(&law, 1.0, 3.0).unwrap();
            averages::<N>(&signed, inverse, &resolvent).ok()
        })
    }

    fn assert_close<S: crate::hessian::frame::Entry>(few: &Averages<S>, all: &Averages<S>) {
        let numbers = |averages: &Averages<S>| {
            let mut numbers = averages.mean.clone();
            numbers.extend(averages.quadratic.iter().copied());
            numbers
        };
        for (few, all) in numbers(few).into_iter().zip(numbers(all)) {
            // entries of order ten, some with a loss of a thousand near a pole
            assert!((few - all).modulus() < 1e-11, "{few} for {all}");
        }
        for (few, all) in few.latent.iter().zip(&all.latent) {
            assert!((few - all).abs() < 1e-11, "{few} for {all}");
        }
        assert!((few.tightness - all.tightness).abs() < 1e-10);
    }

    #[test]
    fn the_averages_are_those_of_full_elimination() {
        let law = law();
        assert!(law.rank_one().is_some());
        let mut feasible = 0;
        for step in 0..40 {
            let size = 1.0 + 0.1 * f64::from(step);
            let [few, all] = both::<Real>(&law, &invariant(&law, size));
            assert_eq!(few.is_some(), all.is_some(), "{size}");
            // with a sample on its pole
            assert!(all.is_some() || size != 2.0);
            if let (Some(few), Some(all)) = (few, all) {
                assert_close(&few, &all);
                feasible += 1;
            }
        }
        assert!((10..35).contains(&feasible), "{feasible}");
        for width in [1e-3, 0.1, 3.0] {
            let imaginary = DMatrix::identity(law.neurons(), law.neurons()) * width;
            let inverse =
                invariant(&law, 2.0).zip_map(&imaginary, |re, im| nalgebra::Complex::new(re, -im));
            let [few, all] = both::<Imaginary>(&law, &inverse).map(Option::unwrap);
            let scale = 1.0 + all.quadratic.norm();
            assert!((few.quadratic - all.quadratic).norm() < 1e-10 * scale);
            let mean = few.mean.iter().zip(&all.mean);
            assert!(mean.map(|(a, b)| (a - b).norm()).fold(0.0, f64::max) < 1e-10 * scale);
        }
    }

    #[test]
    fn roots_are_square_roots_and_keep_to_the_symmetry() {
        let law = law();
        let signed = SignedLaw::new(&law, 1.0, 3.0).unwrap();
        let inverse = invariant(&law, 2.0);
        let roots = signed.frame().roots(&inverse).unwrap();
        // a few roundings of entries of order one
        assert!((&roots.factor * roots.factor.transpose() - &inverse).norm() < 1e-13);
        let identity = DMatrix::<f64>::identity(9, 9);
        assert!((&roots.factor * &roots.inverse - &identity).norm() < 1e-13);
        let turned = roots.factor.tr_mul(&(&inverse * &roots.factor));
        let mut symmetric = turned.clone();
        law.symmetrise(&mut symmetric);
        assert!((turned - symmetric).norm() < 1e-13);
    }

    #[test]
    fn coordinates_number_what_the_symmetry_leaves() {
        let law = law();
        let signed = SignedLaw::new(&law, 1.0, 3.0).unwrap();
        // three diagonals, two blocks and what is between the two classes that are not even
        assert_eq!(signed.frame().dimension(), 6);
        assert_eq!(law.samples().curvature.len(), 37 * packed_len(9));
    }
}
