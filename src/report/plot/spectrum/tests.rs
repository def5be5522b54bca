use super::*;
use crate::hessian::{Atom, EdgeKind};
use crate::report::made_up::{made_up, unbounded_below};
use crate::report::plot::clean::assert_clean;
use crate::report::plot::clean::shows;

fn svg(spectrum: &Spectrum) -> String {
    let name = "two soft-abs neurons, squashed square link <z & w>";
    let picture = spectrum_picture(
        &SpectrumPlot {
            spectrum,
            at: At::Steps(0),
            samples: 4096,
            name: Some(name),
        },
        &Sheet::default(),
    );
    let picture = picture.unwrap().svg;
    assert_clean(&picture);
    picture
}

#[test]
fn a_picture_says_what_it_shows() {
    let picture = svg(&made_up(&[-0.3641, -0.2]));
    for text in [
        "Hessian spectrum at delta = 6, T = 0",
        "&lt;z &amp; w&gt;",
        "eigenvalue",
        "density",
        "left edge -0.1700 (soft)",
        "right edge 1.400 (hard)",
        "-0.3641 (overlap 0.79)",
        "bulk density",
        "width=\"900\"",
    ] {
        assert!(shows(&picture, text), "{text}");
    }
    assert!(picture.trim_end().ends_with("</svg>"));
}

#[test]
fn effective_edges_and_point_masses_are_named() {
    let mut spectrum = unbounded_below(&[-0.3641]);
    spectrum.atom = Some(Atom {
        value: 0.0,
        mass: 0.25,
    });
    let picture = svg(&spectrum);
    for text in [
        "left edge -0.1700 (effective, n = 4096)",
        "outliers left of the effective edge",
        "point mass 0.2500 at 0",
    ] {
        assert!(shows(&picture, text), "{text}");
    }
}

#[test]
fn odd_spectra_are_drawn_too() {
    let mut spectrum = made_up(&[]);
    spectrum.left_edge = None;
    spectrum.left_edge_kind = EdgeKind::Unbounded;
    let picture = svg(&spectrum);
    assert!(shows(&picture, "no left edge (unbounded)"));
    assert!(shows(&picture, "no outliers on the left"));
    spectrum.density.clear();
    spectrum.right_edge = None;
    spectrum.side = Side::Right;
    assert!(!svg(&spectrum).contains("NaN"));
}

#[test]
fn many_outliers_are_counted_and_five_are_labelled() {
    let values: Vec<f64> = (0..9).map(|i| -0.2 - 0.02 * f64::from(i)).collect();
    let picture = svg(&made_up(&values));
    assert!(shows(&picture, "9 outliers on the left, 5 labelled"));
    assert_eq!(picture.matches("(overlap").count(), 5);
}

#[test]
fn outliers_at_the_same_place_share_a_label() {
    let picture = svg(&made_up(&[-0.3, -0.3]));
    assert!(shows(&picture, "2 x -0.3000 (overlap 0.79)"));
    assert_eq!(picture.matches("(overlap").count(), 1);
}
