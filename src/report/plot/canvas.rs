//! Lengths on a finer grid than that of whole pixels.

use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, PathElement, SVGBackend, Text};
use plotters::style::text_anchor::Pos;
use plotters::style::{Color, IntoFont, RGBColor, ShapeStyle, TextStyle};

use super::palette;

/// What pictures are drawn on.
pub(super) type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;
/// Drawn, or why not.
pub(super) type Outcome = Result<(), Box<dyn std::error::Error>>;

/// The drawing library knows whole units only, and curves on whole pixels look ragged; so a
/// pixel has this many units.
const UNITS: u32 = 8;

/// A length in pixels as units.
pub(super) fn px(pixels: u32) -> u32 {
    pixels * UNITS
}

/// A coordinate in pixels as units.
pub(super) fn at(pixels: i32) -> i32 {
    pixels * UNITS as i32
}

/// A solid line.
pub(super) fn stroke(colour: RGBColor, pixels: u32) -> ShapeStyle {
    colour.stroke_width(px(pixels))
}

/// The border of a rectangle between two corners; the drawing library's own has no width.
pub(super) fn border(
    [(left, top), (right, bottom)]: [(i32, i32); 2],
    style: ShapeStyle,
) -> PathElement<(i32, i32)> {
    let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
    // the first side is drawn twice, so that the first corner is closed
    PathElement::new([&corners[..], &corners[..2]].concat(), style)
}

/// A text.
pub(super) fn text(pixels: u32, colour: RGBColor) -> TextStyle<'static> {
    // The drawing library shrinks sizes by 1.24 on their way into the SVG.
    ("sans-serif", f64::from(px(pixels)) * 1.24)
        .into_font()
        .color(&colour)
}

/// A text anchored so.
pub(super) fn anchored(pixels: u32, colour: RGBColor, anchor: Pos) -> TextStyle<'static> {
    text(pixels, colour).pos(anchor)
}

/// Writes a text, if there is one, anchored at a place in pixels.
pub(super) fn write(
    area: &Canvas,
    words: &str,
    pixels: u32,
    (x, y): (i32, i32),
    anchor: Pos,
) -> Outcome {
    if !words.is_empty() {
        let style = anchored(pixels, palette::TEXT, anchor);
        area.draw(&Text::new(words.to_owned(), (at(x), at(y)), style))?;
    }
    Ok(())
}

/// Declares the picture's size in pixels; the view box keeps the units.
pub(super) fn sized(svg: &str, (width, height): (u32, u32)) -> String {
    let units = format!("width=\"{}\" height=\"{}\"", px(width), px(height));
    let pixels = format!("width=\"{width}\" height=\"{height}\"");
    svg.replacen(&units, &pixels, 1)
}

#[cfg(test)]
mod tests {
    use super::sized;

    #[test]
    fn only_the_outer_size_changes() {
        let svg = "<svg width=\"80\" height=\"40\" viewBox=\"0 0 80 40\"><rect width=\"80\" height=\"40\"/>";
        assert_eq!(
            sized(svg, (10, 5)),
            "<svg width=\"10\" height=\"5\" viewBox=\"0 0 80 40\"><rect width=\"80\" height=\"40\"/>"
        );
    }
}
