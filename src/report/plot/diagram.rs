//! Pictures of phase diagrams.

mod bar;
mod clip;
mod colours;
mod contour;
mod frame;
mod heat;
mod line;
mod mark;
mod overlay;
mod ruler;
mod sheet;
mod span;
mod words;

use crate::diagram::Diagram;
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
    /// Lines above the cells, as `delta_alg` and `delta_NN`.
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

/// Draws the cells of a diagram as a heat map, as SVG. A diagram without a vertical axis is one row.
///
/// # Errors
/// When an axis has no values, or the drawing library fails.
pub fn diagram_svg(plot: &DiagramPlot) -> Result<String, ReportError> {
    let axes = [Some(&plot.diagram.x), plot.diagram.y.as_ref()];
    if axes
        .into_iter()
        .flatten()
        .any(|axis| axis.values.is_empty())
    {
        return Err(ReportError::Plot("an axis has no values".to_owned()));
    }
    heat::svg(plot).map_err(|error| ReportError::Plot(error.to_string()))
}

#[cfg(test)]
mod tests;
