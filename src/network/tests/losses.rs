//! Losses: derivatives, stability, the expressions that are accepted, and what the others are told.

use proptest::prelude::*;

use super::loss;
use crate::expression::{Jet, Workspace};
use crate::network::{Loss, NetworkError, Order};

fn every_built_in() -> Vec<(Loss, &'static str)> {
    vec![
        (Loss::Square, "(f - y)^2/2"),
        (
            Loss::PseudoHuber { width: 0.7 },
            "0.7^2*(sqrt(1 + ((f - y)/0.7)^2) - 1)",
        ),
        (Loss::Logistic, "softplus(-y*f)"),
        (Loss::Correlation, "-y*f"),
        (
            Loss::NormalisedSquare { offset: 0.3 },
            "(y - f)^2/(2*(0.3 + abs(y)))",
        ),
    ]
}

proptest! {
    #[test]
    fn built_ins_equal_the_same_formula_as_an_expression(y in -4.0..4.0f64, f in -4.0..4.0f64) {
        for (built_in, text) in every_built_in() {
            let (a, b) = (built_in.jet(y, f), loss(text).jet(y, f));
            // The formula of pseudo-Huber cancels: its error is an ulp of 1.
            for (a, b) in [(a.value, b.value), (a.first, b.first), (a.second, b.second)] {
                prop_assert!((a - b).abs() <= 1e-14 * (1.0 + a.abs()), "{text}: {a} {b}");
            }
        }
    }

    #[test]
    fn batches_equal_single_samples_bit_for_bit(
        samples in prop::collection::vec((-4.0..4.0f64, -4.0..4.0f64), 1..200),
    ) {
        let (labels, predictions): (Vec<f64>, Vec<f64>) = samples.into_iter().unzip();
        let mut jets = vec![Jet::default(); labels.len()];
        let written = loss("ln(1 + (f - y)^2)");
        for loss in every_built_in().into_iter().map(|(loss, _)| loss).chain([written]) {
            loss.jets_into(&labels, &predictions, &mut jets, &mut Workspace::new());
            for ((&y, &f), &jet) in labels.iter().zip(&predictions).zip(&jets) {
                prop_assert_eq!(jet, loss.jet(y, f));
            }
        }
    }
}

#[test]
fn large_residuals_do_not_overflow() {
    let huber = Loss::PseudoHuber { width: 2.0 };
    for residual in [1e3, 1e9, 1e200] {
        let jet = huber.jet(0.0, residual);
        // w |r| - w^2 to leading orders; the next is w^3/(2 |r|), 1e-6 of the first at 1e3.
        assert!(
            (jet.value / (2.0 * residual - 4.0) - 1.0).abs() < 1e-5,
            "{jet:?}"
        );
        assert!(
            (jet.first - 2.0).abs() < 1e-5 && jet.second >= 0.0 && jet.second < 1e-7,
            "{jet:?}"
        );
    }
    for (f, value, slope) in [(1e3, 0.0, 0.0), (-1e3, 1e3, -1.0)] {
        let jet = Loss::Logistic.jet(1.0, f);
        assert_eq!((jet.value, jet.first, jet.second), (value, slope, 0.0));
    }
    // Small residuals keep their relative accuracy.
    assert_eq!(
        huber.jet(1.0, 1.0 + 1e-9).value,
        Loss::Square.jet(1.0, 1.0 + 1e-9).value
    );
}

#[test]
fn slopes_may_bend_but_not_jump() {
    let huber = loss("min(abs(f - y), 1)*(abs(f - y) - min(abs(f - y), 1)/2)");
    assert_eq!(huber.jet(0.0, 3.0).first, 1.0);
    loss("min(abs(f-y), 1)^2/2 + max(abs(f-y), 1) - 1");
    loss("(f - y)^2/(2*abs(y))");
    loss("sqrt(y)*f^2 - y*f");
    loss("max(1 - y*f, 0)^2");
    for (text, order, left, right) in [
        ("abs(f - y)", Order::First, -1.0, 1.0),
        ("max(1 - y*f, 0)", Order::First, 0.0, 5.0),
        ("sign(f) + f", Order::Value, -1.0, 1.0),
    ] {
        let NetworkError::LossJump {
            order: found,
            left: below,
            right: above,
            ..
        } = refusal(text)
        else {
            panic!("{text}: {}", refusal(text));
        };
        assert_eq!(found, order, "{text}");
        assert!(
            (below - left).abs() < 1e-4 && (above - right).abs() < 1e-4,
            "{text}: {below} {above}"
        );
    }
}

fn refusal(text: &str) -> NetworkError {
    Loss::from_expression(text).expect_err("not a loss")
}

#[test]
fn messages_name_the_values() {
    for (text, message) in [
        (
            "abs(f)",
            "the loss's first derivative in f jumps from -1 to 1 at f = 0 for the label y = -5; its curvature has a \
             delta mass there, which the Hessian formula would miss",
        ),
        (
            "-y*ln(f)",
            "the loss's value in f is not finite at y = -5, f = -5 (checked for y and f in [-5, 5])",
        ),
        (
            "y^2",
            "the loss `y^2` does not depend on the prediction f: its gradient vanishes and nothing can be learned",
        ),
        (
            "(f - Y)^2",
            "unknown name `Y`: the variables are y, f; did you mean `y`?\n  (f - Y)^2\n       ^",
        ),
    ] {
        assert_eq!(refusal(text).to_string(), message, "{text}");
    }
    for (result, message) in [
        (
            Loss::pseudo_huber(-1.0),
            "the loss's width must be positive and finite, not -1",
        ),
        (
            Loss::pseudo_huber(f64::INFINITY),
            "the loss's width must be positive and finite, not inf",
        ),
        (
            Loss::normalised_square(0.0),
            "the loss's offset must be positive and finite, not 0",
        ),
        (
            Loss::normalised_square(f64::NAN),
            "the loss's offset must be positive and finite, not NaN",
        ),
    ] {
        assert_eq!(result.expect_err("refused").to_string(), message);
    }
}

#[test]
fn losses_have_the_names_of_experiment_files() {
    let names: Vec<String> = every_built_in()
        .iter()
        .map(|(loss, _)| loss.name().to_owned())
        .collect();
    assert_eq!(
        names,
        [
            "square",
            "pseudo-huber",
            "logistic",
            "correlation",
            "normalised-square"
        ]
    );
    assert_eq!(loss("(f-y)^4").name(), "(f-y)^4");
}
