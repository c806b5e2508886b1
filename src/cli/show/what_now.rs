//! Commands that come next, to be pasted into a shell.

use crate::cli::args::Common;
use crate::cli::show::shell::{command, path_words};
use crate::cli::words::system::DRIVE;
use addpack::media::drives;

/// Commands about the paths of a run, each with what it does. One that cannot be quoted is left out.
pub(crate) struct WhatNow {
    /// The ledger and the paths of the run; `None` if they cannot be typed.
    same_set: Option<Vec<String>>,
    pub(crate) commands: Vec<(String, String)>,
}

impl WhatNow {
    pub(crate) fn after(common: &Common) -> Self {
        Self { same_set: same_set(common), commands: Vec::new() }
    }

    /// Offers a command about the same paths and the same ledger.
    pub(crate) fn offer(&mut self, before: &[&str], after: &[&str], purpose: &str) {
        let Some(same) = &self.same_set else { return };
        let same: Vec<_> = same.iter().map(String::as_str).collect();
        let command = command(&[before, &same, after].concat());
        self.commands.extend(command.map(|command| (command, purpose.to_owned())));
    }
}

/// The command that converts the diskettes whose images a queue has kept in the folder that is named. To convert the
/// images would leave the diskettes 4.0, and they would be refused from then on. `None` if no such folder is named
/// alone, or it cannot be typed.
pub(crate) fn convert_diskettes(common: &Common) -> Option<String> {
    let [folder] = common.paths.as_slice() else { return None };
    let queue = ["convert".to_owned(), "--queue".to_owned(), a_drive()?, "--plan".to_owned()];
    let words = [&queue[..], &path_words(&[folder])?, &ledger_words(common)?].concat();
    command(&words).filter(|_| folder.is_dir())
}

/// A drive to name in a command: one that is there or, if none is found, the first that there may be. `None` if it cannot
/// be typed.
pub(crate) fn a_drive() -> Option<String> {
    match drives().first() {
        Some(found) => Some(path_words(&[&found.path])?.concat()),
        None => Some(DRIVE.to_owned()),
    }
}

/// The paths of a run, and its ledger; `None` if they cannot be typed.
pub(crate) fn same_set(common: &Common) -> Option<Vec<String>> {
    Some([ledger_words(common)?, path_words(&common.paths)?].concat())
}

/// The ledger of a run as an option, if one was named; `None` if it cannot be typed.
pub(crate) fn ledger_words(common: &Common) -> Option<Vec<String>> {
    Some(match common.ledger.words() {
        None => Vec::new(),
        Some((option, None)) => vec![option.to_owned()],
        Some((option, Some(file))) => [vec![option.to_owned()], path_words(&[file])?].concat(),
    })
}
