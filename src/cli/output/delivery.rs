//! A result on its way out: printed first, then drawn. What fails on the way does not hold up the rest.

use std::io::{self, ErrorKind, Write};

use super::{DataFile, PlotFile};
use crate::cli::CliError;
use crate::report::{Picture, Sheet};

/// Prints a text. A reader that has seen enough (`onset .. | head`) is no failure.
fn print(text: &str) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(CliError::Output(error.to_string()))
        }
        _ => Ok(()),
    }
}

/// What became of a result.
#[derive(Debug, Default)]
#[must_use]
pub(in crate::cli) struct Delivery {
    failures: Vec<CliError>,
}

impl Delivery {
    /// Prints a result.
    pub fn printed(text: &str) -> Self {
        Self::default().and_print(text)
    }

    /// Prints a result.
    pub fn and_print(self, text: &str) -> Self {
        self.and(print(text))
    }

    /// Writes a table, where there is a file for it.
    pub fn and_write(
        self,
        file: Option<&DataFile>,
        text: impl FnOnce() -> Result<String, CliError>,
    ) -> Self {
        match file {
            Some(file) => self.and(text().and_then(|text| file.write(&text))),
            None => self,
        }
    }

    /// Draws a picture, where there is a file for it.
    pub fn and_draw(
        self,
        file: Option<&PlotFile>,
        picture: impl FnOnce(&Sheet) -> Result<Picture, CliError>,
    ) -> Self {
        match file {
            Some(file) => self.and(picture(file.sheet()).and_then(|picture| file.write(&picture))),
            None => self,
        }
    }

    /// Adds what went wrong, if anything did.
    pub fn and(mut self, step: Result<(), CliError>) -> Self {
        self.failures.extend(step.err());
        self
    }

    /// Whether all that was printed and written has arrived; what the result itself says of failures is another matter.
    pub fn is_out(&self) -> bool {
        let lost = |failure: &CliError| matches!(failure, CliError::Output(_));
        !self.failures.iter().any(lost)
    }

    /// All that went wrong, in the order in which it did.
    pub fn failures(&self) -> &[CliError] {
        &self.failures
    }
}
