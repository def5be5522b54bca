//! Pictures of simulations.

use plotters::prelude::{IntoDrawingArea, SVGBackend, Text};
use plotters::style::WHITE;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::canvas::{anchored, at, px, sized};
use super::histogram::Histogram;
use super::legend::shortened;
use super::palette;
use super::panel::{Canvas, Outcome, Panel, Series};
use crate::hessian::Spectrum;
use crate::numerics::Measured;
use crate::report::json::ReportError;
use crate::report::number;
use crate::simulation::{Ensemble, Escapes, Moment};

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

/// What a picture of escapes shows.
#[derive(Clone, Copy, Debug)]
pub struct EscapePlot<'a> {
    /// One for each delta.
    pub escapes: &'a [Escapes],
    /// The level that counts as found.
    pub level: f64,
    /// delta_alg, if it is finite.
    pub delta_alg: Option<f64>,
    /// The experiment's title.
    pub name: Option<&'a str>,
}

/// Width in pixels.
const WIDTH: u32 = 900;
/// Heights in pixels: of the title's strip and of a row of panels.
const TITLE: u32 = 64;
const ROW: u32 = 340;

/// Draws the curves of a simulation, and a histogram for each step with a Hessian, as SVG.
///
/// # Errors
/// When the drawing library fails.
pub fn simulation_svg(plot: &SimulationPlot) -> Result<String, ReportError> {
    let plan = &plot.ensemble.plan;
    let title = format!(
        "Simulation at delta = {}: n = {}, d = {}, {} runs",
        number::short(plan.delta),
        plan.samples(),
        plan.dim,
        plot.ensemble.runs.len()
    );
    let hessians = plot.ensemble.hessians();
    let curves = plan.steps > 0 || hessians.is_empty();
    let rows = u32::from(curves) + hessians.len() as u32;
    picture(&title, plot.name, rows, |mut rows| {
        if curves {
            let (left, right) = rows.remove(0).split_horizontally(px(WIDTH / 2));
            losses(plot.ensemble).draw(&left)?;
            sizes(plot).draw(&right)?;
        }
        for (area, runs) in rows.iter().zip(hessians) {
            let step = runs.first().map_or(0, |run| run.step);
            let theory = plot.theory.iter().find(|(at, _)| *at == step);
            let theory = theory.map(|(_, spectrum)| spectrum);
            Histogram { runs, theory }.draw(area)?;
        }
        Ok(())
    })
}

/// Draws the fraction of escapes, and when they happened, over delta as SVG.
///
/// # Errors
/// When the drawing library fails.
pub fn escape_svg(plot: &EscapePlot) -> Result<String, ReportError> {
    let title = format!(
        "Runs that reach a hard part of {}",
        number::short(plot.level)
    );
    let over_delta = |label, colour, number: &dyn Fn(&Escapes) -> Option<Measured>| Series {
        label,
        colour,
        points: plot
            .escapes
            .iter()
            .filter_map(|escapes| number(escapes).map(|y| (escapes.plan.delta, y)))
            .collect(),
    };
    let guides: Vec<(f64, String)> = plot
        .delta_alg
        .map(|delta| (delta, "delta_alg".to_owned()))
        .into_iter()
        .collect();
    let panel = |y_words, series, y_range| Panel {
        x_words: "delta = n/d",
        y_words,
        series: vec![series],
        logarithmic: false,
        guides: guides.clone(),
        y_range,
    };
    let fraction = |escapes: &Escapes| Some(escapes.success_fraction());
    let fraction = over_delta("fraction", palette::BULK, &fraction);
    let step = over_delta("mean step", palette::OUTLIER, &Escapes::escape_step);
    picture(&title, plot.name, 1, |rows| {
        let (left, right) = rows[0].split_horizontally(px(WIDTH / 2));
        panel("fraction of runs", fraction, Some((-0.05, 1.1))).draw(&left)?;
        panel("step of escape", step, None).draw(&right)?;
        Ok(())
    })
}

/// A title above rows of equal height.
fn picture(
    title: &str,
    name: Option<&str>,
    rows: u32,
    draw: impl FnOnce(Vec<Canvas>) -> Outcome,
) -> Result<String, ReportError> {
    let size = (WIDTH, TITLE + ROW * rows);
    let mut svg = String::new();
    let outcome = || -> Outcome {
        let root = SVGBackend::with_string(&mut svg, (px(size.0), px(size.1))).into_drawing_area();
        root.fill(&WHITE)?;
        let (strip, body) = root.split_vertically(px(TITLE));
        let middle = |y| (at((WIDTH / 2) as i32), at(y));
        let centre = Pos::new(HPos::Center, VPos::Top);
        strip.draw(&Text::new(
            title,
            middle(12),
            anchored(22, palette::TEXT, centre),
        ))?;
        if let Some(name) = name {
            let style = anchored(16, palette::TEXT, centre);
            strip.draw(&Text::new(shortened(name), middle(40), style))?;
        }
        draw(body.split_evenly((rows as usize, 1)))?;
        root.present()?;
        Ok(())
    };
    outcome().map_err(|error| ReportError::Plot(error.to_string()))?;
    Ok(sized(&svg, size))
}

fn curve(
    ensemble: &Ensemble,
    label: &'static str,
    colour: plotters::style::RGBColor,
    pick: impl Fn(&Moment) -> f64,
) -> Series {
    let points = ensemble.curve(pick).into_iter().enumerate();
    Series {
        label,
        colour,
        points: points.map(|(step, y)| (step as f64, y)).collect(),
    }
}

fn losses(ensemble: &Ensemble) -> Panel {
    Panel {
        x_words: "step",
        y_words: "loss",
        series: vec![
            curve(ensemble, "train", palette::BULK, |moment| moment.train_loss),
            curve(ensemble, "test", palette::OUTLIER, |moment| {
                moment.test_loss
            }),
        ],
        logarithmic: false,
        guides: Vec::new(),
        y_range: None,
    }
}

fn sizes(plot: &SimulationPlot) -> Panel {
    let (ensemble, dim) = (plot.ensemble, plot.ensemble.plan.dim);
    let growth = |moment: &Moment| moment.hard_growth(plot.hard_basis, dim).trace();
    Panel {
        x_words: "step",
        y_words: "size",
        series: vec![
            curve(ensemble, "gradient", palette::ATOM, |moment| {
                moment.gradient_norm
            }),
            curve(ensemble, "|W|^2", palette::BULK, |moment| {
                moment.gram.trace()
            }),
            curve(ensemble, "growth", palette::OUTLIER, growth),
        ],
        logarithmic: true,
        guides: Vec::new(),
        y_range: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::made_up::made_up;
    use crate::simulation::{Eigenpair, HessianSpectrum, Method, Plan, Trajectory};
    use nalgebra::DMatrix;

    fn ensemble() -> Ensemble {
        let pair = |value: f64| Eigenpair {
            value,
            residual: 1e-14,
            hard_overlap: 0.8,
        };
        let moment = |size: f64| Moment {
            train_loss: size,
            test_loss: 1.1 * size,
            gram: DMatrix::identity(2, 2) * size,
            overlap: DMatrix::from_element(2, 1, 0.01 * size),
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
        let svg = simulation_svg(&SimulationPlot {
            ensemble: &ensemble,
            hard_basis: &DMatrix::identity(1, 1),
            theory: &[(1, made_up(&[-0.3641]))],
            name: Some("a <name>"),
        })
        .unwrap();
        for text in [
            "Simulation at delta = 6: n = 120, d = 20, 2 runs",
            "a &lt;name&gt;",
            "loss",
            "growth",
            "Hessian at step 1: 2 runs; lines: theory, left edge -0.1700, outliers [-0.364]",
            "width=\"900\" height=\"744\"",
        ] {
            assert!(svg.contains(text), "{text}");
        }
        assert!(svg.trim_end().ends_with("</svg>"));
    }

    #[test]
    fn a_single_run_and_a_missing_theory_are_drawn_too() {
        let mut ensemble = ensemble();
        ensemble.runs.truncate(1);
        ensemble.runs[0].moments[0].overlap.fill(0.0);
        let svg = simulation_svg(&SimulationPlot {
            ensemble: &ensemble,
            hard_basis: &DMatrix::identity(1, 1),
            theory: &[],
            name: None,
        })
        .unwrap();
        assert!(svg.contains("Hessian at step 1: 1 runs"));
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }

    #[test]
    fn escapes_are_drawn_with_the_threshold() {
        let escapes = |delta, steps| Escapes {
            plan: Plan::new(delta, 20, 9, 1),
            requested: 2,
            steps,
        };
        let escapes = [
            escapes(1.0, vec![None, None]),
            escapes(4.0, vec![Some(3), None]),
        ];
        let svg = escape_svg(&EscapePlot {
            escapes: &escapes,
            level: 0.3,
            delta_alg: Some(0.5),
            name: None,
        })
        .unwrap();
        for text in [
            "Runs that reach a hard part of 0.3",
            "delta_alg",
            "fraction of runs",
        ] {
            assert!(svg.contains(text), "{text}");
        }
    }
}
