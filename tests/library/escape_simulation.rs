//! Feature learning at finite d: when runs find the hard direction, against the theory of small overlaps.

use onset::experiment::{Experiment, Override, Source};
use onset::models::SquashedSquare;
use onset::numerics::Silent;
use onset::phase1::{Escape, EscapeTime};
use onset::simulation::{Escapes, LowestOverlap, Plan, Simulation, crossings};
use onset::study::Study;
use onset::threshold::Forecast;

const LEVEL: f64 = 0.3;

/// Simulated escapes of the squashed square for each d and delta, each with the cap on its steps, and the theory.
fn escapes(
    sizes: &[(usize, usize)],
    deltas: &[f64],
    runs: u64,
    numerics: [&str; 2],
) -> (Vec<Escapes>, Forecast) {
    on_model(numerics, |study, simulation| {
        let questions: Vec<_> = sizes
            .iter()
            .map(|(dim, cap)| (*cap, escape(*dim)))
            .collect();
        let forecast = study
            .problem()
            .unwrap()
            .forecast(deltas, &questions, usize::MAX, &Silent);
        let pairs = sizes
            .iter()
            .flat_map(|size| deltas.iter().map(move |delta| (*size, *delta)));
        let found = pairs.map(|((dim, cap), delta)| {
            let plan = Plan::new(delta, dim, cap, 5);
            simulation
                .escapes(&plan, LEVEL, runs, &Silent, &|| false)
                .unwrap()
        });
        (found.collect(), forecast)
    })
}

fn on_model<R>(numerics: [&str; 2], run: impl FnOnce(&Study, &Simulation) -> R) -> R {
    let text = SquashedSquare { init_std: 0.5 }.experiment();
    let overrides = numerics.map(|text| Override::parse(text).unwrap());
    let experiment = Experiment::load(&Source::Text(text), &overrides).unwrap();
    let study = Study::new(experiment).unwrap();
    let hard = &study.algorithmic().unwrap().hard_basis;
    let simulation = Simulation::of(study.as_teacher(), study.student().unwrap(), hard);
    run(&study, &simulation)
}

fn escape(dim: usize) -> Escape {
    Escape {
        dim: dim as u64,
        fraction: LEVEL,
    }
}

/// (measured, predicted) median steps, where both exist; with the relative error of the measured one.
fn medians(found: &[Escapes], forecast: &Forecast) -> Vec<(f64, f64, f64)> {
    let pairs = found.iter().filter_map(|escapes| {
        let plan = &escapes.plan;
        let prediction = forecast
            .prediction(plan.delta, (plan.steps, escape(plan.dim)))
            .unwrap();
        let EscapeTime::At(predicted) = prediction.median else {
            return None;
        };
        let measured = escapes.median_step()?;
        Some((measured.value, predicted.value, measured.relative_error()))
    });
    pairs.collect()
}

#[test]
fn the_median_run_escapes_when_it_is_predicted_to() {
    let numerics = ["numerics.samples=8192", "numerics.replicates=2"];
    let (found, forecast) = escapes(&[(100, 60), (300, 60)], &[6.0], 60, numerics);
    for (measured, predicted, error) in medians(&found, &forecast) {
        let off = measured / predicted - 1.0;
        // at this d linear growth is good to a tenth, since the level is not small; and three standard errors of the median
        assert!(off.abs() < 0.1 + 3.0 * error, "{measured} {predicted}");
    }
    // a larger d takes longer
    let pair = medians(&found, &forecast);
    assert!(
        pair.len() == 2 && pair[0].0 < pair[1].0 && pair[0].1 < pair[1].1,
        "{pair:?}"
    );
}

#[test]
fn the_fraction_of_runs_that_escape_is_the_predicted_one() {
    let numerics = ["numerics.samples=8192", "numerics.replicates=2"];
    let (found, forecast) = escapes(&[(150, 20)], &[2.0, 4.0], 100, numerics);
    let fractions: Vec<f64> = found.iter().map(|e| e.success_fraction().value).collect();
    assert!(fractions[0] + 0.2 < fractions[1], "{fractions:?}");
    for escapes in &found {
        let plan = &escapes.plan;
        let prediction = forecast.prediction(plan.delta, (plan.steps, escape(plan.dim)));
        let predicted = prediction.unwrap().success.unwrap();
        let measured = escapes.success_fraction();
        // three binomial standard errors, and the tenth by which the linear growth is known to be off
        assert!(
            (measured.value - predicted.value).abs() < 0.1 + 3.0 * measured.error,
            "{} {measured:?} {predicted:?}",
            plan.delta
        );
    }
}

#[test]
#[ignore = "minutes: three dimensions, five deltas, forty runs each"]
fn escapes_of_three_dimensions_follow_the_theory() {
    let deltas = [3.5, 4.0, 5.0, 6.0, 8.0];
    let numerics = ["numerics.samples=32768", "numerics.replicates=2"];
    let sizes = [(200, 100), (400, 100), (800, 100)];
    let (found, forecast) = escapes(&sizes, &deltas, 40, numerics);
    let pairs = medians(&found, &forecast);
    assert_eq!(pairs.len(), 15);
    for (measured, predicted, error) in &pairs {
        let off = measured / predicted - 1.0;
        assert!(
            off.abs() < 0.1 + 3.0 * error,
            "{measured} {predicted} {error}"
        );
    }
    let half: Vec<f64> = forecast
        .half
        .iter()
        .map(|(_, delta)| delta.finite().unwrap().value)
        .collect();
    assert!(half[0] < half[1] && half[1] < half[2], "{half:?}");
}

#[test]
#[ignore = "minutes: sixty Hessians at each of twenty sizes"]
fn the_lowest_eigenvectors_of_several_dimensions_cross_at_delta_nn() {
    let numerics = ["numerics.samples=32768", "numerics.replicates=2"];
    on_model(numerics, |study, simulation| {
        let rung = study.problem().unwrap().delta_nn(10, &Silent).unwrap();
        let expected = rung.delta_nn.finite().unwrap().value;
        let mut points = Vec::new();
        for dim in [100, 200, 400] {
            for delta in [1.4, 1.7, 2.0, 2.3, 2.7, 3.2] {
                let plan = Plan {
                    hessian_at: vec![10],
                    ..Plan::new(delta, dim, 10, 5)
                };
                let runs = simulation.ensemble(&plan, 60, &Silent, &|| false).unwrap();
                points.push(LowestOverlap::of(&runs));
            }
        }
        for crossing in crossings(&points) {
            let found = crossing.delta.unwrap();
            // corrections of relative order d^(-1/3) or so, and three standard errors
            let off = (found.value / expected - 1.0).abs();
            assert!(
                off < 0.1 + 3.0 * found.relative_error(),
                "{found:?} {expected}"
            );
        }
    });
}
