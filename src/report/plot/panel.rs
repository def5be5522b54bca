//! One chart of a figure: what is drawn into it, on which axes, and what it means.

use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::canvas::{Canvas, Outcome, write};
use super::frame::{Frame, TO_LABEL, UPRIGHT};
use super::key::{Entry, Key};
use super::layer::{Layer, Plane};
use super::ruler::{Ruler, Side};
use super::ticks::{Axis, Scale};
use super::width::{balanced, fitted};

/// Room on the right of the frame.
const RIGHT: i32 = 24;
/// Height of the heading, its size, and the room below the key.
const HEADING: i32 = 20;
const HEADING_SIZE: u32 = 15;
const GAP: i32 = 8;

/// A chart.
#[derive(Clone, Debug)]
pub(super) struct Panel {
    /// What is shown; may be empty.
    pub heading: String,
    /// Horizontal and vertical axis.
    pub axes: [Extent; 2],
    /// What is drawn, one above the other.
    pub layers: Vec<Layer>,
    /// What it means, where the figure's key does not say it.
    pub key: Vec<Entry>,
}

/// What an axis shows.
#[derive(Clone, Debug)]
pub(super) struct Extent {
    /// What is measured.
    pub words: String,
    pub scale: Scale,
    /// The ends, as places.
    pub range: (f64, f64),
    /// Which ticks make sense.
    pub ticks: Ticks,
}

/// Numbers that ticks stand at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ticks {
    All,
    NotNegative,
    /// 0, 1, 2 ..
    Whole,
}

impl Extent {
    /// An axis over just these places.
    pub fn new(words: impl Into<String>, scale: Scale, range: (f64, f64)) -> Self {
        Self {
            words: words.into(),
            scale,
            range,
            ticks: Ticks::All,
        }
    }

    /// An axis around all numbers that have a place.
    pub fn around(
        words: impl Into<String>,
        scale: Scale,
        numbers: impl IntoIterator<Item = f64>,
    ) -> Self {
        let places = numbers.into_iter().filter_map(|x| scale.place(x));
        Self::new(words, scale, Axis::around(places, scale).range)
    }

    /// Steps from 0 to `last`.
    pub fn steps(last: usize) -> Self {
        let last = last.max(1) as f64;
        Self {
            ticks: Ticks::Whole,
            ..Self::new("step t", Scale::Linear, (-0.02 * last, 1.02 * last))
        }
    }

    fn ruler(&self, side: Side, length: i32) -> Ruler {
        let words = self.words.clone();
        let mut ruler = Ruler::over(self.range, self.scale, side, length, words);
        ruler.ticks.retain(|(place, _)| match self.ticks {
            Ticks::All => true,
            Ticks::NotNegative => *place >= 0.0,
            Ticks::Whole => *place >= 0.0 && (place - place.round()).abs() < 1e-9,
        });
        if self.ticks == Ticks::Whole {
            ruler
                .ticks
                .iter_mut()
                .for_each(|(place, label)| *label = format!("{place:.0}"));
        }
        ruler
    }
}

/// Where a panel stands, in pixels: its ends, the top of its heading and that of its frame, and the frame's end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub left: i32,
    pub right: i32,
    pub top: i32,
    pub frame_top: i32,
    pub bottom: i32,
}

impl Panel {
    /// Axes around all layers.
    pub fn around(
        heading: impl Into<String>,
        words: [&str; 2],
        scales: [Scale; 2],
        layers: Vec<Layer>,
    ) -> Self {
        let numbers: Vec<_> = layers
            .iter()
            .map(|layer| layer.numbers(scales[1]))
            .collect();
        let across = numbers.iter().flat_map(|both| both.0.iter().copied());
        let up = numbers.iter().flat_map(|both| both.1.iter().copied());
        Self {
            heading: heading.into(),
            axes: [
                Extent::around(words[0], scales[0], across),
                Extent::around(words[1], scales[1], up),
            ],
            layers,
            key: Vec::new(),
        }
    }

    /// Pixels of heading and key, between these ends.
    pub fn head(&self, left: i32, right: i32) -> i32 {
        self.heading(left, right) + self.key(left, right).height() + GAP
    }

    /// The heading in as many lines as it needs.
    fn lines(&self, left: i32, right: i32) -> Vec<&str> {
        match self.heading.as_str() {
            "" => Vec::new(),
            heading => balanced(heading, HEADING_SIZE, right - RIGHT - left - UPRIGHT),
        }
    }

    fn heading(&self, left: i32, right: i32) -> i32 {
        HEADING * self.lines(left, right).len() as i32
    }

    fn key(&self, left: i32, right: i32) -> Key<'_> {
        Key {
            entries: &self.key,
            left: left + UPRIGHT,
            right: right - RIGHT,
        }
    }

    /// Draws it.
    pub fn draw(&self, area: &Canvas, place: Place) -> Outcome {
        let left = place.left + UPRIGHT;
        let corner = Pos::new(HPos::Left, VPos::Top);
        for (line, text) in self.lines(place.left, place.right).iter().enumerate() {
            let text = fitted(text, HEADING_SIZE, place.right - RIGHT - left);
            let top = place.top + HEADING * line as i32;
            write(area, &text, HEADING_SIZE, (left, top), corner)?;
        }
        let key = self.key(place.left, place.right);
        key.draw(area, place.top + self.heading(place.left, place.right))?;

        let up = self.axes[1].ruler(Side::Up, place.bottom - place.frame_top);
        let frame = Frame {
            left: left + up.widest() + TO_LABEL,
            top: place.frame_top,
            right: place.right - RIGHT,
            bottom: place.bottom,
            x: self.axes[0].range,
            y: self.axes[1].range,
        };
        let across = self.axes[0].ruler(Side::Across, frame.width());
        let plane = Plane {
            frame,
            scales: [self.axes[0].scale, self.axes[1].scale],
        };
        for layer in &self.layers {
            plane.draw(area, layer)?;
        }
        frame.draw(area, &across, &up)
    }
}
