//! Derivatives where steps of the formula overflow, underflow or cancel, against closed forms.

use super::expression;
use crate::expression::Expression;

/// Rounding of an argument near 1e3 changes its exponential by 1e-13.
const TOLERANCE: f64 = 1e-12;

#[track_caller]
fn assert_jet(text: &str, z1: f64, expected: [f64; 3]) {
    let jet = expression(text).jet(&[z1, 0.0], &[1.0, 0.0]);
    for (actual, expected) in [jet.value, jet.first, jet.second].into_iter().zip(expected) {
        // below the normal doubles there is less than a digit
        let allowed = TOLERANCE * expected.abs() + 2.0 * f64::MIN_POSITIVE;
        assert!(
            (actual - expected).abs() <= allowed,
            "{text} at {z1}: {jet:?}, not {expected}"
        );
    }
}

/// `exp(-|x|)`-tails of softplus, to relative 1e-16 beyond |x| = 40.
fn softplus(x: f64) -> [f64; 3] {
    let e = (-x.abs()).exp();
    if x > 0.0 { [x, 1.0, e] } else { [e, e, e] }
}

#[test]
fn logarithms_of_sums_of_exponentials_have_their_tails() {
    for x in [-1000.0, -700.0, -380.0, -50.0, 50.0, 380.0, 700.0, 1000.0] {
        let expected = softplus(x);
        for text in [
            "ln(1 + exp(z1))",
            "softplus(z1)",
            "ln(exp(z1) + 1)",
            "-ln(sigmoid(-z1))",
            "-ln(1/(1 + exp(z1)))",
        ] {
            assert_jet(text, x, expected);
        }
        // ln(2 cosh(x/2)) = softplus(x) - x/2
        let [_, _, second] = expected;
        let half = x.abs() / 2.0;
        assert_jet(
            "ln(exp(z1/2) + exp(-z1/2))",
            x,
            [half, 0.5 * x.signum(), second],
        );
    }
    assert_jet("ln(exp(-z1))", 400.0, [-400.0, -1.0, 0.0]);
    assert_jet("ln(exp(z1)^3/sqrt(exp(z1)))", 900.0, [2250.0, 2.5, 0.0]);
}

#[test]
fn shares_and_contrasts_of_exponentials_have_their_tails() {
    for x in [400.0_f64, 700.0] {
        let e = (-x).exp();
        for text in ["exp(z1)/(1 + exp(z1))", "1/(1 + exp(-z1))", "sigmoid(z1)"] {
            assert_jet(text, x, [1.0, e, -e]);
            assert_jet(text, -x, [e, e, e]);
        }
    }
    let e = (-600f64).exp();
    for text in ["(exp(z1) - exp(-z1))/(exp(z1) + exp(-z1))", "tanh(z1)"] {
        assert_jet(text, 300.0, [1.0, 4.0 * e, -8.0 * e]);
    }
}

#[test]
fn a_logistic_loss_written_out_is_flat_far_out() {
    let loss = Expression::parse("ln(1 + exp(-y*f))", &["y", "f"]).expect("parses");
    let jet = loss.jet(&[20.0, -20.0], &[0.0, 1.0]);
    let curvature = 400.0 * (-400f64).exp();
    assert_eq!((jet.value, jet.first), (400.0, -20.0));
    assert!((jet.second / curvature - 1.0).abs() < TOLERANCE, "{jet:?}");
}

#[test]
fn steps_beyond_the_doubles_do_not_show() {
    // exp(900) overflows, exp(-900) underflows, and so on; none is the result. Second derivatives that cancel keep
    // their rounding, in units of first derivative over argument; one of ln Phi is z^2 times larger.
    for (text, z1, expected, rounding) in [
        ("exp(z1)*exp(-z1)*z1", 900.0, [900.0, 1.0, 0.0], 1e-9),
        ("1/(1/z1)", 1e-200, [1e-200, 1.0, 0.0], TOLERANCE),
        ("sqrt(z1^2)", 1e200, [1e200, 1.0, 0.0], TOLERANCE),
        ("sqrt(z1^4)", 1e-100, [1e-200, 2e-100, 2.0], TOLERANCE),
        ("(z1^3)^(1/3)", 1e-150, [1e-150, 1.0, 0.0], TOLERANCE),
        ("exp(-800)^(-0.5)*exp(-400)*z1", 3.0, [3.0, 1.0, 0.0], 1e-9),
        ("exp(400)*exp(-400)*z1", 3.0, [3.0, 1.0, 0.0], TOLERANCE),
        (
            "exp(800)/exp(799)*z1",
            3.0,
            [3.0 * std::f64::consts::E, std::f64::consts::E, 0.0],
            TOLERANCE,
        ),
        // Mills' ratio: -z^2/2 - ln(z sqrt(2 pi)) - 1/z^2 .., -z - 1/z + 2/z^3 .., -1 + 1/z^2 - 6/z^4 ..
        (
            "ln(Phi(-z1))",
            1e3,
            [
                -500_007.826_694_812_2,
                -1_000.000_999_998,
                -0.999_999_000_006,
            ],
            1e-9,
        ),
    ] {
        let jet = expression(text).jet(&[z1, 0.0], &[1.0, 0.0]);
        let natural = [0.0, 0.0, (expected[1] / z1).abs()];
        let entries = [jet.value, jet.first, jet.second];
        for ((actual, expected), natural) in entries.into_iter().zip(expected).zip(natural) {
            let allowed = rounding * (expected.abs() + natural);
            assert!(
                (actual - expected).abs() <= allowed,
                "{text} at {z1}: {jet:?}, not {expected}"
            );
        }
    }
}

#[test]
fn the_curvature_of_a_sigmoid_keeps_its_digits_next_to_zero() {
    for x in [1e-300, 1e-100, 1e-12, 1e-5, 9e-4] {
        // -x/8 (1 - x^2/3 ..)
        let expected = -x / 8.0 * (1.0 - x * x / 3.0);
        let jet = expression("sigmoid(z1)").jet(&[x, 0.0], &[1.0, 0.0]);
        assert!((jet.second / expected - 1.0).abs() < 1e-12, "{x}: {jet:?}");
    }
}

#[test]
fn stars_are_powers() {
    for (stars, caret) in [
        ("z1**2", "z1^2"),
        ("2**-z1**2", "2^-z1^2"),
        ("-z1 ** 0.5", "-z1^0.5"),
    ] {
        let point = [1.7, 0.0];
        assert_eq!(
            expression(stars).value(&point),
            expression(caret).value(&point)
        );
    }
}

#[test]
fn the_largest_of_many_equal_arguments_is_the_argument() {
    let text = format!("max({})", vec!["z1"; 20_000].join(","));
    let expression = expression(&text);
    assert!(expression.breaks().is_empty());
    assert_eq!(expression.value(&[3.0, 0.0]), 3.0);
}

#[test]
fn twenty_thousand_kinks_are_read_one_by_one() {
    let terms: Vec<String> = (0..20_000).map(|i| format!("abs(z1 - {i})")).collect();
    let expression = expression(&terms.join("+"));
    assert_eq!(expression.breaks().len(), 20_000);
    assert_eq!(expression.break_value(7, &[9.5, 0.0]), 2.5);
    // sum of |9.5 - i|: ten below, the rest above
    let expected: f64 = (0..20_000).map(|i| (9.5 - f64::from(i)).abs()).sum();
    assert_eq!(expression.value(&[9.5, 0.0]), expected);
}
