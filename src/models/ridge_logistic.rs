//! One linear neuron with logistic loss and ridge: where training ends is a known M-estimator.

use crate::network::Loss;
use crate::numerics::gauss_legendre;

/// Beyond this many standard deviations the Gaussian weighs less than 1e-16.
const REACH: f64 = 8.4;
/// Panels over `[0, REACH]`, and nodes of each: the integrands vary on the scale of one.
const PANELS: usize = 7;
const NODES: usize = 10;
/// Sweeps of the fixed-point iteration, and the change at which it has settled.
const SWEEPS: usize = 5000;
const SETTLED: f64 = 1e-13;

/// Probability of the label +1 at the latent z.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SignLabel {
    /// `sign(z)`, flipped with this probability.
    Flip {
        /// The probability.
        probability: f64,
    },
    /// `1 / (1 + exp(-strength z))`.
    Logistic {
        /// The strength of the signal.
        strength: f64,
    },
}

/// Logistic regression on labels +-1 that depend on one latent, with ridge `(lambda/2) |w|^2`.
///
/// The minimiser has, as n and d grow, an overlap M with the latent direction and a squared norm q that solve four scalar
/// equations (Sur and Candes, arXiv:1803.06964; Salehi, Abbasi and Hassibi, arXiv:1906.03761). With
/// `h = M z + sqrt(q - M^2) xi` and `u` the proximal point `u + V l'(y, u) = h`:
///
/// ```text
/// V delta = S = 1 / (lambda + Gamma),              Gamma = E[ l''(y,u) / (1 + V l''(y,u)) ]
/// M = S ( Gamma M - E[l'(y,u) z] ),                q - M^2 = S^2 E[l'(y,u)^2] / delta
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RidgeLogistic {
    /// n/d.
    pub delta: f64,
    /// lambda; zero is allowed where the maximum-likelihood estimator exists.
    pub weight_decay: f64,
    /// The label.
    pub label: SignLabel,
}

/// The minimiser.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogisticMinimum {
    /// M.
    pub overlap: f64,
    /// q, the squared norm.
    pub gram: f64,
    /// V, the step of the proximal map.
    pub proximal: f64,
    /// Mean loss of the training samples, without the ridge.
    pub train_loss: f64,
    /// Mean loss of fresh samples.
    pub test_loss: f64,
}

/// Expectations at given M, q and V.
#[derive(Clone, Copy, Default)]
struct Averages {
    stiffness: f64,
    force_latent: f64,
    force_square: f64,
    train_loss: f64,
    test_loss: f64,
}

impl RidgeLogistic {
    /// The minimiser by fixed-point iteration; `None` where it does not settle (separable data without ridge).
    pub fn minimum(&self) -> Option<LogisticMinimum> {
        let (mut overlap, mut spread, mut proximal) = (0.0, 0.0, 1.0);
        for _ in 0..SWEEPS {
            let averages = self.averages(overlap, spread, proximal);
            let response = 1.0 / (self.weight_decay + averages.stiffness);
            let next = [
                response * (averages.stiffness * overlap - averages.force_latent),
                response * (averages.force_square / self.delta).sqrt(),
                response / self.delta,
            ];
            let change = [overlap, spread, proximal]
                .iter()
                .zip(next)
                .map(|(old, new)| (old - new).abs())
                .fold(0.0, f64::max);
            [overlap, spread, proximal] = next;
            if change < SETTLED * (1.0 + spread) {
                return Some(LogisticMinimum {
                    overlap,
                    gram: overlap * overlap + spread * spread,
                    proximal,
                    train_loss: averages.train_loss,
                    test_loss: averages.test_loss,
                });
            }
        }
        None
    }

    /// `(z, h, y) -> (-z, -h, -y)` is a symmetry, so z > 0 is enough.
    fn averages(&self, overlap: f64, spread: f64, proximal: f64) -> Averages {
        let half = half_normal();
        let mut sums = Averages::default();
        for &(z, weight) in &half {
            let plus = self.label.plus(z);
            for &(x, w) in &half {
                for (xi, y) in [(x, 1.0), (x, -1.0), (-x, 1.0), (-x, -1.0)] {
                    let likelihood = if y > 0.0 { plus } else { 1.0 - plus };
                    let w = 2.0 * weight * w * likelihood;
                    let h = overlap * z + spread * xi;
                    let loss = Loss::Logistic.jet(y, proximal_point(h, y, proximal));
                    sums.stiffness += w * loss.second / (1.0 + proximal * loss.second);
                    sums.force_latent += w * loss.first * z;
                    sums.force_square += w * loss.first * loss.first;
                    sums.train_loss += w * loss.value;
                    sums.test_loss += w * Loss::Logistic.jet(y, h).value;
                }
            }
        }
        sums
    }
}

impl SignLabel {
    /// Probability of +1 at z > 0.
    fn plus(self, z: f64) -> f64 {
        match self {
            Self::Flip { probability } => 1.0 - probability,
            Self::Logistic { strength } => 1.0 / (1.0 + (-strength * z).exp()),
        }
    }
}

/// Nodes and weights of the standard normal density on the positive half-line.
fn half_normal() -> Vec<(f64, f64)> {
    let rule = gauss_legendre(NODES);
    let half = 0.5 * REACH / PANELS as f64;
    (0..PANELS)
        .flat_map(|panel| {
            let centre = half * (2 * panel + 1) as f64;
            rule.iter().map(move |&(x, w)| {
                let t = centre + half * x;
                let density = (-0.5 * t * t).exp() / (2.0 * std::f64::consts::PI).sqrt();
                (t, half * w * density)
            })
        })
        .collect()
}

/// Solves `u + V l'(y, u) = h`: the root lies between h and h + y V, so a Newton step that leaves the bracket is
/// replaced by its middle.
fn proximal_point(h: f64, y: f64, proximal: f64) -> f64 {
    let (mut low, mut high) = (h.min(h + y * proximal), h.max(h + y * proximal));
    let mut u = h;
    for _ in 0..100 {
        let loss = Loss::Logistic.jet(y, u);
        let excess = u + proximal * loss.first - h;
        if excess > 0.0 {
            high = u;
        } else {
            low = u;
        }
        let newton = u - excess / (1.0 + proximal * loss.second);
        let inside = low <= newton && newton <= high;
        let next = if inside { newton } else { 0.5 * (low + high) };
        let step = (next - u).abs();
        u = next;
        if step < 1e-14 * (1.0 + u.abs()) {
            break;
        }
    }
    u
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maximum_likelihood_has_its_published_bias_and_spread() {
        // arXiv:1803.06964: p/n = 0.2, gamma^2 = 5 give alpha = 1.4994, sigma = 4.7436, lambda = 3.0269
        let gamma = 5f64.sqrt();
        let problem = RidgeLogistic {
            delta: 5.0,
            weight_decay: 0.0,
            label: SignLabel::Logistic { strength: gamma },
        };
        let minimum = problem.minimum().unwrap();
        let alpha = minimum.overlap / gamma;
        let sigma = ((minimum.gram - minimum.overlap.powi(2)) * problem.delta).sqrt();
        // half a unit of the last published digit, and as much again for rounding in the source
        assert!((alpha - 1.4994).abs() < 1e-4, "{alpha}");
        assert!((sigma - 4.7436).abs() < 1e-4, "{sigma}");
        assert!((minimum.proximal - 3.0269).abs() < 1e-4, "{minimum:?}");
    }
}
