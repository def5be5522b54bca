//! Crossings of the margin with zero, as a function of delta.

use std::cell::RefCell;

use nalgebra::DMatrix;

use super::ThresholdError;
use crate::curvature::CurvatureLaw;
use crate::hessian::{EdgeKind, InformativeMargin, Support, informative_margin};
use crate::numerics::{RootError, bracketed_root};

/// Accuracy of a root in ln(delta): far below any statistical error.
const ROOT_TOLERANCE: f64 = 1e-8;

/// How often a bracket that holds no crossing on a replicate is widened, and by which factor.
const WIDENINGS: usize = 6;
const WIDENING: f64 = 1.15;

/// The margin of one law as a function of delta, warm-started from the last delta.
pub(super) struct MarginCurve<'a> {
    law: &'a CurvatureLaw,
    support: Support<'a>,
    ridge: f64,
    warm: RefCell<Option<DMatrix<f64>>>,
}

/// A change of sign of the margin.
#[derive(Clone, Copy, Debug)]
pub(super) struct Crossing {
    pub(super) delta: f64,
    pub(super) kind: EdgeKind,
}

/// A bracket of a crossing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Interval {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) appears: bool,
}

impl<'a> MarginCurve<'a> {
    pub(super) fn new(law: &'a CurvatureLaw, support: Support<'a>, ridge: f64) -> Self {
        Self {
            law,
            support,
            ridge,
            warm: RefCell::new(None),
        }
    }

    /// The margin at `delta`, or `None` where D is unbounded below.
    pub(super) fn at(&self, delta: f64) -> Result<Option<InformativeMargin>, ThresholdError> {
        let warm = self.warm.borrow_mut().take();
        let margin = informative_margin(self.law, self.support, delta, self.ridge, warm.as_ref())
            .map_err(|source| ThresholdError::Hessian { delta, source })?;
        *self.warm.borrow_mut() = margin.as_ref().map(|margin| margin.resolvent.clone());
        Ok(margin)
    }

    fn value(&self, delta: f64) -> Result<f64, ThresholdError> {
        Ok(self.at(delta)?.map_or(f64::INFINITY, |margin| margin.value))
    }

    /// Changes of sign over an increasing grid of deltas; `tick` is called after each.
    pub(super) fn scan(
        &self,
        grid: &[f64],
        mut tick: impl FnMut(usize),
    ) -> Result<Vec<Interval>, ThresholdError> {
        let mut intervals = Vec::new();
        let mut last: Option<(f64, f64)> = None;
        for (i, &delta) in grid.iter().enumerate() {
            let value = self.value(delta)?;
            if let Some((before, at_before)) = last
                && (at_before < 0.0) != (value < 0.0)
            {
                intervals.push(Interval {
                    low: before,
                    high: delta,
                    appears: value < 0.0,
                });
            }
            last = Some((delta, value));
            tick(i);
        }
        Ok(intervals)
    }

    /// The crossing in the interval, widened if this law has it elsewhere; `None` if it has none.
    pub(super) fn refine(&self, interval: Interval) -> Result<Option<Crossing>, ThresholdError> {
        let Interval {
            mut low,
            mut high,
            appears,
        } = interval;
        let sign = if appears { 1.0 } else { -1.0 };
        let (mut at_low, mut at_high) = (sign * self.value(low)?, sign * self.value(high)?);
        for _ in 0..WIDENINGS {
            if at_low < 0.0 {
                low /= WIDENING;
                at_low = sign * self.value(low)?;
            }
            if at_high > 0.0 {
                high *= WIDENING;
                at_high = sign * self.value(high)?;
            }
        }
        if at_low < 0.0 || at_high > 0.0 {
            return Ok(None);
        }
        let found = bracketed_root(
            (low.ln(), at_low),
            (high.ln(), at_high),
            ROOT_TOLERANCE,
            |ln_delta| Ok(sign * self.value(ln_delta.exp())?),
        );
        match found {
            Ok(root) => {
                let delta = root.root.exp();
                let kind = self
                    .at(delta)?
                    .map_or(EdgeKind::Unbounded, |margin| margin.kind);
                Ok(Some(Crossing { delta, kind }))
            }
            Err(RootError::Function(error)) => Err(error),
            Err(RootError::NoSignChange { .. } | RootError::NotConverged { .. }) => Ok(None),
        }
    }
}

/// `count` deltas from `low`, each the `ratio`-fold of the one before.
pub(super) fn geometric(low: f64, ratio: f64, count: usize) -> Vec<f64> {
    (0..count).map(|i| low * ratio.powi(i as i32)).collect()
}
