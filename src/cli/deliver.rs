//! Where a diagram goes.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::CliError;
use super::options::GlobalOptions;
use super::output::{DataFile, Delivery, Files, PlotFile};
use crate::diagram::{Diagram, Fingerprint, Outcome, Quantity, Shard, threshold_line};
use crate::report::{
    BoundaryLine, DiagramPlot, DiagramReport, diagram_svg, line_label, options_words, to_json,
};
use crate::simulation::Stop;

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
    plot: Option<PlotFile>,
    lines: Vec<Quantity>,
}

impl Deliver {
    /// Among the other files of the command.
    pub fn prepare(options: &OutputOptions, files: &mut Files) -> Result<Self, CliError> {
        let plot = files.plot(options.plot.as_deref())?;
        let beside = options.plot.as_ref().map(|path| path.with_extension("csv"));
        let data = options.output.clone().or(beside);
        let data = data.map(|path| files.data("--output", &path));
        let lines = options.lines.iter().filter_map(|line| match line {
            LineName::DeltaAlg => Some(Quantity::DeltaAlg),
            LineName::DeltaNn => Some(Quantity::DeltaNn),
            LineName::None => None,
        });
        Ok(Self {
            data: data.transpose()?,
            plot,
            lines: lines.collect(),
        })
    }

    /// Where the cells go, if to a file.
    pub fn data(&self) -> Option<&Path> {
        self.data.as_ref().map(DataFile::path)
    }

    /// Prints the JSON object if it was asked for, a summary where the cells are in a file, else the cells; writes the files.
    pub fn whole(
        &self,
        global: &GlobalOptions,
        fingerprint: &Fingerprint,
        diagram: &Diagram,
        stop: Stop,
    ) -> Result<Delivery, CliError> {
        let report = DiagramReport {
            fingerprint,
            diagram,
        };
        let csv = report.csv()?;
        let text = match (global.json, &self.data) {
            (true, _) => to_json(&report.json())?,
            (false, Some(_)) => report.text(),
            (false, None) => csv.clone(),
        };
        let picture = || self.picture(global, fingerprint, diagram, stop);
        Ok(Delivery::default()
            .and_write(self.data.as_ref(), || Ok(csv))
            .and_print(&text)
            .and_draw(self.plot.as_ref(), picture)
            .and(all_succeeded(diagram)))
    }

    fn picture(
        &self,
        global: &GlobalOptions,
        fingerprint: &Fingerprint,
        diagram: &Diagram,
        stop: Stop,
    ) -> Result<String, CliError> {
        let progress = global.progress();
        let mut lines = Vec::new();
        for quantity in &self.lines {
            if let Some(line) = threshold_line(fingerprint, *quantity, &progress, stop)? {
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

    /// Says what there is of one part: its cells are in the journal.
    pub fn part(&self, shard: Shard, diagram: &Diagram) -> Delivery {
        Delivery::printed(&format!(
            "part {} of {}: {} cells are in the journal; `onset merge` puts the parts together\n",
            shard.index,
            shard.count,
            diagram.cells.len()
        ))
        .and(all_succeeded(diagram))
    }
}

/// Refuses to call it a success where cells failed.
fn all_succeeded(diagram: &Diagram) -> Result<(), CliError> {
    let failed = |outcome: &Outcome| matches!(outcome, Outcome::Failed { .. });
    let mut failures = diagram.cells.iter().filter(|cell| failed(&cell.outcome));
    let Some(first) = failures.next() else {
        return Ok(());
    };
    Err(CliError::Numerical(format!(
        "{} of {} cells failed; the first, cell {} ({}): {}",
        1 + failures.count(),
        diagram.columns() * diagram.rows(),
        first.index,
        diagram.place_words(first.index),
        first.outcome.reason().unwrap_or_default()
    )))
}
