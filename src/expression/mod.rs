//! Text to value and exact derivatives.
//!
//! Links, activations and losses are written as formulas: `+ - * / ^` (or `**` for `^`), parentheses, numbers, `pi`, and the functions
//! `exp ln sqrt abs sign tanh sin cos erf Phi sigmoid softplus max min He2 He3 He4`. Here `Phi` is the normal
//! distribution function and `He2`..`He4` are the probabilists' Hermite polynomials. `^` groups to the right and
//! binds tighter than a sign on its left: `-z1^2` is `-(z1^2)`.
//!
//! An [`Expression`] gives values, second-order [`Jet`]s by forward differentiation (no finite differences), and the
//! [break functions](Expression::breaks) at whose zeros it may fail to be smooth.
//!
//! ```
//! use onset::expression::Expression;
//!
//! let link = Expression::parse("1.5*tanh(z1^2 - 1)", &["z1"])?;
//! assert_eq!(link.value(&[1.0]), 0.0);
//! let jet = link.jet(&[1.0], &[1.0]);
//! assert_eq!((jet.first, jet.second), (3.0, 3.0));
//! # Ok::<(), onset::expression::ExpressionError>(())
//! ```

mod batch;
mod error;
mod functions;
mod graph;
mod homogeneity;
mod jet;
mod linear;
mod monotone;
mod names;
mod normal;
mod parser;
mod point;
mod program;
mod ranges;
mod real;
mod simplify;
mod span;
mod tokens;
mod wide;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Arc, OnceLock};

pub use batch::Workspace;
pub use error::{ExpressionError, ExpressionProblem};
pub use jet::Jet;
pub(crate) use normal::{Normaliser, Relation};

use graph::{Affine, Graph, NodeId};
use linear::LinearParts;
use program::{Operation, Program};

/// How an expression may fail to be smooth at a zero of a break function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BreakKind {
    /// A derivative may jump: the argument of `abs`, the difference of two arguments of `max` or `min`.
    Kink,
    /// The value may jump: the argument of `sign`.
    Jump,
    /// The value may be infinite: a denominator, the base of a negative power.
    Pole,
    /// The value may stop being real: the argument of `ln` or `sqrt`, the base of a power that is not an integer.
    Domain,
}

/// A formula in named variables, compiled for evaluation at many points.
///
/// Outside its domain (`ln(-1)`, `0/0`) it is NaN, which the caller has to look for.
#[derive(Clone, Debug)]
pub struct Expression {
    text: String,
    /// Kept for substitutions; shared by clones.
    graph: Arc<Graph>,
    root: NodeId,
    used: Vec<bool>,
    program: Program,
    break_program: Program,
    breaks: Vec<BreakKind>,
    /// Each break function by itself, compiled when it is first asked for: a formula may have thousands.
    single_breaks: Vec<OnceLock<Program>>,
}

impl Expression {
    /// Reads a formula; `variables[i]` is the name of coordinate `i` of the points it is later evaluated at.
    ///
    /// # Errors
    /// With the place in the text, for anything outside the grammar of this [module](self).
    pub fn parse(text: &str, variables: &[&str]) -> Result<Self, ExpressionError> {
        let (graph, root) = parser::parse(text, variables)?;
        Ok(Self::compile(text, variables.len(), graph, root))
    }

    /// Reads a formula and keeps what is inside its outermost strictly monotone functions: `z1^2` of
    /// `3*tanh(z1^2) - 1`. A noiseless label `y = phi(z)` carries the information of that part.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn parse_monotone_core(text: &str, variables: &[&str]) -> Result<Self, ExpressionError> {
        let (graph, root) = parser::parse(text, variables)?;
        let core = monotone::core(&graph, root);
        Ok(Self::compile(text, variables.len(), graph, core))
    }

    /// Vectors `a_i` (one entry per variable, none of them zero) such that the expression is a function of the sums
    /// `a_i . x` alone: the coefficients of its largest linear parts, as written.
    ///
    /// ```
    /// # use onset::expression::Expression;
    /// let link = Expression::parse("z1 + tanh((z1 + 2*z2)^2) + z2/4", &["z1", "z2"])?;
    /// assert_eq!(link.linear_forms(), [[1.0, 2.0], [1.0, 0.25]]);
    /// # Ok::<(), onset::expression::ExpressionError>(())
    /// ```
    pub fn linear_forms(&self) -> Vec<Vec<f64>> {
        LinearParts::new(&self.graph, self.used.len(), &[self.root]).forms()
    }

    /// The same function of `dimension` other variables `t`: every linear form `a . x` becomes `image(a) . t`.
    pub(crate) fn with_forms(&self, dimension: usize, image: impl Fn(&[f64]) -> Vec<f64>) -> Self {
        let breaks = self.graph.breaks().iter().map(|(_, at)| *at);
        let outputs: Vec<NodeId> = breaks.chain([self.root]).collect();
        let parts = LinearParts::new(&self.graph, self.used.len(), &outputs);
        let mut graph = Graph::default();
        let places = parts.rewritten(&mut graph, image);
        graph.take_breaks(&self.graph, |at| places[&at]);
        Self::compile(&self.text, dimension, graph, places[&self.root])
    }

    /// The expression on an affine subspace: coordinate `i` becomes `origin[i] + sum_c axes[c][i] t_c`, and the new
    /// variables are the `t_c`.
    ///
    /// # Panics
    /// When `origin` or an axis is shorter than the last variable used.
    pub(crate) fn on_subspace(&self, origin: &[f64], axes: &[Vec<f64>]) -> Self {
        let affine: Vec<Affine> = origin
            .iter()
            .enumerate()
            .map(|(i, &constant)| Affine {
                constant,
                slopes: axes.iter().map(|axis| axis[i]).collect(),
            })
            .collect();
        let (graph, root) = self.graph.substituted(self.root, &affine);
        Self::compile(&self.text, axes.len(), graph, root)
    }

    fn compile(text: &str, variables: usize, graph: Graph, root: NodeId) -> Self {
        let (breaks, break_nodes): (Vec<_>, Vec<_>) = graph.breaks().iter().copied().unzip();
        let program = Program::compile(&graph, &[root]);
        let mut used = vec![false; variables];
        for step in &program.steps {
            if let Operation::Variable(index) = step.operation {
                used[index] = true;
            }
        }
        let break_program = Program::compile(&graph, &break_nodes);
        Self {
            text: text.to_owned(),
            graph: Arc::new(graph),
            root,
            used,
            program,
            break_program,
            single_breaks: vec![OnceLock::new(); breaks.len()],
            breaks,
        }
    }

    /// The text it was read from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the coordinate `variable` occurs in the formula.
    pub fn uses(&self, variable: usize) -> bool {
        self.used.get(variable).copied().unwrap_or(false)
    }

    /// The formula in normal form, with products of sums left alone and multiplied out: either may prove what the other
    /// does not. Empty where the formula is too long for it.
    pub(crate) fn normal_forms(&self) -> Vec<Normaliser<'_>> {
        [false, true]
            .into_iter()
            .filter_map(|expand| Normaliser::new(&self.graph, self.root, expand))
            .collect()
    }

    /// Whether it is proved to be constant on every ray from the origin.
    pub(crate) fn is_scale_free(&self) -> bool {
        homogeneity::is_scale_free(&self.graph, self.root)
    }

    /// The value at a point (one coordinate per variable).
    ///
    /// # Panics
    /// When `point` is shorter than the last variable used.
    pub fn value(&self, point: &[f64]) -> f64 {
        point::value_at(&self.program, 0, point)
    }

    /// Value and first two derivatives at `t = 0` of `t -> e(point + t direction)`.
    ///
    /// At breaks `abs` and `sign` count as having derivative 0, and tied arguments of `max` and `min` their mean.
    ///
    /// # Panics
    /// When `point` or `direction` is shorter than the last variable used.
    pub fn jet(&self, point: &[f64], direction: &[f64]) -> Jet {
        point::jet_at(&self.program, point, direction)
    }

    /// Values at `out.len()` points: `columns[i]` holds coordinate `i` of each.
    ///
    /// Equal to [`value`](Self::value) bit for bit; does not allocate once the workspace has grown.
    ///
    /// # Panics
    /// When the column of a used variable is missing or shorter than `out`.
    pub fn values_into(&self, columns: &[&[f64]], out: &mut [f64], workspace: &mut Workspace) {
        batch::values_over(
            &self.program,
            columns,
            out.len(),
            workspace,
            |_, start, block| {
                out[start..start + block.len()].copy_from_slice(block);
            },
        );
    }

    /// Jets at `out.len()` points, all along one direction: `columns[i]` holds coordinate `i` of each point.
    ///
    /// Equal to [`jet`](Self::jet) bit for bit; does not allocate once the workspace has grown.
    ///
    /// # Panics
    /// When the column of a used variable is missing or shorter than `out`, or `direction` is too short.
    pub fn jets_into(
        &self,
        columns: &[&[f64]],
        direction: &[f64],
        out: &mut [Jet],
        workspace: &mut Workspace,
    ) {
        batch::jets_over(&self.program, columns, direction, out, workspace);
    }

    /// The kinds of its break functions: sub-expressions at whose zeros it may have a kink, a jump, a pole or an end
    /// of its domain. It is analytic where none of them vanishes.
    pub fn breaks(&self) -> &[BreakKind] {
        &self.breaks
    }

    /// The value of break function `index` at a point.
    ///
    /// # Panics
    /// When `point` is shorter than the last variable used.
    pub fn break_value(&self, index: usize, point: &[f64]) -> f64 {
        point::value_at(self.single_break(index), 0, point)
    }

    /// Values of break function `index` at `out.len()` points: `columns[i]` holds coordinate `i` of each.
    ///
    /// # Panics
    /// When the column of a used variable is missing or shorter than `out`.
    pub fn break_row_into(
        &self,
        index: usize,
        columns: &[&[f64]],
        out: &mut [f64],
        workspace: &mut Workspace,
    ) {
        let program = self.single_break(index);
        batch::values_over(program, columns, out.len(), workspace, |_, start, block| {
            out[start..start + block.len()].copy_from_slice(block);
        });
    }

    fn single_break(&self, index: usize) -> &Program {
        self.single_breaks[index].get_or_init(|| {
            let (_, node) = self.graph.breaks()[index];
            Program::compile(&self.graph, &[node])
        })
    }

    /// Values of all break functions over columns of `n` points each; `out` becomes `breaks().len()` rows of `n`.
    ///
    /// # Panics
    /// When the column of a used variable is missing or shorter than the first column.
    pub fn break_values_into(
        &self,
        columns: &[&[f64]],
        out: &mut Vec<f64>,
        workspace: &mut Workspace,
    ) {
        let count = columns.first().map_or(0, |column| column.len());
        out.clear();
        out.resize(self.breaks.len() * count, 0.0);
        batch::values_over(
            &self.break_program,
            columns,
            count,
            workspace,
            |row, start, block| {
                let at = row * count + start;
                out[at..at + block.len()].copy_from_slice(block);
            },
        );
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}
