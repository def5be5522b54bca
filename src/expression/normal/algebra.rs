//! Sums, products and powers in normal form.

use super::{Atom, AtomId, Factors, Normaliser, Sum};
use crate::expression::graph::Unary;

/// Products of sums are multiplied out up to this many terms, and powers of sums up to this exponent.
const MOST_TERMS: usize = 64;
const HIGHEST_POWER: f64 = 4.0;

pub(super) fn is_whole(x: f64) -> bool {
    x.fract() == 0.0
}

pub(super) fn is_even(x: f64) -> bool {
    is_whole(0.5 * x)
}

impl Normaliser<'_> {
    pub(super) fn add(&mut self, a: &Sum, b: &Sum) -> Sum {
        let constant = self.checked(a.constant + b.constant);
        let mut terms = Vec::with_capacity(a.terms.len() + b.terms.len());
        let (mut i, mut j) = (0, 0);
        while i < a.terms.len() || j < b.terms.len() {
            let left = a.terms.get(i).map_or(usize::MAX, |term| term.0);
            let right = b.terms.get(j).map_or(usize::MAX, |term| term.0);
            let mut coefficient = 0.0;
            if left <= right {
                coefficient += a.terms[i].1;
                i += 1;
            }
            if right <= left {
                coefficient += b.terms[j].1;
                j += 1;
            }
            if coefficient != 0.0 {
                terms.push((left.min(right), self.checked(coefficient)));
            }
        }
        Sum { constant, terms }
    }

    pub(super) fn scale(&mut self, sum: &Sum, factor: f64) -> Sum {
        if factor == 0.0 {
            return Sum::default();
        }
        let constant = match sum.constant {
            0.0 => 0.0,
            constant => self.checked_product(factor * constant),
        };
        let terms = sum.terms.iter();
        let terms = terms.map(|&(term, c)| (term, self.checked_product(factor * c)));
        Sum {
            constant,
            terms: terms.collect(),
        }
    }

    pub(super) fn multiply(&mut self, a: &Sum, b: &Sum) -> Sum {
        match (a.terms.is_empty(), b.terms.is_empty()) {
            (true, _) => return self.scale(b, a.constant),
            (_, true) => return self.scale(a, b.constant),
            _ => {}
        }
        let (left, right) = (parts(a), parts(b));
        if self.expand && left + right > 2 && left * right <= MOST_TERMS {
            return self.distribute(a, b);
        }
        let (c, mut factors) = self.factors(a);
        let (d, more) = self.factors(b);
        factors.extend(more);
        let coefficient = self.checked_product(c * d);
        self.product(coefficient, factors)
    }

    fn distribute(&mut self, a: &Sum, b: &Sum) -> Sum {
        let mut total = self.scale(b, a.constant);
        for &(term, c) in &a.terms {
            let left = self.terms[term].clone();
            let mut row = match b.constant {
                0.0 => Sum::default(),
                constant => self.product(c * constant, left.clone()),
            };
            for &(other, d) in &b.terms {
                let mut factors = left.clone();
                factors.extend(self.terms[other].iter().copied());
                let coefficient = self.checked_product(c * d);
                let product = self.product(coefficient, factors);
                row = self.add(&row, &product);
            }
            total = self.add(&total, &row);
        }
        total
    }

    /// `coefficient * product of factors`, which may repeat and stand in any order.
    pub(super) fn product(&mut self, coefficient: f64, factors: Factors) -> Sum {
        let factors = self.collected(factors);
        match factors[..] {
            [] => self.constant(coefficient),
            [(atom, 1.0)] => match self.atoms[atom] {
                Atom::Sum(sum) => {
                    let sum = self.sums[sum].clone();
                    self.scale(&sum, coefficient)
                }
                _ => self.term_sum(coefficient, factors),
            },
            _ => self.term_sum(coefficient, factors),
        }
    }

    fn term_sum(&mut self, coefficient: f64, factors: Factors) -> Sum {
        Sum {
            constant: 0.0,
            terms: vec![(self.term(factors), coefficient)],
        }
    }

    /// Collects powers of the same atom; an even power of an absolute value or a sign is one of what is inside.
    fn collected(&mut self, mut factors: Factors) -> Factors {
        loop {
            factors.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
            let mut merged: Factors = Vec::with_capacity(factors.len());
            for (atom, exponent) in factors {
                match merged.last_mut() {
                    Some(last) if last.0 == atom => last.1 += exponent,
                    _ => merged.push((atom, exponent)),
                }
            }
            merged.retain(|factor| factor.1 != 0.0);
            let mut opened = false;
            factors = Vec::with_capacity(merged.len());
            for (atom, exponent) in merged {
                match self.atoms[atom] {
                    Atom::Function(Unary::Sign, _) if is_even(exponent) => {}
                    Atom::Function(Unary::Sign, _) if is_whole(exponent) => {
                        factors.push((atom, 1.0));
                    }
                    Atom::Function(Unary::Abs, inside) if is_even(exponent) => {
                        opened = true;
                        let inside = self.sums[inside].clone();
                        let (_, inner) = self.factors(&inside);
                        factors.extend(inner.into_iter().map(|(a, e)| (a, e * exponent)));
                    }
                    _ => factors.push((atom, exponent)),
                }
            }
            if !opened {
                return factors;
            }
        }
    }

    /// `sum = coefficient * product of factors`: a sum of several parts is one factor, with its sign drawn out.
    pub(super) fn factors(&mut self, sum: &Sum) -> (f64, Factors) {
        match sum.terms[..] {
            [] => (sum.constant, Vec::new()),
            [(term, coefficient)] if sum.constant == 0.0 => (coefficient, self.terms[term].clone()),
            _ => {
                let (sign, oriented) = self.oriented(sum);
                let id = self.sum(&oriented);
                (sign, vec![(self.atom(Atom::Sum(id)), 1.0)])
            }
        }
    }

    /// `sum = sign * oriented`, the first coefficient of which is positive.
    pub(super) fn oriented(&mut self, sum: &Sum) -> (f64, Sum) {
        let leading = sum.terms.first().map_or(sum.constant, |term| term.1);
        if leading < 0.0 {
            (-1.0, self.scale(sum, -1.0))
        } else {
            (1.0, sum.clone())
        }
    }

    pub(super) fn power(&mut self, base: &Sum, exponent: f64) -> Sum {
        if exponent == 1.0 {
            return base.clone();
        }
        if exponent == 0.0 {
            return self.constant(1.0);
        }
        if base.terms.is_empty() {
            return self.constant(base.constant.powf(exponent));
        }
        let small = (2.0..=HIGHEST_POWER).contains(&exponent) && is_whole(exponent);
        if self.expand && small && parts(base) > 1 {
            return (1..exponent as usize)
                .fold(base.clone(), |power, _| self.multiply(&power, base));
        }
        let (c, factors) = self.factors(base);
        if is_whole(exponent) {
            let coefficient = self.checked_product(c.powf(exponent));
            let factors = factors.into_iter().map(|(a, e)| (a, e * exponent));
            return self.product(coefficient, factors.collect());
        }
        if c > 0.0 && factors.iter().all(|&(a, e)| self.is_nonnegative(a, e)) {
            let coefficient = self.checked_product(c.powf(exponent));
            let mut powers = Vec::with_capacity(factors.len());
            for (atom, e) in factors {
                powers.push((self.size(atom, e), e * exponent));
            }
            return self.product(coefficient, powers);
        }
        // the base decides where the power is a number: it keeps its sign
        let id = self.sum(base);
        let atom = self.atom(Atom::Sum(id));
        self.product(1.0, vec![(atom, exponent)])
    }

    /// The atom whose power `exponent` is the absolute value of the factor.
    pub(super) fn size(&mut self, atom: AtomId, exponent: f64) -> AtomId {
        if self.is_positive(atom) || !is_whole(exponent) {
            return atom;
        }
        let inside = match self.atoms[atom] {
            Atom::Sum(sum) => sum,
            _ => {
                let alone = self.product(1.0, vec![(atom, 1.0)]);
                self.sum(&alone)
            }
        };
        self.atom(Atom::Function(Unary::Abs, inside))
    }

    /// Whether a factor is proved to be nowhere negative where it is a number.
    pub(super) fn is_nonnegative(&self, atom: AtomId, exponent: f64) -> bool {
        is_even(exponent) || !is_whole(exponent) || self.is_positive(atom)
    }

    fn is_positive(&self, atom: AtomId) -> bool {
        match &self.atoms[atom] {
            Atom::Exponential(_) => true,
            Atom::Function(function, _) => {
                // of softplus the even part is kept
                matches!(function, Unary::Abs | Unary::Softplus)
            }
            Atom::Sum(sum) => self.sum_is_nonnegative(&self.sums[*sum]),
            Atom::Maximum(all) => {
                let mut all = all.iter();
                all.any(|sum| self.sum_is_nonnegative(&self.sums[*sum]))
            }
            Atom::Variable(_) | Atom::Power(..) => false,
        }
    }

    pub(super) fn sum_is_nonnegative(&self, sum: &Sum) -> bool {
        sum.constant >= 0.0
            && sum.terms.iter().all(|(term, c)| {
                let mut factors = self.terms[*term].iter();
                *c > 0.0 && factors.all(|&(atom, e)| self.is_nonnegative(atom, e))
            })
    }
}

fn parts(sum: &Sum) -> usize {
    sum.terms.len() + usize::from(sum.constant != 0.0)
}
