//! What is drawn into a frame, in the numbers that it shows.

use plotters::prelude::{PathElement, Polygon, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, RGBColor};

use super::canvas::{Canvas, Outcome, anchored, at, stroke};
use super::frame::Frame;
use super::key::draw_tip;
use super::look::{Dot, Look};
use super::ticks::Scale;
use crate::numerics::Measured;

/// Bands and bars are this many standard errors wide, on each side.
pub(super) const ERRORS: f64 = 2.0;
/// Below this share of the number a bar on a logarithmic axis ends.
const LEAST_SHARE: f64 = 0.1;
/// Half the width of an error bar's caps.
const CAP: i32 = 3;
/// Size of texts inside the frame, and their distance from what they belong to.
const LABEL_SIZE: u32 = 15;
const TO_PLACE: i32 = 8;

/// Something drawn, in numbers; what has no place on the axes is left out.
#[derive(Clone, Debug)]
pub(super) enum Layer {
    /// A line, in a band where its numbers have errors.
    Curve(Vec<(f64, Measured)>, Look),
    /// Dots, with bars where their numbers have errors.
    Dots(Vec<(f64, Measured)>, RGBColor, Dot),
    /// The area between a line and zero.
    Area(Vec<(f64, f64)>, RGBColor),
    /// A line from below to above at some x.
    Upright(f64, Look),
    /// A line from left to right at some y.
    Level(f64, Look),
    /// A triangle.
    Tip((f64, f64), RGBColor),
    /// A text beside a point, and whether it stands on its left.
    Label((f64, f64), String, RGBColor, bool),
}

impl Layer {
    /// A line of numbers without errors.
    pub fn line(points: impl IntoIterator<Item = (f64, f64)>, look: Look) -> Self {
        Self::Curve(exact(points), look)
    }

    /// Dots of numbers without errors.
    pub fn dots(points: impl IntoIterator<Item = (f64, f64)>, colour: RGBColor, dot: Dot) -> Self {
        Self::Dots(exact(points), colour, dot)
    }

    /// A line from zero to a height.
    pub fn stem(x: f64, height: f64, look: Look) -> Self {
        Self::line([(x, 0.0), (x, height)], look)
    }

    /// All x, and all y with the ends of their bars.
    pub fn numbers(&self, scale: Scale) -> (Vec<f64>, Vec<f64>) {
        match self {
            Self::Curve(points, _) | Self::Dots(points, ..) => {
                let heights = points.iter().flat_map(|(_, y)| {
                    let (low, high) = ends(*y, scale);
                    [low, y.value, high]
                });
                (points.iter().map(|p| p.0).collect(), heights.collect())
            }
            Self::Area(points, _) => points.iter().copied().unzip(),
            Self::Upright(x, _) => (vec![*x], vec![]),
            Self::Level(y, _) => (vec![], vec![*y]),
            Self::Tip(at, _) | Self::Label(at, ..) => (vec![at.0], vec![at.1]),
        }
    }
}

fn exact(points: impl IntoIterator<Item = (f64, f64)>) -> Vec<(f64, Measured)> {
    let points = points.into_iter();
    points.map(|(x, y)| (x, Measured::new(y, 0.0))).collect()
}

/// The ends of an error bar; a number without a known error has none.
pub(super) fn ends(number: Measured, scale: Scale) -> (f64, f64) {
    let Measured { value, error } = number;
    let error = if error.is_finite() {
        ERRORS * error
    } else {
        0.0
    };
    match scale {
        Scale::Linear => (value - error, value + error),
        Scale::Fraction => ((value - error).max(0.0), (value + error).min(1.0)),
        Scale::Logarithmic => ((value - error).max(LEAST_SHARE * value), value + error),
    }
}

/// An error bar with caps.
pub(super) fn draw_bar(
    area: &Canvas,
    colour: RGBColor,
    low: (i32, i32),
    high: (i32, i32),
) -> Outcome {
    let style = stroke(colour, 1);
    area.draw(&PathElement::new(vec![low, high], style))?;
    for (x, y) in [low, high] {
        let cap = vec![(x - at(CAP), y), (x + at(CAP), y)];
        area.draw(&PathElement::new(cap, style))?;
    }
    Ok(())
}

/// A frame with the scales of its axes.
pub(super) struct Plane {
    pub frame: Frame,
    pub scales: [Scale; 2],
}

impl Plane {
    fn point(&self, (x, y): (f64, f64)) -> Option<(i32, i32)> {
        let place = (self.scales[0].place(x)?, self.scales[1].place(y)?);
        Some(self.frame.point(place))
    }

    fn points(&self, points: impl IntoIterator<Item = (f64, f64)>) -> Vec<(i32, i32)> {
        points.into_iter().filter_map(|p| self.point(p)).collect()
    }

    /// Draws one layer.
    pub fn draw(&self, area: &Canvas, layer: &Layer) -> Outcome {
        match layer {
            Layer::Curve(points, look) => self.draw_curve(area, points, *look),
            Layer::Dots(points, colour, dot) => self.draw_dots(area, points, *colour, *dot),
            Layer::Area(points, colour) => {
                let ends = [points.last(), points.first()].into_iter().flatten();
                let base = ends.map(|point| (point.0, 0.0));
                self.fill(area, points.iter().copied().chain(base), *colour)
            }
            Layer::Upright(x, look) => match self.scales[0].place(*x) {
                Some(x) => {
                    let ends = [self.frame.y.0, self.frame.y.1];
                    look.draw(area, &ends.map(|y| self.frame.point((x, y))))
                }
                None => Ok(()),
            },
            Layer::Level(y, look) => match self.scales[1].place(*y) {
                Some(y) => {
                    let ends = [self.frame.x.0, self.frame.x.1];
                    look.draw(area, &ends.map(|x| self.frame.point((x, y))))
                }
                None => Ok(()),
            },
            Layer::Tip(place, colour) => match self.point(*place) {
                Some(place) => draw_tip(area, place, *colour),
                None => Ok(()),
            },
            Layer::Label(place, text, colour, on_left) => {
                let Some((x, y)) = self.point(*place) else {
                    return Ok(());
                };
                let (side, shift) = if *on_left {
                    (HPos::Right, -at(TO_PLACE))
                } else {
                    (HPos::Left, at(TO_PLACE))
                };
                let style = anchored(LABEL_SIZE, *colour, Pos::new(side, VPos::Center));
                area.draw(&Text::new(text.clone(), (x + shift, y), style))?;
                Ok(())
            }
        }
    }

    fn fill(
        &self,
        area: &Canvas,
        outline: impl IntoIterator<Item = (f64, f64)>,
        colour: RGBColor,
    ) -> Outcome {
        let style = colour.mix(0.25).filled();
        area.draw(&Polygon::new(self.points(outline), style))?;
        Ok(())
    }

    fn draw_curve(&self, area: &Canvas, points: &[(f64, Measured)], look: Look) -> Outcome {
        let shown = |(x, y): &&(f64, Measured)| self.point((*x, y.value)).is_some();
        let points: Vec<_> = points.iter().filter(shown).collect();
        if points
            .iter()
            .any(|(_, y)| y.error > 0.0 && y.error.is_finite())
        {
            let band = |(x, y): &&(f64, Measured)| {
                let (low, high) = ends(*y, self.scales[1]);
                [(*x, low), (*x, high)]
            };
            let lower = points.iter().map(|point| band(point)[0]);
            let upper = points.iter().rev().map(|point| band(point)[1]);
            self.fill(area, lower.chain(upper), look.colour)?;
        }
        let line = points.iter().map(|(x, y)| (*x, y.value));
        look.draw(area, &self.points(line))
    }

    fn draw_dots(
        &self,
        area: &Canvas,
        points: &[(f64, Measured)],
        colour: RGBColor,
        dot: Dot,
    ) -> Outcome {
        for &(x, y) in points {
            let (low, high) = ends(y, self.scales[1]);
            let point = |y: f64| {
                let (across, down) = self.point((x, y))?;
                Some((across + at(dot.shift), down))
            };
            let bar = point(low).zip(point(high));
            if let Some((low, high)) = bar.filter(|(low, high)| low != high) {
                draw_bar(area, colour, low, high)?;
            }
            if let Some(centre) = point(y.value) {
                dot.draw(area, centre, colour)?;
            }
        }
        Ok(())
    }
}
