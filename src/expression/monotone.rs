//! The part of an expression inside its outermost strictly monotone functions.

use super::graph::{Binary, Graph, Node, NodeId, Unary};

/// Strips strictly monotone functions of one operand off the root.
///
/// In floating point they can merge values (`tanh(20) == 1`) that a noiseless label still tells apart.
pub(super) fn core(graph: &Graph, root: NodeId) -> NodeId {
    let mut node = root;
    while let Some(inside) = strip(graph, node) {
        node = inside;
    }
    node
}

fn strip(graph: &Graph, node: NodeId) -> Option<NodeId> {
    let constant = |id: NodeId| match graph.nodes()[id] {
        Node::Constant(number) => Some(number.value()),
        _ => None,
    };
    match graph.nodes()[node] {
        Node::Unary(function, operand) => is_strictly_monotone(function).then_some(operand),
        Node::Binary(Binary::Add | Binary::Subtract, left, right) => {
            match (constant(left), constant(right)) {
                (Some(_), None) => Some(right),
                (None, Some(_)) => Some(left),
                _ => None,
            }
        }
        Node::Binary(Binary::Multiply, left, right) => match (constant(left), constant(right)) {
            (Some(factor), None) if factor != 0.0 => Some(right),
            (None, Some(factor)) if factor != 0.0 => Some(left),
            _ => None,
        },
        Node::Binary(Binary::Divide, left, right) => constant(right).map(|_| left),
        _ => None,
    }
}

fn is_strictly_monotone(function: Unary) -> bool {
    match function {
        Unary::Negate
        | Unary::Exp
        | Unary::Ln
        | Unary::Sqrt
        | Unary::Tanh
        | Unary::Erf
        | Unary::NormalCdf
        | Unary::Sigmoid
        | Unary::Softplus
        | Unary::Cube => true,
        Unary::IntegerPower(exponent) => exponent > 0 && exponent % 2 == 1,
        _ => false,
    }
}
