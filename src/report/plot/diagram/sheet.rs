//! Title and key of a picture.

use plotters::prelude::Text;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::line::Look;
use super::mark::Mark;
use crate::report::plot::canvas::{Canvas, Outcome, anchored, at};
use crate::report::plot::palette;
use crate::report::plot::width::{fitted, width};

/// Width of the picture in pixels.
pub(super) const WIDTH: i32 = 900;

/// Room at either side, and below the titles.
const MARGIN: i32 = 40;
const TITLE: (i32, u32) = (12, 22);
const SUBTITLE: (i32, u32) = (42, 16);
/// Middle of the key's first line, from the titles' end, and the distance of its lines.
const FIRST_LINE: i32 = 18;
const LINE: i32 = 24;
/// Size of the key's texts, length of a sample, its distance to the text, and that to the next entry.
const KEY: u32 = 14;
pub(super) const SAMPLE: i32 = 30;
const TO_TEXT: i32 = 8;
const TO_NEXT: i32 = 26;

/// What stands beside a text of the key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Sample {
    /// A stretch of a line.
    Line(Look),
    /// A line with a dot.
    Dotted(Look),
    /// A cell without a number.
    Mark(Mark),
    /// The same on a curve.
    Symbol(Mark),
    /// Nothing: a remark.
    Nothing,
}

/// An entry of the key.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    /// The sample.
    pub sample: Sample,
    /// What it stands for.
    pub label: String,
}

/// What stands above the frame.
#[derive(Clone, Debug)]
pub(super) struct Sheet<'a> {
    /// The title.
    pub title: &'a str,
    /// A line below it.
    pub subtitle: Option<&'a str>,
    /// The key.
    pub entries: Vec<Entry>,
}

impl Sheet<'_> {
    /// Pixels from the top of the picture to the end of the key.
    pub fn height(&self) -> i32 {
        let lines = self.places().last().map_or(0, |(_, y)| y + LINE / 2);
        lines.max(self.titles() + 8)
    }

    fn titles(&self) -> i32 {
        let (top, size) = if self.subtitle.is_some() {
            SUBTITLE
        } else {
            TITLE
        };
        top + size as i32
    }

    /// The left end and the middle of each entry, filling line after line.
    fn places(&self) -> Vec<(i32, i32)> {
        let (mut x, mut y) = (MARGIN, self.titles() + FIRST_LINE);
        let mut places = Vec::with_capacity(self.entries.len());
        for entry in &self.entries {
            let size = entry.width();
            if x > MARGIN && x + size > WIDTH - MARGIN {
                (x, y) = (MARGIN, y + LINE);
            }
            places.push((x, y));
            x += size + TO_NEXT;
        }
        places
    }

    /// Draws titles and key.
    pub fn draw(&self, area: &Canvas) -> Outcome {
        let lines = [(Some(self.title), TITLE), (self.subtitle, SUBTITLE)];
        for (text, (top, size)) in lines {
            let Some(text) = text else { continue };
            let text = fitted(text, size, WIDTH - 2 * MARGIN);
            let style = anchored(size, palette::TEXT, Pos::new(HPos::Center, VPos::Top));
            area.draw(&Text::new(text, (at(WIDTH / 2), at(top)), style))?;
        }
        for (entry, (x, y)) in self.entries.iter().zip(self.places()) {
            entry.draw(area, (x, y))?;
        }
        Ok(())
    }
}

impl Entry {
    fn text(&self) -> String {
        fitted(&self.label, KEY, WIDTH - 2 * MARGIN - self.to_text())
    }

    fn to_text(&self) -> i32 {
        match self.sample {
            Sample::Nothing => 0,
            Sample::Line(_) | Sample::Dotted(_) | Sample::Mark(_) => SAMPLE + TO_TEXT,
            Sample::Symbol(_) => SAMPLE / 2 + TO_TEXT,
        }
    }

    fn width(&self) -> i32 {
        self.to_text() + width(&self.text(), KEY)
    }

    fn draw(&self, area: &Canvas, (x, y): (i32, i32)) -> Outcome {
        let ends = vec![(at(x), at(y)), (at(x + SAMPLE), at(y))];
        match self.sample {
            Sample::Line(look) => look.draw(area, &ends)?,
            Sample::Dotted(look) => {
                look.draw(area, &ends)?;
                look.draw_dot(area, (at(x + SAMPLE / 2), at(y)))?;
            }
            Sample::Symbol(mark) => {
                mark.draw_symbol(area, (at(x + SAMPLE / 4), at(y)), palette::TEXT)?;
            }
            Sample::Mark(mark) => {
                let corners = [(at(x + 4), at(y - 9)), (at(x + SAMPLE - 4), at(y + 9))];
                mark.draw_framed(area, corners)?;
            }
            Sample::Nothing => {}
        }
        let style = anchored(KEY, palette::TEXT, Pos::new(HPos::Left, VPos::Center));
        let start = (at(x + self.to_text()), at(y));
        area.draw(&Text::new(self.text(), start, style))?;
        Ok(())
    }
}
