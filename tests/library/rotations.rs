//! delta_alg of links in turned latents, and of easy latents that are known almost exactly before the others are found.

use nalgebra::DMatrix;
use onset::recovery::{AlgorithmicThreshold, algorithmic_threshold};
use onset::teacher::{Channel, Link, Teacher};

fn solve(link: &str) -> AlgorithmicThreshold {
    let target = Teacher::new(Link::parse(link).unwrap(), Channel::Deterministic).unwrap();
    algorithmic_threshold(&target).unwrap()
}

#[track_caller]
fn assert_threshold(link: &str, expected: f64, tolerance: f64) {
    let report = solve(link);
    let found = report.delta_alg.finite().unwrap();
    assert!(
        (found.value - expected).abs() < tolerance,
        "{link}: {found:?} is not {expected}"
    );
    // the bar covers what is wrong, to the digits of the reference
    assert!(
        (found.value - expected).abs() < 3.0 * found.error + 1e-6,
        "{link}: {found:?} is not {expected}"
    );
}

#[test]
fn a_link_that_saturates_does_not_decode_its_easy_direction() {
    let report = solve("tanh(0.6*z1+0.8*z2) + 1.5*tanh((0.8*z1-0.6*z2)^2 - 1)");
    let found = report.delta_alg.finite().unwrap();
    // that of tanh(z1) + 1.5*tanh(z2^2 - 1)
    assert!((found.value - 0.77054).abs() < 1e-5, "{found:?}");
    assert_eq!(
        report.easy_basis,
        DMatrix::from_row_slice(1, 2, &[0.6, 0.8])
    );
    assert_eq!(
        report.hard_basis,
        DMatrix::from_row_slice(1, 2, &[0.8, -0.6])
    );
}

/// References: one-dimensional state evolution of `y = a w1 + g(w2)`, whose posterior depends on `y - a omega` alone, by
/// trapezoidal sums over w2 and y; they agree on two grids to 1e-9.
#[test]
fn easy_latents_may_be_known_almost_exactly_before() {
    // at the overlap 0.99801
    assert_threshold("z1 + 2*z2 + tanh((2*z1-z2)^2)", 1.980_684_83, 1e-4);
    // at the overlap 0.94351
    assert_threshold("z1 + tanh(3*z2^2)", 2.038_457_88, 1e-4);
    // at the overlap 0.98231
    assert_threshold("3*z1 + tanh(z2^2)", 1.766_763_6, 1e-4);
}

#[test]
fn a_direction_without_a_form_is_neither_easy_nor_hard() {
    let report = solve("(z1+z2)^2");
    assert!((report.delta_alg.finite().unwrap().value - 0.5).abs() < 1e-9);
    assert_eq!(
        (report.hard_basis.nrows(), report.irrelevant_basis.nrows()),
        (1, 1)
    );
    assert!((report.irrelevant_basis[(0, 0)] + report.irrelevant_basis[(0, 1)]).abs() < 1e-15);
}

#[test]
fn what_the_quadrature_does_not_see_is_named() {
    // E[E[z | y]^2] is 7e-10 and 5e-9
    for link in ["sin(5*z1)", "z1^2 + 1e-4*z1"] {
        let report = solve(link);
        let said = |remark: &String| {
            remark.contains("easy in principle") && remark.contains("not visible")
        };
        assert!(
            report.remarks.iter().any(said),
            "{link}: {:?}",
            report.remarks
        );
        // nothing is called impossible that may be easy
        if let Some(reason) = report.delta_alg.reason() {
            assert!(
                reason.contains("in principle") && !reason.contains("at any n/d"),
                "{link}: {reason}"
            );
        }
    }
    for link in ["z1^2", "z1*z2*z3", "z1/z2", "sign(z1) + sign(z2)"] {
        let report = solve(link);
        assert!(
            !report
                .remarks
                .iter()
                .any(|remark| remark.contains("in principle")),
            "{link}: {:?}",
            report.remarks
        );
    }
}
