//! An image on standard input: kept in a temporary file while it is examined, and named `-`.

use crate::cli::Error;
use crate::cli::words::system_cause;
use addpack::container::MAX_IMAGE;
use addpack::run::{FinalReport, RunEvent};
use std::ffi::OsStr;
use std::io::{Read, Write, stdin};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// The name of standard input.
const NAME: &str = "-";

/// Whether only standard input is named.
pub(crate) fn is_named(paths: &[PathBuf]) -> bool {
    matches!(paths, [path] if path.as_os_str() == OsStr::new(NAME))
}

/// Reads all of standard input into a temporary file.
///
/// # Errors
/// If reading fails, there is more than the largest diskette holds, or there is no room for it.
pub(crate) fn read() -> Result<NamedTempFile, Error> {
    let mut bytes = Vec::new();
    let read = stdin().lock().take(MAX_IMAGE as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|error| {
        let cause = system_cause(&error);
        Error::Failed(format!("standard input could not be read: {cause}"))
    })?;
    if bytes.len() > MAX_IMAGE {
        let message = format!(
            "standard input holds more than the largest diskette, {MAX_IMAGE} bytes: it is not the image of one"
        );
        return Err(Error::Usage(message));
    }
    let kept = NamedTempFile::new().and_then(|mut file| {
        file.write_all(&bytes)?;
        Ok(file)
    });
    kept.map_err(|error| {
        let cause = system_cause(&error);
        Error::Failed(format!(
            "standard input could not be kept while it is looked at: {cause}; name a folder for it in TMPDIR"
        ))
    })
}

/// Changes the event: the image in the temporary file at `path` gets the name of standard input.
pub(crate) fn renamed(mut event: RunEvent, path: &Path) -> RunEvent {
    if let RunEvent::Seen(report) | RunEvent::Final(FinalReport::Changed(report)) = &mut event
        && report.path == path
    {
        report.path = PathBuf::from(NAME);
    }
    event
}
