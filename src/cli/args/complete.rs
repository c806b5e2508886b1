//! What a shell is told to complete, beyond what clap knows.

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

/// Diskette drives, and the files and folders that begin so.
pub(super) fn paths(begun: &OsStr) -> Vec<CompletionCandidate> {
    let begins = |path: &OsStr| path.as_encoded_bytes().starts_with(begun.as_encoded_bytes());
    let drives = drives().into_iter().map(|drive| drive.path.into_os_string());
    let drives = drives.filter(|path| begins(path)).map(CompletionCandidate::new);
    drives.chain(PathCompleter::any().complete(begun)).collect()
}
