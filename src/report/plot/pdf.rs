//! PDF pictures from SVG ones: lines and areas, letters as their outlines, so no font is needed to read them.

use std::io::Write as _;

use pdf_writer::types::{LineCapStyle, LineJoinStyle};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref};
use resvg::tiny_skia::PathSegment;
use resvg::usvg::{FillRule, Group, LineCap, LineJoin, Node, Paint, Path, Stroke, Transform};

use super::raster::tree;
use crate::report::json::ReportError;

/// Points per pixel.
const POINTS: f32 = 0.75;

/// Turns a picture into a document of one page.
///
/// # Errors
/// When the SVG cannot be read, or has what pictures of this crate have not: gradients, images.
pub fn pdf(svg: &str) -> Result<Vec<u8>, ReportError> {
    let tree = tree(svg)?;
    let (width, height) = (tree.size().width() * POINTS, tree.size().height() * POINTS);
    let mut page = Page {
        content: Content::new(),
        alphas: Vec::new(),
    };
    // a PDF counts from the bottom
    page.content
        .transform([POINTS, 0.0, 0.0, -POINTS, 0.0, height]);
    page.group(tree.root())?;

    let [catalog, pages, sheet, contents] = [1, 2, 3, 4].map(Ref::new);
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(pages);
    pdf.pages(pages).kids([sheet]).count(1);
    let mut entry = pdf.page(sheet);
    entry
        .media_box(Rect::new(0.0, 0.0, width, height))
        .parent(pages)
        .contents(contents);
    let mut resources = entry.resources();
    let mut states = resources.ext_g_states();
    for alpha in &page.alphas {
        let mut state = states
            .insert(Name(alpha_name(*alpha).as_bytes()))
            .start::<pdf_writer::writers::ExtGraphicsState>();
        state
            .non_stroking_alpha(f32::from(*alpha) / 255.0)
            .stroking_alpha(f32::from(*alpha) / 255.0);
    }
    states.finish();
    resources.finish();
    entry.finish();
    let packed = packed(&page.content.finish())?;
    pdf.stream(contents, &packed).filter(Filter::FlateDecode);
    Ok(pdf.finish())
}

fn packed(bytes: &[u8]) -> Result<Vec<u8>, ReportError> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    let done = encoder.write_all(bytes).and_then(|()| encoder.finish());
    done.map_err(|error| ReportError::Plot(error.to_string()))
}

fn alpha_name(alpha: u8) -> String {
    format!("A{alpha}")
}

/// What is drawn, and the opacities that it uses.
struct Page {
    content: Content,
    alphas: Vec<u8>,
}

impl Page {
    fn group(&mut self, group: &Group) -> Result<(), ReportError> {
        for node in group.children() {
            match node {
                Node::Group(inner) => self.group(inner)?,
                Node::Path(path) => self.path(path)?,
                Node::Text(text) => self.group(text.flattened())?,
                Node::Image(_) => return Err(unknown("an image")),
            }
        }
        Ok(())
    }

    fn path(&mut self, path: &Path) -> Result<(), ReportError> {
        if !path.is_visible() {
            return Ok(());
        }
        self.content.save_state();
        let Transform {
            sx,
            kx,
            ky,
            sy,
            tx,
            ty,
        } = path.abs_transform();
        self.content.transform([sx, ky, kx, sy, tx, ty]);
        if let Some(fill) = path.fill() {
            let [r, g, b] = colour(fill.paint())?;
            self.alpha(fill.opacity().get());
            self.content.set_fill_rgb(r, g, b);
            self.trace(path);
            match fill.rule() {
                FillRule::NonZero => self.content.fill_nonzero(),
                FillRule::EvenOdd => self.content.fill_even_odd(),
            };
        }
        if let Some(stroke) = path.stroke() {
            self.pen(stroke)?;
            self.trace(path);
            self.content.stroke();
        }
        self.content.restore_state();
        Ok(())
    }

    fn pen(&mut self, stroke: &Stroke) -> Result<(), ReportError> {
        let [r, g, b] = colour(stroke.paint())?;
        self.alpha(stroke.opacity().get());
        self.content
            .set_stroke_rgb(r, g, b)
            .set_line_width(stroke.width().get());
        self.content.set_line_cap(match stroke.linecap() {
            LineCap::Butt => LineCapStyle::ButtCap,
            LineCap::Round => LineCapStyle::RoundCap,
            LineCap::Square => LineCapStyle::ProjectingSquareCap,
        });
        self.content.set_line_join(match stroke.linejoin() {
            LineJoin::Round => LineJoinStyle::RoundJoin,
            LineJoin::Bevel => LineJoinStyle::BevelJoin,
            LineJoin::Miter | LineJoin::MiterClip => LineJoinStyle::MiterJoin,
        });
        let dashes = stroke.dasharray().unwrap_or_default();
        self.content
            .set_dash_pattern(dashes.iter().copied(), stroke.dashoffset());
        Ok(())
    }

    fn alpha(&mut self, opacity: f32) {
        let alpha = (opacity * 255.0).round() as u8;
        if !self.alphas.contains(&alpha) {
            self.alphas.push(alpha);
        }
        self.content
            .set_parameters(Name(alpha_name(alpha).as_bytes()));
    }

    fn trace(&mut self, path: &Path) {
        let (mut x, mut y) = (0.0, 0.0);
        for segment in path.data().segments() {
            match segment {
                PathSegment::MoveTo(p) => {
                    self.content.move_to(p.x, p.y);
                    (x, y) = (p.x, p.y);
                }
                PathSegment::LineTo(p) => {
                    self.content.line_to(p.x, p.y);
                    (x, y) = (p.x, p.y);
                }
                // a quadratic curve as the cubic one that it is
                PathSegment::QuadTo(c, p) => {
                    let towards = |from: f32, to: f32| from + (to - from) * 2.0 / 3.0;
                    let first = (towards(x, c.x), towards(y, c.y));
                    let second = (towards(p.x, c.x), towards(p.y, c.y));
                    self.content
                        .cubic_to(first.0, first.1, second.0, second.1, p.x, p.y);
                    (x, y) = (p.x, p.y);
                }
                PathSegment::CubicTo(a, b, p) => {
                    self.content.cubic_to(a.x, a.y, b.x, b.y, p.x, p.y);
                    (x, y) = (p.x, p.y);
                }
                PathSegment::Close => {
                    self.content.close_path();
                }
            }
        }
    }
}

fn colour(paint: &Paint) -> Result<[f32; 3], ReportError> {
    match paint {
        Paint::Color(c) => Ok([c.red, c.green, c.blue].map(|part| f32::from(part) / 255.0)),
        _ => Err(unknown("a gradient or pattern")),
    }
}

fn unknown(what: &str) -> ReportError {
    ReportError::Plot(format!("{what} in a picture cannot be written as PDF"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).into_owned()
    }

    #[test]
    fn the_page_has_the_size_of_the_picture_in_points() {
        let svg = "<svg width=\"96\" height=\"48\" viewBox=\"0 0 96 48\" xmlns=\"http://www.w3.org/2000/svg\">\
            <path d=\"M0 0 L10 10\" stroke=\"#0000FF\" stroke-dasharray=\"3 2\" opacity=\"0.25\"/>\
            <text x=\"5\" y=\"20\" font-family=\"sans-serif\" font-size=\"12\">Ez</text></svg>";
        let bytes = pdf(svg).unwrap();
        let text = text_of(&bytes);
        assert!(text.starts_with("%PDF-"), "{text}");
        assert!(text.contains("/MediaBox [0 0 72 36]"), "{text}");
        assert_eq!(bytes, pdf(svg).unwrap());
        assert!(pdf("<svg").is_err());
    }
}
