//! The rectangle that the diagram fills, with its axes.

use plotters::prelude::{PathElement, Text};
use plotters::style::FontTransform;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::canvas::{Canvas, Outcome, anchored, at, border, px, stroke};
use super::palette;
use super::ruler::{LABEL, Ruler};
use super::width::fitted;

/// Pixels of the picture, and the places at their ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Frame {
    /// Pixels from the left.
    pub left: i32,
    /// Pixels from the top.
    pub top: i32,
    /// Pixels from the left.
    pub right: i32,
    /// Pixels from the top.
    pub bottom: i32,
    /// Places at the left and the right end.
    pub x: (f64, f64),
    /// Places at the lower and the upper end.
    pub y: (f64, f64),
}

/// Size of the words beside the axes.
pub(super) const WORDS: u32 = 16;
/// Lengths of ticks.
const TICK: i32 = 6;
const MINOR: i32 = 3;
/// Room below the frame, and for words that run upwards with the gap to the labels.
pub(super) const BELOW: i32 = 62;
pub(super) const UPRIGHT: i32 = 36;
/// From the frame to a label.
pub(super) const TO_LABEL: i32 = 10;

impl Frame {
    /// Pixels across.
    pub fn width(&self) -> i32 {
        self.right - self.left
    }

    /// Pixels up.
    pub fn height(&self) -> i32 {
        self.bottom - self.top
    }

    /// Where a place is, in pixels from the left.
    pub fn across(&self, x: f64) -> f64 {
        let part = (x - self.x.0) / (self.x.1 - self.x.0);
        f64::from(self.left) + part * f64::from(self.width())
    }

    /// Where a place is, in pixels from the top.
    pub fn down(&self, y: f64) -> f64 {
        let part = (y - self.y.0) / (self.y.1 - self.y.0);
        f64::from(self.bottom) - part * f64::from(self.height())
    }

    /// Where a point is, in units of the canvas.
    pub fn point(&self, (x, y): (f64, f64)) -> (i32, i32) {
        let units = |pixels: f64| (pixels * f64::from(px(1))).round() as i32;
        (units(self.across(x)), units(self.down(y)))
    }

    /// Draws the border with ticks and labels.
    pub fn draw(&self, area: &Canvas, x: &Ruler, y: &Ruler) -> Outcome {
        let corners = [
            (at(self.left), at(self.top)),
            (at(self.right), at(self.bottom)),
        ];
        area.draw(&border(corners, stroke(palette::TEXT, 1)))?;
        self.draw_across(area, x)?;
        self.draw_up(area, y)
    }

    fn draw_across(&self, area: &Canvas, ruler: &Ruler) -> Outcome {
        let bottom = at(self.bottom);
        let tick = |place: f64, length: i32| {
            let x = self.point((place, self.y.0)).0;
            PathElement::new(
                vec![(x, bottom), (x, bottom + at(length))],
                stroke(palette::TEXT, 1),
            )
        };
        for place in &ruler.minor {
            area.draw(&tick(*place, MINOR))?;
        }
        let style = anchored(LABEL, palette::TEXT, Pos::new(HPos::Center, VPos::Top));
        for (place, label) in &ruler.ticks {
            area.draw(&tick(*place, TICK))?;
            let under = (self.point((*place, self.y.0)).0, bottom + at(TO_LABEL));
            area.draw(&Text::new(label.clone(), under, style.clone()))?;
        }
        let style = anchored(WORDS, palette::TEXT, Pos::new(HPos::Center, VPos::Top));
        let words = fitted(&ruler.words, WORDS, self.width());
        let middle = (at(self.left + self.right) / 2, bottom + at(TO_LABEL + 22));
        area.draw(&Text::new(words, middle, style))?;
        Ok(())
    }

    fn draw_up(&self, area: &Canvas, ruler: &Ruler) -> Outcome {
        let left = at(self.left);
        let tick = |place: f64, length: i32| {
            let y = self.point((self.x.0, place)).1;
            PathElement::new(
                vec![(left - at(length), y), (left, y)],
                stroke(palette::TEXT, 1),
            )
        };
        for place in &ruler.minor {
            area.draw(&tick(*place, MINOR))?;
        }
        let style = anchored(LABEL, palette::TEXT, Pos::new(HPos::Right, VPos::Center));
        for (place, label) in &ruler.ticks {
            area.draw(&tick(*place, TICK))?;
            let beside = (left - at(TO_LABEL), self.point((self.x.0, *place)).1);
            area.draw(&Text::new(label.clone(), beside, style.clone()))?;
        }
        let x = self.left - TO_LABEL - ruler.widest() - 20;
        draw_upright(area, &ruler.words, x, (self.top, self.bottom))
    }
}

/// Words that run upwards, centred between two heights, around `x` pixels from the left.
pub(super) fn draw_upright(
    area: &Canvas,
    words: &str,
    x: i32,
    (top, bottom): (i32, i32),
) -> Outcome {
    let centre = Pos::new(HPos::Center, VPos::Center);
    let style = anchored(WORDS, palette::TEXT, centre).transform(FontTransform::Rotate270);
    let words = fitted(words, WORDS, bottom - top);
    area.draw(&Text::new(words, (at(x), at(top + bottom) / 2), style))?;
    Ok(())
}
