//! One panel of several: curves with their bands, points with their bars, and what they mean.

use plotters::chart::ChartBuilder;
use plotters::prelude::{Circle, DashedLineSeries, LineSeries, PathElement, Polygon, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, RGBColor};

use super::canvas::{Canvas, Outcome, anchored, at, px, stroke, text};
use super::chart::Chart;
use super::palette;
use super::ticks::{Axis, Scale};
use crate::numerics::Measured;

/// Bands and bars are this many standard errors wide, on each side.
pub(super) const ERRORS: f64 = 2.0;

/// Heading, then the lines of the legend.
const HEADING: i32 = 30;
const LEGEND_LINE: i32 = 20;
/// Where headings, legends and the vertical axis begin.
const LEFT: i32 = 70;
/// Below this share of the number a band on a logarithmic axis ends.
const LEAST_SHARE: f64 = 0.1;
/// Entries of a legend; there may be more curves.
const MOST_ENTRIES: usize = 8;

/// How a curve and the points that belong to it are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Look {
    colour: RGBColor,
    /// Stroke and gap in pixels; nothing for a solid line.
    dash: Option<(u32, u32)>,
}

impl Look {
    /// Looks that are all different, as far as colours and dashes go.
    pub fn numbered(index: usize) -> Self {
        const DASHES: [Option<(u32, u32)>; 3] = [None, Some((8, 4)), Some((2, 4))];
        let count = palette::CURVES.len();
        Self {
            colour: palette::CURVES[index % count],
            dash: DASHES[index / count % DASHES.len()],
        }
    }
}

/// A curve with a band around it.
#[derive(Clone, Debug)]
pub(super) struct Series {
    /// What it is called in the legend.
    pub label: String,
    /// (x, y).
    pub line: Vec<(f64, f64)>,
    /// Lower and upper end at each point of the line.
    pub band: Vec<(f64, f64)>,
    /// How it is drawn.
    pub look: Look,
}

impl Series {
    /// A curve over steps 0, 1, .. with its errors as band.
    pub fn new(label: String, look: Look, curve: impl Iterator<Item = Measured>) -> Self {
        let curve: Vec<Measured> = curve.collect();
        let steps = (0..curve.len()).map(|step| step as f64);
        let ends = |at: &Measured| (at.value - ERRORS * at.error, at.value + ERRORS * at.error);
        Self {
            label,
            line: steps.zip(curve.iter().map(|at| at.value)).collect(),
            band: curve.iter().map(ends).collect(),
            look,
        }
    }
}

/// Measurements with error bars.
#[derive(Clone, Debug)]
pub(super) struct Points {
    /// (x, y, standard error of y).
    pub points: Vec<(f64, f64, f64)>,
    /// How they are drawn: in the colour of the curve they belong to.
    pub look: Look,
}

/// A panel.
#[derive(Clone, Debug)]
pub(super) struct Panel {
    /// What is shown, in words and symbols.
    pub heading: String,
    /// The vertical scale.
    pub scale: Scale,
    /// Curves.
    pub series: Vec<Series>,
    /// Measurements.
    pub points: Vec<Points>,
    /// A level at every step, and its name.
    pub level: Option<(Vec<f64>, String)>,
}

impl Panel {
    /// The height of heading and legend in pixels, in a panel of this width.
    pub fn head(&self, width: u32) -> u32 {
        let lines = self.entries().len().div_ceil(self.columns(width)) as i32;
        (HEADING + LEGEND_LINE * lines + 6).unsigned_abs()
    }

    /// Draws the panel into an area of this size in pixels, with its chart below `head`.
    pub fn draw(&self, area: &Canvas, size: (u32, u32), head: u32, last_step: f64) -> Outcome {
        let style = anchored(16, palette::TEXT, Pos::new(HPos::Left, VPos::Top));
        area.draw(&Text::new(self.heading.clone(), (at(LEFT), at(6)), style))?;
        self.draw_legend(area, size.0)?;
        let (_, body) = area.split_vertically(px(head));
        let x = Axis::counting(last_step);
        let mut chart = ChartBuilder::on(&body)
            .margin_top(px(4))
            .margin_right(px(20))
            .margin_bottom(px(6))
            .x_label_area_size(px(42))
            .y_label_area_size(px(LEFT.unsigned_abs()))
            .build_cartesian_2d(x.clone(), self.axis())?;
        draw_mesh(&mut chart)?;
        if let Some((level, _)) = &self.level {
            let places = level.iter().enumerate();
            let line = places.filter_map(|(step, y)| Some((step as f64, self.scale.place(*y)?)));
            let style = stroke(palette::TEXT, 1);
            chart.draw_series(DashedLineSeries::new(line, px(6), px(4), style))?;
        }
        for series in &self.series {
            self.draw_series(&mut chart, series)?;
        }
        for points in &self.points {
            self.draw_points(&mut chart, points, 0.006 * (x.range.1 - x.range.0))?;
        }
        Ok(())
    }

    /// The vertical axis, around all there is.
    fn axis(&self) -> Axis {
        let lines = self.series.iter().flat_map(|series| {
            let bands = series.line.iter().zip(&series.band);
            bands.flat_map(|(point, band)| {
                let (low, high) = self.band_ends(point.1, *band);
                [low, point.1, high]
            })
        });
        let points = self.points.iter().flat_map(|points| {
            points.points.iter().flat_map(|(_, y, error)| {
                let (low, high) = self.band_ends(*y, (y - ERRORS * error, y + ERRORS * error));
                [low, *y, high]
            })
        });
        let level = self
            .level
            .iter()
            .flat_map(|(level, _)| level.iter().copied());
        let numbers = lines.chain(points).chain(level);
        Axis::around(numbers.filter_map(|y| self.scale.place(y)), self.scale)
    }

    /// The ends of a band, as far as the scale shows them.
    fn band_ends(&self, value: f64, (low, high): (f64, f64)) -> (f64, f64) {
        match self.scale {
            Scale::Linear => (low, high),
            Scale::Logarithmic => (low.max(LEAST_SHARE * value), high),
        }
    }

    fn draw_series(&self, chart: &mut Chart, series: &Series) -> Outcome {
        let (mut line, mut lower, mut upper) = (Vec::new(), Vec::new(), Vec::new());
        for (&(x, y), band) in series.line.iter().zip(&series.band) {
            let (low, high) = self.band_ends(y, *band);
            let places = [y, low, high].map(|number| self.scale.place(number));
            if let [Some(y), Some(low), Some(high)] = places {
                line.push((x, y));
                lower.push((x, low));
                upper.push((x, high));
            }
        }
        let colour = series.look.colour;
        let outline: Vec<_> = lower.into_iter().chain(upper.into_iter().rev()).collect();
        chart.draw_series([Polygon::new(outline, colour.mix(0.25).filled())])?;
        let style = stroke(colour, 2);
        match series.look.dash {
            None => {
                chart.draw_series(LineSeries::new(line, style))?;
            }
            Some((dash, gap)) => {
                chart.draw_series(DashedLineSeries::new(line, px(dash), px(gap), style))?;
            }
        }
        Ok(())
    }

    /// Dots with bars; the caps reach `cap` to either side.
    fn draw_points(&self, chart: &mut Chart, points: &Points, cap: f64) -> Outcome {
        let style = stroke(points.look.colour, 1);
        for &(x, y, error) in &points.points {
            let (low, high) = self.band_ends(y, (y - ERRORS * error, y + ERRORS * error));
            let places = [y, low, high].map(|number| self.scale.place(number));
            let [Some(y), Some(low), Some(high)] = places else {
                continue;
            };
            let bar = |from, to| PathElement::new(vec![from, to], style);
            chart.draw_series([
                bar((x, low), (x, high)),
                bar((x - cap, low), (x + cap, low)),
                bar((x - cap, high), (x + cap, high)),
            ])?;
            let dot = Circle::new((x, y), px(3), points.look.colour.filled());
            chart.draw_series([dot])?;
        }
        Ok(())
    }

    /// Samples of the lines with their names; a curve alone needs no name.
    fn entries(&self) -> Vec<(Option<Look>, String)> {
        let mut entries: Vec<(Option<Look>, String)> = Vec::new();
        if self.series.len() > 1 {
            let named = self.series.iter();
            entries.extend(named.map(|series| (Some(series.look), series.label.clone())));
        }
        if entries.len() > MOST_ENTRIES {
            let more = entries.len() - (MOST_ENTRIES - 1);
            entries.truncate(MOST_ENTRIES - 1);
            entries.push((None, format!("and {more} more")));
        }
        let level = Look {
            colour: palette::TEXT,
            dash: Some((6, 4)),
        };
        entries.extend(
            self.level
                .iter()
                .map(|(_, name)| (Some(level), name.clone())),
        );
        entries
    }

    /// How many legend entries stand side by side.
    fn columns(&self, width: u32) -> usize {
        let longest = self
            .entries()
            .into_iter()
            .map(|(_, name)| name.chars().count());
        // the sample of the line, then a guess at the width of the text
        let entry = 50 + 8 * longest.max().unwrap_or(0);
        let room = (width as usize).saturating_sub(LEFT.unsigned_abs() as usize);
        (room / entry).max(1)
    }

    fn draw_legend(&self, area: &Canvas, width: u32) -> Outcome {
        let columns = self.columns(width);
        let column_width = (width as i32 - LEFT) / columns as i32;
        for (index, (look, name)) in self.entries().into_iter().enumerate() {
            let x = LEFT + column_width.min(200) * (index % columns) as i32;
            let y = HEADING + 10 + LEGEND_LINE * (index / columns) as i32;
            if let Some(look) = look {
                draw_sample(area, (x, y), look)?;
            }
            let style = anchored(14, palette::TEXT, Pos::new(HPos::Left, VPos::Center));
            area.draw(&Text::new(name, (at(x + 34), at(y)), style))?;
        }
        Ok(())
    }
}

/// A short stretch of a line.
fn draw_sample(area: &Canvas, (x, y): (i32, i32), look: Look) -> Outcome {
    const LENGTH: i32 = 26;
    let (dash, gap) = look.dash.unwrap_or((LENGTH.unsigned_abs(), 0));
    for start in (0..LENGTH).step_by((dash + gap) as usize) {
        let end = (start + dash as i32).min(LENGTH);
        let ends = vec![(at(x + start), at(y)), (at(x + end), at(y))];
        area.draw(&PathElement::new(ends, stroke(look.colour, 2)))?;
    }
    Ok(())
}

fn draw_mesh(chart: &mut Chart) -> Outcome {
    chart
        .configure_mesh()
        .disable_x_mesh()
        .bold_line_style(stroke(palette::GUIDE, 1))
        .light_line_style(palette::GUIDE.mix(0.0))
        .set_all_tick_mark_size(px(5))
        .axis_style(stroke(palette::TEXT, 1))
        .label_style(text(13, palette::TEXT))
        .axis_desc_style(text(15, palette::TEXT))
        .x_desc("step t")
        .draw()?;
    Ok(())
}
