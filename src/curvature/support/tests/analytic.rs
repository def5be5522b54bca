//! Infima that are known in closed form.

use nalgebra::DMatrix;

use super::{interval, left, model, quadratic_student, resolvent, soft_abs};
use crate::curvature::{CurvatureSupport, ModelSupport, Side, SupportKind};
use crate::network::Loss;
use crate::teacher::LabelSupport;

#[track_caller]
fn assert_infimum(support: &ModelSupport, s: &DMatrix<f64>, expected: f64, tolerance: f64) {
    let found = support.infimum(s).expect("bounded");
    assert!(
        (found - expected).abs() <= tolerance * expected.abs().max(1e-3),
        "{found} is not {expected}"
    );
}

/// D = t ((4/m^2) u u^T + (2/m)(f - y) I) with t = 1/(a + |y|): lowest at u = 0 and the largest label.
#[test]
fn quadratic_student_with_normalised_loss() {
    for m in [1, 2, 4] {
        for (seed, offset) in [(1, 1.0), (2, 0.1), (3, 5.0)] {
            let s = resolvent(m, seed);
            let top = s.symmetric_eigenvalues().max();
            let student = quadratic_student(m, offset);
            let unit = -2.0 / m as f64 * top;
            // t (f - y) -> -1 as y -> infinity: approached exactly.
            assert_infimum(
                &left(&student, interval(0.0, f64::INFINITY)),
                &s,
                unit,
                1e-9,
            );
            assert_infimum(
                &left(&student, interval(f64::NEG_INFINITY, f64::INFINITY)),
                &s,
                unit,
                1e-9,
            );
            assert_infimum(
                &left(&student, interval(-3.0, 2.0)),
                &s,
                unit * 2.0 / (offset + 2.0),
                1e-9,
            );
            // No label above zero: D is positive semidefinite, and zero at u = 0, y = 0.
            assert_infimum(&left(&student, interval(-3.0, 0.0)), &s, 0.0, 1e-9);
            // Labels below -1 only: (f + 1)/(a + 1) (2/m) I at u = 0 is the lowest, along the lowest axis of S.
            let floor = 2.0 / m as f64 / (offset + 1.0) * s.symmetric_eigenvalues().min();
            assert_infimum(&left(&student, interval(-3.0, -1.0)), &s, floor, 1e-9);
        }
    }
}

/// An activation without curvature leaves D = l'' scale^2 a a^T.
#[test]
fn linear_networks() {
    let everywhere = || interval(f64::NEG_INFINITY, f64::INFINITY);
    let one = left(&model("linear", &[1.5], &[0.0], Loss::Square), everywhere());
    assert_infimum(&one, &DMatrix::from_element(1, 1, 0.4), 0.4 * 2.25, 1e-12);
    let two = left(
        &model("linear", &[1.5, -0.5], &[0.0; 2], Loss::Square),
        everywhere(),
    );
    assert_infimum(&two, &resolvent(2, 1), 0.0, 1e-12);
    let s = resolvent(2, 2);
    let right = ModelSupport::new(
        &model("linear", &[1.5, -0.5], &[0.0; 2], Loss::Square),
        &everywhere(),
        0.5,
        Side::Right,
    );
    let a = nalgebra::DVector::from_vec(vec![1.5, -0.5]);
    assert_infimum(&right, &s, -(a.transpose() * &s * &a)[(0, 0)], 1e-9);
}

/// D = -y diag(a_j s''): each end of the label picks its neurons.
#[test]
fn correlation_loss_with_bounded_labels() {
    // u^2 has s'' = 2 everywhere; readouts of both signs.
    let support = left(
        &model("quadratic", &[1.0, -3.0], &[0.0; 2], Loss::Correlation),
        interval(-0.5, 2.0),
    );
    // y = 2: -4 on the first neuron; y = -0.5: -3 on the second.
    let SupportKind::Bounded { infimum, label, .. } = support.classification() else {
        panic!("bounded")
    };
    assert_eq!((*infimum, *label), (-4.0, 2.0));
    let s = DMatrix::from_diagonal(&nalgebra::DVector::from_vec(vec![0.5, 2.0]));
    assert_infimum(&support, &s, -6.0, 1e-12);
}

/// s(u) = u^2, m = 1, y = +-1: D = sigma'(f) 4 u^2 - y sigma(-y f) 2 is lowest at u = 0, y = 1, where it is -1.
#[test]
fn logistic_loss_with_two_labels() {
    let support = left(
        &model("quadratic", &[1.0], &[0.3], Loss::Logistic),
        LabelSupport::Points(vec![-1.0, 1.0]),
    );
    let SupportKind::Bounded {
        infimum,
        pre_activation,
        label,
    } = support.classification()
    else {
        panic!("bounded")
    };
    assert!((infimum + 1.0).abs() < 1e-12, "{infimum}");
    assert_eq!(*label, 1.0);
    // The pre-activation is without the bias.
    assert!((pre_activation[0] + 0.3).abs() < 1e-9);
}

/// With an unbounded label pseudo-Huber's slope tends to -w while its curvature vanishes: D -> -w diag(a_j s'').
#[test]
fn pseudo_huber_with_unbounded_labels() {
    let huber = |width| Loss::PseudoHuber { width };
    for seed in 1..4 {
        let s = resolvent(2, seed);
        let weighted = DMatrix::from_diagonal(&nalgebra::DVector::from_vec(vec![1.0, 0.5]));
        let root = weighted.map(f64::sqrt);
        let top = (&root * &s * &root).symmetric_eigenvalues().max();
        // s'' of the soft absolute value is largest at zero, where it is 1.
        let support = left(&soft_abs(huber(0.7)), interval(-1.0, f64::INFINITY));
        assert_infimum(&support, &s, -0.7 * top, 1e-9);
        let support = left(
            &soft_abs(huber(0.7)),
            interval(f64::NEG_INFINITY, f64::INFINITY),
        );
        assert_infimum(&support, &s, -0.7 * top, 1e-9);
    }
}

/// s_w = 0 leaves only the label: u = 0 in every sample.
#[test]
fn pre_activations_that_stand_still() {
    let square = soft_abs(Loss::Square);
    // f = 0, f' = 0.2 a, s'' = 1 at u = 0: D = 0.04 a a^T - y diag(a).
    let d = |y: f64| {
        let a = nalgebra::DVector::from_vec(vec![1.0, 0.5]);
        &a * a.transpose() * 0.04 - DMatrix::from_diagonal(&a) * y
    };
    let support = ModelSupport::new(&square, &interval(-1.0, 3.0), 0.0, Side::Left);
    let expected = d(3.0).symmetric_eigenvalues().min();
    assert_infimum(&support, &DMatrix::identity(2, 2), expected, 1e-12);
    let support = ModelSupport::new(&square, &interval(-1.0, 3.0), 0.0, Side::Right);
    assert_infimum(
        &support,
        &DMatrix::identity(2, 2),
        -d(-1.0).symmetric_eigenvalues().max(),
        1e-12,
    );
}

#[test]
fn matrices_without_finite_entries_have_no_infimum() {
    let support = left(
        &soft_abs(Loss::PseudoHuber { width: 1.0 }),
        interval(-1.0, 1.0),
    );
    assert_eq!(
        support.infimum(&DMatrix::from_element(2, 2, f64::NAN)),
        None
    );
}
