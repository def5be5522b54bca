//! Functions in normal form.

use std::f64::consts::FRAC_1_SQRT_2;

use super::{Atom, Normaliser, Sum};
use crate::expression::graph::{Unary, apply_unary};

impl Normaliser<'_> {
    pub(super) fn unary(&mut self, function: Unary, x: &Sum) -> Sum {
        if x.terms.is_empty() {
            return self.constant(apply_unary(function, x.constant));
        }
        match function {
            Unary::Negate => self.scale(x, -1.0),
            Unary::Square => self.power(x, 2.0),
            Unary::Cube => self.power(x, 3.0),
            Unary::Sqrt => self.power(x, 0.5),
            Unary::IntegerPower(n) => self.power(x, f64::from(n)),
            Unary::RealPower(e) => self.power(x, e.value()),
            // the probabilists' polynomials, highest power first
            Unary::Hermite2 => self.polynomial(x, &[(2.0, 1.0), (0.0, -1.0)]),
            Unary::Hermite3 => self.polynomial(x, &[(3.0, 1.0), (1.0, -3.0)]),
            Unary::Hermite4 => self.polynomial(x, &[(4.0, 1.0), (2.0, -6.0), (0.0, 3.0)]),
            Unary::Tanh | Unary::Sin | Unary::Erf => self.odd(function, x),
            Unary::Cos => self.even(function, x),
            // sigmoid(x) = 1/2 + tanh(x/2)/2, Phi(x) = 1/2 + erf(x/sqrt 2)/2
            Unary::Sigmoid => self.distribution(Unary::Tanh, 0.5, x),
            Unary::NormalCdf => self.distribution(Unary::Erf, FRAC_1_SQRT_2, x),
            // softplus(x) = x/2 + ln(2 cosh(x/2)): the even part stands under the function's name
            Unary::Softplus => {
                let half = self.scale(x, 0.5);
                let even = self.even(function, x);
                self.add(&half, &even)
            }
            Unary::Abs => self.absolute(x),
            Unary::Sign => self.sign(x),
            Unary::Exp => self.exponential(x),
            Unary::Ln => self.logarithm(x),
        }
    }

    fn polynomial(&mut self, x: &Sum, terms: &[(f64, f64)]) -> Sum {
        let mut total = Sum::default();
        for &(exponent, coefficient) in terms {
            let power = self.power(x, exponent);
            let term = self.scale(&power, coefficient);
            total = self.add(&total, &term);
        }
        total
    }

    fn odd(&mut self, function: Unary, x: &Sum) -> Sum {
        let (sign, x) = self.oriented(x);
        let id = self.sum(&x);
        let value = self.single(Atom::Function(function, id));
        self.scale(&value, sign)
    }

    fn even(&mut self, function: Unary, x: &Sum) -> Sum {
        let (_, x) = self.oriented(x);
        let id = self.sum(&x);
        self.single(Atom::Function(function, id))
    }

    fn distribution(&mut self, odd: Unary, inner: f64, x: &Sum) -> Sum {
        let x = self.scale(x, inner);
        let value = self.odd(odd, &x);
        let value = self.scale(&value, 0.5);
        let half = self.constant(0.5);
        self.add(&value, &half)
    }

    /// `|c f^p ..| = |c| |f|^p ..`
    fn absolute(&mut self, x: &Sum) -> Sum {
        if self.sum_is_nonnegative(x) {
            return x.clone();
        }
        let (c, factors) = self.factors(x);
        let mut sizes = Vec::with_capacity(factors.len());
        for (atom, exponent) in factors {
            sizes.push((self.size(atom, exponent), exponent));
        }
        self.product(c.abs(), sizes)
    }

    /// `sign(c f^p ..)`: even powers and what is nowhere negative have the sign one (almost everywhere).
    fn sign(&mut self, x: &Sum) -> Sum {
        let (c, factors) = self.factors(x);
        let mut signs = Vec::with_capacity(factors.len());
        for (atom, exponent) in factors {
            if self.is_nonnegative(atom, exponent) {
                continue;
            }
            let inside = match self.atoms[atom] {
                Atom::Sum(sum) => sum,
                Atom::Function(Unary::Sign, inside) => inside,
                _ => {
                    let alone = self.product(1.0, vec![(atom, 1.0)]);
                    self.sum(&alone)
                }
            };
            signs.push((self.atom(Atom::Function(Unary::Sign, inside)), 1.0));
        }
        self.product(c.signum(), signs)
    }

    /// `exp(c + a t + ..) = exp(c) exp(t)^a ..`
    fn exponential(&mut self, x: &Sum) -> Sum {
        let factor = x.constant.exp();
        if !factor.is_normal() {
            let id = self.sum(x);
            return self.single(Atom::Function(Unary::Exp, id));
        }
        let factors = x.terms.iter();
        let factors = factors.map(|&(term, a)| (self.atom(Atom::Exponential(term)), a));
        let factors = factors.collect();
        self.product(factor, factors)
    }

    /// `ln(c f^p ..) = ln c + p ln |f| + ..` where every factor is proved not to be negative.
    fn logarithm(&mut self, x: &Sum) -> Sum {
        let (c, factors) = self.factors(x);
        if c <= 0.0 || !factors.iter().all(|&(a, e)| self.is_nonnegative(a, e)) {
            let id = self.sum(x);
            return self.single(Atom::Function(Unary::Ln, id));
        }
        let mut total = self.constant(c.ln());
        for (atom, exponent) in factors {
            let size = self.size(atom, exponent);
            let value = match self.atoms[size] {
                Atom::Exponential(term) => Sum {
                    constant: 0.0,
                    terms: vec![(term, 1.0)],
                },
                _ => {
                    let alone = self.product(1.0, vec![(size, 1.0)]);
                    let id = self.sum(&alone);
                    self.single(Atom::Function(Unary::Ln, id))
                }
            };
            let value = self.scale(&value, exponent);
            total = self.add(&total, &value);
        }
        total
    }

    pub(super) fn general_power(&mut self, base: &Sum, exponent: &Sum) -> Sum {
        if exponent.terms.is_empty() {
            return self.power(base, exponent.constant);
        }
        if base.terms.is_empty() && base.constant > 0.0 {
            let exponent = self.scale(exponent, base.constant.ln());
            return self.exponential(&exponent);
        }
        let (base, exponent) = (self.sum(base), self.sum(exponent));
        self.single(Atom::Power(base, exponent))
    }

    pub(super) fn maximum(&mut self, a: &Sum, b: &Sum) -> Sum {
        let minus = self.scale(b, -1.0);
        if *a == minus {
            return self.absolute(a);
        }
        if a.terms.is_empty() && b.terms.is_empty() {
            return self.constant(a.constant.max(b.constant));
        }
        let mut all = self.arguments(a);
        all.extend(self.arguments(b));
        all.sort_unstable();
        all.dedup();
        match all[..] {
            [only] => self.sums[only].clone(),
            _ => self.single(Atom::Maximum(all)),
        }
    }

    /// The arguments of a largest of several, or the sum itself.
    fn arguments(&mut self, x: &Sum) -> Vec<super::SumId> {
        if let [(term, 1.0)] = x.terms[..]
            && x.constant == 0.0
            && let [(atom, 1.0)] = self.terms[term][..]
            && let Atom::Maximum(all) = &self.atoms[atom]
        {
            return all.clone();
        }
        vec![self.sum(x)]
    }
}
