//! The commands that come after a queue, to be pasted into a shell.

use crate::cli::args::Common;
use crate::cli::show::shell::{command, path_words};
use crate::cli::show::what_now::{ledger_words, new_request};
use std::path::Path;

/// A command, with what it does.
pub(super) type Command = (String, String);

/// A queue that converts.
pub(super) struct ConvertQueue<'a> {
    pub(super) common: &'a Common,
    pub(super) plan: Option<&'a Path>,
    pub(super) keep: Option<&'a Path>,
    pub(super) output: Option<&'a Path>,
}

impl ConvertQueue<'_> {
    /// The command that begins it, or goes on with it; `None` where one of the paths cannot be typed.
    pub(super) fn command(&self, purpose: String) -> Option<Command> {
        let mut words = vec!["convert".to_owned(), "--queue".to_owned()];
        words.extend(ledger_words(self.common)?);
        words.extend(path_words(&self.common.paths)?);
        for (option, folder) in [("--plan", self.plan), ("--keep", self.keep), ("-o", self.output)]
        {
            if let Some(folder) = folder {
                words.push(option.to_owned());
                words.extend(path_words(&[folder])?);
            }
        }
        finish(&words, purpose)
    }
}

/// The command that asks for replacements of what is refused in a folder of images. Without one, the diskettes must
/// be put in again.
pub(super) fn replace(common: &Common, folder: Option<&Path>) -> Option<Command> {
    let mut words = vec!["replace".to_owned()];
    words.extend(folder.is_none().then(|| "--queue".to_owned()));
    words.extend(ledger_words(common)?);
    if let Some(folder) = folder {
        words.extend(path_words(&[folder])?);
    } else {
        words.extend(path_words(&common.paths)?);
        words.extend(["--keep", "box"].map(str::to_owned));
    }
    words.extend(["-o".to_owned(), new_request()]);
    finish(&words, "writes the letter for those that are refused".to_owned())
}

/// The command that plans for every server of a folder of images.
pub(super) fn plan_all(common: &Common, folder: &Path) -> Option<Command> {
    let words = [vec!["plan".to_owned(), "--all".to_owned()], ledger_words(common)?];
    let words = [words.concat(), path_words(&[folder])?].concat();
    finish(&words, "says what to do on each server".to_owned())
}

fn finish(words: &[String], purpose: String) -> Option<Command> {
    Some((command(words)?, purpose))
}
