//! The picture of a validation: curves of both sides, and the bulk with its outliers.

use plotters::prelude::{IntoDrawingArea, SVGBackend, Text};
use plotters::style::WHITE;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::canvas::{Canvas, Outcome, anchored, at, px, sized};
use super::dynamics::{CHART, DynamicsPlot, WIDTH, caption, head, rows};
use super::histogram::Histogram;
use super::legend::shortened;
use super::palette;
use crate::report::json::ReportError;
use crate::report::number;
use crate::simulation::{HessianSpectrum, Labels};
use crate::validation::{Cell, Validation};

/// What a picture of a validation shows.
#[derive(Clone, Copy, Debug)]
pub struct ValidationPlot<'a> {
    /// Both sides.
    pub validation: &'a Validation,
    /// The experiment's title.
    pub name: Option<&'a str>,
}

/// Heights in pixels: of the title, of the line above the panels of one delta, of a spectrum.
const TITLE: u32 = 64;
const LINE: u32 = 34;
const SPECTRUM: u32 = 340;

/// Draws theory and simulation, at the largest dimension, one delta below the other, as SVG.
///
/// # Errors
/// When the drawing library fails.
pub fn validation_svg(plot: &ValidationPlot) -> Result<String, ReportError> {
    let cells = &plot.validation.cells;
    let heights = cells.iter().map(|cell| height(plot.validation, cell));
    let size = (WIDTH, TITLE + heights.sum::<u32>());
    let mut svg = String::new();
    let outcome = |svg| -> Outcome {
        let root = SVGBackend::with_string(svg, (px(size.0), px(size.1))).into_drawing_area();
        root.fill(&WHITE)?;
        let (strip, mut rest) = root.split_vertically(px(TITLE));
        draw_title(&strip, plot)?;
        for cell in cells {
            let (area, below) = rest.split_vertically(px(height(plot.validation, cell)));
            draw_cell(&area, plot.validation, cell)?;
            rest = below;
        }
        root.present()?;
        Ok(())
    };
    outcome(&mut svg).map_err(|error| ReportError::Plot(error.to_string()))?;
    Ok(sized(&svg, size))
}

fn draw_title(strip: &Canvas, plot: &ValidationPlot) -> Outcome {
    let dim = plot.validation.dims().last().copied().unwrap_or(0);
    let null = match plot.validation.settings.labels {
        Labels::OfInputs => "",
        Labels::Null => ", null labels",
    };
    let title = format!("Theory and simulation, d = {dim}{null}");
    let centre = Pos::new(HPos::Center, VPos::Top);
    let middle = at(WIDTH as i32 / 2);
    let style = anchored(22, palette::TEXT, centre);
    strip.draw(&Text::new(title, (middle, at(12)), style))?;
    if let Some(name) = plot.name {
        let style = anchored(16, palette::TEXT, centre);
        strip.draw(&Text::new(shortened(name), (middle, at(40)), style))?;
    }
    Ok(())
}

/// The spectra of the largest dimension, step by step.
fn spectra(cell: &Cell) -> Vec<Vec<&HessianSpectrum>> {
    cell.largest().hessians()
}

fn height(validation: &Validation, cell: &Cell) -> u32 {
    let curves = curve_heights(validation, cell);
    let spectra = cell.prediction.spectra.len() as u32;
    LINE + curves.iter().sum::<u32>() + SPECTRUM * spectra
}

/// Of the rows of panels; a validation at initialisation has none.
fn curve_heights(validation: &Validation, cell: &Cell) -> Vec<u32> {
    if validation.settings.steps == 0 {
        return Vec::new();
    }
    let measured = validation.measured(cell);
    let plot = curves(validation, cell, &measured);
    rows(&plot).iter().map(|row| head(row) + CHART).collect()
}

fn curves<'a>(
    validation: &'a Validation,
    cell: &'a Cell,
    measured: &'a crate::phase1::Curves,
) -> DynamicsPlot<'a> {
    DynamicsPlot {
        curves: &cell.prediction.curves,
        reached: &validation.split.reached,
        simulation: Some(measured),
        escape: None,
        name: None,
    }
}

fn draw_cell(area: &Canvas, validation: &Validation, cell: &Cell) -> Outcome {
    let (line, mut rest) = area.split_vertically(px(LINE));
    let measured = validation.measured(cell);
    let plot = curves(validation, cell, &measured);
    let mut words = format!("delta = {}", number::short(cell.delta));
    if cell.dims() != validation.dims() {
        words.push_str(&format!(", d = {}", cell.largest().plan.dim));
    }
    if validation.settings.steps > 0 {
        words.push_str(&format!("; {}", caption(&plot)));
    }
    let style = anchored(15, palette::TEXT, Pos::new(HPos::Center, VPos::Center));
    line.draw(&Text::new(
        words,
        (at(WIDTH as i32 / 2), at(LINE as i32 / 2)),
        style,
    ))?;
    let heights = curve_heights(validation, cell);
    let last_step = validation.settings.steps as f64;
    for (row, height) in rows(&plot).iter().zip(heights) {
        let (area, below) = rest.split_vertically(px(height));
        rest = below;
        let width = WIDTH / row.len() as u32;
        for (panel, place) in row.iter().zip(area.split_evenly((1, row.len()))) {
            panel.draw(&place, (width, height), head(row), last_step)?;
        }
    }
    for (runs, theory) in spectra(cell).into_iter().zip(&cell.prediction.spectra) {
        let (area, below) = rest.split_vertically(px(SPECTRUM));
        rest = below;
        let mut spectrum = theory.left.clone();
        if validation.settings.labels == Labels::Null {
            spectrum.outliers.clear();
        }
        Histogram {
            runs,
            theory: Some(&spectrum),
        }
        .draw(&area)?;
    }
    Ok(())
}
