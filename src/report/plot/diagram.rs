//! Pictures of phase diagrams.

mod bar;
mod clip;
mod colours;
mod contour;
mod curves;
mod heat;
mod mark;
mod overlay;
mod phases;
mod span;
mod words;

pub(super) use mark::Mark;
pub(super) use span::Span;

use super::figure::Picture;
use super::sheet::Sheet;
use crate::diagram::{Diagram, Quantity, Spacing};
use crate::report::json::ReportError;

/// What a picture of a phase diagram shows.
#[derive(Clone, Copy, Debug)]
pub struct DiagramPlot<'a> {
    /// The cells, finished or in part.
    pub diagram: &'a Diagram,
    /// What is shown.
    pub title: &'a str,
    /// A line below the title, as the experiment's.
    pub subtitle: Option<&'a str>,
    /// The file with all of the result, for the picture's program.
    pub data: &'a str,
    /// Lines in the coordinates of both axes, as `delta_alg` and `delta_NN`.
    pub lines: &'a [BoundaryLine],
}

/// A line in the coordinates of a diagram's axes.
#[derive(Clone, Debug, PartialEq)]
pub struct BoundaryLine {
    /// What it is called in the key.
    pub label: String,
    /// Points (x, y). Infinite coordinates reach the frame, and what is outside it is cut off; a
    /// point that is not a number parts the line.
    pub points: Vec<(f64, f64)>,
}

/// More curves than this are not told apart.
const MOST_CURVES: usize = 8;

/// Whether curves show a diagram better than a heat map: it has one axis, or the vertical one is
/// a list of at most eight values.
pub fn shown_as_curves(diagram: &Diagram) -> bool {
    diagram
        .y
        .as_ref()
        .is_none_or(|y| y.spacing == Spacing::List && y.values.len() <= MOST_CURVES)
}

/// Draws a diagram as SVG in the way that shows it best: as curves or as a heat map.
///
/// # Errors
/// When an axis has no values, or the drawing library fails.
pub fn diagram_picture(plot: &DiagramPlot, sheet: &Sheet) -> Result<Picture, ReportError> {
    if shown_as_curves(plot.diagram) {
        curves_picture(plot, sheet)
    } else {
        heat_map_picture(plot, sheet)
    }
}

/// Draws the cells of a diagram as a heat map, as SVG. A diagram without a vertical axis is one row.
///
/// # Errors
/// When an axis has no values, or the drawing library fails.
pub fn heat_map_picture(plot: &DiagramPlot, sheet: &Sheet) -> Result<Picture, ReportError> {
    check_axes(plot.diagram)?;
    // what stands beside curves of delta_NN has no place among its cells
    let lines = match plot.diagram.quantity {
        Quantity::DeltaNn => &[],
        _ => plot.lines,
    };
    heat::picture(&DiagramPlot { lines, ..*plot }, sheet)
}

/// Draws the quantity over the horizontal axis as SVG, a curve with error bars (two standard
/// errors) for each value of the vertical axis, if there is one. A given line is drawn upright where it
/// meets the value of a curve, in that curve's colour; without a vertical axis, and beside curves of delta_NN, it is a line
/// over the horizontal axis and the quantity.
///
/// # Errors
/// When an axis has no values, there are more than eight curves, or the drawing library fails.
pub fn curves_picture(plot: &DiagramPlot, sheet: &Sheet) -> Result<Picture, ReportError> {
    check_axes(plot.diagram)?;
    let curves = plot.diagram.rows();
    if curves > MOST_CURVES {
        return Err(ReportError::Plot(format!(
            "{curves} curves in one picture cannot be told apart; at most {MOST_CURVES} can"
        )));
    }
    curves::picture(plot, sheet)
}

fn check_axes(diagram: &Diagram) -> Result<(), ReportError> {
    let axes = [Some(&diagram.x), diagram.y.as_ref()];
    let empty = axes
        .into_iter()
        .flatten()
        .find(|axis| axis.values.is_empty());
    empty.map_or(Ok(()), |axis| {
        let name = axis.key.name();
        Err(ReportError::Plot(format!("the axis {name} has no values")))
    })
}

#[cfg(test)]
mod tests;
