//! Doubles with an exponent of their own: `exp(1000)^2/exp(1999)` neither overflows nor loses digits.

use std::cmp::Ordering;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, LOG2_E, SQRT_2};
use std::ops::{Add, Div, Mul, Neg, Sub};

use super::real::{Real, Scalar};

/// `mantissa * 2^exponent` with `1 <= |mantissa| < 2` and a whole exponent, itself a double; zeros, infinities and
/// NaN are their own mantissa, with exponent 0.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Wide {
    mantissa: f64,
    exponent: f64,
}

/// Exponents beyond this lose their last digits; a number that large or small is infinite or zero.
const EXPONENT_LIMIT: f64 = 1e300;

/// The first 33 bits of ln 2 and the rest: whole multiples of the first below 2^20 are exact.
const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// Beyond this distance seven terms of the asymptotic series of the normal tail are exact to the last digit.
const TAIL_FROM: f64 = 30.0;

const EXPONENT_BITS: u64 = 0x7ff << 52;

/// `2^exponent` for whole exponents of normal doubles.
fn power_of_two(exponent: f64) -> f64 {
    f64::from_bits(((exponent as i64 + 1023) as u64) << 52)
}

impl Wide {
    const fn special(mantissa: f64) -> Self {
        Self {
            mantissa,
            exponent: 0.0,
        }
    }

    /// `value * 2^exponent`, for any double `value`.
    fn scaled(value: f64, exponent: f64) -> Self {
        if value == 0.0 || !value.is_finite() {
            return Self::special(value);
        }
        let (value, exponent) = if value.is_normal() {
            (value, exponent)
        } else {
            (value * power_of_two(64.0), exponent - 64.0)
        };
        let bits = value.to_bits();
        let exponent = exponent + ((bits & EXPONENT_BITS) >> 52) as f64 - 1023.0;
        let mantissa = f64::from_bits((bits & !EXPONENT_BITS) | (1023 << 52));
        if exponent > EXPONENT_LIMIT {
            Self::special(f64::INFINITY.copysign(mantissa))
        } else if exponent < -EXPONENT_LIMIT {
            Self::special(0.0_f64.copysign(mantissa))
        } else {
            Self { mantissa, exponent }
        }
    }

    fn is_special(self) -> bool {
        self.mantissa == 0.0 || !self.mantissa.is_finite()
    }

    /// The nearest double: infinite or zero where it is out of range.
    pub(super) fn to_f64(self) -> f64 {
        let exponent = self.exponent;
        if exponent > 1023.0 {
            f64::INFINITY.copysign(self.mantissa)
        } else if exponent >= -1022.0 {
            self.mantissa * power_of_two(exponent)
        } else if exponent >= -1100.0 {
            // one rounding: the first product is exact
            self.mantissa * power_of_two(exponent + 1000.0) * power_of_two(-1000.0)
        } else {
            0.0_f64.copysign(self.mantissa)
        }
    }

    /// Whether it is a number that no normal double is close to.
    pub(super) fn is_out_of_range(self) -> bool {
        !self.is_special() && !(-1022.0..=1023.0).contains(&self.exponent)
    }

    fn is_negative(self) -> bool {
        self.mantissa < 0.0
    }
}

impl Scalar for Wide {
    fn number(value: f64) -> Self {
        Self::scaled(value, 0.0)
    }
}

impl Neg for Wide {
    type Output = Self;
    fn neg(self) -> Self {
        Self {
            mantissa: -self.mantissa,
            ..self
        }
    }
}

impl Add for Wide {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        if self.is_special() || other.is_special() {
            return match (self.mantissa == 0.0, other.mantissa == 0.0) {
                (true, false) => other,
                (false, true) => self,
                _ => Self::special(self.mantissa + other.mantissa),
            };
        }
        let (large, small) = if self.exponent >= other.exponent {
            (self, other)
        } else {
            (other, self)
        };
        let gap = large.exponent - small.exponent;
        if gap > 60.0 {
            return large;
        }
        let sum = large.mantissa + small.mantissa * power_of_two(-gap);
        Self::scaled(sum, large.exponent)
    }
}

impl Sub for Wide {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Wide {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self::scaled(
            self.mantissa * other.mantissa,
            self.exponent + other.exponent,
        )
    }
}

impl Div for Wide {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        Self::scaled(
            self.mantissa / other.mantissa,
            self.exponent - other.exponent,
        )
    }
}

impl PartialOrd for Wide {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        let (a, b) = (self.mantissa, other.mantissa);
        if self.is_special() || other.is_special() || (a > 0.0) != (b > 0.0) {
            return a.partial_cmp(&b);
        }
        let by_exponent = self.exponent.partial_cmp(&other.exponent)?;
        let by_exponent = if a > 0.0 {
            by_exponent
        } else {
            by_exponent.reverse()
        };
        Some(by_exponent.then(a.partial_cmp(&b)?))
    }
}

impl Real for Wide {
    fn exp(self) -> Self {
        let x = self.to_f64();
        let turns = (x * LOG2_E).round();
        if !turns.is_finite() {
            return Self::special(x.exp());
        }
        let rest = (x - turns * LN_2_HIGH) - turns * LN_2_LOW;
        // Far out the doubles are wider apart than one turn, and so is what is known of the result.
        Self::scaled(rest.clamp(-1.0, 1.0).exp(), turns)
    }

    fn ln(self) -> Self {
        if self.is_special() || self.is_negative() {
            return Self::special(self.mantissa.ln());
        }
        // Next to one the two parts would cancel.
        let (mantissa, exponent) = if self.mantissa > SQRT_2 {
            (0.5 * self.mantissa, self.exponent + 1.0)
        } else {
            (self.mantissa, self.exponent)
        };
        Self::number(exponent * LN_2_HIGH + (exponent * LN_2_LOW + mantissa.ln()))
    }

    fn ln_1p(self) -> Self {
        if self.exponent < -60.0 {
            return self;
        }
        if self.exponent > 60.0 {
            return self.ln();
        }
        Self::number(self.to_f64().ln_1p())
    }

    fn sqrt(self) -> Self {
        if self.is_special() {
            return Self::special(self.mantissa.sqrt());
        }
        let odd = self.exponent.rem_euclid(2.0);
        Self::scaled(
            (self.mantissa * (1.0 + odd)).sqrt(),
            0.5 * (self.exponent - odd),
        )
    }

    fn sin_cos(self) -> (Self, Self) {
        if self.exponent < -60.0 {
            return (self, Self::number(1.0));
        }
        let (sin, cos) = self.to_f64().sin_cos();
        (Self::number(sin), Self::number(cos))
    }

    fn tanh(self) -> Self {
        if self.exponent < -60.0 {
            return self;
        }
        Self::number(self.to_f64().tanh())
    }

    fn erf(self) -> Self {
        if self.exponent < -60.0 {
            return self * Self::number(FRAC_2_SQRT_PI);
        }
        Self::number(libm::erf(self.to_f64()))
    }

    /// Far out the asymptotic series times the very density that derivatives use: `x^2` is rounded, and two
    /// roundings of it would show in the ratio.
    fn normal_cdf(self, density: Self) -> Self {
        let x = self.to_f64();
        if x > -TAIL_FROM || x.is_nan() {
            return Self::number(0.5 * libm::erfc(-x * FRAC_1_SQRT_2));
        }
        if self.is_special() {
            return Self::number(0.0);
        }
        let inverse = Self::number(1.0) / (self * self);
        let mut sum = Self::number(1.0);
        for odd in [13.0, 11.0, 9.0, 7.0, 5.0, 3.0, 1.0] {
            sum = Self::number(1.0) - Self::number(odd) * inverse * sum;
        }
        density / -self * sum
    }

    fn powf(self, exponent: Self) -> Self {
        let c = exponent.to_f64();
        if self.is_special() || c == 0.0 || !c.is_finite() {
            // Infinite powers of numbers beyond the doubles still see on which side of one the base is.
            let near = self.to_f64();
            return Self::number(near.powf(c));
        }
        let sign = match (self.is_negative(), c.rem_euclid(2.0)) {
            (false, _) | (true, 0.0) => 1.0,
            (true, 1.0) => -1.0,
            _ => return Self::special(f64::NAN),
        };
        let mantissa = self.mantissa.abs();
        let turns = c * self.exponent;
        let lost = c.mul_add(self.exponent, -turns);
        let whole = turns.round();
        if !whole.is_finite() {
            let grows = (self.exponent > 0.0) == (c > 0.0);
            return Self::special(if grows {
                sign * f64::INFINITY
            } else {
                sign * 0.0
            });
        }
        let rest = ((turns - whole) + lost).exp2();
        if c.abs() <= 1000.0 {
            return Self::scaled(sign * rest, whole) * Self::number(mantissa.powf(c));
        }
        let mantissa_power = Self::number(c * mantissa.ln()).exp();
        Self::scaled(sign * rest, whole) * mantissa_power
    }

    fn abs(self) -> Self {
        if self.is_negative() { -self } else { self }
    }

    fn copysign(self, sign: Self) -> Self {
        Self {
            mantissa: self.mantissa.copysign(sign.mantissa),
            ..self
        }
    }

    fn max(self, other: Self) -> Self {
        if self > other || other.mantissa.is_nan() {
            self
        } else {
            other
        }
    }
}
