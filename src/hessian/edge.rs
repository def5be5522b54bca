//! Where the bulk ends: the fold of the resolvent curve, or the end of the curvature's support.

use nalgebra::DMatrix;

use super::error::HessianError;
use super::path::{Curve, Point, ROUGH, Track};
use super::root::{Bracket, bracketed_root};
use super::signed::{SignedLaw, Support};
use super::slack::Slack;
use super::spectrum::EdgeKind;
use crate::curvature::CurvatureLaw;
use crate::curvature::Side;

/// Largest relative change of T in one continuation step (a step of one would make T singular).
const LARGEST_STEP: f64 = 0.85;

/// Largest first step, before anything is known of the slope of the edge conditions.
const FIRST_STEP: f64 = 0.5;

/// Steps are aimed this much beyond the predicted edge, so that they bracket it.
const OVERSHOOT: f64 = 1.05;

/// Value of the fold condition below which a point is too far beyond the fold: the curve may
/// have turned back in its level there, and would not bracket the fold.
const FARTHEST_FOLD: f64 = -0.15;

/// Cosine between the tangents on the two sides of a bracketed fold: what suffices nearly always, and
/// what is asked for after the curve was lost.
const LARGEST_TURNS: [f64; 4] = [0.5, 0.9, 0.995, 0.9999];

/// Smallest continuation step before the curve counts as lost.
const SMALLEST_STEP: f64 = 1e-9;

/// Continuation steps allowed: each may halve T, and T spans at most a few dozen octaves.
const MAX_STEPS: usize = 200;

/// Accuracy of the edge conditions; the conditions are of order one.
const CONDITION_TOLERANCE: f64 = 1e-11;

/// A bound on the support's slack suffices to find the way where it is this part of the fold condition.
const SUFFICIENT: f64 = 0.1;

/// Largest value of an edge condition that rounding can leave in the tightest of laws.
const ACCEPTED: f64 = 1e-6;

/// Relative width at which a bracket on the curve is as narrow as rounding allows.
const LEVEL_WIDTH: f64 = 1e-15;

/// `-zeta` over the law's scale below which a constant `-zeta S` means a point mass at zero.
/// Smaller values would compare the null directions of T with rounding in its other entries.
const ATOM_ZETA: f64 = 1e-7;

/// Relative change of `-zeta S` in one step that counts as constant.
const ATOM_DRIFT: f64 = 1e-4;

/// Size of S times the law's scale at which a divergence without mass counts as an edge at zero.
const DIVERGED: f64 = 1e14;

/// One end of the bulk, without ridge.
#[derive(Clone, Debug)]
pub struct BulkEdge {
    /// What ends the bulk.
    pub kind: EdgeKind,
    /// Its position (weight decay not added).
    pub value: f64,
    /// S there (m x m); of `-H` for a right edge. It warm-starts a neighbouring delta.
    pub resolvent: DMatrix<f64>,
    /// Spectral radius of the linearised equation: 1 at a soft edge, less at a hard one.
    pub spectral_radius: f64,
    /// `1 + h(S)/delta` with h the support's infimum: 0 at a hard edge; absent where only the
    /// samples constrain.
    pub slack: Option<f64>,
    /// Passes over the samples spent.
    pub passes: usize,
}

/// The edge of the bulk of H (without ridge) on one side, or `None` where D is unbounded there.
///
/// * *Soft*: `X -> S E[K X K] S / delta` reaches spectral radius 1 (docs/theory.md section 5;
///   arXiv:2602.01434). Solved as a fold, so that S is as accurate as the edge.
/// * *Hard*: `1 + h(S)/delta` reaches 0 first.
/// * *Atom*: S diverges as zeta approaches 0, because H has an exact null space (`D >= 0` with
///   `delta E[rank D] < m`, or a null vector common to all D). The edge is 0, and S is returned
///   as far as it was followed.
///
/// For `Side::Right`, `support` describes `-D`. `warm`, the resolvent of a neighbouring edge,
/// saves passes and does not change the answer.
///
/// # Errors
/// An invalid law or delta, a support that is not finite, or a lost curve.
pub fn bulk_edge(
    law: &CurvatureLaw,
    support: Support,
    delta: f64,
    side: Side,
    warm: Option<&DMatrix<f64>>,
) -> Result<Option<BulkEdge>, HessianError> {
    let signed = SignedLaw::new(law, side.sign(), delta)?;
    let curve = Curve::new(&signed);
    let found = find_edge(&curve, support, warm)?;
    found.map(|edge| edge.publish(&signed, support)).transpose()
}

/// An edge with its point on the curve.
pub(super) struct EdgePoint {
    /// What ends the bulk.
    pub kind: EdgeKind,
    /// The point of the curve.
    pub point: Point,
    /// Passes over the samples spent to find it.
    pub passes: usize,
}

impl EdgePoint {
    /// The spectral parameter of the signed law; an atom sits at zero exactly.
    pub fn zeta(&self) -> f64 {
        if self.kind == EdgeKind::Atom {
            0.0
        } else {
            self.point.zeta
        }
    }

    /// The edge as callers see it.
    pub fn publish(self, signed: &SignedLaw, support: Support) -> Result<BulkEdge, HessianError> {
        let slack = Slack::new(support, signed.delta).at(&self.point)?;
        Ok(BulkEdge {
            kind: self.kind,
            value: signed.sign * self.zeta(),
            resolvent: self.point.resolvent,
            spectral_radius: self.point.radius,
            slack: Some(slack).filter(|slack| slack.is_finite()),
            passes: self.passes,
        })
    }
}

/// Finds the left edge of the signed law; `None` where its support is unbounded below.
pub(super) fn find_edge(
    curve: &Curve,
    support: Support,
    warm: Option<&DMatrix<f64>>,
) -> Result<Option<EdgePoint>, HessianError> {
    let m = curve.signed.neurons();
    let mut outcome = Err(curve.lost(None));
    for (attempt, largest_turn) in LARGEST_TURNS.into_iter().enumerate() {
        let search = Search {
            curve,
            slack: Slack::new(support, curve.signed.delta),
            largest_turn,
            bold: attempt == 0,
        };
        let Some(at_identity) = search.slack.of(&DMatrix::identity(m, m))? else {
            return Ok(None);
        };
        let warm = warm.filter(|_| attempt == 0);
        let start = match warm.and_then(|resolvent| search.warm_start(resolvent)) {
            Some(point) => point,
            None => search.cold_start(at_identity)?,
        };
        outcome = search.edge_from(start);
        if !matches!(outcome, Err(HessianError::PathLost { .. })) {
            break;
        }
    }
    outcome.map(Some)
}

/// The fold condition `1/sqrt(rho) - 1`: for one value of D it is linear in T, and for any law
/// of one neuron concave, so that secants land close.
fn fold(point: &Point) -> f64 {
    1.0 / point.radius.max(f64::MIN_POSITIVE).sqrt() - 1.0
}

/// What the continuation found.
enum Bracketed {
    /// A point before the edge and one beyond.
    Between(Box<[Point; 2]>),
    /// zeta reached zero with S divergent.
    Atom(Box<Point>),
}

/// Whether `next` lies before the fold, or so little beyond that the curve has not turned.
///
/// Far beyond the fold zeta falls, some neurons' T grow while others' shrink, and the level that addresses
/// the points turns back: a root search between such a point and the fold meets two points at one level.
fn is_just_beyond(point: &Point, next: &Point, largest_turn: f64) -> bool {
    let whitened = |x: &DMatrix<f64>| &point.resolvent * x;
    let (before, after) = (whitened(&point.tangent), whitened(&next.tangent));
    let product = |a: &DMatrix<f64>, b: &DMatrix<f64>| (a * b).trace();
    let cosine =
        product(&before, &after) / (product(&before, &before) * product(&after, &after)).sqrt();
    fold(next) > 0.0 || (fold(next) > FARTHEST_FOLD && cosine.abs() > largest_turn)
}

/// The search for one edge.
struct Search<'a> {
    curve: &'a Curve<'a>,
    slack: Slack<'a>,
    /// One of [`LARGEST_TURNS`].
    largest_turn: f64,
    /// Whether steps may be as long as the support's slack allows, and not only as long as the samples do for sure.
    bold: bool,
}

impl Search<'_> {
    /// Follows the curve from `start` to the edge.
    fn edge_from(&self, start: Point) -> Result<EdgePoint, HessianError> {
        match self.bracket(start)? {
            Bracketed::Atom(inside) => Ok(self.edge(EdgeKind::Atom, *inside)),
            Bracketed::Between(ends) => self.refine(*ends),
        }
    }

    /// The edge found at a point.
    fn edge(&self, kind: EdgeKind, point: Point) -> EdgePoint {
        EdgePoint {
            kind,
            point,
            passes: self.curve.passes(),
        }
    }

    /// A point with its distance to the nearer edge condition, or a little less; positive before the edge only.
    fn judge(&self, point: Point) -> Result<(Point, f64), HessianError> {
        self.curve.settle(point, |p| {
            let fold = fold(p);
            Ok(fold.min(self.slack.at_least(p, SUFFICIENT * fold)?))
        })
    }

    /// An estimate of the relative change of T that the tightest sample allows: one over the largest eigenvalue of
    /// `(I + S D / delta)^{-1}`. That is the trace less the others, about one each, unless many neurons are tight at once; and it
    /// is at most one over the slack of the support.
    fn room(&self, point: &Point) -> Result<f64, HessianError> {
        let others = point.inverse.nrows() as f64 - 1.0;
        let by_samples = 1.0 / (point.tightness - others).max(1.0);
        let by_support = self.slack.bound(point)?.filter(|_| self.bold);
        Ok(by_samples.max(by_support.unwrap_or(0.0)))
    }

    /// The point of the curve with the size of a neighbouring edge's T.
    fn warm_start(&self, resolvent: &DMatrix<f64>) -> Option<Point> {
        let m = self.curve.signed.neurons();
        let fits = resolvent.shape() == (m, m) && resolvent.iter().all(|x| x.is_finite());
        let inverse = fits.then(|| resolvent.clone().cholesky())??.inverse();
        let zeta = -inverse.trace() / m as f64;
        self.curve
            .solve(inverse, zeta, resolvent, m as f64, ROUGH)
            .ok()
    }

    /// A point far left of the bulk, where T is nearly a multiple of the identity.
    ///
    /// `T = c I` with `c = 4 sqrt(E|D|^2/delta)` and `T + D/delta > T/2` gives a spectral radius
    /// of at most 1/4; c doubles until the second condition holds too.
    fn cold_start(&self, slack_at_identity: f64) -> Result<Point, HessianError> {
        let signed = self.curve.signed;
        let m = signed.neurons();
        let mut size = 4.0 * signed.scale / signed.delta.sqrt();
        if slack_at_identity.is_finite() {
            size = size.max(2.0 * (1.0 - slack_at_identity));
        }
        for _ in 0..MAX_STEPS {
            let (inverse, border) = (
                DMatrix::identity(m, m) * size,
                DMatrix::identity(m, m) / size,
            );
            if let Ok(point) = self.curve.solve(inverse, -size, &border, m as f64, ROUGH)
                && point.radius < 0.5
                && self.slack.at_least(&point, 0.0)? > 0.0
            {
                return Ok(point);
            }
            size *= 2.0;
        }
        Err(self.curve.lost(None))
    }

    /// Follows the curve towards the edge until a point on each side of it is known.
    fn bracket(&self, start: Point) -> Result<Bracketed, HessianError> {
        let (mut point, mut value) = self.judge(start)?;
        if value <= 0.0 {
            return self.bracket_outwards(point);
        }
        // Both conditions change by about twice the relative change of T.
        let mut step = (0.5 * value).clamp(0.01, FIRST_STEP);
        let mut ceiling = LARGEST_STEP;
        for _ in 0..MAX_STEPS {
            let border = point.resolvent.clone();
            step = step.min(ceiling).min(LARGEST_STEP * self.room(&point)?);
            let level = point.level_after(&border, step);
            let reached = self.curve.advance(&point, &border, level, ROUGH).ok();
            let Some(next) = reached.filter(|next| is_just_beyond(&point, next, self.largest_turn))
            else {
                ceiling = 0.25 * step;
                if ceiling < SMALLEST_STEP {
                    break;
                }
                continue;
            };
            let (next, next_value) = self.judge(next)?;
            if next_value <= 0.0 {
                return Ok(Bracketed::Between(Box::new([point, next])));
            }
            if self.reaches_zero(&point, &next) {
                return Ok(Bracketed::Atom(Box::new(next)));
            }
            let slope = (value - next_value) / (point.level(&border) - level);
            step = predicted_step(&next, next_value, slope);
            ceiling = (2.0 * ceiling).min(LARGEST_STEP);
            (point, value) = (next, next_value);
        }
        Err(self.curve.lost(Some(&point)))
    }

    /// From a warm start beyond the edge, backs off until the edge is bracketed.
    fn bracket_outwards(&self, start: Point) -> Result<Bracketed, HessianError> {
        let mut step = -0.05;
        let mut outside = start;
        for _ in 0..MAX_STEPS {
            let border = outside.resolvent.clone();
            let level = outside.level_after(&border, step);
            let Ok(next) = self.curve.advance(&outside, &border, level, ROUGH) else {
                break;
            };
            let (next, value) = self.judge(next)?;
            if value > 0.0 && is_just_beyond(&next, &outside, self.largest_turn) {
                return Ok(Bracketed::Between(Box::new([next, outside])));
            }
            if value > 0.0 {
                return self.bracket(next);
            }
            step *= 2.0;
            outside = next;
        }
        let m = self.curve.signed.neurons();
        let at_identity = self
            .slack
            .of(&DMatrix::identity(m, m))?
            .unwrap_or(f64::INFINITY);
        self.bracket(self.cold_start(at_identity)?)
    }

    /// Whether the curve runs into zero without folding: H has a null space.
    ///
    /// Then `-zeta S` tends to its mass; at the critical delta the mass vanishes and S diverges
    /// as a square root instead. On a curve that crosses zero S stays finite.
    fn reaches_zero(&self, before: &Point, point: &Point) -> bool {
        let scale = self.curve.signed.scale;
        let mass = |p: &Point| -p.zeta * p.resolvent.norm();
        let constant = (mass(point) - mass(before)).abs() < ATOM_DRIFT * mass(point).abs();
        let near_zero = point.zeta <= 0.0 && -point.zeta < ATOM_ZETA * scale;
        near_zero && (constant || point.resolvent.norm() * scale > DIVERGED)
    }

    /// Closes in on whichever condition is met first.
    fn refine(&self, ends: [Point; 2]) -> Result<EdgePoint, HessianError> {
        let [inside, mut beyond] = ends;
        if fold(&beyond) <= 0.0 {
            let point = self.root_between("1/sqrt(rho) - 1", &inside, beyond, |p| Ok(fold(p)))?;
            if fold(&point).abs() > ACCEPTED {
                return Err(self.curve.lost(Some(&point)));
            }
            if self.slack.at_least(&point, 0.0)? >= 0.0 {
                return Ok(self.edge(EdgeKind::Soft, point));
            }
            beyond = point;
        }
        let point = self.root_between("1 + h(S)/delta", &inside, beyond, |p| self.slack.at(p))?;
        Ok(self.edge(EdgeKind::Hard, point))
    }

    /// The point between two points of the curve where `condition` vanishes.
    fn root_between(
        &self,
        quantity: &'static str,
        inside: &Point,
        outside: Point,
        condition: impl Fn(&Point) -> Result<f64, HessianError>,
    ) -> Result<Point, HessianError> {
        let (at_inside, at_outside) = (condition(inside)?, condition(&outside)?);
        let mut track = Track::through(self.curve, inside.clone(), vec![outside]);
        let levels: Vec<f64> = track.points().iter().map(|(level, _)| *level).collect();
        let bracket = Bracket {
            first: (levels[1], at_outside),
            second: (levels[0], at_inside),
        };
        let level = bracketed_root(
            quantity,
            bracket,
            CONDITION_TOLERANCE,
            LEVEL_WIDTH,
            |level| track.value(level, &condition),
        )?;
        track.at(level).cloned()
    }
}

/// The step to just beyond where the secant puts the edge.
fn predicted_step(point: &Point, value: f64, slope: f64) -> f64 {
    let border = &point.resolvent;
    let distance = OVERSHOOT * value / slope;
    let step = distance * point.tangent_norm / border.dot(&point.tangent).abs();
    // Far from the edge, or on a condition that does not approach it, the prediction is void.
    if step.is_finite() && step > 0.0 {
        step.min(LARGEST_STEP)
    } else {
        LARGEST_STEP
    }
}
