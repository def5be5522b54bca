//! Measured numbers over n/d for several dimensions, with predictions and thresholds.

use plotters::prelude::{Circle, DashedLineSeries, LineSeries, PathElement, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, RGBColor};

use super::canvas::{Canvas, Outcome, anchored, at, px, stroke};
use super::chart::{Chart, chart};
use super::palette;
use super::panel::ERRORS;
use super::ticks::{Axis, Scale};
use crate::numerics::Measured;

/// Numbers of one dimension.
#[derive(Clone, Debug)]
pub(super) struct Curve {
    /// Of its dots, lines and threshold.
    pub colour: RGBColor,
    /// Measured: (delta, number), drawn as dots with bars, increasing.
    pub dots: Vec<(f64, Measured)>,
    /// Predicted: (delta, number), drawn as a line; where there is nothing predicted, the dots are joined instead.
    pub line: Vec<(f64, f64)>,
}

/// A vertical line at some n/d.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    pub delta: f64,
    pub colour: RGBColor,
    pub dash: (u32, u32),
}

/// What a mark of the picture means.
#[derive(Clone, Debug)]
pub(super) enum Entry {
    /// Dots and line of a curve.
    Curve(RGBColor, String),
    /// A vertical line.
    Mark(Mark, String),
}

/// A chart over delta.
#[derive(Clone, Debug)]
pub(super) struct OverDelta {
    /// What is shown.
    pub words: String,
    pub scale: Scale,
    pub curves: Vec<Curve>,
    pub marks: Vec<Mark>,
}

impl OverDelta {
    pub fn draw(&self, area: &Canvas) -> Outcome {
        let x = Axis::around(self.deltas(), Scale::Linear);
        let y = Axis::around(self.heights(), self.scale);
        let mut chart = chart(area, (x, y.clone()), ["delta = n/d", &self.words])?;
        for mark in &self.marks {
            let ends = [(mark.delta, y.range.0), (mark.delta, y.range.1)];
            let (dash, gap) = mark.dash;
            let style = stroke(mark.colour, 1);
            chart.draw_series(DashedLineSeries::new(ends, px(dash), px(gap), style))?;
        }
        for curve in &self.curves {
            self.draw_curve(&mut chart, curve)?;
        }
        Ok(())
    }

    fn deltas(&self) -> impl Iterator<Item = f64> {
        let dots = self.curves.iter().flat_map(|c| c.dots.iter().map(|d| d.0));
        let lines = self.curves.iter().flat_map(|c| c.line.iter().map(|d| d.0));
        dots.chain(lines).chain(self.marks.iter().map(|m| m.delta))
    }

    /// The places of all numbers and of the ends of their bars.
    fn heights(&self) -> impl Iterator<Item = f64> {
        let bars = self.curves.iter().flat_map(|curve| {
            let dots = curve.dots.iter();
            dots.flat_map(|(_, number)| {
                let (low, high) = bar(*number);
                [low, number.value, high]
            })
        });
        let lines = self.curves.iter().flat_map(|c| c.line.iter().map(|d| d.1));
        bars.chain(lines).filter_map(|y| self.scale.place(y))
    }

    fn draw_curve(&self, chart: &mut Chart, curve: &Curve) -> Outcome {
        let place = |(delta, y): (f64, f64)| Some((delta, self.scale.place(y)?));
        let dots = || curve.dots.iter().map(|(delta, y)| (*delta, y.value));
        let (line, width): (Vec<_>, u32) = if curve.line.is_empty() {
            (dots().filter_map(place).collect(), 1)
        } else {
            (curve.line.iter().copied().filter_map(place).collect(), 2)
        };
        chart.draw_series(LineSeries::new(line, stroke(curve.colour, width)))?;
        for (delta, number) in &curve.dots {
            let (low, high) = bar(*number);
            let ends = [low, high].map(|y| place((*delta, y)));
            if let [Some(low), Some(high)] = ends {
                let bar = PathElement::new(vec![low, high], stroke(curve.colour, 2));
                chart.draw_series([bar])?;
            }
        }
        let dots = dots().filter_map(place);
        chart.draw_series(dots.map(|dot| Circle::new(dot, px(4), curve.colour.filled())))?;
        Ok(())
    }
}

/// The ends of an error bar; a number without a known error has none.
fn bar(number: Measured) -> (f64, f64) {
    let error = if number.error.is_finite() {
        ERRORS * number.error
    } else {
        0.0
    };
    (number.value - error, number.value + error)
}

/// Height of a line of the legend, and entries that stand side by side.
const LEGEND_LINE: u32 = 22;
const COLUMNS: usize = 2;

/// The height of a legend in pixels.
pub(super) fn legend_height(entries: usize) -> u32 {
    LEGEND_LINE * entries.div_ceil(COLUMNS) as u32 + 8
}

/// Draws a legend into a strip of this width.
pub(super) fn draw_legend(strip: &Canvas, width: u32, entries: &[Entry]) -> Outcome {
    const SAMPLE: i32 = 30;
    let column = (width as i32 - 60) / COLUMNS as i32;
    for (index, entry) in entries.iter().enumerate() {
        let x = 60 + column * (index % COLUMNS) as i32;
        let y = (LEGEND_LINE as usize * (index / COLUMNS)) as i32 + 11;
        let stretch = |from: i32, to: i32, style| {
            PathElement::new(vec![(at(x + from), at(y)), (at(x + to), at(y))], style)
        };
        let words = match entry {
            Entry::Curve(colour, words) => {
                strip.draw(&stretch(0, SAMPLE, stroke(*colour, 2)))?;
                let middle = (at(x + SAMPLE / 2), at(y));
                strip.draw(&Circle::new(middle, px(4), colour.filled()))?;
                words
            }
            Entry::Mark(mark, words) => {
                let (dash, gap) = mark.dash;
                for start in (0..SAMPLE).step_by((dash + gap) as usize) {
                    let end = (start + dash as i32).min(SAMPLE);
                    strip.draw(&stretch(start, end, stroke(mark.colour, 1)))?;
                }
                words
            }
        };
        let style = anchored(14, palette::TEXT, Pos::new(HPos::Left, VPos::Center));
        let place = (at(x + SAMPLE + 8), at(y));
        strip.draw(&Text::new(words.clone(), place, style))?;
    }
    Ok(())
}
