//! Link, channel, and the moments of the latent given the label.
//!
//! Everything that the theory needs of a target is the law of its label together with
//! `E[z | y]` and `G(y) = E[z z^T - I | y]`. A channel sees the latent only through the link's
//! value, so the law of that value (with the latent's moments) is computed once, by exact
//! integration along rays, and the channel acts on it in one dimension.

mod bins;
mod builtin;
mod channel;
mod chart;
mod conditional;
mod convolve;
mod curve;
mod directions;
mod error;
mod extent;
mod fan;
mod frame;
mod label;
mod link;
mod mirrors;
mod monotone;
mod noiseless;
mod posterior;
mod rays;
mod signature;
mod structure;
mod support;
mod sweep;
mod symmetry;
mod walker;

pub use bins::LabelNode;
pub use builtin::{BUILTIN_LINKS, BuiltinLink};
pub use channel::Channel;
pub use conditional::{
    ConditionalLaw, ConditionalResolution, EasyKnowledge, MeanEnergy, PosteriorEnergy, mean_energy,
};
pub use error::TeacherError;
pub use frame::LatentFrame;
pub use label::{LabelLaw, LabelMoments};
pub use link::Link;
pub use support::LabelSupport;

/// Largest latent dimension of the exact quadrature.
pub const MAX_EXACT_LATENT: usize = 3;

/// Latent coordinates that fixed-size moment arrays hold.
pub(crate) const MAX_LATENT: usize = 3;
/// Entries of a packed symmetric matrix of that size.
pub(crate) const MAX_PAIRS: usize = MAX_LATENT * (MAX_LATENT + 1) / 2;

/// A target: the label `y` is drawn from `channel` at the value `link(z)`, `z ~ N(0, I_k)`.
#[derive(Clone, Debug)]
pub struct Teacher {
    link: Link,
    channel: Channel,
}

impl Teacher {
    /// Pairs a link with a channel.
    ///
    /// # Errors
    /// [`TeacherError::Channel`] when a channel parameter is out of range or contradicts the
    /// link's values (flip on a link that is not +-1, poisson on one that is negative somewhere).
    pub fn new(link: Link, channel: Channel) -> Result<Self, TeacherError> {
        channel.validate(&link)?;
        Ok(Self { link, channel })
    }

    /// The link.
    pub fn link(&self) -> &Link {
        &self.link
    }

    /// The channel.
    pub fn channel(&self) -> Channel {
        self.channel
    }

    /// A target with the same conditional moments, better represented in floating point: without
    /// noise, strictly monotone functions around the link change the label's name only.
    pub fn informative_core(&self) -> Self {
        match self.channel {
            Channel::Deterministic => Self {
                link: self.link.monotone_core(),
                channel: self.channel,
            },
            Channel::Gaussian { .. }
            | Channel::Flip { .. }
            | Channel::Logistic
            | Channel::Poisson => self.clone(),
        }
    }

    /// The target as one of the coordinates on which alone its link depends, and these coordinates.
    pub fn in_own_frame(&self) -> (Self, LatentFrame) {
        let (link, frame) = self.link.in_own_frame();
        let channel = self.channel;
        (Self { link, channel }, frame)
    }

    /// Latent directions that the label depends on.
    pub fn relevant_dim(&self) -> usize {
        LatentFrame::of(&self.link).relevant().nrows()
    }

    /// The label at the latent `z` (k coordinates) for one uniform number in (0, 1): the inverse of
    /// the label's distribution function given z, so that it grows with `uniform`.
    pub fn draw_label(&self, z: &[f64], uniform: f64) -> f64 {
        self.channel.draw(self.link.value(z), uniform)
    }

    /// k.
    pub fn latent_dim(&self) -> usize {
        self.link.latent_dim()
    }
}
