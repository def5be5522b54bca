//! Hessians of data of finite size against the asymptotic spectrum at initialisation.

use onset::curvature::Side;
use onset::experiment::{Experiment, Source};
use onset::hessian::Spectrum;
use onset::models::{MarchenkoPastur, SquashedSquare};
use onset::numerics::{Measured, Silent};
use onset::simulation::{Eigenpair, Ensemble, Plan, Simulation, soft_edge};
use onset::study::Study;

/// Theory and finished runs of one experiment at T = 0.
struct Comparison {
    theory: Spectrum,
    runs: Ensemble,
}

impl Comparison {
    fn new(experiment: &str, delta: f64, dim: usize, runs: u64) -> Self {
        let experiment = Experiment::load(&Source::Text(experiment.into()), &[]).unwrap();
        let study = Study::new(experiment).unwrap();
        let theory = study
            .problem()
            .unwrap()
            .spectrum(delta, 0, Side::Left, &Silent);
        let hard = &study.algorithmic().unwrap().hard_basis;
        let simulation = Simulation::of(study.as_teacher(), study.student().unwrap(), hard);
        let mut plan = Plan::new(delta, dim, 0, 11);
        plan.hessian_at = vec![0];
        Self {
            theory: theory.unwrap().spectrum,
            runs: simulation
                .ensemble(&plan, runs, &Silent, &|| false)
                .unwrap(),
        }
    }

    /// Mean over runs of a number of each spectrum.
    fn mean(&self, pick: impl Fn(&[Eigenpair], &[Eigenpair]) -> f64) -> Measured {
        let spectra = self.runs.hessians();
        let values: Vec<f64> = spectra[0]
            .iter()
            .map(|s| pick(&s.lowest, &s.highest))
            .collect();
        Measured::mean(&values)
    }

    /// Outliers with their overlaps, and both edges, within three standard errors.
    fn check(&self) {
        let outliers = self.theory.outliers.len();
        for (i, outlier) in self.theory.outliers.iter().enumerate() {
            let value = self.mean(|lowest, _| lowest[i].value);
            agree("outlier", value, outlier.value, outlier.value_error);
            let overlap = self.mean(|lowest, _| lowest[i].hard_overlap);
            agree("overlap", overlap, outlier.overlap, outlier.overlap_error);
        }
        let (left, right) = (
            self.theory.left_edge.unwrap(),
            self.theory.right_edge.unwrap(),
        );
        let inner = self.mean(|low, _| soft_edge(low[outliers].value, low[outliers + 1].value));
        agree("left edge", inner, left.value, left.error);
        let inner = self.mean(|_, high| soft_edge(high[0].value, high[1].value));
        agree("right edge", inner, right.value, right.error);
    }
}

fn agree(what: &str, found: Measured, theory: f64, theory_error: f64) {
    let error = found.error.hypot(theory_error);
    let z = (found.value - theory) / error;
    println!(
        "{what:10} theory {theory:.5}, simulation {:.5} +- {:.5}, z = {z:+.2}",
        found.value, found.error
    );
    assert!(z.abs() < 3.0, "{what}: {found:?} is not {theory}, z = {z}");
}

#[test]
fn a_wishart_matrix_has_its_edges() {
    let model = MarchenkoPastur { delta: 4.0 };
    let comparison = Comparison::new(&model.experiment(), model.delta, 300, 20);
    let (left, right) = model.edges();
    let low = comparison.mean(|low, _| soft_edge(low[0].value, low[1].value));
    agree("left edge", low, left, 0.0);
    let high = comparison.mean(|_, high| soft_edge(high[0].value, high[1].value));
    agree("right edge", high, right, 0.0);
}

#[test]
fn two_neurons_on_a_squashed_square() {
    let experiment = SquashedSquare { init_std: 0.5 }.experiment();
    Comparison::new(&experiment, 6.0, 250, 16).check();
}

/// `cargo test --release --test library simulation_spectrum:: -- --ignored --nocapture`
#[test]
#[ignore = "a minute: md = 2000, a dozen runs of three models"]
fn two_neurons_at_a_thousand_dimensions() {
    for reference in SquashedSquare::INITIAL_SPECTRA {
        let init_std = reference.init_std;
        let experiment = SquashedSquare { init_std }.experiment();
        println!("s_w = {init_std}, delta = {}", reference.delta);
        Comparison::new(&experiment, reference.delta, 1000, 12).check();
    }
}
