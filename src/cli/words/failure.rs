//! Failures in the admin's words: what was being done, the cause, and what to do next.

use super::KB_REPLACEMENT;
use super::cause::medium_cause;
use super::container::{container_message, unsupported_next_step};
use super::file_system::{self, operation, target};
use super::system::{ASK_FOR_DRIVE, MAKE_IMAGE, with_drives};
use super::value::number;
use crate::cli::show::terminal::{escape, named};
use addpack::container::ContainerError;
use addpack::media::{DriveError, MediaError};
use addpack::report::{Failure, FailureCode, Operation, PackState};

/// What failed and why, in one sentence.
pub(crate) fn failure_message(failure: &Failure) -> String {
    let mut message = match failure.code {
        FailureCode::NotFound => "there is no such file or folder".to_owned(),
        FailureCode::AccessDenied => access_denied(failure),
        FailureCode::NotAFile => "neither an image file, a folder nor a drive".to_owned(),
        FailureCode::NoMedium => "there is no diskette in the drive".to_owned(),
        FailureCode::NotADiskette => not_a_diskette(failure),
        FailureCode::Mounted => mounted(failure),
        FailureCode::BadMapfile => format!("the mapfile {} cannot be read", target(failure)),
        FailureCode::UnsupportedContainer
        | FailureCode::DamagedContainer
        | FailureCode::NeedsOutput => {
            container_error(failure).map_or_else(String::new, container_message)
        }
        FailureCode::Replaced if drive_error(failure).is_some() => {
            "another diskette was put in its place: it was not written to".to_owned()
        }
        FailureCode::Replaced => {
            "another program replaced the file while addpack worked on it".to_owned()
        }
        FailureCode::Changed if drive_error(failure).is_some() => {
            "the diskette reads differently now than when addpack looked at it first: it was not written to".to_owned()
        }
        FailureCode::Changed => "its record has changed since addpack looked at it".to_owned(),
        FailureCode::InUse if failure.operation == Operation::Claim => {
            let from = failure.target.as_ref().map(|_| format!(", from {}", target(failure)));
            format!("another run is converting this pack{}", from.unwrap_or_default())
        }
        FailureCode::InUse if failure.target.is_some() => {
            format!("another program is writing {}", target(failure))
        }
        FailureCode::InUse => "another program is using it".to_owned(),
        FailureCode::NoMemory => "there is not enough memory".to_owned(),
        FailureCode::Exists => {
            format!("{} already exists and does not hold this pack", target(failure))
        }
        FailureCode::LedgerError => "the ledger could not be written: nothing was begun".to_owned(),
        FailureCode::Stopped => {
            "you stopped addpack while it was reading; nothing was written".to_owned()
        }
        FailureCode::IoError => io_error(failure),
        _ => file_system::message(failure),
    };
    let said = matches!(
        failure.code,
        FailureCode::NotFound
            | FailureCode::InUse
            | FailureCode::BadName
            | FailureCode::LinkLoop
            | FailureCode::NameTooLong
            | FailureCode::ReadOnlyDisk
    ) || drive_error(failure).is_some()
        || container_error(failure).is_some();
    if let Some(cause) = failure.cause.as_ref().filter(|_| !said) {
        message.push_str(&format!(": {}", escape(&medium_cause(cause))));
    }
    if let Some(state) = failure.state {
        message.push_str(&format!("; {}", state_message(state)));
    }
    message
}

fn drive_error(failure: &Failure) -> Option<&DriveError> {
    failure.cause.as_ref().and_then(MediaError::drive)
}

fn io_error(failure: &Failure) -> String {
    match drive_error(failure) {
        Some(DriveError::Unreadable) => {
            "nothing on the diskette can be read: is it formatted, and for this drive?".to_owned()
        }
        Some(DriveError::ReadsNoMore) => {
            "the diskette stopped answering: not one sector of it can be read any more".to_owned()
        }
        _ => file_system::message(failure),
    }
}

/// Whether it is the diskette that does not read, or no longer.
fn does_not_read(failure: &Failure) -> bool {
    let is_lost = failure.cause.as_ref().is_some_and(|cause| cause.lost().is_some());
    matches!(drive_error(failure), Some(DriveError::Unreadable | DriveError::ReadsNoMore))
        || (is_lost && failure.operation == Operation::Read)
}

fn access_denied(failure: &Failure) -> String {
    if drive_error(failure).is_some() {
        "the system does not let this user have the drive, or another program is using it"
            .to_owned()
    } else {
        format!("the system does not allow {}", operation(failure))
    }
}

fn container_error(failure: &Failure) -> Option<ContainerError> {
    failure.cause.as_ref().and_then(MediaError::container)
}

fn not_a_diskette(failure: &Failure) -> String {
    let Some(DriveError::NotADiskette(len)) = drive_error(failure) else {
        return "this is not a diskette".to_owned();
    };
    match len {
        Some(len) => {
            format!("this is not a diskette: its size is {}. It was left alone", size(*len))
        }
        None => "this is not a diskette: it is larger than any. It was left alone".to_owned(),
    }
}

/// A number of bytes with a unit.
fn size(len: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB")];
    match UNITS.iter().find(|(unit, _)| len >= 2 * unit) {
        Some((unit, name)) => format!("{} bytes ({} {name})", number(len), number(len / unit)),
        None => format!("{} bytes", number(len)),
    }
}

fn mounted(failure: &Failure) -> String {
    match drive_error(failure) {
        Some(DriveError::Mounted(at)) => {
            format!("the diskette is mounted at {}", named(at))
        }
        _ => "the diskette is mounted".to_owned(),
    }
}

fn state_message(state: PackState) -> &'static str {
    match state {
        PackState::Old => "the pack is 4.0, as it was",
        PackState::New => "the pack is wholly 4.5",
        PackState::Unfinished => "the pack is 4.5, its clean-up is not finished",
        PackState::Torn => "the first sector of its record is torn",
        PackState::Unknown => "the state of the pack could not be read",
    }
}

/// What to do about a diskette that does not read.
pub(super) fn read_again() -> String {
    format!(
        "clean the drive's heads and read the diskette again, in another drive if there is one; else make an \
         image of it (GNU ddrescue) and convert that with -o. If all that fails, ask for a replacement (KB \
         {KB_REPLACEMENT})"
    )
}

/// What to do about a failure.
pub(crate) fn failure_next_step(failure: &Failure) -> String {
    if let Some(PackState::Torn) = failure.state {
        return "do not use the pack. Run addpack convert on it again, which repairs it if the \
         ledger knows it; otherwise copy the image and keep this report"
            .to_owned();
    }
    let next = match failure.code {
        FailureCode::NotFound => "check the path",
        FailureCode::AccessDenied if drive_error(failure).is_some() => ASK_FOR_DRIVE,
        FailureCode::LooseRecord => {
            return with_drives(&format!(
                "name the drive that the diskette is in ({{drive}}), {MAKE_IMAGE}"
            ));
        }
        FailureCode::BadName => "give the image another name, and run addpack again",
        FailureCode::AccessDenied => "run addpack as a user who may read it",
        FailureCode::NotAFile => "name an image file, a folder or a diskette drive",
        FailureCode::NoMedium if failure.state.is_some() => {
            "put the same diskette back in and run addpack convert again: it continues where it \
             stopped"
        }
        FailureCode::NoMedium => "put the diskette in and run addpack again",
        FailureCode::NotADiskette => "name the drive that the diskette is in",
        FailureCode::Mounted => "unmount it and run addpack again",
        FailureCode::BadMapfile => {
            "run the rescue again; or, if the image is whole, move the mapfile away"
        }
        FailureCode::UnsupportedContainer => {
            return container_error(failure).map_or_else(String::new, unsupported_next_step);
        }
        FailureCode::DamagedContainer => {
            "make the container again from the diskette, or use another copy of it"
        }
        FailureCode::NeedsOutput => "convert into a raw image with -o",
        FailureCode::Replaced if drive_error(failure).is_some() => {
            "put the previous diskette back in and run addpack again"
        }
        FailureCode::Changed if drive_error(failure).is_some() => {
            "leave it in the drive and run addpack again"
        }
        FailureCode::Changed => "see that nothing else writes to the images, and run addpack again",
        FailureCode::InUse => {
            "wait for the other program to end, or close it, and run addpack again"
        }
        FailureCode::Replaced => {
            "make sure that no other program moves the images, and run addpack again. If the \
             previous file turns up, keep it: it may be the converted one"
        }
        FailureCode::NoMemory => {
            "close other programs, or work on fewer images at once (--jobs 1), and run addpack again"
        }
        FailureCode::Exists => "move that file away, or choose another folder for -o",
        FailureCode::LedgerError => {
            "solve the problem that addpack reported about the ledger, and \
         run it again"
        }
        FailureCode::Stopped => "run addpack again to read it to the end",
        FailureCode::IoError if does_not_read(failure) => return read_again(),
        _ => file_system::next_step(failure),
    };
    next.to_owned()
}
