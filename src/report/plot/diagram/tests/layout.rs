//! Where texts stand.

use super::*;
pub(super) use crate::report::plot::clean::assert_clean;

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
                assert_clean(
                    &heat_map_picture(&plot(&diagram, &[]), &Sheet::default())
                        .unwrap()
                        .svg,
                );
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
    assert_clean(&heat_map_picture(&plot, &Sheet::default()).unwrap().svg);
}

#[test]
fn a_single_row_needs_no_vertical_axis() {
    let x = delta(&[1.0, 2.0, 3.0, 4.0]);
    let diagram = diagram(Quantity::Margin, x, None, |x, _| super::value(x - 2.5));
    let picture = heat_map_picture(&plot(&diagram, &[]), &Sheet::default())
        .unwrap()
        .svg;
    assert_clean(&picture);
}
