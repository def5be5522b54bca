//! A spectrum made up for the tests of tables, JSON and pictures.

use crate::hessian::{EdgeKind, Outlier, Side, Spectrum};
use crate::numerics::Measured;

/// A tilted semicircle on [-0.17, 1.4] with a soft left and a hard right edge, and the given
/// outliers on the left.
pub(super) fn made_up(outliers: &[f64]) -> Spectrum {
    let (low, high) = (-0.17_f64, 1.4_f64);
    let density = (0..=300)
        .map(|i| {
            let x = low + (high - low) * f64::from(i) / 300.0;
            let height = ((x - low) * (high - x)).max(0.0).sqrt() / (0.1 + x.abs());
            (x, height)
        })
        .collect();
    let outlier = |&value| Outlier {
        value,
        overlap: 0.786,
        value_error: 0.002,
        overlap_error: 0.01,
        neurons: vec![0.95, 0.31],
        latent: vec![1.0],
    };
    Spectrum {
        delta: 6.0,
        ridge: 0.0,
        left_edge: Some(Measured::new(low, 1e-4)),
        left_edge_kind: EdgeKind::Soft,
        right_edge: Some(Measured::new(high, 1e-4)),
        right_edge_kind: EdgeKind::Hard,
        left_edge_effective: None,
        right_edge_effective: None,
        margin: Some(Measured::new(-0.4, 1e-3)),
        margin_effective: None,
        side: Side::Left,
        outliers: outliers.iter().map(outlier).collect(),
        outliers_effective: false,
        density,
        atom: None,
    }
}

/// The same where the curvature is unbounded below.
pub(super) fn unbounded_below(outliers: &[f64]) -> Spectrum {
    let bounded = made_up(outliers);
    Spectrum {
        left_edge: None,
        left_edge_kind: EdgeKind::Unbounded,
        left_edge_effective: bounded.left_edge,
        margin: None,
        margin_effective: bounded.margin,
        outliers_effective: true,
        ..bounded
    }
}
