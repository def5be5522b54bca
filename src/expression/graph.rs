//! The expression as a graph: every distinct sub-expression once, operands before their users.
//!
//! A flat list instead of boxes: neither dropping nor walking it can overflow the stack, however long the text.

use std::collections::{HashMap, HashSet};

use super::jet::{self, Jet};
use super::real::{Real, Scalar};
use super::wide::Wide;
use super::{BreakKind, functions, simplify};

/// A function of one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Unary {
    Negate,
    Exp,
    Ln,
    Sqrt,
    Abs,
    Sign,
    Tanh,
    Sin,
    Cos,
    Erf,
    NormalCdf,
    Sigmoid,
    Softplus,
    Hermite2,
    Hermite3,
    Hermite4,
    Square,
    Cube,
    IntegerPower(i32),
    RealPower(Number),
}

/// A function of two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Maximum,
    Minimum,
    /// `ln(exp(a) + exp(b))`; no formula names it, logarithms of sums of exponentials become it.
    LogAddExp,
}

/// A double compared by its bits, so that it can be a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Number(u64);

impl Number {
    pub(super) fn new(value: f64) -> Self {
        Self(value.to_bits())
    }

    pub(super) fn value(self) -> f64 {
        f64::from_bits(self.0)
    }
}

/// The place of a node in its graph.
pub(super) type NodeId = usize;

/// One sub-expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Node {
    Constant(Number),
    Variable(usize),
    Unary(Unary, NodeId),
    Binary(Binary, NodeId, NodeId),
}

impl Node {
    /// The nodes it reads.
    pub(super) fn operands(self) -> impl Iterator<Item = NodeId> {
        let (first, second) = match self {
            Self::Constant(_) | Self::Variable(_) => (None, None),
            Self::Unary(_, a) => (Some(a), None),
            Self::Binary(_, a, b) => (Some(a), Some(b)),
        };
        first.into_iter().chain(second)
    }

    /// The same function of nodes that have moved.
    fn moved(self, place: impl Fn(NodeId) -> NodeId) -> Self {
        match self {
            Self::Constant(_) | Self::Variable(_) => self,
            Self::Unary(function, a) => Self::Unary(function, place(a)),
            Self::Binary(function, a, b) => Self::Binary(function, place(a), place(b)),
        }
    }
}

/// Largest integer exponent that is computed by multiplication: beyond it `powf` has the smaller rounding error.
const MULTIPLICATION_LIMIT: f64 = 64.0;

/// An affine function `constant + sum_i slopes[i] t_i` of new variables.
#[derive(Clone, Debug)]
pub(super) struct Affine {
    pub(super) constant: f64,
    pub(super) slopes: Vec<f64>,
}

/// All sub-expressions of one text, with the places where it may fail to be smooth.
#[derive(Debug, Default)]
pub(super) struct Graph {
    nodes: Vec<Node>,
    places: HashMap<Node, NodeId>,
    breaks: Vec<(BreakKind, NodeId)>,
    known_breaks: HashSet<(BreakKind, NodeId)>,
}

impl Graph {
    pub(super) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Break functions: the kind of break and the node at whose zeros it sits.
    pub(super) fn breaks(&self) -> &[(BreakKind, NodeId)] {
        &self.breaks
    }

    pub(super) fn constant(&mut self, value: f64) -> NodeId {
        self.place(Node::Constant(Number::new(value)))
    }

    pub(super) fn variable(&mut self, index: usize) -> NodeId {
        self.place(Node::Variable(index))
    }

    pub(super) fn unary(&mut self, function: Unary, operand: NodeId) -> NodeId {
        if let Some(stable) = simplify::unary(self, function, operand) {
            return stable;
        }
        match function {
            Unary::Abs => self.note_break(BreakKind::Kink, operand),
            Unary::Sign => self.note_break(BreakKind::Jump, operand),
            Unary::Ln | Unary::Sqrt => self.note_break(BreakKind::Domain, operand),
            _ => {}
        }
        let folded = self
            .constant_at(operand)
            .and_then(|x| foldable(apply_unary(function, x), || apply_unary(function, wide(x))));
        match folded {
            Some(value) => self.constant(value),
            None => self.place(Node::Unary(function, operand)),
        }
    }

    pub(super) fn binary(&mut self, function: Binary, left: NodeId, right: NodeId) -> NodeId {
        if let Some(stable) = simplify::binary(self, function, left, right) {
            return stable;
        }
        match function {
            Binary::Power => return self.power(left, right),
            Binary::Divide => self.note_break(BreakKind::Pole, right),
            Binary::Maximum | Binary::Minimum => {
                let difference = self.binary(Binary::Subtract, left, right);
                return self.extremum(function, left, right, difference);
            }
            _ => {}
        }
        self.fold_or_place(function, left, right)
    }

    /// The larger or the smaller of two nodes, with a kink where their difference changes sign.
    pub(super) fn extremum(
        &mut self,
        function: Binary,
        left: NodeId,
        right: NodeId,
        difference: NodeId,
    ) -> NodeId {
        self.note_break(BreakKind::Kink, difference);
        self.fold_or_place(function, left, right)
    }

    /// The node of a difference that has been written.
    pub(super) fn difference(&self, left: NodeId, right: NodeId) -> Option<NodeId> {
        let node = Node::Binary(Binary::Subtract, left, right);
        self.places.get(&node).copied()
    }

    fn power(&mut self, base: NodeId, exponent: NodeId) -> NodeId {
        let Some(value) = self.constant_at(exponent) else {
            self.note_break(BreakKind::Domain, base);
            return self.fold_or_place(Binary::Power, base, exponent);
        };
        let whole = value.fract() == 0.0;
        if value < 0.0 {
            self.note_break(BreakKind::Pole, base);
        } else if !whole {
            self.note_break(BreakKind::Domain, base);
        }
        self.unary(power_function(value), base)
    }

    /// What some nodes are computed from, operands first, and their own places in that list.
    ///
    /// Takes no longer than the list is long, however large the graph.
    pub(super) fn cone(&self, outputs: &[NodeId]) -> (Vec<Node>, Vec<NodeId>) {
        let mut found: HashSet<NodeId> = HashSet::new();
        let mut waiting = outputs.to_vec();
        while let Some(id) = waiting.pop() {
            if found.insert(id) {
                waiting.extend(self.nodes[id].operands());
            }
        }
        let mut ids: Vec<NodeId> = found.into_iter().collect();
        ids.sort_unstable();
        let places: HashMap<NodeId, NodeId> =
            ids.iter().enumerate().map(|(at, &id)| (id, at)).collect();
        let nodes = ids
            .iter()
            .map(|&id| self.nodes[id].moved(|id| places[&id]))
            .collect();
        (nodes, outputs.iter().map(|id| places[id]).collect())
    }

    /// The graph with every variable replaced by an affine function of new variables, and where `root` went.
    ///
    /// Constants are folded again: a break function that the substitution makes constant is a break no more.
    pub(super) fn substituted(&self, root: NodeId, affine: &[Affine]) -> (Self, NodeId) {
        let mut graph = Self::default();
        let mut places = Vec::with_capacity(self.nodes.len());
        for &node in &self.nodes {
            let place = match node {
                Node::Constant(number) => graph.constant(number.value()),
                Node::Variable(index) => graph.affine(&affine[index]),
                Node::Unary(function, a) => graph.unary(function, places[a]),
                Node::Binary(function, a, b) => graph.binary(function, places[a], places[b]),
            };
            places.push(place);
        }
        graph.take_breaks(self, |at| places[at]);
        (graph, places[root])
    }

    /// The node of an affine function of the variables.
    pub(super) fn affine(&mut self, affine: &Affine) -> NodeId {
        let mut sum = self.constant(affine.constant);
        for (index, &slope) in affine.slopes.iter().enumerate() {
            if slope != 0.0 {
                let variable = self.variable(index);
                sum = self.added(sum, slope, variable);
            }
        }
        sum
    }

    /// `sum + factor * node`.
    pub(super) fn added(&mut self, sum: NodeId, factor: f64, node: NodeId) -> NodeId {
        let term = match factor {
            1.0 => node,
            _ => {
                let factor = self.constant(factor);
                self.binary(Binary::Multiply, factor, node)
            }
        };
        match self.constant_at(sum) {
            Some(0.0) => term,
            _ => self.binary(Binary::Add, sum, term),
        }
    }

    /// Marks the breaks of another graph whose nodes went to `places`; those that became constant are breaks no more.
    pub(super) fn take_breaks(&mut self, of: &Self, place: impl Fn(NodeId) -> NodeId) {
        for &(kind, at) in &of.breaks {
            self.note_break(kind, place(at));
        }
    }

    fn fold_or_place(&mut self, function: Binary, left: NodeId, right: NodeId) -> NodeId {
        let folded = match (self.constant_at(left), self.constant_at(right)) {
            (Some(a), Some(b)) => foldable(binary_value(function, a, b), || {
                binary_value(function, wide(a), wide(b))
            }),
            _ => None,
        };
        match folded {
            Some(value) => self.constant(value),
            None => self.place(Node::Binary(function, left, right)),
        }
    }

    pub(super) fn constant_at(&self, id: NodeId) -> Option<f64> {
        match self.nodes[id] {
            Node::Constant(number) => Some(number.value()),
            _ => None,
        }
    }

    fn place(&mut self, node: Node) -> NodeId {
        *self.places.entry(node).or_insert_with(|| {
            self.nodes.push(node);
            self.nodes.len() - 1
        })
    }

    fn note_break(&mut self, kind: BreakKind, at: NodeId) {
        if self.constant_at(at).is_none() && self.known_breaks.insert((kind, at)) {
            self.breaks.push((kind, at));
        }
    }
}

fn wide(x: f64) -> Wide {
    Wide::number(x)
}

/// The value of a constant sub-expression, unless it is one that only wide arithmetic can hold.
fn foldable(value: f64, exact: impl FnOnce() -> Wide) -> Option<f64> {
    (value.is_normal() || !exact().is_out_of_range()).then_some(value)
}

/// The cheapest function that raises to this constant power.
fn power_function(exponent: f64) -> Unary {
    let whole = exponent.fract() == 0.0;
    match exponent {
        2.0 => Unary::Square,
        3.0 => Unary::Cube,
        0.5 => Unary::Sqrt,
        // The cast is exact: a whole number below the limit.
        e if whole && e.abs() <= MULTIPLICATION_LIMIT => Unary::IntegerPower(e as i32),
        e => Unary::RealPower(Number::new(e)),
    }
}

/// The value of a function of one operand.
#[inline]
pub(super) fn apply_unary<T: Real>(function: Unary, x: T) -> T {
    derivatives(function, x)[0]
}

/// `[f, f', f'']` of a function of one operand.
#[inline]
pub(super) fn derivatives<T: Real>(function: Unary, x: T) -> [T; 3] {
    match function {
        Unary::Negate => functions::negate(x),
        Unary::Exp => functions::exp(x),
        Unary::Ln => functions::ln(x),
        Unary::Sqrt => functions::sqrt(x),
        Unary::Abs => functions::abs(x),
        Unary::Sign => functions::sign(x),
        Unary::Tanh => functions::tanh(x),
        Unary::Sin => functions::sin(x),
        Unary::Cos => functions::cos(x),
        Unary::Erf => functions::erf(x),
        Unary::NormalCdf => functions::normal_cdf(x),
        Unary::Sigmoid => functions::sigmoid(x),
        Unary::Softplus => functions::softplus(x),
        Unary::Hermite2 => functions::hermite2(x),
        Unary::Hermite3 => functions::hermite3(x),
        Unary::Hermite4 => functions::hermite4(x),
        Unary::Square => functions::square(x),
        Unary::Cube => functions::cube(x),
        Unary::IntegerPower(n) => functions::integer_power(x, n),
        Unary::RealPower(c) => functions::real_power(x, T::number(c.value())),
    }
}

/// The value of a function of two operands.
#[inline]
pub(super) fn binary_value<T: Real>(function: Binary, a: T, b: T) -> T {
    apply_binary(function, Jet::constant(a), Jet::constant(b)).value
}

/// The jet of a function of two operands.
#[inline]
pub(super) fn apply_binary<T: Real>(function: Binary, a: Jet<T>, b: Jet<T>) -> Jet<T> {
    match function {
        Binary::Add => jet::add(a, b),
        Binary::Subtract => jet::subtract(a, b),
        Binary::Multiply => jet::multiply(a, b),
        Binary::Divide => jet::divide(a, b),
        Binary::Power => jet::power(a, b),
        Binary::Maximum => jet::maximum(a, b),
        Binary::Minimum => jet::minimum(a, b),
        Binary::LogAddExp => jet::log_add_exp(a, b),
    }
}
