//! Break functions.

use super::expression;
use crate::expression::{BreakKind, Workspace};

fn break_values(text: &str, z1: f64, z2: f64) -> Vec<(BreakKind, f64)> {
    let expression = expression(text);
    let mut out = Vec::new();
    expression.break_values_into(&[&[z1], &[z2]], &mut out, &mut Workspace::new());
    expression.breaks().iter().copied().zip(out).collect()
}

#[test]
fn every_source_of_roughness_is_listed() {
    use BreakKind::{Domain, Jump, Kink, Pole};
    for (text, expected) in [
        ("abs(z1 - 1)", vec![(Kink, 1.0)]),
        ("sign(z1*z2)", vec![(Jump, 10.0)]),
        ("max(z1, z2)", vec![(Kink, -3.0)]),
        ("min(z1, 0, z2)", vec![(Kink, 2.0), (Kink, -5.0)]),
        ("1/(z1 - 3)", vec![(Pole, -1.0)]),
        ("z1^-2", vec![(Pole, 2.0)]),
        ("z1^-0.5", vec![(Pole, 2.0)]),
        ("z1^1.5", vec![(Domain, 2.0)]),
        ("z1^0.5", vec![(Domain, 2.0)]),
        ("z1^z2", vec![(Domain, 2.0)]),
        ("ln(z1) + sqrt(z2)", vec![(Domain, 2.0), (Domain, 5.0)]),
        ("abs(z1) + abs(z1)*3", vec![(Kink, 2.0)]),
        ("abs(z1)/z1", vec![(Kink, 2.0), (Pole, 2.0)]),
    ] {
        assert_eq!(break_values(text, 2.0, 5.0), expected, "{text}");
    }
}

#[test]
fn smooth_expressions_and_constants_have_no_breaks() {
    for text in [
        "tanh(z1)^3 + exp(z2)",
        "z1/2",
        "2^z1",
        "sqrt(2)*z1",
        "abs(-3)",
        "1/0 + z1",
    ] {
        assert_eq!(break_values(text, 2.0, 5.0), vec![], "{text}");
    }
}

#[test]
fn rows_run_over_points() {
    let expression = expression("abs(z1) + sign(z2)");
    let (z1, z2) = ([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]);
    let mut out = vec![99.0];
    expression.break_values_into(&[&z1, &z2], &mut out, &mut Workspace::new());
    assert_eq!(out, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
}
