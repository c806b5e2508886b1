//! An image on standard input: kept in a temporary file while it is looked at, and named `-`.

use crate::cli::Error;
use addpack::container::MAX_IMAGE;
use addpack::find::Skipped;
use addpack::report::Report;
use addpack::run::{FinalReport, Listener, Overview};
use std::ffi::OsStr;
use std::io::{Read, Write, stdin};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// The name of standard input.
const NAME: &str = "-";

/// Whether standard input is named, and nothing else.
pub(crate) fn is_named(paths: &[PathBuf]) -> bool {
    matches!(paths, [path] if path.as_os_str() == OsStr::new(NAME))
}

/// Reads all of standard input into a temporary file.
///
/// # Errors
/// Where it does not read, holds more than the largest diskette, or there is no room for it.
pub(crate) fn read() -> Result<NamedTempFile, Error> {
    let mut bytes = Vec::new();
    let read = stdin().lock().take(MAX_IMAGE as u64 + 1).read_to_end(&mut bytes);
    read.map_err(Error::Output)?;
    if bytes.len() > MAX_IMAGE {
        let message = format!(
            "standard input holds more than the largest diskette, {MAX_IMAGE} bytes: it is not the image of one"
        );
        return Err(Error::Usage(message));
    }
    let mut file = NamedTempFile::new().map_err(Error::Output)?;
    file.write_all(&bytes).map_err(Error::Output)?;
    Ok(file)
}

/// Names the image in the temporary file at `path` as what it is: standard input.
pub(crate) struct Renamed<'a> {
    pub(crate) inner: &'a mut dyn Listener,
    pub(crate) path: &'a Path,
}

impl Renamed<'_> {
    fn rename(&self, mut report: Box<Report>) -> Box<Report> {
        if report.path == self.path {
            report.path = PathBuf::from(NAME);
        }
        report
    }
}

impl Listener for Renamed<'_> {
    fn seen(&mut self, report: Box<Report>) -> ControlFlow<()> {
        let report = self.rename(report);
        self.inner.seen(report)
    }

    fn surveyed(&mut self, overview: &Overview) {
        self.inner.surveyed(overview);
    }

    fn image(&mut self, said: FinalReport) -> ControlFlow<()> {
        let said = match said {
            FinalReport::Changed(report) => FinalReport::Changed(self.rename(report)),
            said => said,
        };
        self.inner.image(said)
    }

    fn skipped(&mut self, skipped: &Skipped) {
        self.inner.skipped(skipped);
    }

    fn repeated(&mut self, path: &Path, first: &Path) -> ControlFlow<()> {
        self.inner.repeated(path, first)
    }

    fn caught_up(&mut self) -> ControlFlow<()> {
        self.inner.caught_up()
    }
}
