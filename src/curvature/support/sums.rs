//! The sums over neurons that decide `w^T D w`.

use crate::expression::Jet;

use super::landscape::Landscape;

/// For one w: everything that `w^T D w` needs to know of the neurons. A neuron that moves changes its own terms only.
#[derive(Clone, Copy, Default)]
pub(super) struct Sums {
    /// f.
    pub(super) output: f64,
    /// `sum_j g_j w_j`.
    along: f64,
    /// `sum_j k_j w_j^2`.
    bent: f64,
}

impl Sums {
    /// The sums with the terms of one more neuron.
    pub(super) fn with(self, w: f64, slopes: Jet) -> Self {
        Self {
            output: self.output + slopes.value,
            along: self.along + slopes.first * w,
            bent: self.bent + slopes.second * w * w,
        }
    }

    /// The sums over all neurons but one. Summed afresh: subtracting a huge term would leave its rounding.
    pub(super) fn without(neuron: usize, w: &[f64], slopes: &[Jet]) -> Self {
        let others = w.iter().zip(slopes).enumerate();
        others
            .filter(|(other, _)| *other != neuron)
            .fold(Self::default(), |sums, (_, (&w, &slopes))| {
                sums.with(w, slopes)
            })
    }

    /// `w^T D w` at a label.
    pub(super) fn form(&self, landscape: &Landscape, label: f64) -> f64 {
        let loss = landscape.loss_jet(label, self.output);
        landscape.sign * (loss.second * self.along * self.along + loss.first * self.bent)
    }
}
