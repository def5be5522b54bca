//! Runs a program at one point.

use super::graph::{apply_binary, apply_unary, derivatives};
use super::jet::Jet;
use super::program::{Operation, Program};

/// Programs up to this many registers run without allocating.
const STACK_REGISTERS: usize = 12;

/// Hands a zeroed array of registers to `run`: from the stack where it fits.
fn with_registers<T: Copy, R>(zero: T, count: usize, run: impl FnOnce(&mut [T]) -> R) -> R {
    if count <= STACK_REGISTERS {
        run(&mut [zero; STACK_REGISTERS])
    } else {
        run(&mut vec![zero; count])
    }
}

/// The value of one of the program's outputs.
pub(super) fn value_at(program: &Program, output: usize, point: &[f64]) -> f64 {
    with_registers(0.0, program.registers, |registers| {
        for &(register, value) in &program.constants {
            registers[register] = value;
        }
        for step in &program.steps {
            registers[step.target] = match step.operation {
                Operation::Variable(index) => point[index],
                Operation::Unary(function, a) => apply_unary(function, registers[a]),
                Operation::Binary(function, a, b) => {
                    apply_binary(
                        function,
                        Jet::constant(registers[a]),
                        Jet::constant(registers[b]),
                    )
                    .value
                }
            };
        }
        program
            .outputs
            .get(output)
            .map_or(f64::NAN, |&register| registers[register])
    })
}

/// A jet, and whether it moves at all along the direction.
type Moving = (bool, Jet);

/// The jet of the program's first output along a direction.
pub(super) fn jet_at(program: &Program, point: &[f64], direction: &[f64]) -> Jet {
    with_registers(
        (false, Jet::default()),
        program.registers,
        |registers: &mut [Moving]| {
            for &(register, value) in &program.constants {
                registers[register] = (false, Jet::constant(value));
            }
            for step in &program.steps {
                registers[step.target] = step_jet(step.operation, registers, point, direction);
            }
            program
                .outputs
                .first()
                .map_or(Jet::constant(f64::NAN), |&output| registers[output].1)
        },
    )
}

fn step_jet(
    operation: Operation,
    registers: &[Moving],
    point: &[f64],
    direction: &[f64],
) -> Moving {
    match operation {
        Operation::Variable(index) => {
            let slope = direction[index];
            (
                slope != 0.0,
                Jet {
                    value: point[index],
                    first: slope,
                    second: 0.0,
                },
            )
        }
        Operation::Unary(function, a) => match registers[a] {
            (true, a) => (true, a.through(derivatives(function, a.value))),
            // Not through the chain rule: an infinite slope times no motion is no motion.
            (false, a) => (false, Jet::constant(apply_unary(function, a.value))),
        },
        Operation::Binary(function, a, b) => {
            let ((a_moves, a), (b_moves, b)) = (registers[a], registers[b]);
            let jet = apply_binary(function, a, b);
            if a_moves || b_moves {
                (true, jet)
            } else {
                (false, Jet::constant(jet.value))
            }
        }
    }
}
