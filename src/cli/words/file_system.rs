//! Failures caused by file systems and permissions, in the admin's words.

use crate::cli::show::terminal::named;
use addpack::report::{Failure, FailureCode, Operation};
use std::path::Path;

/// What failed and why; for any other code, only what failed.
pub(super) fn message(failure: &Failure) -> String {
    match failure.code {
        FailureCode::LooseRecord => {
            "this is the record alone: addpack needs the diskette that it is on, or an image of it"
                .to_owned()
        }
        FailureCode::BadName => "this system has no files of that name".to_owned(),
        FailureCode::NoLocks => {
            "its file system has no locks, so another program could change it at the \
                                 same time"
                .to_owned()
        }
        FailureCode::NotOwner if failure.operation == Operation::Replace => {
            "it belongs to another user, and a new file in its place could not keep that owner"
                .to_owned()
        }
        FailureCode::NotOwner => {
            "it belongs to another user, and you may not write to it".to_owned()
        }
        FailureCode::FolderProtected if failure.target.is_some() => {
            format!("the folder may not be written: {} failed", operation(failure))
        }
        FailureCode::FolderProtected => {
            "a new file is put in its place, and its folder may not be written".to_owned()
        }
        FailureCode::ReadOnlyDisk if failure.target.is_some() => {
            format!("the disk is mounted read-only: {} failed", operation(failure))
        }
        FailureCode::ReadOnlyDisk => "the disk that it is on is mounted read-only".to_owned(),
        FailureCode::Immutable if failure.target.is_some() => format!(
            "an attribute of the folder forbids changes (chattr +i): {} failed",
            operation(failure)
        ),
        FailureCode::Immutable => {
            "an attribute of the file, or of its folder, forbids changes (chattr +i or +a)"
                .to_owned()
        }
        FailureCode::LinkLoop if failure.target.is_some() => {
            format!("symbolic links lead around in a loop: {} failed", operation(failure))
        }
        FailureCode::LinkLoop => "the symbolic links lead around in a loop".to_owned(),
        FailureCode::NameTooLong if failure.target.is_some() => format!(
            "the path of the copy, or a name in it, is longer than the system allows: {}",
            target(failure)
        ),
        FailureCode::NameTooLong => {
            "the path, or a name in it, is longer than the system allows".to_owned()
        }
        FailureCode::TooManyFiles => {
            format!("too many files are open: {} failed", operation(failure))
        }
        FailureCode::FileSizeLimit => {
            format!("the file would be larger than files may be: {} failed", operation(failure))
        }
        FailureCode::WriteProtected if is_drive(failure) => {
            "write-protected: a server would call this a damaged disk (KB 183855)".to_owned()
        }
        FailureCode::WriteProtected => "the file is marked read-only".to_owned(),
        FailureCode::NoSpace => format!("the disk is full: {} failed", operation(failure)),
        _ => format!("{} failed", operation(failure)),
    }
}

/// What to do about it.
pub(super) fn next_step(failure: &Failure) -> &'static str {
    match failure.code {
        FailureCode::NoLocks => "convert into a folder on another disk with -o",
        FailureCode::NotOwner => {
            "run addpack as its owner or as root, or convert into a copy with -o"
        }
        FailureCode::FolderProtected if failure.target.is_some() => {
            "choose a folder for -o that you may write to"
        }
        FailureCode::FolderProtected => "make the folder writable, or convert into a copy with -o",
        FailureCode::ReadOnlyDisk if failure.target.is_some() => {
            "choose a folder for -o on another disk"
        }
        FailureCode::ReadOnlyDisk => {
            "mount the disk so that it can be written, or convert into a copy with -o"
        }
        FailureCode::Immutable | FailureCode::LinkLoop if failure.target.is_some() => {
            "choose another folder for -o"
        }
        FailureCode::NameTooLong if failure.target.is_some() => {
            "choose a folder for -o with a shorter path, or give the image a shorter name"
        }
        FailureCode::Immutable => {
            "take the attribute away (lsattr shows it, chattr -i or -a removes it), or convert into a \
             copy with -o"
        }
        FailureCode::LinkLoop => "name the file itself, or repair the links",
        FailureCode::NameTooLong => {
            "go to a folder further down and name a shorter path, or move the file"
        }
        FailureCode::TooManyFiles => {
            "raise the limit (ulimit -n), or close other programs, and run addpack again"
        }
        FailureCode::FileSizeLimit => {
            "raise the limit (ulimit -f; FAT has one of its own, 4 GB) and run addpack again"
        }
        FailureCode::WriteProtected if is_drive(failure) => {
            "slide the tab shut and run addpack again, or convert into a copy with -o"
        }
        FailureCode::WriteProtected => {
            "make the file writable and run addpack again, or convert into a copy with -o"
        }
        FailureCode::NoSpace => "make room on the disk and run addpack again",
        _ => "check the disk, then run addpack again: it continues where it stopped",
    }
}

/// Whether it was a diskette in a drive, and not a file.
fn is_drive(failure: &Failure) -> bool {
    failure.cause.as_ref().is_some_and(|cause| cause.drive().is_some())
}

/// What was being done.
pub(super) fn operation(failure: &Failure) -> String {
    match failure.operation {
        Operation::Open => "opening it".to_owned(),
        Operation::List => "listing the folder".to_owned(),
        Operation::Read => "reading it".to_owned(),
        Operation::Lock => "locking it".to_owned(),
        Operation::Claim => "claiming the pack in the ledger".to_owned(),
        Operation::Write => "writing the commit sector".to_owned(),
        Operation::Sync => "making the commit sector durable".to_owned(),
        Operation::Replace => "putting a new file in its place".to_owned(),
        Operation::CleanUp => "zeroing the 4.0 events".to_owned(),
        Operation::ReadBack => "reading the record back".to_owned(),
        Operation::Copy => format!("writing the copy {}", target(failure)),
        Operation::SyncFolder => {
            format!("making the name of the copy, {}, durable", target(failure))
        }
        Operation::Publish => format!("giving the copy its name, {},", target(failure)),
    }
}

/// The file or folder that failed, if that is not the image itself.
pub(super) fn target(failure: &Failure) -> String {
    let path = failure.target.as_deref().unwrap_or(Path::new(""));
    named(path)
}
