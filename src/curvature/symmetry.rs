//! Averages over permutations and reversals of neurons that leave the law unchanged.
//!
//! A sample breaks the symmetry of its law. Where the symmetry makes eigenvalues of A coincide, the smallest of
//! their noisy copies is biased downwards by the size of the noise, and the threshold with it (by 0.8 percent at 65,536
//! points for four equal quadratic neurons). Averaging E[K], E[K (x) K] and E[K (x) z z^T] over the group removes
//! that bias, and some of the noise.

use std::collections::HashMap;

use crate::network::NeuronKind;
use crate::numerics::{Scalar, SignedOrbits, packed_len};

/// The group of permutations within classes of neurons and of reversals of even neurons.
#[derive(Clone, Debug)]
pub struct NeuronSymmetry {
    /// Orbits of the entries of a packed symmetric matrix.
    pairs: SignedOrbits,
    /// Orbits of the entries of the p x p matrix of products of packed entries.
    quadruples: SignedOrbits,
}

impl NeuronSymmetry {
    /// The symmetry of neurons of these kinds (m); `None` where it is trivial.
    pub fn new(kinds: &[NeuronKind]) -> Option<Self> {
        let mut classes: Vec<usize> = kinds.iter().map(|kind| kind.class).collect();
        classes.sort_unstable();
        classes.dedup();
        if classes.len() == kinds.len() && kinds.iter().all(|kind| !kind.even) {
            return None;
        }
        let m = kinds.len();
        let pairs: Vec<[usize; 2]> = (0..m).flat_map(|i| (i..m).map(move |j| [i, j])).collect();
        let pair_orbits = orbits(
            kinds,
            pairs.iter().map(|[i, j]| vec![vec![*i, *j], vec![*j, *i]]),
        );
        let quadruples = pairs
            .iter()
            .flat_map(|b| pairs.iter().map(move |a| same_entry(*a, *b)));
        Some(Self {
            pairs: pair_orbits,
            quadruples: orbits(kinds, quadruples),
        })
    }

    /// Averages a packed symmetric matrix (p entries).
    pub(crate) fn average<N: Scalar>(&self, packed: &mut [N]) {
        self.pairs.average(packed);
    }

    /// Averages the products of packed entries (p x p, by columns).
    pub(crate) fn average_products<N: Scalar>(&self, products: &mut [N]) {
        self.quadruples.average(products);
    }

    /// Whether it acts on m neurons.
    pub(super) fn fits(&self, neurons: usize) -> bool {
        self.pairs.len() == packed_len(neurons)
    }
}

/// All index lists that name the same product `K_ij K_kl` of a symmetric K.
fn same_entry([i, j]: [usize; 2], [k, l]: [usize; 2]) -> Vec<Vec<usize>> {
    let mut lists = Vec::with_capacity(8);
    for [a, b] in [[i, j], [j, i]] {
        for [c, d] in [[k, l], [l, k]] {
            lists.push(vec![a, b, c, d]);
            lists.push(vec![c, d, a, b]);
        }
    }
    lists
}

/// Each entry comes as the index lists that name it. Two entries share an orbit when a permutation within
/// classes maps one to the other, which the pattern of classes and repetitions decides.
fn orbits(kinds: &[NeuronKind], entries: impl Iterator<Item = Vec<Vec<usize>>>) -> SignedOrbits {
    let mut known: HashMap<Vec<(usize, usize)>, usize> = HashMap::new();
    let places = entries.map(|names| {
        let list = &names[0];
        let odd = |i: &usize| list.iter().filter(|j| *j == i).count() % 2 == 1;
        if list.iter().any(|i| kinds[*i].even && odd(i)) {
            return None;
        }
        let sign = list.iter().map(|i| kinds[*i].sign).product();
        let pattern = names.iter().map(|name| pattern(kinds, name)).min()?;
        let next = known.len();
        Some((*known.entry(pattern).or_insert(next), sign))
    });
    SignedOrbits::new(places.collect())
}

/// Class of each index, and which different neuron of that class it is, in order of appearance.
fn pattern(kinds: &[NeuronKind], list: &[usize]) -> Vec<(usize, usize)> {
    let mut seen: Vec<usize> = Vec::new();
    list.iter()
        .map(|&i| {
            let class = kinds[i].class;
            if !seen.contains(&i) {
                seen.push(i);
            }
            let rank = seen
                .iter()
                .filter(|j| kinds[**j].class == class)
                .position(|j| *j == i);
            (class, rank.unwrap_or(0))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::packed_index;

    fn kind(class: usize, sign: f64, even: bool) -> NeuronKind {
        NeuronKind { class, sign, even }
    }

    #[test]
    fn distinct_neurons_have_no_symmetry() {
        assert!(NeuronSymmetry::new(&[kind(0, 1.0, false), kind(1, 1.0, false)]).is_none());
    }

    /// The average over the group written out, against the orbits.
    #[test]
    fn orbits_are_group_averages() {
        // neurons 0, 1, 3 alike (3 reversed), neuron 2 even
        let kinds = [
            kind(0, 1.0, false),
            kind(0, 1.0, false),
            kind(1, 1.0, true),
            kind(0, -1.0, false),
        ];
        let symmetry = NeuronSymmetry::new(&kinds).unwrap();
        let k: Vec<f64> = (0..10).map(|i| (1.3 * f64::from(i) + 0.4).sin()).collect();
        let (mut mean, mut products) = (vec![0.0; 10], vec![0.0; 100]);
        let permutations = [
            [0, 1, 3],
            [0, 3, 1],
            [1, 0, 3],
            [1, 3, 0],
            [3, 0, 1],
            [3, 1, 0],
        ];
        for permutation in permutations {
            for reversal in [1.0, -1.0] {
                let mut image = [0, 1, 2, 3];
                for (from, to) in [0, 1, 3].iter().zip(permutation) {
                    image[*from] = to;
                }
                let sign = |i: usize| kinds[i].sign * if i == 2 { reversal } else { 1.0 };
                let moved: Vec<f64> = (0..4)
                    .flat_map(|i| (i..4).map(move |j| (i, j)))
                    .map(|(i, j)| {
                        let gauge = sign(i) * sign(j) * kinds[image[i]].sign * kinds[image[j]].sign;
                        gauge * k[packed_index(4, image[i], image[j])]
                    })
                    .collect();
                for a in 0..10 {
                    mean[a] += moved[a] / 12.0;
                    for b in 0..10 {
                        products[a + 10 * b] += moved[a] * moved[b] / 12.0;
                    }
                }
            }
        }
        let mut found = k.clone();
        symmetry.average(&mut found);
        let mut found_products: Vec<f64> = (0..100).map(|i| k[i % 10] * k[i / 10]).collect();
        symmetry.average_products(&mut found_products);
        for (found, expected) in found
            .iter()
            .zip(&mean)
            .chain(found_products.iter().zip(&products))
        {
            // a dozen additions of numbers of size one
            assert!((found - expected).abs() < 1e-14);
        }
    }
}
