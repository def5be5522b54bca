//! The ends of the spectra of all runs at one step, told apart: bulk, and what special directions send out of it.

use crate::curvature::Side;
use crate::simulation::HessianSpectrum;

/// An eigenvalue at an end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pair {
    pub value: f64,
    /// Squared part of the eigenvector in the hard directions.
    pub hard: f64,
    /// Squared part in all special directions.
    pub aligned: f64,
}

/// Both ends of all runs.
#[derive(Clone, Debug)]
pub(super) struct Ends {
    left: Vec<Vec<Pair>>,
    right: Vec<Vec<Pair>>,
    /// An eigenvector whose part in special directions is above this is none of the bulk.
    pub special: f64,
}

/// A bulk eigenvector has about s/d of its length in s special directions; an outlier has a part of order one.
const LEANING: f64 = 0.1;
const EXPECTED: f64 = 2.0;

impl Ends {
    /// Of runs at dimension d, with s special directions.
    pub fn new(runs: &[&HessianSpectrum], dim: usize, special: usize) -> Self {
        let pairs = |pairs: &[crate::simulation::Eigenpair]| -> Vec<Pair> {
            let each = pairs.iter();
            each.map(|pair| Pair {
                value: pair.value,
                hard: pair.hard_overlap,
                aligned: pair.aligned,
            })
            .collect()
        };
        Self {
            left: runs.iter().map(|run| pairs(&run.lowest)).collect(),
            right: runs.iter().map(|run| pairs(&run.highest)).collect(),
            special: LEANING + EXPECTED * special as f64 / dim as f64,
        }
    }

    pub fn runs(&self) -> usize {
        self.left.len()
    }

    /// From the end inwards.
    fn side(&self, run: usize, side: Side) -> &[Pair] {
        match side {
            Side::Left => &self.left[run],
            Side::Right => &self.right[run],
        }
    }

    /// Eigenvalues of the bulk, from its end inwards.
    pub fn bulk(&self, run: usize, side: Side) -> impl Iterator<Item = &Pair> {
        let pairs = self.side(run, side).iter();
        pairs.filter(|pair| pair.aligned <= self.special)
    }

    /// Places of the eigenvalues that are none of the bulk, counted from the end.
    pub fn outlying(&self, run: usize, side: Side) -> Vec<usize> {
        let pairs = self.side(run, side);
        let places = 0..pairs.len();
        places
            .filter(|&i| pairs[i].aligned > self.special)
            .collect()
    }

    /// The eigenvalue of that number, from the end inwards, among those that lean to hard directions by more than `least`; where
    /// there are too few of them, that of the number in the whole spectrum.
    pub fn hard(&self, run: usize, side: Side, number: usize, least: f64) -> Option<&Pair> {
        let pairs = self.side(run, side);
        let leaning = pairs.iter().filter(|pair| pair.hard > least).nth(number);
        leaning.or_else(|| pairs.get(number))
    }

    /// Whether any eigenvalue beyond the bulk leans to hard directions by more than `least`.
    pub fn has_hard(&self, run: usize, side: Side, least: f64) -> bool {
        let end = self.bulk(run, side).next();
        let beyond = |pair: &&Pair| match (side, end) {
            (Side::Left, Some(end)) => pair.value < end.value,
            (Side::Right, Some(end)) => pair.value > end.value,
            (_, None) => true,
        };
        self.side(run, side)
            .iter()
            .filter(beyond)
            .any(|pair| pair.hard > least)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::{Eigenpair, Method};

    fn pair((value, hard_overlap, aligned): (f64, f64, f64)) -> Eigenpair {
        Eigenpair {
            value,
            residual: 0.0,
            hard_overlap,
            aligned,
        }
    }

    #[test]
    fn ends_are_told_apart() {
        let lowest = [
            (-0.4, 0.8, 0.8),
            (-0.3, 0.0, 0.6),
            (-0.2, 0.0, 0.01),
            (-0.19, 0.05, 0.06),
        ];
        let run = HessianSpectrum {
            step: 0,
            method: Method::Dense,
            eigenvalues: Vec::new(),
            lowest: lowest.map(pair).to_vec(),
            highest: vec![pair((1.0, 0.0, 0.01))],
        };
        let ends = Ends::new(&[&run], 100, 3);
        assert!((ends.special - 0.16).abs() < 1e-15);
        let bulk: Vec<f64> = ends.bulk(0, Side::Left).map(|pair| pair.value).collect();
        assert_eq!(bulk, [-0.2, -0.19]);
        assert_eq!(ends.outlying(0, Side::Left), [0, 1]);
        assert_eq!(ends.hard(0, Side::Left, 0, 0.4).unwrap().value, -0.4);
        // there is no second one, so the second eigenvalue stands for it
        assert_eq!(ends.hard(0, Side::Left, 1, 0.4).unwrap().value, -0.3);
        assert!(ends.has_hard(0, Side::Left, 0.4) && !ends.has_hard(0, Side::Right, 0.4));
    }
}
