//! Identities for exponentials whose derivatives, taken term by term, would cancel.
//!
//! `ln(1 + exp(u))` is almost `u` where u is large, and its second derivative the difference of two numbers next to
//! one; where `exp(u)` overflows nothing is left. As softplus it has neither problem. The identities hold for all
//! arguments, so graphs are rewritten as they are built, and a rewritten logarithm has no end of its domain.

use super::graph::{Binary, Graph, Node, NodeId, Unary};

/// Deepest sum, product or power of exponentials that is looked through.
const DEPTH: usize = 64;

/// What `function(operand)` is better computed as.
pub(super) fn unary(graph: &mut Graph, function: Unary, operand: NodeId) -> Option<NodeId> {
    match function {
        Unary::Ln if has_exponential(graph, operand, DEPTH) => Some(logarithm(graph, operand)),
        _ => None,
    }
}

/// What `function(left, right)` is better computed as.
pub(super) fn binary(
    graph: &mut Graph,
    function: Binary,
    left: NodeId,
    right: NodeId,
) -> Option<NodeId> {
    match function {
        Binary::Maximum | Binary::Minimum if left == right => Some(left),
        Binary::Divide => share(graph, left, right).or_else(|| contrast(graph, left, right)),
        _ => None,
    }
}

/// `x/(x + y) = sigmoid(ln x - ln y)` for exponentials x and y, either of which may be a positive constant.
fn share(graph: &mut Graph, part: NodeId, whole: NodeId) -> Option<NodeId> {
    let Node::Binary(Binary::Add, x, y) = graph.nodes()[whole] else {
        return None;
    };
    let rest = match part {
        _ if part == x => y,
        _ if part == y => x,
        _ => return None,
    };
    let difference = log_ratio(graph, part, rest)?;
    Some(graph.unary(Unary::Sigmoid, difference))
}

/// `(x - y)/(x + y) = tanh((ln x - ln y)/2)` for exponentials x and y, either of which may be a positive constant.
fn contrast(graph: &mut Graph, numerator: NodeId, denominator: NodeId) -> Option<NodeId> {
    let (Node::Binary(Binary::Subtract, x, y), Node::Binary(Binary::Add, a, b)) =
        (graph.nodes()[numerator], graph.nodes()[denominator])
    else {
        return None;
    };
    if (x, y) != (a, b) && (x, y) != (b, a) {
        return None;
    }
    let difference = log_ratio(graph, x, y)?;
    let half = graph.constant(0.5);
    let angle = graph.binary(Binary::Multiply, half, difference);
    Some(graph.unary(Unary::Tanh, angle))
}

/// `ln x - ln y` for exponentials.
fn log_ratio(graph: &mut Graph, x: NodeId, y: NodeId) -> Option<NodeId> {
    let known =
        [x, y].map(|id| is_positive_constant(graph, id) || has_exponential(graph, id, DEPTH));
    if known != [true, true] || [x, y].iter().all(|&id| is_positive_constant(graph, id)) {
        return None;
    }
    let (x, y) = (logarithm(graph, x), logarithm(graph, y));
    Some(difference(graph, x, y))
}

fn is_positive_constant(graph: &Graph, id: NodeId) -> bool {
    graph
        .constant_at(id)
        .is_some_and(|value| value > 0.0 && value.is_finite())
}

/// Whether a node is built from exponentials and positive constants so that [`logarithm`] can take it apart.
fn has_exponential(graph: &Graph, id: NodeId, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    let known = |id: NodeId| has_exponential(graph, id, depth);
    match graph.nodes()[id] {
        Node::Unary(Unary::Exp | Unary::Sigmoid, _) => true,
        Node::Unary(function, a) => exponent_of(function).is_some() && known(a),
        Node::Binary(Binary::Add | Binary::Multiply | Binary::Divide, a, b) => {
            let [a, b] = [a, b].map(|id| (known(id), is_positive_constant(graph, id)));
            (a.0 || a.1) && (b.0 || b.1) && (a.0 || b.0)
        }
        _ => false,
    }
}

fn exponent_of(function: Unary) -> Option<f64> {
    Some(match function {
        Unary::Sqrt => 0.5,
        Unary::Square => 2.0,
        Unary::Cube => 3.0,
        Unary::IntegerPower(n) => f64::from(n),
        Unary::RealPower(c) => c.value(),
        _ => return None,
    })
}

/// The logarithm of a positive constant or of what [`has_exponential`] accepts.
fn logarithm(graph: &mut Graph, id: NodeId) -> NodeId {
    match graph.nodes()[id] {
        Node::Unary(Unary::Exp, a) => a,
        Node::Unary(Unary::Sigmoid, a) => {
            let opposite = graph.unary(Unary::Negate, a);
            let softplus = graph.unary(Unary::Softplus, opposite);
            graph.unary(Unary::Negate, softplus)
        }
        Node::Unary(function, a) if exponent_of(function).is_some() => {
            let factor = graph.constant(exponent_of(function).unwrap_or(1.0));
            let inner = logarithm(graph, a);
            graph.binary(Binary::Multiply, factor, inner)
        }
        Node::Binary(Binary::Add, a, b) => {
            let (a, b) = (logarithm(graph, a), logarithm(graph, b));
            log_sum(graph, a, b)
        }
        Node::Binary(Binary::Multiply, a, b) => {
            let (a, b) = (logarithm(graph, a), logarithm(graph, b));
            graph.binary(Binary::Add, a, b)
        }
        Node::Binary(Binary::Divide, a, b) => {
            let (a, b) = (logarithm(graph, a), logarithm(graph, b));
            difference(graph, a, b)
        }
        _ => graph.unary(Unary::Ln, id),
    }
}

fn difference(graph: &mut Graph, a: NodeId, b: NodeId) -> NodeId {
    match (graph.constant_at(a), graph.constant_at(b)) {
        (_, Some(0.0)) => a,
        (Some(0.0), _) => graph.unary(Unary::Negate, b),
        _ => graph.binary(Binary::Subtract, a, b),
    }
}

fn log_sum(graph: &mut Graph, a: NodeId, b: NodeId) -> NodeId {
    match (graph.constant_at(a), graph.constant_at(b)) {
        (Some(0.0), _) => graph.unary(Unary::Softplus, b),
        (_, Some(0.0)) => graph.unary(Unary::Softplus, a),
        _ => graph.binary(Binary::LogAddExp, a, b),
    }
}
