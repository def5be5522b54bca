//! Known values and precedence.

use super::{expression, value};
use crate::expression::{Expression, Workspace};

/// A few units in the last place: the system's exp and ln are not correctly rounded everywhere.
const ROUNDING: f64 = 4.0 * f64::EPSILON;

#[track_caller]
fn assert_close(actual: f64, expected: f64) {
    assert!(
        (actual - expected).abs() <= ROUNDING * expected.abs().max(1e-300),
        "{actual} is not {expected}"
    );
}

#[test]
fn numbers_are_read_in_every_notation() {
    for (text, expected) in [
        ("1e3", 1000.0),
        ("1.5E-2", 0.015),
        (".5", 0.5),
        ("2.", 2.0),
        ("1e+2", 100.0),
        ("007", 7.0),
        ("1e-400", 0.0),
    ] {
        assert_eq!(value(text, 0.0, 0.0), expected, "{text}");
    }
    assert_eq!(value("pi", 0.0, 0.0), std::f64::consts::PI);
}

#[test]
fn precedence_is_that_of_mathematics() {
    for (text, expected) in [
        ("2 + 3*4", 14.0),
        ("(2 + 3)*4", 20.0),
        ("10 - 4 - 3", 3.0),
        ("24/4/2", 3.0),
        ("2^3^2", 512.0),
        ("-z1^2", -9.0),
        ("(-z1)^2", 9.0),
        ("2^-z1", 0.125),
        ("2^-1^2", 0.5),
        ("2*-z1", -6.0),
        ("--z1", 3.0),
        ("+z1 - -z2", 8.0),
        ("4 - -2^2", 8.0),
        ("-2^0.5*0", 0.0),
        ("z1/z2*z2", 3.0),
        (" z1\n+\tz2 ", 8.0),
    ] {
        assert_eq!(value(text, 3.0, 5.0), expected, "{text}");
    }
}

#[test]
fn functions_have_their_tabulated_values() {
    // Reference digits from the Digital Library of Mathematical Functions and 30-digit arithmetic.
    for (text, expected) in [
        ("exp(1)", std::f64::consts::E),
        ("ln(10)", std::f64::consts::LN_10),
        ("erf(0.5)", 0.520_499_877_813_046_5),
        ("Phi(1.96)", 0.975_002_104_851_779_5),
        ("sigmoid(-40)", 4.248_354_255_291_589e-18),
        ("softplus(0)", std::f64::consts::LN_2),
        ("tanh(0.25)", 0.244_918_662_403_709_13),
        ("tanh(2)", 0.964_027_580_075_816_9),
        ("sin(1)", 0.841_470_984_807_896_5),
        ("cos(1)", 0.540_302_305_868_139_7),
        ("sqrt(2)", std::f64::consts::SQRT_2),
        ("max(1, 5, 3)", 5.0),
        ("min(4, -2, 3, 0)", -2.0),
        ("sign(-3) + abs(-3)", 2.0),
        ("2^0.5", std::f64::consts::SQRT_2),
        ("8^(1/3)", 2.0),
    ] {
        assert_close(value(text, 0.0, 0.0), expected);
    }
    // The argument's rounding is amplified by x^2 = 100 in this tail.
    let tail = value("Phi(-10)", 0.0, 0.0);
    assert!(
        (tail / 7.619_853_024_160_526e-24 - 1.0).abs() < 100.0 * f64::EPSILON,
        "{tail}"
    );
    for (text, expected) in [("He2(z1)", 3.0), ("He3(z1)", 2.0), ("He4(z1)", -5.0)] {
        assert_eq!(value(text, 2.0, 0.0), expected, "{text}");
    }
}

#[test]
fn large_arguments_do_not_overflow() {
    for (text, expected) in [
        ("tanh(z1)", 1.0),
        ("tanh(-z1)", -1.0),
        ("sigmoid(z1)", 1.0),
        ("sigmoid(-z1)", 0.0),
        ("softplus(z1)", 1e3),
        ("softplus(-z1)", 0.0),
        ("erf(z1)", 1.0),
        ("Phi(-z1)", 0.0),
    ] {
        assert_eq!(value(text, 1e3, 0.0), expected, "{text}");
        assert!(value(text, 1e300, 0.0).is_finite(), "{text}");
        let jet = expression(text).jet(&[1e3, 0.0], &[1.0, 0.0]);
        assert!(
            jet.first.is_finite() && jet.second.is_finite(),
            "{text}: {jet:?}"
        );
    }
}

#[test]
fn outside_the_domain_the_value_is_not_a_number() {
    for text in [
        "ln(z1)",
        "sqrt(z1)",
        "z1^0.5",
        "max(ln(z1), 1)",
        "min(1, sqrt(z1))",
        "z1^z2",
        "(z1+1)/(z1+1)",
    ] {
        assert!(value(text, -1.0, 0.5).is_nan(), "{text}");
    }
    assert_eq!(value("0^0", 0.0, 0.0), 1.0);
    assert_eq!(value("1/z1", 0.0, 0.0), f64::INFINITY);
}

#[test]
fn batches_that_do_not_fill_a_block_are_complete() {
    let expression = expression("z1*z2 + max(z1, z2)");
    let mut workspace = Workspace::new();
    for count in [0, 1, 127, 128, 129, 1000] {
        let z1: Vec<f64> = (0..count).map(|i| i as f64).collect();
        let z2: Vec<f64> = (0..count).map(|i| 3.0 - i as f64).collect();
        let mut out = vec![f64::NAN; count];
        expression.values_into(&[&z1, &z2], &mut out, &mut workspace);
        for i in 0..count {
            assert_eq!(out[i], z1[i] * z2[i] + z1[i].max(z2[i]));
        }
    }
}

#[test]
fn a_workspace_serves_expressions_in_turn() {
    let (wide, constant) = (
        expression("exp(z1)*sin(z2) + z1/(1 + z2^2)"),
        expression("2"),
    );
    let mut workspace = Workspace::new();
    let (z1, z2) = ([0.3; 5], [0.7; 5]);
    let mut out = [0.0; 5];
    for _ in 0..2 {
        constant.values_into(&[&z1, &z2], &mut out, &mut workspace);
        assert_eq!(out, [2.0; 5]);
        wide.values_into(&[&z1, &z2], &mut out, &mut workspace);
        assert_eq!(out, [wide.value(&[0.3, 0.7]); 5]);
    }
}

#[test]
fn used_variables_are_known() {
    let only_second = Expression::parse("z2 + 1", &["z1", "z2", "z3"]).expect("parses");
    assert_eq!(
        [0, 1, 2, 3].map(|variable| only_second.uses(variable)),
        [false, true, false, false]
    );
    assert_eq!(only_second.to_string(), "z2 + 1");
}

#[test]
fn many_distinct_terms_need_more_registers_than_the_stack_holds() {
    // Right-nested sums keep every left operand alive until the end.
    let depth = 60;
    let text = format!(
        "{}z1{}",
        (0..depth)
            .map(|i| format!("(z1*{i} + "))
            .collect::<String>(),
        ")".repeat(depth)
    );
    let total = (0..depth).sum::<usize>() as f64 + 1.0;
    assert_eq!(value(&text, 2.0, 0.0), 2.0 * total);
    assert_eq!(expression(&text).jet(&[2.0, 0.0], &[1.0, 0.0]).first, total);
}

#[test]
fn long_sums_do_not_nest() {
    let text = vec!["z1"; 50_000].join("+");
    assert_eq!(value(&text, 1.0, 0.0), 50_000.0);
}
