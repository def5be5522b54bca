//! The channel: how the label is drawn from the link's value.

use std::f64::consts::PI;

use statrs::distribution::{DiscreteCDF, Poisson};

use super::error::TeacherError;
use super::link::Link;
use crate::numerics::{gauss_legendre, normal_quantile};

/// How the label `y` is drawn given the link's value `tau = phi(z)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Channel {
    /// `y = tau`.
    Deterministic,
    /// `y = tau + noise * w`, `w ~ N(0, 1)`.
    Gaussian {
        /// Standard deviation of the additive noise, positive.
        noise: f64,
    },
    /// `tau` is +-1 and `y = -tau` with this probability.
    Flip {
        /// Probability that the label is flipped, in `[0, 1]`.
        probability: f64,
    },
    /// `y = 1` with probability `sigmoid(tau)`, else `y = -1`: the law that the loss `ln(1 + exp(-y f))` fits.
    Logistic,
    /// `y = 0, 1, 2, ...` with mean `tau >= 0`: a count of that intensity.
    Poisson,
}

/// The Gaussian kernel is below double precision this many standard deviations away.
pub(super) const KERNEL_REACH: f64 = 9.0;

/// The same as a likelihood: minus the logarithm of its ratio to the largest.
const KERNEL_DEPTH: f64 = 0.5 * KERNEL_REACH * KERNEL_REACH;

/// Minus the logarithm of the probability of a count that is left out: Chernoff's bound at 1e-16.
const COUNT_TAIL: f64 = 37.0;

/// Intensities with less probability than this in all do not decide how far the counts go.
pub(super) const RARE_INTENSITY: f64 = 1e-13;

/// Intensities beyond this make more labels than anyone can use.
pub(super) const MAX_INTENSITY: f64 = 1e5;

impl Channel {
    /// The likelihood of the label at the link's value: a density in y for the gaussian channel, a
    /// probability for discrete labels. `None` for the deterministic channel, which has neither.
    pub fn likelihood(self, label: f64, tau: f64) -> Option<f64> {
        match self {
            Self::Flip { probability } => Some(if label == tau {
                1.0 - probability
            } else {
                probability
            }),
            // sigmoid(y tau), without cancellation on either side
            Self::Logistic => Some(1.0 / (1.0 + (-label * tau).exp())),
            _ => self.log_likelihood(label, tau).map(f64::exp),
        }
    }

    /// The logarithm of [`likelihood`](Self::likelihood), which does not underflow far out.
    pub fn log_likelihood(self, label: f64, tau: f64) -> Option<f64> {
        match self {
            Self::Deterministic => None,
            Self::Gaussian { noise } => {
                let w = (label - tau) / noise;
                Some(-0.5 * w * w - noise.ln() - 0.5 * (2.0 * PI).ln())
            }
            Self::Flip { .. } => self.likelihood(label, tau).map(f64::ln),
            Self::Logistic => {
                let against = -label * tau;
                // ln(1 + e^x) = x + ln(1 + e^-x)
                Some(-(against.max(0.0) + (-against.abs()).exp().ln_1p()))
            }
            Self::Poisson => Some(log_poisson(label, tau.max(0.0))),
        }
    }

    /// Labels with their measure (a quadrature weight for a density, one for a probability), increasing:
    /// the sum of `measure * likelihood(label, tau)` is one for every `tau` in `range`, to rounding.
    ///
    /// The gaussian channel has panels no wider than two `noise`, with `nodes_per_panel` Gauss-Legendre nodes
    /// each. Counts end where Chernoff bounds their probability by 1e-16 at the ends of the range. `None` for the
    /// deterministic channel, whose labels are the values themselves.
    pub fn label_grid(self, range: (f64, f64), nodes_per_panel: usize) -> Option<Vec<(f64, f64)>> {
        match self {
            Self::Deterministic => None,
            Self::Gaussian { noise } => {
                let reach = KERNEL_REACH * noise;
                Some(panelled(
                    (range.0 - reach, range.1 + reach),
                    2.0 * noise,
                    nodes_per_panel,
                ))
            }
            Self::Flip { .. } | Self::Logistic => Some(vec![(-1.0, 1.0), (1.0, 1.0)]),
            Self::Poisson => {
                let (least, most) = count_range(range);
                Some((least..=most).map(|y| (y as f64, 1.0)).collect())
            }
        }
    }

    /// Number of labels in [`label_grid`](Self::label_grid); none for the deterministic channel.
    pub(super) fn label_count(self, range: (f64, f64), nodes_per_panel: usize) -> f64 {
        match self {
            Self::Deterministic => 0.0,
            Self::Gaussian { noise } => {
                let width = range.1 - range.0 + 2.0 * KERNEL_REACH * noise;
                (width / (2.0 * noise)).ceil() * nodes_per_panel as f64
            }
            Self::Flip { .. } | Self::Logistic => 2.0,
            Self::Poisson => {
                let (least, most) = count_range(range);
                (most - least + 1) as f64
            }
        }
    }

    /// Width over which the likelihood, as a function of the link's value, varies near `tau`;
    /// infinite where it is constant between the values that the link takes.
    pub(super) fn width(self, tau: f64) -> f64 {
        match self {
            Self::Deterministic | Self::Flip { .. } => f64::INFINITY,
            Self::Gaussian { noise } => noise,
            // a fraction of the distance to the sigmoid's poles at +-i pi
            Self::Logistic => 0.25 * tau.hypot(PI),
            Self::Poisson => tau.max(1.0).sqrt(),
        }
    }

    /// Values of the link outside which the likelihood of the label is below double precision of its largest.
    ///
    /// For a count, `tau - y - y ln(tau / y)` is at least `x^2 / (2 (y + x))` at `tau = y + x` and `x^2 / (2 y)` at `y - x`.
    pub(super) fn reach(self, label: f64) -> (f64, f64) {
        match self {
            Self::Gaussian { noise } => {
                (label - KERNEL_REACH * noise, label + KERNEL_REACH * noise)
            }
            Self::Poisson => {
                let above = KERNEL_DEPTH + (KERNEL_DEPTH * (KERNEL_DEPTH + 2.0 * label)).sqrt();
                (label - (2.0 * KERNEL_DEPTH * label).sqrt(), label + above)
            }
            Self::Deterministic => (label, label),
            Self::Flip { .. } | Self::Logistic => (f64::NEG_INFINITY, f64::INFINITY),
        }
    }

    /// The label at `tau` for one uniform number in (0, 1): the inverse of the label's distribution function.
    pub(super) fn draw(self, tau: f64, uniform: f64) -> f64 {
        let sign = |minus: f64| if uniform < minus { -1.0 } else { 1.0 };
        match self {
            Self::Deterministic => tau,
            Self::Gaussian { noise } => tau + noise * normal_quantile(uniform),
            Self::Flip { probability } if tau < 0.0 => sign(1.0 - probability),
            Self::Flip { probability } => sign(probability),
            Self::Logistic => sign(1.0 / (1.0 + tau.exp())),
            Self::Poisson => match Poisson::new(tau) {
                Ok(law) => law.inverse_cdf(uniform) as f64,
                // no intensity, no counts
                Err(_) => 0.0,
            },
        }
    }

    /// Checks the channel's parameter, and the link's values against what it accepts.
    pub(super) fn validate(self, link: &Link) -> Result<(), TeacherError> {
        match self {
            Self::Deterministic => Ok(()),
            Self::Logistic => link.check_resolved(),
            Self::Gaussian { noise } if noise > 0.0 && noise.is_normal() => link.check_resolved(),
            Self::Gaussian { noise } => Err(TeacherError::Channel(format!(
                "the gaussian channel's noise is {noise}: it must be positive and finite"
            ))),
            Self::Flip { probability } if !(0.0..=1.0).contains(&probability) => {
                Err(TeacherError::Channel(format!(
                    "the flip channel's noise is {probability}: a probability lies in [0, 1]"
                )))
            }
            Self::Flip { .. } => link.check_signs(),
            Self::Poisson => {
                link.check_resolved()?;
                link.check_intensity()
            }
        }
    }

    /// Refuses intensities whose counts are too many to be listed, before anything is computed from them.
    pub(super) fn check_counts(self, link: &Link) -> Result<(), TeacherError> {
        if self != Self::Poisson {
            return Ok(());
        }
        let (probability, largest) = link.excess(MAX_INTENSITY);
        // the law itself decides what this estimate leaves open
        if probability < 100.0 * RARE_INTENSITY {
            return Ok(());
        }
        Err(TeacherError::Channel(format!(
            "the poisson channel's intensity exceeds {MAX_INTENSITY:e} with probability {probability:.0e} (it reaches {largest:.0e}), \
             and counts are listed up to that intensity: scale or bound the link, or describe such counts by their \
             square root, whose noise is gaussian with standard deviation 1/2"
        )))
    }

    /// How much of the law of the link's value (nodes and bins with a probability) the label can tell, at most one: about
    /// the chi-squared information of the label where that is small.
    pub(super) fn contrast(self, values: &[(f64, f64)]) -> f64 {
        let total: f64 = values.iter().map(|v| v.1).sum();
        let mean =
            |f: &dyn Fn(f64) -> f64| values.iter().map(|v| v.1 * f(v.0)).sum::<f64>() / total;
        let variance = |f: &dyn Fn(f64) -> f64| {
            let centre = mean(f);
            mean(&|tau| (f(tau) - centre).powi(2))
        };
        let contrast = match self {
            Self::Deterministic => 1.0,
            Self::Gaussian { noise } => variance(&|tau| tau / noise),
            Self::Flip { probability } => (1.0 - 2.0 * probability).powi(2),
            Self::Logistic => {
                let lean = |tau: f64| (0.5 * tau).tanh();
                variance(&lean) / (1.0 - mean(&lean).powi(2))
            }
            Self::Poisson => variance(&|tau| tau) / mean(&|tau| tau),
        };
        // not a number: values beyond what floats square
        if contrast < 1.0 { contrast } else { 1.0 }
    }
}

/// `ln(tau^y e^-tau / y!)`, `tau >= 0`.
fn log_poisson(count: f64, tau: f64) -> f64 {
    if count < 0.0 || count.fract() != 0.0 {
        f64::NEG_INFINITY
    } else if count == 0.0 {
        -tau
    } else {
        count * tau.ln() - tau - libm::lgamma(count + 1.0)
    }
}

/// Counts outside have a probability of at most 1e-16 at every intensity of the range.
///
/// Chernoff: `P(Y >= tau + x) <= exp(-x^2 / (2 (tau + x/3)))` and `P(Y <= tau - x) <= exp(-x^2 / (2 tau))`.
fn count_range(range: (f64, f64)) -> (u64, u64) {
    let (low, high) = (range.0.max(0.0), range.1.clamp(0.0, MAX_INTENSITY));
    let above = COUNT_TAIL / 3.0 + ((COUNT_TAIL / 3.0).powi(2) + 2.0 * COUNT_TAIL * high).sqrt();
    let below = (2.0 * COUNT_TAIL * low).sqrt();
    ((low - below).max(0.0) as u64, (high + above).ceil() as u64)
}

/// Composite Gauss-Legendre nodes (label, weight) of an interval, in panels no wider than `widest`.
pub(super) fn panelled(
    (low, high): (f64, f64),
    widest: f64,
    nodes_per_panel: usize,
) -> Vec<(f64, f64)> {
    let rule = gauss_legendre(nodes_per_panel);
    let panels = ((high - low) / widest).ceil().max(1.0);
    let half = 0.5 * (high - low) / panels;
    let mut nodes = Vec::with_capacity(panels as usize * rule.len());
    for panel in 0..panels as usize {
        let centre = low + half * (2 * panel + 1) as f64;
        nodes.extend(rule.iter().map(|&(x, w)| (centre + half * x, half * w)));
    }
    nodes
}
