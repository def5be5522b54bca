//! Pictures of feature learning: escapes over n/d, and where curves of several dimensions cross.

use plotters::style::RGBColor;

use super::figure::{Figure, Head, Picture, ROW, Row};
use super::key::{Entry, Sample};
use super::layer::{ERRORS, Layer};
use super::look::{Dot, Look};
use super::palette;
use super::panel::Panel;
use super::sheet::Sheet;
use super::ticks::Scale;
use crate::numerics::Measured;
use crate::phase1::{EscapePrediction, EscapeTime};
use crate::recovery::Threshold;
use crate::report::json::ReportError;
use crate::report::number;
use crate::report::simulation::question;
use crate::simulation::{Crossing, Escapes, LowestOverlap};
use crate::threshold::Forecast;

/// What a picture of escapes shows.
#[derive(Clone, Copy, Debug)]
pub struct EscapePlot<'a> {
    /// One for each dimension and delta.
    pub escapes: &'a [Escapes],
    /// The level that counts as found.
    pub level: f64,
    /// delta_alg.
    pub delta_alg: &'a Threshold,
    /// The theory, if there is one.
    pub forecast: Option<&'a Forecast>,
    /// The experiment's title.
    pub name: Option<&'a str>,
}

/// What a picture of crossings shows.
#[derive(Clone, Copy, Debug)]
pub struct CrossingPlot<'a> {
    /// T.
    pub steps: usize,
    /// One for each dimension and delta.
    pub points: &'a [LowestOverlap],
    /// Of every two consecutive dimensions.
    pub crossings: &'a [Crossing],
    /// delta_alg.
    pub delta_alg: &'a Threshold,
    /// delta_NN(T), if it was computed.
    pub delta_nn: Option<&'a Threshold>,
    /// The experiment's title.
    pub name: Option<&'a str>,
}

/// Lines at thresholds.
const ALG: Look = Look::new(palette::EDGE).thin().dashed(2, 4);
const NN: Look = Look::new(palette::EDGE).thin().dashed(8, 4);

fn of_dimension(index: usize, count: usize) -> Look {
    Look::new(colour(index, count)).thin().dashed(3, 4)
}

/// Draws the fraction of escapes, and when half of the runs had escaped, over delta as a picture.
///
/// # Errors
/// When the drawing library fails.
pub fn escape_picture(plot: &EscapePlot, sheet: &Sheet) -> Result<Picture, ReportError> {
    let level = number::short(plot.level);
    let title = format!("Runs that bring {level} of |W|^2 into the hard directions");
    let mut head = Head::new(title, plot.name);
    let dims = distinct(plot.escapes.iter().map(|escapes| escapes.plan.dim));
    let of_dims = dims.iter().enumerate();
    let of_dims = of_dims.map(|(index, dim)| curve_entry(index, dims.len(), format!("d = {dim}")));
    head.entries.extend(of_dims);
    let mut marks = Vec::new();
    for (name, value, look) in thresholds(plot, &dims) {
        let Some(at) = value.finite() else { continue };
        let label = format!("{name}: {}", number::plain(at.value));
        head.entries.push(Entry::new(Sample::Line(look), label));
        marks.push(Layer::Upright(at.value, look));
    }
    let halves = plot.forecast.map(|forecast| &forecast.half[..]);
    for ((_, escape), value) in halves.unwrap_or_default() {
        let index = dims.iter().position(|dim| *dim as u64 == escape.dim);
        if let (Some(index), Some(at)) = (index, value.finite()) {
            marks.push(Layer::Upright(at.value, of_dimension(index, dims.len())));
        }
    }
    head.entries.push(Entry::new(Sample::Nothing, remark(plot)));
    let success = |prediction: EscapePrediction| prediction.success.ok();
    let median = |prediction: EscapePrediction| match prediction.median {
        EscapeTime::At(step) => Some(step),
        EscapeTime::NotWithin { .. } => None,
    };
    let fractions = curves(plot, &dims, |e| Some(e.success_fraction()), success);
    let times = curves(plot, &dims, Escapes::median_step, median);
    let panels = vec![
        over_delta(
            "fraction of runs",
            "fraction",
            Scale::Fraction,
            &marks,
            fractions,
        ),
        over_delta(
            "step at which half have escaped",
            "step",
            Scale::Logarithmic,
            &marks,
            times,
        ),
    ];
    Figure {
        head,
        rows: vec![Row::of(panels)],
    }
    .picture(sheet)
}

/// What dots and lines are.
fn remark(plot: &EscapePlot) -> String {
    match plot.forecast {
        Some(_) => format!(
            "{}; lines: theory; dotted: n/d at which it expects half of the runs",
            dots(", side by side")
        ),
        None => dots(""),
    }
}

/// What dots are, and where they stand.
fn dots(place: &str) -> String {
    format!("dots: runs{place}, bars {ERRORS} standard errors")
}

/// A panel over n/d, with upright lines below its curves.
fn over_delta(
    heading: &str,
    words: &str,
    scale: Scale,
    marks: &[Layer],
    curves: Vec<Layer>,
) -> Panel {
    let layers = marks.iter().cloned().chain(curves).collect();
    Panel::around(
        heading,
        ["delta = n/d", words],
        [Scale::Linear, scale],
        layers,
    )
}

fn curve_entry(index: usize, count: usize, label: String) -> Entry {
    Entry::new(Sample::Dotted(Look::new(colour(index, count))), label)
}

/// Line and dots of each dimension: the line is the theory's, or else joins the dots.
fn curves(
    plot: &EscapePlot,
    dims: &[usize],
    measured: impl Fn(&Escapes) -> Option<Measured>,
    predicted: impl Fn(EscapePrediction) -> Option<Measured>,
) -> Vec<Layer> {
    let curve = |(index, dim): (usize, &usize)| {
        let mut of_dim: Vec<&Escapes> = plot.escapes.iter().collect();
        of_dim.retain(|escapes| escapes.plan.dim == *dim);
        of_dim.sort_by(|a, b| a.plan.delta.total_cmp(&b.plan.delta));
        let dots = of_dim
            .iter()
            .filter_map(|e| Some((e.plan.delta, measured(e)?)));
        let line = of_dim.iter().filter_map(|escapes| {
            let delta = escapes.plan.delta;
            let prediction = plot
                .forecast?
                .prediction(delta, question(escapes, plot.level));
            Some((delta, predicted(prediction.ok()?)?.value))
        });
        joined((index, dims.len()), dots.collect(), line.collect())
    };
    dims.iter().enumerate().flat_map(curve).collect()
}

/// Dots above a line, beside those of the other dimensions; where nothing is predicted, the dots are joined instead.
fn joined(
    (index, count): (usize, usize),
    dots: Vec<(f64, Measured)>,
    line: Vec<(f64, f64)>,
) -> [Layer; 2] {
    let look = Look::new(colour(index, count));
    let (line, dot) = if line.is_empty() {
        let along = dots.iter().map(|(delta, y)| (*delta, y.value));
        (Layer::line(along, look.thin()), Dot::FULL)
    } else {
        (Layer::line(line, look), Dot::beside(index, count))
    };
    [line, Layer::Dots(dots, look.colour, dot)]
}

/// All thresholds with their names and looks.
fn thresholds<'a>(plot: &EscapePlot<'a>, dims: &[usize]) -> Vec<(String, &'a Threshold, Look)> {
    let mut thresholds = vec![("delta_alg".to_owned(), plot.delta_alg, ALG)];
    if let Some(forecast) = plot.forecast {
        for (steps, value) in &forecast.delta_nn {
            let look = after(*steps, plot.escapes, dims);
            thresholds.push((format!("delta_NN({steps})"), value, look));
        }
    }
    thresholds
}

/// The look of delta_NN(T): in the colour of a dimension, if its runs alone end at T.
fn after(steps: usize, escapes: &[Escapes], dims: &[usize]) -> Look {
    let ends = |dim: usize| {
        let mut plans = escapes.iter().map(|escapes| &escapes.plan);
        plans.any(|plan| plan.dim == dim && plan.steps == steps)
    };
    let mut ending = (0..dims.len()).filter(|index| ends(dims[*index]));
    match (ending.next(), ending.next()) {
        (Some(index), None) if dims.len() > 1 => Look {
            colour: colour(index, dims.len()),
            ..NN
        },
        _ => NN,
    }
}

/// Draws the scaled overlap of the lowest eigenvector over delta as a picture.
///
/// # Errors
/// When the drawing library fails.
pub fn crossing_picture(plot: &CrossingPlot, sheet: &Sheet) -> Result<Picture, ReportError> {
    let title = format!(
        "Overlap of the Hessian's lowest eigenvector at step {}",
        plot.steps
    );
    let mut head = Head::new(title, plot.name);
    let dims = distinct(plot.points.iter().map(|point| point.dim));
    let mut curves = Vec::new();
    for (index, dim) in dims.iter().enumerate() {
        let of_dim = plot.points.iter().filter(|point| point.dim == *dim);
        let mut dots: Vec<_> = of_dim.map(|point| (point.delta, point.scaled())).collect();
        dots.sort_by(|a, b| a.0.total_cmp(&b.0));
        curves.extend(joined((index, dims.len()), dots, Vec::new()));
        let entry = curve_entry(index, dims.len(), format!("runs at d = {dim}"));
        head.entries.push(entry);
    }
    let mut marks = Vec::new();
    let mut mark = |at: Measured, name: String, look: Look| {
        marks.push(Layer::Upright(at.value, look));
        let label = format!("{name}: {}", number::plain(at.value));
        head.entries.push(Entry::new(Sample::Line(look), label));
    };
    if let Some(at) = plot.delta_alg.finite() {
        mark(at, "delta_alg".to_owned(), ALG);
    }
    if let Some(at) = plot.delta_nn.and_then(Threshold::finite) {
        mark(at, format!("delta_NN({})", plot.steps), NN);
    }
    for Crossing { dims: pair, delta } in plot.crossings {
        if let Ok(at) = delta {
            let index = dims.iter().position(|dim| *dim == pair.1);
            let name = format!("d = {} and {} cross", pair.0, pair.1);
            mark(*at, name, of_dimension(index.unwrap_or(0), dims.len()));
        }
    }
    head.entries.push(Entry::new(Sample::Nothing, dots("")));
    let panel = over_delta("", "d^(1/3) squared overlap", Scale::Linear, &marks, curves);
    let row = Row {
        height: ROW + 80,
        ..Row::of(vec![panel])
    };
    Figure {
        head,
        rows: vec![row],
    }
    .picture(sheet)
}

fn colour(index: usize, count: usize) -> RGBColor {
    palette::ordered(index, count)
}

/// In the order of their first appearance.
fn distinct(numbers: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut found = Vec::new();
    for number in numbers {
        if !found.contains(&number) {
            found.push(number);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::plot::clean::shows;
    use crate::simulation::Plan;

    fn escapes(delta: f64, dim: usize, steps: Vec<Option<f64>>) -> Escapes {
        Escapes {
            plan: Plan::new(delta, dim, 9, 1),
            requested: 2,
            steps,
        }
    }

    fn assert_shows(svg: &str, texts: &[&str]) {
        for text in texts {
            assert!(shows(svg, text), "{text}");
        }
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
        assert!(svg.trim_end().ends_with("</svg>"));
        crate::report::plot::clean::assert_clean(svg);
    }

    #[test]
    fn escapes_are_drawn_for_each_dimension() {
        let escapes = [
            escapes(1.0, 20, vec![None, None]),
            escapes(4.0, 20, vec![Some(3.5), Some(3.0)]),
            escapes(1.0, 40, vec![None, None]),
            escapes(4.0, 40, vec![Some(8.0), None]),
        ];
        let svg = escape_picture(
            &EscapePlot {
                escapes: &escapes,
                level: 0.3,
                delta_alg: &Threshold::Finite(Measured::new(0.5, 0.0)),
                forecast: None,
                name: Some("a title"),
            },
            &Sheet::default(),
        )
        .unwrap()
        .svg;
        let texts = [
            "Runs that bring 0.3 of |W|^2 into the hard directions",
            "d = 20",
            "d = 40",
            "dots: runs, bars 2 standard errors",
            "delta_alg: 0.5000",
            "fraction of runs",
            "a title",
        ];
        assert_shows(&svg, &texts);
        // four fractions, one median (the other three are beyond the cap), two samples in the legend
        assert_eq!(svg.matches("<circle").count(), 4 + 1 + 2);
    }

    #[test]
    fn a_threshold_has_the_colour_of_the_dimension_whose_runs_end_there() {
        let at = |dim: usize, steps: usize| Escapes {
            plan: Plan {
                steps,
                ..Plan::new(4.0, dim, 9, 1)
            },
            requested: 1,
            steps: vec![Some(2.0)],
        };
        let colours = |escapes: &[Escapes]| [3, 5].map(|t| after(t, escapes, &[20, 40]).colour);
        assert_eq!(
            colours(&[at(20, 3), at(40, 5)]),
            [colour(0, 2), colour(1, 2)]
        );
        // both end at 3, none at 5
        assert_eq!(colours(&[at(20, 3), at(40, 3)]), [palette::EDGE; 2]);
    }

    #[test]
    fn crossings_are_marked() {
        let point = |delta: f64, dim: usize, overlap: f64| LowestOverlap {
            delta,
            dim,
            samples: 100,
            requested: 2,
            eigenvalues: vec![-0.1; 2],
            overlaps: vec![overlap, 1.1 * overlap],
        };
        let points = [
            point(1.0, 27, 0.1),
            point(3.0, 27, 0.4),
            point(1.0, 64, 0.05),
            point(3.0, 64, 0.6),
        ];
        let crossings = crate::simulation::crossings(&points);
        let svg = crossing_picture(
            &CrossingPlot {
                steps: 10,
                points: &points,
                crossings: &crossings,
                delta_alg: &Threshold::Finite(Measured::new(0.5, 0.0)),
                delta_nn: Some(&Threshold::Finite(Measured::new(2.0, 0.1))),
                name: None,
            },
            &Sheet::default(),
        )
        .unwrap()
        .svg;
        // 1.05 (0.3, 0.2) and 1.05 (1.2, 2.4): the differences are -0.1 and 1.2
        let texts = [
            "lowest eigenvector at step 10",
            "delta_alg: 0.5000",
            "delta_NN(10): 2.000",
            "d = 27 and 64 cross: 1.154",
            "d^(1/3) squared overlap",
        ];
        assert_shows(&svg, &texts);
        assert_eq!(svg.matches("<circle").count(), 4 + 2);
    }
}
