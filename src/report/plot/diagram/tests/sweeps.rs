//! Curves of sweeps.

use super::*;
use crate::report::plot::clean::shows;
use crate::report::plot::palette;
use crate::report::plot::symbols::markup;
use plotters::style::RGBColor;

fn list(values: &[f64]) -> Axis {
    Axis {
        spacing: Spacing::List,
        ..init_std(values)
    }
}

#[test]
fn one_axis_or_a_short_list_is_shown_as_curves() {
    let shown = |y: Option<Axis>| {
        let diagram = diagram(Quantity::Overlap, delta(&[1.0, 2.0]), y, |_, _| value(0.5));
        (
            shown_as_curves(&diagram),
            curves_picture(&plot(&diagram, &[]), &Sheet::default()).is_ok(),
        )
    };
    let many: Vec<f64> = (1..10).map(f64::from).collect();
    let one = diagram(Quantity::Overlap, delta(&[1.0, 2.0]), None, |_, _| {
        value(0.5)
    });
    assert_eq!(
        diagram_picture(&plot(&one, &[]), &Sheet::default())
            .unwrap()
            .svg,
        curves_picture(&plot(&one, &[]), &Sheet::default())
            .unwrap()
            .svg
    );
    assert_eq!(shown(None), (true, true));
    assert_eq!(shown(Some(list(&many[..8]))), (true, true));
    assert_eq!(shown(Some(list(&many))), (false, false));
    assert_eq!(shown(Some(init_std(&[0.1, 0.2]))), (false, true));
}

#[test]
fn points_stand_at_their_values_with_bars_of_two_errors() {
    let x = delta(&[1.0, 2.0, 3.0]);
    let diagram = diagram(Quantity::Overlap, x, Some(list(&[0.1, 0.4])), |x, y| {
        let value = 0.2 * x + y - 0.1;
        Some(Outcome::Value(Measured::new(value, 0.03)))
    });
    let plot = plot(&diagram, &[]);
    let (picture, frame) = (
        curves_picture(&plot, &Sheet::default()).unwrap().svg,
        curves::frame(&plot),
    );
    for y in [0.1, 0.4] {
        for x in [1.0, 2.0, 3.0] {
            let value = 0.2 * x + y - 0.1;
            let (across, middle) = frame.point((x, value));
            let dot = format!("<circle cx=\"{across}\" cy=\"{middle}\"");
            assert!(picture.contains(&dot), "{dot}");
            let ends = [value - 0.06, value + 0.06].map(|y| frame.point((x, y)).1);
            let bar = format!("points=\"{across},{} {across},{} \"", ends[0], ends[1]);
            assert!(picture.contains(&bar), "{bar}");
        }
    }
    for text in [
        "initialisation scale s_w:\n",
        "0.1\n",
        "0.4\n",
        "delta = n/d\n",
    ] {
        assert!(shows(&picture, text), "{text}");
    }
    layout::assert_clean(&picture);
}

#[test]
fn cells_without_a_number_part_a_curve_and_are_marked() {
    let x = delta(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let whole = diagram(Quantity::Overlap, x.clone(), None, |x, _| value(0.1 * x));
    let holes = diagram(Quantity::Overlap, x, None, |x, _| match x as i32 {
        2 => None,
        3 => absent(),
        5 => failed(),
        _ => value(0.1 * x),
    });
    let count = |diagram: &Diagram, what: &str| {
        let picture = curves_picture(&plot(diagram, &[]), &Sheet::default())
            .unwrap()
            .svg;
        layout::assert_clean(&picture);
        picture.matches(what).count()
    };
    let words = [
        "no informative outlier",
        "computation failed",
        "not computed",
    ];
    assert_eq!(words.map(|word| count(&whole, word)), [0, 0, 0]);
    assert_eq!(words.map(|word| count(&holes, word)), [1, 1, 0]);
    // six dots; three dots and two rings of two discs each, one of them in the key
    assert_eq!(
        (count(&whole, "<circle"), count(&holes, "<circle")),
        (6, 3 + 4)
    );
    // the curve is whole over the missing cell, and parted at the others
    let parts = |diagram: &Diagram| {
        let picture = curves_picture(&plot(diagram, &[]), &Sheet::default())
            .unwrap()
            .svg;
        let colour = "stroke=\"#0072B2\" stroke-width=\"16\"";
        let lines = picture.lines().filter(|line| line.contains(colour));
        let count = |line: &str| {
            line.split("points=\"")
                .nth(1)
                .map(|p| p.matches(',').count())
        };
        lines.filter_map(count).collect::<Vec<_>>()
    };
    assert_eq!(parts(&whole), [6]);
    // up to the absent one two points; then one by itself; then the cross and the last one
    assert_eq!(parts(&holes), [1, 1, 1, 2, 2]);
}

#[test]
fn lines_and_levels_are_drawn_over_the_quantity() {
    let x = delta(&[1.0, 2.0, 3.0]);
    let diagram = diagram(Quantity::Margin, x, None, |x, _| value(3.0 - 2.0 * x));
    let lines = [BoundaryLine {
        label: "delta_alg".to_owned(),
        points: vec![(1.5, f64::NEG_INFINITY), (1.5, f64::INFINITY)],
    }];
    let plot = plot(&diagram, &lines);
    let (picture, frame) = (
        curves_picture(&plot, &Sheet::default()).unwrap().svg,
        curves::frame(&plot),
    );
    assert!(shows(&picture, "margin = 0\n") && shows(&picture, "delta_alg\n"));
    let (left, right) = (frame.point((frame.x.0, 0.0)), frame.point((frame.x.1, 0.0)));
    let level = format!("points=\"{},{} {},{} \"", left.0, left.1, right.0, right.1);
    assert!(picture.contains(&level), "{level}");
    let (low, high) = (frame.point((1.5, frame.y.0)), frame.point((1.5, frame.y.1)));
    // one dashed line from the lower to the upper end of the frame; a dash and its gap are 12 and 6 pixels of 8 units
    let upright = format!("points=\"{},{} {},{} \"", low.0, low.1, high.0, high.1);
    let mut dashed = picture.lines().filter(|line| line.contains(&upright));
    assert!(
        dashed.any(|line| line.contains("stroke-dasharray=\"96 48\"")),
        "{upright}"
    );
}

#[test]
fn odd_sweeps_are_drawn_too() {
    let x = || delta(&[1.0, 2.0, 3.0]);
    let unknown = |x: f64, _: f64| Some(Outcome::Value(Measured::new(x * 1e3, f64::NAN)));
    let nothing = |_: f64, _: f64| absent();
    let wide = |x: f64, _: f64| Some(Outcome::Value(Measured::new(10f64.powf(2.0 * x), 1e3)));
    for quantity in Quantity::ALL {
        let diagrams = [
            diagram(quantity, x(), None, unknown),
            diagram(quantity, x(), Some(list(&[0.1, 0.2])), nothing),
            diagram(quantity, x(), None, wide),
            diagram(quantity, delta(&[2.0]), None, wide),
            diagram(quantity, x(), None, |_, _| None),
        ];
        for diagram in diagrams {
            layout::assert_clean(
                &curves_picture(&plot(&diagram, &[]), &Sheet::default())
                    .unwrap()
                    .svg,
            );
        }
    }
}

#[test]
fn a_line_stands_where_it_meets_the_value_of_each_curve() {
    let y = [0.1, 0.3, 0.5];
    let diagram = diagram(
        Quantity::Margin,
        delta(&[1.0, 2.0, 3.0]),
        Some(list(&y)),
        |x, y| value(2.0 + y - x),
    );
    let line = |points: &[(f64, f64)]| BoundaryLine {
        label: "delta_NN".to_owned(),
        points: points.to_vec(),
    };
    // at the first curve by a point, at the second between two, and infinite at the third
    let lines = [line(&[
        (1.2, 0.1),
        (1.6, 0.2),
        (2.4, 0.4),
        (f64::INFINITY, 0.5),
    ])];
    let plot = plot(&diagram, &lines);
    let (picture, frame) = (
        curves_picture(&plot, &Sheet::default()).unwrap().svg,
        curves::frame(&plot),
    );
    let stands = |x: f64, colour: &str| {
        let start = frame.point((x, frame.y.0));
        let colour = format!("stroke=\"{colour}\"");
        let dash = format!("points=\"{},{} ", start.0, start.1);
        let mut dashes = picture.lines().filter(|line| line.contains(&dash));
        dashes.any(|line| line.contains(&colour))
    };
    let colour = |curve| {
        let RGBColor(r, g, b) = palette::ordered(curve, 3);
        format!("#{r:02X}{g:02X}{b:02X}")
    };
    assert!(stands(1.2, &colour(0)) && stands(2.0, &colour(1)));
    assert_eq!(
        picture.matches(&(markup("delta_NN") + "</text>")).count(),
        1
    );
    layout::assert_clean(&picture);
    let far = [line(&[(9.0, 0.1), (8.0, 0.5)])];
    let plot = DiagramPlot {
        lines: &far,
        ..plot
    };
    assert!(
        curves_picture(&plot, &Sheet::default())
            .unwrap()
            .svg
            .contains(&markup("delta_NN (outside)"))
    );
}
