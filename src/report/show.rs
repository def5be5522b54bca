//! The report of `onset show`.

use super::json::Provenance;
use super::record::Record;

/// The resolved experiment and its fingerprint.
#[derive(Clone, Copy, Debug)]
pub struct ShowReport<'a> {
    /// The experiment as a file.
    pub toml: &'a str,
    /// Its fingerprint.
    pub fingerprint: &'a str,
    /// The experiment.
    pub provenance: Provenance<'a>,
}

impl ShowReport<'_> {
    /// For people, and an experiment file again: the fingerprint is a comment.
    pub fn text(&self) -> String {
        format!("# fingerprint {}\n{}", self.fingerprint, self.toml)
    }

    /// For programs.
    pub fn json(&self) -> Record<'_> {
        Record::of("onset/show/1")
            .with("fingerprint", self.fingerprint)
            .provenance(self.provenance)
    }
}
