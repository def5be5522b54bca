//! The phase boundary and the given lines, above the cells.

use super::clip::{Window, pieces};
use super::contour::contour;
use super::mark::content;
use super::span::Span;
use super::{BoundaryLine, DiagramPlot, words};
use crate::diagram::Diagram;
use crate::report::plot::canvas::{Canvas, Outcome};
use crate::report::plot::frame::Frame;
use crate::report::plot::key::{Entry, Sample};
use crate::report::plot::look::Look;

/// A line as it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Overlay {
    /// Its parts, as places.
    pub pieces: Vec<Vec<(f64, f64)>>,
    /// How it looks.
    pub look: Look,
    /// What stands in the key; nothing for a part of another line.
    pub key: Option<Entry>,
}

impl Overlay {
    /// The boundary between phases, if the quantity has one: the contour at its level.
    pub fn boundary(diagram: &Diagram, x: &Span, y: Option<&Span>) -> Option<Self> {
        let level = diagram.quantity.boundary()?;
        let number = |ix, iy| content(diagram, ix, iy).ok();
        // a lone row or column is crossed from edge to edge
        let lone = |span: Option<&Span>| match span {
            None => vec![0.0, 1.0],
            Some(span) if span.centres.len() == 1 => span.edges.clone(),
            Some(span) => span.centres.clone(),
        };
        let (columns, rows) = (diagram.columns() - 1, diagram.rows() - 1);
        let field = |ix: usize, iy: usize| number(ix.min(columns), iy.min(rows));
        let pieces = contour(&lone(Some(x)), &lone(y), field, level);
        let name = words::boundary(diagram.quantity, level);
        Some(Self {
            key: Some(if pieces.is_empty() {
                Entry {
                    sample: Sample::Nothing,
                    label: format!("{name} is crossed nowhere"),
                }
            } else {
                Entry {
                    sample: Sample::Line(Look::BOUNDARY),
                    label: name,
                }
            }),
            pieces,
            look: Look::BOUNDARY,
        })
    }

    /// A given line, cut at the frame.
    pub fn line(line: &BoundaryLine, look: Look, x: Window, y: Window) -> Self {
        let pieces = pieces(&line.points, x, y);
        Self {
            key: Some(key(&line.label, look, !pieces.is_empty())),
            pieces,
            look,
        }
    }

    /// All lines above the cells of a diagram.
    pub fn all(plot: &DiagramPlot, x: &Span, y: Option<&Span>) -> Vec<Self> {
        let boundary = Self::boundary(plot.diagram, x, y);
        let row = Window::ROW;
        let (across, up) = (Window::of(x), y.map_or(row, Window::of));
        let given = plot.lines.iter().enumerate();
        let given = given.map(|(i, line)| Self::line(line, Look::above_cells(i), across, up));
        boundary.into_iter().chain(given).collect()
    }

    /// Draws these, the first one on top; no rim covers a line.
    pub fn draw_all(overlays: &[Self], area: &Canvas, frame: &Frame) -> Outcome {
        for draw in [Look::draw_rim, Look::draw_line] {
            for overlay in overlays.iter().rev() {
                for piece in &overlay.pieces {
                    let points: Vec<_> = piece.iter().map(|point| frame.point(*point)).collect();
                    draw(&overlay.look, area, &points)?;
                }
            }
        }
        Ok(())
    }
}

/// The entry of a given line, which may be outside the frame.
pub(super) fn key(label: &str, look: Look, shown: bool) -> Entry {
    if shown {
        Entry {
            sample: Sample::Line(look),
            label: label.to_owned(),
        }
    } else {
        Entry {
            sample: Sample::Nothing,
            label: format!("{label} (outside)"),
        }
    }
}
