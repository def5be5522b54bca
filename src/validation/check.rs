//! One number of the theory beside the same number measured.

use super::quantity::Quantity;
use super::statistics::{Gap, significance, student};
use crate::numerics::Measured;

/// A number at one delta, dimension and step.
#[derive(Clone, Debug)]
pub struct Check {
    /// What it is.
    pub quantity: Quantity,
    /// n/d.
    pub delta: f64,
    /// d.
    pub dim: usize,
    /// The step of training.
    pub step: usize,
    /// The limit of large dimension with its standard error.
    pub theory: Measured,
    /// Mean and standard error over runs.
    pub simulation: Measured,
    /// The gap over its error.
    pub z: f64,
    /// Probability of a gap as large by chance.
    pub p: f64,
    /// Part of the gap that is put down to the finite size beforehand; only where there is a single dimension.
    pub allowance: f64,
    /// Degrees of freedom behind the score.
    pub degrees: f64,
    /// Whether the check enters the verdict.
    pub standing: Standing,
}

/// Whether a check enters the verdict.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// It does.
    Judged,
    /// It is shown, for this reason only.
    Shown(String),
}

/// Where a check belongs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub delta: f64,
    pub dim: usize,
    pub step: usize,
}

impl Check {
    /// A check of means: Student's t of the gap beyond `allowance`.
    pub(super) fn of_means(
        quantity: Quantity,
        place: Place,
        gap: Gap,
        allowance: f64,
        standing: Standing,
    ) -> Self {
        let z = gap.difference() / gap.error();
        let beyond = (gap.difference().abs() - allowance).max(0.0) / gap.error();
        Self::new(
            quantity,
            place,
            gap,
            (z, student(beyond, gap.degrees())),
            allowance,
            standing,
        )
    }

    /// A check whose score and probability come from another law than Student's.
    pub(super) fn new(
        quantity: Quantity,
        place: Place,
        gap: Gap,
        (z, p): (f64, f64),
        allowance: f64,
        standing: Standing,
    ) -> Self {
        Self {
            quantity,
            delta: place.delta,
            dim: place.dim,
            step: place.step,
            theory: gap.theory,
            simulation: gap.simulation,
            z,
            p,
            allowance,
            degrees: gap.degrees(),
            standing,
        }
    }

    /// Simulation minus theory, with the error of both.
    pub fn gap(&self) -> Measured {
        Measured::new(
            self.simulation.value - self.theory.value,
            self.simulation.error.hypot(self.theory.error),
        )
    }

    /// `p` as that many standard deviations of a normal law.
    pub fn deviations(&self) -> f64 {
        significance(self.p)
    }

    /// Whether it enters the verdict.
    pub fn judged(&self) -> bool {
        self.standing == Standing::Judged
    }

    /// Whether no other one is at the same delta and a larger dimension.
    pub(super) fn at_largest_dim(&self, all: &[Self]) -> bool {
        !all.iter()
            .any(|other| other.delta == self.delta && other.dim > self.dim)
    }

    /// Whether it is the same number at another dimension.
    pub(super) fn same_but_dim(&self, other: &Self) -> bool {
        self.quantity == other.quantity && self.step == other.step && self.delta == other.delta
    }
}
