//! What the marks of a picture stand for.

use plotters::prelude::{Polygon, Rectangle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, RGBColor};

use super::canvas::{Canvas, Outcome, at, write};
use super::diagram::Mark;
use super::look::{Dot, Look};
use super::palette;
use super::width::{balanced, fitted, width};

/// Middle of the first line, from the top, and the distance of the lines.
const FIRST_LINE: i32 = 18;
const LINE: i32 = 24;
/// Size of the texts, length of a sample, its distance to the text, and that to the next entry.
const SIZE: u32 = 14;
const SAMPLE: i32 = 30;
const TO_TEXT: i32 = 8;
const TO_NEXT: i32 = 26;

/// What stands beside a text of the key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Sample {
    /// A stretch of a line.
    Line(Look),
    /// A line with a dot.
    Dotted(Look),
    /// A dot alone.
    Dot(RGBColor, Dot),
    /// An area below a line.
    Area(RGBColor),
    /// The end of a stem.
    Stem(Look),
    /// The tip of a point mass.
    Tip(Look),
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

impl Entry {
    pub fn new(sample: Sample, label: impl Into<String>) -> Self {
        Self {
            sample,
            label: label.into(),
        }
    }

    fn to_text(&self) -> i32 {
        match self.sample {
            Sample::Nothing => 0,
            Sample::Symbol(_) | Sample::Dot(..) => SAMPLE / 2 + TO_TEXT,
            _ => SAMPLE + TO_TEXT,
        }
    }

    /// The label in as many lines as it needs; a word that is wider than the room is cut.
    fn lines(&self, room: i32) -> Vec<String> {
        let room = room - self.to_text();
        let lines = balanced(&self.label, SIZE, room).into_iter();
        lines.map(|line| fitted(line, SIZE, room)).collect()
    }

    /// Pixels across, and lines.
    fn size(&self, room: i32) -> (i32, i32) {
        let lines = self.lines(room);
        let widest = lines.iter().map(|line| width(line, SIZE)).max();
        (self.to_text() + widest.unwrap_or(0), lines.len() as i32)
    }

    fn draw(&self, area: &Canvas, (x, y): (i32, i32), room: i32) -> Outcome {
        self.draw_sample(area, (x, y))?;
        let middle = Pos::new(HPos::Left, VPos::Center);
        for (line, text) in self.lines(room).iter().enumerate() {
            let start = (x + self.to_text(), y + LINE * line as i32);
            write(area, text, SIZE, start, middle)?;
        }
        Ok(())
    }

    fn draw_sample(&self, area: &Canvas, (x, y): (i32, i32)) -> Outcome {
        let place = |across: i32| (at(x + across), at(y));
        let ends = [place(0), place(SAMPLE)];
        match self.sample {
            Sample::Line(look) => look.draw(area, &ends),
            Sample::Dotted(look) => {
                look.draw(area, &ends)?;
                Dot::FULL.draw(area, place(SAMPLE / 2), look.colour)
            }
            Sample::Dot(colour, dot) => dot.draw(area, place(SAMPLE / 4), colour),
            Sample::Area(colour) => {
                let corners = [(at(x), at(y - 6)), (at(x + SAMPLE), at(y + 6))];
                area.draw(&Rectangle::new(corners, colour.mix(0.25).filled()))?;
                let top = ends.map(|(x, y)| (x, y - at(6)));
                Look::new(colour).draw(area, &top)
            }
            Sample::Stem(look) => {
                look.draw(area, &[place(0), place(SAMPLE - 4)])?;
                Dot::FULL.draw(area, place(SAMPLE - 4), look.colour)
            }
            Sample::Tip(look) => {
                look.draw(area, &[place(0), place(SAMPLE - 4)])?;
                draw_tip(area, place(SAMPLE - 4), look.colour)
            }
            Sample::Symbol(mark) => mark.draw_symbol(area, place(SAMPLE / 4), palette::TEXT),
            Sample::Mark(mark) => {
                let corners = [(at(x + 4), at(y - 9)), (at(x + SAMPLE - 4), at(y + 9))];
                mark.draw_framed(area, corners)
            }
            Sample::Nothing => Ok(()),
        }
    }
}

/// A triangle that stands on a point mass.
pub(super) fn draw_tip(area: &Canvas, (x, y): (i32, i32), colour: RGBColor) -> Outcome {
    let corners = vec![
        (x - at(6), y + at(5)),
        (x, y - at(6)),
        (x + at(6), y + at(5)),
    ];
    area.draw(&Polygon::new(corners, colour.filled()))?;
    Ok(())
}

/// Entries that fill line after line between two places, in pixels from the left.
#[derive(Clone, Copy)]
pub(super) struct Key<'a> {
    pub entries: &'a [Entry],
    pub left: i32,
    pub right: i32,
}

impl Key<'_> {
    /// Pixels that it takes.
    pub fn height(&self) -> i32 {
        match self.places() {
            (_, 0) => 0,
            (_, lines) => FIRST_LINE + LINE * (lines - 1) + LINE / 2,
        }
    }

    /// The left end and the middle of the first line of each entry, from the key's top; and the number of all lines.
    fn places(&self) -> (Vec<(i32, i32)>, i32) {
        let (mut x, mut line, mut lines) = (self.left, 0, 0);
        let mut places = Vec::with_capacity(self.entries.len());
        for entry in self.entries {
            let (across, down) = entry.size(self.right - self.left);
            if x > self.left && x + across > self.right {
                (x, line) = (self.left, lines);
            }
            places.push((x, FIRST_LINE + LINE * line));
            x += across + TO_NEXT;
            lines = lines.max(line + down);
        }
        (places, lines)
    }

    /// Draws it below `top`.
    pub fn draw(&self, area: &Canvas, top: i32) -> Outcome {
        for (entry, (x, y)) in self.entries.iter().zip(self.places().0) {
            entry.draw(area, (x, top + y), self.right - self.left)?;
        }
        Ok(())
    }
}
