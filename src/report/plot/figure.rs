//! A picture: titles and a key above rows of panels.

use plotters::prelude::{IntoDrawingArea, SVGBackend};
use plotters::style::WHITE;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::canvas::{Canvas, Outcome, px, sized, with_dashes, write};
use super::frame::BELOW;
use super::key::{Entry, Key};
use super::panel::{Panel, Place};
use super::script;
use super::sheet::Sheet;
use super::symbols::typeset_picture;
use super::width::{balanced, fitted};
use crate::report::json::ReportError;

/// Height of the frames in a picture of several rows.
pub(super) const ROW: i32 = 250;

/// A panel narrower than this shows nothing.
const NARROWEST: i32 = 260;
/// Room at either side.
const MARGIN: i32 = 40;
/// Top of the first line; size of the title and of a line below it, and their distances to the next one.
const TOP: i32 = 12;
const TITLE: (u32, i32) = (22, 30);
const SUBTITLE: (u32, i32) = (16, 22);
/// Room between what stands above and a row of panels, and height of a row's words.
const ABOVE: i32 = 14;
const CAPTION: (i32, u32) = (24, 15);
/// Room between a row's words and its panels.
const TO_PANELS: i32 = 8;

const CENTRE: Pos = Pos {
    h_pos: HPos::Center,
    v_pos: VPos::Top,
};

/// What stands above the frames.
#[derive(Clone, Debug, Default)]
pub(super) struct Head {
    /// The title, and the experiment's name below it.
    pub titles: Vec<String>,
    /// Lines below them, without which the picture cannot be read.
    pub remarks: Vec<String>,
    /// The key.
    pub entries: Vec<Entry>,
}

impl Head {
    /// With the experiment's name below the title, where it has one.
    pub fn new(title: String, name: Option<&str>) -> Self {
        let titles = std::iter::once(title).chain(name.map(str::to_owned));
        Self {
            titles: titles.collect(),
            remarks: Vec::new(),
            entries: Vec::new(),
        }
    }

    /// The lines of text that this sheet has, with their tops and sizes.
    fn lines(&self, sheet: &Sheet) -> Vec<(&str, i32, u32)> {
        let titles = self.titles.iter().filter(|_| sheet.titles());
        let texts = titles.chain(&self.remarks).map(String::as_str);
        let (mut lines, mut top) = (Vec::new(), TOP);
        for text in texts {
            let is_title = sheet.titles() && lines.is_empty();
            let (size, height) = if is_title { TITLE } else { SUBTITLE };
            for part in balanced(text, size, sheet.width() - 2 * MARGIN) {
                lines.push((part, top, size));
                top += height;
            }
        }
        lines
    }

    fn texts(&self, sheet: &Sheet) -> i32 {
        let lines = self.lines(sheet);
        lines
            .last()
            .map_or(0, |(_, top, size)| top + size.cast_signed())
    }

    fn key(&self, sheet: &Sheet) -> Key<'_> {
        let margin = if sheet.titles() { MARGIN } else { MARGIN / 2 };
        Key {
            entries: &self.entries,
            left: margin,
            right: sheet.width() - margin,
        }
    }

    /// Pixels from the top of the picture to the end of the key.
    pub fn height(&self, sheet: &Sheet) -> i32 {
        self.texts(sheet) + self.key(sheet).height().max(8)
    }

    /// Draws titles and key.
    pub fn draw(&self, area: &Canvas, sheet: &Sheet) -> Outcome {
        for (text, top, size) in self.lines(sheet) {
            let text = fitted(text, size, sheet.width() - MARGIN);
            write(area, &text, size, (sheet.width() / 2, top), CENTRE)?;
        }
        self.key(sheet).draw(area, self.texts(sheet))
    }
}

/// Panels side by side.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// What holds for all of them; may be empty.
    pub caption: String,
    /// Height of their frames in pixels.
    pub height: i32,
    pub panels: Vec<Panel>,
}

impl Row {
    /// Panels without a caption.
    pub fn of(panels: Vec<Panel>) -> Self {
        Self {
            caption: String::new(),
            height: ROW,
            panels,
        }
    }

    /// The left and the right end of each panel.
    fn ends(&self, sheet: &Sheet) -> impl Iterator<Item = (i32, i32)> + use<> {
        let (width, count) = (sheet.width(), self.panels.len() as i32);
        (0..count).map(move |i| (width * i / count, width * (i + 1) / count))
    }

    /// The same panels in as many rows as a narrow sheet needs; the caption stands above the first.
    fn on(&self, sheet: &Sheet) -> Vec<Self> {
        let fit = (sheet.width() / NARROWEST).max(1) as usize;
        let count = self.panels.len().div_ceil(fit).max(1);
        let rows = self.panels.chunks(self.panels.len().div_ceil(count).max(1));
        let mut caption = self.caption.clone();
        let row = |panels: &[Panel]| Self {
            caption: std::mem::take(&mut caption),
            height: sheet.height(self.height),
            panels: panels.to_vec(),
        };
        rows.map(row).collect()
    }

    fn caption_lines(&self, sheet: &Sheet) -> Vec<&str> {
        match self.caption.as_str() {
            "" => Vec::new(),
            caption => balanced(caption, CAPTION.1, sheet.width() - 2 * MARGIN),
        }
    }

    fn caption(&self, sheet: &Sheet) -> i32 {
        match self.caption_lines(sheet).len() {
            0 => 0,
            lines => CAPTION.0 * lines as i32 + TO_PANELS,
        }
    }

    /// Pixels from the row's top to its frames.
    fn head(&self, sheet: &Sheet) -> i32 {
        let heads = self.panels.iter().zip(self.ends(sheet));
        let heads = heads.map(|(panel, (left, right))| panel.head(left, right));
        self.caption(sheet) + heads.max().unwrap_or(0)
    }

    fn bottom(&self, sheet: &Sheet) -> i32 {
        self.head(sheet) + self.height + BELOW
    }

    fn draw(&self, area: &Canvas, top: i32, sheet: &Sheet) -> Outcome {
        for (line, text) in self.caption_lines(sheet).iter().enumerate() {
            let top = top + CAPTION.0 * line as i32;
            write(area, text, CAPTION.1, (sheet.width() / 2, top), CENTRE)?;
        }
        for (panel, (left, right)) in self.panels.iter().zip(self.ends(sheet)) {
            let place = Place {
                left,
                right,
                top: top + self.caption(sheet),
                frame_top: top + self.head(sheet),
                bottom: top + self.head(sheet) + self.height,
            };
            panel.draw(area, place)?;
        }
        Ok(())
    }
}

/// A finished picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// As SVG, without the need of any font.
    pub svg: String,
    /// A program (Python, matplotlib) that draws it from its numbers.
    pub script: String,
}

/// A picture in its parts.
#[derive(Clone, Debug)]
pub(super) struct Figure {
    pub head: Head,
    pub rows: Vec<Row>,
}

impl Figure {
    /// The picture on this sheet.
    ///
    /// # Errors
    /// When the drawing library fails.
    pub fn picture(&self, sheet: &Sheet) -> Result<Picture, ReportError> {
        let rows: Vec<Row> = self.rows.iter().flat_map(|row| row.on(sheet)).collect();
        let top = self.head.height(sheet) + ABOVE;
        let height = top + rows.iter().map(|row| row.bottom(sheet)).sum::<i32>();
        let svg = svg(height, sheet, |area| {
            self.head.draw(area, sheet)?;
            let mut top = top;
            for row in &rows {
                row.draw(area, top, sheet)?;
                top += row.bottom(sheet);
            }
            Ok(())
        })?;
        Ok(Picture {
            svg,
            script: script::of_figure(&self.head, &rows, sheet),
        })
    }
}

/// Draws on a white sheet of this height in pixels.
pub(super) fn svg(
    height: i32,
    sheet: &Sheet,
    draw: impl FnOnce(&Canvas) -> Outcome,
) -> Result<String, ReportError> {
    let size = (sheet.width().unsigned_abs(), height.unsigned_abs());
    let mut svg = String::new();
    let outcome = || -> Outcome {
        let area = SVGBackend::with_string(&mut svg, (px(size.0), px(size.1))).into_drawing_area();
        area.fill(&WHITE)?;
        draw(&area)?;
        area.present()?;
        Ok(())
    };
    outcome().map_err(|error| ReportError::Plot(error.to_string()))?;
    let dashed = with_dashes(&typeset_picture(&svg));
    Ok(sized(&dashed, size, sheet.scale()))
}
