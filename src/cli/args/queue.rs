//! The options of a queue: one diskette after another through one drive.

#![allow(clippy::doc_markdown, reason = "doc comments here are help texts")]

use super::common::is_drive;
use crate::cli::Error;
use clap::{Args as ClapArgs, ValueHint};
use std::path::{Path, PathBuf};

#[derive(Debug, ClapArgs)]
pub(crate) struct QueueArgs {
    /// One diskette after another through one drive: insert, press Enter, next; q ends
    ///
    /// Each diskette gets a number and its verdict; the summary of all of them comes at the end. One of which nothing
    /// can be read gets a number too, and counts as failed. Nothing but that number tells it from others: type the number
    /// before you press Enter when you put it in again, here or in a later queue with the same --keep DIR.
    #[arg(long, conflicts_with = "mapfile")]
    pub(crate) queue: bool,

    /// Keep an image of each diskette in DIR, made before anything is written to the diskette
    ///
    /// An image is named for the pack's serial and its number of events, and never takes the place of
    /// another. Sectors that do not read are listed in a mapfile beside it, as GNU ddrescue writes them. A new
    /// queue with the same DIR continues where the last one ended: each diskette keeps its number, which is in
    /// addpack-diskettes.txt there. A diskette without a pack is known again by its bytes.
    #[arg(long, value_name = "DIR", requires = "queue", value_hint = ValueHint::DirPath)]
    pub(crate) keep: Option<PathBuf>,
}

/// The one drive that a queue works on.
///
/// # Errors
/// Where something else is named, or more than that.
pub(crate) fn one_drive(paths: &[PathBuf]) -> Result<&Path, Error> {
    match paths {
        [drive] if is_drive(drive) => Ok(drive),
        _ => {
            let message = "--queue works on one diskette drive: name the drive, and nothing else";
            Err(Error::Usage(message.to_owned()))
        }
    }
}
