//! The functions of the language, each as `[f, f', f'']` at a point.
//!
//! One formula serves values and jets: where only the value is asked for, the compiler drops the rest.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

use super::real::{Real, Scalar};

/// `1/sqrt(2 pi)`: the normal density at zero.
const NORMAL_PEAK: f64 = 0.5 * FRAC_1_SQRT_2 * FRAC_2_SQRT_PI;

/// Below this the first three terms of the series of `tanh(x/2)` are exact to the last digit.
const HALF_TANH_SERIES: f64 = 1.0 / 1024.0;

#[inline(always)]
pub(super) fn negate<T: Scalar>(x: T) -> [T; 3] {
    [-x, -T::number(1.0), T::number(0.0)]
}

#[inline(always)]
pub(super) fn exp<T: Real>(x: T) -> [T; 3] {
    let e = x.exp();
    [e, e, e]
}

#[inline(always)]
pub(super) fn ln<T: Real>(x: T) -> [T; 3] {
    let inverse = T::number(1.0) / x;
    // ln(-0.0) is -infinity with slope -infinity; below zero there is no slope either.
    let slope = if x < T::number(0.0) {
        T::number(f64::NAN)
    } else {
        inverse
    };
    [x.ln(), slope, -slope * inverse]
}

#[inline(always)]
pub(super) fn sqrt<T: Real>(x: T) -> [T; 3] {
    let root = x.sqrt();
    let slope = T::number(0.5) / root;
    [root, slope, -T::number(0.5) * slope / x]
}

/// Kink at zero, where the slope is taken as 0.
#[inline(always)]
pub(super) fn abs<T: Real>(x: T) -> [T; 3] {
    [x.abs(), sign_of(x), T::number(0.0)]
}

/// Jump at zero, where the value is taken as 0.
#[inline(always)]
pub(super) fn sign<T: Real>(x: T) -> [T; 3] {
    [sign_of(x), T::number(0.0), T::number(0.0)]
}

#[inline(always)]
fn sign_of<T: Real>(x: T) -> T {
    // x itself where it is a zero or not a number.
    if x > T::number(0.0) {
        T::number(1.0)
    } else if x < T::number(0.0) {
        -T::number(1.0)
    } else {
        x
    }
}

/// With `1 - tanh^2` free of cancellation, so that the tails keep their relative accuracy.
#[inline(always)]
pub(super) fn tanh<T: Real>(x: T) -> [T; 3] {
    // Below one half `1 - tanh^2` loses nothing, above it `1 - exp(-2|x|)` loses nothing.
    let (value, slope) = if x.abs() < T::number(0.5) {
        let t = x.tanh();
        (t, T::number(1.0) - t * t)
    } else {
        let e = (-T::number(2.0) * x.abs()).exp();
        let inverse = T::number(1.0) / (T::number(1.0) + e);
        (
            ((T::number(1.0) - e) * inverse).copysign(x),
            T::number(4.0) * e * inverse * inverse,
        )
    };
    [value, slope, -T::number(2.0) * value * slope]
}

#[inline(always)]
pub(super) fn sin<T: Real>(x: T) -> [T; 3] {
    let (s, c) = x.sin_cos();
    [s, c, -s]
}

#[inline(always)]
pub(super) fn cos<T: Real>(x: T) -> [T; 3] {
    let (s, c) = x.sin_cos();
    [c, -s, -c]
}

#[inline(always)]
pub(super) fn erf<T: Real>(x: T) -> [T; 3] {
    let slope = T::number(FRAC_2_SQRT_PI) * (-x * x).exp();
    [x.erf(), slope, -T::number(2.0) * x * slope]
}

/// The normal distribution function; through `erfc`, so that the left tail keeps its relative accuracy.
#[inline(always)]
pub(super) fn normal_cdf<T: Real>(x: T) -> [T; 3] {
    let density = T::number(NORMAL_PEAK) * (-T::number(0.5) * x * x).exp();
    [x.normal_cdf(density), density, -x * density]
}

/// `1/(1 + exp(-x))`; the exponential is of `-|x|` and cannot overflow.
#[inline(always)]
pub(super) fn sigmoid<T: Real>(x: T) -> [T; 3] {
    let e = (-x.abs()).exp();
    let inverse = T::number(1.0) / (T::number(1.0) + e);
    let value = if x >= T::number(0.0) {
        inverse
    } else {
        e * inverse
    };
    let slope = e * inverse * inverse;
    // 1 - 2 sigma = -tanh(x/2), with its sign taken from x; next to zero by its series, where 1 - e would cancel.
    let odd = if x.abs() < T::number(HALF_TANH_SERIES) {
        let square = x * x;
        let correction = T::number(1.0 / 24.0) - square * T::number(1.0 / 240.0);
        x * (T::number(0.5) - square * correction)
    } else {
        ((T::number(1.0) - e) * inverse).copysign(x)
    };
    [value, slope, -slope * odd]
}

/// `ln(1 + exp(x))`; the exponential is of `-|x|` and cannot overflow.
#[inline(always)]
pub(super) fn softplus<T: Real>(x: T) -> [T; 3] {
    let [value, slope, _] = sigmoid(x);
    [
        x.max(T::number(0.0)) + (-x.abs()).exp().ln_1p(),
        value,
        slope,
    ]
}

#[inline(always)]
pub(super) fn hermite2<T: Scalar>(x: T) -> [T; 3] {
    [x * x - T::number(1.0), T::number(2.0) * x, T::number(2.0)]
}

#[inline(always)]
pub(super) fn hermite3<T: Scalar>(x: T) -> [T; 3] {
    let square = x * x;
    [
        x * (square - T::number(3.0)),
        T::number(3.0) * (square - T::number(1.0)),
        T::number(6.0) * x,
    ]
}

#[inline(always)]
pub(super) fn hermite4<T: Scalar>(x: T) -> [T; 3] {
    let square = x * x;
    [
        square * (square - T::number(6.0)) + T::number(3.0),
        T::number(4.0) * x * (square - T::number(3.0)),
        T::number(12.0) * (square - T::number(1.0)),
    ]
}

#[inline(always)]
pub(super) fn square<T: Scalar>(x: T) -> [T; 3] {
    [x * x, T::number(2.0) * x, T::number(2.0)]
}

#[inline(always)]
pub(super) fn cube<T: Scalar>(x: T) -> [T; 3] {
    [x * x * x, T::number(3.0) * x * x, T::number(6.0) * x]
}

/// `x^n` by multiplication: exact at zero, where `x^0 = 1`.
#[inline(always)]
pub(super) fn integer_power<T: Scalar>(x: T, exponent: i32) -> [T; 3] {
    let n = T::number(f64::from(exponent));
    match exponent {
        0 => [T::number(1.0), T::number(0.0), T::number(0.0)],
        1 => [x, T::number(1.0), T::number(0.0)],
        2.. => {
            let lower = product(x, exponent.unsigned_abs() - 2);
            [
                lower * x * x,
                n * lower * x,
                n * (n - T::number(1.0)) * lower,
            ]
        }
        _ => {
            let value = T::number(1.0) / product(x, exponent.unsigned_abs());
            let slope = n * value / x;
            [value, slope, (n - T::number(1.0)) * slope / x]
        }
    }
}

/// `x * x * ... * x`, `count` times, by repeated squaring.
#[inline(always)]
fn product<T: Scalar>(x: T, count: u32) -> T {
    let (mut result, mut base, mut left) = (T::number(1.0), x, count);
    while left > 0 {
        if left & 1 == 1 {
            result = result * base;
        }
        base = base * base;
        left >>= 1;
    }
    result
}

/// `x^c` for a real `c`, with one-sided derivatives at `x = 0`.
#[inline(always)]
pub(super) fn real_power<T: Real>(x: T, c: T) -> [T; 3] {
    let value = x.powf(c);
    if x != T::number(0.0) {
        let slope = c * value / x;
        return [value, slope, (c - T::number(1.0)) * slope / x];
    }
    // A coefficient of zero wins over the infinite power it would multiply.
    let term = |coefficient: T, power: T| {
        if coefficient == T::number(0.0) {
            T::number(0.0)
        } else {
            coefficient * x.powf(power)
        }
    };
    [
        value,
        term(c, c - T::number(1.0)),
        term(c * (c - T::number(1.0)), c - T::number(2.0)),
    ]
}
