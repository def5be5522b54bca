//! Where results go: standard output, or a file that is never half written.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::CliError;
use crate::report::png;

/// Prints a result. A reader that has seen enough (`onset .. | head`) is no failure.
pub(super) fn print(text: &str) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(CliError::Output(error.to_string()))
        }
        _ => Ok(()),
    }
}

/// A file to be written later, in a place that was found good before the computation.
#[derive(Debug)]
pub(super) struct DataFile {
    path: PathBuf,
}

impl DataFile {
    /// Checks that the file that `option` names can be written; writes nothing.
    pub fn prepare(option: &str, path: &Path) -> Result<Self, CliError> {
        check_place(path)
            .map_err(|reason| CliError::Input(format!("{option} {}: {reason}", path.display())))?;
        Ok(Self {
            path: path.to_owned(),
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the whole file: to a temporary file first, which then takes the name.
    pub fn write(&self, text: &str) -> Result<(), CliError> {
        write_whole(&self.path, text.as_bytes())
    }
}

/// A picture to be written later, in a place that was found good before the computation.
#[derive(Debug)]
pub(super) struct PlotFile {
    path: PathBuf,
    format: Format,
}

/// What the file's name asks for.
#[derive(Clone, Copy, Debug)]
enum Format {
    Svg,
    Png,
}

impl PlotFile {
    /// Checks that the picture can be written; writes nothing.
    pub fn prepare(path: &Path) -> Result<Self, CliError> {
        let refuse =
            |reason: String| CliError::Input(format!("--plot {}: {reason}", path.display()));
        let extension = path
            .extension()
            .map(|extension| extension.to_string_lossy().to_lowercase());
        let format = match extension.as_deref() {
            Some("svg") => Format::Svg,
            Some("png") => Format::Png,
            Some(other) => {
                return Err(refuse(format!(
                    "pictures are .svg or .png files, not .{other}"
                )));
            }
            None => return Err(refuse("the name has to end in .svg or .png".into())),
        };
        check_place(path).map_err(refuse)?;
        Ok(Self {
            path: path.to_owned(),
            format,
        })
    }

    /// Writes an SVG picture in the format of the file's name: to a temporary file first, which then takes the name.
    pub fn write(&self, svg: &str) -> Result<(), CliError> {
        let picture = match self.format {
            Format::Svg => svg.as_bytes().to_vec(),
            Format::Png => png(svg)?,
        };
        write_whole(&self.path, &picture)
    }
}

/// Whether a file can be made here, or why not.
fn check_place(path: &Path) -> Result<(), String> {
    if path.is_dir() {
        return Err("it is a directory".into());
    }
    if is_device(path) {
        return Ok(());
    }
    let folder = folder(path);
    if !folder.is_dir() {
        return Err(format!("there is no directory {}", folder.display()));
    }
    // Permissions and full disks show only when one tries; the trial file is gone at once.
    temporary_file(folder)
        .map(|_| ())
        .map_err(|error| format!("cannot write to {}: {error}", folder.display()))
}

fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let failed = |error: io::Error| CliError::Output(format!("{}: {error}", path.display()));
    if is_device(path) {
        // renaming would put a file in the place of the device
        return fs::write(path, bytes).map_err(failed);
    }
    let mut file = temporary_file(folder(path)).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// Whether something is there that is neither a file nor a directory, as `/dev/stdout`.
fn is_device(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir())
}

/// The directory a file is in; of a bare name, the current one.
fn folder(path: &Path) -> &Path {
    path.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

fn temporary_file(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".onset-");
    // Temporary files are private by default; a result is as public as the umask lets it be.
    #[cfg(unix)]
    builder.permissions(<fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o666));
    builder.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(path: &Path) -> String {
        PlotFile::prepare(path).unwrap_err().to_string()
    }

    #[test]
    fn bad_places_are_refused_beforehand() {
        let folder = tempfile::tempdir().unwrap();
        assert!(refusal(&folder.path().join("a.pdf")).contains(".svg or .png files, not .pdf"));
        assert!(refusal(&folder.path().join("a")).contains("has to end in .svg or .png"));
        assert!(refusal(&folder.path().join("no/a.svg")).contains("there is no directory"));
        let inside = folder.path().join("dir.svg");
        fs::create_dir(&inside).unwrap();
        assert!(refusal(&inside).contains("it is a directory"));
    }

    #[test]
    fn only_the_picture_is_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.svg");
        let plot = PlotFile::prepare(&path).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        plot.write("<svg/>").unwrap();
        plot.write("<svg></svg>").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "<svg></svg>");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_name_decides_the_format() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.PNG");
        let svg = "<svg width=\"4\" height=\"2\" xmlns=\"http://www.w3.org/2000/svg\"/>";
        PlotFile::prepare(&path).unwrap().write(svg).unwrap();
        assert!(fs::read(&path).unwrap().starts_with(b"\x89PNG"));
    }
}
