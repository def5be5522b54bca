//! Where texts stand.

use std::sync::Arc;

use resvg::usvg::{Group, Node, Options, Rect, Tree, fontdb};

use super::*;

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

/// No text leaves the picture or touches another, and no axis repeats a label.
pub(super) fn assert_clean(svg: &str) {
    let texts = texts(svg);
    let height = svg
        .split("height=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let height: f32 = height.unwrap().parse().unwrap();
    assert!(texts.len() > 4);
    for (i, (text, here)) in texts.iter().enumerate() {
        let inside = here.left() >= 2.0
            && here.top() >= 2.0
            && here.right() <= crate::report::plot::figure::WIDTH as f32 - 2.0
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

#[test]
fn texts_keep_apart_on_axes_of_all_kinds() {
    let spacings = [Spacing::Linear, Spacing::Logarithmic, Spacing::List];
    let ranges = [(0.1, 1.0), (1e-7, 1e6), (123_456.0, 123_460.0), (0.5, 8.0)];
    for spacing in spacings {
        for (low, high) in ranges {
            for count in [1, 2, 3, 7, 12] {
                let part = |i: i32| f64::from(i) / f64::from((count - 1).max(1));
                let value = |i| match spacing {
                    Spacing::Logarithmic => low * f64::powf(high / low, part(i)),
                    Spacing::Linear | Spacing::List => low + (high - low) * part(i),
                };
                let axis = Axis {
                    spacing,
                    values: (0..count).map(value).collect(),
                    ..init_std(&[])
                };
                let field = |x: f64, y: f64| super::value(1e6 * x / y);
                let diagram = diagram(Quantity::DeltaNn, axis.clone(), Some(axis), field);
                assert_clean(&heat_map_svg(&plot(&diagram, &[])).unwrap());
            }
        }
    }
}

#[test]
fn long_words_are_cut_instead_of_clipped() {
    let long = "a title that says much more than anybody would want to read ".repeat(4);
    let axis = || delta(&[1.0, 2.0, 3.0]);
    let diagram = diagram(Quantity::Margin, axis(), Some(axis()), |x, y| {
        super::value(x - y)
    });
    let lines: Vec<BoundaryLine> = (0..6)
        .map(|i| BoundaryLine {
            label: format!("line {i} {}", &long[..10 * (i + 1)]),
            points: vec![
                (1.0 + 0.3 * i as f64, f64::NEG_INFINITY),
                (2.0, f64::INFINITY),
            ],
        })
        .chain([BoundaryLine {
            label: long.clone(),
            points: vec![(1.0, 1.0), (3.0, 2.0)],
        }])
        .collect();
    let plot = DiagramPlot {
        title: &long,
        subtitle: Some(&long),
        ..plot(&diagram, &lines)
    };
    assert_clean(&heat_map_svg(&plot).unwrap());
}

#[test]
fn a_single_row_needs_no_vertical_axis() {
    let x = delta(&[1.0, 2.0, 3.0, 4.0]);
    let diagram = diagram(Quantity::Margin, x, None, |x, _| super::value(x - 2.5));
    let picture = heat_map_svg(&plot(&diagram, &[])).unwrap();
    assert_clean(&picture);
}
