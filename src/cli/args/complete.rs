//! Shell completions that clap does not know: codes and drives.

use crate::cli::words::pages;
use addpack::media::drives;
use clap_complete::engine::ValueCompleter;
use clap_complete::{CompletionCandidate, PathCompleter};
use std::ffi::OsStr;

/// Every code, with the first sentence of its explanation.
pub(super) fn codes() -> Vec<CompletionCandidate> {
    let one = |page: &crate::cli::words::CodePage| {
        CompletionCandidate::new(&page.code).help(Some(page.summary().to_owned().into()))
    };
    pages().iter().map(one).collect()
}

/// The diskette drives, files and folders that begin with what was typed.
pub(super) fn paths(begun: &OsStr) -> Vec<CompletionCandidate> {
    let begins = |path: &OsStr| path.as_encoded_bytes().starts_with(begun.as_encoded_bytes());
    let drives = drives().into_iter().map(|drive| drive.path.into_os_string());
    let drives = drives.filter(|path| begins(path)).map(CompletionCandidate::new);
    drives.chain(PathCompleter::any().complete(begun)).collect()
}
