//! Second-order jets: a value carried with its first two derivatives along a line.

use super::functions;
use super::real::{Real, Scalar};

/// Value and first two derivatives at `t = 0` of a function of one real `t`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Jet<T = f64> {
    /// The value.
    pub value: T,
    /// The first derivative.
    pub first: T,
    /// The second derivative.
    pub second: T,
}

impl<T: Scalar> Jet<T> {
    /// A jet that does not move.
    #[inline(always)]
    pub(super) fn constant(value: T) -> Self {
        Self {
            value,
            first: T::number(0.0),
            second: T::number(0.0),
        }
    }

    /// Chain rule: the jet of `f(self)` from `[f, f', f'']` at the value.
    #[inline(always)]
    pub(super) fn through(self, [value, slope, bend]: [T; 3]) -> Self {
        Self {
            value,
            first: slope * self.first,
            second: bend * self.first * self.first + slope * self.second,
        }
    }
}

#[inline(always)]
pub(super) fn add<T: Scalar>(a: Jet<T>, b: Jet<T>) -> Jet<T> {
    Jet {
        value: a.value + b.value,
        first: a.first + b.first,
        second: a.second + b.second,
    }
}

#[inline(always)]
pub(super) fn subtract<T: Scalar>(a: Jet<T>, b: Jet<T>) -> Jet<T> {
    Jet {
        value: a.value - b.value,
        first: a.first - b.first,
        second: a.second - b.second,
    }
}

#[inline(always)]
pub(super) fn multiply<T: Scalar>(a: Jet<T>, b: Jet<T>) -> Jet<T> {
    Jet {
        value: a.value * b.value,
        first: a.first * b.value + a.value * b.first,
        second: a.second * b.value + T::number(2.0) * a.first * b.first + a.value * b.second,
    }
}

/// Differentiates `value * b = a` twice and solves for the derivatives of the quotient.
#[inline(always)]
pub(super) fn divide<T: Scalar>(a: Jet<T>, b: Jet<T>) -> Jet<T> {
    let value = a.value / b.value;
    let first = (a.first - value * b.first) / b.value;
    let second = (a.second - T::number(2.0) * first * b.first - value * b.second) / b.value;
    Jet {
        value,
        first,
        second,
    }
}

/// `a^b` for a base and an exponent that both may move.
#[inline(always)]
pub(super) fn power<T: Real>(a: Jet<T>, b: Jet<T>) -> Jet<T> {
    let zero = T::number(0.0);
    if b.first == zero && b.second == zero {
        return a.through(functions::real_power(a.value, b.value));
    }
    let value = a.value.powf(b.value);
    let exponent = multiply(b, a.through(functions::ln(a.value)));
    Jet {
        value,
        first: value * exponent.first,
        second: value * (exponent.first * exponent.first + exponent.second),
    }
}

/// The larger of two; where they tie the mean of both, as `(a + b + |a - b|)/2` with `|.|' = 0` at zero has it.
#[inline(always)]
pub(super) fn maximum<T: Real>(a: Jet<T>, b: Jet<T>) -> Jet<T> {
    if a.value > b.value {
        a
    } else if b.value > a.value {
        b
    } else {
        // Also reached when either is not a number, which the sum then keeps.
        mean(a, b)
    }
}

/// The smaller of two; where they tie the mean of both.
#[inline(always)]
pub(super) fn minimum<T: Real>(a: Jet<T>, b: Jet<T>) -> Jet<T> {
    if a.value < b.value {
        a
    } else if b.value < a.value {
        b
    } else {
        mean(a, b)
    }
}

#[inline(always)]
fn mean<T: Scalar>(a: Jet<T>, b: Jet<T>) -> Jet<T> {
    let half = T::number(0.5);
    Jet {
        value: half * a.value + half * b.value,
        first: half * (a.first + b.first),
        second: half * (a.second + b.second),
    }
}

/// `ln(exp(a) + exp(b))`. The weights of the two terms add up to one, and no part of a derivative cancels another.
#[inline(always)]
pub(super) fn log_add_exp<T: Real>(a: Jet<T>, b: Jet<T>) -> Jet<T> {
    let difference = subtract(a, b);
    let [_, left, curvature] = functions::softplus(difference.value);
    let right = functions::sigmoid(-difference.value)[0];
    let remainder = (-difference.value.abs()).exp().ln_1p();
    // Two equal infinities have no difference.
    let value = if a.value == b.value {
        a.value + T::number(std::f64::consts::LN_2)
    } else {
        a.value.max(b.value) + remainder
    };
    Jet {
        value,
        first: left * a.first + right * b.first,
        second: left * a.second
            + right * b.second
            + curvature * difference.first * difference.first,
    }
}
