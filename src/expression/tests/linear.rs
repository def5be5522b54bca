//! Linear forms, and expressions in other coordinates.

use super::expression;

#[test]
fn forms_are_the_largest_linear_parts() {
    for (text, expected) in [
        ("z1", vec![[1.0, 0.0]]),
        ("2*(z1 - 3) - z2/4", vec![[2.0, -0.25]]),
        // a sum is one part wherever its terms stand
        ("z1 + tanh((z1 + z2)^2) + z2", vec![[1.0, 1.0], [1.0, 1.0]]),
        ("sign(z1*z2)", vec![[1.0, 0.0], [0.0, 1.0]]),
        ("max(z1 - z2, 1)", vec![[1.0, -1.0]]),
        ("-(0.6*z1 + 0.8*z2)*2", vec![[-1.2, -1.6]]),
        // what cancels, and what a zero multiplies, is not there
        ("z2^2 + z1 - z1", vec![[0.0, 1.0]]),
        ("tanh(z1) - tanh(z1) + z2", vec![[0.0, 1.0]]),
        ("z1 + 0*z2*z1", vec![[1.0, 0.0]]),
        ("z1*z2^0", vec![[1.0, 0.0]]),
    ] {
        assert_eq!(expression(text).linear_forms(), expected, "{text}");
    }
}

#[test]
fn many_terms_take_a_time_that_grows_as_their_number() {
    let sum: Vec<String> = (0..2_000).map(|i| format!("tanh({i}*z1 + z2)")).collect();
    let forms = expression(&sum.join(" + ")).linear_forms();
    assert_eq!(forms.len(), 2_000);
}

#[test]
fn in_other_coordinates_it_is_the_same_function() {
    let (c, s) = (0.3f64.cos(), 0.3f64.sin());
    for text in [
        "tanh(z1 - 2*z2) + z2 + abs(z1 + 1)/3",
        "max(z1, z2)*exp(-z1^2) - sqrt(4 + z2)",
        "sign(z1 + z2) + ln(1 + z1^2)*z2^-2",
    ] {
        let plain = expression(text);
        let turned = plain.with_forms(2, |a| vec![c * a[0] + s * a[1], c * a[1] - s * a[0]]);
        assert_eq!(turned.breaks().len(), plain.breaks().len(), "{text}");
        for (x, y) in [(0.4, 1.1), (-1.3, 0.2), (2.0, -0.7)] {
            let (here, there) = (
                plain.value(&[x, y]),
                turned.value(&[c * x + s * y, c * y - s * x]),
            );
            // rounding of three sums
            assert!(
                (here - there).abs() < 1e-14 * (1.0 + here.abs()),
                "{text}: {here} {there}"
            );
        }
    }
}

#[test]
fn a_form_along_a_coordinate_is_a_multiple_of_it_exactly() {
    let turned = expression("tanh(0.6*z1 + 0.8*z2)^2").with_forms(1, |a| vec![a[0] / 0.6]);
    assert_eq!(turned.value(&[0.37]), 0.37f64.tanh().powi(2));
}
