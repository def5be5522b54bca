//! The report of `onset dynamics`.

mod json;
mod text;

use super::fold::fold;
use super::json::Provenance;
use super::number;
use super::record::Record;
use crate::phase1::{Curves, Escape, ReachedSplit};
use crate::study::{Error, Study};
use crate::threshold::Ending;

/// Phase 1, step by step.
#[derive(Clone, Copy, Debug)]
pub struct DynamicsReport<'a> {
    /// What was computed.
    pub curves: &'a Curves,
    /// How training ended, where it was followed there.
    pub ending: Option<Ending>,
    /// Which latent directions training reaches.
    pub split: &'a ReachedSplit,
    /// Where the end of phase 1 in a finite dimension is asked for.
    pub escape: Option<Escape>,
    /// From what.
    pub provenance: Provenance<'a>,
    /// The experiment's title.
    pub name: Option<&'a str>,
}

impl<'a> DynamicsReport<'a> {
    /// Curves of a study, and how training ended where they go on to its end.
    ///
    /// # Errors
    /// When it is not known which directions are reached.
    pub fn of(
        study: &'a Study,
        (curves, ending): &'a (Curves, Option<Ending>),
        escape: Option<Escape>,
    ) -> Result<Self, Error> {
        Ok(Self {
            curves,
            ending: *ending,
            split: study.split()?,
            escape,
            provenance: Provenance::new(study.experiment()),
            name: study.experiment().name.as_deref(),
        })
    }
}

impl DynamicsReport<'_> {
    /// For people.
    pub fn text(&self) -> String {
        fold(&text::text(self))
    }

    /// For programs.
    pub fn json(&self) -> Record<'_> {
        json::record(self)
    }
}

/// `z2`, or the direction's coordinates where it is not a single latent.
pub(super) fn direction_name(direction: &[f64]) -> String {
    // what a computed basis vector may be off a unit vector
    const ALIGNED: f64 = 1e-6;
    let axis = direction.iter().position(|x| x.abs() > 1.0 - ALIGNED);
    match axis {
        Some(axis) if direction[axis] > 0.0 => format!("z{}", axis + 1),
        _ => number::vector(direction),
    }
}

#[cfg(test)]
mod tests;
