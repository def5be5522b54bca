//! A page of panels: what it is about, above rows of equal height.

use plotters::prelude::{IntoDrawingArea, SVGBackend, Text};
use plotters::style::WHITE;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::canvas::{Canvas, Outcome, anchored, at, px, sized};
use super::legend::shortened;
use super::palette;
use crate::report::json::ReportError;

/// Width in pixels.
pub(super) const WIDTH: u32 = 900;
/// Height in pixels of the title's strip.
const TITLE: u32 = 64;
/// Height in pixels of a row of panels.
pub(super) const ROW: u32 = 340;

/// A title above a legend of the given height above rows of equal height.
pub(super) fn picture(
    title: &str,
    name: Option<&str>,
    rows: u32,
    legend: u32,
    draw: impl FnOnce(&Canvas, Vec<Canvas>) -> Outcome,
) -> Result<String, ReportError> {
    let size = (WIDTH, TITLE + legend + ROW * rows);
    let mut svg = String::new();
    let outcome = || -> Outcome {
        let root = SVGBackend::with_string(&mut svg, (px(size.0), px(size.1))).into_drawing_area();
        root.fill(&WHITE)?;
        let (strip, body) = root.split_vertically(px(TITLE));
        let middle = |y| (at((WIDTH / 2) as i32), at(y));
        let centre = Pos::new(HPos::Center, VPos::Top);
        strip.draw(&Text::new(
            title,
            middle(12),
            anchored(22, palette::TEXT, centre),
        ))?;
        if let Some(name) = name {
            let style = anchored(16, palette::TEXT, centre);
            strip.draw(&Text::new(shortened(name), middle(40), style))?;
        }
        let (legend, body) = body.split_vertically(px(legend));
        draw(&legend, body.split_evenly((rows as usize, 1)))?;
        root.present()?;
        Ok(())
    };
    outcome().map_err(|error| ReportError::Plot(error.to_string()))?;
    Ok(sized(&svg, size))
}
