//! Random formulas: as text for the parser, and as trees that differentiate themselves.

use std::fmt;

use super::exact::{Big, Context, Lost};

#[derive(Clone, Debug)]
pub(super) enum Formula {
    Number(f64),
    /// y or f.
    Variable(usize),
    Call(&'static str, Box<Formula>),
    Operator(char, Box<Formula>, Box<Formula>),
    /// A constant power.
    Power(Box<Formula>, f64),
    /// `max` or `min`.
    Extreme(&'static str, Box<Formula>, Box<Formula>),
}

impl fmt::Display for Formula {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(value) => write!(out, "({value:e})"),
            Self::Variable(index) => out.write_str(["y", "f"][*index]),
            Self::Call("-", a) => write!(out, "(-{a})"),
            Self::Call(name, a) => write!(out, "{name}({a})"),
            Self::Operator(symbol, a, b) => write!(out, "({a} {symbol} {b})"),
            Self::Power(a, exponent) => write!(out, "(({a})**({exponent:e}))"),
            Self::Extreme(name, a, b) => write!(out, "{name}({a}, {b})"),
        }
    }
}

type Entries = [Big; 3];

impl Formula {
    /// Value and two derivatives along a direction.
    pub(super) fn jet(
        &self,
        point: [f64; 2],
        direction: [f64; 2],
        context: &mut Context,
    ) -> Result<Entries, Lost> {
        let at = |formula: &Formula, context: &mut Context| formula.jet(point, direction, context);
        match self {
            Self::Number(value) => Ok([*value, 0.0, 0.0].map(Big::from)),
            Self::Variable(index) => Ok([point[*index], direction[*index], 0.0].map(Big::from)),
            Self::Call(name, a) => {
                let a = at(a, context)?;
                let derivatives = function(name, &a[0], context)?;
                chain(context, &derivatives, &a)
            }
            Self::Power(a, exponent) => {
                let a = at(a, context)?;
                let derivatives = power(context, &a[0], *exponent)?;
                chain(context, &derivatives, &a)
            }
            Self::Operator(symbol, a, b) => {
                let (a, b) = (at(a, context)?, at(b, context)?);
                operator(*symbol, &a, &b, context)
            }
            Self::Extreme(name, a, b) => {
                let (a, b) = (at(a, context)?, at(b, context)?);
                let first_is_less = a[0].is_less_than(&b[0]);
                if !first_is_less && !b[0].is_less_than(&a[0]) {
                    return Err(Lost);
                }
                Ok(if first_is_less == (*name == "min") {
                    a
                } else {
                    b
                })
            }
        }
    }
}

fn chain(
    context: &mut Context,
    [value, slope, bend]: &Entries,
    a: &Entries,
) -> Result<Entries, Lost> {
    context.order = 1;
    let first = context.mul(slope, &a[1])?;
    context.order = 2;
    let square = context.mul(&a[1], &a[1])?;
    let bent = context.mul(bend, &square)?;
    let moved = context.mul(slope, &a[2])?;
    let second = context.add(&bent, &moved)?;
    context.order = 0;
    Ok([value.clone(), first, second])
}

fn operator(
    symbol: char,
    a: &Entries,
    b: &Entries,
    context: &mut Context,
) -> Result<Entries, Lost> {
    let mut each = |combine: fn(&mut Context, &Big, &Big) -> Result<Big, Lost>| {
        let mut entries = Vec::new();
        for order in 0..3 {
            context.order = order;
            entries.push(combine(context, &a[order], &b[order])?);
        }
        context.order = 0;
        Entries::try_from(entries).map_err(|_| Lost)
    };
    match symbol {
        '+' => each(Context::add),
        '-' => each(Context::sub),
        '*' => product(context, a, b),
        '/' => {
            let inverse = power(context, &b[0], -1.0)?;
            let inverse = chain(context, &inverse, b)?;
            product(context, a, &inverse)
        }
        _ => {
            // a^b = exp(b ln a)
            let logarithm = function("ln", &a[0], context)?;
            let logarithm = chain(context, &logarithm, a)?;
            let exponent = product(context, b, &logarithm)?;
            let exponential = function("exp", &exponent[0], context)?;
            chain(context, &exponential, &exponent)
        }
    }
}

fn product(context: &mut Context, a: &Entries, b: &Entries) -> Result<Entries, Lost> {
    let value = context.mul(&a[0], &b[0])?;
    context.order = 1;
    let (left, right) = (context.mul(&a[1], &b[0])?, context.mul(&a[0], &b[1])?);
    let first = context.add(&left, &right)?;
    context.order = 2;
    let (left, right) = (context.mul(&a[2], &b[0])?, context.mul(&a[0], &b[2])?);
    let cross = context.mul(&a[1], &b[1])?;
    let cross = context.scale(2.0, &cross)?;
    let sum = context.add(&left, &cross)?;
    let second = context.add(&sum, &right)?;
    context.order = 0;
    Ok([value, first, second])
}

/// A constant power with its derivatives.
fn power(context: &mut Context, x: &Big, exponent: f64) -> Result<Entries, Lost> {
    if x.is_zero() {
        return Err(Lost);
    }
    let whole = exponent.fract() == 0.0;
    if x.is_negative() && !whole {
        return Err(Lost);
    }
    let size = if whole && exponent.abs() <= 64.0 {
        let mut size = Big::from(1.0);
        for _ in 0..exponent.abs() as u32 {
            size = context.mul(&size, &x.size())?;
        }
        if exponent < 0.0 {
            context.div(&Big::from(1.0), &size)?
        } else {
            size
        }
    } else {
        let logarithm = context.ln(&x.size())?;
        let scaled = context.scale(exponent, &logarithm)?;
        context.exp(&scaled)?
    };
    let odd = x.is_negative() && exponent.rem_euclid(2.0) == 1.0;
    let value = if odd { size.negated() } else { size };
    let slope = context.div(&value, x)?;
    let slope = context.scale(exponent, &slope)?;
    let bend = context.div(&slope, x)?;
    let bend = context.scale(exponent - 1.0, &bend)?;
    Ok([value, slope, bend])
}

/// A function of the language with its derivatives.
fn function(name: &str, x: &Big, context: &mut Context) -> Result<Entries, Lost> {
    let one = Big::from(1.0);
    let zero = Big::from(0.0);
    Ok(match name {
        "-" => [x.negated(), one.negated(), zero],
        "exp" => {
            let e = context.exp(x)?;
            [e.clone(), e.clone(), e]
        }
        "ln" => {
            let slope = context.div(&one, x)?;
            [
                context.ln(x)?,
                slope.clone(),
                context.mul(&slope, &slope)?.negated(),
            ]
        }
        "sqrt" => {
            let root = context.sqrt(x)?;
            let slope = context.div(&Big::from(0.5), &root)?;
            let bend = context.div(&slope, x)?;
            [root, slope, context.scale(-0.5, &bend)?]
        }
        "abs" | "sign" => {
            if x.is_zero() {
                return Err(Lost);
            }
            let sign = if x.is_negative() { one.negated() } else { one };
            match name {
                "abs" => [x.size(), sign, zero],
                _ => [sign, zero.clone(), zero],
            }
        }
        "sin" | "cos" => {
            let (s, c) = context.sin_cos(x)?;
            match name {
                "sin" => [s.clone(), c, s.negated()],
                _ => [c.clone(), s.negated(), c.negated()],
            }
        }
        "tanh" => {
            let doubled = context.scale(2.0, x)?;
            let slope = logistic(context, &doubled)?[1].clone();
            let value = context.quietly(|context| {
                let share = logistic(context, &doubled)?[0].clone();
                let rest = context.sub(&share, &Big::from(0.5))?;
                context.scale(2.0, &rest)
            })?;
            let slope = context.scale(4.0, &slope)?;
            let bend = context.mul(&value, &slope)?;
            [value, slope, context.scale(-2.0, &bend)?]
        }
        "sigmoid" => logistic(context, x)?,
        "softplus" => {
            let [value, slope, _] = logistic(context, x)?;
            let below = x.size().negated();
            let remainder = context.quietly(|context| {
                let e = context.exp(&below)?;
                let sum = context.add(&one, &e)?;
                context.ln(&sum)
            })?;
            let ramp = if x.is_negative() { zero } else { x.clone() };
            [context.add(&ramp, &remainder)?, value, slope]
        }
        "erf" => {
            let factor = context.erf_slope()?;
            let slope = context.gaussian(&factor, 1.0, x)?;
            let bend = context.mul(x, &slope)?;
            [context.erf(x)?, slope, context.scale(-2.0, &bend)?]
        }
        "Phi" => {
            let two = context.sqrt(&Big::from(2.0))?;
            let scaled = context.div(x, &two)?;
            let factor = context.erf_slope()?;
            let factor = context.div(&factor, &two)?;
            let factor = context.scale(0.5, &factor)?;
            let density = context.gaussian(&factor, 0.5, x)?;
            let tail = context.erfc(&scaled.negated())?;
            let bend = context.mul(x, &density)?;
            [context.scale(0.5, &tail)?, density, bend.negated()]
        }
        _ => hermite(name, x, context)?,
    })
}

fn hermite(name: &str, x: &Big, context: &mut Context) -> Result<Entries, Lost> {
    let coefficients: &[f64] = match name {
        "He2" => &[-1.0, 0.0, 1.0],
        "He3" => &[0.0, -3.0, 0.0, 1.0],
        _ => &[3.0, 0.0, -6.0, 0.0, 1.0],
    };
    let mut coefficients = coefficients.to_vec();
    let mut entries = Vec::new();
    for _ in 0..3 {
        let mut sum = Big::from(0.0);
        for &coefficient in coefficients.iter().rev() {
            let scaled = context.mul(&sum, x)?;
            sum = context.add(&scaled, &Big::from(coefficient))?;
        }
        entries.push(sum);
        coefficients = (1..coefficients.len())
            .map(|i| i as f64 * coefficients[i])
            .collect();
    }
    <[Big; 3]>::try_from(entries).map_err(|_| Lost)
}

/// `1/(1 + exp(-x))` with its derivatives.
fn logistic(context: &mut Context, x: &Big) -> Result<Entries, Lost> {
    let below = x.size().negated();
    let e = context.exp(&below)?;
    let whole = context.add(&Big::from(1.0), &e)?;
    let upper = context.div(&Big::from(1.0), &whole)?;
    let lower = context.div(&e, &whole)?;
    let slope = context.mul(&upper, &lower)?;
    let difference = context.quietly(|context| {
        let e = context.exp(&below)?;
        let whole = context.add(&Big::from(1.0), &e)?;
        let rest = context.sub(&Big::from(1.0), &e)?;
        context.div(&rest, &whole)
    })?;
    let bend = context.mul(&slope, &difference)?;
    Ok(if x.is_negative() {
        [lower, slope, bend]
    } else {
        [upper, slope, bend.negated()]
    })
}

/// Draws formulas and points.
pub(super) struct Generator {
    state: u64,
}

const CALLS: [&str; 17] = [
    "-", "exp", "exp", "ln", "sqrt", "abs", "sign", "sin", "cos", "tanh", "sigmoid", "softplus",
    "erf", "Phi", "He2", "He3", "He4",
];
const EXPONENTS: [f64; 14] = [
    2.0, 3.0, 0.5, -1.0, -2.0, 4.0, 5.0, 1.5, -0.5, 0.3, 2.7, -3.3, 70.0, 0.0,
];

impl Generator {
    pub(super) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[(self.next() % items.len() as u64) as usize]
    }

    /// Of either sign, log-uniform: mostly within three powers of ten, now and then down to 1e-300.
    fn number(&mut self) -> f64 {
        let power = match self.next() % 8 {
            0 => -300.0 * self.uniform(),
            1 | 2 => 6.0 * self.uniform() - 3.0,
            3 => return self.pick(&[1.0, -1.0, 2.0, 0.5, 3.0, -2.0]),
            _ => 2.0 * self.uniform() + 1.0,
        };
        let sign = self.pick(&[1.0, -1.0]);
        sign * 10f64.powf(power)
    }

    pub(super) fn point(&mut self) -> [f64; 2] {
        [self.number(), self.number()]
    }

    /// Along an axis or, for mixed derivatives, between them.
    pub(super) fn direction(&mut self) -> [f64; 2] {
        self.pick(&[[0.0, 1.0], [1.0, 0.0], [0.6, -0.8], [1.0, 1.0]])
    }

    pub(super) fn formula(&mut self, depth: u32) -> Formula {
        if depth == 0 || self.next().is_multiple_of(8) {
            return match self.next() % 3 {
                0 => Formula::Number(self.number()),
                _ => Formula::Variable(self.pick(&[0, 1])),
            };
        }
        let kind = self.next() % 16;
        let a = Box::new(self.formula(depth - 1));
        match kind {
            0..6 => {
                let symbol = self.pick(&['+', '-', '*', '/', '+', '*', '/', '^']);
                let a = if symbol == '^' {
                    self.mostly_positive(a)
                } else {
                    a
                };
                Formula::Operator(symbol, a, Box::new(self.formula(depth - 1)))
            }
            6 => Formula::Extreme(
                self.pick(&["max", "min"]),
                a,
                Box::new(self.formula(depth - 1)),
            ),
            7 | 8 => {
                let exponent = self.pick(&EXPONENTS);
                let whole = exponent.fract() == 0.0;
                Formula::Power(if whole { a } else { self.mostly_positive(a) }, exponent)
            }
            _ => {
                let name = self.pick(&CALLS);
                let domain = matches!(name, "ln" | "sqrt");
                Formula::Call(name, if domain { self.mostly_positive(a) } else { a })
            }
        }
    }

    /// Rarely leaves the domain of logarithms and roots.
    fn mostly_positive(&mut self, a: Box<Formula>) -> Box<Formula> {
        match self.next() % 16 {
            0 => a,
            1..4 => Box::new(Formula::Call("exp", a)),
            _ => Box::new(Formula::Call("abs", a)),
        }
    }
}
