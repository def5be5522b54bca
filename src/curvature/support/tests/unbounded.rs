//! Curvatures without a bound, and the causes that are told.

use super::{cause, interval, left, model, quadratic_student, soft_abs};
use crate::curvature::{CurvatureSupport, ModelSupport, Side, SupportKind};
use crate::network::{Loss, Model};
use crate::teacher::LabelSupport;
use nalgebra::DMatrix;

fn everywhere() -> LabelSupport {
    interval(f64::NEG_INFINITY, f64::INFINITY)
}

fn right(model: &Model, label: LabelSupport) -> ModelSupport {
    ModelSupport::new(model, &label, 0.5, Side::Right)
}

#[test]
fn unbounded_labels_are_named() {
    let tanh = model("tanh", &[1.0, 0.5], &[0.0; 2], Loss::Square);
    let support = left(&tanh, everywhere());
    assert_eq!(
        cause(&support),
        "the square loss's residual f - y is unbounded because the label is unbounded, and the activation has \
         curvature"
    );
    assert_eq!(support.infimum(&DMatrix::identity(2, 2)), None);
    assert_eq!(
        cause(&left(&tanh, interval(-1.0, f64::INFINITY))),
        "the square loss's residual f - y is unbounded because the label is unbounded above, and the activation has \
         curvature"
    );
    let quadratic = model("quadratic", &[1.0], &[0.0], Loss::Correlation);
    assert_eq!(
        cause(&left(&quadratic, interval(0.0, f64::INFINITY))),
        "the correlation loss's slope -y is unbounded because the label is unbounded above, and the activation has \
         curvature"
    );
    assert_eq!(
        cause(&right(&quadratic, interval(f64::NEG_INFINITY, 0.0))),
        "the correlation loss's slope -y is unbounded because the label is unbounded below, and the activation has \
         curvature"
    );
    // The same label on the other side is harmless: D = -2 y >= 0.
    assert!(
        left(&quadratic, interval(f64::NEG_INFINITY, 0.0))
            .infimum(&DMatrix::identity(1, 1))
            .is_some()
    );
}

#[test]
fn unbounded_outputs_are_named() {
    let opposed = model("quadratic", &[1.0, -0.7], &[0.0; 2], Loss::Square);
    assert_eq!(
        cause(&left(&opposed, interval(-1.0, 1.0))),
        "the square loss's residual f - y is unbounded because the network's output is unbounded, and the activation \
         has curvature"
    );
    let exponential = model("exp(u)", &[1.0, -1.0], &[0.0; 2], Loss::Square);
    assert!(matches!(
        left(&exponential, interval(-1.0, 1.0)).classification(),
        SupportKind::Unbounded { .. }
    ));
}

#[test]
fn unbounded_network_slopes_are_named() {
    // On the right side l'' f_j f_l counts, which a quadratic network does not bound.
    assert_eq!(
        cause(&right(&quadratic_student(2, 1.0), interval(-1.0, 1.0))),
        "the normalised-square loss's second derivative in f is positive where the network's slope is unbounded"
    );
    // Only along a ray on which two neurons cancel does l'' of pseudo-Huber not vanish.
    let opposed = model(
        "quadratic",
        &[1.0, -0.7],
        &[0.0; 2],
        Loss::PseudoHuber { width: 1.0 },
    );
    assert_eq!(
        cause(&right(&opposed, interval(-1.0, 1.0))),
        "the pseudo-huber loss's second derivative in f is positive where the network's slope is unbounded"
    );
    // A loss that is not convex, on the left: the label follows the output.
    let loss = Loss::from_expression("ln(1 + (f - y)^2)").expect("a loss");
    assert_eq!(
        cause(&left(
            &model("quadratic", &[1.0], &[0.0], loss),
            everywhere()
        )),
        "the loss `ln(1 + (f - y)^2)`'s second derivative in f is negative where the network's slope is unbounded"
    );
}

#[test]
fn unbounded_loss_curvature_is_named() {
    // l'' = y^2 sigma'(y f) is y^2/4 where f = 0.
    let linear = model("linear", &[1.0, -0.7], &[0.0; 2], Loss::Logistic);
    assert_eq!(
        cause(&right(&linear, interval(0.0, f64::INFINITY))),
        "the logistic loss's second derivative in f is unbounded because the label is unbounded above"
    );
}

#[test]
fn unbounded_activation_curvature_is_named() {
    assert_eq!(
        cause(&left(
            &model("cubic", &[1.0], &[0.0], Loss::PseudoHuber { width: 1.0 }),
            everywhere()
        )),
        "the activation's second derivative is unbounded where the pseudo-huber loss's slope in f does not vanish"
    );
}

#[test]
fn logarithmic_growth_is_found() {
    // l' = sign(r) ln(1 + |r|).
    let loss =
        Loss::from_expression("(1 + abs(f - y))*ln(1 + abs(f - y)) - abs(f - y)").expect("a loss");
    assert!(
        cause(&left(&model("tanh", &[1.0], &[0.0], loss), everywhere()))
            .contains("the label is unbounded")
    );
}

#[test]
fn bounded_curvatures_are_not_called_unbounded() {
    let points = || LabelSupport::Points(vec![-1.0, 1.0]);
    let huber = || Loss::PseudoHuber { width: 1.0 };
    let normalised = || Loss::NormalisedSquare { offset: 0.5 };
    let bounded = ["tanh", "erf", "sigmoid", "gaussian", "sin", "cos"];
    for activation in
        bounded
            .into_iter()
            .chain(["softplus", "gelu", "silu", "sqrt(1+u^2) - 1 + 0.2*u"])
    {
        let network = |loss: Loss| model(activation, &[1.0, -0.6], &[0.1, 0.0], loss);
        let mut cases = vec![
            (network(huber()), everywhere()),
            (network(huber()), interval(-1.0, 2.0)),
            (network(Loss::Logistic), points()),
            (network(Loss::Correlation), interval(-1.0, 2.0)),
        ];
        // An output that is unbounded below would make these losses' slopes unbounded.
        if bounded.contains(&activation) {
            cases.extend([
                (network(normalised()), everywhere()),
                (network(Loss::Square), interval(-1.0, 2.0)),
            ]);
        }
        for (model, label) in cases {
            for side in [Side::Left, Side::Right] {
                let support = ModelSupport::new(&model, &label, 0.5, side);
                let loss = model.loss().name();
                assert!(
                    support.infimum(&DMatrix::identity(2, 2)).is_some(),
                    "{activation} {loss}: {support:?}"
                );
            }
        }
    }
    // The output is unbounded above only, where it makes D larger.
    let support = left(&soft_abs(Loss::Square), interval(-1.0, 1.0));
    assert!(matches!(
        support.classification(),
        SupportKind::Bounded { .. }
    ));
}

#[test]
fn counts_are_unbounded_above_only() {
    let tanh = model("tanh", &[1.0, 0.5], &[0.0; 2], Loss::Square);
    assert_eq!(
        cause(&left(&tanh, LabelSupport::Naturals)),
        "the square loss's residual f - y is unbounded because the label is unbounded above, and the activation has \
         curvature"
    );
    let quadratic = model("quadratic", &[1.0], &[0.0], Loss::Correlation);
    assert!(cause(&left(&quadratic, LabelSupport::Naturals)).contains("unbounded above"));
    // D = -2 y on this side's mirror image: bounded by the empty count, where it is zero
    let mirrored = right(&quadratic, LabelSupport::Naturals);
    let infimum = mirrored.infimum(&DMatrix::identity(1, 1)).unwrap();
    assert_eq!(infimum, 0.0);
}
