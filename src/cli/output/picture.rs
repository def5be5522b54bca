//! A picture's file, in the format of its name, and the program that draws it.

use std::path::Path;

use super::{DataFile, write};
use crate::cli::CliError;
#[cfg(feature = "pdf")]
use crate::report::pdf;
#[cfg(feature = "png")]
use crate::report::png;
use crate::report::{Picture, Sheet};

/// A picture's file.
#[derive(Debug)]
pub(in crate::cli) struct PlotFile {
    pub(super) file: DataFile,
    pub(super) format: Format,
    pub(super) sheet: Sheet,
    pub(super) script: Option<DataFile>,
}

/// What the file's name asks for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Format {
    Svg,
    #[cfg(feature = "png")]
    Png,
    #[cfg(feature = "pdf")]
    Pdf,
}

impl Format {
    pub fn of(path: &Path) -> Result<Self, String> {
        let extension = path
            .extension()
            .map(|extension| extension.to_string_lossy().to_lowercase());
        match extension.as_deref() {
            Some("svg") => Ok(Self::Svg),
            #[cfg(feature = "png")]
            Some("png") => Ok(Self::Png),
            #[cfg(feature = "pdf")]
            Some("pdf") => Ok(Self::Pdf),
            #[cfg(not(feature = "png"))]
            Some("png") => Err("this build draws no .png (Cargo feature `png`)".into()),
            #[cfg(not(feature = "pdf"))]
            Some("pdf") => Err("this build draws no .pdf (Cargo feature `pdf`)".into()),
            Some(other) => Err(format!(
                "pictures are .svg, .pdf or .png files, not .{other}"
            )),
            None => Err("the name has to end in .svg, .pdf or .png".into()),
        }
    }
}

impl PlotFile {
    /// The sheet that is drawn on.
    pub fn sheet(&self) -> &Sheet {
        &self.sheet
    }

    /// Where its program goes, if one is wanted.
    pub fn script(&self) -> Option<&Path> {
        self.script.as_ref().map(DataFile::path)
    }

    /// Writes the picture in the format of the file's name, and its program where one is wanted.
    pub fn write(&self, picture: &Picture) -> Result<(), CliError> {
        let bytes = match self.format {
            Format::Svg => picture.svg.as_bytes().to_vec(),
            #[cfg(feature = "png")]
            Format::Png => png(&picture.svg, &self.sheet)?,
            #[cfg(feature = "pdf")]
            Format::Pdf => pdf(&picture.svg)?,
        };
        write(&self.file.place, &bytes)?;
        match &self.script {
            Some(script) => script.write(&picture.script),
            None => Ok(()),
        }
    }
}
