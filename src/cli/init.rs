//! `onset init`.

use std::path::PathBuf;

use clap::Args;

use super::CliError;
use super::output::{Delivery, Files};
use crate::report::init_file;

/// An experiment file to begin with: every key, with its meaning, range and default
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  onset init mine.toml\n  onset init > mine.toml")]
pub(super) struct InitCommand {
    /// File to write; one that is there is left alone [default: standard output]
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

impl InitCommand {
    pub fn run(&self) -> Result<Delivery, CliError> {
        let Some(path) = &self.file else {
            return Ok(Delivery::printed(&init_file()));
        };
        if path.exists() {
            return Err(CliError::Input(format!(
                "{}: it is there already, and is left as it is; give another name",
                path.display()
            )));
        }
        let file = Files::new().data("FILE", path)?;
        let next = format!(
            "{0}: change what you like, then `onset nn {0}` (with --draft for a first look)\n",
            path.display()
        );
        Ok(Delivery::default()
            .and_write(Some(&file), || Ok(init_file()))
            .and_print(&next))
    }
}
