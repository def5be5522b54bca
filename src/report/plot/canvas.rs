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

/// The thinnest line, in units: what is thinner is lost in print.
const HAIR: u32 = 10;

/// A solid line, at least a hair wide.
pub(super) fn stroke(colour: RGBColor, pixels: u32) -> ShapeStyle {
    colour.stroke_width(px(pixels).max(HAIR))
}

/// Stroke and gap in pixels.
const DASHES: [(u32, u32); 5] = [(12, 6), (8, 4), (6, 4), (3, 4), (2, 4)];

/// A dashed line; what is asked for becomes the nearest of a few patterns. The drawing library has no dashes, so the pattern
/// travels in the last units of the width, and [`with_dashes`] spells it out.
pub(super) fn dashed(colour: RGBColor, pixels: u32, (dash, gap): (u32, u32)) -> ShapeStyle {
    let distance = |(d, g): &(u32, u32)| d.abs_diff(dash) + g.abs_diff(gap);
    let nearest = (0..DASHES.len())
        .min_by_key(|i| distance(&DASHES[*i]))
        .unwrap_or(0);
    colour.stroke_width(dashed_width(pixels, nearest))
}

/// Widths that no solid line has.
fn dashed_width(pixels: u32, pattern: usize) -> u32 {
    let solid = px(pixels).max(HAIR);
    100_000 + 10 * solid + pattern as u32
}

/// The picture with its dashes as such.
pub(super) fn with_dashes(svg: &str) -> String {
    let mut picture = svg.to_owned();
    for pixels in 1..=4 {
        for (pattern, (dash, gap)) in DASHES.iter().enumerate() {
            let coded = format!("stroke-width=\"{}\"", dashed_width(pixels, pattern));
            let plain = format!(
                "stroke-width=\"{}\" stroke-dasharray=\"{} {}\"",
                px(pixels).max(HAIR),
                px(*dash),
                px(*gap)
            );
            picture = picture.replace(&coded, &plain);
        }
    }
    picture
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

/// Declares the picture's size, `scale` times its pixels; the view box keeps the units.
pub(super) fn sized(svg: &str, (width, height): (u32, u32), scale: f64) -> String {
    let units = format!("width=\"{}\" height=\"{}\"", px(width), px(height));
    let size = |pixels: u32| (f64::from(pixels) * scale * 100.0).round() / 100.0;
    let pixels = format!("width=\"{}\" height=\"{}\"", size(width), size(height));
    svg.replacen(&units, &pixels, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_are_spelt_out_and_solid_lines_stay() {
        let style = dashed(palette::TEXT, 2, (8, 5));
        let line = |width: u32| format!("<polyline stroke-width=\"{width}\" points=\"\"/>");
        assert_eq!(
            with_dashes(&line(style.stroke_width)),
            "<polyline stroke-width=\"16\" stroke-dasharray=\"64 32\" points=\"\"/>"
        );
        for pixels in 1..40 {
            let solid = line(stroke(palette::TEXT, pixels).stroke_width);
            assert_eq!(with_dashes(&solid), solid);
        }
    }

    #[test]
    fn only_the_outer_size_changes() {
        let svg = "<svg width=\"80\" height=\"40\" viewBox=\"0 0 80 40\"><rect width=\"80\" height=\"40\"/>";
        assert_eq!(
            sized(svg, (10, 5), 1.0),
            "<svg width=\"10\" height=\"5\" viewBox=\"0 0 80 40\"><rect width=\"80\" height=\"40\"/>"
        );
    }
}
