//! How far the support's infimum is from ending the bulk, asked no oftener than it has to be.

use std::cell::RefCell;

use nalgebra::DMatrix;

use super::error::HessianError;
use super::path::Point;
use super::signed::Support;
use crate::numerics::SortedEigen;

/// `1 + h(S)/delta`, the second condition that ends the bulk.
///
/// An infimum is a global search. But `D + tau T >= 0` for all D of the support at one T says the same at every other:
/// `D + tau lambda_max(T_0 S) T >= 0` follows from `D + tau T_0 >= 0`, because `T_0 <= lambda_max(T_0 S) T`.
pub(super) struct Slack<'a> {
    support: Support<'a>,
    delta: f64,
    known: RefCell<Option<Certificate>>,
}

/// `D + size T >= 0` for all D of the support.
struct Certificate {
    inverse: DMatrix<f64>,
    size: f64,
}

impl<'a> Slack<'a> {
    pub fn new(support: Support<'a>, delta: f64) -> Self {
        Self {
            support,
            delta,
            known: RefCell::new(None),
        }
    }

    /// The slack at a resolvent; infinite without a known support, `None` where unbounded.
    pub fn of(&self, resolvent: &DMatrix<f64>) -> Result<Option<f64>, HessianError> {
        let Support::Known(support) = self.support else {
            return Ok(Some(f64::INFINITY));
        };
        match support.infimum(resolvent) {
            None => Ok(None),
            Some(value) if value.is_finite() => {
                let inverse = resolvent.clone().cholesky().map(|factor| factor.inverse());
                *self.known.borrow_mut() = inverse.map(|inverse| Certificate {
                    inverse,
                    size: (-value).max(0.0),
                });
                Ok(Some(1.0 + value / self.delta))
            }
            Some(value) => Err(HessianError::InvalidSupport {
                value,
                delta: self.delta,
            }),
        }
    }

    /// The slack at a point of the curve; a support that turns unbounded midway is an error.
    pub fn at(&self, point: &Point) -> Result<f64, HessianError> {
        self.of(&point.resolvent)?
            .ok_or(HessianError::InvalidSupport {
                value: f64::NEG_INFINITY,
                delta: self.delta,
            })
    }

    /// The slack at a point, or what it exceeds for sure where that is `enough` for the one who asks.
    pub fn at_least(&self, point: &Point, enough: f64) -> Result<f64, HessianError> {
        match self.bound(point)? {
            Some(bound) if bound >= enough => Ok(bound),
            _ => self.at(point),
        }
    }

    /// What the last infimum says of the slack here: it is no smaller than this.
    pub fn bound(&self, point: &Point) -> Result<Option<f64>, HessianError> {
        let known = self.known.borrow();
        let Some(known) = known.as_ref() else {
            return Ok(None);
        };
        if known.size == 0.0 {
            return Ok(Some(1.0));
        }
        let Some(factor) = point.resolvent.clone().cholesky() else {
            return Ok(None);
        };
        let lower = factor.l();
        let relative = lower.tr_mul(&(&known.inverse * &lower));
        let growth = SortedEigen::new(&relative)?.largest();
        Ok(Some(1.0 - known.size * growth / self.delta))
    }
}
