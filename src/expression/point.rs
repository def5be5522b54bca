//! Runs a program at one point: in double precision, and again in wide arithmetic where a number left its window.

use super::graph::{Binary, Unary, apply_binary, apply_unary, binary_value, derivatives};
use super::jet::Jet;
use super::program::{Operation, Program};
use super::ranges::Windows;
use super::real::Real;
use super::wide::Wide;

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
    let coordinate = |index: usize| point[index];
    let narrow = with_registers(0.0, program.registers, |registers| {
        let mut inside = true;
        run_values(program, coordinate, registers, |windows, value| {
            inside &= !windows.value.excludes(value);
        });
        inside.then(|| output_of(program, output, registers))
    });
    narrow.unwrap_or_else(|| wide_value(program, output, coordinate))
}

/// The value of an output, in wide arithmetic.
pub(super) fn wide_value(
    program: &Program,
    output: usize,
    coordinate: impl Fn(usize) -> f64,
) -> f64 {
    with_registers(Wide::default(), program.registers, |registers| {
        run_values(program, coordinate, registers, |_, _| {});
        output_of(program, output, registers).to_f64()
    })
}

fn output_of<T: Real>(program: &Program, output: usize, registers: &[T]) -> T {
    program
        .outputs
        .get(output)
        .map_or(T::number(f64::NAN), |&register| registers[register])
}

fn run_values<T: Real>(
    program: &Program,
    coordinate: impl Fn(usize) -> f64,
    registers: &mut [T],
    mut check: impl FnMut(&Windows, T),
) {
    for &(register, value) in &program.constants {
        registers[register] = T::number(value);
    }
    for step in &program.steps {
        let value = match step.operation {
            Operation::Variable(index) => T::number(coordinate(index)),
            Operation::Unary(function, a) => apply_unary(function, registers[a]),
            Operation::Binary(function, a, b) => binary_value(function, registers[a], registers[b]),
        };
        if let Some(windows) = &step.windows {
            check(windows, value);
        }
        registers[step.target] = value;
    }
}

/// A jet, and whether it moves at all along the direction.
type Moving<T> = (bool, Jet<T>);

/// The jet of the program's first output along a direction.
pub(super) fn jet_at(program: &Program, point: &[f64], direction: &[f64]) -> Jet {
    let coordinate = |index: usize| point[index];
    let mut excess = Excess::default();
    let narrow = with_registers(
        (false, Jet::default()),
        program.registers,
        |registers: &mut [Moving<f64>]| {
            run_jets(program, coordinate, direction, registers, |windows, jet| {
                excess.value |= windows.value.excludes(jet.value);
                excess.motion |=
                    windows.motion.excludes(jet.first) || windows.motion.excludes(jet.second);
            })
        },
    );
    excess.mended(narrow, || wide_jet(program, coordinate, direction))
}

/// Whether values, or derivatives, left their windows on the way to a jet.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Excess {
    pub(super) value: bool,
    pub(super) motion: bool,
}

impl Excess {
    /// The jet with what may be wrong replaced. A value is not touched for the sake of its derivatives: it is the
    /// same along every direction, and where no derivative is asked for.
    pub(super) fn mended(self, narrow: Jet, wide: impl FnOnce() -> Jet) -> Jet {
        match self {
            Self {
                value: false,
                motion: false,
            } => narrow,
            Self { value: true, .. } => wide(),
            _ => Jet {
                value: narrow.value,
                ..wide()
            },
        }
    }
}

/// The jet of the first output, in wide arithmetic.
pub(super) fn wide_jet(
    program: &Program,
    coordinate: impl Fn(usize) -> f64,
    direction: &[f64],
) -> Jet {
    let wide = with_registers(
        (false, Jet::default()),
        program.registers,
        |registers: &mut [Moving<Wide>]| {
            run_jets(program, coordinate, direction, registers, |_, _| {})
        },
    );
    Jet {
        value: wide.value.to_f64(),
        first: wide.first.to_f64(),
        second: wide.second.to_f64(),
    }
}

fn run_jets<T: Real>(
    program: &Program,
    coordinate: impl Fn(usize) -> f64,
    direction: &[f64],
    registers: &mut [Moving<T>],
    mut check: impl FnMut(&Windows, &Jet<T>),
) -> Jet<T> {
    for &(register, value) in &program.constants {
        registers[register] = (false, Jet::constant(T::number(value)));
    }
    for step in &program.steps {
        let moving = match step.operation {
            Operation::Variable(index) => variable(coordinate(index), direction[index]),
            Operation::Unary(function, a) => unary(function, registers[a]),
            Operation::Binary(function, a, b) => binary(function, registers[a], registers[b]),
        };
        if let Some(windows) = &step.windows {
            check(windows, &moving.1);
        }
        registers[step.target] = moving;
    }
    program
        .outputs
        .first()
        .map_or(Jet::constant(T::number(f64::NAN)), |&output| {
            registers[output].1
        })
}

fn variable<T: Real>(value: f64, slope: f64) -> Moving<T> {
    let jet = Jet {
        value: T::number(value),
        first: T::number(slope),
        second: T::number(0.0),
    };
    (slope != 0.0, jet)
}

fn unary<T: Real>(function: Unary, (moves, a): Moving<T>) -> Moving<T> {
    if moves {
        (true, a.through(derivatives(function, a.value)))
    } else {
        // Not through the chain rule: an infinite slope times no motion is no motion.
        (false, Jet::constant(apply_unary(function, a.value)))
    }
}

fn binary<T: Real>(
    function: Binary,
    (a_moves, a): Moving<T>,
    (b_moves, b): Moving<T>,
) -> Moving<T> {
    let jet = apply_binary(function, a, b);
    if a_moves || b_moves {
        (true, jet)
    } else {
        (false, Jet::constant(jet.value))
    }
}
