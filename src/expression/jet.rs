//! Second-order jets: a value carried with its first two derivatives along a line.

/// Value and first two derivatives at `t = 0` of a function of one real `t`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Jet {
    /// The value.
    pub value: f64,
    /// The first derivative.
    pub first: f64,
    /// The second derivative.
    pub second: f64,
}

impl Jet {
    /// A jet that does not move.
    pub(super) fn constant(value: f64) -> Self {
        Self {
            value,
            first: 0.0,
            second: 0.0,
        }
    }

    /// Chain rule: the jet of `f(self)` from `[f, f', f'']` at the value.
    #[inline(always)]
    pub(super) fn through(self, [value, slope, bend]: [f64; 3]) -> Self {
        Self {
            value,
            first: slope * self.first,
            second: bend * self.first * self.first + slope * self.second,
        }
    }
}

#[inline(always)]
pub(super) fn add(a: Jet, b: Jet) -> Jet {
    Jet {
        value: a.value + b.value,
        first: a.first + b.first,
        second: a.second + b.second,
    }
}

#[inline(always)]
pub(super) fn subtract(a: Jet, b: Jet) -> Jet {
    Jet {
        value: a.value - b.value,
        first: a.first - b.first,
        second: a.second - b.second,
    }
}

#[inline(always)]
pub(super) fn multiply(a: Jet, b: Jet) -> Jet {
    Jet {
        value: a.value * b.value,
        first: a.first * b.value + a.value * b.first,
        second: a.second * b.value + 2.0 * a.first * b.first + a.value * b.second,
    }
}

/// Differentiates `value * b = a` twice and solves for the derivatives of the quotient.
#[inline(always)]
pub(super) fn divide(a: Jet, b: Jet) -> Jet {
    let value = a.value / b.value;
    let first = (a.first - value * b.first) / b.value;
    let second = (a.second - 2.0 * first * b.first - value * b.second) / b.value;
    Jet {
        value,
        first,
        second,
    }
}

/// `a^b` for a base and an exponent that both may move.
#[inline(always)]
pub(super) fn power(a: Jet, b: Jet) -> Jet {
    if b.first == 0.0 && b.second == 0.0 {
        return a.through(super::functions::real_power(a.value, b.value));
    }
    let value = a.value.powf(b.value);
    let exponent = multiply(b, a.through(super::functions::ln(a.value)));
    Jet {
        value,
        first: value * exponent.first,
        second: value * (exponent.first * exponent.first + exponent.second),
    }
}

/// The larger of two; where they tie the mean of both, as `(a + b + |a - b|)/2` with `|.|' = 0` at zero has it.
#[inline(always)]
pub(super) fn maximum(a: Jet, b: Jet) -> Jet {
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
pub(super) fn minimum(a: Jet, b: Jet) -> Jet {
    if a.value < b.value {
        a
    } else if b.value < a.value {
        b
    } else {
        mean(a, b)
    }
}

#[inline(always)]
fn mean(a: Jet, b: Jet) -> Jet {
    Jet {
        value: 0.5 * a.value + 0.5 * b.value,
        first: 0.5 * (a.first + b.first),
        second: 0.5 * (a.second + b.second),
    }
}
