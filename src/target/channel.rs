//! The channel: how the label is drawn from the link's value.

use super::link::{Link, TargetError};

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
}

impl Channel {
    /// Checks the channel's parameter, and the link's values against what it accepts.
    pub(super) fn validate(self, link: &Link) -> Result<(), TargetError> {
        match self {
            Self::Deterministic => Ok(()),
            Self::Gaussian { noise } if noise > 0.0 && noise.is_finite() => Ok(()),
            Self::Gaussian { noise } => Err(TargetError::Channel(format!(
                "the gaussian channel's noise is {noise}: it must be positive and finite"
            ))),
            Self::Flip { probability } if !(0.0..=1.0).contains(&probability) => {
                Err(TargetError::Channel(format!(
                    "the flip channel's noise is {probability}: a probability lies in [0, 1]"
                )))
            }
            Self::Flip { .. } => link.check_signs(),
        }
    }
}
