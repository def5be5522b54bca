//! Symbols in the texts of a picture.

use crate::report::symbols::{Level, typeset};

/// Size of an index or exponent as a part of the text's, and how far it is moved, in its own size.
pub(super) const SMALL: f64 = 0.7;
const DOWN: f64 = 0.28;
const UP: f64 = -0.5;

/// The parts as they stand in a `text` element; the text is escaped already.
pub(super) fn markup(text: &str) -> String {
    let mut out = String::new();
    // how far below the line the last part was moved, in the text's size
    let mut moved = 0.0;
    for run in typeset(text) {
        let (shift, size) = match run.level {
            Level::Line => (0.0, 1.0),
            Level::Below => (DOWN * SMALL, SMALL),
            Level::Above => (UP * SMALL, SMALL),
        };
        let step = (shift - moved) / size;
        moved = shift;
        if step == 0.0 && size == 1.0 {
            out.push_str(&run.text);
            continue;
        }
        let size = if size == 1.0 {
            String::new()
        } else {
            format!(" font-size=\"{}%\"", 100.0 * size)
        };
        out.push_str(&format!(
            "<tspan dy=\"{step:.3}em\"{size}>{}</tspan>",
            run.text
        ));
    }
    out
}

/// A picture with all its texts typeset.
pub(super) fn typeset_picture(svg: &str) -> String {
    let mut out = String::with_capacity(svg.len());
    let mut rest = svg;
    while let Some(start) = rest.find("<text") {
        let Some(open) = rest[start..].find('>').map(|at| start + at + 1) else {
            break;
        };
        let Some(close) = rest[open..].find("</text>").map(|at| open + at) else {
            break;
        };
        out.push_str(&rest[..open]);
        out.push_str(&markup(rest[open..close].trim()));
        out.push_str("</text>");
        rest = &rest[close + "</text>".len()..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_comes_back_to_its_height() {
        let svg = "<svg><text x=\"1\" y=\"2\">\ndelta_alg(T)\n</text><path/></svg>";
        assert_eq!(
            typeset_picture(svg),
            "<svg><text x=\"1\" y=\"2\">δ<tspan dy=\"0.280em\" font-size=\"70%\">alg</tspan><tspan dy=\"-0.196em\">(T)</tspan></text><path/></svg>"
        );
        assert_eq!(typeset_picture("<svg/>"), "<svg/>");
    }
}
