//! Averages over a group that moves the entries of a vector, up to their signs.

use std::ops::{AddAssign, Mul};

/// Numbers that can be averaged.
pub(crate) trait Scalar: Copy + AddAssign + Mul<f64, Output = Self> + Default {}
impl<N: Copy + AddAssign + Mul<f64, Output = N> + Default> Scalar for N {}

/// Entries that a group maps to one another, with their signs.
#[derive(Clone, Debug)]
pub(crate) struct SignedOrbits {
    /// Orbit and sign of each entry; `None` where the group maps it to its negative.
    places: Vec<Option<(usize, f64)>>,
    /// Entries of each orbit.
    sizes: Vec<f64>,
}

impl SignedOrbits {
    /// From the orbit and sign of each entry, orbits numbered from 0 without gaps; `None` for an entry that vanishes.
    pub(crate) fn new(places: Vec<Option<(usize, f64)>>) -> Self {
        let orbits = places.iter().flatten().map(|place| place.0 + 1).max();
        let mut sizes = vec![0.0; orbits.unwrap_or(0)];
        for (orbit, _) in places.iter().flatten() {
            sizes[*orbit] += 1.0;
        }
        Self { places, sizes }
    }

    /// The orbits that moves generate: under the move `m`, entry `i` becomes `sign` times entry `j`, `m[i] = (j, sign)`.
    pub(crate) fn of_moves<'m>(
        len: usize,
        moves: impl Iterator<Item = &'m Vec<(usize, f64)>>,
    ) -> Self {
        // each entry is its sign times the first entry of its orbit
        let mut places: Vec<(usize, f64)> = (0..len).map(|i| (i, 1.0)).collect();
        let mut vanishes = vec![false; len];
        for image in moves {
            for (i, &(j, sign)) in image.iter().enumerate() {
                let ((a, of_i), (b, of_j)) = (places[i], places[j]);
                let sign = of_i * sign * of_j;
                if a == b {
                    vanishes[a] |= sign < 0.0;
                    continue;
                }
                let (keep, drop) = (a.min(b), a.max(b));
                vanishes[keep] |= vanishes[drop];
                for place in places.iter_mut().filter(|place| place.0 == drop) {
                    *place = (keep, place.1 * sign);
                }
            }
        }
        let mut numbers = vec![None; len];
        let mut count = 0;
        let numbered = places.into_iter().map(|(first, sign)| {
            (!vanishes[first]).then(|| {
                let number = *numbers[first].get_or_insert_with(|| {
                    count += 1;
                    count - 1
                });
                (number, sign)
            })
        });
        Self::new(numbered.collect())
    }

    /// Number of orbits: of dimensions that the group leaves alone.
    pub(crate) fn count(&self) -> usize {
        self.sizes.len()
    }

    /// Coordinates of the average over the group, in the orthonormal basis of normalised orbits.
    pub(crate) fn fold<N: Scalar>(&self, values: &[N]) -> Vec<N> {
        let mut sums = vec![N::default(); self.count()];
        for (value, place) in values.iter().zip(&self.places) {
            if let Some((orbit, sign)) = place {
                sums[*orbit] += *value * (sign / self.sizes[*orbit].sqrt());
            }
        }
        sums
    }

    /// The entries of a vector with these coordinates.
    pub(crate) fn unfold<N: Scalar>(&self, coordinates: &[N]) -> Vec<N> {
        let entry = |place: &Option<(usize, f64)>| match place {
            Some((orbit, sign)) => coordinates[*orbit] * (sign / self.sizes[*orbit].sqrt()),
            None => N::default(),
        };
        self.places.iter().map(entry).collect()
    }

    /// Whether averaging changes nothing.
    pub(crate) fn are_single(&self) -> bool {
        self.places.iter().all(Option::is_some) && self.sizes.len() == self.places.len()
    }

    /// Replaces every entry by its average over the group.
    pub(crate) fn average<N: Scalar>(&self, values: &mut [N]) {
        let mut sums = vec![N::default(); self.sizes.len()];
        for (value, place) in values.iter().zip(&self.places) {
            if let Some((orbit, sign)) = place {
                sums[*orbit] += *value * *sign;
            }
        }
        for (value, place) in values.iter_mut().zip(&self.places) {
            *value = match place {
                Some((orbit, sign)) => sums[*orbit] * (sign / self.sizes[*orbit]),
                None => N::default(),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_generate_their_orbits() {
        // entries 0 and 2 are exchanged with a sign, 1 and 3 without; 4 is reversed; 3 and 5 are exchanged
        let first = vec![
            (2, -1.0),
            (3, 1.0),
            (0, -1.0),
            (1, 1.0),
            (4, -1.0),
            (5, 1.0),
        ];
        let second = vec![(0, 1.0), (1, 1.0), (2, 1.0), (5, 1.0), (4, 1.0), (3, 1.0)];
        let orbits = SignedOrbits::of_moves(6, [first, second].iter());
        let mut values = [3.0, 1.0, 1.0, 2.0, 5.0, 6.0];
        orbits.average(&mut values);
        assert_eq!(values, [1.0, 3.0, -1.0, 3.0, 0.0, 3.0]);
        assert!(!orbits.are_single());
        assert!(SignedOrbits::of_moves(3, [].iter()).are_single());
    }

    #[test]
    fn a_contradiction_reaches_the_whole_orbit() {
        let rotation = vec![(1, 1.0), (0, -1.0)];
        let mut values = [3.0, 1.0];
        SignedOrbits::of_moves(2, [rotation].iter()).average(&mut values);
        assert_eq!(values, [0.0, 0.0]);
    }
}
