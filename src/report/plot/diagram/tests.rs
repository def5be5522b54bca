use plotters::style::RGBColor;
use resvg::tiny_skia::Pixmap;

use super::colours::ColourScale;
use super::*;
use crate::diagram::{Axis, AxisKey, Cell, Outcome, Quantity, Spacing};
use crate::experiment::NumericKey;
use crate::numerics::Measured;
use crate::report::plot::clean::shows;
use crate::report::png;

mod layout;
mod sweeps;

/// An axis of `training.init_std`, logarithmic.
fn init_std(values: &[f64]) -> Axis {
    Axis {
        key: AxisKey::Field(NumericKey::parse("training.init_std").unwrap()),
        spacing: Spacing::Logarithmic,
        values: values.to_vec(),
    }
}

/// An axis of delta, linear.
fn delta(values: &[f64]) -> Axis {
    Axis {
        key: AxisKey::Delta,
        spacing: Spacing::Linear,
        values: values.to_vec(),
    }
}

/// Every cell filled by a function of its values.
fn diagram(
    quantity: Quantity,
    x: Axis,
    y: Option<Axis>,
    outcome: impl Fn(f64, f64) -> Option<Outcome>,
) -> Diagram {
    let rows = y.as_ref().map_or(vec![0.0], |y| y.values.clone());
    let places = rows
        .iter()
        .flat_map(|y| x.values.iter().map(move |x| (*x, *y)));
    let cells = places.enumerate().filter_map(|(index, (x, y))| {
        let outcome = outcome(x, y)?;
        Some(Cell { index, outcome })
    });
    Diagram {
        interrupted: false,
        quantity,
        cells: cells.collect(),
        x: x.clone(),
        y: y.clone(),
    }
}

fn value(value: f64) -> Option<Outcome> {
    Some(Outcome::Value(Measured::new(value, 0.01)))
}

fn absent() -> Option<Outcome> {
    let reason = "no outlier".to_owned();
    Some(Outcome::Absent { reason })
}

fn failed() -> Option<Outcome> {
    let reason = "not converged".to_owned();
    Some(Outcome::Failed { reason })
}

fn plot<'a>(diagram: &'a Diagram, lines: &'a [BoundaryLine]) -> DiagramPlot<'a> {
    DiagramPlot {
        diagram,
        data: "margin.json",
        title: "A made-up phase diagram",
        subtitle: Some("two neurons <z & w>"),
        lines,
    }
}

/// The drawn pixels, two for each pixel of the picture.
fn pixels(svg: &str) -> Pixmap {
    Pixmap::decode_png(&png(svg, &Sheet::default()).unwrap()).unwrap()
}

/// Colour at a point in pixels of the picture.
fn colour_at(pixels: &Pixmap, (x, y): (f64, f64)) -> [u8; 3] {
    let at = |pixels: f64| (2.0 * pixels) as u32;
    let pixel = pixels.pixel(at(x), at(y)).unwrap();
    [pixel.red(), pixel.green(), pixel.blue()]
}

#[test]
fn every_cell_has_the_colour_of_its_number() {
    let field = |x: f64, y: f64| 0.1 * x + 0.3 * y * y;
    let (x, y) = (delta(&[0.5, 1.0, 1.5, 2.0]), init_std(&[0.1, 0.3, 0.9]));
    let diagram = diagram(Quantity::Overlap, x, Some(y), |x, y| value(field(x, y)));
    let plot = plot(&diagram, &[]);
    let pixels = pixels(&heat_map_picture(&plot, &Sheet::default()).unwrap().svg);
    let frame = heat::frame(&plot);
    let colours = ColourScale::new(Quantity::Overlap, &[]);
    for (column, x) in diagram.x.values.iter().enumerate() {
        for (row, y) in [0.1_f64, 0.3, 0.9].into_iter().enumerate() {
            let expected = colours.colour(field(*x, y));
            let expected = [expected.0, expected.1, expected.2];
            // in the middle and near the corners of the cell: quarters of columns are at (i + 1/4) / 4
            for (dx, dy) in [(0.5, 0.5), (0.05, 0.05), (0.95, 0.95)] {
                let across = (column as f64 + dx) / 4.0 * f64::from(frame.width());
                let down = (row as f64 + dy) / 3.0 * f64::from(frame.height());
                let point = (
                    f64::from(frame.left) + across,
                    f64::from(frame.bottom) - down,
                );
                assert_eq!(colour_at(&pixels, point), expected, "{column} {row}");
            }
        }
    }
}

#[test]
fn the_bar_ends_with_the_colours_of_the_extremes() {
    let axis = || delta(&[1.0, 2.0, 3.0, 4.0]);
    let diagram = diagram(Quantity::Margin, axis(), Some(axis()), |x, y| {
        value(x - 2.0 * y)
    });
    let plot = plot(&diagram, &[]);
    let pixels = pixels(&heat_map_picture(&plot, &Sheet::default()).unwrap().svg);
    let bar = heat::bar_frame(&plot);
    // the bar shows what occurs; colours of one size are equally strong on both sides of zero
    assert_eq!(bar.y, (-7.0, 2.0));
    let RGBColor(r, g, b) = ColourScale::new(Quantity::Margin, &[-7.0, 2.0]).colour(2.0);
    let x = 0.5 * f64::from(bar.left + bar.right);
    assert_eq!(colour_at(&pixels, (x, f64::from(bar.top) + 1.0)), [r, g, b]);
    assert_eq!(
        colour_at(&pixels, (x, f64::from(bar.bottom) - 1.5)),
        [155, 48, 0]
    );
}

#[test]
fn marks_are_named_where_they_occur() {
    let axis = || delta(&[1.0, 2.0, 3.0]);
    let names = [
        "no informative outlier",
        "computation failed",
        "not computed",
    ];
    let whole = diagram(Quantity::Outlier, axis(), Some(axis()), |x, y| value(x * y));
    let picture = heat_map_picture(&plot(&whole, &[]), &Sheet::default())
        .unwrap()
        .svg;
    assert!(names.iter().all(|name| !shows(&picture, name)));
    let holes = diagram(Quantity::Outlier, axis(), Some(axis()), |x, y| {
        match (x as i32, y as i32) {
            (1, 1) => absent(),
            (2, 2) => failed(),
            (3, 3) => None,
            _ => value(x * y),
        }
    });
    let picture = heat_map_picture(&plot(&holes, &[]), &Sheet::default())
        .unwrap()
        .svg;
    for name in names {
        assert!(shows(&picture, name), "{name}");
    }
}

#[test]
fn the_boundary_is_drawn_where_the_field_changes_sign() {
    let values = |low: f64, high: f64, count: i32| -> Vec<f64> {
        let part = |i: i32| f64::from(i) / f64::from(count - 1);
        (0..count).map(|i| low + (high - low) * part(i)).collect()
    };
    let y: Vec<f64> = values(-1.0, 0.0, 16)
        .into_iter()
        .map(|e| 10f64.powf(e))
        .collect();
    // zero where delta = 2 + 4 s_w
    let field = |x: f64, y: f64| 2.0 + 4.0 * y - x;
    let diagram = diagram(
        Quantity::Margin,
        delta(&values(0.5, 8.0, 32)),
        Some(init_std(&y)),
        |x, y| value(field(x, y)),
    );
    let line = BoundaryLine {
        label: "delta_alg".to_owned(),
        points: vec![(1.0, f64::NEG_INFINITY), (1.0, f64::INFINITY)],
    };
    let lines = [line];
    let plot = plot(&diagram, &lines);
    let picture = heat_map_picture(&plot, &Sheet::default()).unwrap().svg;
    assert!(shows(&picture, "margin = 0\n") && shows(&picture, "delta_alg\n"));
    let (pixels, frame) = (pixels(&picture), heat::frame(&plot));
    let black = |x: f64, y: f64| colour_at(&pixels, (x, y)).iter().all(|c| *c < 60);
    for y in &y[1..15] {
        let down = frame.down(y.log10());
        let columns = (frame.left + 4)..(frame.right - 4);
        let dark: Vec<f64> = columns.map(f64::from).filter(|x| black(*x, down)).collect();
        let meant = frame.across(2.0 + 4.0 * y);
        let half = 0.5 * f64::from(frame.width()) / 32.0;
        let (alg, rest): (Vec<f64>, Vec<f64>) = dark.iter().partition(|x| **x < frame.across(1.5));
        assert!(
            rest.iter().any(|x| (x - meant).abs() < half),
            "{y}: {rest:?} {meant}"
        );
        assert!(
            rest.iter().all(|x| (x - meant).abs() < half + 6.0),
            "{y}: {rest:?} {meant}"
        );
        assert!(
            alg.iter().all(|x| (x - frame.across(1.0)).abs() < 3.0),
            "{alg:?}"
        );
    }
}

#[test]
fn lines_that_show_nothing_say_so() {
    let axis = || delta(&[1.0, 2.0, 3.0]);
    let diagram = diagram(Quantity::Margin, axis(), Some(axis()), |x, y| value(x + y));
    let lines = [BoundaryLine {
        label: "delta_alg".to_owned(),
        points: vec![(9.0, f64::NEG_INFINITY), (9.0, f64::INFINITY)],
    }];
    let picture = heat_map_picture(&plot(&diagram, &lines), &Sheet::default())
        .unwrap()
        .svg;
    assert!(shows(&picture, "margin = 0 is crossed nowhere"));
    assert!(shows(&picture, "delta_alg (outside)"));
}

#[test]
fn lone_rows_and_columns_are_crossed_from_edge_to_edge() {
    let many = delta(&[1.0, 2.0, 3.0, 4.0]);
    let lone = init_std(&[0.5]);
    let along = |x: f64, y: f64| value(if x < 1.0 { y } else { x } - 2.5);
    let cases = [
        (many.clone(), Some(lone.clone())),
        (lone, Some(many.clone())),
        (many, None),
    ];
    for (x, y) in cases {
        let diagram = diagram(Quantity::Margin, x, y, along);
        let (x, y) = (
            span::Span::new(&diagram.x),
            diagram.y.as_ref().map(span::Span::new),
        );
        let boundary = overlay::Overlay::boundary(&diagram, &x, y.as_ref()).unwrap();
        assert_eq!(boundary.pieces.len(), 1);
        let (from, to) = (boundary.pieces[0][0], boundary.pieces[0][1]);
        let across = diagram.columns() > 1;
        let ends = if across {
            [from.0, to.0]
        } else {
            [from.1, to.1]
        };
        assert!(ends.iter().all(|end| (end - 2.5).abs() < 1e-12), "{ends:?}");
        layout::assert_clean(
            &heat_map_picture(&plot(&diagram, &[]), &Sheet::default())
                .unwrap()
                .svg,
        );
    }
}
