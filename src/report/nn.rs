//! The report of `onset nn`.

mod json;
mod text;

use super::fold::fold;
use super::json::Provenance;
use super::record::Record;
use super::threshold::hidden_remark;
use crate::phase1::ReachedSplit;
use crate::recovery::AlgorithmicThreshold;
use crate::study::{Error, NnAnswer, Study};
use crate::threshold::{Climb, EscapeThresholds};

pub use text::rung_line;

/// The ladder of delta_NN(T) and its limit, beside delta_alg.
#[derive(Clone, Debug)]
pub struct NnReport<'a> {
    /// The optimal first-order threshold, and what it rests on.
    pub algorithmic: &'a AlgorithmicThreshold,
    /// Which directions this network reaches.
    pub split: &'a ReachedSplit,
    /// The ladder, and what it says of T to infinity.
    pub climb: &'a Climb,
    /// What to expect at a finite dimension, where that was asked for.
    pub escape: Option<&'a EscapeThresholds>,
    /// What is said of easy directions that the network does not see.
    pub hidden: Option<String>,
    /// From what.
    pub provenance: Provenance<'a>,
    /// The experiment's title.
    pub name: Option<&'a str>,
}

const NOTHING_HARD: &str = "no direction is hard, so none has to leave the bulk";

impl<'a> NnReport<'a> {
    /// What a study answered.
    ///
    /// # Errors
    /// When delta_alg has no trustworthy value.
    pub fn of(study: &'a Study, answer: &'a NnAnswer) -> Result<Self, Error> {
        let split = study.split()?;
        Ok(Self {
            algorithmic: study.algorithmic()?,
            split,
            climb: &answer.climb,
            escape: answer.escape.as_ref(),
            hidden: hidden_remark(split),
            provenance: Provenance::new(study.experiment()),
            name: study.experiment().name.as_deref(),
        })
    }
}

impl NnReport<'_> {
    /// For people.
    pub fn text(&self) -> String {
        fold(&text::text(self))
    }

    /// Name, value and meaning of every line of the table.
    #[cfg(feature = "plot")]
    pub(super) fn rows(&self) -> Vec<[String; 3]> {
        let table = text::table(self);
        let cell = |row: &[String], i: usize| row.get(i).cloned().unwrap_or_default();
        table
            .rows()
            .iter()
            .map(|row| [0, 1, 2].map(|i| cell(row, i)))
            .collect()
    }

    /// For programs.
    pub fn json(&self) -> Record<'_> {
        json::record(self)
    }
}
