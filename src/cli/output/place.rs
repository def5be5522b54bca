//! One place in the file system: which file it is, whether it can be written, and how it is written.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Links are followed this far, as the system itself does.
const MOST_LINKS: usize = 40;

/// A file by what it is, not by what it is called: two names of one file are equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Identity {
    /// One that is there.
    Present(Node),
    /// One that is still to be made: its folder and its name there.
    Absent(Node, Option<OsString>),
}

/// Device and inode.
#[cfg(unix)]
type Node = (u64, u64);
/// Systems without inodes have one canonical path for each file.
#[cfg(not(unix))]
type Node = PathBuf;

#[cfg(unix)]
fn node(_path: &Path, metadata: &Metadata) -> io::Result<Node> {
    use std::os::unix::fs::MetadataExt;
    Ok((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn node(path: &Path, _metadata: &Metadata) -> io::Result<Node> {
    fs::canonicalize(path)
}

impl Identity {
    /// That of a path, links followed; none for what cannot be overwritten (devices, pipes, folders) or is out of reach.
    pub fn of(path: &Path) -> Option<Self> {
        if let Ok(metadata) = fs::metadata(path) {
            let file = metadata.is_file();
            return file
                .then(|| node(path, &metadata).ok())
                .flatten()
                .map(Self::Present);
        }
        let end = end_of_links(path).ok()?;
        let folder = folder(&end);
        let node = node(folder, &fs::metadata(folder).ok()?).ok()?;
        Some(Self::Absent(node, end.file_name().map(OsString::from)))
    }

    /// That of an open stream, if it is a file.
    #[cfg(unix)]
    pub fn of_stream(stream: impl std::os::fd::AsFd) -> Option<Self> {
        let file = File::from(stream.as_fd().try_clone_to_owned().ok()?);
        let metadata = file.metadata().ok().filter(Metadata::is_file)?;
        node(Path::new(""), &metadata).ok().map(Self::Present)
    }
}

/// Where a result is going to be written.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// As the user called it.
    given: PathBuf,
    /// The end of all links.
    path: PathBuf,
    /// Whether something is there that is neither a file nor a folder, as `/dev/stdout`.
    device: bool,
}

impl Place {
    /// Whether a file can be made here, or why not; writes nothing.
    pub fn check(given: &Path) -> Result<Self, String> {
        let there = fs::metadata(given).ok();
        if there.as_ref().is_some_and(Metadata::is_dir) {
            return Err("it is a directory".into());
        }
        let device = there.as_ref().is_some_and(|there| !there.is_file());
        let path = match device {
            true => given.to_owned(),
            false => end_of_links(given).map_err(|error| error.to_string())?,
        };
        let place = Self {
            given: given.to_owned(),
            path,
            device,
        };
        if !device {
            place.try_out(there.is_some())?;
        }
        Ok(place)
    }

    /// Permissions and full disks show only when one tries; the trial file is gone at once.
    fn try_out(&self, exists: bool) -> Result<(), String> {
        let folder = folder(&self.path);
        if !folder.is_dir() {
            return Err(format!("there is no directory {}", folder.display()));
        }
        temporary_file(folder, None)
            .map_err(|error| format!("cannot write to {}: {error}", folder.display()))?;
        // a rename would get round the protection of the file itself
        if exists {
            let opened = OpenOptions::new().append(true).open(&self.path);
            opened.map_err(|error| format!("cannot write to the file that is there: {error}"))?;
        }
        Ok(())
    }

    /// As the user called it.
    pub fn given(&self) -> &Path {
        &self.given
    }

    /// Writes the whole file, or leaves the one that is there: the bytes reach the disk under another name, which then
    /// takes this one. A file that was there keeps its mode, and a link stays a link.
    pub fn write(&self, bytes: &[u8]) -> io::Result<()> {
        if self.device {
            // renaming would put a file in the place of the device
            return fs::write(&self.path, bytes);
        }
        let folder = folder(&self.path);
        let mode = fs::metadata(&self.path)
            .ok()
            .map(|there| there.permissions());
        let mut file = temporary_file(folder, mode.clone())?;
        file.write_all(bytes)?;
        if let Some(mode) = mode {
            file.as_file().set_permissions(mode)?;
        }
        supported(file.as_file().sync_all())?;
        file.persist(&self.path).map_err(|error| error.error)?;
        // the name itself: the result is there, so a folder that cannot be synced is no failure
        #[cfg(unix)]
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
        Ok(())
    }
}

/// Some file systems cannot be asked to write to the disk now.
fn supported(synced: io::Result<()>) -> io::Result<()> {
    match synced {
        Err(error)
            if !matches!(
                error.kind(),
                ErrorKind::Unsupported | ErrorKind::InvalidInput
            ) =>
        {
            Err(error)
        }
        _ => Ok(()),
    }
}

/// The path that a chain of links ends in, whether or not a file is there.
fn end_of_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::read_link(&path) {
            Ok(target) => path = folder(&path).join(target),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("its links lead in a circle"))
}

/// The directory a file is in; of a bare name, the current one.
fn folder(path: &Path) -> &Path {
    path.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// With the mode of the file that it is going to replace, or of a new file: temporary files are private by default, and a
/// result is as public as the umask lets it be.
fn temporary_file(folder: &Path, mode: Option<fs::Permissions>) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".onset-");
    #[cfg(unix)]
    builder.permissions(mode.unwrap_or_else(|| {
        <fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o666)
    }));
    #[cfg(not(unix))]
    let _ = mode;
    builder.tempfile_in(folder)
}
