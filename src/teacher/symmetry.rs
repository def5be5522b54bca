//! Signed permutations of the latents that leave a link unchanged.
//!
//! They leave the label's law unchanged, so that `E[z | y]` and `G(y)` are their own averages over the group. Moments
//! that come from quadrature or samples are averaged: what symmetry makes zero is zero then, and not the
//! noise of an integral, whose square would count as information.

use nalgebra::DMatrix;

use crate::expression::{Expression, Relation};
use crate::numerics::{SignedOrbits, packed_index, packed_len, spread};

/// All signed permutations are tried up to this number of latents: 384 of them.
const WHOLE_GROUP: usize = 4;

/// Points at which a candidate has to hold before a proof is tried, and the difference that rounding makes there.
const POINTS: u32 = 4;
const ROUNDING: f64 = 1e-9;

/// Entries of a change of coordinates closer than this to a whole number are that: rounding of the axes.
const WHOLE: f64 = 1e-12;

/// Latent `i` is replaced by `sign` times latent `j`: `move[i] = (j, sign)`.
type Move = Vec<(usize, f64)>;

/// A group of signed permutations of k latents, each proved from the link's formula.
#[derive(Clone, Debug)]
pub(crate) struct LatentSymmetry {
    latent_dim: usize,
    /// Elements that generate it, without the identity.
    moves: Vec<Move>,
    /// Orbits of the latents.
    mean: SignedOrbits,
    /// Orbits of the packed products of two.
    second: SignedOrbits,
}

impl LatentSymmetry {
    /// The symmetries of a link in `latent_dim` variables that its normal form proves.
    pub(super) fn of(link: &Expression, latent_dim: usize) -> Self {
        let mut forms = link.normal_forms();
        let proved = candidates(latent_dim).into_iter().filter(|image| {
            holds_at_points(link, image, 1.0)
                && forms
                    .iter_mut()
                    .any(|form| form.under(image) == Relation::Same)
        });
        Self::generated(latent_dim, proved.collect())
    }

    /// The group of nothing but the identity.
    pub(super) fn none(latent_dim: usize) -> Self {
        Self::generated(latent_dim, Vec::new())
    }

    fn generated(latent_dim: usize, moves: Vec<Move>) -> Self {
        let k = latent_dim;
        let pairs: Vec<Move> = moves.iter().map(|image| on_pairs(k, image)).collect();
        Self {
            latent_dim,
            mean: SignedOrbits::of_moves(k, moves.iter()),
            second: SignedOrbits::of_moves(packed_len(k), pairs.iter()),
            moves,
        }
    }

    /// Whether reversing all latents at once belongs to it.
    pub(super) fn is_even(&self) -> bool {
        let reversal: Move = (0..self.latent_dim).map(|i| (i, -1.0)).collect();
        self.moves.contains(&reversal)
    }

    /// The elements that fix the easy coordinates (rows of `easy`, p x k), as they act on the others (rows of
    /// `hard`, r x k), where that is by signed permutations.
    pub(super) fn given(&self, easy: &[Vec<f64>], hard: &[Vec<f64>]) -> Self {
        let k = self.latent_dim;
        let matrix = |axes: &[Vec<f64>]| DMatrix::from_fn(axes.len(), k, |i, j| axes[i][j]);
        let (easy, hard) = (matrix(easy), matrix(hard));
        let moves = self.moves.iter().filter_map(|image| {
            let mut g = DMatrix::zeros(k, k);
            for (i, &(j, sign)) in image.iter().enumerate() {
                g[(i, j)] = sign;
            }
            let fixed = (&easy * &g - &easy).iter().all(|x| x.abs() < WHOLE);
            fixed.then(|| signed_permutation(&(&hard * g * hard.transpose())))?
        });
        Self::generated(hard.nrows(), moves.collect())
    }

    /// Averages `E[z ..]` (k) over the group.
    pub(crate) fn average_mean(&self, mean: &mut [f64]) {
        if !self.mean.are_single() {
            self.mean.average(mean);
        }
    }

    /// Averages `E[(z z^T - I) ..]` (packed) over the group.
    pub(crate) fn average_second(&self, second: &mut [f64]) {
        if !self.second.are_single() {
            self.second.average(second);
        }
    }

    /// Whether averages change nothing.
    pub(crate) fn is_trivial(&self) -> bool {
        self.moves.is_empty()
    }
}

/// Whether some signed permutation of its variables is proved to turn a formula into its negative.
pub(super) fn is_reversible(link: &Expression, latent_dim: usize) -> bool {
    let mut forms = link.normal_forms();
    candidates(latent_dim).iter().any(|image| {
        // a constant minus the formula is proved, and that the constant is zero seen
        holds_at_points(link, image, -1.0)
            && forms
                .iter_mut()
                .any(|form| form.under(image) == Relation::Mirrored)
    })
}

/// The move on packed products of two latents.
fn on_pairs(k: usize, image: &Move) -> Move {
    let pairs = (0..k).flat_map(|i| (i..k).map(move |j| (i, j)));
    pairs
        .map(|(i, j)| {
            let ((a, s), (b, t)) = (image[i], image[j]);
            (packed_index(k, a.min(b), a.max(b)), s * t)
        })
        .collect()
}

fn signed_permutation(matrix: &DMatrix<f64>) -> Option<Move> {
    let rows = matrix.row_iter().map(|row| {
        let (place, &entry) = row
            .iter()
            .enumerate()
            .max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))?;
        let rest = row.iter().enumerate().filter(|(j, _)| *j != place);
        let clean = rest.fold(0.0, |most: f64, (_, x)| most.max(x.abs())) < WHOLE;
        ((entry.abs() - 1.0).abs() < WHOLE && clean).then_some((place, entry.signum()))
    });
    rows.collect()
}

/// A proof is tried where it has a chance only.
fn holds_at_points(link: &Expression, image: &Move, sign: f64) -> bool {
    (1..=POINTS).all(|n| {
        let z: Vec<f64> = (0..image.len())
            .map(|axis| 4.0 * spread(n, axis) - 2.0)
            .collect();
        let moved: Vec<f64> = image.iter().map(|&(j, sign)| sign * z[j]).collect();
        let (here, there) = (link.value(&z), sign * link.value(&moved));
        (here - there).abs() <= ROUNDING * (here.abs() + there.abs())
    })
}

/// Signed permutations but the identity: all of them for a few latents, else reversals of one, two or all latents and
/// exchanges of two.
fn candidates(k: usize) -> Vec<Move> {
    let identity: Move = (0..k).map(|i| (i, 1.0)).collect();
    if k <= WHOLE_GROUP {
        let mut all = signed(&permutations(k));
        all.retain(|image| *image != identity);
        return all;
    }
    let mut all = vec![(0..k).map(|i| (i, -1.0)).collect()];
    for i in 0..k {
        let mut one = identity.clone();
        one[i].1 = -1.0;
        for j in 0..i {
            let mut two = one.clone();
            two[j].1 = -1.0;
            all.push(two);
            for sign in [1.0, -1.0] {
                let mut exchange = identity.clone();
                (exchange[i], exchange[j]) = ((j, sign), (i, sign));
                all.push(exchange);
            }
        }
        all.push(one);
    }
    all
}

fn permutations(k: usize) -> Vec<Vec<usize>> {
    (0..k).fold(vec![Vec::new()], |shorter, last| {
        let longer = shorter.iter().flat_map(|order: &Vec<usize>| {
            (0..=order.len()).map(move |at| {
                let mut order = order.clone();
                order.insert(at, last);
                order
            })
        });
        longer.collect()
    })
}

fn signed(permutations: &[Vec<usize>]) -> Vec<Move> {
    let signs = |order: &Vec<usize>| {
        let order = order.clone();
        (0..1u32 << order.len()).map(move |bits| {
            let sign = |i: usize| if bits >> i & 1 == 1 { -1.0 } else { 1.0 };
            order
                .iter()
                .enumerate()
                .map(|(i, &j)| (j, sign(i)))
                .collect()
        })
    };
    permutations.iter().flat_map(signs).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symmetry(text: &str, k: usize) -> LatentSymmetry {
        let names = ["z1", "z2", "z3", "z4", "z5"];
        LatentSymmetry::of(&Expression::parse(text, &names[..k]).unwrap(), k)
    }

    fn averaged(symmetry: &LatentSymmetry) -> (Vec<f64>, Vec<f64>) {
        let k = symmetry.latent_dim;
        let mut mean: Vec<f64> = (0..k).map(|i| 1.0 + i as f64).collect();
        let mut second: Vec<f64> = (0..packed_len(k)).map(|i| 1.0 + i as f64).collect();
        symmetry.average_mean(&mut mean);
        symmetry.average_second(&mut second);
        (mean, second)
    }

    #[test]
    fn moments_are_averages_over_the_group() {
        // exchanges and common reversals: one mean square, one product
        let product = symmetry("z1*z2", 2);
        assert!(product.is_even());
        assert_eq!(averaged(&product), (vec![0.0, 0.0], vec![2.0, 2.0, 2.0]));
        // single reversals: no product
        let ratio = symmetry("z1^2/z2^2", 2);
        assert_eq!(averaged(&ratio), (vec![0.0, 0.0], vec![1.0, 0.0, 3.0]));
        let easy = symmetry("z1/sqrt(z1^2+z2^2)", 2);
        assert!(!easy.is_even());
        assert_eq!(averaged(&easy), (vec![1.0, 0.0], vec![1.0, 0.0, 3.0]));
        assert!(symmetry("z1 + z2^3 + z2*z1", 2).is_trivial());
        let three = symmetry("z1*z2*z3", 3);
        assert_eq!(
            averaged(&three).1,
            vec![11.0 / 3.0, 0.0, 0.0, 11.0 / 3.0, 0.0, 11.0 / 3.0]
        );
        // five latents, from reversals and exchanges alone
        let five = averaged(&symmetry("z1^2 + z2^2 + z3^2 + z4^2 + z5^2", 5));
        assert_eq!(five.0, vec![0.0; 5]);
        assert_eq!(five.1.iter().filter(|x| **x == 0.0).count(), 10);
    }

    #[test]
    fn a_reversal_is_proved_from_the_formula() {
        let reversible = |text: &str, k: usize| {
            is_reversible(&Expression::parse(text, &["z1", "z2"][..k]).unwrap(), k)
        };
        assert!(reversible("sign(z1*z2)", 2));
        assert!(reversible("sign(z1^2 - z2^2)", 2));
        assert!(reversible("z1^3", 1));
        assert!(!reversible("sign(abs(z1) - 0.7)", 1));
        // a constant minus the formula, and the constant is not zero
        assert!(!reversible("z1*z2 + 1", 2));
    }

    #[test]
    fn the_group_has_its_size() {
        for (k, size) in [(1, 1), (2, 7), (3, 47), (4, 383)] {
            assert_eq!(candidates(k).len(), size);
        }
    }

    #[test]
    fn elements_that_fix_easy_axes_act_on_the_others() {
        let half = 0.5f64.sqrt();
        // exchanging the latents fixes (1, 1) and reverses (1, -1)
        let slices =
            symmetry("tanh(z1 + z2) + z1*z2", 2).given(&[vec![half, half]], &[vec![half, -half]]);
        assert!(slices.is_even());
        let slices = symmetry("z1*z2^2*cos(z3)", 3).given(
            &[vec![1.0, 0.0, 0.0]],
            &[vec![0.0, 1.0, 0.0], vec![0.0, 0.0, 1.0]],
        );
        assert_eq!(averaged(&slices), (vec![0.0, 0.0], vec![1.0, 0.0, 3.0]));
    }
}
