use super::*;
use crate::report::made_up::{first_latents, made_up_curves};
use crate::report::plot::clean::assert_clean;
use crate::report::plot::clean::shows;

fn svg(curves: &Curves, reached: &DMatrix<f64>, simulation: Option<&Curves>) -> String {
    let picture = dynamics_picture(
        &DynamicsPlot {
            curves,
            reached,
            simulation,
            escape: Some(Escape {
                dim: 1000,
                fraction: 0.1,
            }),
            name: Some("two neurons <z & w>"),
        },
        &Sheet::default(),
    );
    let picture = picture.unwrap().svg;
    assert_clean(&picture);
    picture
}

fn assert_shows(picture: &str, texts: &[&str]) {
    for text in texts {
        assert!(shows(picture, text), "{text}");
    }
    assert!(picture.trim_end().ends_with("</svg>"));
}

#[test]
fn a_picture_says_what_it_shows() {
    let curves = made_up_curves(2, 1);
    let picture = svg(&curves, &first_latents(1, 2), None);
    let texts = [
        "Phase 1 at delta = 6",
        "&lt;z &amp; w&gt;",
        "shaded by 2 standard errors",
        "training samples",
        "fresh samples",
        "gradient norm |\u{2207}R(W)|",
        "squared norms of the weights",
        "overlaps with the easy latent z1",
        "neuron 2",
        "Tr q_V",
        "0.1 of |W|^2 at d = 1000",
        "step t",
    ];
    assert_shows(&picture, &texts);
    // two losses, the gradient, two norms, two overlaps, the growth
    assert_eq!(picture.matches("<polygon").count(), 8);
    assert_eq!(picture.matches("<circle").count(), 0);
}

#[test]
fn a_simulation_is_drawn_as_points_on_the_same_axes() {
    let curves = made_up_curves(2, 1);
    let mut simulation = made_up_curves(2, 1);
    // far above the theory: the axis has to make room
    simulation.train_loss[0] = Measured::new(7.0, 0.5);
    let picture = svg(&curves, &first_latents(1, 2), Some(&simulation));
    assert_shows(&picture, &["dots: simulation"]);
    // every third of 41 steps, for eight curves
    assert_eq!(picture.matches("<circle").count(), 14 * 8);
    assert!(picture.contains(">8</text>"), "the bar ends at 8");
}

#[test]
fn many_curves_share_a_short_legend() {
    let curves = made_up_curves(16, 2);
    let picture = svg(&curves, &first_latents(2, 3), None);
    let texts = [
        "neuron 7\n",
        "and 9 more",
        "overlaps with easy latents",
        "neuron 7 with z1",
        "and 25 more",
    ];
    assert_shows(&picture, &texts);
    assert!(!shows(&picture, "neuron 8\n"));
}

#[test]
fn what_is_not_there_has_no_panel() {
    let mut curves = made_up_curves(2, 1);
    curves.hard_growth.clear();
    curves.hard_growth_trace.clear();
    let picture = svg(&curves, &first_latents(1, 1), None);
    assert!(!shows(&picture, "Tr q_V"));
    let picture = svg(&made_up_curves(2, 0), &first_latents(0, 1), None);
    assert!(!shows(&picture, "overlaps with"));
}

#[test]
fn odd_curves_are_drawn_too() {
    let mut curves = made_up_curves(1, 0);
    curves.gradient_norm.fill(Measured::new(0.0, 0.0));
    curves.hard_growth_trace[3] = Measured::new(f64::INFINITY, f64::NAN);
    assert_shows(
        &svg(&curves, &first_latents(0, 1), None),
        &["gradient norm"],
    );
    for curve in [
        &mut curves.train_loss,
        &mut curves.test_loss,
        &mut curves.gradient_norm,
        &mut curves.hard_growth_trace,
    ] {
        curve.truncate(1);
    }
    curves.gram.truncate(1);
    assert_shows(&svg(&curves, &first_latents(0, 1), None), &["step t"]);
}
