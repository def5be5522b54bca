//! Where an experiment is read from.

use std::fmt;
use std::io::{self, Read};
use std::path::PathBuf;

use toml::Table;

use super::ExperimentError;

/// Where an experiment is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A TOML file.
    File(PathBuf),
    /// TOML on standard input.
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
        text.parse::<Table>()
            .map_err(|error| ExperimentError::Syntax {
                origin: self.to_string(),
                detail: error.to_string().trim_end().to_owned(),
            })
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

impl fmt::Display for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(out, "{}", path.display()),
            Self::StandardInput => out.write_str("standard input"),
            Self::Text(_) => out.write_str("the given text"),
        }
    }
}
