//! What the sections of a page are made of.

use std::fmt::Write as _;

use crate::report::plot::Picture;
use crate::report::symbols::{Level, typeset};
use crate::report::which::CHOICES;

/// Which threshold to look at.
pub(super) fn choices() -> String {
    let rows = CHOICES
        .iter()
        .map(|choice| [choice.name, choice.answers, choice.quote]);
    table(["threshold", "what it answers", "when to quote it"], rows)
}

/// A table; the first column names its rows, the second holds numbers.
pub(super) fn table<'a, const N: usize>(
    head: [&str; N],
    rows: impl IntoIterator<Item = [&'a str; N]>,
) -> String {
    let mut html = "<div class=\"scroll\"><table><thead><tr>".to_owned();
    for name in head {
        let _ = write!(html, "<th scope=\"col\">{}</th>", symbols(&escaped(name)));
    }
    html.push_str("</tr></thead><tbody>\n");
    for row in rows {
        html.push_str("<tr>");
        for (column, cell) in row.iter().enumerate() {
            let text = symbols(&escaped(cell.trim()));
            let _ = match column {
                0 => write!(html, "<th scope=\"row\">{text}</th>"),
                1 => write!(html, "<td class=\"number\">{text}</td>"),
                _ => write!(html, "<td>{text}</td>"),
            };
        }
        html.push_str("</tr>\n");
    }
    html + "</tbody></table></div>"
}

/// A section with a heading of its own.
pub(super) fn section(id: &str, heading: &str, body: &str) -> String {
    format!(
        "<section aria-labelledby=\"h-{id}\">\n<h2 id=\"h-{id}\">{heading}</h2>\n{body}\n</section>\n"
    )
}

/// A picture of the program in the page; `alternative` says what it shows to who does not see it.
pub(super) fn figure(picture: &Picture, alternative: &str, caption: &str) -> String {
    format!(
        "<figure><img alt=\"{}\" src=\"data:image/svg+xml,{}\">\n<figcaption>{}</figcaption></figure>",
        escaped(alternative),
        percent(&picture.svg),
        symbols(&escaped(caption)),
    )
}

/// What may not stand in the address of an image as it is.
fn percent(svg: &str) -> String {
    let mut text = String::with_capacity(svg.len() + svg.len() / 4);
    for byte in svg.bytes() {
        match byte {
            b'\n' => text.push(' '),
            b'%' | b'#' | b'<' | b'>' | b'"' | b'&' | 0..0x20 | 0x7f.. => {
                let _ = write!(text, "%{byte:02X}");
            }
            plain => text.push(char::from(plain)),
        }
    }
    text
}

/// Symbols as the field writes them; the text is escaped already.
pub(super) fn symbols(text: &str) -> String {
    let shown = |run: crate::report::symbols::Run| match run.level {
        Level::Line => run.text,
        Level::Below => format!("<sub>{}</sub>", run.text),
        Level::Above => format!("<sup>{}</sup>", run.text),
    };
    typeset(text).into_iter().map(shown).collect()
}

/// A text as a page has it.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_users_cannot_leave_their_place() {
        assert_eq!(escaped("<a & \"b\">"), "&lt;a &amp; &quot;b&quot;&gt;");
        assert_eq!(symbols("delta_NN(0) +- 1"), "δ<sub>NN</sub>(0) ± 1");
    }

    #[test]
    fn a_picture_is_an_address() {
        assert_eq!(
            percent("<svg a=\"#1\">δ 5%\n</svg>"),
            "%3Csvg a=%22%231%22%3E%CE%B4 5%25 %3C/svg%3E"
        );
    }
}
