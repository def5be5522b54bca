//! The files of a command: found good and told apart before the computation, written after it, never half.

mod delivery;
mod picture;
mod place;
#[cfg(test)]
mod tests;

use std::path::Path;

use super::CliError;
use super::options::PlotOptions;
pub(super) use delivery::Delivery;
use picture::Format;
pub(super) use picture::PlotFile;
use place::{Identity, Place};

/// All files that a command reads or writes. Whatever name it goes by, nothing that is read or written once is written
/// again.
#[derive(Debug)]
pub(super) struct Files {
    known: Vec<(Identity, String)>,
}

impl Files {
    /// Standard output and standard error, where these are files.
    pub fn new() -> Self {
        let mut files = Self { known: Vec::new() };
        #[cfg(unix)]
        {
            files.add(
                Identity::of_stream(std::io::stdout()),
                "what is printed on standard output",
            );
            files.add(
                Identity::of_stream(std::io::stderr()),
                "the messages on standard error",
            );
        }
        files
    }

    fn add(&mut self, identity: Option<Identity>, what: &str) {
        self.known
            .extend(identity.map(|identity| (identity, what.to_owned())));
    }

    /// A file that is read; `-` is standard input.
    pub fn reads(&mut self, what: &str, path: &Path) {
        if path.as_os_str() == "-" {
            #[cfg(unix)]
            self.add(
                Identity::of_stream(std::io::stdin()),
                &format!("{what} on standard input"),
            );
            return;
        }
        self.add(Identity::of(path), &format!("{what} {}", path.display()));
    }

    /// Refuses to write to a file that the command reads, or writes something else to.
    pub fn writes(&mut self, option: &str, path: &Path) -> Result<(), CliError> {
        let Some(identity) = Identity::of(path) else {
            return Ok(());
        };
        if let Some((_, what)) = self.known.iter().find(|(known, _)| *known == identity) {
            return Err(refused(
                option,
                path,
                &format!("it would overwrite {what}, give another name"),
            ));
        }
        self.add(Some(identity), &format!("{option} {}", path.display()));
        Ok(())
    }

    /// A table to be written at the end.
    pub fn data(&mut self, option: &str, path: &Path) -> Result<DataFile, CliError> {
        self.writes(option, path)?;
        let place = Place::check(path).map_err(|reason| refused(option, path, &reason))?;
        Ok(DataFile { place })
    }

    /// A picture to be written at the end, if one is wanted.
    pub fn plot(&mut self, options: &PlotOptions) -> Result<Option<PlotFile>, CliError> {
        let Some(path) = &options.plot else {
            return Ok(None);
        };
        let option = "--plot";
        let format = Format::of(path).map_err(|reason| refused(option, path, &reason))?;
        let file = self.data(option, path)?;
        let script = options.script.as_ref();
        let script = script.map(|path| self.data("--script", path)).transpose()?;
        Ok(Some(PlotFile {
            file,
            format,
            sheet: options.sheet()?,
            script,
        }))
    }
}

fn refused(option: &str, path: &Path, reason: &str) -> CliError {
    CliError::Input(format!("{option} {}: {reason}", path.display()))
}

/// A table's file.
#[derive(Debug)]
pub(super) struct DataFile {
    place: Place,
}

impl DataFile {
    /// Where it is.
    pub fn path(&self) -> &Path {
        self.place.given()
    }

    fn write(&self, text: &str) -> Result<(), CliError> {
        write(&self.place, text.as_bytes())
    }
}

fn write(place: &Place, bytes: &[u8]) -> Result<(), CliError> {
    let failed = |error| CliError::Output(format!("{}: {error}", place.given().display()));
    place.write(bytes).map_err(failed)
}
