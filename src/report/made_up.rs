//! Results made up for the tests of tables, JSON and pictures.

use nalgebra::DMatrix;

use crate::curvature::Side;
use crate::hessian::{EdgeKind, Outlier, Spectrum};
use crate::numerics::{Measured, MeasuredMatrix};
use crate::phase1::Curves;

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

/// Forty steps of m neurons that reach e latent directions, beside one hard one.
pub(super) fn made_up_curves(neurons: usize, reached: usize) -> Curves {
    let times = || (0..=40).map(f64::from);
    let curve = |number: fn(f64) -> f64| -> Vec<Measured> {
        let at = |t| Measured::new(number(t), 0.01 * number(t).abs());
        times().map(at).collect()
    };
    let matrices = |columns: usize, number: fn(f64) -> f64| -> Vec<MeasuredMatrix> {
        let mean = |t: f64| {
            DMatrix::from_fn(neurons, columns, |i, j| {
                number(t) / (1.0 + i as f64 + 0.3 * j as f64)
            })
        };
        times()
            .map(|t| MeasuredMatrix {
                mean: mean(t),
                error: mean(t).abs() * 0.01,
            })
            .collect()
    };
    Curves {
        delta: 6.0,
        at_steps: times().collect(),
        train_loss: curve(|t| 0.3 + 0.1 / (1.0 + t)),
        test_loss: curve(|t| 0.4 + 0.001 * t),
        gradient_norm: curve(|t| 0.2 / (1.0 + t)),
        gram: matrices(neurons, |t| 0.25 + 0.01 * t),
        overlap: matrices(reached + 1, |t| 0.02 * t),
        reached_overlap: matrices(reached, |t| 0.02 * t),
        readout: Vec::new(),
        bias: Vec::new(),
        hard_growth: matrices(neurons, |t| 0.25 * (0.2 * t).exp()),
        hard_growth_trace: curve(|t| 0.5 * (0.2 * t).exp()),
        hard_spread: times().map(|t| vec![0.5 * (0.2 * t).exp()]).collect(),
    }
}

/// The first latent directions of k (e x k).
pub(super) fn first_latents(reached: usize, latents: usize) -> DMatrix<f64> {
    DMatrix::identity(reached, latents)
}
