//! The graph as a straight-line program over a few registers.

use super::graph::{Binary, Graph, Node, NodeId, Unary};

/// What one step computes, with the registers it reads.
#[derive(Clone, Copy, Debug)]
pub(super) enum Operation {
    Variable(usize),
    Unary(Unary, usize),
    Binary(Binary, usize, usize),
}

/// One step: an operation and the register that receives its result, never one of those it reads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) operation: Operation,
    pub(super) target: usize,
}

/// A program with one result register per output.
#[derive(Clone, Debug)]
pub(super) struct Program {
    /// Registers that hold the same value at every point; no step writes them.
    pub(super) constants: Vec<(usize, f64)>,
    pub(super) steps: Vec<Step>,
    pub(super) outputs: Vec<usize>,
    pub(super) registers: usize,
}

/// Registers of the nodes placed so far, and those that are free again.
struct Registers {
    of_node: Vec<usize>,
    free: Vec<usize>,
    count: usize,
}

impl Registers {
    fn assign(&mut self, node: NodeId) -> usize {
        let register = self.free.pop().unwrap_or_else(|| {
            self.count += 1;
            self.count - 1
        });
        self.of_node[node] = register;
        register
    }
}

impl Program {
    /// Compiles what `outputs` need of the graph; registers are reused after their last reader, to stay in cache.
    pub(super) fn compile(graph: &Graph, outputs: &[NodeId]) -> Self {
        let last_use = last_uses(graph.nodes(), outputs);
        let mut registers = Registers {
            of_node: vec![0; graph.nodes().len()],
            free: Vec::new(),
            count: 0,
        };
        let (mut constants, mut steps) = (Vec::new(), Vec::new());
        for (id, &node) in graph.nodes().iter().enumerate() {
            if last_use[id].is_none() {
                continue;
            }
            let operation = match node {
                Node::Constant(number) => {
                    // Filled once per run, so never taken from or given to the free list.
                    registers.of_node[id] = registers.count;
                    constants.push((registers.count, number.value()));
                    registers.count += 1;
                    continue;
                }
                Node::Variable(index) => Operation::Variable(index),
                Node::Unary(function, a) => Operation::Unary(function, registers.of_node[a]),
                Node::Binary(function, a, b) => {
                    Operation::Binary(function, registers.of_node[a], registers.of_node[b])
                }
            };
            // The target is taken before the operands are freed: no step writes what it reads.
            let target = registers.assign(id);
            steps.push(Step { operation, target });
            release_operands(graph.nodes(), id, &last_use, &mut registers);
        }
        let outputs = outputs.iter().map(|&id| registers.of_node[id]).collect();
        Self {
            constants,
            steps,
            outputs,
            registers: registers.count,
        }
    }
}

/// The last reader of every node that the outputs need; an output is read past the end.
fn last_uses(nodes: &[Node], outputs: &[NodeId]) -> Vec<Option<NodeId>> {
    let mut last_use = vec![None; nodes.len()];
    for &id in outputs {
        last_use[id] = Some(nodes.len());
    }
    for id in (0..nodes.len()).rev() {
        if last_use[id].is_some() {
            for operand in operands(nodes[id]) {
                last_use[operand].get_or_insert(id);
            }
        }
    }
    last_use
}

fn release_operands(
    nodes: &[Node],
    id: NodeId,
    last_use: &[Option<NodeId>],
    registers: &mut Registers,
) {
    let mut freed = None;
    for operand in operands(nodes[id]) {
        let is_constant = matches!(nodes[operand], Node::Constant(_));
        // `x*x` reads one register twice, which is free only once.
        if last_use[operand] == Some(id) && !is_constant && freed != Some(operand) {
            registers.free.push(registers.of_node[operand]);
            freed = Some(operand);
        }
    }
}

/// The nodes that a node reads.
pub(super) fn operands(node: Node) -> impl Iterator<Item = NodeId> {
    let (first, second) = match node {
        Node::Constant(_) | Node::Variable(_) => (None, None),
        Node::Unary(_, a) => (Some(a), None),
        Node::Binary(_, a, b) => (Some(a), Some(b)),
    };
    first.into_iter().chain(second)
}
