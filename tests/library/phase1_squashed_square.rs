//! Two soft-absolute neurons on a squashed square: phase 1, the Hessian after it and the growth of the hard
//! overlap against an independent implementation, and null runs against a simulation.

use crate::support::phase1::{Setup, estimates, plan};
use nalgebra::DMatrix;
use onset::curvature::{CurvatureLaw, ModelSupport, Side};
use onset::hessian::{SideSpectrum, Support, side_spectrum};
use onset::models::{NullRun, SquashedSquare, TrainedState};
use onset::phase1::{Plan, Trajectory};
use onset::teacher::LabelMoments;

const MODEL: SquashedSquare = SquashedSquare { init_std: 0.5 };

/// Paths of one run here, and of the one run behind the reference: in all, and behind its spectra.
const PATHS: usize = 32_768;
const REFERENCE_PATHS: f64 = 131_072.0;
const REFERENCE_SPECTRUM_PATHS: f64 = 40_000.0;

/// The trajectories of independent runs, with the left side of the spectrum at each of the steps kept.
fn runs(delta: f64, plan: &Plan, replicates: u64) -> Vec<(Trajectory, Vec<SideSpectrum>)> {
    let setup = Setup::new(&MODEL.experiment(), 0);
    let moments = LabelMoments::new(&setup.target).unwrap();
    let support = ModelSupport::new(&setup.model, &moments.support, MODEL.init_std, Side::Left);
    let left = |law: &CurvatureLaw| {
        side_spectrum(law, Support::Known(&support), delta, Side::Left, None)
            .unwrap()
            .unwrap()
    };
    (0..replicates)
        .map(|replicate| {
            let plan = Plan {
                replicate,
                ..plan.clone()
            };
            let trajectory = setup.run_labels(delta, &plan);
            let spectra = trajectory.laws.iter().map(|(_, law)| left(law)).collect();
            (trajectory, spectra)
        })
        .collect()
}

fn triangle(matrix: &DMatrix<f64>) -> [f64; 3] {
    [matrix[(0, 0)], matrix[(0, 1)], matrix[(1, 1)]]
}

/// A number of the reference: its name, its value and half a unit of the last digit given.
type Known = (&'static str, f64, f64);

/// Whether the replicates of a number agree with the reference.
///
/// The reference is one run and states an accuracy of 1 percent (`absolute` for the off-diagonal gram), good for
/// most of its numbers. Late in training some scatter more, the growth above all: chance is amplified by the very instability that
/// grows. So its error is taken from the scatter of the runs here, in proportion to the root of the numbers of paths.
fn check(values: &[f64], known: Known, absolute: f64, reference_paths: f64, what: &str) {
    let (name, expected, digit) = known;
    let rows: Vec<Vec<f64>> = values.iter().map(|value| vec![*value]).collect();
    let found = estimates(&rows)[0];
    let scatter = found.error * (values.len() as f64).sqrt();
    let reference_error = scatter * (PATHS as f64 / reference_paths).sqrt();
    let tolerance =
        0.01 * expected.abs() + absolute + digit + 3.0 * found.error.hypot(reference_error);
    assert!(
        (found.mean - expected).abs() <= tolerance,
        "{what}, {name}: {found:?} against {expected}"
    );
}

fn check_training(known: &TrainedState, runs: &[(Trajectory, Vec<SideSpectrum>)]) {
    let (t, what) = (
        known.steps,
        format!("delta {}, step {}", known.delta, known.steps),
    );
    let all = |pick: &dyn Fn(&Trajectory) -> f64| -> Vec<f64> {
        runs.iter()
            .map(|(trajectory, _)| pick(trajectory))
            .collect()
    };
    let loss = all(&|run| run.train_loss[t]);
    check(
        &loss,
        ("loss", known.train_loss, 5e-5),
        0.0,
        REFERENCE_PATHS,
        &what,
    );
    for entry in 0..3 {
        let name = ["C11", "C12", "C22"][entry];
        let gram = all(&|run| triangle(&run.gram[t])[entry]);
        let absolute = if entry == 1 { 0.005 } else { 0.0 };
        let known_gram = (name, known.gram[entry], 5e-4);
        check(&gram, known_gram, absolute, REFERENCE_PATHS, &what);
        let name = ["q11", "q12", "q22"][entry];
        let growth = all(&|run| triangle(&run.hard_growth[t])[entry]);
        let value = known.hard_growth[entry];
        let digit = if value.abs() > 10.0 { 0.05 } else { 5e-3 };
        check(&growth, (name, value, digit), 0.0, REFERENCE_PATHS, &what);
    }
}

fn check_spectrum(known: &TrainedState, spectra: &[&SideSpectrum]) {
    let what = format!("delta {}, step {}", known.delta, known.steps);
    let check = |name: &'static str, expected: f64, pick: &dyn Fn(&SideSpectrum) -> f64| {
        let values: Vec<f64> = spectra.iter().map(|spectrum| pick(spectrum)).collect();
        check(
            &values,
            (name, expected, 5e-4),
            0.0,
            REFERENCE_SPECTRUM_PATHS,
            &what,
        );
    };
    check("edge", known.edge, &|spectrum| spectrum.edge.value);
    check("margin", known.margin, &|spectrum| spectrum.margin);
    for spectrum in spectra {
        assert_eq!(spectrum.outliers.len(), known.outliers.len(), "{what}");
    }
    for (i, (value, overlap)) in known.outliers.iter().enumerate() {
        check("outlier", *value, &|spectrum| spectrum.outliers[i].value);
        check("overlap", *overlap, &|spectrum| {
            spectrum.outliers[i].overlap
        });
    }
}

#[test]
fn phase_one_and_the_hessian_after_it_agree_with_the_reference() {
    for delta in [2.0, 6.0] {
        let known: Vec<&TrainedState> = SquashedSquare::TRAINED
            .iter()
            .filter(|state| state.delta == delta)
            .collect();
        let plan = Plan {
            laws_at: known.iter().map(|state| state.steps).collect(),
            test_loss: false,
            ..plan(40, PATHS, 0)
        };
        let runs = runs(delta, &plan, 6);
        for (i, known) in known.into_iter().enumerate() {
            check_training(known, &runs);
            let spectra: Vec<&SideSpectrum> = runs.iter().map(|(_, spectra)| &spectra[i]).collect();
            check_spectrum(known, &spectra);
        }
    }
}

/// What stands behind a null run: paths or data, and the relative scatter of the squared norms it starts from.
struct Behind {
    paths: f64,
    start: f64,
}

/// One null run, theory or simulation, against runs here.
fn check_null(
    known: &NullRun,
    runs: &[(Trajectory, Vec<SideSpectrum>)],
    law: usize,
    behind: &Behind,
) {
    let (t, what) = (known.steps, format!("null run, step {}", known.steps));
    let check = |name: &'static str,
                 expected: f64,
                 absolute: f64,
                 pick: &dyn Fn(&Trajectory, &SideSpectrum) -> f64| {
        let values: Vec<f64> = runs
            .iter()
            .map(|(run, spectra)| pick(run, &spectra[law]))
            .collect();
        check(
            &values,
            (name, expected, 5e-4),
            absolute,
            behind.paths,
            &what,
        );
    };
    check("loss", known.train_loss, 0.0, &|run, _| run.train_loss[t]);
    let start = 3.0 * behind.start;
    check("C11", known.gram[0], start * known.gram[0], &|run, _| {
        run.gram[t][(0, 0)]
    });
    check("C22", known.gram[1], start * known.gram[1], &|run, _| {
        run.gram[t][(1, 1)]
    });
    check("edge", known.edge, 0.0, &|_, spectrum| spectrum.edge.value);
    check("margin", known.margin, 0.0, &|_, spectrum| spectrum.margin);
    if let Some(outlier) = known.outlier {
        check("outlier", outlier, 0.0, &|_, spectrum| {
            spectrum.outliers[0].value
        });
    }
}

#[test]
fn null_runs_agree_with_the_reference_and_with_a_simulation() {
    let plan = Plan {
        laws_at: vec![40, 120],
        test_loss: false,
        growth: false,
        ..plan(120, PATHS, 0)
    };
    let runs = runs(4.0, &plan, 6);
    let theory = Behind {
        paths: REFERENCE_SPECTRUM_PATHS,
        start: 0.0,
    };
    // n = 8000 samples, rows of d = 2000 Gaussian entries
    let simulation = Behind {
        paths: 8000.0,
        start: (2f64 / 2000.0).sqrt(),
    };
    for law in 0..2 {
        check_null(&SquashedSquare::NULL_THEORY[law], &runs, law, &theory);
        check_null(
            &SquashedSquare::NULL_SIMULATION[law],
            &runs,
            law,
            &simulation,
        );
    }
}
