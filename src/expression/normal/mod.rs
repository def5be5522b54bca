//! Normal form of an expression: two formulas that have the same one are equal wherever both are numbers.
//!
//! Everything is a linear combination of *terms*, a term is a product of powers of *atoms*, and an atom is a variable, a
//! function of a combination, or a combination that was not multiplied out. Like terms and like powers are collected,
//! signs are drawn out of odd functions and dropped inside even ones. Equal forms are found by their ids, so that
//! what is said to be equal is proved, but for the rounding of the formula's own constants; formulas may be equal
//! without having the same form.

mod algebra;
mod functions;

use std::collections::HashMap;

use super::graph::{Binary, Graph, Node, NodeId, Number, Unary};

/// Formulas with more nodes are not brought to normal form: sums cost the square of their length.
const MOST_NODES: usize = 600;

/// The place of a product of powers of atoms.
type TermId = usize;
type AtomId = usize;
type SumId = usize;

/// A product of powers of different atoms, in the order of their ids.
type Factors = Vec<(AtomId, f64)>;

/// `constant + sum of coefficient * term`, in the order of the terms' ids; no coefficient is zero.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sum {
    constant: f64,
    terms: Vec<(TermId, f64)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Atom {
    Variable(usize),
    /// The exponential of a term.
    Exponential(TermId),
    /// A function other than a power or an exponential.
    Function(Unary, SumId),
    /// A combination that is a factor.
    Sum(SumId),
    /// A power whose exponent is not constant.
    Power(SumId, SumId),
    /// The largest of two or more.
    Maximum(Vec<SumId>),
}

/// What becomes of a formula when its variables are replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    /// It is the same function.
    Same,
    /// It is a constant minus the function.
    Mirrored,
    /// Neither has been proved.
    Unknown,
}

/// A signed permutation of variables: variable `i` is replaced by `sign * variable`, `self[i] = (variable, sign)`.
pub(crate) type SignedImage = [(usize, f64)];

/// Brings one formula, and what becomes of it under replacements, to normal form.
#[derive(Debug)]
pub(crate) struct Normaliser<'a> {
    graph: &'a Graph,
    root: NodeId,
    /// Nodes that the formula needs.
    needed: Vec<bool>,
    /// Whether products of sums are multiplied out.
    expand: bool,
    sums: Vec<Sum>,
    sum_places: HashMap<(Number, Vec<(TermId, Number)>), SumId>,
    terms: Vec<Factors>,
    term_places: HashMap<Vec<(AtomId, Number)>, TermId>,
    atoms: Vec<Atom>,
    atom_places: HashMap<Atom, AtomId>,
    /// A number has left the range in which forms can be compared.
    failed: bool,
    original: Sum,
}

impl<'a> Normaliser<'a> {
    /// The normal form of the formula at `root`; `None` where it is too long or its constants overflow.
    pub(super) fn new(graph: &'a Graph, root: NodeId, expand: bool) -> Option<Self> {
        let needed = needed(graph, root);
        if needed.iter().filter(|needed| **needed).count() > MOST_NODES {
            return None;
        }
        let mut normaliser = Self {
            graph,
            root,
            needed,
            expand,
            sums: Vec::new(),
            sum_places: HashMap::new(),
            terms: Vec::new(),
            term_places: HashMap::new(),
            atoms: Vec::new(),
            atom_places: HashMap::new(),
            failed: false,
            original: Sum::default(),
        };
        normaliser.original = normaliser.walk(&|index| (index, 1.0))?;
        Some(normaliser)
    }

    /// What the signed permutation makes of the formula.
    pub(crate) fn under(&mut self, image: &SignedImage) -> Relation {
        let Some(moved) = self.walk(&|index| image[index]) else {
            return Relation::Unknown;
        };
        if moved == self.original {
            return Relation::Same;
        }
        let original = self.original.clone();
        match self.add(&original, &moved).terms.is_empty() {
            true => Relation::Mirrored,
            false => Relation::Unknown,
        }
    }

    fn walk(&mut self, image: &dyn Fn(usize) -> (usize, f64)) -> Option<Sum> {
        self.failed = false;
        let mut values: Vec<Sum> = Vec::with_capacity(self.root + 1);
        for id in 0..=self.root {
            let value = match self.graph.nodes()[id] {
                _ if !self.needed[id] => Sum::default(),
                Node::Constant(number) => self.constant(number.value()),
                Node::Variable(index) => {
                    let (variable, sign) = image(index);
                    let variable = self.single(Atom::Variable(variable));
                    self.scale(&variable, sign)
                }
                Node::Unary(function, a) => self.unary(function, &values[a]),
                Node::Binary(function, a, b) => self.binary(function, &values[a], &values[b]),
            };
            values.push(value);
        }
        values.pop().filter(|_| !self.failed)
    }

    fn binary(&mut self, function: Binary, a: &Sum, b: &Sum) -> Sum {
        match function {
            Binary::Add => self.add(a, b),
            Binary::Subtract => {
                let minus = self.scale(b, -1.0);
                self.add(a, &minus)
            }
            Binary::Multiply => self.multiply(a, b),
            Binary::Divide => {
                let inverse = self.power(b, -1.0);
                self.multiply(a, &inverse)
            }
            Binary::Power => self.general_power(a, b),
            Binary::Maximum => self.maximum(a, b),
            Binary::Minimum => {
                let (a, b) = (self.scale(a, -1.0), self.scale(b, -1.0));
                let maximum = self.maximum(&a, &b);
                self.scale(&maximum, -1.0)
            }
            Binary::LogAddExp => {
                let (a, b) = (self.unary(Unary::Exp, a), self.unary(Unary::Exp, b));
                let sum = self.add(&a, &b);
                self.unary(Unary::Ln, &sum)
            }
        }
    }

    /// A number that forms may hold; others end the comparison.
    fn checked(&mut self, value: f64) -> f64 {
        self.failed |= !value.is_finite();
        // minus zero has other bits
        value + 0.0
    }

    /// As [`checked`](Self::checked), for a product of numbers that are not zero.
    fn checked_product(&mut self, value: f64) -> f64 {
        self.failed |= !value.is_normal();
        value
    }

    fn constant(&mut self, value: f64) -> Sum {
        Sum {
            constant: self.checked(value),
            terms: Vec::new(),
        }
    }

    fn single(&mut self, atom: Atom) -> Sum {
        let atom = self.atom(atom);
        self.product(1.0, vec![(atom, 1.0)])
    }

    fn atom(&mut self, atom: Atom) -> AtomId {
        let next = self.atoms.len();
        let id = *self.atom_places.entry(atom.clone()).or_insert(next);
        if id == next {
            self.atoms.push(atom);
        }
        id
    }

    fn term(&mut self, factors: Factors) -> TermId {
        let key = factors.iter().map(|(atom, e)| (*atom, Number::new(*e)));
        let next = self.terms.len();
        let id = *self.term_places.entry(key.collect()).or_insert(next);
        if id == next {
            self.terms.push(factors);
        }
        id
    }

    fn sum(&mut self, sum: &Sum) -> SumId {
        let terms = sum.terms.iter().map(|(term, c)| (*term, Number::new(*c)));
        let key = (Number::new(sum.constant), terms.collect());
        let next = self.sums.len();
        let id = *self.sum_places.entry(key).or_insert(next);
        if id == next {
            self.sums.push(sum.clone());
        }
        id
    }
}

fn needed(graph: &Graph, root: NodeId) -> Vec<bool> {
    let mut needed = vec![false; root + 1];
    needed[root] = true;
    // operands stand before their users
    for id in (0..=root).rev().collect::<Vec<_>>() {
        if needed[id] {
            match graph.nodes()[id] {
                Node::Constant(_) | Node::Variable(_) => {}
                Node::Unary(_, a) => needed[a] = true,
                Node::Binary(_, a, b) => (needed[a], needed[b]) = (true, true),
            }
        }
    }
    needed
}
