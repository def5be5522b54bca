//! Where double precision suffices: windows that the numbers of a program have to stay in, so that no derivative
//! overflows or underflows on the way.
//!
//! Magnitudes are followed through the program as powers of two, once, before any evaluation. Where a result could
//! leave the range of doubles, a window is put on its operands; a point at which a number is outside its window is
//! evaluated again in wide arithmetic. Most programs need a window for their variables only.

use super::functions;
use super::graph::{Binary, Node, NodeId, Unary};
use super::jet::{self, Jet};
use super::real::Scalar;
use super::span::{DIGITS, Span};

/// Smallest and largest size of a number that is not zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Window {
    low: f64,
    high: f64,
}

/// What a value and its derivatives may be without leaving double precision.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Windows {
    pub(super) value: Window,
    pub(super) motion: Window,
}

/// Exponents of variables and directions that any program takes.
const VARIABLE: f64 = 64.0;
/// Windows that are tried on the operands of a step, widest first.
const NARROWER: [f64; 8] = [256.0, 128.0, 64.0, 32.0, 16.0, 8.0, 4.0, 2.0];

impl Window {
    const ALL: Self = Self {
        low: 0.0,
        high: f64::INFINITY,
    };
    /// No number passes.
    const NONE: Self = Self {
        low: 0.0,
        high: -1.0,
    };

    /// Whether a number is too small or too large; NaN is.
    #[inline(always)]
    pub(super) fn excludes(self, x: f64) -> bool {
        let size = x.abs();
        // what is not a number is not below either
        let below = size <= self.high;
        !below | ((size < self.low) & (size > 0.0))
    }

    fn narrowed(self, low: f64, high: f64) -> Self {
        Self {
            low: self.low.max(low.exp2()),
            high: self.high.min(high.exp2()),
        }
    }
}

/// The windows of every node that needs some.
pub(super) fn windows(nodes: &[Node]) -> Vec<Option<Windows>> {
    let mut ranges = Ranges {
        spans: Vec::with_capacity(nodes.len()),
        windows: vec![None; nodes.len()],
        is_constant: nodes
            .iter()
            .map(|node| matches!(node, Node::Constant(_)))
            .collect(),
    };
    for (id, &node) in nodes.iter().enumerate() {
        let span = match node {
            Node::Constant(number) => Jet::constant(Span::number(number.value())),
            Node::Variable(_) => ranges.variable(id),
            Node::Unary(function, a) => ranges.bound(id, &[a], |spans| unary(function, spans[a])),
            Node::Binary(function, a, b) => {
                ranges.bound(id, &[a, b], |spans| binary(function, spans[a], spans[b]))
            }
        };
        ranges.spans.push(span);
    }
    ranges.windows
}

struct Ranges {
    spans: Vec<Jet<Span>>,
    windows: Vec<Option<Windows>>,
    is_constant: Vec<bool>,
}

impl Ranges {
    fn variable(&mut self, id: NodeId) -> Jet<Span> {
        let window = Window::ALL.narrowed(-VARIABLE, VARIABLE);
        self.windows[id] = Some(Windows {
            value: window,
            motion: window,
        });
        let span = Span::rounded(-VARIABLE, VARIABLE);
        Jet {
            value: span,
            first: span,
            second: Span::ZERO,
        }
    }

    /// The result of a step, whose operands get windows until it fits.
    fn bound(
        &mut self,
        id: NodeId,
        operands: &[NodeId],
        step: impl Fn(&[Jet<Span>]) -> Option<Jet<Span>>,
    ) -> Jet<Span> {
        let mut found = step(&self.spans);
        for width in NARROWER {
            if found.is_some() {
                break;
            }
            for &operand in operands {
                self.narrow(operand, width);
            }
            found = step(&self.spans);
        }
        found.unwrap_or_else(|| {
            // Constants at the ends of the range: always in wide arithmetic.
            self.windows[id] = Some(Windows {
                value: Window::NONE,
                motion: Window::NONE,
            });
            let any = Span::rounded(-VARIABLE, VARIABLE);
            Jet {
                value: any,
                first: any,
                second: any,
            }
        })
    }

    fn narrow(&mut self, id: NodeId, width: f64) {
        if self.is_constant[id] {
            return;
        }
        let Jet {
            value,
            first,
            second,
        } = self.spans[id];
        let fits =
            |span: Span| span.is_zero() || (span.low >= -width - DIGITS && span.high <= width);
        let windows = self.windows[id].get_or_insert(Windows {
            value: Window::ALL,
            motion: Window::ALL,
        });
        // Small values hurt only where they are multiplied up; below 2^-64 they do not occur in practice.
        let low = -width.max(VARIABLE);
        if !fits(value) {
            windows.value = windows.value.narrowed(low, width);
        }
        if !fits(first) || !fits(second) {
            windows.motion = windows.motion.narrowed(low, width.max(VARIABLE));
        }
        let motion = width.max(VARIABLE);
        self.spans[id] = Jet {
            value: value.narrowed(low, width),
            first: first.narrowed(low, motion),
            second: second.narrowed(low, motion),
        };
    }
}

/// Nothing where a part of the result may be out of range.
fn checked(parts: &[Span], result: Jet<Span>) -> Option<Jet<Span>> {
    let entries = [result.value, result.first, result.second];
    parts
        .iter()
        .chain(&entries)
        .all(|span| span.fits())
        .then_some(result)
}

fn unary(function: Unary, x: Jet<Span>) -> Option<Jet<Span>> {
    let [value, slope, bend] = derivatives(function, x.value)?;
    let parts = [
        value,
        slope,
        bend,
        bend * x.first,
        bend * x.first * x.first,
        slope * x.second,
    ];
    checked(&parts, x.through([value, slope, bend]))
}

fn binary(function: Binary, a: Jet<Span>, b: Jet<Span>) -> Option<Jet<Span>> {
    match function {
        Binary::Add | Binary::Subtract => checked(&[], jet::add(a, b)),
        Binary::Multiply => {
            let parts = [
                a.second * b.value,
                a.first * b.first,
                a.value * b.second,
                a.first * b.value,
                a.value * b.first,
            ];
            checked(&parts, jet::multiply(a, b))
        }
        Binary::Divide => {
            let quotient = jet::divide(a, b);
            let parts = [
                quotient.value * b.first,
                quotient.first * b.first,
                quotient.value * b.second,
            ];
            checked(&parts, quotient)
        }
        Binary::Maximum | Binary::Minimum => {
            let either = Jet {
                value: a.value.union(b.value),
                first: a.first.union(b.first),
                second: a.second.union(b.second),
            };
            // the mean, where they tie
            checked(
                &[],
                jet::add(
                    either,
                    jet::multiply(either, Jet::constant(Span::number(0.5))),
                ),
            )
        }
        Binary::Power => power(a, b),
        Binary::LogAddExp => {
            let difference = jet::subtract(a, b);
            let weight = bounded_exponential(difference.value)?;
            let parts = [weight * difference.first * difference.first];
            let first = weight * a.first + weight * b.first;
            let second = weight * a.second + weight * b.second + parts[0];
            let value = a.value + b.value + weight;
            checked(
                &parts,
                Jet {
                    value,
                    first,
                    second,
                },
            )
        }
    }
}

fn power(a: Jet<Span>, b: Jet<Span>) -> Option<Jet<Span>> {
    let logarithm = unary(Unary::Ln, a)?;
    let exponent = jet::multiply(b, logarithm);
    let size = a.value.low.abs().max(a.value.high.abs()).log2() + b.value.high;
    if size > 8.0 {
        return None;
    }
    let value = Span::rounded(-size.exp2(), size.exp2());
    // Next to a zero of the base the derivatives of a real power at that base are one-sided.
    let motion = exponent.first * exponent.first + exponent.second;
    checked(
        &[
            exponent.first,
            exponent.second,
            motion,
            value / a.value / a.value,
        ],
        Jet {
            value,
            first: value * exponent.first,
            second: value * motion,
        },
    )
}

/// `exp` of numbers up to 2^7 = 128 in size.
fn bounded_exponential(x: Span) -> Option<Span> {
    (x.high <= 7.0).then(|| Span::rounded(-186.0, 186.0))
}

/// `exp(-x^2)` of numbers up to 2^4 = 16 in size.
fn bounded_gaussian(x: Span) -> Option<Span> {
    (x.high <= 4.0).then(|| Span::rounded(-370.0, 1.0))
}

/// Magnitudes of a function and its first two derivatives; nothing where they may be out of range.
fn derivatives(function: Unary, x: Span) -> Option<[Span; 3]> {
    let one = Span::rounded(0.0, 0.0);
    let up_to_one = |low: f64| Span::rounded(low.min(0.0), 0.0);
    let triple = match function {
        Unary::Negate => functions::negate(x),
        Unary::Exp => [bounded_exponential(x)?; 3],
        Unary::Ln => {
            let slope = one / x;
            let size = x.low.abs().max(x.high.abs()).max(1.0).log2();
            [Span::rounded(-DIGITS, size), slope, slope * slope]
        }
        Unary::Sqrt => {
            let root = x.power(0.5);
            let slope = Span::number(0.5) / root;
            [root, slope, Span::number(0.5) * slope / x]
        }
        Unary::Abs => [x, one, Span::ZERO],
        Unary::Sign => [one, Span::ZERO, Span::ZERO],
        Unary::Tanh => {
            // the slope is at least exp(-256)
            bounded_exponential(x)?;
            let (value, slope) = (up_to_one(x.low), up_to_one(-370.0));
            [value, slope, Span::number(2.0) * value * slope]
        }
        Unary::Sin | Unary::Cos => {
            // No double below 2^64 is closer to a zero than 2^-64, but for zero itself.
            let (sin, cos) = (up_to_one(x.low.min(-64.0)), up_to_one(-64.0));
            match function {
                _ if x.high > 64.0 => return None,
                Unary::Sin => [sin, cos, sin],
                _ => [cos, sin, cos],
            }
        }
        Unary::Erf => {
            let slope = bounded_gaussian(x)?;
            [up_to_one(x.low), slope, Span::number(2.0) * x * slope]
        }
        Unary::NormalCdf => {
            let density = bounded_gaussian(x)?;
            [density, density, x * density]
        }
        Unary::Sigmoid | Unary::Softplus => {
            let value = bounded_exponential(x)?;
            let slope = up_to_one(-186.0);
            let bend = slope * up_to_one(x.low - 2.0);
            match function {
                Unary::Sigmoid => [slope, slope, bend],
                _ => [value, slope, slope],
            }
        }
        Unary::Hermite2 => functions::hermite2(x),
        Unary::Hermite3 => functions::hermite3(x),
        Unary::Hermite4 => functions::hermite4(x),
        Unary::Square => functions::square(x),
        Unary::Cube => functions::cube(x),
        Unary::IntegerPower(n) => functions::integer_power(x, n),
        Unary::RealPower(c) => {
            let c = c.value();
            let value = x.power(c);
            let slope = Span::number(c) * value / x;
            [value, slope, Span::number(c - 1.0) * slope / x]
        }
    };
    Some(triple)
}
