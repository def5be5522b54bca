//! Real numbers of many bits with the functions of the language, and with rounding on request.

use astro_float::{BigFloat, Consts, RoundingMode};

const ROUNDING: RoundingMode = RoundingMode::ToEven;
/// Exponentials of more than this are beyond the exponents of the reference.
const LARGEST_EXPONENT: f64 = 1e9;

/// There is no value: outside a domain, at a pole or a tie, or out of range.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lost;

#[derive(Clone, Debug)]
pub(super) struct Big(BigFloat);

impl From<f64> for Big {
    fn from(value: f64) -> Self {
        Self(BigFloat::from_f64(value, 64))
    }
}

impl Big {
    pub(super) fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    pub(super) fn is_negative(&self) -> bool {
        self.0.is_negative() && !self.is_zero()
    }

    pub(super) fn is_less_than(&self, other: &Self) -> bool {
        self.0.cmp(&other.0).is_some_and(|order| order < 0)
    }

    pub(super) fn negated(&self) -> Self {
        Self(self.0.neg())
    }

    pub(super) fn size(&self) -> Self {
        Self(self.0.abs())
    }

    /// `|self - other|`, rounded.
    pub(super) fn distance(&self, other: &Self) -> f64 {
        let bits = self.0.mantissa_max_bit_len().unwrap_or(64).max(128);
        let difference = Self(self.0.sub(&other.0, bits, ROUNDING)).to_f64().abs();
        if difference.is_nan() {
            f64::INFINITY
        } else {
            difference
        }
    }

    /// Truncated to 53 bits or fewer; infinite or zero where it is out of range.
    pub(super) fn to_f64(&self) -> f64 {
        let Some((words, _, sign, exponent, _)) = self.0.as_raw_parts() else {
            return if self.0.is_nan() {
                f64::NAN
            } else if self.0.is_negative() {
                f64::NEG_INFINITY
            } else {
                f64::INFINITY
            };
        };
        if self.is_zero() {
            return 0.0;
        }
        let top = words.last().copied().unwrap_or(0);
        // the mantissa is below one, its leading bit is set
        let mantissa = (top >> 11) as f64 / (1u64 << 53) as f64;
        let half = exponent.clamp(-4000, 4000) / 2;
        let rest = exponent.clamp(-4000, 4000) - half;
        let size = mantissa * 2f64.powi(half) * 2f64.powi(rest);
        if sign.is_negative() { -size } else { size }
    }
}

/// Arithmetic in a precision, each result off by a random relative amount unless the seed is 0.
pub(super) struct Context {
    bits: usize,
    constants: Consts,
    state: u64,
    amplitude: f64,
    /// The derivative that is being computed; 0 for values.
    pub(super) order: usize,
    /// Whether a perturbed sum of that order kept no digit: doubles may leave any number there, zero among them.
    pub(super) cancelled: [bool; 3],
}

/// A perturbed sum that is this many binary digits smaller than its terms may be zero in doubles: both terms can be products of
/// perturbed numbers, each off by three units of 8 in 2^53.
const KEPT_NOTHING: i32 = 48;

impl Context {
    pub(super) fn new() -> Self {
        Self {
            bits: 64,
            constants: Consts::new().expect("constants"),
            state: 0,
            amplitude: 0.0,
            order: 0,
            cancelled: [false; 3],
        }
    }

    /// Sets precision and perturbations, these in units of 2^-53.
    pub(super) fn set(&mut self, bits: usize, seed: u64, amplitude: f64) {
        self.bits = bits;
        self.state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.amplitude = if seed == 0 { 0.0 } else { amplitude };
        self.order = 0;
        self.cancelled = [false; 3];
    }

    fn finished(&mut self, value: BigFloat) -> Result<Big, Lost> {
        if value.is_nan() || value.is_inf() {
            return Err(Lost);
        }
        if self.amplitude == 0.0 || value.is_zero() {
            return Ok(Big(value));
        }
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        let draw = (self.state >> 11) as f64 / (1u64 << 52) as f64 - 1.0;
        let relative = BigFloat::from_f64(draw * self.amplitude * f64::EPSILON / 2.0, 64);
        let change = value.mul(&relative, self.bits, ROUNDING);
        Ok(Big(value.add(&change, self.bits, ROUNDING)))
    }

    pub(super) fn add(&mut self, a: &Big, b: &Big) -> Result<Big, Lost> {
        let sum = a.0.add(&b.0, self.bits, ROUNDING);
        self.note_cancellation(a, &sum);
        self.finished(sum)
    }

    pub(super) fn sub(&mut self, a: &Big, b: &Big) -> Result<Big, Lost> {
        let difference = a.0.sub(&b.0, self.bits, ROUNDING);
        self.note_cancellation(a, &difference);
        self.finished(difference)
    }

    fn note_cancellation(&mut self, term: &Big, sum: &BigFloat) {
        if self.amplitude > 0.0 && !term.is_zero() {
            let digits = match (term.0.exponent(), sum.exponent()) {
                (Some(term), Some(rest)) if !sum.is_zero() => term - rest,
                _ => i32::MAX,
            };
            self.cancelled[self.order] |= digits >= KEPT_NOTHING;
        }
    }

    pub(super) fn mul(&mut self, a: &Big, b: &Big) -> Result<Big, Lost> {
        let product = a.0.mul(&b.0, self.bits, ROUNDING);
        self.finished(product)
    }

    pub(super) fn scale(&mut self, factor: f64, a: &Big) -> Result<Big, Lost> {
        let product =
            a.0.mul(&BigFloat::from_f64(factor, 64), self.bits, ROUNDING);
        Ok(Big(product))
    }

    pub(super) fn div(&mut self, a: &Big, b: &Big) -> Result<Big, Lost> {
        if b.is_zero() {
            return Err(Lost);
        }
        let quotient = a.0.div(&b.0, self.bits, ROUNDING);
        self.finished(quotient)
    }

    pub(super) fn exp(&mut self, a: &Big) -> Result<Big, Lost> {
        if a.to_f64().abs() > LARGEST_EXPONENT {
            return Err(Lost);
        }
        let value = a.0.exp(self.bits, ROUNDING, &mut self.constants);
        self.finished(value)
    }

    pub(super) fn ln(&mut self, a: &Big) -> Result<Big, Lost> {
        if a.is_zero() || a.is_negative() {
            return Err(Lost);
        }
        let value = a.0.ln(self.bits, ROUNDING, &mut self.constants);
        // next to one: zero in doubles
        self.note_cancellation(&Big::from(1.0), &value);
        self.finished(value)
    }

    pub(super) fn sqrt(&mut self, a: &Big) -> Result<Big, Lost> {
        if a.is_zero() || a.is_negative() {
            return Err(Lost);
        }
        let value = a.0.sqrt(self.bits, ROUNDING);
        self.finished(value)
    }

    pub(super) fn sin_cos(&mut self, a: &Big) -> Result<(Big, Big), Lost> {
        if a.to_f64().abs() > LARGEST_EXPONENT {
            return Err(Lost);
        }
        let sin = a.0.sin(self.bits, ROUNDING, &mut self.constants);
        let cos = a.0.cos(self.bits, ROUNDING, &mut self.constants);
        Ok((self.finished(sin)?, self.finished(cos)?))
    }

    /// A computation within which nothing is perturbed; its result is, once.
    pub(super) fn quietly(
        &mut self,
        compute: impl FnOnce(&mut Self) -> Result<Big, Lost>,
    ) -> Result<Big, Lost> {
        let amplitude = std::mem::replace(&mut self.amplitude, 0.0);
        let result = compute(self);
        self.amplitude = amplitude;
        self.finished(result?.0)
    }

    /// `exp(-scale x^2)` times a number.
    pub(super) fn gaussian(&mut self, factor: &Big, scale: f64, x: &Big) -> Result<Big, Lost> {
        self.quietly(|context| {
            let square = context.mul(x, x)?;
            let exponent = context.scale(-scale, &square)?;
            let bell = context.exp(&exponent)?;
            context.mul(factor, &bell)
        })
    }

    pub(super) fn pi(&mut self) -> Big {
        Big(self.constants.pi(self.bits, ROUNDING))
    }

    /// `2/sqrt(pi)`.
    pub(super) fn erf_slope(&mut self) -> Result<Big, Lost> {
        self.quietly(|context| {
            let pi = context.pi();
            let root = context.sqrt(&pi)?;
            context.div(&Big::from(2.0), &root)
        })
    }

    /// The error function by its series of positive terms.
    pub(super) fn erf(&mut self, x: &Big) -> Result<Big, Lost> {
        if x.to_f64().abs() > 6.0 {
            return self.quietly(|context| {
                let tail = context.erfc(&x.size())?;
                let size = context.sub(&Big::from(1.0), &tail)?;
                Ok(if x.is_negative() {
                    size.negated()
                } else {
                    size
                })
            });
        }
        self.quietly(|context| {
            let square = context.mul(x, x)?;
            let (mut term, mut sum) = (x.clone(), x.clone());
            let mut odd = 1.0;
            while !term.is_zero()
                && term.0.exponent() > sum.0.exponent().map(|e| e - context.bits as i32)
            {
                odd += 2.0;
                term = context.mul(&term, &square)?;
                term = context.scale(2.0, &term)?;
                term = context.div(&term, &Big::from(odd))?;
                sum = context.add(&sum, &term)?;
            }
            let slope = context.erf_slope()?;
            let bell = context.gaussian(&slope, 1.0, x)?;
            context.mul(&sum, &bell)
        })
    }

    /// The complement of the error function: beyond 6 by its continued fraction.
    pub(super) fn erfc(&mut self, x: &Big) -> Result<Big, Lost> {
        let place = x.to_f64();
        if place <= 6.0 {
            return self.quietly(|context| {
                let erf = context.erf(x)?;
                context.sub(&Big::from(1.0), &erf)
            });
        }
        self.quietly(|context| {
            // It converges like exp(-4 x sqrt(n/2)).
            let terms = 2.0 * (0.7 * context.bits as f64 / (4.0 * place)).powi(2) + 30.0;
            let mut fraction = x.clone();
            for n in (1..=terms as u32).rev() {
                let part = context.div(&Big::from(0.5 * f64::from(n)), &fraction)?;
                fraction = context.add(x, &part)?;
            }
            let slope = context.erf_slope()?;
            let half = context.scale(0.5, &slope)?;
            let bell = context.gaussian(&half, 1.0, x)?;
            context.div(&bell, &fraction)
        })
    }
}
