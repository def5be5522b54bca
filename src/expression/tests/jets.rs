//! Derivatives: exact cases, finite differences on random expressions, batches bit for bit.

use proptest::prelude::*;

use super::expression;
use crate::expression::{Jet, Workspace};

fn jet_at(text: &str, z1: f64) -> Jet {
    expression(text).jet(&[z1, 0.0], &[1.0, 0.0])
}

#[test]
fn integer_powers_are_exact_at_zero() {
    for (text, expected) in [
        ("z1^0", (1.0, 0.0, 0.0)),
        ("z1^1", (0.0, 1.0, 0.0)),
        ("z1^2", (0.0, 0.0, 2.0)),
        ("z1^3", (0.0, 0.0, 0.0)),
        ("z1^7 + z1", (0.0, 1.0, 0.0)),
        ("He2(z1)", (-1.0, 0.0, 2.0)),
        ("He3(z1)", (0.0, -3.0, 0.0)),
        ("He4(z1)", (3.0, 0.0, -12.0)),
    ] {
        let jet = jet_at(text, 0.0);
        assert_eq!((jet.value, jet.first, jet.second), expected, "{text}");
    }
}

#[test]
fn breaks_have_the_documented_derivatives() {
    for (text, expected) in [
        ("abs(z1)", (0.0, 0.0, 0.0)),
        ("sign(z1)", (0.0, 0.0, 0.0)),
        ("max(z1, 0)", (0.0, 0.5, 0.0)),
        ("min(z1, -z1)", (0.0, 0.0, 0.0)),
        ("abs(z1)^3", (0.0, 0.0, 0.0)),
        ("z1^2.5", (0.0, 0.0, 0.0)),
    ] {
        let jet = jet_at(text, 0.0);
        assert_eq!((jet.value, jet.first, jet.second), expected, "{text}");
    }
    assert_eq!(
        jet_at("abs(z1)", -2.0),
        Jet {
            value: 2.0,
            first: -1.0,
            second: 0.0
        }
    );
}

#[test]
fn powers_agree_with_their_closed_form() {
    // x^c at x = 2: (2^c, c 2^(c-1), c (c-1) 2^(c-2)); 1e-14 covers the rounding of powf and two products.
    for c in [-3.0_f64, -1.0, 0.5, 1.5, 4.0, 7.0, 70.0] {
        for text in [
            format!("z1^({c})"),
            format!("exp({c}*ln(z1))"),
            format!("z1^({c} + 0*z1)"),
        ] {
            let jet = jet_at(&text, 2.0);
            let expected = [
                2f64.powf(c),
                c * 2f64.powf(c - 1.0),
                c * (c - 1.0) * 2f64.powf(c - 2.0),
            ];
            for (actual, expected) in [jet.value, jet.first, jet.second].into_iter().zip(expected) {
                assert!(
                    (actual - expected).abs() <= 1e-13 * expected.abs(),
                    "{text}: {actual} {expected}"
                );
            }
        }
    }
}

#[test]
fn coordinates_that_stand_still_add_nothing() {
    // sqrt(z2) has an infinite slope at 0, but only z1 moves.
    let jet =
        expression("z1^2 + sqrt(z2) + 1/(1 + abs(z2)) + z2^0.5").jet(&[3.0, 0.0], &[1.0, 0.0]);
    assert_eq!(
        jet,
        Jet {
            value: 10.0,
            first: 6.0,
            second: 2.0
        }
    );
}

#[test]
fn tails_of_bounded_functions_keep_their_relative_accuracy() {
    // Each slope decays like its leading exponential; the next term is below 1e-17 of it.
    for (text, z1, slope) in [
        ("tanh(z1)", 30.0, 4.0 * (-60f64).exp()),
        ("tanh(z1)", -30.0, 4.0 * (-60f64).exp()),
        ("sigmoid(z1)", 50.0, (-50f64).exp()),
        ("sigmoid(z1)", -50.0, (-50f64).exp()),
    ] {
        let jet = jet_at(text, z1);
        assert!(
            (jet.first / slope - 1.0).abs() < 1e-14,
            "{text} at {z1}: {} {slope}",
            jet.first
        );
        assert_eq!(jet.second.signum(), -z1.signum());
    }
}

/// Random smooth expressions in z1 and z2, built from text so that the parser takes part.
fn smooth_text() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("z1".to_owned()),
        Just("z2".to_owned()),
        (-3.0..3.0f64).prop_map(|number| format!("({number})")),
        Just("pi".to_owned()),
    ];
    leaf.prop_recursive(5, 24, 2, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            pair.clone().prop_map(|(a, b)| format!("({a} + {b})")),
            pair.clone().prop_map(|(a, b)| format!("({a} - {b})")),
            pair.clone().prop_map(|(a, b)| format!("{a} * {b}")),
            pair.clone()
                .prop_map(|(a, b)| format!("{a} / (1.5 + sin({b}))")),
            pair.prop_map(|(a, b)| format!("(2 + cos({a}))^tanh({b})")),
            inner.clone().prop_map(|a| format!("(-{a})")),
            inner.clone().prop_map(|a| format!("sin({a})^3")),
            inner.clone().prop_map(|a| format!("(2 + sin({a}))^(-2)")),
            inner.clone().prop_map(|a| format!("ln(2 + cos({a}))")),
            inner.clone().prop_map(|a| format!("sqrt(1 + ({a})^2)")),
            inner.clone().prop_map(|a| format!("(1 + ({a})^2)^0.7")),
            inner.clone().prop_map(|a| format!("exp(-abs({a})^3)")),
            (
                prop::sample::select(vec![
                    "tanh", "erf", "Phi", "sigmoid", "softplus", "sin", "cos"
                ]),
                inner.clone()
            )
                .prop_map(|(function, a)| format!("{function}({a})")),
            (prop::sample::select(vec!["He2", "He3", "He4"]), inner)
                .prop_map(|(function, a)| format!("{function}(tanh({a}))")),
        ]
    })
}

proptest! {
    #[test]
    fn jets_agree_with_finite_differences(
        text in smooth_text(),
        point in prop::array::uniform2(-2.0..2.0f64),
        direction in prop::array::uniform2(-1.0..1.0f64),
    ) {
        let expression = expression(&text);
        let along = |t: f64| {
            let jet = expression.jet(&[point[0] + t * direction[0], point[1] + t * direction[1]], &direction);
            [jet.value, jet.first, jet.second]
        };
        let jet = along(0.0);
        prop_assume!(jet.iter().all(|entry| entry.abs() < 1e4));
        // Each derivative against a fourth-order difference of the one below it, at two steps: the difference
        // between the steps measures the truncation error, so the tolerance follows the expression's wildness.
        let slope = |order: usize, h: f64| {
            (8.0 * (along(h)[order] - along(-h)[order]) - (along(2.0 * h)[order] - along(-2.0 * h)[order])) / (12.0 * h)
        };
        for order in 0..2 {
            let (coarse, fine) = (slope(order, 2e-3), slope(order, 1e-3));
            let tolerance = 1e-8 * (1.0 + jet[order].abs() + jet[order + 1].abs()) + (coarse - fine).abs();
            prop_assert!((fine - jet[order + 1]).abs() <= tolerance, "{text}: order {order}, {fine} {jet:?}");
        }
    }

    #[test]
    fn batches_equal_single_points_bit_for_bit(
        text in smooth_text(),
        points in prop::collection::vec(prop::array::uniform2(-3.0..3.0f64), 1..300),
        direction in prop::sample::select(vec![[1.0, 0.0], [0.0, 1.0], [0.6, -0.8], [0.0, 0.0]]),
    ) {
        let expression = expression(&text);
        let columns: [Vec<f64>; 2] = [0, 1].map(|axis| points.iter().map(|point| point[axis]).collect());
        let columns = [&columns[0][..], &columns[1][..]];
        let mut workspace = Workspace::new();
        let mut values = vec![0.0; points.len()];
        let mut jets = vec![Jet::default(); points.len()];
        expression.values_into(&columns, &mut values, &mut workspace);
        expression.jets_into(&columns, &direction, &mut jets, &mut workspace);
        let bits = |jet: Jet| [jet.value, jet.first, jet.second].map(f64::to_bits);
        for ((point, value), jet) in points.iter().zip(&values).zip(&jets) {
            prop_assert_eq!(value.to_bits(), expression.value(point).to_bits());
            prop_assert_eq!(value.to_bits(), jet.value.to_bits());
            prop_assert_eq!(bits(*jet), bits(expression.jet(point, &direction)));
        }
    }
}
