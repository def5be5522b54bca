//! The curve of real resolvents left of the bulk, and Newton's method on it.
//!
//! Unknown: `T = S^{-1}` with `T + zeta I = E[K(T)]` (docs/theory.md (5.1); arXiv:2602.01434).
//! `E[K]` is a matrix-concave function of T, so on the convex set `T > 0`, `T + D/delta > 0`
//! the solution with spectral radius below one is unique for each zeta, Newton's method
//! converges to it from above, T decreases as zeta grows, and a solution with spectral radius
//! one is the edge, whichever way it was reached.
//!
//! At the edge zeta stops growing along the curve while T moves on smoothly. Points are
//! therefore addressed by the level `<P, T>` for a fixed positive definite P, never by zeta:
//! the system bordered by that condition stays regular through the fold.

use std::cell::Cell;

use nalgebra::DMatrix;

use super::error::HessianError;
use super::moments::{moments, unpack_kronecker};
use super::newton::Linearised;
use super::number::Real;
use super::signed::SignedLaw;

/// Newton step below which the next one would be lost in rounding.
const TIGHT: f64 = 1e-11;

/// Newton step that suffices on the way. Convergence is quadratic, so T is then good to
/// its square; only the averages lag behind by the step itself.
pub(super) const ROUGH: f64 = 1e-3;

/// Ratio of successive Newton steps, while they are large, that shows a target out of reach.
const DIVERGENCE: f64 = 0.75;

/// A function of order one is trusted where it exceeds the lag of its point this many times.
const LAG_MARGIN: f64 = 100.0;

/// Newton step that counts as converged once the steps stop shrinking (rounding floor).
const STALLED_TOLERANCE: f64 = 1e-8;

/// Newton step that rounding alone can leave where several decoupled blocks fold at once: the matrix of Newton's method is then
/// singular in as many directions, and the position of the edge is good to the square of this.
const ROUNDING: f64 = 1e-6;

/// Newton steps before the target level is declared too far.
const MAX_NEWTON: usize = 14;

/// Partial steps on the way to one level before the curve counts as lost.
const MAX_PARTIAL_STEPS: usize = 60;

/// Smallest partial step, relative to the level.
const MIN_STEP: f64 = 1e-13;

/// A Newton solve that did not arrive; the caller takes a smaller step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct StepFailed;

/// A point of the curve with the averages and the tangent there.
#[derive(Clone, Debug)]
pub(super) struct Point {
    /// `T = S^{-1}` (m x m).
    pub inverse: DMatrix<f64>,
    /// S (m x m).
    pub resolvent: DMatrix<f64>,
    /// The spectral parameter.
    pub zeta: f64,
    /// Spectral radius of `X -> S E[K X K] S / delta`.
    pub radius: f64,
    /// Change of T along the curve, any positive length (m x m).
    pub tangent: DMatrix<f64>,
    /// Change of zeta that goes with it.
    pub zeta_tangent: f64,
    /// Frobenius norm of `S^{1/2} tangent S^{1/2}`: the relative change of T.
    pub tangent_norm: f64,
    /// `E[k w^T]`, packed (p x r(r+1)/2).
    pub latent: DMatrix<f64>,
    /// Largest trace of `(I + S D / delta)^{-1}` over the samples: see
    /// `Moments::tightness`.
    pub tightness: f64,
    /// Size of the last Newton step relative to the distance to the edge of the feasible set, by
    /// which radius, tangent and averages lag behind T.
    pub lag: f64,
}

impl Point {
    /// The level `<P, T>` of this point.
    pub fn level(&self, border: &DMatrix<f64>) -> f64 {
        border.dot(&self.inverse)
    }

    /// How far along the tangent the level reaches `level`.
    fn reach(&self, border: &DMatrix<f64>, level: f64) -> f64 {
        (level - self.level(border)) / border.dot(&self.tangent)
    }

    /// The level at which the tangent has changed T by the relative amount `-shrink`.
    pub fn level_after(&self, border: &DMatrix<f64>, shrink: f64) -> f64 {
        let slope = border.dot(&self.tangent);
        self.level(border) - shrink * slope.abs() / self.tangent_norm
    }

    /// `A(zeta) = -zeta I + E[K (x) z_V z_V^T]` (docs/theory.md (6.1)), `mr x mr`, neuron-major.
    pub fn schur_complement(&self, signed: &SignedLaw) -> DMatrix<f64> {
        let (m, r) = (signed.neurons(), signed.law.hard_dim());
        unpack_kronecker(&self.latent, m, r) - DMatrix::identity(m * r, m * r) * self.zeta
    }
}

/// The resolvent curve of one signed law, counting its passes over the samples.
pub(super) struct Curve<'a> {
    /// The law and delta.
    pub signed: &'a SignedLaw<'a>,
    /// Passes over the samples so far.
    passes: Cell<usize>,
}

impl<'a> Curve<'a> {
    /// The curve of `signed`, with no pass spent yet.
    pub fn new(signed: &'a SignedLaw<'a>) -> Self {
        Self {
            signed,
            passes: Cell::new(0),
        }
    }

    /// Passes over the samples spent so far.
    pub fn passes(&self) -> usize {
        self.passes.get()
    }

    /// Counts one pass made outside of Newton's method.
    pub fn count_pass(&self) {
        self.passes.set(self.passes.get() + 1);
    }

    /// The error of a search that ran out of ways near `point`.
    pub fn lost(&self, point: Option<&Point>) -> HessianError {
        HessianError::PathLost {
            delta: self.signed.delta,
            zeta: point.map_or(f64::NEG_INFINITY, |p| p.zeta),
            spectral_radius: point.map_or(0.0, |p| p.radius),
            passes: self.passes(),
        }
    }

    /// The point at `level`, starting from the tangent at `from`.
    pub fn advance(
        &self,
        from: &Point,
        border: &DMatrix<f64>,
        level: f64,
        accuracy: f64,
    ) -> Result<Point, StepFailed> {
        let reach = from.reach(border, level);
        let inverse = &from.inverse + &from.tangent * reach;
        self.solve(
            inverse,
            from.zeta + from.zeta_tangent * reach,
            border,
            level,
            accuracy,
        )
    }

    /// Newton's method for `(T, zeta)` on the curve with `<P, T> = level`, until the relative
    /// step is below `accuracy`.
    pub fn solve(
        &self,
        mut inverse: DMatrix<f64>,
        mut zeta: f64,
        border: &DMatrix<f64>,
        level: f64,
        accuracy: f64,
    ) -> Result<Point, StepFailed> {
        let mut previous = f64::INFINITY;
        for _ in 0..MAX_NEWTON {
            let linear = self.linearise(&inverse, zeta)?;
            let residual_level = level - border.dot(&(&inverse + &linear.correction));
            let along = residual_level / border.dot(&linear.tangent);
            let step = &linear.whitened_correction + &linear.whitened_tangent * along;
            // Relative to T, and to what is left of I + S D / delta in the tightest sample: the
            // scale on which the averages vary.
            let size = step.norm() * linear.tightness;
            let diverging = size > DIVERGENCE * previous && size > ROUGH;
            if !size.is_finite() || diverging {
                return Err(StepFailed);
            }
            inverse += &linear.correction + &linear.tangent * along;
            self.signed.law.symmetrise(&mut inverse);
            zeta += linear.zeta_correction + linear.zeta_tangent * along;
            let stalled = size < STALLED_TOLERANCE && size > 0.25 * previous;
            if size < accuracy || stalled {
                return linear.into_point(inverse, zeta, size);
            }
            previous = size;
        }
        Err(StepFailed)
    }

    /// A point with the value of `condition`, a function of order one, solved the more
    /// accurately the closer that value is to zero.
    pub fn settle(
        &self,
        mut point: Point,
        condition: impl Fn(&Point) -> Result<f64, HessianError>,
    ) -> Result<(Point, f64), HessianError> {
        loop {
            let value = condition(&point)?;
            if point.lag <= TIGHT || value.abs() > LAG_MARGIN * point.lag {
                return Ok((point, value));
            }
            let Ok(polished) = self.polish(&point, (value.abs() / LAG_MARGIN).max(TIGHT)) else {
                return self.resign(point).map(|point| (point, value));
            };
            // A lag that no longer shrinks is rounding.
            if polished.lag > 0.5 * point.lag {
                let value = condition(&polished)?;
                return Ok((polished, value));
            }
            point = polished;
        }
    }

    /// The same point with its Newton step brought below `accuracy`.
    fn polish(&self, point: &Point, accuracy: f64) -> Result<Point, HessianError> {
        let border = &point.resolvent;
        let solved = self.advance(point, border, point.level(border), accuracy);
        solved.map_err(|_| self.lost(Some(point)))
    }

    /// A point from which Newton's method got no further, where rounding explains that.
    fn resign(&self, point: Point) -> Result<Point, HessianError> {
        if point.lag < ROUNDING {
            Ok(point)
        } else {
            Err(self.lost(Some(&point)))
        }
    }

    /// One pass over the samples, and the Newton step and tangent that follow from it.
    fn linearise(&self, inverse: &DMatrix<f64>, zeta: f64) -> Result<Linearised, StepFailed> {
        let m = self.signed.neurons();
        let frame = self.signed.frame();
        let roots = frame.roots(inverse).ok_or(StepFailed)?;
        let resolvent = roots.inverse.tr_mul(&roots.inverse);
        self.count_pass();
        let averages = moments::<Real>(self.signed, inverse, &resolvent).map_err(|_| StepFailed)?;
        let residual = inverse + DMatrix::identity(m, m) * zeta - &averages.mean;
        Linearised::new(self.signed.delta, frame, &roots, averages, &residual)
    }
}

/// Points of a curve under one border, each reached from the nearest known one.
pub(super) struct Track<'a> {
    /// The curve.
    curve: &'a Curve<'a>,
    /// P (m x m).
    border: DMatrix<f64>,
    /// Points found, with their levels.
    points: Vec<(f64, Point)>,
}

impl<'a> Track<'a> {
    /// A track through known points, with `S` of the first one as its border: every direction
    /// then weighs the same, whatever the scales of the neurons.
    pub fn through(curve: &'a Curve<'a>, first: Point, others: Vec<Point>) -> Self {
        let border = first.resolvent.clone();
        let points = std::iter::once(first).chain(others);
        let points = points.map(|point| (point.level(&border), point)).collect();
        Self {
            curve,
            border,
            points,
        }
    }

    /// The points found so far with their levels, in the order of discovery.
    pub fn points(&self) -> &[(f64, Point)] {
        &self.points
    }

    /// The point at `level`, as accurate as rounding allows.
    pub fn at(&mut self, level: f64) -> Result<&Point, HessianError> {
        let index = self.find(level)?;
        if self.points[index].1.lag > TIGHT {
            let point = self.points[index].1.clone();
            let polished = self.curve.polish(&point, TIGHT);
            self.points[index].1 = polished.or_else(|_| self.curve.resign(point))?;
        }
        Ok(&self.points[index].1)
    }

    /// The value of `condition`, a function of order one, at `level`: see [`Curve::settle`].
    pub fn value(
        &mut self,
        level: f64,
        condition: impl Fn(&Point) -> Result<f64, HessianError>,
    ) -> Result<f64, HessianError> {
        let index = self.find(level)?;
        let (point, value) = self.curve.settle(self.points[index].1.clone(), condition)?;
        self.points[index].1 = point;
        Ok(value)
    }

    /// Index of the point at `level`, reached in shorter steps where Newton's method fails.
    fn find(&mut self, level: f64) -> Result<usize, HessianError> {
        for _ in 0..MAX_PARTIAL_STEPS {
            let distance = |known: f64| (known - level).abs();
            let nearest = (0..self.points.len())
                .min_by(|&a, &b| distance(self.points[a].0).total_cmp(&distance(self.points[b].0)));
            let Some(nearest) = nearest else { break };
            let (start, from) = &self.points[nearest];
            if *start == level {
                return Ok(nearest);
            }
            match self.step_towards(*start, from, level) {
                Some(found) => self.points.push(found),
                // what rounding leaves in T is more than the levels differ by
                None if distance(*start) < ROUNDING * level.abs() && from.lag < ROUNDING => {
                    return Ok(nearest);
                }
                None => break,
            }
        }
        Err(self.curve.lost(self.points.last().map(|(_, point)| point)))
    }

    /// The longest step from `from` towards `level`, halved until Newton's method succeeds.
    fn step_towards(&self, start: f64, from: &Point, level: f64) -> Option<(f64, Point)> {
        let mut target = level;
        while (target - start).abs() > MIN_STEP * start.abs() {
            match self.curve.advance(from, &self.border, target, ROUGH) {
                Ok(point) => return Some((target, point)),
                Err(StepFailed) => target = 0.5 * (target + start),
            }
        }
        // Levels this close differ by rounding only; one last attempt at the target itself.
        self.curve
            .advance(from, &self.border, level, ROUGH)
            .ok()
            .map(|point| (level, point))
    }
}
