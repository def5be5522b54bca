//! Averages over permutations and reversals of neurons that leave the law unchanged.
//!
//! A sample breaks the symmetry of its law. Where the symmetry makes eigenvalues of A coincide, the smallest of
//! their noisy copies is biased downwards by the size of the noise, and the threshold with it (by 0.8 percent at 65,536
//! points for four equal quadratic neurons). Averaging E[K], E[K (x) K] and E[K (x) z z^T] over the group removes
//! that bias, and some of the noise; and what the group leaves alone has few coordinates, however many neurons there are.

use std::collections::HashMap;

use crate::network::NeuronKind;
use crate::numerics::SignedOrbits;

/// The group of permutations within classes of neurons and of reversals of even neurons.
#[derive(Clone, Debug)]
pub struct NeuronSymmetry {
    /// Class and orientation of each neuron, classes numbered from 0 without gaps.
    kinds: Vec<NeuronKind>,
    classes: usize,
    /// Orbits of the entries of a packed symmetric matrix.
    pairs: SignedOrbits,
}

impl NeuronSymmetry {
    /// The symmetry of neurons of these kinds (m).
    pub fn new(kinds: &[NeuronKind]) -> Self {
        let mut known: Vec<usize> = Vec::new();
        let kinds: Vec<NeuronKind> = kinds
            .iter()
            .map(|kind| {
                let class = known.iter().position(|class| *class == kind.class);
                let class = class.unwrap_or_else(|| {
                    known.push(kind.class);
                    known.len() - 1
                });
                NeuronKind { class, ..*kind }
            })
            .collect();
        let m = kinds.len();
        let pairs = (0..m).flat_map(|i| (i..m).map(move |j| (i, j)));
        Self {
            pairs: orbits(&kinds, pairs),
            classes: known.len(),
            kinds,
        }
    }

    /// That of m neurons of which nothing is known.
    pub fn none(neurons: usize) -> Self {
        let kinds = (0..neurons).map(|class| NeuronKind {
            class,
            sign: 1.0,
            even: false,
        });
        Self::new(&kinds.collect::<Vec<_>>())
    }

    /// Class, orientation and parity of each neuron (m), classes numbered from 0 in order of appearance.
    pub fn kinds(&self) -> &[NeuronKind] {
        &self.kinds
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Orbits of the entries of a packed symmetric matrix.
    pub(crate) fn pairs(&self) -> &SignedOrbits {
        &self.pairs
    }
}

/// Two entries share an orbit when a permutation within classes maps one to the other: when their neurons are of the same
/// two classes, and both or neither are twice the same neuron.
fn orbits(kinds: &[NeuronKind], entries: impl Iterator<Item = (usize, usize)>) -> SignedOrbits {
    let mut known: HashMap<(usize, usize, bool), usize> = HashMap::new();
    let places = entries.map(|(i, j)| {
        if i != j && (kinds[i].even || kinds[j].even) {
            return None;
        }
        let (a, b) = (kinds[i].class, kinds[j].class);
        let next = known.len();
        let orbit = *known.entry((a.min(b), a.max(b), i == j)).or_insert(next);
        Some((orbit, kinds[i].sign * kinds[j].sign))
    });
    SignedOrbits::new(places.collect())
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
        let symmetry = NeuronSymmetry::new(&[kind(7, 1.0, false), kind(3, 1.0, false)]);
        assert!(symmetry.pairs().are_single());
        assert_eq!(symmetry.classes(), 2);
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
        let k: Vec<f64> = (0..10).map(|i| (1.3 * f64::from(i) + 0.4).sin()).collect();
        let mut mean = vec![0.0; 10];
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
                let pairs = (0..4).flat_map(|i| (i..4).map(move |j| (i, j)));
                for (mean, (i, j)) in mean.iter_mut().zip(pairs) {
                    let gauge = sign(i) * sign(j) * kinds[image[i]].sign * kinds[image[j]].sign;
                    *mean += gauge * k[packed_index(4, image[i], image[j])] / 12.0;
                }
            }
        }
        let mut found = k.clone();
        NeuronSymmetry::new(&kinds).pairs().average(&mut found);
        for (found, expected) in found.iter().zip(&mean) {
            // a dozen additions of numbers of size one
            assert!((found - expected).abs() < 1e-14);
        }
    }
}
