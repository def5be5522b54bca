//! A measured number over n/d.

use plotters::chart::ChartBuilder;
use plotters::prelude::{Circle, LineSeries, PathElement, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, RGBColor};

use super::canvas::{anchored, px, stroke, text};
use super::palette;
use super::panel::ERRORS;
use super::simulation::{Canvas, Outcome};
use super::ticks::{Axis, Scale};
use crate::numerics::Measured;

/// Points with error bars over delta, and a threshold.
pub(super) struct OverDelta {
    pub words: &'static str,
    pub colour: RGBColor,
    /// (delta, number).
    pub points: Vec<(f64, Measured)>,
    /// Where a threshold is, and its name.
    pub threshold: Option<(f64, &'static str)>,
}

impl OverDelta {
    pub fn draw(&self, area: &Canvas) -> Outcome {
        let deltas = self.points.iter().map(|(delta, _)| *delta);
        let threshold = self.threshold.iter().map(|(delta, _)| *delta);
        let ends = |(_, y): &(f64, Measured)| {
            let (low, high) = bar(*y);
            [low, y.value, high]
        };
        let x = Axis::around(deltas.chain(threshold), Scale::Linear);
        let y = Axis::around(self.points.iter().flat_map(ends), Scale::Linear);
        let top = y.range.1;
        let mut chart = ChartBuilder::on(area)
            .margin(px(10))
            .margin_right(px(24))
            .x_label_area_size(px(46))
            .y_label_area_size(px(74))
            .build_cartesian_2d(x, y.clone())?;
        chart
            .configure_mesh()
            .disable_mesh()
            .set_all_tick_mark_size(px(5))
            .axis_style(stroke(palette::TEXT, 1))
            .label_style(text(14, palette::TEXT))
            .axis_desc_style(text(16, palette::TEXT))
            .x_desc("delta = n/d")
            .y_desc(self.words)
            .draw()?;
        if let Some((delta, name)) = self.threshold {
            let line = vec![(delta, y.range.0), (delta, top)];
            chart.draw_series([PathElement::new(line, stroke(palette::EDGE, 1))])?;
            let style = anchored(14, palette::TEXT, Pos::new(HPos::Left, VPos::Top));
            chart.draw_series([Text::new(format!(" {name}"), (delta, top), style)])?;
        }
        let line = self.points.iter().map(|(delta, y)| (*delta, y.value));
        chart.draw_series(LineSeries::new(line, stroke(self.colour, 1)))?;
        for (delta, y) in &self.points {
            let (low, high) = bar(*y);
            let bar = vec![(*delta, low), (*delta, high)];
            chart.draw_series([PathElement::new(bar, stroke(self.colour, 2))])?;
            let dot = Circle::new((*delta, y.value), px(4), self.colour.filled());
            chart.draw_series([dot])?;
        }
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
