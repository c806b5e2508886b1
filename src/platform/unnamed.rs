//! Files that have no name until they are complete: a killed program leaves nothing of them behind.

use std::fs::{File, Permissions};
use std::io;
use std::path::{Path, PathBuf};

/// Makes a file without a name, to which [`link`] can give one in `folder`; `None` if the system or the file
/// system does not support that. It gets these permissions less the user's mask.
///
/// # Errors
/// As the system reports them.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn unnamed(folder: &Path, rights: Option<&Permissions>) -> io::Result<Option<File>> {
    use rustix::fs::{Mode, OFlags, open};
    use rustix::io::Errno;
    use std::os::unix::fs::PermissionsExt;
    let mode = rights.map_or(0o666, PermissionsExt::mode);
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    let file: File = match open(folder, flags, Mode::from_raw_mode(mode)) {
        Ok(file) => file.into(),
        Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::INVAL | Errno::NOSYS) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    // `link` needs this path, and /proc may not be mounted.
    Ok(way_to(&file).exists().then_some(file))
}

/// Gives a file from [`unnamed`] its name.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] if there is already something at the path, which stays as it is;
/// otherwise those of the system.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn link(file: &File, path: &Path) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD, linkat};
    Ok(linkat(CWD, way_to(file), CWD, path, AtFlags::SYMLINK_FOLLOW)?)
}

/// A path that leads to an open file without a name.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn way_to(file: &File) -> PathBuf {
    use std::os::fd::AsRawFd;
    format!("/proc/self/fd/{}", file.as_raw_fd()).into()
}

/// This system has no such files.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
#[expect(clippy::unnecessary_wraps, reason = "Linux can fail here")]
pub(crate) fn unnamed(_: &Path, _: Option<&Permissions>) -> io::Result<Option<File>> {
    Ok(None)
}

/// No path leads there.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn way_to(_: &File) -> PathBuf {
    PathBuf::new()
}

/// Never called there.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn link(_: &File, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
