//! Degree of homogeneity: whether a formula is a power of the scale of its variables.

use super::graph::{Binary, Graph, Node, NodeId, Unary};

/// How a formula changes when all variables are multiplied by the same positive number.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Degree {
    /// It is zero.
    Zero,
    /// By this power of that number.
    Power(f64),
    /// In a way that is no power, or is not proved to be one.
    Other,
}

use Degree::{Other, Power, Zero};

/// Whether the formula at `root` is proved to be constant on every ray from the origin.
pub(super) fn is_scale_free(graph: &Graph, root: NodeId) -> bool {
    let mut degrees: Vec<Degree> = Vec::with_capacity(root + 1);
    for &node in &graph.nodes()[..=root] {
        let degree = match node {
            Node::Constant(number) if number.value() == 0.0 => Zero,
            Node::Constant(_) => Power(0.0),
            Node::Variable(_) => Power(1.0),
            Node::Unary(function, a) => unary(function, degrees[a]),
            Node::Binary(function, a, b) => {
                let exponent = match graph.nodes()[b] {
                    Node::Constant(number) => Some(number.value()),
                    _ => None,
                };
                binary(function, degrees[a], degrees[b], exponent)
            }
        };
        degrees.push(degree);
    }
    degrees[root] == Power(0.0)
}

fn unary(function: Unary, inside: Degree) -> Degree {
    let power = |e: f64| match inside {
        Power(degree) => Power(degree * e),
        _ => Other,
    };
    match function {
        Unary::Negate | Unary::Abs => inside,
        Unary::Square => power(2.0),
        Unary::Cube => power(3.0),
        Unary::Sqrt => power(0.5),
        Unary::IntegerPower(n) => power(f64::from(n)),
        Unary::RealPower(e) => power(e.value()),
        Unary::Sign => power(0.0),
        _ if inside == Power(0.0) => inside,
        _ => Other,
    }
}

fn binary(function: Binary, a: Degree, b: Degree, exponent: Option<f64>) -> Degree {
    match (function, a, b) {
        (Binary::Multiply, Power(a), Power(b)) => Power(a + b),
        (Binary::Divide, Power(a), Power(b)) => Power(a - b),
        (Binary::Add | Binary::Subtract, Zero, other) => other,
        (Binary::Add | Binary::Subtract, other, Zero) => other,
        (Binary::Add | Binary::Subtract | Binary::Maximum | Binary::Minimum, a, b) if a == b => a,
        // zero is of every degree
        (Binary::Maximum | Binary::Minimum, Zero, other) => other,
        (Binary::Maximum | Binary::Minimum, other, Zero) => other,
        (Binary::Multiply, Zero, _) | (Binary::Multiply, _, Zero) => Zero,
        (Binary::Power | Binary::LogAddExp, Power(0.0), Power(0.0)) => Power(0.0),
        (Binary::Power, Power(degree), _) => match exponent {
            Some(e) => Power(degree * e),
            None => Other,
        },
        _ => Other,
    }
}
