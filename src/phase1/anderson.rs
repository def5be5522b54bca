//! Anderson mixing: a fixed point from the last few iterates and their images.

use std::collections::VecDeque;

use nalgebra::{DMatrix, DVector};

use crate::numerics::SortedEigen;

/// Iterates that are combined.
const DEPTH: usize = 6;

/// Eigenvalues of the residuals' Gram matrix below this share of the largest are rounding.
const CUTOFF: f64 = 1e-13;

/// Iterates towards the solution of `x = F(x)` (Anderson 1965; Walker and Ni, SIAM J. Numer. Anal. 49, 1715).
///
/// The next iterate is the image of that combination of the last ones whose residual is smallest.
#[derive(Clone, Debug, Default)]
pub(super) struct Anderson {
    /// The last iterate with its residual `F(x) - x`.
    last: Option<(DVector<f64>, DVector<f64>)>,
    /// Changes of iterate and residual from one round to the next, oldest first.
    changes: VecDeque<(DVector<f64>, DVector<f64>)>,
}

impl Anderson {
    /// The iterate after `x` with the given image.
    pub fn next(&mut self, x: &DVector<f64>, image: &DVector<f64>) -> DVector<f64> {
        let residual = image - x;
        if let Some((before, rest)) = &self.last {
            self.changes.push_back((x - before, &residual - rest));
        }
        if self.changes.len() > DEPTH {
            self.changes.pop_front();
        }
        let columns = self.changes.iter().map(|(_, change)| change);
        let weights = least_squares(columns, &residual);
        let mut next = image.clone();
        for ((step, change), weight) in self.changes.iter().zip(weights.iter()) {
            next -= (step + change) * *weight;
        }
        self.last = Some((x.clone(), residual));
        next
    }

    /// Goes on with a map that is much like the one so far: how residuals answer to iterates is remembered, the residuals are not.
    pub fn change_map(&mut self) {
        self.last = None;
    }

    /// Forgets all iterates.
    pub fn restart(&mut self) {
        *self = Self::default();
    }
}

/// The combination of the columns that comes closest to the target, of least norm where columns are collinear.
fn least_squares<'a>(
    columns: impl Iterator<Item = &'a DVector<f64>>,
    target: &DVector<f64>,
) -> DVector<f64> {
    let columns: Vec<(f64, &DVector<f64>)> = columns.map(|c| (c.norm(), c)).collect();
    let scale = |i: usize| {
        if columns[i].0 > 0.0 {
            1.0 / columns[i].0
        } else {
            0.0
        }
    };
    let count = columns.len();
    let gram = DMatrix::from_fn(count, count, |i, j| {
        columns[i].1.dot(columns[j].1) * scale(i) * scale(j)
    });
    let right = DVector::from_fn(count, |i, _| columns[i].1.dot(target) * scale(i));
    // entries that are not finite come from iterates that are not: no mixing then
    let Ok(eigen) = SortedEigen::new(&gram) else {
        return DVector::zeros(count);
    };
    let floor = CUTOFF * eigen.largest();
    let along = eigen.vectors.transpose() * right;
    let inverse = along.zip_map(
        &eigen.values,
        |x, value| {
            if value > floor { x / value } else { 0.0 }
        },
    );
    let weights = &eigen.vectors * inverse;
    DVector::from_fn(count, |i, _| weights[i] * scale(i))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_map_of_rank_four_is_solved_in_six_rounds_and_a_shifted_one_in_two() {
        let n = 12;
        let (a, b) = (
            DMatrix::from_fn(n, 4, |i, j| ((i + 1) as f64 * (j + 1) as f64).sin()),
            DMatrix::from_fn(4, n, |i, j| ((i + 1) as f64 * (j as f64 + 0.5)).cos()),
        );
        let map = &a * b * 0.4;
        let mut shift = DVector::from_fn(n, |i, _| (i as f64).cos());
        let mut exact = (DMatrix::identity(n, n) - &map).lu().solve(&shift).unwrap();
        let (mut mixing, mut x) = (Anderson::default(), DVector::zeros(n));
        for round in 0..8 {
            let image = &map * &x + &shift;
            x = mixing.next(&x, &image);
            // what was learned of the map helps with the next one
            if round == 5 {
                assert!((&x - &exact).norm() < 1e-6 * exact.norm());
                shift *= 2.0;
                exact *= 2.0;
                mixing.change_map();
            }
        }
        // plain iteration diverges: the map is no contraction
        assert!(map.complex_eigenvalues().iter().any(|l| l.norm() > 1.0));
        // normal equations keep half of the digits
        assert!(
            (&x - &exact).norm() < 1e-6 * exact.norm(),
            "{}",
            (x - exact).norm()
        );
    }
}
