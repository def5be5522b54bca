//! Magnitudes of numbers, followed through sums and products as powers of two.

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::real::Scalar;

/// Largest exponent that intermediate results may reach, with a margin to that of doubles.
const LIMIT: f64 = 1000.0;
/// Digits of a double below its leading one, and one for rounding.
pub(super) const DIGITS: f64 = 53.0;

/// A number that is not zero is a whole multiple of `2^low` and at most `2^high`.
///
/// Sums keep multiples: what a subtraction leaves is zero or at least `2^low`, however much cancels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Span {
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Span {
    pub(super) const ZERO: Self = Self {
        low: f64::INFINITY,
        high: f64::NEG_INFINITY,
    };

    /// A number rounded to double precision, of a size between two powers of two.
    pub(super) fn rounded(low: f64, high: f64) -> Self {
        Self {
            low: low - DIGITS,
            high,
        }
    }

    pub(super) fn is_zero(self) -> bool {
        self.high == f64::NEG_INFINITY
    }

    pub(super) fn fits(self) -> bool {
        self.is_zero() || (self.low >= -LIMIT && self.high <= LIMIT)
    }

    pub(super) fn narrowed(self, low: f64, high: f64) -> Self {
        if self.is_zero() {
            return self;
        }
        Self {
            low: self.low.max(low - DIGITS),
            high: self.high.min(high),
        }
    }

    pub(super) fn union(self, other: Self) -> Self {
        Self {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
        }
    }

    pub(super) fn power(self, exponent: f64) -> Self {
        let (a, b) = (exponent * self.low, exponent * self.high);
        Self::rounded(a.min(b), a.max(b))
    }
}

impl Scalar for Span {
    fn number(value: f64) -> Self {
        if value == 0.0 {
            return Self::ZERO;
        }
        let size = value.abs().log2();
        Self::rounded(size.floor(), size)
    }
}

impl Neg for Span {
    type Output = Self;
    fn neg(self) -> Self {
        self
    }
}

impl Add for Span {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let (large, small) = (self.high.max(other.high), self.high.min(other.high));
        let growth = if small == f64::NEG_INFINITY {
            0.0
        } else {
            (small - large).exp2().ln_1p() * std::f64::consts::LOG2_E
        };
        Self {
            low: self.low.min(other.low),
            high: large + growth,
        }
    }
}

impl Sub for Span {
    type Output = Self;
    // signs are unknown, so a difference may be as large as a sum
    #[expect(clippy::suspicious_arithmetic_impl)]
    fn sub(self, other: Self) -> Self {
        self + other
    }
}

impl Mul for Span {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        if self.is_zero() || other.is_zero() {
            return Self::ZERO;
        }
        Self {
            low: self.low + other.low,
            high: self.high + other.high,
        }
    }
}

impl Div for Span {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        if self.is_zero() || other.is_zero() {
            return Self::ZERO;
        }
        Self::rounded(self.low - other.high, self.high - other.low)
    }
}
