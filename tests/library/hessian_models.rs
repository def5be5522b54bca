//! Spectra of model problems against published values (docs/theory.md section 9).

use crate::support::hessian::{Student, model_a, quadratic_student};
use nalgebra::DMatrix;
use onset::curvature::{CurvatureSupport, Side};
use onset::hessian::{EdgeKind, Outlier, SideSpectrum, Support, informative_margin, side_spectrum};

/// Model A at initialisation.
fn initial_model_a(std: f64, delta: f64) -> SideSpectrum {
    let law = model_a(std, 200, 24);
    side_spectrum(&law, Support::Empirical, delta, Side::Left, None)
        .unwrap()
        .unwrap()
}

/// Asserts a relative tolerance.
fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    let error = (found / expected - 1.0).abs();
    assert!(
        error < tolerance,
        "{what}: {found} is not {expected} within {tolerance}"
    );
}

/// Asserts outliers as (value, overlap) pairs, outermost first.
fn assert_outliers(found: &[Outlier], expected: &[(f64, f64)], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (outlier, (value, overlap)) in found.iter().zip(expected) {
        close(outlier.value, *value, tolerance, "outlier");
        close(outlier.overlap, *overlap, tolerance, "overlap");
    }
}

#[test]
fn model_a_with_small_weights() {
    let found = initial_model_a(0.3, 8.0);
    // The published numbers carry a Monte-Carlo error of about 1% of the spectrum's width; the
    // edge, a third of the outlier, shows it most.
    close(found.edge.value, -0.161, 0.015, "edge");
    assert_outliers(
        &found.outliers,
        &[(-0.4549, 0.8626), (-0.2401, 0.8618)],
        0.01,
    );
    assert_eq!(found.edge.kind, EdgeKind::Soft);
}

#[test]
fn model_a_before_training() {
    // The published table has three digits and a Monte-Carlo accuracy of about 1%.
    let found = initial_model_a(0.5, 2.0);
    close(found.edge.value, -0.591, 0.015, "edge at delta 2");
    close(found.margin, -0.292, 0.015, "margin at delta 2");
    assert_outliers(&found.outliers, &[(-0.641, 0.355)], 0.015);

    let found = initial_model_a(0.5, 6.0);
    close(found.edge.value, -0.170, 0.015, "edge at delta 6");
    close(found.margin, -0.422, 0.015, "margin at delta 6");
    assert_outliers(&found.outliers, &[(-0.364, 0.786), (-0.200, 0.793)], 0.015);
}

#[test]
fn an_outlier_says_which_neuron_carries_it() {
    let found = initial_model_a(0.5, 6.0);
    // The first neuron has twice the readout of the second and takes the outermost outlier.
    assert!(found.outliers[0].neurons[0].abs() > 0.99);
    assert!(found.outliers[1].neurons[1].abs() > 0.99);
    assert_eq!(found.outliers[0].latent, vec![1.0]);
}

/// `D >= -2/m` in the quadratic student, attained as y grows with u = 0.
struct StudentSupport;

impl CurvatureSupport for StudentSupport {
    fn infimum(&self, resolvent: &DMatrix<f64>) -> Option<f64> {
        let largest = resolvent.clone().symmetric_eigenvalues().max();
        Some(-2.0 / resolvent.nrows() as f64 * largest)
    }
}

/// The delta at which the margin of a quadratic student vanishes, and the kind of edge there.
fn student_threshold(student: Student, low: f64, high: f64) -> (f64, EdgeKind) {
    let law = quadratic_student(student);
    let margin = |delta| {
        let found = informative_margin(&law, Support::Known(&StudentSupport), delta, 0.0, None);
        found.unwrap().unwrap()
    };
    let (mut low, mut high) = (low, high);
    assert!(margin(low).value > 0.0 && margin(high).value < 0.0);
    while high - low > 1e-5 {
        let middle = 0.5 * (low + high);
        if margin(middle).value > 0.0 {
            low = middle
        } else {
            high = middle
        }
    }
    (high, margin(high).kind)
}

#[test]
fn quadratic_student_thresholds() {
    // Published to five digits, which the quadrature reaches.
    for (neurons, offset, published, kind) in [
        (1, 0.1, 2.1667, EdgeKind::Soft),
        (2, 0.1, 1.2554, EdgeKind::Soft),
        (4, 0.1, 0.8907, EdgeKind::Soft),
        (1, 1.0, 1.1349, EdgeKind::Soft),
        (2, 1.0, 1.0184, EdgeKind::Hard),
    ] {
        let student = Student { neurons, offset };
        let (found, found_kind) = student_threshold(student, 0.9 * published, 1.1 * published);
        close(found, published, 1e-4, "threshold");
        assert_eq!(found_kind, kind);
    }
}
