//! Where a diagram goes.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::CliError;
use super::options::GlobalOptions;
use super::output::{self, DataFile, PlotFile};
use crate::diagram::{Diagram, Fingerprint, Outcome, Quantity, Shard, threshold_line};
use crate::report::{
    BoundaryLine, DiagramPlot, DiagramReport, diagram_svg, line_label, options_words, to_json,
};

/// Files that a diagram is written to.
#[derive(Debug, Args)]
pub(super) struct OutputOptions {
    /// Write the cells into this file (.csv)
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Draw the diagram into this file (.svg or .png); the cells go beside it, into a file ending in .csv, unless --output
    /// says where
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// Thresholds drawn into a picture over delta; they are computed for every value of the other axis
    #[arg(
        long,
        value_enum,
        value_name = "NAME,..",
        value_delimiter = ',',
        default_value = "delta_alg,delta_nn",
        requires = "plot"
    )]
    lines: Vec<LineName>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
enum LineName {
    DeltaAlg,
    DeltaNn,
    None,
}

/// Files that were found good before the computation.
pub(super) struct Deliver {
    data: Option<DataFile>,
    plot: Option<(PathBuf, PlotFile)>,
    lines: Vec<Quantity>,
}

impl Deliver {
    pub fn prepare(options: &OutputOptions) -> Result<Self, CliError> {
        let plot = options.plot.as_ref();
        let plot = plot.map(|path| PlotFile::prepare(path).map(|file| (path.clone(), file)));
        let beside = options.plot.as_ref().map(|path| path.with_extension("csv"));
        let data = options.output.clone().or(beside);
        let data = data.map(|path| DataFile::prepare("--output", &path));
        let lines = options.lines.iter().filter_map(|line| match line {
            LineName::DeltaAlg => Some(Quantity::DeltaAlg),
            LineName::DeltaNn => Some(Quantity::DeltaNn),
            LineName::None => None,
        });
        Ok(Self {
            data: data.transpose()?,
            plot: plot.transpose()?,
            lines: lines.collect(),
        })
    }

    /// Where the cells go, if to a file.
    pub fn data(&self) -> Option<&Path> {
        self.data.as_ref().map(DataFile::path)
    }

    /// Whether a result takes this place.
    pub fn writes_to(&self, path: &Path) -> bool {
        self.data() == Some(path) || self.plot.as_ref().is_some_and(|(plot, _)| plot == path)
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
        if let Some((_, file)) = &self.plot {
            file.write(&self.picture(global, fingerprint, diagram)?)?;
        }
        let text = match (global.json, &self.data) {
            (true, _) => to_json(&report.json())?,
            (false, Some(_)) => report.text(),
            (false, None) => report.csv()?,
        };
        finish(text, diagram)
    }

    fn picture(
        &self,
        global: &GlobalOptions,
        fingerprint: &Fingerprint,
        diagram: &Diagram,
    ) -> Result<String, CliError> {
        let progress = global.progress();
        let mut lines = Vec::new();
        for quantity in &self.lines {
            if let Some(line) = threshold_line(fingerprint, *quantity, &progress)? {
                lines.push(BoundaryLine {
                    label: line_label(&line),
                    points: line.points,
                });
            }
        }
        let name = fingerprint.experiment.get("name");
        let words = options_words(&fingerprint.request);
        let title = name.and_then(|name| name.as_str());
        Ok(diagram_svg(&DiagramPlot {
            diagram,
            title: title.unwrap_or(&words),
            subtitle: title.map(|_| words.as_str()),
            lines: &lines,
        })?)
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
