//! Paths that are read from a list, and lists of paths that are written.

use crate::cli::Error;
use crate::cli::show::terminal::named;
use crate::cli::words::system_cause;
use std::ffi::OsString;
use std::io::{self, Read, stdin};
use std::path::{Path, PathBuf};

/// Reads paths: one a line, or each ended by NUL. `-` is standard input.
///
/// # Errors
/// If the list cannot be read, or holds a path that is impossible on this system.
pub(crate) fn read(file: &Path, is_null: bool) -> Result<Vec<PathBuf>, Error> {
    let bytes = bytes(file).map_err(|error| {
        Error::Usage(format!(
            "--files-from: {} cannot be read: {}",
            named(file),
            system_cause(&error)
        ))
    })?;
    let end = if is_null { 0 } else { b'\n' };
    let paths = bytes
        .split(|byte| *byte == end)
        .map(|path| if is_null { path } else { path.strip_suffix(b"\r").unwrap_or(path) });
    let paths = paths.filter(|path| !path.is_empty()).map(|path| {
        os_string(path.to_vec())
            .map(PathBuf::from)
            .ok_or_else(|| Error::Usage(format!("--files-from: {} is not UTF-8", named(file))))
    });
    paths.collect()
}

fn bytes(file: &Path) -> io::Result<Vec<u8>> {
    if file == Path::new("-") {
        let mut bytes = Vec::new();
        stdin().read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    addpack::files::read(file)
}

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps, reason = "other systems do not have every path")]
fn os_string(bytes: Vec<u8>) -> Option<OsString> {
    Some(std::os::unix::ffi::OsStringExt::from_vec(bytes))
}

#[cfg(not(unix))]
fn os_string(bytes: Vec<u8>) -> Option<OsString> {
    String::from_utf8(bytes).ok().map(OsString::from)
}
