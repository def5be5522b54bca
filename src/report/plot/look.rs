//! How lines and dots look.

use plotters::element::{Circle, PathElement};
use plotters::style::{Color, RGBColor, WHITE};

use super::canvas::{Canvas, Outcome, dashed, px, stroke};
use super::palette;

/// Colour and dashes of a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Look {
    /// The colour.
    pub colour: RGBColor,
    /// Stroke and gap in pixels; nothing for a solid line.
    pub dash: Option<(u32, u32)>,
    /// Whether a white rim sets it off from the colours of cells.
    pub rim: bool,
    /// Width in pixels.
    pub width: u32,
}

/// Widths in pixels: of a line, of one that others lie upon, and of what a rim adds.
const WIDTH: u32 = 2;
const WIDE: u32 = 6;
const RIM: u32 = 3;

impl Look {
    /// A solid line.
    pub const fn new(colour: RGBColor) -> Self {
        Self {
            colour,
            dash: None,
            rim: false,
            width: WIDTH,
        }
    }

    /// The same with this stroke and gap.
    pub const fn dashed(self, stroke: u32, gap: u32) -> Self {
        Self {
            dash: Some((stroke, gap)),
            ..self
        }
    }

    /// The same, thinner.
    pub const fn thin(self) -> Self {
        Self { width: 1, ..self }
    }

    /// The contour.
    pub const BOUNDARY: Self = Self {
        rim: true,
        ..Self::new(palette::EDGE)
    };

    /// Lines beside curves: dashes tell them apart.
    pub fn beside_curves(index: usize) -> Self {
        const LOOKS: [(RGBColor, (u32, u32)); 4] = [
            (palette::EDGE, (12, 6)),
            (palette::EDGE, (3, 5)),
            (palette::LINE, (12, 6)),
            (palette::LINE, (3, 5)),
        ];
        let (colour, dash) = LOOKS[index % LOOKS.len()];
        Self::new(colour).dashed(dash.0, dash.1)
    }

    /// Lines above cells, seen on any colour. The second one is wide: a threshold of the network is where the phase boundary
    /// is, and shows on both sides of it.
    pub fn above_cells(index: usize) -> Self {
        let look = match index {
            1 => Self {
                width: WIDE,
                ..Self::new(palette::WIDE)
            },
            _ => Self::beside_curves(index),
        };
        Self { rim: true, ..look }
    }

    /// Curves on white: when colours are used up, dashes tell the next ones apart.
    pub fn curve(index: usize) -> Self {
        const DASHES: [Option<(u32, u32)>; 3] = [None, Some((8, 4)), Some((2, 4))];
        let count = palette::CURVES.len();
        Self {
            dash: DASHES[index / count % DASHES.len()],
            ..Self::new(palette::CURVES[index % count])
        }
    }

    /// Curves of values in their order.
    pub fn ordered(index: usize, count: usize) -> Self {
        Self::new(palette::ordered(index, count))
    }

    /// The same on white, where no rim is needed.
    pub fn on_white(self) -> Self {
        Self { rim: false, ..self }
    }

    /// Draws the rim of a line, if it has one, and the line.
    pub fn draw(&self, area: &Canvas, points: &[(i32, i32)]) -> Outcome {
        self.draw_rim(area, points)?;
        self.draw_line(area, points)
    }

    /// Draws the rim of a line through these points, if it has one.
    pub fn draw_rim(&self, area: &Canvas, points: &[(i32, i32)]) -> Outcome {
        if self.rim {
            let style = stroke(WHITE, self.width + RIM);
            area.draw(&PathElement::new(points.to_vec(), style))?;
        }
        Ok(())
    }

    /// Draws a line through these points, without its rim.
    pub fn draw_line(&self, area: &Canvas, points: &[(i32, i32)]) -> Outcome {
        let style = match self.dash {
            None => stroke(self.colour, self.width),
            Some(dash) => dashed(self.colour, self.width, dash),
        };
        area.draw(&PathElement::new(points.to_vec(), style))?;
        Ok(())
    }
}

/// A dot or a ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dot {
    /// In pixels.
    pub radius: u32,
    /// Whether it is a ring.
    pub ring: bool,
    /// Pixels to the right of its place.
    pub shift: i32,
}

impl Dot {
    /// A measurement.
    pub const FULL: Self = Self {
        radius: 3,
        ring: false,
        shift: 0,
    };

    /// A measurement among those of `count` curves at the same places: side by side, so that no bar hides another.
    pub fn beside(index: usize, count: usize) -> Self {
        const HALF_STEP: i32 = 3;
        let last = count.saturating_sub(1) as i32;
        Self {
            shift: HALF_STEP * (2 * index as i32 - last),
            ..Self::FULL
        }
    }

    /// Draws it.
    pub fn draw(self, area: &Canvas, centre: (i32, i32), colour: RGBColor) -> Outcome {
        let style = if self.ring {
            stroke(colour, 2)
        } else {
            colour.filled()
        };
        area.draw(&Circle::new(centre, px(self.radius), style))?;
        Ok(())
    }
}
