//! The ledger in the admin's words.

use super::cause::cause_behind;
use super::value::{Timestamp, day, moment, timestamp};
use crate::cli::show::layout::hang;
use crate::cli::show::terminal::{escape, named, shown};
use addpack::diagnosis::{CopyOf, CopyState};
use addpack::ledger::{ConversionState, LedgerEntry, LedgerError, LedgerFault, LedgerProblem};
use addpack::record::fields::FileTime;
use addpack::run::is_in_drive;
use std::path::{Path, PathBuf};

/// How the file of a ledger's entry stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It holds the converted pack.
    There,
    /// It holds the converted pack, with what is left of its 4.0 events.
    Unfinished,
    /// It holds something else.
    Changed,
    /// It was converted in a drive, which holds another diskette now, or none.
    Elsewhere,
    /// It is gone.
    Gone,
    /// The conversion was begun, and is not known to be complete.
    Begun,
    /// It was released, whatever the file holds.
    Released,
    /// It was released, and the pack was converted once more, in this file: both are there.
    TwoConverted(PathBuf),
}

impl Standing {
    /// The code, for programs.
    pub(crate) fn as_str(&self) -> &'static str {
        match self {
            Self::There => "there",
            Self::Changed => "changed",
            Self::Elsewhere => "elsewhere",
            Self::Gone => "gone",
            Self::Unfinished => "unfinished",
            Self::Begun => "begun",
            Self::Released => "released",
            Self::TwoConverted(_) => "two-converted",
        }
    }
}

/// A time of the ledger, for programs; `None` where RFC 3339 has no form for it.
pub(crate) fn time_of(seconds: i64) -> Option<Timestamp> {
    FileTime::from_unix_seconds(seconds).and_then(timestamp)
}

/// The same for people, in UTC.
fn minute_of(seconds: i64) -> String {
    let at = FileTime::from_unix_seconds(seconds);
    at.map_or_else(|| format!("{seconds} seconds after 1970"), moment)
}

/// A day of the ledger, for people.
pub(crate) fn day_of(seconds: i64) -> String {
    FileTime::from_unix_seconds(seconds)
        .map_or_else(|| seconds.to_string(), |at| day(at).trim_start().to_owned())
}

/// Why a ledger cannot be used, and what to do.
pub(crate) fn ledger_message(error: &LedgerError) -> String {
    unusable(error) + ", or see --no-ledger in the help"
}

/// The same for a command that is about the ledger alone.
pub(crate) fn unusable(error: &LedgerError) -> String {
    let what = match error.problem {
        LedgerProblem::CannotOpen => "it cannot be opened",
        LedgerProblem::AccessDenied => "you may not read it; ask its owner",
        LedgerProblem::NotAFile => "a ledger is a regular file, and this is not one",
        LedgerProblem::NotALedger => "this file is not a ledger",
        LedgerProblem::Newer(_) => "a newer addpack wrote it; use that one",
        LedgerProblem::Corrupt => "it is damaged; restore it from a backup",
        LedgerProblem::Stray => {
            "it is damaged, addpack ledger check says where; restore it from a backup"
        }
        LedgerProblem::NoSpace => "the disk that it is on is full; make room and run addpack again",
        LedgerProblem::WriteProtected => "it may not be written; make it writable",
        LedgerProblem::ReadOnlyDisk => {
            "the disk that it is on is mounted read-only; mount it so that it can be written"
        }
        LedgerProblem::CompanionProtected => {
            "another user's file beside it may not be written; have that user make it writable. Once no \
             program uses the ledger, an empty -wal, or a -shm without a -wal, may be removed"
        }
        LedgerProblem::FolderProtected if !is_folder_there(&error.path) => {
            "its folder is not there, and cannot be made"
        }
        LedgerProblem::FolderProtected => {
            "its folder may not be written, and a change needs a journal there; make the folder \
             writable"
        }
        LedgerProblem::InUse => "another program keeps it locked; wait for that to end",
        LedgerProblem::NoLocks => {
            "its file system has no locks, so two runs could claim the same pack; keep the ledger on \
             a local disk, or have locks switched on there"
        }
        LedgerProblem::IoError => {
            "the disk that it is on failed or is full, or files may not grow (ulimit -f); see to that"
        }
        LedgerProblem::FileSizeLimit => {
            "it would be larger than files may be; raise the limit (ulimit -f)"
        }
        LedgerProblem::TemporaryFile => {
            "a temporary file that is needed to read it could not be written; name a folder with room for \
             such files in TMPDIR"
        }
        LedgerProblem::Other => "it cannot be used",
    };
    let cause = error.cause.as_ref();
    let cause =
        cause.map_or_else(String::new, |cause| format!(" ({})", escape(&cause_behind(&**cause))));
    format!("the ledger {}: {what}{cause}. Name another ledger with --ledger", named(&error.path))
}

fn is_folder_there(ledger: &Path) -> bool {
    ledger.parent().is_some_and(Path::is_dir)
}

/// The same to those who wanted to convert. Where that was under way, packs may have been converted before.
pub(crate) fn no_claims_message(error: &LedgerError, is_under_way: bool) -> String {
    let message = ledger_message(error);
    let nothing = if is_under_way { "Nothing more" } else { "Nothing" };
    format!("{message}. {nothing} was converted: every conversion is entered in the ledger first")
}

/// The same to those who only look.
pub(crate) fn copies_unknown_message(error: &LedgerError) -> String {
    ledger_message(error) + ". Copies of packs that were converted before cannot be recognized"
}

/// The heading of the list.
pub(crate) const LEDGER_HEADING: &str =
    "state     serial                   licenses  converted (UTC)    image -> copy\n";

/// What is wrong with the ledger itself.
pub(crate) fn fault_messages(faults: Vec<LedgerFault>) -> Vec<String> {
    let message = |fault| match fault {
        LedgerFault::File(what) => what,
        LedgerFault::Stray(id) => format!(
            "its journal has the records of conversion {id}, which is not in the ledger or was released; restore \
             the ledger from a backup"
        ),
    };
    faults.into_iter().map(message).collect()
}

/// What `met` means in the list.
pub(crate) const MET_NOTE: &str =
    "met: it was 4.5 already when it was first seen; no run with this ledger converted it";

/// Whether the list says of an entry that it was only met.
pub(crate) fn is_met(entry: &LedgerEntry) -> bool {
    entry.was_met_converted() && entry.state == ConversionState::Done
}

/// A line of the list, in so many columns: where those are not enough, the path stands below.
pub(crate) fn ledger_row(columns: usize, entry: &LedgerEntry) -> String {
    let state = if is_met(entry) { "met" } else { entry.state.as_str() };
    let (serial, licenses) = (escape(&entry.serial), entry.licenses);
    let at = minute_of(entry.converted_at);
    let row = format!("{state:<8}  {serial:<23}  {licenses:>8}  {at:<17}");
    let image = shown(&entry.path);
    let Some(copy) = entry.target.as_deref().map(shown) else {
        let fits = row.chars().count() + 2 + image.chars().count() <= columns;
        return format!("{row}{}{image}\n", if fits { "  " } else { "\n          " });
    };
    let length = row.chars().count() + image.chars().count() + copy.chars().count() + 6;
    if length <= columns {
        format!("{row}  {image} -> {copy}\n")
    } else {
        format!("{row}\n          {image}\n          -> {copy}\n")
    }
}

/// All that is known of an entry, in lines of that width if it has one.
pub(crate) fn entry_lines(
    width: Option<usize>,
    entry: &LedgerEntry,
    standing: &Standing,
) -> String {
    let state = format!("{}: {}", entry.state.as_str(), standing_message(entry, standing));
    let into = match &entry.target {
        Some(target) => named(target),
        None if entry.was_met_converted() => {
            "no run with this ledger: it was 4.5 already when it was first seen".to_owned()
        }
        None => "in place".to_owned(),
    };
    let rows = [
        ("Serial", escape(&entry.serial)),
        ("Size", format!("{} licenses", entry.licenses)),
        ("State", state),
        ("Converted", format!("{} UTC", minute_of(entry.converted_at).trim_start())),
        ("Image", named(&entry.path)),
        (if entry.was_met_converted() { "By" } else { "Into" }, into),
        ("4.0 record", format!("SHA-1 {}", escape(&entry.old_digest))),
        ("4.5 record", format!("SHA-1 {}", escape(&entry.new_digest))),
    ];
    let width = width.unwrap_or(usize::MAX);
    rows.iter().map(|(name, text)| hang(width, &format!("{name:<12}"), text)).collect()
}

/// How the file of an entry stands.
pub(crate) fn standing_message(entry: &LedgerEntry, standing: &Standing) -> String {
    let place = named(entry.place());
    match standing {
        Standing::There => format!("{place} holds the converted pack"),
        Standing::Unfinished => format!(
            "{place} holds the converted pack, but its clean-up is not finished: run addpack convert on it"
        ),
        Standing::Changed => format!("{place} does not hold the converted pack"),
        Standing::Elsewhere => format!("the converted diskette is not in {place} now"),
        Standing::Gone => format!("{place} is gone"),
        Standing::Released => format!("{place} was released"),
        Standing::TwoConverted(other) => format!(
            "two-converted: {place} holds this pack, was released, and the pack was converted once more, \
             into {}; the two count as one pack",
            shown(other)
        ),
        Standing::Begun => {
            format!("the conversion of {place} was begun and is not known to be complete")
        }
    }
}

/// What the other copy of a pack is.
pub(crate) fn copy_message(copy: &CopyOf) -> String {
    let when = format!(" on {}", day_of(copy.converted_at));
    let is_diskette = is_in_drive(&copy.path);
    let from = named(&copy.path);
    let from = if is_diskette { format!("a diskette in {from}") } else { from };
    let (on, converted_in) = if is_diskette { ("on", "on") } else { ("in", "in place in") };
    match (copy.state, &copy.target) {
        (CopyState::Converted, None) => {
            format!("a copy of a pack that was converted{when}, {converted_in} {from}")
        }
        (CopyState::Converted, Some(target)) => {
            format!("a copy of a pack that was converted{when}, from {from} into {}", named(target))
        }
        (CopyState::Begun, _) => format!(
            "a copy of a pack whose conversion was begun{when} {on} {from}, and is not known to be \
             complete"
        ),
    }
}

/// What holds a pack: its image, or a diskette, which a drive's name does not tell from others.
fn holder(path: &Path, serial: &str) -> String {
    if is_in_drive(path) { format!("the diskette whose label says {serial}") } else { named(path) }
}

/// What to do with a copy.
pub(crate) fn copy_next_step(copy: &CopyOf, serial: &str, path: &Path) -> String {
    let place = copy.target.as_deref().unwrap_or(&copy.path);
    let is_this = std::path::absolute(path).is_ok_and(|path| path == place) && !is_in_drive(place);
    let (place, from) = (holder(place, serial), holder(&copy.path, serial));
    match copy.state {
        CopyState::Converted if is_this => format!(
            "this file used to hold the converted pack. Bring that back; if it is gone for good: \
             addpack ledger release {serial}"
        ),
        CopyState::Converted => format!(
            "use the converted one, {place}; if that is gone for good: addpack ledger release \
             {serial}"
        ),
        CopyState::Begun if is_this => format!(
            "this is not the file whose conversion was begun here. Bring that back and run addpack \
             convert on it; if it is gone for good, or this is that file: addpack ledger release \
             {serial}"
        ),
        CopyState::Begun => format!(
            "run addpack convert on {from}, which settles it; only if that is gone for good, or \
             this is that file, moved: addpack ledger release {serial}"
        ),
    }
}
