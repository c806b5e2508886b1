//! Commands that come next, to be pasted into a shell.

use crate::cli::args::Common;
use crate::cli::show::shell::{command, path_words};

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
