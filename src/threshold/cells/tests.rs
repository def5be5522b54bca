use super::*;
use crate::experiment::{Experiment, Override, Source};
use crate::numerics::Silent;
use crate::study::Study;

const SMALL: &str = r#"
[target]
link = "1.5*tanh(z1^2 - 1)"
[network]
activation = "sqrt(1+u^2) - 1 + 0.2*u"
readout = [1.0, 0.5]
[loss]
kind = "pseudo-huber"
[training]
step_size = 0.5
steps = 6
init_std = 0.5
[numerics]
samples = 4096
replicates = 2
"#;

fn study(overrides: &[&str]) -> Study {
    let overrides: Vec<Override> = overrides
        .iter()
        .map(|text| Override::parse(text).unwrap())
        .collect();
    let experiment = Experiment::load(&Source::Text(SMALL.into()), &overrides).unwrap();
    Study::new(experiment).unwrap()
}

fn margin(hessian: &HessianAfter<'_>, delta: f64) -> f64 {
    match hessian.margin(delta).unwrap() {
        Reading::Number(margin) => margin.value,
        Reading::Absent { reason } => panic!("{reason}"),
    }
}

/// The margin at initialisation is that of the independent implementation (docs/theory.md section 9): -0.422 at n/d = 6;
/// 4096 samples leave about half a percent.
#[test]
fn the_margin_at_initialisation_is_the_published_one() {
    let study = study(&[]);
    let problem = study.problem().unwrap();
    let hessian = problem.hessian_after(0).unwrap();
    assert!((margin(&hessian, 6.0) + 0.422).abs() < 4e-3);
}

/// Margin, outlier and threshold tell one story: the margin vanishes at delta_NN(T), and outliers exist above only.
#[test]
fn the_margin_changes_sign_at_the_threshold() {
    let study = study(&[]);
    let problem = study.problem().unwrap();
    for steps in [0, 6] {
        let rung = problem.delta_nn(steps, &Silent).unwrap();
        assert_eq!(rung.steps, steps);
        let threshold = rung.delta_nn.finite().unwrap().value;
        let hessian = problem.hessian_after(steps).unwrap();
        // replicates cross within a few percent of their mean
        let (below, above) = (0.9 * threshold, 1.1 * threshold);
        assert!(margin(&hessian, below) > 0.0 && margin(&hessian, above) < 0.0);
        assert!(matches!(
            hessian.outlier(below).unwrap(),
            LowestOutlier::Absent { .. }
        ));
        let LowestOutlier::At { value, overlap } = hessian.outlier(above).unwrap() else {
            panic!("no outlier at n/d = {above}");
        };
        assert!(value.value < 0.0 && overlap.value > 0.0 && overlap.value < 1.0);
    }
}

/// The long way round: `spectrum` finds edges, density and all outliers.
#[test]
fn outliers_agree_with_the_whole_spectrum() {
    let study = study(&["training.weight_decay=0.05"]);
    let problem = study.problem().unwrap();
    let spectrum = problem
        .spectrum(6.0, 6, Side::Left, &Silent)
        .unwrap()
        .spectrum;
    let hessian = problem.hessian_after(6).unwrap();
    let LowestOutlier::At { value, overlap } = hessian.outlier(6.0).unwrap() else {
        panic!("no outlier at n/d = 6");
    };
    // the same equations on the same samples
    assert!((value.value - spectrum.outliers[0].value).abs() < 1e-12);
    assert!((value.error - spectrum.outliers[0].value_error).abs() < 1e-12);
    assert!((overlap.value - spectrum.outliers[0].overlap).abs() < 1e-12);
}

#[test]
fn what_does_not_exist_has_a_reason() {
    let absent = |overrides: &[&str]| {
        let study = study(overrides);
        let problem = study.problem().unwrap();
        let hessian = problem.hessian_after(0).unwrap();
        match (hessian.margin(4.0).unwrap(), hessian.outlier(4.0).unwrap()) {
            (Reading::Absent { reason }, LowestOutlier::Absent { reason: other }) => {
                assert_eq!(reason, other);
                reason
            }
            found => panic!("{found:?}"),
        }
    };
    assert!(absent(&["target.link=z1"]).contains("no direction is hard"));
    assert!(absent(&["loss.kind=square", "target.link=z1^2"]).contains("unbounded below"));
}
