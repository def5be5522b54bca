//! Runs a program over columns of points, each step over a whole block at a time.
//!
//! The loops apply the scalar formulas of the single-point road, so both agree bit for bit.

use super::functions;
use super::graph::{Binary, Unary, derivatives};
use super::jet::{self, Jet};
use super::point::{self, Excess};
use super::program::{Operation, Program};
use super::ranges::Window;

/// Points per block: three arrays of this length for each of a few registers fit in the first-level cache.
const BLOCK: usize = 128;

/// Scratch memory of batched evaluation: grows to what the largest expression needs and is then reused.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    registers: Vec<Register>,
    /// Points of the block whose values left a window, and whose derivatives did.
    value_excess: Marks,
    motion_excess: Marks,
}

/// Points of a block that have to be evaluated again in wide arithmetic.
#[derive(Clone, Debug, Default)]
struct Marks {
    any: bool,
    points: Vec<bool>,
}

impl Marks {
    fn clear(&mut self) {
        if self.any || self.points.is_empty() {
            self.any = false;
            self.points.clear();
            self.points.resize(BLOCK, false);
        }
    }

    /// Marks the points whose entry is outside a window.
    #[inline]
    fn check(&mut self, window: Window, entries: &[f64]) {
        let outside = entries
            .iter()
            .fold(false, |any, &entry| any | window.excludes(entry));
        if outside {
            self.any = true;
            for (mark, &entry) in self.points.iter_mut().zip(entries) {
                *mark |= window.excludes(entry);
            }
        }
    }
}

/// A block of jets; the derivatives are all zero where nothing is `moving`.
#[derive(Clone, Debug, Default)]
struct Register {
    moving: bool,
    value: Vec<f64>,
    first: Vec<f64>,
    second: Vec<f64>,
}

impl Workspace {
    /// An empty workspace.
    pub fn new() -> Self {
        Self::default()
    }

    fn prepare(&mut self, program: &Program) {
        while self.registers.len() < program.registers {
            let zeros = || vec![0.0; BLOCK];
            self.registers.push(Register {
                moving: false,
                value: zeros(),
                first: zeros(),
                second: zeros(),
            });
        }
        for &(register, value) in &program.constants {
            let register = &mut self.registers[register];
            register.value.fill(value);
            register.stand_still();
        }
    }
}

impl Register {
    fn stand_still(&mut self) {
        self.moving = false;
        self.first.fill(0.0);
        self.second.fill(0.0);
    }

    fn load_variable(&mut self, column: &[f64], slope: f64) {
        self.value[..column.len()].copy_from_slice(column);
        self.moving = slope != 0.0;
        self.first.fill(slope);
        self.second.fill(0.0);
    }
}

/// Values of every output over `count` points; `receive(output, start, block)` gets them block by block.
pub(super) fn values_over(
    program: &Program,
    columns: &[&[f64]],
    count: usize,
    workspace: &mut Workspace,
    mut receive: impl FnMut(usize, usize, &[f64]),
) {
    workspace.prepare(program);
    for start in (0..count).step_by(BLOCK) {
        let length = BLOCK.min(count - start);
        workspace.value_excess.clear();
        for step in &program.steps {
            let mut target = std::mem::take(&mut workspace.registers[step.target]);
            let read = |register: usize| &workspace.registers[register].value[..length];
            let result = &mut target.value[..length];
            match step.operation {
                Operation::Variable(index) => {
                    result.copy_from_slice(&columns[index][start..start + length])
                }
                Operation::Unary(function, a) => unary_values(function, read(a), result),
                Operation::Binary(function, a, b) => {
                    binary_values(function, read(a), read(b), result)
                }
            }
            if let Some(windows) = step.windows {
                workspace.value_excess.check(windows.value, result);
            }
            workspace.registers[step.target] = target;
        }
        for (output, &register) in program.outputs.iter().enumerate() {
            let block = &workspace.registers[register].value[..length];
            if !workspace.value_excess.any {
                receive(output, start, block);
                continue;
            }
            // a copy: another output may share the register
            let mut block = block.to_vec();
            for (i, value) in block.iter_mut().enumerate() {
                if workspace.value_excess.points[i] {
                    *value = point::wide_value(program, output, |index| columns[index][start + i]);
                }
            }
            receive(output, start, &block);
        }
    }
}

/// Jets of the first output along one direction, over as many points as `out` holds.
pub(super) fn jets_over(
    program: &Program,
    columns: &[&[f64]],
    direction: &[f64],
    out: &mut [Jet],
    workspace: &mut Workspace,
) {
    workspace.prepare(program);
    let Some(&output) = program.outputs.first() else {
        return;
    };
    for (block, out) in out.chunks_mut(BLOCK).enumerate() {
        let (start, length) = (block * BLOCK, out.len());
        workspace.value_excess.clear();
        workspace.motion_excess.clear();
        for step in &program.steps {
            let mut target = std::mem::take(&mut workspace.registers[step.target]);
            let registers = &workspace.registers;
            match step.operation {
                Operation::Variable(index) => {
                    target.load_variable(&columns[index][start..start + length], direction[index]);
                }
                Operation::Unary(function, a) => {
                    unary_jets(function, &registers[a], length, &mut target)
                }
                Operation::Binary(function, a, b) => {
                    binary_jets(function, &registers[a], &registers[b], length, &mut target);
                }
            }
            if let Some(windows) = step.windows {
                let (values, motion) = (&mut workspace.value_excess, &mut workspace.motion_excess);
                values.check(windows.value, &target.value[..length]);
                if let Operation::Variable(index) = step.operation {
                    // One slope for all points, and nothing but a slope.
                    if windows.motion.excludes(direction[index]) {
                        motion.check(windows.motion, &target.first[..length]);
                    }
                } else if target.moving {
                    motion.check(windows.motion, &target.first[..length]);
                    motion.check(windows.motion, &target.second[..length]);
                }
            }
            workspace.registers[step.target] = target;
        }
        let Register {
            value,
            first,
            second,
            ..
        } = &workspace.registers[output];
        for (((jet, &value), &first), &second) in out.iter_mut().zip(value).zip(first).zip(second) {
            *jet = Jet {
                value,
                first,
                second,
            };
        }
        let (values, motion) = (&workspace.value_excess, &workspace.motion_excess);
        if !values.any && !motion.any {
            continue;
        }
        for (i, jet) in out.iter_mut().enumerate() {
            let excess = Excess {
                value: values.points[i],
                motion: motion.points[i],
            };
            *jet = excess.mended(*jet, || {
                point::wide_jet(program, |index| columns[index][start + i], direction)
            });
        }
    }
}

/// Runs `$body` with the scalar formula of a function of one operand: one compiled loop per frequent formula.
macro_rules! with_unary {
    ($function:expr, $formula:ident, $body:expr) => {
        with_unary!(@arms $function, $formula, $body;
            Negate => negate, Exp => exp, Sqrt => sqrt, Abs => abs, Tanh => tanh, Sigmoid => sigmoid,
            Hermite2 => hermite2, Hermite3 => hermite3, Hermite4 => hermite4, Square => square, Cube => cube)
    };
    (@arms $function:expr, $formula:ident, $body:expr; $($variant:ident => $name:ident),*) => {
        match $function {
            $(Unary::$variant => { let $formula = functions::$name::<f64>; $body })*
            other => { let $formula = |x| derivatives(other, x); $body }
        }
    };
}

/// Runs `$body` with the scalar formula of a function of two operands.
macro_rules! with_binary {
    ($function:expr, $formula:ident, $body:expr) => {
        match $function {
            Binary::Add => {
                let $formula = jet::add::<f64>;
                $body
            }
            Binary::Subtract => {
                let $formula = jet::subtract::<f64>;
                $body
            }
            Binary::Multiply => {
                let $formula = jet::multiply::<f64>;
                $body
            }
            Binary::Divide => {
                let $formula = jet::divide::<f64>;
                $body
            }
            Binary::Power => {
                let $formula = jet::power::<f64>;
                $body
            }
            Binary::Maximum => {
                let $formula = jet::maximum::<f64>;
                $body
            }
            Binary::Minimum => {
                let $formula = jet::minimum::<f64>;
                $body
            }
            Binary::LogAddExp => {
                let $formula = jet::log_add_exp::<f64>;
                $body
            }
        }
    };
}

fn unary_values(function: Unary, operand: &[f64], result: &mut [f64]) {
    with_unary!(function, formula, {
        for (result, &x) in result.iter_mut().zip(operand) {
            *result = formula(x)[0];
        }
    });
}

fn binary_values(function: Binary, left: &[f64], right: &[f64], result: &mut [f64]) {
    with_binary!(function, formula, {
        for ((result, &a), &b) in result.iter_mut().zip(left).zip(right) {
            *result = formula(Jet::constant(a), Jet::constant(b)).value;
        }
    });
}

fn unary_jets(function: Unary, operand: &Register, length: usize, target: &mut Register) {
    if !operand.moving {
        // Not through the chain rule: an infinite slope times no motion is no motion.
        unary_values(
            function,
            &operand.value[..length],
            &mut target.value[..length],
        );
        target.stand_still();
        return;
    }
    target.moving = true;
    let (x, x1, x2) = (
        &operand.value[..length],
        &operand.first[..length],
        &operand.second[..length],
    );
    let (value, first) = (&mut target.value[..length], &mut target.first[..length]);
    let second = &mut target.second[..length];
    with_unary!(function, formula, {
        for i in 0..length {
            let jet = Jet {
                value: x[i],
                first: x1[i],
                second: x2[i],
            }
            .through(formula(x[i]));
            (value[i], first[i], second[i]) = (jet.value, jet.first, jet.second);
        }
    });
}

fn binary_jets(
    function: Binary,
    left: &Register,
    right: &Register,
    length: usize,
    target: &mut Register,
) {
    if !left.moving && !right.moving {
        binary_values(
            function,
            &left.value[..length],
            &right.value[..length],
            &mut target.value[..length],
        );
        target.stand_still();
        return;
    }
    target.moving = true;
    let (a, a1, a2) = (
        &left.value[..length],
        &left.first[..length],
        &left.second[..length],
    );
    let (b, b1, b2) = (
        &right.value[..length],
        &right.first[..length],
        &right.second[..length],
    );
    let (value, first) = (&mut target.value[..length], &mut target.first[..length]);
    let second = &mut target.second[..length];
    with_binary!(function, formula, {
        for i in 0..length {
            let a = Jet {
                value: a[i],
                first: a1[i],
                second: a2[i],
            };
            let b = Jet {
                value: b[i],
                first: b1[i],
                second: b2[i],
            };
            let jet = formula(a, b);
            (value[i], first[i], second[i]) = (jet.value, jet.first, jet.second);
        }
    });
}
