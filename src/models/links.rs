//! Links whose algorithmic threshold is known.

use super::Reference;
use crate::teacher::Channel;

/// A target with its thresholds; infinite ones are `f64::INFINITY`.
#[derive(Clone, Copy, Debug)]
pub struct KnownLink {
    /// The link.
    pub link: &'static str,
    /// The channel.
    pub channel: Channel,
    /// delta_alg.
    pub delta_alg: Reference,
    /// delta_spec.
    pub delta_spec: f64,
}

const EXACT: f64 = 1e-9;

const fn known(
    link: &'static str,
    channel: Channel,
    value: f64,
    relative_tolerance: f64,
    source: &'static str,
) -> KnownLink {
    let delta_alg = Reference {
        value,
        relative_tolerance,
        source,
    };
    KnownLink {
        link,
        channel,
        delta_alg,
        delta_spec: value,
    }
}

/// All of them, simplest first. The G(y) of each commute (so delta_spec = delta_alg), but for the ratio.
pub fn known_links() -> Vec<KnownLink> {
    use Channel::{Deterministic, Gaussian};
    let pi = std::f64::consts::PI;
    let ratio = known("z1/z2", Deterministic, 1.0, EXACT, "arXiv:2502.02545");
    vec![
        known("z1^2", Deterministic, 0.5, EXACT, "arXiv:1708.05932"),
        known("abs(z1)", Deterministic, 0.5, EXACT, "arXiv:1708.05932"),
        known(
            "1.5*tanh(z1^2 - 1)",
            Deterministic,
            0.5,
            EXACT,
            "a monotone function of z1^2",
        ),
        known(
            "z1^2",
            Gaussian { noise: 0.1 },
            0.50209,
            1e-5,
            "arXiv:1708.05932, recomputed",
        ),
        known(
            "z1^2",
            Gaussian { noise: 1.0 },
            0.64659,
            1e-5,
            "arXiv:1708.05932, recomputed",
        ),
        known(
            "sign(abs(z1) - 1)",
            Deterministic,
            door(1.0),
            EXACT,
            "closed form, see `door`",
        ),
        known("z1*z2", Deterministic, 0.59375, 1e-5, "arXiv:2502.02545"),
        known(
            "z1^2 - z2^2",
            Deterministic,
            0.59375,
            1e-5,
            "the product, rotated by 45 degrees",
        ),
        known(
            "sign(z1*z2)",
            Deterministic,
            0.25 * pi * pi,
            EXACT,
            "arXiv:2502.02545",
        ),
        known(
            "(z1^2 + z2^2)/2",
            Deterministic,
            1.0,
            EXACT,
            "arXiv:2502.02545",
        ),
        KnownLink {
            delta_spec: 2.0,
            ..ratio
        },
        known(
            "(z1^2 + z2^2 + z3^2)/3",
            Deterministic,
            1.5,
            EXACT,
            "arXiv:2502.02545",
        ),
        known("z1*z2*z3", Deterministic, 2.5652, 2e-5, "arXiv:2502.02545"),
        known(
            "sign(z1*z2*z3)",
            Deterministic,
            f64::INFINITY,
            0.0,
            "G = 0: every two signs are independent of the label",
        ),
    ]
}

/// delta_alg of the symmetric door `sign(|z| - K)`: `p (1 - p) / (2 K phi(K))^2`, `p = P(|z| < K)`.
///
/// With two labels, `E_y[G^2] = (E[(z^2 - 1) 1_{|z|<K}])^2 (1/p + 1/(1 - p))`, and the expectation
/// is `-2 K phi(K)`.
pub fn door(threshold: f64) -> f64 {
    let inside = libm::erf(threshold * std::f64::consts::FRAC_1_SQRT_2);
    let density = (-0.5 * threshold * threshold).exp() / (2.0 * std::f64::consts::PI).sqrt();
    inside * (1.0 - inside) / (2.0 * threshold * density).powi(2)
}
