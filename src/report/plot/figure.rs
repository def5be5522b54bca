//! A picture: titles and a key above rows of panels.

use plotters::prelude::{IntoDrawingArea, SVGBackend};
use plotters::style::WHITE;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::canvas::{Canvas, Outcome, px, sized, write};
use super::frame::BELOW;
use super::key::{Entry, Key};
use super::panel::{Panel, Place};
use super::width::fitted;
use crate::report::json::ReportError;

/// Width of a picture in pixels.
pub(super) const WIDTH: i32 = 900;
/// Height of the frames in a picture of several rows.
pub(super) const ROW: i32 = 250;

/// Room at either side.
const MARGIN: i32 = 40;
/// Top and size of the title, and of the first line below it; the distance of the next ones.
const TITLE: (i32, u32) = (12, 22);
const SUBTITLE: (i32, u32) = (42, 16);
const NEXT: i32 = 22;
/// Room between what stands above and a row of panels, and height of a row's words.
const ABOVE: i32 = 14;
const CAPTION: (i32, u32) = (24, 15);

const CENTRE: Pos = Pos {
    h_pos: HPos::Center,
    v_pos: VPos::Top,
};

/// What stands above the frames.
#[derive(Clone, Debug, Default)]
pub(super) struct Head {
    /// The title.
    pub title: String,
    /// Lines below it.
    pub subtitles: Vec<String>,
    /// The key.
    pub entries: Vec<Entry>,
}

impl Head {
    /// With the experiment's name below the title, where it has one.
    pub fn new(title: String, name: Option<&str>) -> Self {
        Self {
            title,
            subtitles: name.map(str::to_owned).into_iter().collect(),
            entries: Vec::new(),
        }
    }

    fn titles(&self) -> i32 {
        match self.subtitles.len() as i32 {
            0 => TITLE.0 + TITLE.1 as i32,
            lines => SUBTITLE.0 + NEXT * (lines - 1) + SUBTITLE.1 as i32,
        }
    }

    fn key(&self) -> Key<'_> {
        Key {
            entries: &self.entries,
            left: MARGIN,
            right: WIDTH - MARGIN,
        }
    }

    /// Pixels from the top of the picture to the end of the key.
    pub fn height(&self) -> i32 {
        self.titles() + self.key().height().max(8)
    }

    /// Draws titles and key.
    pub fn draw(&self, area: &Canvas) -> Outcome {
        let below = self.subtitles.iter().enumerate();
        let below = below.map(|(line, text)| (text, SUBTITLE.0 + NEXT * line as i32, SUBTITLE.1));
        for (text, top, size) in [(&self.title, TITLE.0, TITLE.1)].into_iter().chain(below) {
            let text = fitted(text, size, WIDTH - 2 * MARGIN);
            write(area, &text, size, (WIDTH / 2, top), CENTRE)?;
        }
        self.key().draw(area, self.titles())
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
    fn ends(&self) -> impl Iterator<Item = (i32, i32)> {
        let count = self.panels.len() as i32;
        (0..count).map(move |i| (WIDTH * i / count, WIDTH * (i + 1) / count))
    }

    fn caption(&self) -> i32 {
        if self.caption.is_empty() {
            0
        } else {
            CAPTION.0
        }
    }

    /// Pixels from the row's top to its frames.
    fn head(&self) -> i32 {
        let heads = self.panels.iter().zip(self.ends());
        let heads = heads.map(|(panel, (left, right))| panel.head(left, right));
        self.caption() + heads.max().unwrap_or(0)
    }

    fn bottom(&self) -> i32 {
        self.head() + self.height + BELOW
    }

    fn draw(&self, area: &Canvas, top: i32) -> Outcome {
        let caption = fitted(&self.caption, CAPTION.1, WIDTH - 2 * MARGIN);
        write(area, &caption, CAPTION.1, (WIDTH / 2, top), CENTRE)?;
        for (panel, (left, right)) in self.panels.iter().zip(self.ends()) {
            let place = Place {
                left,
                right,
                top: top + self.caption(),
                frame_top: top + self.head(),
                bottom: top + self.head() + self.height,
            };
            panel.draw(area, place)?;
        }
        Ok(())
    }
}

/// A picture.
#[derive(Clone, Debug)]
pub(super) struct Figure {
    pub head: Head,
    pub rows: Vec<Row>,
}

impl Figure {
    /// The picture as SVG.
    ///
    /// # Errors
    /// When the drawing library fails.
    pub fn svg(&self) -> Result<String, ReportError> {
        let top = self.head.height() + ABOVE;
        let height = top + self.rows.iter().map(Row::bottom).sum::<i32>();
        svg(height, |area| {
            self.head.draw(area)?;
            let mut top = top;
            for row in &self.rows {
                row.draw(area, top)?;
                top += row.bottom();
            }
            Ok(())
        })
    }
}

/// Draws on a white sheet of this height in pixels.
pub(super) fn svg(
    height: i32,
    draw: impl FnOnce(&Canvas) -> Outcome,
) -> Result<String, ReportError> {
    let size = (WIDTH.unsigned_abs(), height.unsigned_abs());
    let mut svg = String::new();
    let outcome = || -> Outcome {
        let area = SVGBackend::with_string(&mut svg, (px(size.0), px(size.1))).into_drawing_area();
        area.fill(&WHITE)?;
        draw(&area)?;
        area.present()?;
        Ok(())
    };
    outcome().map_err(|error| ReportError::Plot(error.to_string()))?;
    Ok(sized(&svg, size))
}
