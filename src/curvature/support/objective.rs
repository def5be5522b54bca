//! What a search makes small.

use crate::network::MAX_NEURONS;

use super::landscape::Parts;

/// A direction w, one entry for each neuron.
pub(super) type Direction = [f64; MAX_NEURONS];

/// A number at every place, which no place has below `w^T D w` for all w that are admitted.
pub(super) trait Objective {
    /// The number, plus what rounding may have taken from it.
    fn value(&self, parts: &Parts) -> f64;

    /// Whether the number is below `bound`, which may cost less than the number.
    fn is_below(&self, parts: &Parts, bound: f64) -> bool;

    /// A w for which `w^T D w` is the number here and not below it nearby: both have the same derivatives.
    fn direction(&self, parts: &Parts) -> Direction;

    /// The direction w where the number is `w^T D w` everywhere.
    fn only_direction(&self) -> Option<&[f64]>;
}

/// `w^T D w` for one w.
pub(super) struct Form<'w>(pub(super) &'w [f64]);

impl Objective for Form<'_> {
    fn value(&self, parts: &Parts) -> f64 {
        parts.cautious_form(self.0)
    }

    fn is_below(&self, parts: &Parts, bound: f64) -> bool {
        self.value(parts) < bound
    }

    fn direction(&self, _: &Parts) -> Direction {
        let mut direction = [0.0; MAX_NEURONS];
        direction[..self.0.len()].copy_from_slice(self.0);
        direction
    }

    fn only_direction(&self) -> Option<&[f64]> {
        Some(self.0)
    }
}
