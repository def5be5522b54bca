//! The staircase of easy directions.

use nalgebra::{DMatrix, DVector};

use super::RecoveryError;
use crate::numerics::SortedEigen;
use crate::teacher::{LabelMoments, Link, MeanEnergy, Teacher, mean_energy};

/// An easy direction with less than this is reported as a border case.
const BORDER: f64 = 1e-3;

/// A direction counts as easy above this many differences of the two resolutions.
const ERRORS: f64 = 4.0;

/// Entries of basis vectors closer than this to zero, or to each other in size, are made equal: the quadrature's
/// accuracy on a direction.
const SAME_ENTRY: f64 = 1e-6;

/// The easy and the hard subspace (docs/theory.md section 2).
#[derive(Clone, Debug)]
pub struct Staircase {
    /// Orthonormal rows spanning the easy subspace (easy_dim x k), by increasing step.
    pub easy: DMatrix<f64>,
    /// Orthonormal rows spanning the hard subspace (hard_dim x k).
    pub hard: DMatrix<f64>,
    /// Step at which each easy direction appears, from 1 (easy_dim).
    pub steps: Vec<usize>,
    /// What counts as easy begins at this `E[E[z | y]^2]` of the last step, where no sign symmetry hides all hard directions:
    /// below it, some may be easy in principle.
    pub unseen_below: Option<f64>,
    /// Border cases, in words.
    pub remarks: Vec<String>,
}

impl Staircase {
    /// Climbs until a step adds nothing: `U_{j+1} = U_j + range E[v v^T]`, `v = E[P z | y, z_{U_j}]`, P the projection
    /// off `U_j`. A direction counts where `E[v v^T]` is above its quadrature error.
    ///
    /// # Errors
    /// Where the target cannot be integrated.
    pub fn climb(target: &Teacher, moments: &LabelMoments) -> Result<Self, RecoveryError> {
        let k = moments.fine.latent_dim();
        let mut staircase = Self {
            easy: DMatrix::zeros(0, k),
            hard: DMatrix::identity(k, k),
            steps: Vec::new(),
            unseen_below: None,
            remarks: Vec::new(),
        };
        let fine = mean_energy(&moments.fine);
        let error = (&fine - mean_energy(&moments.coarse)).norm();
        let mut energy = MeanEnergy {
            value: fine,
            error,
            noise: moments.mean_noise,
        };
        let mut step = 1;
        while staircase.step(step, &energy.value, floor(&energy))? {
            if staircase.hard.nrows() == 0 {
                return Ok(staircase);
            }
            step += 1;
            energy = target.mean_energy_given(&staircase.easy, &staircase.hard)?;
        }
        staircase.remark_on_rest(target.link(), step, &energy);
        Ok(staircase)
    }

    /// Tells hard directions that a symmetry of the link hides from those that the quadrature does not see; `energy` is that
    /// of the last step, in the hard basis.
    fn remark_on_rest(&mut self, link: &Link, step: usize, energy: &MeanEnergy) {
        let (given, floor) = (given(step), floor(energy));
        for (i, hidden) in link.hidden_by_signs(&self.hard).into_iter().enumerate() {
            if hidden {
                continue;
            }
            self.unseen_below = Some(floor);
            let axis: Vec<String> = self.hard.row(i).iter().map(|x| format!("{x:.4}")).collect();
            let size = energy.value[(i, i)];
            let (may, size) = if size > ERRORS * energy.error {
                ("is", format!("= {size:.1e}"))
            } else {
                (
                    "may be",
                    format!("< {:.1e}", ERRORS * energy.error.max(size)),
                )
            };
            self.remarks.push(format!(
                "the hard direction ({}) {may} easy in principle (no sign symmetry of the link makes E[z | {given}] vanish \
                 along it), but its E[E[z | {given}]^2] {size} is not visible: what counts as easy begins at {floor:.1e}",
                axis.join(", ")
            ));
        }
    }

    /// Moves the hard directions along which `energy` (in the hard basis) exceeds `floor` to the easy ones.
    fn step(
        &mut self,
        step: usize,
        energy: &DMatrix<f64>,
        floor: f64,
    ) -> Result<bool, RecoveryError> {
        let eigen = SortedEigen::new(energy)?;
        let given = given(step);
        let mut projector = DMatrix::zeros(self.hard.ncols(), self.hard.ncols());
        let mut added = 0;
        for (size, vector) in eigen.values.iter().zip(eigen.vectors.column_iter()) {
            let direction = self.hard.transpose() * vector;
            if *size > floor {
                projector += &direction * direction.transpose();
                added += 1;
            }
            if *size > floor && *size < BORDER {
                self.remarks.push(format!(
                    "an easy direction of step {step} is near the border: E|E[z | {given}]|^2 = {size:.2e} along it"
                ));
            }
        }
        self.easy = stacked(&self.easy, &basis(&projector, added));
        self.steps.extend(std::iter::repeat_n(step, added));
        let k = self.hard.ncols();
        let complement = DMatrix::identity(k, k) - self.easy.transpose() * &self.easy;
        self.hard = basis(&complement, k - self.easy.nrows());
        Ok(added > 0)
    }
}

fn given(step: usize) -> &'static str {
    if step == 1 { "y" } else { "y, easy latents" }
}

/// Size above which a direction counts as easy.
fn floor(energy: &MeanEnergy) -> f64 {
    energy.noise.max(ERRORS * energy.error)
}

fn stacked(above: &DMatrix<f64>, below: &DMatrix<f64>) -> DMatrix<f64> {
    let first = above.nrows();
    DMatrix::from_fn(first + below.nrows(), above.ncols(), |i, j| {
        if i < first {
            above[(i, j)]
        } else {
            below[(i - first, j)]
        }
    })
}

/// Orthonormal rows spanning the range of an orthogonal projector of rank `count`: the axes nearest to it, projected.
fn basis(projector: &DMatrix<f64>, count: usize) -> DMatrix<f64> {
    let k = projector.nrows();
    let mut rest = projector.clone();
    let mut rows: Vec<DVector<f64>> = Vec::new();
    for _ in 0..count {
        // the first of equals, so that axes keep their order
        let largest = rest.diagonal().max();
        let near = |x: &f64| *x > largest - SAME_ENTRY;
        let pivot = rest.diagonal().iter().position(near).unwrap_or(0);
        let row = tidy(rest.column(pivot).normalize(), &rows);
        rest -= &row * row.transpose();
        rows.push(row);
    }
    DMatrix::from_fn(count, k, |i, j| rows[i][j])
}

/// Removes the quadrature's noise from a direction: tiny entries become zero, nearly equal sizes equal.
fn tidy(mut direction: DVector<f64>, others: &[DVector<f64>]) -> DVector<f64> {
    let sizes: Vec<f64> = direction.iter().map(|x| x.abs()).collect();
    for x in direction.iter_mut() {
        let like: Vec<f64> = sizes
            .iter()
            .copied()
            .filter(|size| (size - x.abs()).abs() < SAME_ENTRY)
            .collect();
        let size = like.iter().sum::<f64>() / like.len() as f64;
        *x = if size < SAME_ENTRY {
            0.0
        } else {
            size.copysign(*x)
        };
    }
    for other in others {
        let overlap = direction.dot(other);
        direction -= other * overlap;
    }
    direction.normalize()
}
