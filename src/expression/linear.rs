//! The linear forms of an expression: vectors `a_i` such that it is a function of the `a_i . x` alone.
//!
//! Sums, signs and constant factors are followed through the graph, so that a node is `constant + a . x + sum_j c_j n_j`
//! with nodes `n_j` that no linear operation makes. Forms are the vectors `a` of the whole and of the operands of the `n_j`.

use std::collections::BTreeMap;

use super::graph::{Affine, Binary, Graph, Node, NodeId, Unary};

/// A node as an affine function of the variables and of nodes that are not linear in them.
#[derive(Clone, Debug)]
pub(super) struct Combination {
    affine: Affine,
    /// Coefficients of the other nodes, none of them zero.
    others: BTreeMap<NodeId, f64>,
}

/// A graph whose linear parts are known.
pub(super) struct LinearParts<'g> {
    graph: &'g Graph,
    variables: usize,
    /// Value of the nodes that are constant, also where a zero factor makes them so.
    constants: Vec<Option<f64>>,
    /// What the outputs need: the outputs and the operands of nodes that are not linear.
    needed: BTreeMap<NodeId, Combination>,
}

impl<'g> LinearParts<'g> {
    /// Linear parts of everything that `outputs` need.
    pub(super) fn new(graph: &'g Graph, variables: usize, outputs: &[NodeId]) -> Self {
        let mut parts = Self {
            graph,
            variables,
            constants: constants(graph),
            needed: BTreeMap::new(),
        };
        let mut pending: BTreeMap<NodeId, ()> = outputs.iter().map(|&id| (id, ())).collect();
        // operands come before their users
        while let Some((id, ())) = pending.pop_last() {
            let combination = parts.combination(id);
            for &other in combination.others.keys() {
                pending.extend(graph.nodes()[other].operands().map(|operand| (operand, ())));
            }
            parts.needed.insert(id, combination);
        }
        parts
    }

    /// The forms, by increasing place in the graph; none is zero.
    pub(super) fn forms(&self) -> Vec<Vec<f64>> {
        let slopes = self.needed.values().map(|part| &part.affine.slopes);
        slopes
            .filter(|slopes| slopes.iter().any(|slope| *slope != 0.0))
            .cloned()
            .collect()
    }

    /// Writes what the outputs need into `target`, every form replaced by its image; returns where the needed nodes went.
    pub(super) fn rewritten(
        &self,
        target: &mut Graph,
        image: impl Fn(&[f64]) -> Vec<f64>,
    ) -> BTreeMap<NodeId, NodeId> {
        let mut places = BTreeMap::new();
        for (&id, part) in &self.needed {
            let mut sum = target.affine(&Affine {
                constant: part.affine.constant,
                slopes: image(&part.affine.slopes),
            });
            for (&other, &factor) in &part.others {
                let node = match self.graph.nodes()[other] {
                    Node::Unary(function, a) => target.unary(function, places[&a]),
                    Node::Binary(function, a, b) => {
                        let (left, right) = (places[&a], places[&b]);
                        match self.extremum_difference(function, a, b) {
                            // where its own form has put it
                            Some(id) => target.extremum(function, left, right, places[&id]),
                            None => target.binary(function, left, right),
                        }
                    }
                    // linear by themselves
                    Node::Constant(_) | Node::Variable(_) => continue,
                };
                sum = target.added(sum, factor, node);
            }
            places.insert(id, sum);
        }
        places
    }

    /// The needed node at whose zero a maximum or minimum of two others has its kink.
    fn extremum_difference(&self, function: Binary, a: NodeId, b: NodeId) -> Option<NodeId> {
        if !matches!(function, Binary::Maximum | Binary::Minimum) {
            return None;
        }
        let difference = self.graph.difference(a, b)?;
        self.needed.contains_key(&difference).then_some(difference)
    }

    /// Follows linear operations down from a node.
    fn combination(&self, root: NodeId) -> Combination {
        let mut affine = Affine {
            constant: 0.0,
            slopes: vec![0.0; self.variables],
        };
        let mut others = BTreeMap::new();
        let mut pending = BTreeMap::from([(root, 1.0)]);
        while let Some((id, factor)) = pending.pop_last() {
            if factor == 0.0 {
                continue;
            }
            if let Some(value) = self.constants[id] {
                affine.constant += factor * value;
            } else if let Node::Variable(index) = self.graph.nodes()[id] {
                affine.slopes[index] += factor;
            } else {
                match self.linear(id, factor) {
                    Some(terms) => {
                        for (operand, factor) in terms.into_iter().flatten() {
                            *pending.entry(operand).or_insert(0.0) += factor;
                        }
                    }
                    None => {
                        others.insert(id, factor);
                    }
                }
            }
        }
        Combination { affine, others }
    }

    /// `factor` times the node as a sum of factors times operands, if that is what it computes.
    fn linear(&self, id: NodeId, factor: f64) -> Option<[Option<(NodeId, f64)>; 2]> {
        match self.graph.nodes()[id] {
            Node::Unary(Unary::Negate, a) => Some([Some((a, -factor)), None]),
            Node::Binary(Binary::Add, a, b) => Some([Some((a, factor)), Some((b, factor))]),
            Node::Binary(Binary::Subtract, a, b) => Some([Some((a, factor)), Some((b, -factor))]),
            Node::Binary(Binary::Multiply, a, b) => match (self.constants[a], self.constants[b]) {
                (Some(value), _) => Some([Some((b, factor * value)), None]),
                (None, Some(value)) => Some([Some((a, factor * value)), None]),
                (None, None) => None,
            },
            Node::Binary(Binary::Divide, a, b) => {
                self.constants[b].map(|value| [Some((a, factor / value)), None])
            }
            _ => None,
        }
    }
}

/// Constants, and products with a factor that is zero.
fn constants(graph: &Graph) -> Vec<Option<f64>> {
    let mut values: Vec<Option<f64>> = Vec::with_capacity(graph.nodes().len());
    for &node in graph.nodes() {
        let zero = |id: NodeId| values[id] == Some(0.0);
        let value = match node {
            Node::Constant(number) => Some(number.value()),
            Node::Unary(Unary::IntegerPower(0), _) => Some(1.0),
            Node::Binary(Binary::Multiply, a, b) if zero(a) || zero(b) => Some(0.0),
            Node::Binary(Binary::Divide, a, _) if zero(a) => Some(0.0),
            _ => None,
        };
        values.push(value);
    }
    values
}
