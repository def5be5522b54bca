//! Where a diagram goes.

use std::path::{Path, PathBuf};

use clap::Args;

use super::CliError;
use super::options::GlobalOptions;
use super::output::{self, DataFile};
use crate::diagram::{Diagram, Fingerprint, Outcome, Shard};
use crate::report::{DiagramReport, to_json};

/// Files that a diagram is written to.
#[derive(Debug, Args)]
pub(super) struct OutputOptions {
    /// Write the cells into this file (.csv)
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Files that were found good before the computation.
pub(super) struct Deliver {
    data: Option<DataFile>,
}

impl Deliver {
    pub fn prepare(options: &OutputOptions) -> Result<Self, CliError> {
        let data = options.output.as_deref();
        let data = data.map(|path| DataFile::prepare("--output", path));
        Ok(Self {
            data: data.transpose()?,
        })
    }

    /// Where the cells go, if to a file.
    pub fn data(&self) -> Option<&Path> {
        self.data.as_ref().map(DataFile::path)
    }

    /// Whether a result takes this place.
    pub fn writes_to(&self, path: &Path) -> bool {
        self.data() == Some(path)
    }

    /// Writes the files and returns what is to be printed: the JSON object if it was asked for, a summary where the cells
    /// are in a file, else the cells.
    pub fn whole(
        &self,
        global: &GlobalOptions,
        fingerprint: &Fingerprint,
        diagram: &Diagram,
    ) -> Result<String, CliError> {
        let report = DiagramReport {
            fingerprint,
            diagram,
        };
        if let Some(file) = &self.data {
            file.write(&report.csv()?)?;
        }
        let text = match (global.json, &self.data) {
            (true, _) => to_json(&report.json())?,
            (false, Some(_)) => report.text(),
            (false, None) => report.csv()?,
        };
        finish(text, diagram)
    }

    /// What is to be printed of one part: its cells are in the journal.
    pub fn part(&self, shard: Shard, diagram: &Diagram) -> Result<String, CliError> {
        let text = format!(
            "part {} of {}: {} cells are in the journal; `onset merge` puts the parts together\n",
            shard.index,
            shard.count,
            diagram.cells.len()
        );
        finish(text, diagram)
    }
}

/// The text, or where cells failed the error that says so below the text.
fn finish(text: String, diagram: &Diagram) -> Result<String, CliError> {
    let failed = |outcome: &Outcome| matches!(outcome, Outcome::Failed { .. });
    let mut failures = diagram.cells.iter().filter(|cell| failed(&cell.outcome));
    let Some(first) = failures.next() else {
        return Ok(text);
    };
    output::print(&text)?;
    Err(CliError::Numerical(format!(
        "{} of {} cells failed; the first, cell {} ({}): {}",
        1 + failures.count(),
        diagram.columns() * diagram.rows(),
        first.index,
        diagram.place_words(first.index),
        first.outcome.reason().unwrap_or_default()
    )))
}
