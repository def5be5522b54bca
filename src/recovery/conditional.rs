//! Threshold of the hard directions where others are easy.
//!
//! Fixed points of the state evolution form a curve. It is followed in the trace `tau` of the signal-to-noise matrix
//! instead of delta: at given tau the fixed point solves `X = tau A(X) / tr A(X)`, which is one evaluation for one
//! easy latent, and its delta is `tau / tr A`. Where delta falls along the curve the evolution from no information
//! jumps to where it is as large again.

use nalgebra::DMatrix;

use super::RecoveryError;
use super::evolution::{Evolution, Information};
use crate::numerics::bracketed_root;
use crate::teacher::{ConditionalLaw, ConditionalResolution, LabelMoments, Teacher};

/// First point of the scan, and the ratio of the following ones.
const FIRST_SIGNAL: f64 = 0.02;
const SIGNAL_RATIO: f64 = 1.5;

/// Standard deviations of z_U that tables are made for, one after the other.
const WIDTHS: [f64; 5] = [0.5, 0.3, 0.12, 0.05, 0.02];

/// Relative accuracy of roots: far below the quadrature error.
const ROOT: f64 = 1e-9;

/// Iterations for the shape of the signal with two easy latents, and the change that counts as none.
const MAX_SHAPE_ITERATIONS: usize = 200;
const SAME_SHAPE: f64 = 1e-7;

/// Radius of F that counts as zero: squares of moments that interpolation leaves at 1e-5.
const NO_INFORMATION: f64 = 1e-9;

/// Which of the two resolutions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Accuracy {
    /// For the error estimate.
    Coarse,
    /// For the result.
    Fine,
}

/// A target whose first easy directions are known.
#[derive(Clone, Copy)]
pub(super) struct Conditional<'a> {
    pub(super) target: &'a Teacher,
    pub(super) moments: &'a LabelMoments,
    pub(super) easy: &'a DMatrix<f64>,
    pub(super) hard: &'a DMatrix<f64>,
}

impl Conditional<'_> {
    pub(super) fn table(
        &self,
        accuracy: Accuracy,
        narrowest: f64,
    ) -> Result<ConditionalLaw, RecoveryError> {
        let (p, r) = (self.easy.nrows(), self.hard.nrows());
        let resolution = match accuracy {
            Accuracy::Coarse => ConditionalResolution::coarse(narrowest, p, r),
            Accuracy::Fine => ConditionalResolution::fine(narrowest, p, r),
        };
        Ok(ConditionalLaw::new(
            self.target,
            self.moments,
            self.easy,
            self.hard,
            resolution,
        )?)
    }
}

/// A fixed point of the state evolution.
#[derive(Clone, Debug)]
pub(super) struct FixedPoint {
    /// Trace of the signal-to-noise matrix.
    tau: f64,
    /// n/d at which it is one.
    pub(super) delta: f64,
    pub(super) information: Information,
    /// Signal-to-noise matrix over its trace.
    shape: DMatrix<f64>,
}

/// The end of the search.
#[derive(Clone, Debug)]
pub(super) enum Onset {
    /// The hard directions become unstable at this fixed point.
    Continuous(FixedPoint),
    /// They do when the easy overlap jumps at this delta to this fixed point.
    Jump {
        /// n/d of the jump.
        delta: f64,
        /// Where it lands.
        landing: FixedPoint,
    },
    /// The easy latents are known to the table's narrowest width before that: the threshold given them.
    Saturated {
        /// n/d.
        delta: f64,
        /// What the last quarter of their uncertainty still changed.
        error: f64,
        /// The last fixed point.
        last: FixedPoint,
    },
    /// The label shows nothing of the hard directions at second order.
    Never,
}

/// What must reach 1/delta: the radius of F, or the best spectral method's form.
pub(super) type Rate = fn(&Information) -> f64;

/// Fixed points of one target at one resolution.
pub(super) struct Curve<'a> {
    problem: Conditional<'a>,
    accuracy: Accuracy,
    table: ConditionalLaw,
}

impl<'a> Curve<'a> {
    pub(super) fn new(problem: Conditional<'a>) -> Result<Self, RecoveryError> {
        // slices of two latents, or of a plane of easy ones, are too dear to have more of them than needed
        let first = if problem.easy.ncols() == 2 { 1 } else { 0 };
        Self::with_width(problem, Accuracy::Fine, WIDTHS[first])
    }

    /// The same fixed points at the accuracy of error estimates, on a table of the same width.
    pub(super) fn coarser(&self) -> Result<Self, RecoveryError> {
        Self::with_width(self.problem, Accuracy::Coarse, self.table.narrowest())
    }

    fn with_width(
        problem: Conditional<'a>,
        accuracy: Accuracy,
        width: f64,
    ) -> Result<Self, RecoveryError> {
        Ok(Self {
            problem,
            accuracy,
            table: problem.table(accuracy, width)?,
        })
    }

    fn evolution(&self) -> Evolution<'_> {
        let nodes = match self.accuracy {
            Accuracy::Coarse => 6,
            Accuracy::Fine => 8,
        };
        Evolution::new(&self.table, nodes)
    }

    /// The fixed point with this trace of the signal, from a guess of its shape; `None` where it is narrower
    /// than any table.
    fn at(
        &mut self,
        tau: f64,
        guess: Option<&FixedPoint>,
    ) -> Result<Option<FixedPoint>, RecoveryError> {
        let mut shape = match guess {
            Some(point) => point.shape.clone(),
            None => {
                let p = self.table.easy_dim();
                let start = self.evolution().information(&DMatrix::zeros(p, p))?.easy;
                &start / start.trace()
            }
        };
        if !self.resolve(tau)? {
            return Ok(None);
        }
        for _ in 0..MAX_SHAPE_ITERATIONS {
            let information = self.evolution().information(&(&shape * tau))?;
            let strength = information.easy.trace();
            let next = &information.easy / strength;
            let settled = self.table.easy_dim() == 1 || (&next - &shape).norm() < SAME_SHAPE;
            shape = next;
            if settled {
                return Ok(Some(FixedPoint {
                    tau,
                    delta: tau / strength,
                    information,
                    shape,
                }));
            }
        }
        Err(RecoveryError::Evolution { signal: tau })
    }

    /// Makes the table serve the smallest variance that a signal of this trace can leave.
    fn resolve(&mut self, tau: f64) -> Result<bool, RecoveryError> {
        let narrowest = (1.0 + tau).powf(-0.5);
        while narrowest < self.table.narrowest() {
            let Some(width) = WIDTHS.iter().find(|width| **width < self.table.narrowest()) else {
                return Ok(false);
            };
            self.table = self.problem.table(self.accuracy, *width)?;
        }
        Ok(true)
    }

    /// Follows the evolution from no information, in delta, until `delta * rate` reaches one.
    pub(super) fn onset(&mut self, rate: Rate) -> Result<Onset, RecoveryError> {
        let excess = |point: &FixedPoint| point.delta * rate(&point.information) - 1.0;
        let mut tau = FIRST_SIGNAL;
        let mut path: Vec<FixedPoint> = Vec::new();
        // the delta at which the evolution has left the curve, until it meets it again
        let mut jump: Option<f64> = None;
        while let Some(point) = self.at(tau, path.last())? {
            tau *= SIGNAL_RATIO;
            let before = path.last().cloned();
            let below = before.as_ref().map_or(0.0, |point| point.tau);
            if let Some(delta) = jump {
                if point.delta < delta {
                    path.push(point);
                    continue;
                }
                let landing = self.root((below, &point), |here| here.delta - delta)?;
                if excess(&landing) >= 0.0 {
                    return Ok(Onset::Jump { delta, landing });
                }
                jump = None;
            }
            if before
                .as_ref()
                .is_some_and(|before| point.delta < before.delta)
            {
                let start = path.len().checked_sub(2).map_or(0.0, |i| path[i].tau);
                let peak = self.peak(start, &point)?;
                if excess(&peak) >= 0.0 {
                    return Ok(Onset::Continuous(self.root((start, &peak), excess)?));
                }
                jump = Some(peak.delta);
            } else if excess(&point) >= 0.0 {
                return Ok(Onset::Continuous(self.root((below, &point), excess)?));
            }
            path.push(point);
        }
        Ok(saturated(path, jump, rate))
    }

    /// As [`onset`](Self::onset), looked for beside where it is at another resolution.
    pub(super) fn onset_near(&mut self, other: &Onset, rate: Rate) -> Result<Onset, RecoveryError> {
        if let Onset::Continuous(point) = other {
            let excess = |point: &FixedPoint| point.delta * rate(&point.information) - 1.0;
            let (low, high) = (point.tau / NEAR, point.tau * NEAR);
            if let Some(above) = self.at(high, Some(point))?
                && excess(&above) > 0.0
                && excess(&self.expect(low, &above)?) < 0.0
            {
                return Ok(Onset::Continuous(self.root((low, &above), excess)?));
            }
        }
        self.onset(rate)
    }

    /// Root of `f` between the signal `low`, where it is negative, and the point `high`.
    fn root(
        &mut self,
        (low, high): (f64, &FixedPoint),
        f: impl Fn(&FixedPoint) -> f64,
    ) -> Result<FixedPoint, RecoveryError> {
        let at_low = if low == 0.0 {
            -1.0
        } else {
            f(&self.expect(low, high)?)
        };
        let at_high = f(high);
        if at_low >= 0.0 {
            return self.expect(low, high);
        }
        let tolerance = ROOT * high.tau;
        let found = bracketed_root((low, at_low), (high.tau, at_high), tolerance, |tau| {
            self.expect(tau, high).map(|point| f(&point))
        });
        match found {
            Ok(root) => self.expect(root.root, high),
            Err(_) => Err(RecoveryError::Evolution { signal: high.tau }),
        }
    }

    /// The fixed point at a signal below one that the table serves.
    fn expect(&mut self, tau: f64, near: &FixedPoint) -> Result<FixedPoint, RecoveryError> {
        let point = self.at(tau, Some(near))?;
        point.ok_or(RecoveryError::Evolution { signal: tau })
    }

    /// Local maximum of delta between the signals `low` and that of `high`, by golden-section search.
    fn peak(&mut self, low: f64, high: &FixedPoint) -> Result<FixedPoint, RecoveryError> {
        const GOLDEN: f64 = 0.618_033_988_749_895;
        let (mut a, mut b) = (low, high.tau);
        for _ in 0..PEAK_STEPS {
            let (left, right) = (b - GOLDEN * (b - a), a + GOLDEN * (b - a));
            if self.expect(left, high)?.delta > self.expect(right, high)?.delta {
                b = right;
            } else {
                a = left;
            }
        }
        self.expect(0.5 * (a + b), high)
    }
}

/// Ratio by which the signal at the onset may differ between resolutions before it is searched for anew.
const NEAR: f64 = 1.1;

/// Steps of the golden-section search: delta is flat at its maximum, so its error is the square of the interval.
const PEAK_STEPS: usize = 24;

/// The outcome when the easy latents become known better than any table follows.
fn saturated(mut path: Vec<FixedPoint>, jump: Option<f64>, rate: Rate) -> Onset {
    let rates: Vec<f64> = path.iter().map(|point| rate(&point.information)).collect();
    let largest = rates.iter().copied().fold(0.0, f64::max);
    let (Some(last), false) = (path.pop(), largest < NO_INFORMATION) else {
        return Onset::Never;
    };
    let end = rates[rates.len() - 1];
    // four steps back the variance of the easy latents was five times as large
    let before = rates[rates.len().saturating_sub(5)];
    Onset::Saturated {
        delta: (1.0 / end).max(jump.unwrap_or(0.0)),
        error: (1.0 / end - 1.0 / before).abs(),
        last,
    }
}
