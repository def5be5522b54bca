//! The picture of phase 1: one panel per quantity.

use nalgebra::DMatrix;
use plotters::prelude::{IntoDrawingArea, SVGBackend, Text};
use plotters::style::WHITE;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::canvas::{Canvas, Outcome, anchored, at, px, sized};
use super::legend::shortened;
use super::palette;
use super::panel::{ERRORS, Look, Panel, Points, Series};
use super::ticks::Scale;
use crate::numerics::Measured;
use crate::phase1::{Curves, Escape};
use crate::report::dynamics::direction_name;
use crate::report::json::ReportError;
use crate::report::number;

/// What a picture of phase 1 shows.
#[derive(Clone, Copy, Debug)]
pub struct DynamicsPlot<'a> {
    /// The theory: lines with bands.
    pub curves: &'a Curves,
    /// The latent directions that training reaches (e x k).
    pub reached: &'a DMatrix<f64>,
    /// The same quantities measured on finite data, drawn as points with bars.
    pub simulation: Option<&'a Curves>,
    /// The level of `Tr q_V` to be marked.
    pub escape: Option<Escape>,
    /// The experiment's title.
    pub name: Option<&'a str>,
}

/// Width of the picture, and height of the strip above the panels, in pixels.
pub(super) const WIDTH: u32 = 960;
const STRIP: u32 = 78;
/// Height of a chart with its axis.
pub(super) const CHART: u32 = 260;
/// Measurements of one curve that a reader can still tell apart.
const MOST_POINTS: usize = 20;

/// Draws the curves as SVG.
///
/// # Errors
/// When the drawing library fails.
pub fn dynamics_svg(plot: &DynamicsPlot) -> Result<String, ReportError> {
    let rows = rows(plot);
    let heights: Vec<u32> = rows.iter().map(|row| head(row) + CHART).collect();
    let size = (WIDTH, STRIP + heights.iter().sum::<u32>());
    let mut svg = String::new();
    draw(plot, &rows, &heights, size, &mut svg)
        .map_err(|error| ReportError::Plot(error.to_string()))?;
    Ok(sized(&svg, size))
}

fn draw(
    plot: &DynamicsPlot,
    rows: &[Vec<Panel>],
    heights: &[u32],
    size: (u32, u32),
    svg: &mut String,
) -> Outcome {
    let root = SVGBackend::with_string(svg, (px(size.0), px(size.1))).into_drawing_area();
    root.fill(&WHITE)?;
    let (strip, mut rest) = root.split_vertically(px(STRIP));
    draw_title(&strip, plot)?;
    let last_step = plot.curves.steps() as f64;
    for (row, height) in rows.iter().zip(heights) {
        let (area, below) = rest.split_vertically(px(*height));
        rest = below;
        let width = WIDTH / row.len() as u32;
        for (panel, cell) in row.iter().zip(area.split_evenly((1, row.len()))) {
            panel.draw(&cell, (width, *height), head(row), last_step)?;
        }
    }
    root.present()?;
    Ok(())
}

fn draw_title(strip: &Canvas, plot: &DynamicsPlot) -> Outcome {
    let centre = Pos::new(HPos::Center, VPos::Top);
    let middle = at(WIDTH as i32 / 2);
    let title = format!("Phase 1 at delta = {}", number::short(plot.curves.delta));
    let lines = [
        Some((title, 12, 23)),
        plot.name.map(|name| (shortened(name), 37, 16)),
        Some((caption(plot), 58, 14)),
    ];
    for (text, y, size) in lines.into_iter().flatten() {
        let style = anchored(size, palette::TEXT, centre);
        strip.draw(&Text::new(text, (middle, at(y)), style))?;
    }
    Ok(())
}

pub(super) fn caption(plot: &DynamicsPlot) -> String {
    let theory = format!("lines: the limit of large dimension, shaded by {ERRORS} standard errors");
    match plot.simulation {
        None => theory,
        Some(_) => format!("{theory}; dots: simulation, bars {ERRORS} standard errors"),
    }
}

/// The height of heading and legend that the panels of a row share.
pub(super) fn head(row: &[Panel]) -> u32 {
    let width = WIDTH / row.len() as u32;
    row.iter().map(|panel| panel.head(width)).max().unwrap_or(0)
}

/// All panels, two in a row; the losses take a row of their own where the number is odd.
pub(super) fn rows(plot: &DynamicsPlot) -> Vec<Vec<Panel>> {
    let mut panels = panels(plot);
    let rest = panels.split_off(panels.len() % 2);
    let first = (!panels.is_empty()).then_some(panels);
    first
        .into_iter()
        .chain(rest.chunks(2).map(<[Panel]>::to_vec))
        .collect()
}

fn panels(plot: &DynamicsPlot) -> Vec<Panel> {
    let mut panels = vec![losses(plot), gradient_norm(plot), norms(plot)];
    if plot.reached.nrows() > 0 {
        panels.push(overlaps(plot));
    }
    if !plot.curves.hard_growth_trace.is_empty() {
        panels.push(growth(plot));
    }
    panels
}

fn losses(plot: &DynamicsPlot) -> Panel {
    let mut panel = empty("mean loss of a sample", Scale::Linear);
    add(
        &mut panel,
        plot,
        "training samples",
        |c| &c.train_loss,
        |at| *at,
    );
    add(
        &mut panel,
        plot,
        "fresh samples",
        |c| &c.test_loss,
        |at| *at,
    );
    panel
}

fn gradient_norm(plot: &DynamicsPlot) -> Panel {
    let mut panel = empty("gradient norm |grad R(W)|", Scale::Logarithmic);
    add(&mut panel, plot, "", |c| &c.gradient_norm, |at| *at);
    panel
}

fn norms(plot: &DynamicsPlot) -> Panel {
    let mut panel = empty("squared norms of the weights, |w_j|^2", Scale::Linear);
    for j in 0..plot.curves.neurons() {
        let label = format!("neuron {}", j + 1);
        add(&mut panel, plot, &label, |c| &c.gram, |gram| gram.at(j, j));
    }
    panel
}

fn overlaps(plot: &DynamicsPlot) -> Panel {
    let directions = plot.reached.row_iter();
    let names: Vec<String> = directions
        .map(|row| direction_name(&row.iter().copied().collect::<Vec<_>>()))
        .collect();
    let heading = match names.as_slice() {
        [only] => format!("overlaps with the easy latent {only}"),
        _ => "overlaps with easy latents".to_owned(),
    };
    let mut panel = empty(&heading, Scale::Linear);
    for (a, name) in names.iter().enumerate() {
        for j in 0..plot.curves.neurons() {
            let label = match names.len() {
                1 => format!("neuron {}", j + 1),
                _ => format!("neuron {} with {name}", j + 1),
            };
            add(
                &mut panel,
                plot,
                &label,
                |c| &c.reached_overlap,
                |overlap| overlap.at(j, a),
            );
        }
    }
    panel
}

fn growth(plot: &DynamicsPlot) -> Panel {
    let heading = "hard overlaps, Tr q_V = d |W Theta_V|^2";
    let mut panel = empty(heading, Scale::Logarithmic);
    add(&mut panel, plot, "", |c| &c.hard_growth_trace, |at| *at);
    panel.level = plot.escape.map(|escape| {
        let fraction = number::short(escape.fraction);
        let sizes = plot.curves.gram.iter().map(|gram| gram.mean.trace());
        (
            sizes.map(|size| size * escape.level()).collect(),
            format!("{fraction} of |W|^2 at d = {}", escape.dim),
        )
    });
    panel
}

fn empty(heading: &str, scale: Scale) -> Panel {
    Panel {
        heading: heading.to_owned(),
        scale,
        series: Vec::new(),
        points: Vec::new(),
        level: None,
    }
}

/// Adds a curve and, where there is a simulation, its points.
fn add<T>(
    panel: &mut Panel,
    plot: &DynamicsPlot,
    label: &str,
    curve: impl Fn(&Curves) -> &Vec<T>,
    number: impl Fn(&T) -> Measured,
) {
    let look = Look::numbered(panel.series.len());
    let theory = curve(plot.curves).iter().map(&number);
    let series = Series::new(label.to_owned(), look, theory);
    panel.series.push(series);
    if let Some(simulation) = plot.simulation {
        let measured = curve(simulation);
        let stride = measured.len().div_ceil(MOST_POINTS).max(1);
        let point = |step: usize| {
            let Measured { value, error } = number(&measured[step]);
            (step as f64, value, error)
        };
        panel.points.push(Points {
            points: (0..measured.len()).step_by(stride).map(point).collect(),
            look,
        });
    }
}

#[cfg(test)]
mod tests;
