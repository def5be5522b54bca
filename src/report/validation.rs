//! The report of `onset validate`.

mod json;
mod text;

use super::fold::fold;
use super::json::Provenance;
use super::record::Record;
use crate::study::Study;
use crate::validation::Validation;

/// Theory beside simulation.
#[derive(Clone, Copy, Debug)]
pub struct ValidationReport<'a> {
    /// What was compared.
    pub validation: &'a Validation,
    /// From what.
    pub provenance: Provenance<'a>,
    /// The experiment's title.
    pub name: Option<&'a str>,
}

impl<'a> ValidationReport<'a> {
    /// The comparison of a study.
    pub fn of(study: &'a Study, validation: &'a Validation) -> Self {
        Self {
            validation,
            provenance: Provenance::new(study.experiment()),
            name: study.experiment().name.as_deref(),
        }
    }
}

impl ValidationReport<'_> {
    /// For people.
    pub fn text(&self) -> String {
        fold(&text::text(self))
    }

    /// For programs.
    pub fn json(&self) -> Record<'_> {
        json::record(self)
    }
}
