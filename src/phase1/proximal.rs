//! The proximal map of an implicit step, path by path.

use nalgebra::DMatrix;

use crate::network::{Derivatives, MAX_NEURONS, Model, ModelWorkspace};
use crate::numerics::packed_len;

/// Newton steps, partial ones included, before a path counts as lost.
const MAX_STEPS: usize = 60;

/// A Newton step this small, relative to `1 + |u|`, is taken without another look: the gradient follows to its square, and the curvature lags by it
/// until the next round of the fixed point, which starts here.
const SETTLED: f64 = 1e-5;

/// Share of the decrease that the slope promises which a step has to keep (Armijo).
const SUFFICIENT: f64 = 1e-4;

/// Decrease of the objective that rounding hides, relative to its size.
const ROUNDING: f64 = 1e-13;

/// First multiple of `S^{-1}` added to a Hessian that is not positive definite, and its growth.
const FIRST_SHIFT: f64 = 0.5;
const SHIFT_GROWTH: f64 = 3.0;

/// Where that ends, for a curvature that is no number.
const LARGEST_SHIFT: f64 = 1e30;

/// The map `v -> u` with `u + S g(u, y)/delta = v`, a minimum of `|u - v|^2 / 2 + l(y, f(u))/delta` in the metric of `S^{-1}`.
///
/// Damped Newton steps from a given point find the minimum on its branch.
#[derive(Clone, Debug)]
pub(super) struct Proximal {
    neurons: usize,
    /// `T = S^{-1}` (m x m, full).
    inverse: Vec<f64>,
    /// n/d.
    delta: f64,
}

/// What the map leaves of n paths, by rows.
pub(super) struct Images<'a> {
    /// u: on entry where to start (n x m).
    pub points: &'a mut [f64],
    /// l (n).
    pub losses: &'a mut [f64],
    /// g (n x m).
    pub gradients: &'a mut [f64],
    /// D, packed (n x m(m+1)/2).
    pub curvatures: &'a mut [f64],
    /// `K = D (I + S D/delta)^{-1}`, packed (n x m(m+1)/2).
    pub responses: &'a mut [f64],
}

/// Buffers of one thread.
#[derive(Default)]
pub(super) struct ProximalScratch {
    active: Vec<usize>,
    labels: Vec<f64>,
    trials: Vec<f64>,
    losses: Vec<f64>,
    gradients: Vec<f64>,
    curvatures: Vec<f64>,
    searches: Vec<LineSearch>,
    /// Newton directions of the paths (n x m).
    directions: Vec<f64>,
}

/// Where one path stands in its search along a Newton direction.
#[derive(Clone, Copy)]
struct LineSearch {
    /// Objective at the last accepted point; infinite before the first.
    objective: f64,
    /// Derivative of the objective along the direction (negative).
    slope: f64,
    /// Part of the direction that is tried.
    part: f64,
}

const UNSTARTED: LineSearch = LineSearch {
    objective: f64::INFINITY,
    slope: 0.0,
    part: 0.0,
};

/// The arithmetic of one path, for a number of neurons that the compiler knows.
struct Metric<const M: usize> {
    /// `T = S^{-1}`.
    inverse: [[f64; M]; M],
    delta: f64,
}

impl Proximal {
    /// The map for `S` (m x m, positive definite); `None` where S cannot be inverted.
    pub fn new(response: &DMatrix<f64>, delta: f64) -> Option<Self> {
        let inverse = response.clone().cholesky()?.inverse();
        Some(Self {
            neurons: response.nrows(),
            inverse: inverse.as_slice().to_vec(),
            delta,
        })
    }

    /// Maps all `targets` (n x m). Returns how many paths did not settle.
    pub fn map(
        &self,
        model: &Model,
        labels: &[f64],
        targets: &[f64],
        images: &mut Images,
        scratch: &mut ProximalScratch,
        workspace: &mut ModelWorkspace,
    ) -> usize {
        macro_rules! dispatch {
            ($($m:literal)*) => {
                match self.neurons {
                    $($m => self.map_for::<$m>(model, labels, targets, images, scratch, workspace),)*
                    _ => self.map_for::<MAX_NEURONS>(model, labels, targets, images, scratch, workspace),
                }
            };
        }
        dispatch!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
    }

    fn map_for<const M: usize>(
        &self,
        model: &Model,
        labels: &[f64],
        targets: &[f64],
        images: &mut Images,
        scratch: &mut ProximalScratch,
        workspace: &mut ModelWorkspace,
    ) -> usize {
        let metric = Metric::<M> {
            inverse: std::array::from_fn(|i| std::array::from_fn(|j| self.inverse[i * M + j])),
            delta: self.delta,
        };
        scratch.prepare(labels, images.points);
        for _ in 0..MAX_STEPS {
            scratch.evaluate(model, M, workspace);
            let mut kept = 0;
            for at in 0..scratch.active.len() {
                let path = scratch.active[at];
                if let Some(trial) = metric.step(path, at, targets, images, scratch) {
                    scratch.active[kept] = path;
                    scratch.labels[kept] = labels[path];
                    scratch.trials[kept * M..(kept + 1) * M].copy_from_slice(&trial);
                    kept += 1;
                }
            }
            scratch.active.truncate(kept);
            scratch.labels.truncate(kept);
            scratch.trials.truncate(kept * M);
            if kept == 0 {
                return 0;
            }
        }
        scratch.active.len()
    }
}

impl<const M: usize> Metric<M> {
    /// Judges the trial of a path, evaluated as number `at`; returns the next trial, or `None` where the path has settled.
    #[inline]
    fn step(
        &self,
        path: usize,
        at: usize,
        targets: &[f64],
        images: &mut Images,
        scratch: &mut ProximalScratch,
    ) -> Option<[f64; M]> {
        let p = packed_len(M);
        let (first, packed) = (path * M..(path + 1) * M, path * p..(path + 1) * p);
        let trial: [f64; M] = row(&scratch.trials, at);
        let target: [f64; M] = row(targets, path);
        let search = &mut scratch.searches[path];
        let objective = self.objective(&trial, &target, scratch.losses[at]);
        let allowed = search.objective
            + SUFFICIENT * search.part * search.slope
            + ROUNDING * (1.0 + search.objective.abs());
        // a trial that is not finite is refused as well
        let refused = objective.is_nan() || objective > allowed;
        if search.objective.is_finite() && refused {
            search.part *= 0.5;
            let (point, direction) = (row(images.points, path), row(&scratch.directions, path));
            return Some(ahead(&point, search.part, &direction));
        }
        let mut gradient: [f64; M] = row(&scratch.gradients, at);
        let curvature = &scratch.curvatures[at * p..(at + 1) * p];
        let (factor, shifted) = self.factor(curvature);
        let (direction, slope) = self.newton(&trial, &target, &gradient, &factor);
        *search = LineSearch {
            objective,
            slope,
            part: 1.0,
        };
        let next = ahead(&trial, 1.0, &direction);
        let settled = norm(&direction) <= SETTLED * (1.0 + norm(&trial)) && !shifted;
        if !settled {
            images.points[first.clone()].copy_from_slice(&trial);
            scratch.directions[first].copy_from_slice(&direction);
            return Some(next);
        }
        multiply_add(curvature, &direction, &mut gradient);
        images.losses[path] = scratch.losses[at];
        images.points[first.clone()].copy_from_slice(&next);
        images.gradients[first].copy_from_slice(&gradient);
        images.curvatures[packed.clone()].copy_from_slice(curvature);
        self.respond(curvature, &factor, &mut images.responses[packed]);
        None
    }

    /// `|u - v|_T^2 / 2 + l/delta`.
    #[inline]
    fn objective(&self, point: &[f64; M], target: &[f64; M], loss: f64) -> f64 {
        let away: [f64; M] = std::array::from_fn(|i| point[i] - target[i]);
        let pull = times(&self.inverse, &away);
        0.5 * dot(&away, &pull) + loss / self.delta
    }

    /// Newton's direction, and the slope of the objective along it.
    #[inline]
    fn newton(
        &self,
        point: &[f64; M],
        target: &[f64; M],
        gradient: &[f64; M],
        factor: &[[f64; M]; M],
    ) -> ([f64; M], f64) {
        let away: [f64; M] = std::array::from_fn(|i| target[i] - point[i]);
        let mut downhill = times(&self.inverse, &away);
        for (down, g) in downhill.iter_mut().zip(gradient) {
            *down -= g / self.delta;
        }
        let direction = solve(factor, downhill);
        (direction, -dot(&downhill, &direction))
    }

    /// The factor of `T + D/delta`, made positive definite by a multiple of T where it is not; and whether that was needed.
    #[inline]
    fn factor(&self, curvature: &[f64]) -> ([[f64; M]; M], bool) {
        let mut shift = 0.0;
        loop {
            let mut packed = curvature.iter();
            let mut matrix = self.inverse;
            for (i, row) in self.inverse.iter().enumerate() {
                for ((j, t), d) in row.iter().enumerate().skip(i).zip(&mut packed) {
                    matrix[j][i] = (1.0 + shift) * t + d / self.delta;
                }
            }
            if factorise(&mut matrix) || shift > LARGEST_SHIFT {
                return (matrix, shift > 0.0);
            }
            shift = if shift == 0.0 {
                FIRST_SHIFT
            } else {
                SHIFT_GROWTH * shift
            };
        }
    }

    /// `K = D (T + D/delta)^{-1} T`, packed.
    #[inline]
    fn respond(&self, curvature: &[f64], factor: &[[f64; M]; M], packed: &mut [f64]) {
        for j in 0..M {
            // column j of (T + D/delta)^{-1} T, then of K
            let column = solve(factor, self.inverse[j]);
            let mut image = [0.0; M];
            multiply_add(curvature, &column, &mut image);
            let mut entry = j;
            for (i, value) in image[..=j].iter().enumerate() {
                packed[entry] = *value;
                entry += M - i - 1;
            }
        }
    }
}

impl ProximalScratch {
    /// All paths start at their points.
    fn prepare(&mut self, labels: &[f64], points: &[f64]) {
        self.active.clear();
        self.active.extend(0..labels.len());
        self.labels.clear();
        self.labels.extend_from_slice(labels);
        self.trials.clear();
        self.trials.extend_from_slice(points);
        self.searches.clear();
        self.searches.resize(labels.len(), UNSTARTED);
        self.directions.resize(points.len(), 0.0);
    }

    /// Losses, gradients and curvatures of the trials.
    fn evaluate(&mut self, model: &Model, m: usize, workspace: &mut ModelWorkspace) {
        let (count, p) = (self.active.len(), packed_len(m));
        self.losses.resize(count, 0.0);
        self.gradients.resize(count * m, 0.0);
        self.curvatures.resize(count * p, 0.0);
        model.derivatives_into(
            &self.trials,
            &self.labels,
            Derivatives {
                losses: Some(&mut self.losses),
                gradients: Some(&mut self.gradients),
                curvatures: Some(&mut self.curvatures),
                readouts: None,
            },
            workspace,
        );
    }
}

/// Row `at` of rows of M numbers.
#[inline]
fn row<const M: usize>(rows: &[f64], at: usize) -> [f64; M] {
    std::array::from_fn(|i| rows[at * M + i])
}

/// The point a part of the way along a direction.
#[inline]
fn ahead<const M: usize>(point: &[f64; M], part: f64, direction: &[f64; M]) -> [f64; M] {
    std::array::from_fn(|i| point[i] + part * direction[i])
}

#[inline]
fn dot<const M: usize>(x: &[f64; M], y: &[f64; M]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

#[inline]
fn norm<const M: usize>(x: &[f64; M]) -> f64 {
    dot(x, x).sqrt()
}

#[inline]
fn times<const M: usize>(matrix: &[[f64; M]; M], x: &[f64; M]) -> [f64; M] {
    std::array::from_fn(|i| dot(&matrix[i], x))
}

/// Adds a packed symmetric matrix times a vector.
#[inline]
fn multiply_add<const M: usize>(packed: &[f64], x: &[f64; M], out: &mut [f64; M]) {
    let mut entries = packed.iter();
    for i in 0..M {
        for (j, d) in (i..M).zip(&mut entries) {
            out[i] += d * x[j];
            if j > i {
                out[j] += d * x[i];
            }
        }
    }
}

/// Cholesky's factor in place of the lower triangle; false where the matrix is not positive definite.
#[inline]
fn factorise<const M: usize>(matrix: &mut [[f64; M]; M]) -> bool {
    for i in 0..M {
        for j in 0..=i {
            let known: f64 = (0..j).map(|l| matrix[i][l] * matrix[j][l]).sum();
            let left = matrix[i][j] - known;
            if i > j {
                matrix[i][j] = left / matrix[j][j];
            } else if left > 0.0 {
                matrix[i][i] = left.sqrt();
            } else {
                return false;
            }
        }
    }
    true
}

/// Solves with the factor of [`factorise`].
#[inline]
fn solve<const M: usize>(factor: &[[f64; M]; M], right: [f64; M]) -> [f64; M] {
    let mut x = right;
    for i in 0..M {
        let known: f64 = (0..i).map(|l| factor[i][l] * x[l]).sum();
        x[i] = (x[i] - known) / factor[i][i];
    }
    for i in (0..M).rev() {
        let known: f64 = (i + 1..M).map(|l| factor[l][i] * x[l]).sum();
        x[i] = (x[i] - known) / factor[i][i];
    }
    x
}

#[cfg(test)]
mod tests;
