//! The picture of a validation: curves of both sides, and the bulk with its outliers.

use super::dynamics::{DynamicsPlot, caption, rows};
use super::figure::{Figure, Head, Picture, Row};
use super::histogram::histograms;
use super::sheet::Sheet;
use crate::report::json::ReportError;
use crate::report::number;
use crate::simulation::Labels;
use crate::validation::{Cell, Validation};

/// What a picture of a validation shows.
#[derive(Clone, Copy, Debug)]
pub struct ValidationPlot<'a> {
    /// Both sides.
    pub validation: &'a Validation,
    /// The experiment's title.
    pub name: Option<&'a str>,
}

/// Draws theory and simulation, at the largest dimension, one delta below the other, as a picture.
///
/// # Errors
/// When the drawing library fails.
pub fn validation_picture(plot: &ValidationPlot, sheet: &Sheet) -> Result<Picture, ReportError> {
    let validation = plot.validation;
    let dim = validation.dims().last().copied().unwrap_or(0);
    let null = match validation.settings.labels {
        Labels::OfInputs => "",
        Labels::Null => ", null labels",
    };
    let title = format!("Theory and simulation, d = {dim}{null}");
    let cells = validation.cells.iter();
    Figure {
        head: Head::new(title, plot.name),
        rows: cells.flat_map(|cell| of_cell(validation, cell)).collect(),
    }
    .picture(sheet)
}

/// The rows of one delta: curves, unless it is a validation at initialisation, and spectra of the largest dimension.
fn of_cell(validation: &Validation, cell: &Cell) -> Vec<Row> {
    let mut words = format!("delta = {}", number::short(cell.delta));
    if cell.dims() != validation.dims() {
        words.push_str(&format!(", d = {}", cell.largest().plan.dim));
    }
    let mut all = Vec::new();
    if validation.settings.until.steps > 0 {
        let curves = DynamicsPlot {
            curves: &cell.prediction.curves,
            reached: &validation.split.reached,
            simulation: Some(&validation.measured(cell)),
            escape: None,
            name: None,
        };
        words.push_str(&format!("; {}", caption(&curves)));
        all.extend(rows(&curves));
    }
    for (runs, theory) in cell
        .largest()
        .hessians()
        .into_iter()
        .zip(&cell.prediction.spectra)
    {
        let mut spectrum = theory.left.clone();
        if validation.settings.labels == Labels::Null {
            spectrum.outliers.clear();
        }
        all.push(Row::of(histograms(&runs, Some(&spectrum))));
    }
    if let Some(first) = all.first_mut() {
        first.caption = words;
    }
    all
}
