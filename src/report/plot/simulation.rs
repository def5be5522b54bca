//! Pictures of simulations.

use super::dynamics::over_steps;
use super::figure::{Figure, Head, Picture, Row};
use super::histogram::histograms;
use super::key::{Entry, Sample};
use super::layer::Layer;
use super::look::Look;
use super::panel::Panel;
use super::sheet::Sheet;
use super::ticks::Scale;
use crate::hessian::Spectrum;
use crate::numerics::Measured;
use crate::report::json::ReportError;
use crate::report::number;
use crate::simulation::{Ensemble, Moment};

/// What a picture of a simulation shows.
#[derive(Clone, Copy, Debug)]
pub struct SimulationPlot<'a> {
    /// The finished runs.
    pub ensemble: &'a Ensemble,
    /// The directions that count as hard (r x k).
    pub hard_basis: &'a nalgebra::DMatrix<f64>,
    /// The asymptotic spectra, by step, where there are some.
    pub theory: &'a [(usize, Spectrum)],
    /// The experiment's title.
    pub name: Option<&'a str>,
}

/// Draws the curves of a simulation, and a histogram for each step with a Hessian, as a picture.
///
/// # Errors
/// When the drawing library fails.
pub fn simulation_picture(plot: &SimulationPlot, sheet: &Sheet) -> Result<Picture, ReportError> {
    let plan = &plot.ensemble.plan;
    let title = format!(
        "Simulation at delta = {}: n = {}, d = {}, {} runs",
        number::short(plan.delta),
        plan.samples(),
        plan.dim,
        plot.ensemble.runs.len()
    );
    let hessians = plot.ensemble.hessians();
    let mut rows = Vec::new();
    if plan.steps > 0 || hessians.is_empty() {
        rows.push(Row::of(vec![losses(plot.ensemble), sizes(plot)]));
    }
    for runs in hessians {
        let step = runs.first().map_or(0, |run| run.step);
        let theory = plot.theory.iter().find(|(at, _)| *at == step);
        let theory = theory.map(|(_, spectrum)| spectrum);
        rows.push(Row::of(histograms(&runs, theory)));
    }
    Figure {
        head: Head::new(title, plot.name),
        rows,
    }
    .picture(sheet)
}

fn losses(ensemble: &Ensemble) -> Panel {
    let curves: [Curve; 2] = [
        ("training samples", &|moment| moment.train_loss),
        ("fresh samples", &|moment| moment.test_loss),
    ];
    panel("mean loss of a sample", Scale::Linear, ensemble, &curves)
}

fn sizes(plot: &SimulationPlot) -> Panel {
    let dim = plot.ensemble.plan.dim;
    let growth = |moment: &Moment| moment.hard_growth(plot.hard_basis, dim).trace();
    let curves: [Curve; 3] = [
        ("|\u{2207}R(W)|", &|moment| moment.gradient_norm),
        ("|W|^2", &|moment| moment.gram.trace()),
        ("d |W Theta_V|^2", &growth),
    ];
    panel("sizes", Scale::Logarithmic, plot.ensemble, &curves)
}

/// What is averaged over runs, with its name.
type Curve<'a> = (&'a str, &'a dyn Fn(&Moment) -> f64);

/// Where there is one run only, no curve has a band.
fn panel(heading: &str, scale: Scale, ensemble: &Ensemble, curves: &[Curve]) -> Panel {
    let (mut layers, mut key) = (Vec::new(), Vec::new());
    for (index, (label, pick)) in curves.iter().enumerate() {
        let points: Vec<Measured> = ensemble.curve(pick);
        let points = points.into_iter().enumerate();
        let points = points.map(|(step, number)| (step as f64, number));
        let look = Look::curve(index);
        layers.push(Layer::Curve(points.collect(), look));
        key.push(Entry::new(Sample::Line(look), *label));
    }
    over_steps(heading, scale, ensemble.plan.steps, layers, key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::made_up::made_up;
    use crate::report::plot::clean::shows;
    use crate::simulation::{Eigenpair, HessianSpectrum, Method, Plan, Trajectory};
    use nalgebra::DMatrix;

    fn ensemble() -> Ensemble {
        let pair = |value: f64| Eigenpair {
            value,
            residual: 1e-14,
            hard_overlap: 0.8,
            aligned: 0.8,
        };
        let moment = |size: f64| Moment {
            train_loss: size,
            test_loss: 1.1 * size,
            gram: DMatrix::identity(2, 2) * size,
            overlap: DMatrix::from_element(2, 1, 0.01 * size),
            head: None,
            gradient_norm: size,
        };
        let run = |size: f64| Trajectory {
            moments: vec![moment(size), moment(0.8 * size)],
            hessians: vec![HessianSpectrum {
                step: 1,
                method: Method::Dense,
                eigenvalues: (0..40).map(|i| f64::from(i) / 30.0).collect(),
                lowest: vec![pair(-0.36 * size)],
                highest: vec![pair(1.3)],
            }],
        };
        Ensemble {
            plan: Plan::new(6.0, 20, 1, 1),
            requested: 2,
            runs: vec![run(1.0), run(1.1)],
        }
    }

    #[test]
    fn a_picture_says_what_it_shows() {
        let ensemble = ensemble();
        let svg = simulation_picture(
            &SimulationPlot {
                ensemble: &ensemble,
                hard_basis: &DMatrix::identity(1, 1),
                theory: &[(1, made_up(&[-0.3641]))],
                name: Some("a <name>"),
            },
            &Sheet::default(),
        )
        .unwrap()
        .svg;
        for text in [
            "Simulation at delta = 6: n = 120, d = 20, 2 runs",
            "a &lt;name&gt;",
            "mean loss of a sample",
            "d |W Theta_V|^2",
            "Hessian at step 1: 2 runs; lines: theory, left edge -0.1700, outlier -0.3641",
        ] {
            assert!(shows(&svg, text), "{text}");
        }
        assert!(svg.trim_end().ends_with("</svg>"));
        crate::report::plot::clean::assert_clean(&svg);
    }

    #[test]
    fn a_single_run_and_a_missing_theory_are_drawn_too() {
        let mut ensemble = ensemble();
        ensemble.runs.truncate(1);
        ensemble.runs[0].moments[0].overlap.fill(0.0);
        let svg = simulation_picture(
            &SimulationPlot {
                ensemble: &ensemble,
                hard_basis: &DMatrix::identity(1, 1),
                theory: &[],
                name: None,
            },
            &Sheet::default(),
        )
        .unwrap()
        .svg;
        assert!(shows(&svg, "Hessian at step 1: 1 runs"));
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }
}
