//! How lines on a diagram look.

use plotters::element::{Circle, DashedPathElement, PathElement};
use plotters::style::{Color, RGBColor, WHITE};

use crate::report::plot::canvas::{Canvas, Outcome, px, stroke};
use crate::report::plot::palette;

/// Colour and dashes of a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Look {
    /// The colour.
    pub colour: RGBColor,
    /// Stroke and gap in pixels; nothing for a solid line.
    pub dash: Option<(u32, u32)>,
    /// Whether a white rim sets it off from the colours of cells.
    pub rim: bool,
}

/// Widths of a line and of its rim, and radius of a dot, in pixels.
const WIDTH: u32 = 2;
const RIM: u32 = 5;
const DOT: u32 = 3;

impl Look {
    /// The contour.
    pub const BOUNDARY: Self = Self {
        colour: palette::EDGE,
        dash: None,
        rim: true,
    };

    /// Lines above cells: dashes tell them apart on any colour.
    pub fn above_cells(index: usize) -> Self {
        const LOOKS: [(RGBColor, (u32, u32)); 4] = [
            (palette::EDGE, (12, 6)),
            (palette::EDGE, (3, 5)),
            (palette::LINE, (12, 6)),
            (palette::LINE, (3, 5)),
        ];
        let (colour, dash) = LOOKS[index % LOOKS.len()];
        Self {
            colour,
            dash: Some(dash),
            rim: true,
        }
    }

    /// Curves on white.
    pub fn curve(index: usize) -> Self {
        let count = palette::CURVES.len();
        Self {
            colour: palette::CURVES[index % count],
            dash: (index >= count).then_some((8, 4)),
            rim: false,
        }
    }

    /// The same on white, where no rim is needed.
    pub fn on_white(self) -> Self {
        Self { rim: false, ..self }
    }

    /// Draws a dot.
    pub fn draw_dot(&self, area: &Canvas, centre: (i32, i32)) -> Outcome {
        area.draw(&Circle::new(centre, px(DOT), self.colour.filled()))?;
        Ok(())
    }

    /// Draws a line through these points.
    pub fn draw(&self, area: &Canvas, points: &[(i32, i32)]) -> Outcome {
        if self.rim {
            area.draw(&PathElement::new(points.to_vec(), stroke(WHITE, RIM)))?;
        }
        let style = stroke(self.colour, WIDTH);
        match self.dash {
            None => area.draw(&PathElement::new(points.to_vec(), style))?,
            Some((dash, gap)) => {
                let points = points.iter().copied();
                area.draw(&DashedPathElement::new(points, px(dash), px(gap), style))?;
            }
        }
        Ok(())
    }
}
