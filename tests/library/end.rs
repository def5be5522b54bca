//! The end of training at one n/d: spectra, curves and thresholds beside long explicit training.

use onset::curvature::Side;
use onset::experiment::{Experiment, Source};
use onset::numerics::{Measured, Silent};
use onset::study::{At, Study};
use onset::threshold::{BothSides, Effort, Question, ThresholdError, Until};

/// A network whose weight decay leaves training a stable end.
const STATIC: &str = "[target]\nlink = \"z1^2\"\n[network]\nactivation = \"softplus\"\nreadout = [1.0, -1.0]\n[loss]\nkind = \"pseudo-huber\"\n\
    [training]\nstep_size = 0.5\nsteps = 200\ninit_std = 0.5\nweight_decay = 0.1\n[numerics]\nsamples = 1024\nreplicates = 4\n";

fn study(text: &str) -> Study {
    Study::new(Experiment::load(&Source::Text(text.to_owned()), &[]).unwrap()).unwrap()
}

/// Both have an error bar of four replicates of the same kind, so that their gap is Student's; the hundredth part is what 200 steps leave.
fn close(end: Measured, explicit: Measured, what: &str) {
    let gap = (end.value - explicit.value).abs();
    let bar = 4.0 * end.error.hypot(explicit.error) + 0.01 * explicit.value.abs();
    assert!(gap < bar, "{what}: {end:?} against {explicit:?}");
}

#[test]
fn the_end_is_where_long_training_leads() {
    let study = study(STATIC);
    let end = study.spectrum(6.0, At::End, Side::Left, &Silent).unwrap();
    let explicit = study.spectrum(6.0, 200, Side::Left, &Silent).unwrap();
    let ending = end.ending.unwrap();
    assert!(ending.is_static() && ending.time.is_none(), "{ending:?}");
    // the certificate of a stable end
    assert!(ending.radius.unwrap().value < 1.0, "{ending:?}");
    assert!(explicit.ending.is_none());
    let (end, explicit) = (end.spectrum, explicit.spectrum);
    for (what, pick) in [
        (
            "left edge",
            (|s| s.left_edge) as fn(&onset::hessian::Spectrum) -> Option<Measured>,
        ),
        ("right edge", |s| s.right_edge),
        ("margin", |s| s.margin),
    ] {
        close(pick(&end).unwrap(), pick(&explicit).unwrap(), what);
    }
    assert_eq!(end.outliers.len(), explicit.outliers.len());
    let (curves, ending) = study.curves(6.0, true, &Silent).unwrap();
    assert!(ending.unwrap().is_static());
    let (every, _) = study.curves(6.0, false, &Silent).unwrap();
    let last = curves.steps();
    assert_eq!(curves.at_steps[last], f64::INFINITY);
    close(curves.train_loss[last], every.train_loss[200], "loss");
    close(curves.gram[last].at(0, 0), every.gram[200].at(0, 0), "gram");
    // the same paths take the explicit steps
    for step in 0..=20 {
        assert_eq!(curves.at_steps[step], step as f64);
        assert_eq!(curves.train_loss[step], every.train_loss[step]);
    }
    // late ones follow the explicit steps: within errors, and what implicit steps of two fifths of the time differ
    let late = curves.at_steps.iter().position(|at| *at > 100.0).unwrap();
    let step = curves.at_steps[late] as usize;
    close(curves.train_loss[late], every.train_loss[step], "late loss");
}

/// A network that keeps its curvature shows the same spectrum at any time: here the weights stay on a sphere, where each sample's curvature is that
/// of its label alone.
#[test]
fn a_spectrum_that_training_does_not_move_is_that_of_the_end() {
    let study = study(
        "[target]\nlink = \"-cos(2*z1)\"\n[network]\nactivation = \"u^2/2\"\nreadout = [1.0]\n[loss]\nkind = \"correlation\"\n\
         [training]\nstep_size = 0.5\nsteps = 10\ninit_std = 1.0\nspherical = true\n[numerics]\nsamples = 2048\nreplicates = 4\n",
    );
    let spectrum = |at: At| {
        let found = study.spectrum(3.0, at, Side::Left, &Silent).unwrap();
        found.spectrum
    };
    let (start, end) = (spectrum(At::Steps(0)), spectrum(At::End));
    // the outlier and the edge move together with the sphere's multiplier, and the margin stays
    close(end.margin.unwrap(), start.margin.unwrap(), "margin");
    close(
        Measured::new(end.outliers[0].overlap, end.outliers[0].overlap_error),
        Measured::new(start.outliers[0].overlap, start.outliers[0].overlap_error),
        "overlap",
    );
}

#[test]
fn the_threshold_of_the_end_is_the_ladders_limit() {
    let study = study(STATIC);
    let problem = study.problem().unwrap();
    let found = problem.threshold(At::End, Effort::DRAFT, &Silent);
    let (threshold, _) = found.unwrap();
    let value = threshold.finite().unwrap();
    // delta_NN is bounded by delta_alg, and the draft knows it to a few percent
    let alg = study.algorithmic().unwrap().delta_alg.finite().unwrap();
    assert!(
        value.value > alg.value && value.relative_error() < 0.1,
        "{value:?}"
    );
    let margin = |delta: f64| {
        let hessian = problem.hessian_after(At::End).unwrap();
        match hessian.margin(delta).unwrap() {
            onset::threshold::Reading::Number(margin) => margin,
            onset::threshold::Reading::Absent { reason } => panic!("{reason}"),
        }
    };
    // the margin changes its sign there
    let (below, above) = (margin(0.7 * value.value), margin(1.3 * value.value));
    assert!(below.value > 2.0 * below.error, "{below:?}");
    assert!(above.value < -2.0 * above.error, "{above:?}");
}

#[test]
fn rules_whose_noise_does_not_vanish_have_no_end() {
    let study = study(&STATIC.replace("step_size = 0.5", "step_size = 0.5\nbatch = 0.5"));
    let error = study
        .spectrum(6.0, At::End, Side::Left, &Silent)
        .unwrap_err();
    assert!(error.to_string().contains("mini-batches"), "{error}");
    let problem = study.problem().unwrap();
    let error = problem
        .threshold(At::End, Effort::DRAFT, &Silent)
        .unwrap_err();
    assert!(error.contains("mini-batches"), "{error}");
    let error = problem.training.curves(6.0, At::End, &Silent).unwrap_err();
    assert!(matches!(error, ThresholdError::Phase1(_)), "{error}");
}

/// Implicit steps begin beyond what is looked at right after the first explicit ones.
#[test]
fn what_is_looked_at_where_implicit_steps_begin_is_explicit() {
    let study = study(&STATIC.replace("samples = 1024", "samples = 512"));
    let problem = study.problem().unwrap();
    let predict = |implicit: bool, spectra_at: &[usize]| {
        let question = Question {
            delta: 6.0,
            until: Until {
                steps: 40,
                implicit,
            },
            spectra_at: spectra_at.to_vec(),
            points: 0,
            growth: false,
        };
        problem.predict(&question, &Silent).unwrap()
    };
    let explicit = predict(false, &[21]);
    for late in [predict(true, &[21, 40]), predict(true, &[21, 22, 40])] {
        // the same paths
        let edge = |found: &BothSides| found.left.left_edge.unwrap().value;
        assert_eq!(late.spectra[0].step, 21);
        assert_eq!(edge(&late.spectra[0]), edge(&explicit.spectra[0]));
        assert_eq!(late.curves.at_steps[21], 21.0);
        // the end of training stands for the last step where it is there
        assert_eq!(late.curves.at_steps.last(), Some(&f64::INFINITY));
    }
}

/// A network without biases whose activation is odd has the same Hessian with all signs reversed, so it does not see what distinguishes the labels of an
/// exclusive or; a bias mends that.
#[test]
fn an_odd_network_is_blind_to_a_sign() {
    let text = |bias: &str| {
        format!(
            "[target]\nlink = \"sign(z1*z2)\"\n[network]\nactivation = \"tanh\"\nreadout = [-0.5, 0.5]\nbias = {bias}\n[loss]\nkind = \"logistic\"\n\
             [training]\nstep_size = 0.3\nsteps = 10\ninit_std = 0.5\n[numerics]\nsamples = 2048\nreplicates = 4\n"
        )
    };
    let blind = study(&text("[0.0, 0.0]"));
    for steps in [0, 10] {
        let rung = blind.rung(steps, &Silent).unwrap();
        assert_eq!(rung.delta_nn.status(), "blind-network", "{rung:?}");
        // nor does the spectrum show it: the lowest eigenvalue of A is that of the inverse resolvent, above zero
        let seen = blind.spectrum(100.0, steps, Side::Left, &Silent).unwrap();
        let margin = seen.spectrum.margin.unwrap();
        assert!(margin.value > 4.0 * margin.error, "{margin:?}");
        assert!(seen.spectrum.outliers.is_empty());
    }
    let sees = study(&text("[0.5, 0.0]"));
    let found = sees.rung(0, &Silent).unwrap().delta_nn;
    assert!(found.finite().is_some(), "{found:?}");
}
