//! Where a diagram goes.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::CliError;
use super::options::{GlobalOptions, PlotOptions};
use super::output::{DataFile, Delivery, Files, PlotFile};
use crate::diagram::{
    Cell, Diagram, Fingerprint, Outcome, Quantity, Shard, stored_cells, threshold_line,
};
use crate::report::{
    BoundaryLine, DiagramPlot, DiagramReport, Picture, Sheet, diagram_picture, line_label,
    options_words, to_json,
};
use crate::simulation::Stop;

/// Files that a diagram is written to.
#[derive(Debug, Args)]
pub(super) struct OutputOptions {
    /// Write the cells into this file (.csv), and beside it all of the result (.json)
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    plot: PlotOptions,
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
    /// All of the result, beside the table.
    whole: Option<DataFile>,
    plot: Option<PlotFile>,
    lines: Vec<Quantity>,
}

impl Deliver {
    /// Among the other files of the command.
    pub fn prepare(options: &OutputOptions, files: &mut Files) -> Result<Self, CliError> {
        let plot = files.plot(&options.plot)?;
        let beside = options
            .plot
            .plot
            .as_ref()
            .map(|path| path.with_extension("csv"));
        let path = options.output.clone().or(beside);
        if path.as_ref().is_some_and(|path| has_ending(path, "json")) {
            return Err(CliError::Input(
                "--output: the cells are a table, whose name does not end in .json; the JSON goes beside it".into(),
            ));
        }
        let data = path
            .as_ref()
            .map(|path| files.data("--output", path))
            .transpose()?;
        // a device has no neighbours
        let beside = path.filter(|path| !path.exists() || path.is_file());
        let whole =
            beside.map(|path| files.data("the JSON beside --output", &path.with_extension("json")));
        let lines = options.lines.iter().filter_map(|line| match line {
            LineName::DeltaAlg => Some(Quantity::DeltaAlg),
            LineName::DeltaNn => Some(Quantity::DeltaNn),
            LineName::None => None,
        });
        Ok(Self {
            data,
            whole: whole.transpose()?,
            plot,
            lines: lines.collect(),
        })
    }

    /// Where the cells go, if to a file.
    pub fn data(&self) -> Option<&Path> {
        self.data.as_ref().map(DataFile::path)
    }

    /// What the program of a picture reads: by its name where both stand in one folder, else by its full path.
    fn data_name(&self) -> String {
        let Some(path) = self.whole.as_ref().map(DataFile::path) else {
            return String::new();
        };
        let script = self.plot.as_ref().and_then(PlotFile::script);
        let name = path
            .file_name()
            .filter(|_| script.and_then(Path::parent) == path.parent());
        match (name, std::path::absolute(path)) {
            (Some(name), _) => name.to_string_lossy().into_owned(),
            (None, Ok(full)) => full.display().to_string(),
            (None, Err(_)) => path.display().to_string(),
        }
    }

    /// The cells of this diagram, if its result is there already, finished.
    pub fn stored(&self, global: &GlobalOptions, fingerprint: &Fingerprint) -> Option<Vec<Cell>> {
        let path = self.whole.as_ref()?.path();
        let cells = stored_cells(&std::fs::read_to_string(path).ok()?, fingerprint)?;
        global.note(&format!(
            "{} has this diagram already: it is shown again, and computed anew where that file is removed",
            path.display()
        ));
        Some(cells)
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
        let (csv, json) = (report.csv(), to_json(&report.json())?);
        let text = match (global.json, &self.data) {
            (true, _) => json.clone(),
            (false, Some(_)) => report.text(),
            (false, None) => csv.clone(),
        };
        let picture = |sheet: &Sheet| self.picture(global, fingerprint, diagram, stop, sheet);
        Ok(Delivery::default()
            .and_write(self.data.as_ref(), || Ok(csv))
            .and_write(self.whole.as_ref(), || Ok(json))
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
        sheet: &Sheet,
    ) -> Result<Picture, CliError> {
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
        Ok(diagram_picture(
            &DiagramPlot {
                diagram,
                data: &self.data_name(),
                title: title.unwrap_or(&words),
                subtitle: title.map(|_| words.as_str()),
                lines: &lines,
            },
            sheet,
        )?)
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

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension()
        .is_some_and(|of| of.eq_ignore_ascii_case(ending))
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
