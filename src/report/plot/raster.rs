//! PNG pictures from SVG ones, with an embedded font.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use super::sheet::Sheet;
use crate::report::json::ReportError;

/// A picture as shapes, its letters as outlines of the embedded font.
pub(super) fn tree(svg: &str) -> Result<Tree, ReportError> {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(dejavu::sans::regular().to_vec());
    fonts.set_sans_serif_family("DejaVu Sans");
    let options = Options {
        fontdb: Arc::new(fonts),
        ..Options::default()
    };
    Tree::from_str(svg, &options).map_err(|error| ReportError::Plot(error.to_string()))
}

/// Rasterises a picture that was made for this sheet.
///
/// # Errors
/// When the SVG cannot be read, or the PNG cannot be encoded.
pub fn png(svg: &str, sheet: &Sheet) -> Result<Vec<u8>, ReportError> {
    let failed = |error: String| ReportError::Plot(error);
    let tree = tree(svg)?;
    let dots = sheet.dots() as f32;
    let size = tree.size().to_int_size();
    let scaled = size
        .scale_by(dots)
        .and_then(|size| Pixmap::new(size.width(), size.height()));
    let mut pixels = scaled.ok_or_else(|| failed("the picture has no size".to_owned()))?;
    resvg::render(
        &tree,
        Transform::from_scale(dots, dots),
        &mut pixels.as_mut(),
    );
    pixels
        .encode_png()
        .map_err(|error| failed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dark_pixels(svg: &str) -> usize {
        let pixels = Pixmap::decode_png(&png(svg, &Sheet::default()).unwrap()).unwrap();
        assert_eq!((pixels.width(), pixels.height()), (80, 40));
        pixels.pixels().iter().filter(|p| p.red() < 100).count()
    }

    #[test]
    fn texts_are_drawn_without_system_fonts() {
        let picture = |inside: &str| {
            format!(
                "<svg width=\"40\" height=\"20\" viewBox=\"0 0 400 200\" xmlns=\"http://www.w3.org/2000/svg\">\
                 <rect width=\"400\" height=\"200\" fill=\"#FFFFFF\"/>{inside}</svg>"
            )
        };
        let text =
            "<text x=\"50\" y=\"150\" font-family=\"sans-serif\" font-size=\"150\">Ez</text>";
        assert_eq!(dark_pixels(&picture("")), 0);
        assert!(dark_pixels(&picture(text)) > 50);
        assert!(png("<svg", &Sheet::default()).is_err());
    }
}
