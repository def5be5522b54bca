//! The bar that says which colour stands for which number.

use plotters::prelude::{PathElement, Rectangle, Text};
use plotters::style::Color;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::colours::ColourScale;
use crate::report::plot::canvas::{Canvas, Outcome, anchored, at, border, stroke};
use crate::report::plot::frame::{Frame, TO_LABEL, draw_upright};
use crate::report::plot::palette;
use crate::report::plot::ruler::{LABEL, Ruler};

/// Width of the bar, and of one of its stripes, in pixels.
pub(super) const WIDTH: i32 = 22;
const STRIPE: i32 = 2;
const TICK: i32 = 5;

/// A colour bar.
pub(super) struct ColourBar<'a> {
    /// Where it stands.
    pub frame: Frame,
    /// Its colours.
    pub colours: &'a ColourScale,
    /// Its ticks.
    pub ruler: &'a Ruler,
    /// The place of the phase boundary's level.
    pub level: Option<f64>,
}

impl ColourBar<'_> {
    /// Draws the bar with its labels on the right.
    pub fn draw(&self, area: &Canvas) -> Outcome {
        let Frame {
            left,
            right,
            top,
            bottom,
            y,
            ..
        } = self.frame;
        let stripes = (bottom - top) / STRIPE;
        for stripe in 0..stripes {
            let part = f64::from(stripe) / f64::from(stripes - 1);
            let colour = self.colours.at(y.0 + part * (y.1 - y.0));
            // each reaches below the next one: no gaps show at any magnification
            let high = (bottom - STRIPE * (stripe + 2)).max(top);
            let corners = [
                (at(left), at(high)),
                (at(right), at(bottom - STRIPE * stripe)),
            ];
            area.draw(&Rectangle::new(corners, colour.filled()))?;
        }
        let across = |y: i32, from: i32, to: i32, pixels: u32| {
            PathElement::new(
                vec![(at(from), y), (at(to), y)],
                stroke(palette::TEXT, pixels),
            )
        };
        if let Some(level) = self.level {
            area.draw(&across(self.frame.point((0.0, level)).1, left, right, 2))?;
        }
        let corners = [(at(left), at(top)), (at(right), at(bottom))];
        area.draw(&border(corners, stroke(palette::TEXT, 1)))?;
        for place in &self.ruler.minor {
            let y = self.frame.point((0.0, *place)).1;
            area.draw(&across(y, right, right + TICK / 2, 1))?;
        }
        let style = anchored(LABEL, palette::TEXT, Pos::new(HPos::Left, VPos::Center));
        for (place, label) in &self.ruler.ticks {
            let y = self.frame.point((0.0, *place)).1;
            area.draw(&across(y, right, right + TICK, 1))?;
            area.draw(&Text::new(
                label.clone(),
                (at(right + TO_LABEL), y),
                style.clone(),
            ))?;
        }
        let x = right + TO_LABEL + self.ruler.widest() + 20;
        draw_upright(area, &self.ruler.words, x, (top, bottom))
    }
}
