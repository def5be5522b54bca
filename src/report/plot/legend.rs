//! What the marks of a spectrum mean: title and legend, in a strip above the chart.

use plotters::prelude::{Circle, PathElement, Rectangle, Text, TriangleMarker};
use plotters::style::Color;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::canvas::{Canvas, Outcome, anchored, at, px, stroke};
use super::palette;
use super::spectrum::{MOST_LABELS, SIZE, SpectrumPlot};
use crate::curvature::Side;
use crate::hessian::EdgeKind;
use crate::numerics::Measured;
use crate::report::number;
use crate::report::spectrum::{edge_name, side_name};

/// Where the first line of the legend stands, and how far below the next ones.
const FIRST_LINE: u32 = 76;
const LINE: u32 = 24;
/// Where the columns begin.
const COLUMNS: [i32; 2] = [90, 490];
/// Characters of a title that fit into the width at the size used.
pub(super) const LONGEST_NAME: usize = 90;

/// How an edge is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EdgeLine {
    /// A true edge with a square-root density.
    Solid,
    /// A hard edge.
    Dashed,
    /// An effective edge.
    Dotted,
}

impl EdgeLine {
    /// Stroke and gap in pixels; nothing for a solid line.
    pub fn pattern(self) -> Option<(u32, u32)> {
        match self {
            Self::Solid => None,
            Self::Dashed => Some((8, 4)),
            Self::Dotted => Some((2, 4)),
        }
    }
}

/// An edge to be drawn: where, and how.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub place: f64,
    pub line: EdgeLine,
}

/// The edge on one side, or the effective one in its stead.
pub(super) fn edge(plot: &SpectrumPlot, side: Side) -> Option<Edge> {
    let (edge, kind, effective) = of_side(plot, side);
    let true_line = match kind {
        EdgeKind::Hard => EdgeLine::Dashed,
        EdgeKind::Soft | EdgeKind::Atom | EdgeKind::Unbounded => EdgeLine::Solid,
    };
    let drawn = |edge: Measured, line| Edge {
        place: edge.value,
        line,
    };
    edge.map(|edge| drawn(edge, true_line))
        .or_else(|| effective.map(|edge| drawn(edge, EdgeLine::Dotted)))
        .filter(|edge| edge.place.is_finite())
}

fn of_side(plot: &SpectrumPlot, side: Side) -> (Option<Measured>, EdgeKind, Option<Measured>) {
    let s = plot.spectrum;
    match side {
        Side::Left => (s.left_edge, s.left_edge_kind, s.left_edge_effective),
        Side::Right => (s.right_edge, s.right_edge_kind, s.right_edge_effective),
    }
}

/// A mark of the chart and what it stands for.
struct Entry {
    mark: Option<Mark>,
    label: String,
}

enum Mark {
    Area,
    Stem,
    Atom,
    Edge(EdgeLine),
}

fn entries(plot: &SpectrumPlot) -> Vec<Entry> {
    let mut entries = vec![
        Entry {
            mark: Some(Mark::Area),
            label: "bulk density".to_owned(),
        },
        outliers_entry(plot),
        edge_entry(plot, Side::Left),
        edge_entry(plot, Side::Right),
    ];
    entries.extend(plot.spectrum.atom.map(|atom| Entry {
        mark: Some(Mark::Atom),
        label: format!(
            "point mass {} at {}",
            number::plain(atom.mass),
            number::short(atom.value)
        ),
    }));
    entries
}

fn outliers_entry(plot: &SpectrumPlot) -> Entry {
    let side = side_name(plot.spectrum.side);
    let place = if plot.spectrum.outliers_effective {
        format!("{side} of the effective edge")
    } else {
        format!("on the {side}")
    };
    let (mark, label) = match plot.spectrum.outliers.len() {
        0 => (None, format!("no outliers {place}")),
        many if many > MOST_LABELS => (
            Some(Mark::Stem),
            format!("{many} outliers {place}, {MOST_LABELS} labelled"),
        ),
        _ => (Some(Mark::Stem), format!("outliers {place}")),
    };
    Entry { mark, label }
}

fn edge_entry(plot: &SpectrumPlot, side: Side) -> Entry {
    let (edge, kind, effective) = of_side(plot, side);
    let name = side_name(side);
    let label = match (edge, effective) {
        (Some(edge), _) => format!(
            "{name} edge {} ({})",
            number::plain(edge.value),
            edge_name(kind)
        ),
        (None, Some(edge)) => format!(
            "{name} edge {} (effective, n = {})",
            number::plain(edge.value),
            plot.samples
        ),
        (None, None) => format!("no {name} edge ({})", edge_name(kind)),
    };
    let mark = self::edge(plot, side).map(|edge| Mark::Edge(edge.line));
    Entry { mark, label }
}

/// The height in pixels of the strip above the chart.
pub(super) fn height(plot: &SpectrumPlot) -> u32 {
    let lines = entries(plot).len().div_ceil(COLUMNS.len()) as u32;
    FIRST_LINE + LINE * (lines - 1) + 18
}

/// Draws title, subtitle and legend.
pub(super) fn draw(strip: &Canvas, plot: &SpectrumPlot) -> Outcome {
    let title = format!(
        "Hessian spectrum at delta = {}, T = {}",
        number::short(plot.spectrum.delta),
        plot.steps
    );
    let centre = Pos::new(HPos::Center, VPos::Top);
    let middle = at((SIZE.0 / 2) as i32);
    let style = anchored(24, palette::TEXT, centre);
    strip.draw(&Text::new(title, (middle, at(12)), style))?;
    if let Some(name) = plot.name {
        let style = anchored(16, palette::TEXT, centre);
        strip.draw(&Text::new(shortened(name), (middle, at(38)), style))?;
    }
    for (index, entry) in entries(plot).iter().enumerate() {
        let line = (index / COLUMNS.len()) as i32;
        let place = (
            COLUMNS[index % COLUMNS.len()],
            FIRST_LINE as i32 + LINE as i32 * line,
        );
        draw_entry(strip, place, entry)?;
    }
    Ok(())
}

/// A sample of the mark, 30 pixels wide, and its text.
fn draw_entry(strip: &Canvas, (x, y): (i32, i32), entry: &Entry) -> Outcome {
    let line = |from: i32, to: i32, colour| {
        PathElement::new(
            vec![(at(x + from), at(y)), (at(x + to), at(y))],
            stroke(colour, 2),
        )
    };
    match entry.mark {
        None => {}
        Some(Mark::Area) => {
            let corners = [(at(x), at(y - 6)), (at(x + 30), at(y + 6))];
            strip.draw(&Rectangle::new(corners, palette::BULK.mix(0.25).filled()))?;
            let top = vec![(at(x), at(y - 6)), (at(x + 30), at(y - 6))];
            strip.draw(&PathElement::new(top, stroke(palette::BULK, 2)))?;
        }
        Some(Mark::Stem) => {
            strip.draw(&line(0, 26, palette::OUTLIER))?;
            let dot = (at(x + 26), at(y));
            strip.draw(&Circle::new(dot, px(4), palette::OUTLIER.filled()))?;
        }
        Some(Mark::Atom) => {
            strip.draw(&line(0, 26, palette::ATOM))?;
            let tip = (at(x + 26), at(y));
            strip.draw(&TriangleMarker::new(tip, px(6), palette::ATOM.filled()))?;
        }
        Some(Mark::Edge(kind)) => {
            let (dash, gap) = kind.pattern().unwrap_or((30, 0));
            for start in (0..30).step_by((dash + gap) as usize) {
                let end = (start + dash as i32).min(30);
                strip.draw(&line(start, end, palette::EDGE))?;
            }
        }
    }
    let style = anchored(15, palette::TEXT, Pos::new(HPos::Left, VPos::Center));
    strip.draw(&Text::new(entry.label.clone(), (at(x + 40), at(y)), style))?;
    Ok(())
}

/// The name, cut where it would leave the picture.
pub(super) fn shortened(name: &str) -> String {
    shortened_to(name, LONGEST_NAME)
}

/// A text of so many characters at most.
pub(super) fn shortened_to(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let head: String = text.chars().take(most - 3).collect();
    format!("{head}...")
}
