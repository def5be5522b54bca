//! `onset links`.

use clap::Args;

use super::CliError;
use super::options::GlobalOptions;
use super::output::Delivery;
use crate::report::{links_json, links_table};
use crate::teacher::BUILTIN_LINKS;

/// The named links that target.link understands
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  onset links")]
pub(super) struct LinksCommand {}

impl LinksCommand {
    pub fn run(&self, global: &GlobalOptions) -> Result<Delivery, CliError> {
        let text = global.render(|| links_table(BUILTIN_LINKS), || links_json(BUILTIN_LINKS))?;
        Ok(Delivery::printed(&text))
    }
}
