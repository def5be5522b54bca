use super::*;
use crate::network::{Activation, Loss, Network};

fn model() -> Model {
    let activation = Activation::parse("u^2 + 0.3*u").unwrap();
    let network = Network::new(activation, vec![1.0, -0.6], vec![0.1, 0.0], 1.0).unwrap();
    Model::new(network, Loss::pseudo_huber(1.0).unwrap())
}

/// u, g, D and K of all targets, starting at `points`.
fn mapped(
    response: &DMatrix<f64>,
    delta: f64,
    targets: &[f64],
    labels: &[f64],
    points: &mut [f64],
) -> [Vec<f64>; 3] {
    let n = labels.len();
    let mut losses = vec![0.0; n];
    let [mut gradients, mut curvatures, mut responses] =
        [2, 3, 3].map(|each: usize| vec![0.0; n * each]);
    let mut images = Images {
        points,
        losses: &mut losses,
        gradients: &mut gradients,
        curvatures: &mut curvatures,
        responses: &mut responses,
    };
    let lost = Proximal::new(response, delta).unwrap().map(
        &model(),
        labels,
        targets,
        &mut images,
        &mut ProximalScratch::default(),
        &mut ModelWorkspace::new(),
    );
    assert_eq!(lost, 0);
    [gradients, curvatures, responses]
}

#[test]
fn images_solve_the_equation_and_answer_as_their_differences() {
    let response = DMatrix::from_row_slice(2, 2, &[1.3, 0.4, 0.4, 0.8]);
    let delta = 1.7;
    let spread = |n: usize, axis: usize| crate::numerics::spread(n as u32 + 1, axis);
    let labels: Vec<f64> = (0..50).map(|i| 6.0 * spread(i, 2) - 3.0).collect();
    let targets: Vec<f64> = (0..100).map(|i| 5.0 * spread(i / 2, i % 2) - 2.5).collect();
    let mut points = targets.clone();
    let [gradients, _, responses] = mapped(&response, delta, &targets, &labels, &mut points);
    for i in 0..50 {
        for j in 0..2 {
            let pull: f64 = (0..2)
                .map(|l| response[(j, l)] * gradients[2 * i + l])
                .sum();
            let left = points[2 * i + j] + pull / delta - targets[2 * i + j];
            // the square of the last Newton step, times a third derivative of order ten
            assert!(left.abs() < 1e-8, "{left}");
        }
    }
    // dg/dv = K, by a difference that stays on the branch
    let shift = 1e-4;
    let mut moved = targets.clone();
    (0..50).for_each(|i| moved[2 * i] += shift);
    let mut near = points.clone();
    let [after, ..] = mapped(&response, delta, &moved, &labels, &mut near);
    for i in 0..50 {
        let tame = responses[3 * i..3 * i + 3].iter().all(|k| k.abs() < 5.0);
        for j in (0..2).filter(|_| tame) {
            let slope = (after[2 * i + j] - gradients[2 * i + j]) / shift;
            let expected = responses[3 * i + j];
            // curvature lags by the last step, and the difference has an error of its shift
            assert!(
                (slope - expected).abs() < 5e-3,
                "{slope} against {expected}"
            );
        }
    }
}

#[test]
fn of_two_minima_the_one_of_the_branch_is_found() {
    // soft springs: u = 0 is a saddle between two wells at large labels
    let response = DMatrix::from_row_slice(2, 2, &[20.0, 0.0, 0.0, 1.0]);
    let (targets, labels) = ([0.0, 0.0], [4.0]);
    let mut right = [1.5, 0.0];
    let mut left = [-1.5, 0.0];
    mapped(&response, 1.0, &targets, &labels, &mut right);
    mapped(&response, 1.0, &targets, &labels, &mut left);
    assert!(right[0] > 1.0 && left[0] < -1.0, "{right:?} {left:?}");
}
