//! Labels drawn at a given latent.

use super::{Channel, Target};
use crate::numerics::normal_quantile;

impl Target {
    /// The label at the latent `z` (k): the inverse distribution function of the channel at `uniform`, in (0, 1).
    pub fn draw_label(&self, z: &[f64], uniform: f64) -> f64 {
        let tau = self.link.value(z);
        match self.channel {
            Channel::Deterministic => tau,
            Channel::Gaussian { noise } => tau + noise * normal_quantile(uniform),
            Channel::Flip { probability } if uniform < probability => -tau,
            Channel::Flip { .. } => tau,
        }
    }
}
