//! Which activations are accepted, and what the others are told.

use super::activation;
use crate::expression::{Jet, Workspace};
use crate::network::{Activation, BUILTIN_ACTIVATIONS, NetworkError, Order};

fn refusal(text: &str) -> NetworkError {
    Activation::parse(text).expect_err("not an activation")
}

#[test]
fn every_built_in_is_twice_differentiable_as_an_expression_too() {
    for builtin in BUILTIN_ACTIVATIONS {
        let (named, written) = (activation(builtin.name), activation(builtin.expression));
        assert_eq!(named.name(), builtin.name);
        assert_eq!(written.name(), builtin.expression);
        for u in [-2.5, 0.0, 1.0] {
            assert_eq!(named.jet(u), written.jet(u), "{}", builtin.name);
        }
    }
}

#[test]
fn built_ins_have_their_textbook_derivatives() {
    // (s, s', s'') at u = 1; closed forms evaluated with 30 digits, tolerance a few roundings.
    for (name, expected) in [
        (
            "tanh",
            [
                0.761_594_155_955_764_9,
                0.419_974_341_614_026_1,
                -0.639_700_008_449_224_5,
            ],
        ),
        (
            "gelu",
            [
                0.841_344_746_068_542_9,
                1.083_315_470_587_686_3,
                0.241_970_724_519_143_37,
            ],
        ),
        (
            "gaussian",
            [0.606_530_659_712_633_4, -0.606_530_659_712_633_4, 0.0],
        ),
        ("quadratic", [1.0, 2.0, 2.0]),
        ("hermite3", [-2.0, 0.0, 6.0]),
    ] {
        let Jet {
            value,
            first,
            second,
        } = activation(name).jet(1.0);
        for (actual, expected) in [value, first, second].into_iter().zip(expected) {
            assert!(
                (actual - expected).abs() < 1e-15,
                "{name}: {actual} is not {expected}"
            );
        }
    }
}

#[test]
fn smooth_expressions_are_accepted_even_through_break_functions() {
    for text in [
        "sqrt(1+u^2) - 1 + 0.2*u",
        "abs(u)^3",
        "max(u, 0)^3",
        "abs(u - 0.3)^3 - abs(u + 0.7)^2.5",
        "sign(u)*u^4",
        "sign(u)*abs(u)^2.5",
        "softplus(10*u)/10",
        "1/(1 + u^2)",
        "exp(u)",
        "abs(u)^2 + u",
        "ln(2 + sin(u))",
    ] {
        if let Err(error) = Activation::parse(text) {
            panic!("{text}: {error}");
        }
    }
}

#[test]
fn jumps_are_refused_with_their_order_place_and_size() {
    for (text, order, at, left, right) in [
        ("max(u, 0)", Order::First, 0.0, 0.0, 1.0),
        ("u + 2*abs(u - 0.3)", Order::First, 0.3, -1.0, 3.0),
        ("max(u, 0)^2", Order::Second, 0.0, 0.0, 2.0),
        ("tanh(u)*abs(u)", Order::Second, 0.0, -2.0, 2.0),
        (
            "sign(u - pi)",
            Order::Value,
            std::f64::consts::PI,
            -1.0,
            1.0,
        ),
        ("u/(1 + abs(u))", Order::Second, 0.0, 2.0, -2.0),
        ("min(u, 1, u^2) - 3*u", Order::First, 0.0, -2.0, -3.0),
        ("abs(max(u, 0.1) - 0.1)", Order::First, 0.1, 0.0, 1.0),
    ] {
        let NetworkError::ActivationJump {
            order: found,
            at: place,
            left: below,
            right: above,
        } = refusal(text)
        else {
            panic!("{text}: {}", refusal(text));
        };
        // Limits are extrapolated from 1e-6 away.
        assert_eq!(found, order, "{text}");
        assert!((place - at).abs() < 1e-9, "{text}: {place}");
        assert!(
            (below - left).abs() < 1e-4 && (above - right).abs() < 1e-4,
            "{text}: {below} {above}"
        );
    }
}

#[test]
fn places_without_a_finite_value_are_refused() {
    for (text, order, at) in [
        ("1/u", Order::Value, 0.0),
        ("1/(u - 0.3)", Order::Value, 0.3),
        ("ln(u)", Order::Value, 0.0),
        ("sqrt(u)", Order::First, 0.0),
        ("abs(u - 0.3)^1.5", Order::Second, 0.3),
        ("(u - 0.3)^2*ln((u - 0.3)^2)", Order::Second, 0.3),
        ("exp(u^2)", Order::Second, 26.5),
    ] {
        let NetworkError::ActivationNotFinite {
            order: found,
            at: place,
        } = refusal(text)
        else {
            panic!("{text}: {}", refusal(text));
        };
        // Zeros that a break function touches without crossing are found to the square root of the precision.
        assert!((place.abs() - at).abs() < 1e-7, "{text}: {place}");
        assert!(found <= order, "{text}: {found}");
    }
}

#[test]
fn messages_say_what_to_do() {
    for (text, message) in [
        (
            "relu",
            "relu is not twice continuously differentiable: its slope jumps, so its curvature has a delta mass that \
             the Hessian formula misses; use softplus or a smooth ReLU such as softplus(10*u)/10 or \
             (u + sqrt(u^2 + 0.01))/2",
        ),
        (
            "max(u, 0)",
            "the activation is not twice continuously differentiable: its first derivative jumps from 0 to 1 at \
             u = 0; its curvature has a delta mass there, which the Hessian formula would miss",
        ),
        (
            "3",
            "the activation `3` is constant: its gradient vanishes and nothing can be learned",
        ),
        (
            "0*u + 1",
            "the activation `0*u + 1` is constant: its gradient vanishes and nothing can be learned",
        ),
        (
            "1/u",
            "the activation's value is not finite at u = 0 (checked on [-50, 50])",
        ),
        (
            "tanh(x)",
            "unknown name `x`: the only variable is u\n  tanh(x)\n       ^",
        ),
    ] {
        assert_eq!(refusal(text).to_string(), message, "{text}");
    }
    let unknown = refusal("tahn").to_string();
    assert!(
        unknown.starts_with("unknown activation `tahn` (did you mean `tanh`?); the built-in"),
        "{unknown}"
    );
    for name in [
        "ReLU",
        "LeakyReLU",
        "leaky-relu",
        "ELU",
        "softsign",
        "sign",
        "selu",
        "hardswish",
    ] {
        assert!(
            matches!(refusal(name), NetworkError::RoughActivation { .. }),
            "{name}"
        );
    }
}

#[test]
fn batches_of_jets_equal_single_jets() {
    let activation = activation("gelu");
    let u: Vec<f64> = (0..300).map(|i| 0.02 * f64::from(i) - 3.0).collect();
    let mut jets = vec![Jet::default(); u.len()];
    activation.jets_into(&u, &mut jets, &mut Workspace::new());
    assert!(
        u.iter()
            .zip(&jets)
            .all(|(&u, &jet)| jet == activation.jet(u))
    );
}
