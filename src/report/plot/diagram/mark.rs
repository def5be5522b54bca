//! Cells without a number.

use plotters::prelude::{Circle, PathElement, Rectangle};
use plotters::style::{Color, RGBColor, WHITE};

use crate::diagram::{Diagram, Outcome as Came, Quantity};
use crate::report::plot::canvas::{Canvas, Outcome, at, border, px, stroke};
use crate::report::plot::palette;

/// Why a cell has no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::report::plot) enum Mark {
    /// There is none: hatched.
    Absent,
    /// The computation failed: a cross.
    Failed,
    /// Left out or still to come: blank but for a speck, so that it is no colour of a number.
    Missing,
}

/// A rectangle in units of the canvas: upper left and lower right corner.
pub(super) type Corners = [(i32, i32); 2];

const HATCH: RGBColor = RGBColor(120, 120, 120);
const SPECK: RGBColor = RGBColor(150, 150, 150);
/// Distance of the hatch's lines, largest half width of a cross, and width of a speck, in pixels.
const HATCH_STEP: i32 = 8;
const CROSS: i32 = 7;
const SPECK_WIDTH: u32 = 3;
/// Half width of a symbol on a curve.
const SYMBOL: u32 = 4;

impl Mark {
    /// All, in the order of the key.
    pub const ALL: [Self; 3] = [Self::Absent, Self::Failed, Self::Missing];

    /// What it stands for.
    pub fn words(self, quantity: Quantity) -> &'static str {
        match (self, quantity) {
            (Self::Absent, Quantity::Outlier | Quantity::Overlap) => "no informative outlier",
            (Self::Absent, Quantity::DeltaNn | Quantity::DeltaAlg) => "no finite threshold",
            (Self::Absent, Quantity::EscapeTime) => "no escape",
            (Self::Absent, Quantity::Margin | Quantity::SuccessFraction) => "not defined",
            (Self::Failed, _) => "computation failed",
            (Self::Missing, _) => "not computed",
        }
    }

    /// Fills a cell.
    pub fn draw(self, area: &Canvas, corners: Corners) -> Outcome {
        area.draw(&Rectangle::new(corners, WHITE.filled()))?;
        let [(left, top), (right, bottom)] = corners;
        let middle = ((left + right) / 2, (top + bottom) / 2);
        match self {
            Self::Absent => {
                for line in hatch(corners) {
                    area.draw(&PathElement::new(line.to_vec(), stroke(HATCH, 1)))?;
                }
            }
            Self::Failed => {
                let half = ((right - left).min(bottom - top) * 3 / 8).min(at(CROSS));
                draw_cross(area, middle, half, palette::TEXT)?;
            }
            Self::Missing => {
                area.draw(&Circle::new(middle, px(SPECK_WIDTH) / 2, SPECK.filled()))?
            }
        }
        Ok(())
    }

    /// The same for a point of a curve: a ring or a cross, in the curve's colour.
    pub fn draw_symbol(self, area: &Canvas, centre: (i32, i32), colour: RGBColor) -> Outcome {
        match self {
            Self::Absent => {
                area.draw(&Circle::new(centre, px(SYMBOL), colour.filled()))?;
                area.draw(&Circle::new(centre, px(SYMBOL) - px(3) / 2, WHITE.filled()))?;
            }
            Self::Failed => draw_cross(area, centre, at(SYMBOL.cast_signed()), colour)?,
            Self::Missing => {}
        }
        Ok(())
    }

    /// Fills a cell and draws its border.
    pub fn draw_framed(self, area: &Canvas, corners: Corners) -> Outcome {
        self.draw(area, corners)?;
        area.draw(&border(corners, stroke(HATCH, 1)))?;
        Ok(())
    }
}

fn draw_cross(area: &Canvas, (x, y): (i32, i32), half: i32, colour: RGBColor) -> Outcome {
    for slope in [-1, 1] {
        let ends = [-half, half].map(|step| (x + step, y + slope * step));
        area.draw(&PathElement::new(ends.to_vec(), stroke(colour, 2)))?;
    }
    Ok(())
}

/// Rising lines on which x + y is a multiple of the step, as far as they are in the rectangle, so
/// that neighbours continue each other.
fn hatch([(left, top), (right, bottom)]: Corners) -> Vec<[(i32, i32); 2]> {
    let step = at(HATCH_STEP);
    let first = (left + top).div_euclid(step) + 1;
    let last = (right + bottom - 1).div_euclid(step);
    (first..=last)
        .map(|i| i * step)
        .map(|sum| {
            let (low, high) = ((sum - bottom).max(left), (sum - top).min(right));
            [(low, sum - low), (high, sum - high)]
        })
        .collect()
}

/// The number in a cell, or why there is none.
pub(super) fn content(diagram: &Diagram, ix: usize, iy: usize) -> Result<f64, Mark> {
    match diagram.cell(ix, iy).map(|cell| &cell.outcome) {
        None => Err(Mark::Missing),
        Some(Came::Absent { .. }) => Err(Mark::Absent),
        Some(Came::Value(number)) if number.value.is_finite() => Ok(number.value),
        Some(Came::Value(_) | Came::Failed { .. }) => Err(Mark::Failed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hatches_stay_inside_and_continue_in_the_neighbour() {
        let cells = [[(100, 40), (300, 200)], [(300, 40), (340, 200)]];
        let lines = cells.map(hatch);
        for (lines, [(left, top), (right, bottom)]) in lines.iter().zip(cells) {
            assert!(!lines.is_empty());
            for (x, y) in lines.iter().flatten() {
                assert!((left..=right).contains(x) && (top..=bottom).contains(y));
                assert_eq!((x + y) % at(HATCH_STEP), 0);
            }
        }
        let ends = lines[0].iter().map(|line| line[1]);
        let ends: Vec<_> = ends.filter(|end| end.0 == 300 && end.1 < 200).collect();
        assert!(!ends.is_empty());
        assert!(
            ends.iter()
                .all(|end| lines[1].iter().any(|line| line[0] == *end))
        );
    }
}
