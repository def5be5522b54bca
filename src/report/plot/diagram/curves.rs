//! Sweeps along one axis: a curve with error bars for each value of the other axis, if there is one.

use plotters::prelude::PathElement;

use super::clip::Window;
use super::mark::{Mark, content};
use super::overlay::{self, Overlay};
use super::span::Span;
use super::{BoundaryLine, DiagramPlot, colours, words};
use crate::diagram::{Diagram, Outcome as Came, Quantity};
use crate::numerics::Measured;
use crate::report::json::ReportError;
use crate::report::plot::canvas::{Canvas, Outcome, at, stroke};
use crate::report::plot::figure::{Head, Picture, svg as drawn};
use crate::report::plot::frame::{BELOW, Frame, TO_LABEL, UPRIGHT};
use crate::report::plot::key::{Entry, Sample};
use crate::report::plot::layer::{ERRORS, draw_bar, ends};
use crate::report::plot::look::{Dot, Look};
use crate::report::plot::palette;
use crate::report::plot::ruler::{Ruler, Side, brief};
use crate::report::plot::script;
use crate::report::plot::sheet::Sheet;
use crate::report::plot::ticks::{self, Scale};

/// Height of the frame, room above it and on its right, in pixels.
const HEIGHT: i32 = 420;
const ABOVE: i32 = 14;
const RIGHT: i32 = 34;
/// Height of a line of marks below the curves.
const MARK_LINE: i32 = 16;

/// A sweep, laid out.
struct Curves<'a> {
    diagram: &'a Diagram,
    x: Span,
    scale: Scale,
    overlays: Vec<Overlay>,
    frame: Frame,
    rulers: (Ruler, Ruler),
    /// The lower end of the curves' places; marks stand below it.
    floor: f64,
    /// Rows with marks.
    marked: Vec<usize>,
}

/// Draws the curves.
pub(super) fn picture(plot: &DiagramPlot, sheet: &Sheet) -> Result<Picture, ReportError> {
    let (head, curves) = layout(plot, sheet);
    let svg = drawn(curves.frame.bottom + BELOW, sheet, |area| {
        head.draw(area, sheet)?;
        curves.draw(area)
    })?;
    Ok(Picture {
        svg,
        script: script::of_diagram(plot, sheet),
    })
}

/// Titles and key, and the curves below them.
fn layout<'a>(plot: &'a DiagramPlot, sheet: &Sheet) -> (Head, Curves<'a>) {
    let mut curves = Curves::new(plot, sheet);
    let mut head = Head::new(plot.title.to_owned(), plot.subtitle);
    head.entries = curves.entries();
    let top = head.height(sheet) + ABOVE;
    (curves.frame.top, curves.frame.bottom) = (top, top + sheet.height(HEIGHT));
    (head, curves)
}

impl<'a> Curves<'a> {
    /// The layout in a frame whose top is still to be found.
    fn new(plot: &'a DiagramPlot, sheet: &Sheet) -> Self {
        let diagram = plot.diagram;
        let x = Span::new(&diagram.x);
        let marked: Vec<usize> = (0..diagram.rows())
            .filter(|iy| {
                [Mark::Absent, Mark::Failed]
                    .iter()
                    .any(|mark| occurs(diagram, *mark, *iy))
            })
            .collect();
        let (scale, shown) = places(plot);
        let band = f64::from(MARK_LINE * marked.len() as i32);
        let height = f64::from(sheet.height(HEIGHT));
        let y = (
            shown.0 - (shown.1 - shown.0) * band / (height - band),
            shown.1,
        );

        let words = words::quantity(diagram.quantity).to_owned();
        let mut y_ruler = Ruler::over(y, scale, Side::Up, sheet.height(HEIGHT), words);
        y_ruler.ticks.retain(|(place, _)| *place >= shown.0);
        y_ruler.minor.retain(|place| *place >= shown.0);
        let frame = Frame {
            left: UPRIGHT + y_ruler.widest() + TO_LABEL,
            top: 0,
            right: sheet.width() - RIGHT,
            bottom: sheet.height(HEIGHT),
            x: x.range(),
            y,
        };
        let x_ruler = Ruler::of_axis(&diagram.x, &x, Side::Across, frame.width());
        let windows = (Window::of(&x), Window { scale, range: y });
        Self {
            diagram,
            overlays: overlays(plot, windows.0, windows.1),
            x,
            scale,
            frame,
            rulers: (x_ruler, y_ruler),
            floor: shown.0,
            marked,
        }
    }

    fn entries(&self) -> Vec<Entry> {
        let mut entries = Vec::new();
        if let Some(y) = &self.diagram.y {
            entries.push(Entry {
                sample: Sample::Nothing,
                label: format!("{}:", y.key.symbol()),
            });
            entries.extend(y.values.iter().enumerate().map(|(iy, value)| Entry {
                sample: Sample::Dotted(Look::ordered(iy, y.values.len())),
                label: brief(*value),
            }));
        }
        entries.extend(
            self.overlays
                .iter()
                .filter_map(|overlay| overlay.key.clone()),
        );
        let marks = [Mark::Absent, Mark::Failed].into_iter();
        let marks = marks.filter(|mark| {
            self.marked
                .iter()
                .any(|iy| occurs(self.diagram, *mark, *iy))
        });
        entries.extend(marks.map(|mark| Entry {
            sample: Sample::Symbol(mark),
            label: mark.words(self.diagram.quantity).to_owned(),
        }));
        if self.has_bars() {
            entries.push(Entry {
                sample: Sample::Nothing,
                label: match self.diagram.quantity {
                    _ if self.bars_are_small() => "errors are smaller than the dots".to_owned(),
                    Quantity::DeltaAlg => format!("bars: {ERRORS} errors of quadrature"),
                    _ => format!("bars: {ERRORS} standard errors"),
                },
            });
        }
        entries
    }

    /// All numbers with an error.
    fn uncertain(&self) -> impl Iterator<Item = Measured> {
        let points = (0..self.diagram.rows()).flat_map(|iy| parts(self.diagram, iy).into_iter());
        let numbers = points.flatten().map(|(_, y)| y);
        numbers.filter(|y| y.error.is_finite() && y.error > 0.0)
    }

    fn has_bars(&self) -> bool {
        self.uncertain().next().is_some()
    }

    /// Whether dots hide all bars.
    fn bars_are_small(&self) -> bool {
        let down = |number| Some(self.frame.down(self.scale.place(number)?));
        self.uncertain().all(|y| {
            let (low, high) = ends(y, self.scale);
            let length = down(low).zip(down(high)).map(|(low, high)| low - high);
            length.is_some_and(|length| length < 2.0 * f64::from(Dot::FULL.radius))
        })
    }

    fn draw(&self, area: &Canvas) -> Outcome {
        if !self.marked.is_empty() {
            let ends = [self.frame.x.0, self.frame.x.1].map(|x| self.frame.point((x, self.floor)));
            area.draw(&PathElement::new(ends.to_vec(), stroke(palette::GUIDE, 1)))?;
        }
        Overlay::draw_all(&self.overlays, area, &self.frame)?;
        for iy in 0..self.diagram.rows() {
            self.draw_curve(area, iy)?;
        }
        for (line, iy) in self.marked.iter().enumerate() {
            self.draw_marks(area, line as i32, *iy)?;
        }
        self.frame.draw(area, &self.rulers.0, &self.rulers.1)
    }

    fn look(&self, iy: usize) -> Look {
        Look::ordered(iy, self.diagram.rows())
    }

    fn draw_curve(&self, area: &Canvas, iy: usize) -> Outcome {
        let look = self.look(iy);
        let point = |ix: usize, number| {
            let place = self.scale.place(number)?;
            Some(self.frame.point((self.x.centres[ix], place)))
        };
        for part in parts(self.diagram, iy) {
            let line: Vec<_> = part
                .iter()
                .filter_map(|(ix, y)| point(*ix, y.value))
                .collect();
            look.draw(area, &line)?;
        }
        for (ix, y) in parts(self.diagram, iy).into_iter().flatten() {
            let (low, high) = ends(y, self.scale);
            if let (Some(low), Some(high)) = (point(ix, low), point(ix, high)) {
                draw_bar(area, look.colour, low, high)?;
            }
            if let Some(centre) = point(ix, y.value) {
                Dot::FULL.draw(area, centre, look.colour)?;
            }
        }
        Ok(())
    }

    /// The marks of one curve, in a line of their own below the curves.
    fn draw_marks(&self, area: &Canvas, line: i32, iy: usize) -> Outcome {
        let y = at(self.frame.bottom - MARK_LINE * line - MARK_LINE / 2);
        for ix in 0..self.diagram.columns() {
            if let Err(mark @ (Mark::Absent | Mark::Failed)) = content(self.diagram, ix, iy) {
                let x = self.frame.point((self.x.centres[ix], self.floor)).0;
                mark.draw_symbol(area, (x, y), self.look(iy).colour)?;
            }
        }
        Ok(())
    }
}

/// The level that parts the phases, and the given lines.
fn overlays(plot: &DiagramPlot, x: Window, y: Window) -> Vec<Overlay> {
    let level = plot.diagram.quantity.boundary().map(|level| {
        let line = BoundaryLine {
            label: words::boundary(plot.diagram.quantity, level),
            points: vec![(f64::NEG_INFINITY, level), (f64::INFINITY, level)],
        };
        Overlay::line(&line, Look::BOUNDARY.on_white(), x, y)
    });
    let given = plot.lines.iter().enumerate().flat_map(|(i, line)| {
        let look = Look::beside_curves(i);
        // a line beside curves of delta_NN is one of their kind
        let curve_itself = plot.diagram.quantity == Quantity::DeltaNn;
        let along = plot.diagram.y.as_ref().filter(|_| !curve_itself);
        let drawn = along.and_then(|axis| meetings(line, &axis.values));
        let Some(meetings) = drawn else {
            return vec![Overlay::line(line, look, x, y)];
        };
        let upright = |(curve, place): (usize, f64)| {
            let colour = Look::ordered(curve, plot.diagram.rows()).colour;
            Overlay::line(&upright(place), Look { colour, ..look }, x, y)
        };
        let mut drawn: Vec<Overlay> = meetings.into_iter().map(upright).collect();
        drawn.retain(|overlay| !overlay.pieces.is_empty());
        // one entry of the key for all of them, in the line's own colour
        drawn.iter_mut().for_each(|overlay| overlay.key = None);
        drawn.push(Overlay {
            key: Some(overlay::key(&line.label, look, !drawn.is_empty())),
            pieces: Vec::new(),
            look,
        });
        drawn
    });
    level.into_iter().chain(given).collect()
}

fn upright(x: f64) -> BoundaryLine {
    BoundaryLine {
        label: String::new(),
        points: vec![(x, f64::NEG_INFINITY), (x, f64::INFINITY)],
    }
}

/// Where a line meets each of the values of y, as (index of the value, x); `None` for an upright line, which
/// is the same for all.
fn meetings(line: &BoundaryLine, values: &[f64]) -> Option<Vec<(usize, f64)>> {
    let first = line.points.first()?.0;
    if line.points.iter().all(|point| point.0 == first) {
        return None;
    }
    let mut meetings = Vec::new();
    for (index, value) in values.iter().enumerate() {
        let places = line
            .points
            .windows(2)
            .filter_map(|pair| meeting(pair[0], pair[1], *value));
        let mut places: Vec<f64> = places.filter(|x| x.is_finite()).collect();
        // a point on the value belongs to both its neighbours
        places.dedup();
        meetings.extend(places.into_iter().map(|x| (index, x)));
    }
    Some(meetings)
}

/// The x at which a segment has this y.
fn meeting(from: (f64, f64), to: (f64, f64), y: f64) -> Option<f64> {
    if !(from.1.min(to.1) <= y && y <= from.1.max(to.1)) {
        return None;
    }
    if y == from.1 {
        Some(from.0)
    } else if y == to.1 {
        Some(to.0)
    } else {
        let part = (y - from.1) / (to.1 - from.1);
        Some(from.0 + part * (to.0 - from.0))
    }
}

fn occurs(diagram: &Diagram, mark: Mark, iy: usize) -> bool {
    (0..diagram.columns()).any(|ix| content(diagram, ix, iy) == Err(mark))
}

/// The scale of the quantity, and the places that show all bars and the level between the phases.
fn places(plot: &DiagramPlot) -> (Scale, (f64, f64)) {
    let diagram = plot.diagram;
    let all = || (0..diagram.rows()).flat_map(|iy| parts(diagram, iy).into_iter().flatten());
    let numbers: Vec<f64> = all().map(|(_, y)| y.value).collect();
    let scale = colours::scale(diagram.quantity, &numbers);
    let bars = all().flat_map(|(_, y)| {
        let (low, high) = ends(y, scale);
        [low, y.value, high]
    });
    let fixed: &[f64] = match diagram.quantity {
        Quantity::Overlap | Quantity::SuccessFraction => &[0.0, 1.0],
        Quantity::Margin => &[0.0],
        Quantity::Outlier | Quantity::DeltaNn | Quantity::DeltaAlg | Quantity::EscapeTime => &[],
    };
    let beside = plot.lines.iter().flat_map(|line| &line.points);
    let beside = beside.filter(|(_, y)| diagram.quantity == Quantity::DeltaNn && y.is_finite());
    let shown = bars
        .chain(fixed.iter().copied())
        .chain(beside.map(|point| point.1));
    let axis = ticks::Axis::around(shown.filter_map(|y| scale.place(y)), scale);
    (scale, axis.range)
}

/// The stretches of a curve: cells without a number part it, those that are missing do not.
fn parts(diagram: &Diagram, iy: usize) -> Vec<Vec<(usize, Measured)>> {
    let mut parts = vec![Vec::new()];
    for ix in 0..diagram.columns() {
        match content(diagram, ix, iy) {
            Ok(_) => {
                let cell = diagram.cell(ix, iy).map(|cell| &cell.outcome);
                if let (Some(Came::Value(number)), Some(part)) = (cell, parts.last_mut()) {
                    part.push((ix, *number));
                }
            }
            Err(Mark::Missing) => {}
            Err(Mark::Absent | Mark::Failed) => parts.push(Vec::new()),
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// The frame of a picture.
#[cfg(test)]
pub(super) fn frame(plot: &DiagramPlot) -> Frame {
    layout(plot, &Sheet::default()).1.frame
}
