//! The picture of one spectrum: bulk, edges, point mass, outliers.

use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::{
    AreaSeries, Cartesian2d, Circle, DashedLineSeries, EmptyElement, IntoDrawingArea, LineSeries,
    PathElement, SVGBackend, Text, TriangleMarker,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, WHITE};

use super::axes::{Axes, tick};
use super::canvas::{Outcome, anchored, at, px, sized, stroke, text};
use super::legend::{self, Edge};
use super::palette;
use crate::curvature::Side;
use crate::hessian::{Outlier, Spectrum};
use crate::report::json::ReportError;
use crate::report::number;

/// What a picture of a spectrum shows.
#[derive(Clone, Copy, Debug)]
pub struct SpectrumPlot<'a> {
    /// Bulk, edges, outliers.
    pub spectrum: &'a Spectrum,
    /// T.
    pub steps: usize,
    /// n, the samples that effective edges refer to.
    pub samples: usize,
    /// The experiment's title.
    pub name: Option<&'a str>,
}

type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// Width and height in pixels.
pub(super) const SIZE: (u32, u32) = (900, 600);
/// More labels than this do not fit one above the other.
pub(super) const MOST_LABELS: usize = 5;

/// Draws a spectrum as SVG.
///
/// # Errors
/// When the drawing library fails.
pub fn spectrum_svg(plot: &SpectrumPlot) -> Result<String, ReportError> {
    let mut svg = String::new();
    draw(plot, &mut svg).map_err(|error| ReportError::Plot(error.to_string()))?;
    Ok(sized(&svg, SIZE))
}

fn draw(plot: &SpectrumPlot, svg: &mut String) -> Outcome {
    let size = (px(SIZE.0), px(SIZE.1));
    let root = SVGBackend::with_string(svg, size).into_drawing_area();
    root.fill(&WHITE)?;
    let axes = Axes::new(plot.spectrum);
    let (strip, body) = root.split_vertically(px(legend::height(plot)));
    legend::draw(&strip, plot)?;
    let mut chart = ChartBuilder::on(&body)
        .margin(px(12))
        .margin_right(px(28))
        .x_label_area_size(px(52))
        .y_label_area_size(px(78))
        .build_cartesian_2d(axes.x.0..axes.x.1, 0.0..axes.top)?;
    draw_mesh(&mut chart, &axes)?;
    draw_bulk(&mut chart, plot.spectrum, &axes)?;
    for side in [Side::Left, Side::Right] {
        let edge = legend::edge(plot, side).filter(|edge| axes.holds(edge.place));
        edge.map_or(Ok(()), |edge| draw_edge(&mut chart, edge, &axes))?;
    }
    draw_atom(&mut chart, plot.spectrum, &axes)?;
    draw_outliers(&mut chart, plot, &axes)?;
    root.present()?;
    Ok(())
}

fn draw_mesh(chart: &mut Chart, axes: &Axes) -> Outcome {
    chart
        .configure_mesh()
        .disable_mesh()
        .x_labels(9)
        .y_labels(7)
        .set_all_tick_mark_size(px(5))
        .axis_style(stroke(palette::TEXT, 1))
        .x_label_formatter(&|x| tick(*x, axes.x.1 - axes.x.0))
        .y_label_formatter(&|y| tick(*y, axes.top))
        .label_style(text(15, palette::TEXT))
        .axis_desc_style(text(18, palette::TEXT))
        .x_desc(axes.x_words())
        .y_desc(axes.y_words())
        .draw()?;
    if axes.holds(0.0) {
        let line = vec![(0.0, 0.0), (0.0, axes.density_top)];
        chart.draw_series([PathElement::new(line, stroke(palette::GUIDE, 1))])?;
    }
    Ok(())
}

fn draw_bulk(chart: &mut Chart, spectrum: &Spectrum, axes: &Axes) -> Outcome {
    let points: Vec<(f64, f64)> = spectrum
        .density
        .iter()
        .filter(|(x, rho)| axes.holds(*x) && rho.is_finite())
        .map(|&(x, rho)| (x, rho.clamp(0.0, axes.density_top)))
        .collect();
    chart.draw_series(AreaSeries::new(
        points.iter().copied(),
        0.0,
        palette::BULK.mix(0.25),
    ))?;
    chart.draw_series(LineSeries::new(points, stroke(palette::BULK, 2)))?;
    Ok(())
}

fn draw_edge(chart: &mut Chart, edge: Edge, axes: &Axes) -> Outcome {
    let line = [(edge.place, 0.0), (edge.place, axes.density_top)];
    let style = stroke(palette::EDGE, 2);
    match edge.line.pattern() {
        Some((dash, gap)) => {
            chart.draw_series(DashedLineSeries::new(line, px(dash), px(gap), style))?;
        }
        None => {
            chart.draw_series(LineSeries::new(line, style))?;
        }
    }
    Ok(())
}

fn draw_atom(chart: &mut Chart, spectrum: &Spectrum, axes: &Axes) -> Outcome {
    let Some(atom) = spectrum.atom.filter(|atom| axes.holds(atom.value)) else {
        return Ok(());
    };
    let top = (atom.value, axes.density_top);
    chart.draw_series(LineSeries::new(
        [(atom.value, 0.0), top],
        stroke(palette::ATOM, 3),
    ))?;
    let tip = TriangleMarker::new(top, px(7), palette::ATOM.filled());
    chart.draw_series([tip])?;
    Ok(())
}

/// Stems of falling height, outermost highest, each label running from its stem's end towards
/// the bulk: so no label meets another label or another stem.
fn draw_outliers(chart: &mut Chart, plot: &SpectrumPlot, axes: &Axes) -> Outcome {
    let (shift, towards_bulk) = match plot.spectrum.side {
        Side::Left => (at(8), HPos::Left),
        Side::Right => (at(-8), HPos::Right),
    };
    let step = (axes.top - axes.density_top) / (MOST_LABELS as f64 + 1.0);
    let style = anchored(15, palette::OUTLIER, Pos::new(towards_bulk, VPos::Center));
    for (row, (outlier, times)) in outermost_first(plot.spectrum).into_iter().enumerate() {
        let labelled = row < MOST_LABELS;
        let height = axes.top - step * (row.min(MOST_LABELS) as f64 + 1.0);
        let stem = vec![(outlier.value, 0.0), (outlier.value, height)];
        chart.draw_series([PathElement::new(stem, stroke(palette::OUTLIER, 2))])?;
        let dot = Circle::new((outlier.value, height), px(4), palette::OUTLIER.filled());
        chart.draw_series([dot])?;
        if labelled {
            let label = Text::new(label(outlier, times), (shift, 0), style.clone());
            chart.draw_series([EmptyElement::at((outlier.value, height)) + label])?;
        }
    }
    Ok(())
}

fn label(outlier: &Outlier, times: usize) -> String {
    let times = match times {
        1 => String::new(),
        times => format!("{times} x "),
    };
    let value = number::plain(outlier.value);
    format!("{times}{value} (overlap {:.2})", outlier.overlap)
}

/// The outliers and how many share each place, as far as a reader can tell.
fn outermost_first(spectrum: &Spectrum) -> Vec<(&Outlier, usize)> {
    let mut outliers: Vec<_> = spectrum
        .outliers
        .iter()
        .filter(|outlier| outlier.value.is_finite())
        .collect();
    outliers.sort_by(|a, b| match spectrum.side {
        Side::Left => a.value.total_cmp(&b.value),
        Side::Right => b.value.total_cmp(&a.value),
    });
    let mut grouped: Vec<(&Outlier, usize)> = Vec::new();
    for outlier in outliers {
        match grouped.last_mut() {
            Some((last, times)) if label(last, 1) == label(outlier, 1) => *times += 1,
            _ => grouped.push((outlier, 1)),
        }
    }
    grouped
}

#[cfg(test)]
mod tests;
