//! Infima against grids, random places, and symmetries.

use nalgebra::DMatrix;
use proptest::prelude::*;

use super::super::compass::descend;
use super::{extremes, interval, left, model, resolvent, soft_abs};
use crate::curvature::{CurvatureSupport, ModelSupport, Side};
use crate::network::{Loss, Model};
use crate::teacher::LabelSupport;

fn range(low: f64, high: f64, count: usize) -> impl Iterator<Item = f64> + Clone {
    (0..=count).map(move |i| low + (high - low) * i as f64 / count as f64)
}

/// Minimum over a grid of both pre-activations and the label, refined three times around the best point.
fn grid_minimum(model: &Model, s: &DMatrix<f64>, labels: (f64, f64)) -> f64 {
    let mut boxes = [(-6.0, 6.0), (-6.0, 6.0), labels];
    let mut best = (f64::INFINITY, [0.0; 3]);
    for _ in 0..5 {
        let [first, second, label] = boxes.map(|(low, high)| range(low, high, 40));
        for u1 in first {
            for u2 in second.clone() {
                for y in label.clone() {
                    let value = extremes(model, s, &[u1, u2], y).0;
                    if value < best.0 {
                        best = (value, [u1, u2, y]);
                    }
                }
            }
        }
        for (axis, (low, high)) in boxes.iter_mut().enumerate() {
            let half = 1.5 * (*high - *low) / 40.0;
            (*low, *high) = (best.1[axis] - half, best.1[axis] + half);
        }
        boxes[2] = (boxes[2].0.max(labels.0), boxes[2].1.min(labels.1));
    }
    best.0
}

#[test]
fn two_neurons_and_a_bounded_label_against_a_grid() {
    let labels = (1.5 * (-1f64).tanh(), 1.5);
    let model = soft_abs(Loss::PseudoHuber { width: 1.0 });
    let support = left(&model, interval(labels.0, labels.1));
    for seed in 1..3 {
        let s = resolvent(2, seed);
        let found = support.infimum(&s).expect("bounded");
        let expected = grid_minimum(&model, &s, labels);
        // The last grid has a step of 1e-6 and the minimum is flat.
        assert!((found / expected - 1.0).abs() < 1e-8, "{found} {expected}");
    }
}

#[test]
fn one_neuron_against_a_fine_grid() {
    let s = DMatrix::from_element(1, 1, 0.7);
    for (activation, bias, loss, labels) in [
        (
            "sqrt(1+u^2) - 1 + 0.2*u",
            0.3,
            Loss::PseudoHuber { width: 0.6 },
            (-1.0, 2.0),
        ),
        ("tanh", 0.5, Loss::PseudoHuber { width: 1.0 }, (-0.5, 0.4)),
        ("gelu", 0.0, Loss::Square, (-1.0, 1.5)),
        ("sin", 1.0, Loss::Square, (-2.0, -1.0)),
    ] {
        for side in [Side::Left, Side::Right] {
            let model = model(activation, &[1.3], &[bias], loss.clone());
            let support = ModelSupport::new(&model, &interval(labels.0, labels.1), 0.5, side);
            let found = support.infimum(&s).expect("bounded");
            let sign = if side == Side::Left { 1.0 } else { -1.0 };
            let curvature = |u: f64, y: f64| {
                let mut d = [0.0];
                model.curvature(&[u], y, &mut d);
                sign * 0.7 * d[0]
            };
            let on_grid = range(-30.0, 30.0, 60_000)
                .flat_map(|u| range(labels.0, labels.1, 60).map(move |y| (u, y)))
                .map(|(u, y)| curvature(u, y))
                .fold(f64::INFINITY, f64::min);
            // The grid never goes below the infimum; its steps of 1e-3 and 0.05 leave it above by their squares.
            assert!(
                found <= on_grid + 1e-12,
                "{activation} {side:?}: {found} {on_grid}"
            );
            assert!(
                found >= on_grid - 1e-3 * on_grid.abs(),
                "{activation} {side:?}: {found} {on_grid}"
            );
        }
    }
}

#[test]
fn two_labels_against_a_fine_grid() {
    let labels = LabelSupport::Points(vec![-1.0, 1.0]);
    for activation in ["tanh", "gelu", "sin"] {
        let model = model(activation, &[2.0], &[0.2], Loss::Logistic);
        let found = left(&model, labels.clone())
            .infimum(&DMatrix::identity(1, 1))
            .expect("bounded");
        let on_grid = range(-30.0, 30.0, 600_000)
            .flat_map(|u| [(u, -1.0), (u, 1.0)])
            .map(|(u, y)| {
                let mut d = [0.0];
                model.curvature(&[u], y, &mut d);
                d[0]
            })
            .fold(f64::INFINITY, f64::min);
        // A step of 1e-4 leaves the grid's minimum above by 1e-8.
        assert!(
            (found - on_grid).abs() < 1e-7 && found <= on_grid + 1e-12,
            "{activation}: {found} {on_grid}"
        );
    }
}

#[test]
fn counts_against_a_grid() {
    // narrow losses: the infimum over counts is not the one over all labels above zero
    for (activation, width) in [("tanh", 0.2), ("gelu", 1.0), ("sin", 0.1)] {
        let model = model(activation, &[2.5], &[0.2], Loss::PseudoHuber { width });
        let found = left(&model, LabelSupport::Naturals)
            .infimum(&DMatrix::identity(1, 1))
            .expect("bounded");
        let on_grid = range(-30.0, 30.0, 60_000)
            .flat_map(|u| (0..60).chain([10_000]).map(move |y| (u, f64::from(y))))
            .map(|(u, y)| {
                let mut d = [0.0];
                model.curvature(&[u], y, &mut d);
                d[0]
            })
            .fold(f64::INFINITY, f64::min);
        // the grid's step of 1e-3 leaves it above by its square over that of the width; pseudo-Huber's slope
        // at the largest count is short of its limit by (width/10^4)^2 / 2
        let tolerance = 1e-4 * on_grid.abs();
        assert!(
            (found - on_grid).abs() < tolerance && found <= on_grid + 1e-12,
            "{activation}: {found} {on_grid}"
        );
    }
}

#[test]
fn losses_written_as_expressions_have_the_same_infimum() {
    let s = resolvent(2, 3);
    let written = |text: &str| Loss::from_expression(text).expect("a loss");
    for (built_in, text, label) in [
        (
            Loss::PseudoHuber { width: 1.0 },
            "sqrt(1 + (f - y)^2) - 1",
            interval(-1.0, 1.5),
        ),
        (
            Loss::PseudoHuber { width: 1.0 },
            "sqrt(1 + (f - y)^2) - 1",
            interval(-1.0, f64::INFINITY),
        ),
        (
            Loss::NormalisedSquare { offset: 0.5 },
            "(f - y)^2/(2*(0.5 + abs(y)))",
            interval(-1.0, 1.5),
        ),
        (
            Loss::NormalisedSquare { offset: 0.5 },
            "(f - y)^2/(2*(0.5 + abs(y)))",
            interval(-1.0, f64::INFINITY),
        ),
        (Loss::Square, "(f - y)^2/2", interval(-1.0, 1.5)),
        (
            Loss::Logistic,
            "softplus(-y*f)",
            LabelSupport::Points(vec![-1.0, 1.0]),
        ),
    ] {
        let a = left(&soft_abs(built_in), label.clone())
            .infimum(&s)
            .expect("bounded");
        let b = left(&soft_abs(written(text)), label)
            .infimum(&s)
            .expect("bounded");
        // Labels of 1e8 stand for infinity in expressions.
        assert!((a / b - 1.0).abs() < 1e-6, "{text}: {a} {b}");
    }
}

#[test]
fn permuting_neurons_changes_nothing() {
    let (readout, bias) = ([1.0, -0.6, 0.4], [0.0, 0.3, -0.2]);
    let order = [2, 0, 1];
    for (activation, loss) in [
        ("gelu", Loss::PseudoHuber { width: 1.0 }),
        ("tanh", Loss::Square),
    ] {
        let label = || interval(-1.0, 1.5);
        let plain = left(&model(activation, &readout, &bias, loss.clone()), label());
        let permuted_model = model(
            activation,
            &order.map(|i| readout[i]),
            &order.map(|i| bias[i]),
            loss,
        );
        let permuted = left(&permuted_model, label());
        for seed in 1..4 {
            let s = resolvent(3, seed);
            let permuted_s = DMatrix::from_fn(3, 3, |i, j| s[(order[i], order[j])]);
            let (a, b) = (
                plain.infimum(&s).expect("bounded"),
                permuted.infimum(&permuted_s).expect("bounded"),
            );
            assert!((a / b - 1.0).abs() < 1e-8, "{activation}: {a} {b}");
        }
    }
}

#[test]
fn the_infimum_is_homogeneous_in_the_resolvent() {
    let support = left(
        &soft_abs(Loss::PseudoHuber { width: 1.0 }),
        interval(-1.0, 1.5),
    );
    let s = resolvent(2, 1);
    let (a, b) = (
        support.infimum(&s).expect("bounded"),
        support.infimum(&(&s * 1e-4)).expect("bounded"),
    );
    assert!((a * 1e-4 / b - 1.0).abs() < 1e-9, "{a} {b}");
}

/// Minima whose values differ by less than a thousandth: the lowest start does not lead to the lowest of them.
#[test]
fn the_lowest_of_close_minima_is_found() {
    let huber = Loss::PseudoHuber {
        width: 1.813188358970279,
    };
    let logarithm = Loss::from_expression("ln(1 + (f - y)^2)").expect("a loss");
    let sigmoids = (
        model(
            "sigmoid",
            &[-1.2250872261697747, -0.8215880690646412],
            &[0.0; 2],
            huber,
        ),
        (-1.8789499893468649, 0.3270136948113702),
        42,
        [0.2704999164572804, 2.9091795443576403, 0.4882702411599956],
        -0.26347174311,
    );
    let sines = (
        model(
            "sin",
            &[-0.9081267574662488, 0.5665960427964396],
            &[0.0; 2],
            logarithm,
        ),
        (-0.4498289406581211, 1.629896695768038),
        0,
        [0.0; 3],
        -0.78294796891,
    );
    for (model, (low, high), seed, start, expected) in [sigmoids, sines] {
        let s = resolvent(2, seed);
        let support = ModelSupport::new(&model, &interval(low, high), 1.0, Side::Left);
        let found = support.infimum(&s).expect("bounded");
        let (_, there) = descend(start.to_vec(), |at| {
            let y = low + at[2].clamp(0.0, 1.0) * (high - low);
            extremes(&model, &s, &at[..2], y).0
        });
        // The compass search stops at steps of 1e-7, and the minimum is flat.
        assert!((there - expected).abs() < 1e-10, "{there} {expected}");
        assert!((found - expected).abs() < 1e-10, "{found} {expected}");
    }
}

fn any_loss() -> impl Strategy<Value = Loss> {
    prop_oneof![
        Just(Loss::Square),
        (0.3..3.0f64).prop_map(|width| Loss::PseudoHuber { width }),
        Just(Loss::Logistic),
        Just(Loss::Correlation),
        (0.1..2.0f64).prop_map(|offset| Loss::NormalisedSquare { offset }),
        Just(Loss::from_expression("ln(1 + (f - y)^2)").expect("a loss")),
    ]
}

/// Random models with bounded labels; which side, and a place to start a search from.
fn any_case(neurons: std::ops::Range<usize>) -> impl Strategy<Value = (Model, (f64, f64), Side)> {
    (
        prop::sample::select(vec![
            "tanh",
            "gelu",
            "sqrt(1+u^2) - 1 + 0.2*u",
            "sin",
            "sigmoid",
        ]),
        prop::collection::vec((-1.5..1.5f64, -1.0..1.0f64), neurons),
        any_loss(),
        (-2.0..0.5f64, 0.0..3.0f64),
        prop::sample::select(vec![Side::Left, Side::Right]),
    )
        .prop_map(|(activation, neurons, loss, (low, length), side)| {
            let (readout, bias): (Vec<f64>, Vec<f64>) = neurons.into_iter().unzip();
            (
                model(activation, &readout, &bias, loss),
                (low, low + length),
                side,
            )
        })
}

proptest! {
    // Each case prepares a search; a few dozen cases keep the tests within seconds.
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn no_place_is_below_the_infimum(
        (model, (low, high), side) in any_case(1..5),
        places in prop::collection::vec((prop::array::uniform4(-4.0..4.0f64), 0.0..1.0f64), 1000),
        seed in 0usize..100,
    ) {
        let m = model.neurons();
        let s = resolvent(m, seed);
        let support = ModelSupport::new(&model, &interval(low, high), 1.0, side);
        if let Some(infimum) = support.infimum(&s) {
            for (u, part) in places {
                let (u, y) = (&u[..m], low + part * (high - low));
                let (lowest, highest) = extremes(&model, &s, u, y);
                let there = if side == Side::Left { lowest } else { -highest };
                prop_assert!(infimum <= there + 1e-9 * (1.0 + there.abs()), "{u:?} {y}: {there} below {infimum}");
            }
        }
    }

    #[test]
    fn no_local_search_ends_below_the_infimum(
        (model, (low, high), side) in any_case(1..3),
        starts in prop::collection::vec((prop::array::uniform2(-3.0..3.0f64), 0.0..1.0f64), 40),
        seed in 0usize..100,
    ) {
        let m = model.neurons();
        let s = resolvent(m, seed);
        let support = ModelSupport::new(&model, &interval(low, high), 1.0, side);
        if let Some(infimum) = support.infimum(&s) {
            for (u, part) in starts {
                let mut start = u[..m].to_vec();
                start.push(part);
                let (_, there) = descend(start, |at| {
                    // where squares leave the range of doubles there is no curvature to compare with
                    if at.iter().any(|x| x.abs() > 1e100) {
                        return f64::INFINITY;
                    }
                    let y = low + at[m].clamp(0.0, 1.0) * (high - low);
                    let (lowest, highest) = extremes(&model, &s, &at[..m], y);
                    if side == Side::Left { lowest } else { -highest }
                });
                // The descent may drift to where rounding is of this size.
                prop_assert!(infimum <= there + 1e-6 * (1.0 + there.abs()), "{u:?} {part}: {there} below {infimum}");
            }
        }
    }
}
