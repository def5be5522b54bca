//! Where the texts of a picture stand.

use std::sync::Arc;

use super::symbols::markup;
use resvg::usvg::{Group, Node, Options, Rect, Tree, fontdb};

/// The texts of a picture with their boxes in its pixels.
fn texts(svg: &str) -> Vec<(String, Rect)> {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(dejavu::sans::regular().to_vec());
    fonts.set_sans_serif_family("DejaVu Sans");
    let options = Options {
        fontdb: Arc::new(fonts),
        ..Options::default()
    };
    let tree = Tree::from_str(svg, &options).unwrap();
    let mut found = Vec::new();
    collect(tree.root(), &mut found);
    found
}

fn collect(group: &Group, found: &mut Vec<(String, Rect)>) {
    for node in group.children() {
        match node {
            Node::Text(text) => {
                let words = text.chunks().iter().map(|chunk| chunk.text()).collect();
                found.push((words, text.abs_bounding_box()));
            }
            Node::Group(group) => collect(group, found),
            Node::Path(_) | Node::Image(_) => {}
        }
    }
}

/// Whether a picture shows these words; a line break at their end is the end of the text.
pub(in crate::report) fn shows(svg: &str, words: &str) -> bool {
    let (words, end) = match words.strip_suffix('\n') {
        Some(words) => (words, "</text>"),
        None => (words, ""),
    };
    let marked = markup(words);
    // what is shown may go on after these words
    let open = match end {
        "" => marked.strip_suffix("</tspan>").unwrap_or(&marked),
        _ => &marked,
    };
    svg.contains(&(open.to_owned() + end))
}

/// No text leaves the picture or touches another, and no axis repeats a label.
pub(super) fn assert_clean(svg: &str) {
    let texts = texts(svg);
    let length = |name: &str| -> f32 {
        let number = svg
            .split(name)
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        number.unwrap().parse().unwrap()
    };
    let (width, height) = (length("width=\""), length("height=\""));
    assert!(texts.len() > 4);
    for (i, (text, here)) in texts.iter().enumerate() {
        let inside = here.left() >= 2.0
            && here.top() >= 2.0
            && here.right() <= width - 2.0
            && here.bottom() <= height - 2.0;
        assert!(inside, "{text} {here:?} in a picture {height} high");
        for (other, there) in &texts[..i] {
            let apart = here.right() + 2.0 <= there.left()
                || there.right() + 2.0 <= here.left()
                || here.bottom() <= there.top()
                || there.bottom() <= here.top();
            assert!(apart, "{text} {here:?} meets {other} {there:?}");
        }
    }
}
