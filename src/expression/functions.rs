//! The functions of the language, each as `[f, f', f'']` at a point.
//!
//! One formula serves values and jets: where only the value is asked for, the compiler drops the rest.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

/// `1/sqrt(2 pi)`: the normal density at zero.
const NORMAL_PEAK: f64 = 0.5 * FRAC_1_SQRT_2 * FRAC_2_SQRT_PI;

#[inline(always)]
pub(super) fn negate(x: f64) -> [f64; 3] {
    [-x, -1.0, 0.0]
}

#[inline(always)]
pub(super) fn exp(x: f64) -> [f64; 3] {
    let e = x.exp();
    [e, e, e]
}

#[inline(always)]
pub(super) fn ln(x: f64) -> [f64; 3] {
    let inverse = 1.0 / x;
    // ln(-0.0) is -infinity with slope -infinity; below zero there is no slope either.
    let slope = if x < 0.0 { f64::NAN } else { inverse };
    [x.ln(), slope, -slope * inverse]
}

#[inline(always)]
pub(super) fn sqrt(x: f64) -> [f64; 3] {
    let root = x.sqrt();
    let slope = 0.5 / root;
    [root, slope, -0.5 * slope / x]
}

/// Kink at zero, where the slope is taken as 0.
#[inline(always)]
pub(super) fn abs(x: f64) -> [f64; 3] {
    [x.abs(), sign_of(x), 0.0]
}

/// Jump at zero, where the value is taken as 0.
#[inline(always)]
pub(super) fn sign(x: f64) -> [f64; 3] {
    [sign_of(x), 0.0, 0.0]
}

#[inline(always)]
fn sign_of(x: f64) -> f64 {
    // x itself where it is a zero or not a number.
    if x > 0.0 {
        1.0
    } else if x < 0.0 {
        -1.0
    } else {
        x
    }
}

/// With `1 - tanh^2` free of cancellation, so that the tails keep their relative accuracy.
#[inline(always)]
pub(super) fn tanh(x: f64) -> [f64; 3] {
    // Below one half `1 - tanh^2` loses nothing, above it `1 - exp(-2|x|)` loses nothing.
    let (value, slope) = if x.abs() < 0.5 {
        let t = x.tanh();
        (t, 1.0 - t * t)
    } else {
        let e = (-2.0 * x.abs()).exp();
        let inverse = 1.0 / (1.0 + e);
        (
            ((1.0 - e) * inverse).copysign(x),
            4.0 * e * inverse * inverse,
        )
    };
    [value, slope, -2.0 * value * slope]
}

#[inline(always)]
pub(super) fn sin(x: f64) -> [f64; 3] {
    let (s, c) = x.sin_cos();
    [s, c, -s]
}

#[inline(always)]
pub(super) fn cos(x: f64) -> [f64; 3] {
    let (s, c) = x.sin_cos();
    [c, -s, -c]
}

#[inline(always)]
pub(super) fn erf(x: f64) -> [f64; 3] {
    let slope = FRAC_2_SQRT_PI * (-x * x).exp();
    [libm::erf(x), slope, -2.0 * x * slope]
}

/// The normal distribution function; through `erfc`, so that the left tail keeps its relative accuracy.
#[inline(always)]
pub(super) fn normal_cdf(x: f64) -> [f64; 3] {
    let density = NORMAL_PEAK * (-0.5 * x * x).exp();
    [0.5 * libm::erfc(-x * FRAC_1_SQRT_2), density, -x * density]
}

/// `1/(1 + exp(-x))`; the exponential is of `-|x|` and cannot overflow.
#[inline(always)]
pub(super) fn sigmoid(x: f64) -> [f64; 3] {
    let e = (-x.abs()).exp();
    let inverse = 1.0 / (1.0 + e);
    let value = if x >= 0.0 { inverse } else { e * inverse };
    let slope = e * inverse * inverse;
    // 1 - 2 sigma = -tanh(x/2), with its sign taken from x.
    let odd = ((1.0 - e) * inverse).copysign(x);
    [value, slope, -slope * odd]
}

/// `ln(1 + exp(x))`; the exponential is of `-|x|` and cannot overflow.
#[inline(always)]
pub(super) fn softplus(x: f64) -> [f64; 3] {
    let [value, slope, _] = sigmoid(x);
    [x.max(0.0) + (-x.abs()).exp().ln_1p(), value, slope]
}

#[inline(always)]
pub(super) fn hermite2(x: f64) -> [f64; 3] {
    [x * x - 1.0, 2.0 * x, 2.0]
}

#[inline(always)]
pub(super) fn hermite3(x: f64) -> [f64; 3] {
    let square = x * x;
    [x * (square - 3.0), 3.0 * (square - 1.0), 6.0 * x]
}

#[inline(always)]
pub(super) fn hermite4(x: f64) -> [f64; 3] {
    let square = x * x;
    [
        square * (square - 6.0) + 3.0,
        4.0 * x * (square - 3.0),
        12.0 * (square - 1.0),
    ]
}

#[inline(always)]
pub(super) fn square(x: f64) -> [f64; 3] {
    [x * x, 2.0 * x, 2.0]
}

#[inline(always)]
pub(super) fn cube(x: f64) -> [f64; 3] {
    [x * x * x, 3.0 * x * x, 6.0 * x]
}

/// `x^n` by multiplication: exact at zero, where `x^0 = 1`.
#[inline(always)]
pub(super) fn integer_power(x: f64, exponent: i32) -> [f64; 3] {
    let n = f64::from(exponent);
    match exponent {
        0 => [1.0, 0.0, 0.0],
        1 => [x, 1.0, 0.0],
        2.. => {
            let lower = product(x, exponent.unsigned_abs() - 2);
            [lower * x * x, n * lower * x, n * (n - 1.0) * lower]
        }
        _ => {
            let value = 1.0 / product(x, exponent.unsigned_abs());
            let slope = n * value / x;
            [value, slope, (n - 1.0) * slope / x]
        }
    }
}

/// `x * x * ... * x`, `count` times, by repeated squaring.
#[inline(always)]
fn product(x: f64, count: u32) -> f64 {
    let (mut result, mut base, mut left) = (1.0, x, count);
    while left > 0 {
        if left & 1 == 1 {
            result *= base;
        }
        base *= base;
        left >>= 1;
    }
    result
}

/// `x^c` for a real `c`, with one-sided derivatives at `x = 0`.
#[inline(always)]
pub(super) fn real_power(x: f64, c: f64) -> [f64; 3] {
    let value = x.powf(c);
    if x != 0.0 {
        let slope = c * value / x;
        return [value, slope, (c - 1.0) * slope / x];
    }
    // A coefficient of zero wins over the infinite power it would multiply.
    let term = |coefficient: f64, power: f64| {
        if coefficient == 0.0 {
            0.0
        } else {
            coefficient * x.powf(power)
        }
    };
    [value, term(c, c - 1.0), term(c * (c - 1.0), c - 2.0)]
}
