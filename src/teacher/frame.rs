//! Orthonormal coordinates in which a link's linear forms are single coordinates, as far as they can be.
//!
//! Directions of the latent are found by quadrature, to some 1e-10. A link that saturates decodes a direction that is off
//! by as little: where `tanh(a . z)` is flat, what remains of it is the misalignment. In coordinates along `a` there is none.

use nalgebra::{DMatrix, DVector};

use super::Link;

/// Sines of angles between forms below this are rounding of their coefficients.
const ROUNDING: f64 = 1e-13;

/// Different forms that coordinates are tried along, beyond any formula that is written by hand.
const MOST_STARTS: usize = 64;

/// Coordinates `w = W z` of the latents (W has orthonormal rows, rank x k) on which alone a link depends.
#[derive(Clone, Debug)]
pub struct LatentFrame {
    relevant: DMatrix<f64>,
    irrelevant: DMatrix<f64>,
}

impl LatentFrame {
    /// The frame of the link's linear forms: the coordinates that most forms are multiples of.
    ///
    /// The latents themselves where no other choice has more forms along its axes.
    pub fn of(link: &Link) -> Self {
        let k = link.latent_dim();
        let forms: Vec<DVector<f64>> = link
            .expression()
            .linear_forms()
            .into_iter()
            .map(|form| DVector::from_vec(form).normalize())
            .collect();
        let mut different: Vec<&DVector<f64>> = Vec::new();
        for form in &forms {
            if different.len() < MOST_STARTS
                && different.iter().all(|other| sine(form, other) > ROUNDING)
            {
                different.push(form);
            }
        }
        let used: Vec<DVector<f64>> = (0..k)
            .filter(|i| forms.iter().any(|form| form[*i] != 0.0))
            .map(|i| axis(k, i))
            .collect();
        let starts = different
            .iter()
            .map(|start| span(&different, &forms, start));
        let mut rows = used;
        for candidate in starts {
            // fewer coordinates, then more forms along them; the first of equals
            let more = along(&different, &candidate) > along(&different, &rows);
            if candidate.len() < rows.len() || more {
                rows = candidate;
            }
        }
        let irrelevant = complement(&rows, k);
        Self {
            relevant: stacked(&rows, k),
            irrelevant: stacked(&irrelevant, k),
        }
    }

    /// The latents themselves, all of them.
    pub fn identity(latent_dim: usize) -> Self {
        Self {
            relevant: DMatrix::identity(latent_dim, latent_dim),
            irrelevant: DMatrix::zeros(0, latent_dim),
        }
    }

    /// Orthonormal rows (rank x k): the coordinates that the link depends on.
    pub fn relevant(&self) -> &DMatrix<f64> {
        &self.relevant
    }

    /// Orthonormal rows ((k - rank) x k) spanning the directions that the link does not depend on.
    pub fn irrelevant(&self) -> &DMatrix<f64> {
        &self.irrelevant
    }

    /// Whether the coordinates are the latents themselves.
    pub fn is_identity(&self) -> bool {
        self.relevant.is_square()
            && self.relevant == DMatrix::identity(self.relevant.nrows(), self.relevant.ncols())
    }

    /// Coordinates (rank) of a linear form (k); what is zero to rounding is zero.
    pub(super) fn image(&self, form: &[f64]) -> Vec<f64> {
        let form = DVector::from_column_slice(form);
        let norm = form.norm();
        let image = &self.relevant * form;
        let is_zero = |x: &f64| x.abs() <= ROUNDING * norm;
        if image.iter().filter(|x| !is_zero(x)).count() == 1 {
            // a multiple of one coordinate, without the rounding of the projection
            return image
                .iter()
                .map(|x| if is_zero(x) { 0.0 } else { norm.copysign(*x) })
                .collect();
        }
        let tidy = |x: &f64| if is_zero(x) { 0.0 } else { *x };
        image.iter().map(tidy).collect()
    }
}

/// Sine of the angle between unit vectors, up to their signs.
fn sine(a: &DVector<f64>, b: &DVector<f64>) -> f64 {
    (a - b * a.dot(b)).norm()
}

/// Orthonormal vectors spanning all forms: `start`, those of the `different` ones that are orthogonal to it and to one
/// another, then what is missing.
fn span(
    different: &[&DVector<f64>],
    all: &[DVector<f64>],
    start: &DVector<f64>,
) -> Vec<DVector<f64>> {
    let mut rows = vec![start.clone()];
    for form in different {
        if rows.iter().all(|row| row.dot(form).abs() <= ROUNDING) {
            rows.push((*form).clone());
        }
    }
    for form in all {
        add_rest(form, &mut rows);
    }
    rows
}

/// Appends what the rows lack of a unit vector.
fn add_rest(vector: &DVector<f64>, rows: &mut Vec<DVector<f64>>) {
    let mut rest = vector.clone();
    // twice: the first pass leaves the rounding of a large projection
    for _ in 0..2 {
        for row in rows.iter() {
            rest -= row * row.dot(&rest);
        }
        if rest.norm() <= ROUNDING {
            return;
        }
        rest.normalize_mut();
    }
    rows.push(rest);
}

/// Number of forms that are multiples of a single row.
fn along(forms: &[&DVector<f64>], rows: &[DVector<f64>]) -> usize {
    let aligned = |form: &&&DVector<f64>| rows.iter().any(|row| sine(form, row) <= ROUNDING);
    forms.iter().filter(aligned).count()
}

/// Orthonormal vectors that complete `rows`: the axes farthest from what there is, without it.
fn complement(rows: &[DVector<f64>], k: usize) -> Vec<DVector<f64>> {
    let mut all = rows.to_vec();
    while all.len() < k {
        let left = |axis: usize| 1.0 - all.iter().map(|row| row[axis] * row[axis]).sum::<f64>();
        let mut best = 0;
        for next in 1..k {
            // the first of equals
            if left(next) > left(best) + ROUNDING {
                best = next;
            }
        }
        add_rest(&axis(k, best), &mut all);
    }
    all.split_off(rows.len())
}

fn axis(k: usize, index: usize) -> DVector<f64> {
    DVector::from_fn(k, |i, _| if i == index { 1.0 } else { 0.0 })
}

fn stacked(rows: &[DVector<f64>], k: usize) -> DMatrix<f64> {
    DMatrix::from_fn(rows.len(), k, |i, j| rows[i][j])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(link: &str) -> LatentFrame {
        LatentFrame::of(&Link::parse(link).unwrap())
    }

    #[test]
    fn links_of_single_latents_keep_them() {
        for link in [
            "z1*z2",
            "tanh(z1) + z2^2",
            "sign(z1) + sign(z2)",
            "z1 + tanh((z1 + z2)^2)",
            "z1*z2*z3",
        ] {
            assert!(frame(link).is_identity(), "{link}");
        }
    }

    #[test]
    fn orthogonal_forms_become_coordinates() {
        let frame = frame("tanh(0.6*z1+0.8*z2) + 1.5*tanh((0.8*z1-0.6*z2)^2 - 1)");
        assert_eq!(
            frame.relevant(),
            &DMatrix::from_row_slice(2, 2, &[0.6, 0.8, 0.8, -0.6])
        );
        assert_eq!(frame.irrelevant().nrows(), 0);
        assert_eq!(frame.image(&[0.6, 0.8]), [1.0, 0.0]);
        assert_eq!(frame.image(&[1.6, -1.2]), [0.0, 2.0]);
    }

    #[test]
    fn directions_without_a_form_are_irrelevant() {
        let half = 0.5f64.sqrt();
        let sum = frame("(z1+z2)^2");
        let near = |found: &DMatrix<f64>, expected: &[f64]| {
            let expected = DMatrix::from_row_slice(1, expected.len(), expected);
            // rounding
            assert!((found - expected).norm() < 1e-15, "{found}");
        };
        near(sum.relevant(), &[half, half]);
        near(sum.irrelevant(), &[half, -half]);
        assert!((sum.image(&[3.0, 3.0])[0] - 18f64.sqrt()).abs() < 1e-15);
        near(frame("z1 + 0*z2*z1").irrelevant(), &[0.0, 1.0]);
        near(frame("z1 + tanh(z2) - z1").relevant(), &[0.0, 1.0]);
        let three = frame("tanh(z1 - z2)*sign(z2 - z3) + (z1 - z3)^2");
        assert_eq!(three.relevant().nrows(), 2);
        let third = (1.0f64 / 3.0).sqrt();
        near(&three.irrelevant().map(f64::abs), &[third, third, third]);
    }

    #[test]
    fn frames_are_orthonormal() {
        for link in [
            "sin(z1 + 2*z2)*tanh(z1 - z3) + z3^2",
            "(z1+z2+z3)^2*sign(z1-2*z3)",
        ] {
            let frame = frame(link);
            let mut rows: Vec<DVector<f64>> = frame
                .relevant()
                .row_iter()
                .map(|row| row.transpose())
                .collect();
            rows.extend(frame.irrelevant().row_iter().map(|row| row.transpose()));
            let all = stacked(&rows, 3);
            assert!(
                (&all * all.transpose() - DMatrix::identity(3, 3)).norm() < 1e-14,
                "{all}"
            );
        }
    }
}
