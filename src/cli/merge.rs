//! `onset merge`.

use std::path::PathBuf;

use clap::Args;

use super::deliver::{Deliver, OutputOptions};
use super::options::GlobalOptions;
use super::output::{Delivery, Files};
use super::{CliError, interrupt};
use crate::diagram::{merge, read_journal};

/// Put the parts of a diagram together that `onset diagram --shard` computed
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  onset merge 0.journal 1.journal 2.journal 3.journal --output margin.csv\n\n\
    The result is that of a single process, to the last byte where all ran on machines of one type. Parts of different\n\
    diagrams, parts that overlap, and cells that are missing are refused by name."
)]
pub(super) struct MergeCommand {
    /// Journals of all parts
    #[arg(value_name = "JOURNAL", required = true)]
    journals: Vec<PathBuf>,
    #[command(flatten)]
    output: OutputOptions,
}

impl MergeCommand {
    pub fn run(&self, global: &GlobalOptions) -> Result<Delivery, CliError> {
        let mut files = Files::new();
        for path in &self.journals {
            files.reads("the journal", path);
        }
        let deliver = Deliver::prepare(&self.output, &mut files)?;
        let mut parts = Vec::with_capacity(self.journals.len());
        for path in &self.journals {
            let part = read_journal(path)?;
            if let Some(dropped) = &part.dropped {
                global.note(&format!("{}: {dropped}", path.display()));
            }
            parts.push((path.clone(), part));
        }
        let merged = merge(parts)?;
        let stop = interrupt::watch()?;
        deliver.whole(global, &merged.fingerprint, &merged.diagram, &stop)
    }
}
