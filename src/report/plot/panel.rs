//! Curves with error bars, one panel of a larger picture.

use plotters::chart::ChartBuilder;
use plotters::coord::Shift;
use plotters::prelude::{Circle, DrawingArea, LineSeries, PathElement, SVGBackend, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, RGBColor};

use super::canvas::{anchored, at, px, stroke, text};
use super::palette;
use super::spectrum::tick;
use crate::numerics::Measured;

pub(super) type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;
pub(super) type Outcome = Result<(), Box<dyn std::error::Error>>;

/// One curve.
pub(super) struct Series {
    pub label: &'static str,
    pub colour: RGBColor,
    pub points: Vec<(f64, Measured)>,
}

/// Curves over one axis.
pub(super) struct Panel {
    pub x_words: &'static str,
    pub y_words: &'static str,
    pub series: Vec<Series>,
    /// Whether the vertical axis is logarithmic; numbers that are not positive are left out there.
    pub logarithmic: bool,
    /// Places on the horizontal axis, marked by a line with its label.
    pub guides: Vec<(f64, String)>,
    /// The vertical range; else that of the points.
    pub y_range: Option<(f64, f64)>,
}

/// Points that are marked at most; the line goes through all of them.
const MOST_MARKS: usize = 30;
/// Height in pixels of the strip above the chart that holds the legend.
const LEGEND: u32 = 30;
/// Width in pixels of an entry of the legend.
const ENTRY: i32 = 115;

impl Panel {
    pub fn draw(&self, area: &Canvas) -> Outcome {
        let (strip, body) = area.split_vertically(px(LEGEND));
        self.draw_legend(&strip)?;
        let (x, y) = (self.x_range(), self.y_range());
        let mut chart = ChartBuilder::on(&body)
            .margin(px(10))
            .margin_right(px(24))
            .x_label_area_size(px(46))
            .y_label_area_size(px(74))
            .build_cartesian_2d(x.0..x.1, y.0..y.1)?;
        let logarithmic = self.logarithmic;
        chart
            .configure_mesh()
            .disable_mesh()
            .x_labels(6)
            .y_labels(6)
            .set_all_tick_mark_size(px(5))
            .axis_style(stroke(palette::TEXT, 1))
            .x_label_formatter(&|at| tick(*at, x.1 - x.0))
            .y_label_formatter(&|at| {
                if logarithmic {
                    power(*at)
                } else {
                    tick(*at, y.1 - y.0)
                }
            })
            .label_style(text(14, palette::TEXT))
            .axis_desc_style(text(16, palette::TEXT))
            .x_desc(self.x_words)
            .y_desc(self.y_words)
            .draw()?;
        for (place, label) in &self.guides {
            let line = vec![(*place, y.0), (*place, y.1)];
            chart.draw_series([PathElement::new(line, stroke(palette::EDGE, 1))])?;
            let style = anchored(14, palette::TEXT, Pos::new(HPos::Left, VPos::Top));
            let corner = (*place + 0.01 * (x.1 - x.0), y.1);
            chart.draw_series([Text::new(label.clone(), corner, style)])?;
        }
        for series in &self.series {
            let points = self.heights(series);
            let line = points.iter().map(|&(x, y, _)| (x, y));
            chart.draw_series(LineSeries::new(line, stroke(series.colour, 1)))?;
            for &(x, y, (low, high)) in points
                .iter()
                .step_by(points.len().div_ceil(MOST_MARKS).max(1))
            {
                let bar = vec![(x, low), (x, high)];
                chart.draw_series([PathElement::new(bar, stroke(series.colour, 2))])?;
                chart.draw_series([Circle::new((x, y), px(3), series.colour.filled())])?;
            }
        }
        Ok(())
    }

    fn draw_legend(&self, strip: &Canvas) -> Outcome {
        for (index, series) in self.series.iter().enumerate() {
            let (x, y) = (90 + ENTRY * index as i32, 18);
            let line = vec![(at(x), at(y)), (at(x + 24), at(y))];
            strip.draw(&PathElement::new(line, stroke(series.colour, 1)))?;
            strip.draw(&Circle::new(
                (at(x + 12), at(y)),
                px(3),
                series.colour.filled(),
            ))?;
            let style = anchored(14, palette::TEXT, Pos::new(HPos::Left, VPos::Center));
            strip.draw(&Text::new(series.label, (at(x + 30), at(y)), style))?;
        }
        Ok(())
    }

    /// Place, height and the ends of the error bar of all points that can be drawn.
    fn heights(&self, series: &Series) -> Vec<(f64, f64, (f64, f64))> {
        let points = series.points.iter().filter(|(_, y)| y.value.is_finite());
        if !self.logarithmic {
            let bar = |y: &Measured| if y.error.is_finite() { y.error } else { 0.0 };
            return points
                .map(|(x, y)| (*x, y.value, (y.value - bar(y), y.value + bar(y))))
                .collect();
        }
        points
            .filter(|(_, y)| y.value > 0.0)
            .map(|(x, y)| {
                let error = if y.error.is_finite() { y.error } else { 0.0 };
                // a bar that reaches zero has no lower end on this axis: it is drawn to a tenth
                let low = (y.value - error).max(0.1 * y.value);
                (
                    *x,
                    y.value.log10(),
                    (low.log10(), (y.value + error).log10()),
                )
            })
            .collect()
    }

    fn x_range(&self) -> (f64, f64) {
        let places = self
            .series
            .iter()
            .flat_map(|s| s.points.iter().map(|(x, _)| *x));
        let guides = self.guides.iter().map(|(x, _)| *x);
        padded(places.chain(guides))
    }

    fn y_range(&self) -> (f64, f64) {
        let ends = |series| self.heights(series).into_iter().map(|(_, _, bar)| bar);
        let heights = self.series.iter().flat_map(ends);
        self.y_range
            .unwrap_or_else(|| padded(heights.flat_map(|(low, high)| [low, high])))
    }
}

/// The hull of numbers with a margin; of none, a unit interval.
fn padded(numbers: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
        (low.min(x), high.max(x))
    });
    if low > high {
        return (0.0, 1.0);
    }
    let margin = if high > low {
        0.04 * (high - low)
    } else {
        low.abs().max(1.0)
    };
    (low - margin, high + margin)
}

/// A power of ten given by its exponent.
fn power(exponent: f64) -> String {
    let value = 10_f64.powf(exponent);
    if (1e-3..999.0).contains(&value) {
        // four digits, so that there is a point and what is trimmed stands behind it
        let digits = crate::report::number::plain(value);
        digits
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned()
    } else {
        format!("{value:.1e}")
    }
}

#[cfg(test)]
mod tests {
    use super::power;

    #[test]
    fn powers_are_short() {
        let shown = [-4.0, -1.0, 0.0, 0.5, 2.0, 3.0].map(power);
        assert_eq!(shown, ["1.0e-4", "0.1", "1", "3.162", "100", "1.0e3"]);
    }
}
