//! Mirror images under which a link keeps its values.

use nalgebra::{DMatrix, DVector};

use super::link::{Link, spread_points};
use super::symmetry::is_reversible;

impl Link {
    /// Whether `phi(-z) = phi(z)`, as far as a spread of points shows.
    pub(super) fn check_even(&self) -> bool {
        spread_points(self.latent_dim()).iter().all(|z| {
            let mirrored: Vec<f64> = z.iter().map(|z| -z).collect();
            self.same_value_at(z, &mirrored)
        })
    }

    /// Whether some signed permutation of the latents, or of the linear forms that the link is a function of, is proved to turn
    /// `phi` into `-phi`.
    pub(crate) fn is_reversible(&self) -> bool {
        let (link, _) = self.in_own_frame();
        is_reversible(link.expression(), link.latent_dim())
    }

    /// For each of the orthonormal rows of `axes` (r x k): whether the link stays the same, to rounding, under a change of the
    /// sign of that coordinate, alone or together with others of them. Then the label shows nothing of its mean.
    pub(crate) fn hidden_by_signs(&self, axes: &DMatrix<f64>) -> Vec<bool> {
        let count = axes.nrows();
        let points = spread_points(self.latent_dim());
        let mut hidden = vec![false; count];
        for flips in 1_usize..1 << count {
            let flipped = |row: usize| flips >> row & 1 == 1;
            let same = points.iter().all(|z| {
                let z = DVector::from_column_slice(z);
                let mut mirrored = z.clone();
                for row in (0..count).filter(|row| flipped(*row)) {
                    let axis = axes.row(row).transpose();
                    mirrored -= &axis * (2.0 * axis.dot(&z));
                }
                self.same_value_at(z.as_slice(), mirrored.as_slice())
            });
            if same {
                (0..count)
                    .filter(|row| flipped(*row))
                    .for_each(|row| hidden[row] = true);
            }
        }
        hidden
    }

    /// Whether two points have the same value, to rounding.
    fn same_value_at(&self, a: &[f64], b: &[f64]) -> bool {
        let (a, b) = (self.value(a), self.value(b));
        (a - b).abs() <= 1e-12 * (a.abs() + b.abs()) + 1e-15 * self.scale()
    }
}
