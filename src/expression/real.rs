//! What the formulas of the language ask of numbers, so that one formula serves doubles, numbers of wide range, and
//! bounds of magnitudes.

use std::f64::consts::FRAC_1_SQRT_2;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// Arithmetic.
pub trait Scalar:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    /// A double as a number of this kind.
    fn number(value: f64) -> Self;
}

/// Real numbers, ordered, with the elementary functions.
pub trait Real: Scalar + PartialOrd {
    fn exp(self) -> Self;
    fn ln(self) -> Self;
    fn ln_1p(self) -> Self;
    fn sqrt(self) -> Self;
    fn sin_cos(self) -> (Self, Self);
    /// Needed up to 1/2 in size only.
    fn tanh(self) -> Self;
    fn erf(self) -> Self;
    /// The normal distribution function, given the density at the same place.
    fn normal_cdf(self, density: Self) -> Self;
    fn powf(self, exponent: Self) -> Self;
    fn abs(self) -> Self;
    fn copysign(self, sign: Self) -> Self;
    /// The larger of two; the other one where one is not a number.
    fn max(self, other: Self) -> Self;
}

impl Scalar for f64 {
    #[inline(always)]
    fn number(value: f64) -> Self {
        value
    }
}

impl Real for f64 {
    #[inline(always)]
    fn exp(self) -> Self {
        self.exp()
    }
    #[inline(always)]
    fn ln(self) -> Self {
        self.ln()
    }
    #[inline(always)]
    fn ln_1p(self) -> Self {
        self.ln_1p()
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        self.sqrt()
    }
    #[inline(always)]
    fn sin_cos(self) -> (Self, Self) {
        self.sin_cos()
    }
    #[inline(always)]
    fn tanh(self) -> Self {
        self.tanh()
    }
    #[inline(always)]
    fn erf(self) -> Self {
        libm::erf(self)
    }
    #[inline(always)]
    fn normal_cdf(self, _density: Self) -> Self {
        0.5 * libm::erfc(-self * FRAC_1_SQRT_2)
    }
    #[inline(always)]
    fn powf(self, exponent: Self) -> Self {
        self.powf(exponent)
    }
    #[inline(always)]
    fn abs(self) -> Self {
        self.abs()
    }
    #[inline(always)]
    fn copysign(self, sign: Self) -> Self {
        self.copysign(sign)
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        self.max(other)
    }
}
