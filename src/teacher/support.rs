//! Where the label lives.

use super::noiseless::NoiselessLaw;
use super::{Channel, Link, MAX_LATENT, Teacher};
use crate::expression::BreakKind;
use crate::numerics::spread;

/// The support of the label's law.
#[derive(Clone, Debug, PartialEq)]
pub enum LabelSupport {
    /// Finitely many values, increasing.
    Points(Vec<f64>),
    /// An interval; either end may be infinite.
    Interval {
        /// Infimum of the label.
        low: f64,
        /// Supremum of the label.
        high: f64,
    },
    /// The counts 0, 1, 2, ... without end.
    Naturals,
}

impl Teacher {
    /// The label's support: the values on the rays, continued to large latents and into poles.
    pub(super) fn label_support(&self, law: &NoiselessLaw) -> LabelSupport {
        match self.channel() {
            Channel::Gaussian { .. } => LabelSupport::Interval {
                low: f64::NEG_INFINITY,
                high: f64::INFINITY,
            },
            Channel::Flip { .. } | Channel::Logistic => LabelSupport::Points(vec![-1.0, 1.0]),
            Channel::Poisson => LabelSupport::Naturals,
            Channel::Deterministic if law.continuous.is_empty() => {
                LabelSupport::Points(law.atoms.iter().map(|a| a.label).collect())
            }
            Channel::Deterministic => {
                let (low, high) = link_range(self.link(), law.range);
                LabelSupport::Interval { low, high }
            }
        }
    }
}

/// Shells of latents beyond the Gaussian's bulk: a range that keeps growing from shell to shell
/// by steps that do not shrink has no end.
const SHELLS: [f64; 4] = [1e1, 1e3, 1e5, 1e7];
const POINTS_PER_SHELL: u32 = 4096;

/// A pole is taken as unbounded when the link exceeds this many times its usual size beside it.
const POLE_VALUE: f64 = 1e6;

/// Infimum and supremum of the link over all of R^k, starting from its range on the rays.
fn link_range(link: &Link, bulk: (f64, f64)) -> (f64, f64) {
    let mut ranges = vec![bulk];
    for shell in SHELLS {
        let mut range = ranges[ranges.len() - 1];
        for n in 1..=POINTS_PER_SHELL {
            let value = link.value(&shell_point(link.latent_dim(), shell, n)[..link.latent_dim()]);
            if !value.is_nan() {
                range = (range.0.min(value), range.1.max(value));
            }
        }
        ranges.push(range);
    }
    let high: Vec<f64> = ranges.iter().map(|r| r.1).collect();
    let low: Vec<f64> = ranges.iter().map(|r| -r.0).collect();
    let (pole_low, pole_high) = poles(link);
    let low = if pole_low {
        f64::NEG_INFINITY
    } else {
        -supremum(&low, link.scale())
    };
    let high = if pole_high {
        f64::INFINITY
    } else {
        supremum(&high, link.scale())
    };
    (low, high)
}

/// The limit of a non-decreasing sequence over shells of geometrically growing radius; `usual` is the usual size.
fn supremum(values: &[f64], usual: f64) -> f64 {
    let n = values.len();
    let (last, before) = (values[n - 1] - values[n - 2], values[n - 2] - values[n - 3]);
    let scale = 1e-9 * (usual + values[0].abs());
    let grows = !last.is_finite() || (last > scale && last > 0.5 * before);
    if grows { f64::INFINITY } else { values[n - 1] }
}

/// Point `n` of a low-discrepancy spread over the shell radius..100 radius, all directions.
fn shell_point(k: usize, radius: f64, n: u32) -> [f64; MAX_LATENT] {
    let r = radius * 10f64.powf(2.0 * (f64::from(n) * 0.569_840_290_9).fract());
    let mut point = [0.0; MAX_LATENT];
    for (i, p) in point.iter_mut().enumerate().take(k) {
        *p = 2.0 * spread(n, i) - 1.0;
    }
    let norm = point.iter().map(|p| p * p).sum::<f64>().sqrt().max(1e-3);
    point.map(|p| p * r / norm)
}

/// Whether the link runs to -infinity, +infinity beside a zero of one of its denominators.
fn poles(link: &Link) -> (bool, bool) {
    let expression = link.expression();
    let k = link.latent_dim();
    let mut found = (false, false);
    for (index, kind) in expression.breaks().iter().enumerate() {
        if !matches!(kind, BreakKind::Pole | BreakKind::Domain) {
            continue;
        }
        for n in 1..=64 {
            let (a, b) = (shell_point(k, 0.02, 2 * n), shell_point(k, 0.02, 2 * n + 1));
            for z in beside_zero(link, index, &a[..k], &b[..k]) {
                let value = link.value(&z);
                found.0 |= value < -POLE_VALUE * link.scale();
                found.1 |= value > POLE_VALUE * link.scale();
            }
        }
    }
    found
}

/// The two sides of a zero of the break function on the chord a..b, if it changes sign there.
fn beside_zero(link: &Link, index: usize, a: &[f64], b: &[f64]) -> Vec<Vec<f64>> {
    let at = |t: f64| -> Vec<f64> { a.iter().zip(b).map(|(a, b)| a + t * (b - a)).collect() };
    let f = |t: f64| link.expression().break_value(index, &at(t));
    let start = f(0.0);
    if start * f(1.0) >= 0.0 {
        return Vec::new();
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if f(middle) * start > 0.0 {
            low = middle
        } else {
            high = middle
        }
    }
    vec![at(low), at(high)]
}
