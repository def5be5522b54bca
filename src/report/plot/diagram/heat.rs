//! The heat map: cells, phase boundary and lines, with a colour bar.

use std::collections::BTreeSet;

use plotters::prelude::{Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, WHITE};

use super::DiagramPlot;
use super::bar::{self, ColourBar};
use super::colours::ColourScale;
use super::mark::{Corners, Mark, content};
use super::overlay::Overlay;
use super::phases::{Phase, phases};
use super::span::Span;
use super::words;
use crate::diagram::Diagram;
use crate::report::json::ReportError;
use crate::report::plot::canvas::{Canvas, Outcome, anchored, at};
use crate::report::plot::figure::{Head, Picture, svg as drawn};
use crate::report::plot::frame::{BELOW, Frame, TO_LABEL, UPRIGHT};
use crate::report::plot::key::{Entry, Sample};
use crate::report::plot::palette;
use crate::report::plot::ruler::{Ruler, Side};
use crate::report::plot::script;
use crate::report::plot::sheet::Sheet;
use crate::report::plot::width::width;

/// Heights of the frame in pixels: of many rows and of a few.
const HEIGHT: i32 = 440;
const LOW: i32 = 240;
/// Rows from which on the frame has its full height.
const MANY_ROWS: usize = 3;
/// Size of the names of phases.
const NAME: u32 = 18;
/// Room between key and frame, and from the frame to the bar.
const ABOVE: i32 = 14;
const TO_BAR: i32 = 26;

/// A heat map, laid out.
struct Heat<'a> {
    plot: &'a DiagramPlot<'a>,
    spans: (Span, Option<Span>),
    overlays: Vec<Overlay>,
    colours: ColourScale,
    frame: Frame,
    rulers: (Ruler, Ruler),
    bar: (Frame, Ruler),
}

/// Draws a heat map.
pub(super) fn picture(plot: &DiagramPlot, sheet: &Sheet) -> Result<Picture, ReportError> {
    let (head, heat) = layout(plot, sheet);
    let svg = drawn(heat.frame.bottom + BELOW, sheet, |area| {
        head.draw(area, sheet)?;
        heat.draw(area)
    })?;
    Ok(Picture {
        svg,
        script: script::of_diagram(plot, sheet),
    })
}

/// Titles and key, and the map below them.
fn layout<'a>(plot: &'a DiagramPlot, sheet: &Sheet) -> (Head, Heat<'a>) {
    let diagram = plot.diagram;
    let spans = (Span::new(&diagram.x), diagram.y.as_ref().map(Span::new));
    let overlays = Overlay::all(plot, &spans.0, spans.1.as_ref());
    let marks = marks(diagram).map(|mark| Entry {
        sample: Sample::Mark(mark),
        label: mark.words(diagram.quantity).to_owned(),
    });
    let keys = overlays.iter().filter_map(|overlay| overlay.key.clone());
    let mut head = Head::new(plot.title.to_owned(), plot.subtitle);
    head.entries = keys.chain(marks).collect();
    let heat = Heat::new(plot, spans, overlays, head.height(sheet) + ABOVE, sheet);
    (head, heat)
}

/// The marks that occur.
fn marks(diagram: &Diagram) -> impl Iterator<Item = Mark> {
    Mark::ALL.into_iter().filter(|mark| {
        let mut cells = cells(diagram);
        cells.any(|(ix, iy)| content(diagram, ix, iy) == Err(*mark))
    })
}

/// Columns and rows by increasing index.
fn cells(diagram: &Diagram) -> impl Iterator<Item = (usize, usize)> {
    let columns = diagram.columns();
    (0..diagram.rows()).flat_map(move |iy| (0..columns).map(move |ix| (ix, iy)))
}

impl<'a> Heat<'a> {
    fn new(
        plot: &'a DiagramPlot,
        spans: (Span, Option<Span>),
        overlays: Vec<Overlay>,
        top: i32,
        sheet: &Sheet,
    ) -> Self {
        let diagram = plot.diagram;
        let numbers: Vec<f64> = cells(diagram)
            .filter_map(|(ix, iy)| content(diagram, ix, iy).ok())
            .collect();
        let colours = ColourScale::new(diagram.quantity, &numbers);
        let height = sheet.height(if diagram.rows() < MANY_ROWS {
            LOW
        } else {
            HEIGHT
        });
        let bottom = top + height;

        let words = words::quantity(diagram.quantity).to_owned();
        let bar_ruler = Ruler::over(colours.range, colours.scale, Side::Up, height, words);
        let right = sheet.width() - UPRIGHT - bar_ruler.widest() - TO_LABEL - bar::WIDTH;
        let bar_frame = Frame {
            left: right,
            top,
            right: right + bar::WIDTH,
            bottom,
            x: (0.0, 1.0),
            y: colours.range,
        };
        let y_ruler = match (&diagram.y, &spans.1) {
            (Some(axis), Some(span)) => Ruler::of_axis(axis, span, Side::Up, height),
            _ => Ruler::empty(),
        };
        let frame = Frame {
            left: UPRIGHT + y_ruler.widest() + TO_LABEL,
            top,
            right: bar_frame.left - TO_BAR,
            bottom,
            x: spans.0.range(),
            y: spans.1.as_ref().map_or((0.0, 1.0), Span::range),
        };
        let x_ruler = Ruler::of_axis(&diagram.x, &spans.0, Side::Across, frame.width());
        Self {
            plot,
            spans,
            overlays,
            colours,
            frame,
            rulers: (x_ruler, y_ruler),
            bar: (bar_frame, bar_ruler),
        }
    }

    fn draw(&self, area: &Canvas) -> Outcome {
        for (ix, iy) in cells(self.plot.diagram) {
            self.draw_cell(area, ix, iy)?;
        }
        Overlay::draw_all(&self.overlays, area, &self.frame)?;
        let crossed = self.crossed();
        let crossed = |ix, iy| crossed.contains(&(ix, iy));
        for phase in phases(self.plot.diagram, &crossed) {
            self.draw_name(area, &phase)?;
        }
        self.frame.draw(area, &self.rulers.0, &self.rulers.1)?;
        let boundary = self.plot.diagram.quantity.boundary();
        let bar = ColourBar {
            frame: self.bar.0,
            colours: &self.colours,
            ruler: &self.bar.1,
            level: boundary.and_then(|level| self.colours.scale.place(level)),
        };
        bar.draw(area)
    }

    fn draw_cell(&self, area: &Canvas, ix: usize, iy: usize) -> Outcome {
        match content(self.plot.diagram, ix, iy) {
            Ok(number) => {
                let corners = self.corners(ix, iy, OVERLAP);
                let colour = self.colours.colour(number);
                area.draw(&Rectangle::new(corners, colour.filled()))?;
                Ok(())
            }
            Err(mark) => mark.draw(area, self.corners(ix, iy, 0)),
        }
    }

    /// The cells below lines.
    fn crossed(&self) -> BTreeSet<(usize, usize)> {
        // steps along a segment, finer than cells
        const STEPS: u32 = 64;
        let inside = |edges: &[f64], place: f64| {
            let next = edges.iter().position(|edge| *edge > place)?;
            next.checked_sub(1)
        };
        let cell = |(x, y): (f64, f64)| {
            let row = match &self.spans.1 {
                Some(span) => inside(&span.edges, y)?,
                None => 0,
            };
            Some((inside(&self.spans.0.edges, x)?, row))
        };
        let segments = self
            .overlays
            .iter()
            .flat_map(|overlay| &overlay.pieces)
            .flat_map(|piece| piece.windows(2));
        let points = segments.flat_map(|pair| {
            (0..=STEPS).map(|step| {
                let part = f64::from(step) / f64::from(STEPS);
                let between = |from: f64, to: f64| from + part * (to - from);
                (between(pair[0].0, pair[1].0), between(pair[0].1, pair[1].1))
            })
        });
        points.filter_map(cell).collect()
    }

    /// The name of a phase on a pale ground, if the cells around its deepest one have room for it.
    fn draw_name(&self, area: &Canvas, phase: &Phase) -> Outcome {
        let (ix, iy) = phase.cell;
        let (columns, rows) = (self.plot.diagram.columns(), self.plot.diagram.rows());
        let low = self.corners(
            ix.saturating_sub(phase.reach),
            iy.saturating_sub(phase.reach),
            0,
        );
        let high = self.corners(
            (ix + phase.reach).min(columns - 1),
            (iy + phase.reach).min(rows - 1),
            0,
        );
        let room = (high[1].0 - low[0].0, low[1].1 - high[0].1);
        let half = (
            at(width(phase.name, NAME) / 2 + 5),
            at(NAME.cast_signed() / 2 + 4),
        );
        if room.0 < 2 * half.0 || room.1 < 2 * half.1 {
            return Ok(());
        }
        let [(left, top), (right, bottom)] = self.corners(ix, iy, 0);
        // the middle of the whole room where it is known to be free
        let centre = ((left + right) / 2, (top + bottom) / 2);
        let ground = [
            (centre.0 - half.0, centre.1 - half.1),
            (centre.0 + half.0, centre.1 + half.1),
        ];
        area.draw(&Rectangle::new(ground, WHITE.mix(0.75).filled()))?;
        let style = anchored(NAME, palette::NAME, Pos::new(HPos::Center, VPos::Center));
        area.draw(&Text::new(phase.name, centre, style))?;
        Ok(())
    }

    /// A cell on whole pixels. It reaches by `overlap` units below the next cells of its row and column,
    /// which are drawn after it: no gaps show at any magnification.
    fn corners(&self, ix: usize, iy: usize, overlap: i32) -> Corners {
        let diagram = self.plot.diagram;
        let column = [ix, ix + 1].map(|edge| self.frame.across(self.spans.0.edges[edge]));
        let row = match &self.spans.1 {
            Some(span) => [iy + 1, iy].map(|edge| self.frame.down(span.edges[edge])),
            None => [self.frame.top, self.frame.bottom].map(f64::from),
        };
        let [left, right] = column.map(|pixels| at(pixels.round() as i32));
        let [top, bottom] = row.map(|pixels| at(pixels.round() as i32));
        let right = right
            + if ix + 1 < diagram.columns() {
                overlap
            } else {
                0
            };
        let top = top - if iy + 1 < diagram.rows() { overlap } else { 0 };
        [(left, top), (right, bottom)]
    }
}

/// Half a pixel, in units of the canvas.
const OVERLAP: i32 = 4;

/// Where the cells are.
#[cfg(test)]
pub(super) fn frame(plot: &DiagramPlot) -> Frame {
    layout(plot, &Sheet::default()).1.frame
}

/// Where the colour bar is.
#[cfg(test)]
pub(super) fn bar_frame(plot: &DiagramPlot) -> Frame {
    layout(plot, &Sheet::default()).1.bar.0
}
