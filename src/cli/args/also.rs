//! The options for reports that are written to files, beside what is shown.

#![allow(clippy::doc_markdown, reason = "doc comments here are help texts")]

use crate::cli::Error;
use crate::cli::show::terminal::named;
use crate::cli::words::system_cause;
use clap::{Args as ClapArgs, ValueHint};
use std::io;
use std::path::{Path, PathBuf};

/// Each file appears whole or not at all, and never over another one.
#[derive(Debug, Default, ClapArgs)]
pub(crate) struct Also {
    /// Write a page to FILE, to be read in a browser, printed and filed
    ///
    /// It is self-contained: no script, no network. It says what can be converted and why the rest cannot,
    /// shows each server's licenses, and lists every image. No existing file is overwritten.
    #[arg(long, value_name = "FILE.html", value_hint = ValueHint::FilePath)]
    pub(crate) report: Option<PathBuf>,

    /// Write a table to FILE as well: a row for each image, as CSV
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) csv_to: Option<PathBuf>,

    /// Write to FILE as well what --json would show
    ///
    /// Of a queue, what was said last of each diskette.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) json_to: Option<PathBuf>,

    /// Write the paths of the images that failed to FILE, to be tried again with --files-from FILE
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) failed_to: Option<PathBuf>,
}

impl Also {
    /// Each file with its option.
    fn files(&self) -> Vec<(&'static str, &Path)> {
        let all = [
            ("--report", &self.report),
            ("--csv-to", &self.csv_to),
            ("--json-to", &self.json_to),
            ("--failed-to", &self.failed_to),
        ];
        all.into_iter().filter_map(|(name, file)| Some((name, file.as_deref()?))).collect()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.files().is_empty()
    }

    /// Refuses files that cannot be made anew, and one file for two reports.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let files = self.files();
        for (at, (name, file)) in files.iter().enumerate() {
            if files[..at].iter().any(|(_, other)| other == file) {
                let message = format!("{name}: {} is named for two reports", named(file));
                return Err(Error::Usage(message));
            }
            check_new_file(name, file)?;
        }
        Ok(())
    }
}

/// Fails, before anything else is done, if a new file of that name could not be written.
///
/// # Errors
/// If the file exists, its folder does not, or nothing can be written in that folder.
pub(crate) fn check_new_file(option: &str, file: &Path) -> Result<(), Error> {
    if file.symlink_metadata().is_ok() {
        return Err(Error::Usage(is_there(option, file)));
    }
    let folder = file.parent().filter(|folder| *folder != Path::new(""));
    let folder = folder.unwrap_or(Path::new("."));
    if !folder.is_dir() {
        let message = format!("{option}: there is no folder {}", named(folder));
        return Err(Error::Usage(message));
    }
    // The file has no name, and is gone at once.
    tempfile::tempfile_in(folder).map(|_| ()).map_err(|error| cannot_write(option, file, &error))
}

/// That nothing can be written where an option says.
pub(crate) fn cannot_write(option: &str, path: &Path, error: &io::Error) -> Error {
    let (path, cause) = (named(path), system_cause(error));
    Error::Output(io::Error::new(error.kind(), format!("{option} {path}: {cause}")))
}

/// That a new file cannot have a name that is in use.
pub(crate) fn is_there(option: &str, file: &Path) -> String {
    let file = named(file);
    format!("{option}: {file} is there already, and is left as it is; name another one")
}
