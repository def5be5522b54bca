//! Where an experiment is read from.

use std::fmt;
use std::io::{self, Read};
use std::path::PathBuf;

use toml::Table;

use super::ExperimentError;

/// Where an experiment is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A TOML file, or a result as JSON.
    File(PathBuf),
    /// The same on standard input.
    StandardInput,
    /// TOML in memory; empty where overrides say everything.
    Text(String),
}

impl Source {
    /// `-` stands for standard input, everything else for a file.
    pub fn from_argument(path: PathBuf) -> Self {
        if path.as_os_str() == "-" {
            Self::StandardInput
        } else {
            Self::File(path)
        }
    }

    /// Reads and parses the source.
    pub(super) fn table(&self) -> Result<Table, ExperimentError> {
        let text = self.text()?;
        let refuse = |detail: String| ExperimentError::Syntax {
            origin: self.to_string(),
            detail,
        };
        // no TOML begins with a brace, and every JSON object does
        if text.trim_start().starts_with('{') {
            return of_result(&text).map_err(refuse);
        }
        text.parse::<Table>()
            .map_err(|error| refuse(error.to_string().trim_end().to_owned()))
    }

    fn text(&self) -> Result<String, ExperimentError> {
        let bytes = match self {
            Self::File(path) if path.is_dir() => {
                return Err(self.unreadable("it is a directory, not an experiment file"));
            }
            Self::File(path) => {
                std::fs::read(path).map_err(|error| self.unreadable(&error.to_string()))?
            }
            Self::StandardInput => {
                let mut bytes = Vec::new();
                io::stdin()
                    .lock()
                    .read_to_end(&mut bytes)
                    .map_err(|error| self.unreadable(&error.to_string()))?;
                bytes
            }
            Self::Text(text) => return Ok(text.clone()),
        };
        String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            self.unreadable(&format!(
                "it is not UTF-8 text (first bad byte at position {at})"
            ))
        })
    }

    fn unreadable(&self, reason: &str) -> ExperimentError {
        ExperimentError::Unreadable {
            origin: self.to_string(),
            reason: reason.to_owned(),
        }
    }
}

/// The experiment that a result (`--json`) carries.
fn of_result(text: &str) -> Result<Table, String> {
    let result: serde_json::Value =
        serde_json::from_str(text).map_err(|error| format!("it begins as JSON, but {error}"))?;
    let experiment = result.get("experiment").ok_or(
        "it is JSON without the key `experiment`, so no result of onset; an experiment file is TOML",
    )?;
    Table::try_from(experiment)
        .map_err(|error| format!("its key `experiment` is no experiment: {error}"))
}

impl fmt::Display for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(out, "{}", path.display()),
            Self::StandardInput => out.write_str("standard input"),
            Self::Text(_) => out.write_str("the given text"),
        }
    }
}
