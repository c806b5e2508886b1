//! Failures caused by file systems and permissions, in the admin's words.

use crate::cli::show::terminal::named;
use addpack::report::{Failure, FailureCode, Operation};
use std::path::Path;

/// What failed and why; for any other code, only what failed.
pub(super) fn message(failure: &Failure) -> String {
    let what = match failure.code {
        _ if failure.target.is_some() => return message_of_copy(failure),
        FailureCode::LooseRecord => {
            "this is the record alone: addpack needs the diskette that it is on, or an image of it"
        }
        FailureCode::BadName => "this system has no files of that name",
        FailureCode::NoLocks => {
            "its file system has no locks, so another program could change it at the same time"
        }
        FailureCode::NotOwner if failure.operation == Operation::Replace => {
            "a new file in its place could not keep its owner and its group"
        }
        FailureCode::NotOwner => {
            "it belongs to another user, and you may not change it with the rights that it has"
        }
        FailureCode::FolderProtected => {
            "a new file is put in its place, and its folder may not be written"
        }
        FailureCode::ReadOnlyDisk => "the disk that it is on is mounted read-only",
        FailureCode::Immutable => {
            "an attribute of the file, or of its folder, forbids changes (chattr +i or +a)"
        }
        FailureCode::LinkLoop => "the symbolic links lead around in a loop",
        FailureCode::NameTooLong => "the path, or a name in it, is longer than the system allows",
        FailureCode::WriteProtected if is_drive(failure) => {
            "write-protected: a server would call this a damaged disk (KB 183855)"
        }
        FailureCode::WriteProtected => "the file is marked read-only",
        _ => return failed_operation(failure),
    };
    what.to_owned()
}

/// The same of a copy, whose folder has nothing to do with the image's.
fn message_of_copy(failure: &Failure) -> String {
    let why = match failure.code {
        FailureCode::BadName => return "this system has no files of that name".to_owned(),
        FailureCode::NameTooLong => {
            let copy = target(failure);
            return format!(
                "the path of the copy, or a name in it, is longer than the system allows: {copy}"
            );
        }
        FailureCode::FolderProtected => "the folder may not be written",
        FailureCode::ReadOnlyDisk => "the disk is mounted read-only",
        // Everything else in this folder has worked by then.
        FailureCode::Immutable if failure.operation == Operation::Publish => {
            "the file system has no hard links, and so no names that never replace a file"
        }
        FailureCode::Immutable => "an attribute of the folder forbids changes (chattr +i)",
        FailureCode::LinkLoop => "symbolic links lead around in a loop",
        _ => return failed_operation(failure),
    };
    format!("{why}: {} failed", operation(failure))
}

/// What failed, for a reason that has nothing to do with whose file it is.
fn failed_operation(failure: &Failure) -> String {
    let why = match failure.code {
        FailureCode::TooManyFiles => "too many files are open: ",
        FailureCode::FileSizeLimit => "the file would be larger than files may be: ",
        FailureCode::NoSpace => "the disk is full: ",
        _ => "",
    };
    format!("{why}{} failed", operation(failure))
}

/// What to do about it.
pub(super) fn next_step(failure: &Failure) -> &'static str {
    match failure.code {
        FailureCode::NoLocks => "convert into a folder on another disk with -o",
        FailureCode::NotOwner if failure.operation == Operation::Replace => {
            "run addpack as its owner or as root (an owner must be in the file's group), or convert into a \
             copy with -o"
        }
        FailureCode::NotOwner => {
            "run addpack as its owner or as root, or convert into a copy with -o"
        }
        FailureCode::FolderProtected if failure.target.is_some() => {
            "choose a folder for the copy that you may write to"
        }
        FailureCode::FolderProtected => "make the folder writable, or convert into a copy with -o",
        FailureCode::ReadOnlyDisk if failure.target.is_some() => {
            "choose a folder for the copy on another disk"
        }
        FailureCode::ReadOnlyDisk => {
            "mount the disk so that it can be written, or convert into a copy with -o"
        }
        FailureCode::Immutable | FailureCode::LinkLoop if failure.target.is_some() => {
            "choose another folder for the copy"
        }
        FailureCode::NameTooLong if failure.target.is_some() => {
            "choose a folder for the copy with a shorter path, or give the image a shorter name"
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
