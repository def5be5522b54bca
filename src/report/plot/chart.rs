//! One chart with named axes.

use plotters::chart::{ChartBuilder, ChartContext};
use plotters::prelude::{Cartesian2d, SVGBackend};

use super::canvas::{Canvas, px, stroke, text};
use super::palette;
use super::ticks::Axis;

/// What series are drawn on.
pub(super) type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Axis, Axis>>;

/// Axes with room for their labels and words (x, y), and no mesh.
pub(super) fn chart<'a, 'b>(
    area: &'a Canvas<'b>,
    (x, y): (Axis, Axis),
    words: [&str; 2],
) -> Result<Chart<'a, 'b>, Box<dyn std::error::Error>> {
    let mut chart = ChartBuilder::on(area)
        .margin(px(10))
        .margin_right(px(24))
        .x_label_area_size(px(46))
        .y_label_area_size(px(74))
        .build_cartesian_2d(x, y)?;
    chart
        .configure_mesh()
        .disable_mesh()
        .set_all_tick_mark_size(px(5))
        .axis_style(stroke(palette::TEXT, 1))
        .label_style(text(14, palette::TEXT))
        .axis_desc_style(text(16, palette::TEXT))
        .x_desc(words[0])
        .y_desc(words[1])
        .draw()?;
    Ok(chart)
}
