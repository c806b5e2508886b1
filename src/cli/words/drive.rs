//! Diskettes in the admin's words: what is asked of the one who holds them, and their labels.

use super::failure::read_again;
use super::serial;
use super::set::last_event;
use super::value::{list, number, plural, server, server_name};
use crate::cli::show::terminal::{escape, named};
use addpack::record::Record;
use addpack::report::Report;
use std::path::{Path, PathBuf};

/// The pack in a drive, before it is converted.
pub(crate) fn diskette(report: &Report, record: &Record) -> String {
    format!("{}: {}", named(&report.path), pack_line(record))
}

/// A pack in few words: what is said of a diskette that was read in a queue.
pub(crate) fn pack_in_short(record: &Record) -> String {
    let serial = serial(record);
    if !record.is_bound() {
        return format!("{serial}, {} licenses, not used yet", record.licenses);
    }
    let (from, to, server) = (record.from, record.to, server_name(&record.server));
    format!("{serial}, from {from} to {to} on {server}; {}", last_event(record))
}

/// A pack in one sentence.
pub(crate) fn pack_line(record: &Record) -> String {
    let of = if record.is_bound() {
        format!("server {}, from {} to {}", server(&record.server), record.from, record.to)
    } else {
        "no server: never applied".to_owned()
    };
    let serial = serial(record);
    format!("serial {serial}, {} licenses, {of}; {}", record.licenses, last_event(record))
}

/// Asks for the diskette whose conversion was interrupted.
pub(crate) fn ask_for_the_same(report: &Report, serial: &str, why: &str) -> String {
    format!(
        "{path}: {why}.\nThe conversion of serial {serial} had begun. Put that diskette back into \
         {path} and press Enter, and it goes on; q gives up: ",
        path = named(&report.path),
        serial = escape(serial),
    )
}

/// That another diskette was put in than the one that was asked for.
pub(crate) fn another_diskette(found: &Record) -> String {
    format!("this is another diskette, serial {}; it is left alone", serial(found))
}

/// What makes a diskette easy to find later, before the first one of a queue.
pub(crate) const WRITE_NUMBERS: &str = "Write on the label of each diskette the number that it gets here: it is asked \
                                        for by that number later.";

/// Asks for the next diskette of a queue.
pub(crate) fn ask_for_next(number: usize, drive: &Path) -> String {
    let drive = named(drive);
    format!("Diskette {number}: put it into {drive} and press Enter; q ends: ")
}

/// Asks for any of the diskettes of a set that are left, by their numbers and serials.
pub(crate) fn ask_for_one_of<'a>(
    left: impl IntoIterator<Item = (usize, &'a str)>,
    drive: &Path,
) -> String {
    let rows = left.into_iter().map(|(number, serial)| format!("  {number:>3}  {serial}\n"));
    let rows: Vec<_> = rows.collect();
    let (count, which) = match rows.len() {
        1 => ("1 diskette is left to convert".to_owned(), "it"),
        many => (format!("{many} diskettes are left to convert"), "any of them"),
    };
    let (rows, drive) = (rows.concat(), named(drive));
    format!("{count}:\n{rows}Put {which} into {drive} and press Enter; q ends: ")
}

/// Why a diskette was left alone.
pub(crate) enum Left {
    /// The user said no.
    Declined,
    /// The user stopped addpack while it asked.
    Stopped,
    /// The folder of the plan has no image of it.
    NotOfSet(PathBuf),
    /// Its image is in the folder of the plan, but it is not one to convert.
    NotToConvert,
    /// Its record is another one than that of the image in this folder; a later one, if its events are known to have
    /// become more.
    AnotherState(PathBuf, Option<EventsSince>),
    /// It reads otherwise than when it was looked at first.
    ReadsOtherwise,
    /// It was converted before.
    Done,
}

/// Why a diskette of a queue was left alone, in words.
pub(crate) fn left_alone(left: &Left) -> String {
    match left {
        Left::Declined => "left as it was: you said no".to_owned(),
        Left::Stopped => "left as it was: you stopped addpack".to_owned(),
        Left::NotOfSet(folder) => {
            format!("left as it was: {} has no image of it", named(folder))
        }
        Left::NotToConvert => "left as it was: it is not one to convert".to_owned(),
        Left::AnotherState(folder, since) => format!(
            "left as it was: its record has changed since its image in {folder} was kept{}; look at it again with \
             inspect --queue --keep {folder}",
            since.as_ref().map_or_else(String::new, |since| format!(" ({})", since.in_words())),
            folder = named(folder)
        ),
        Left::ReadsOtherwise => "left as it was: it reads differently now than when it was looked at first. Leave it in \
                                 the drive and press Enter to go on with it"
            .to_owned(),
        Left::Done => "converted before: nothing to do".to_owned(),
    }
}

/// That a diskette has been in this queue before.
pub(crate) fn seen_before(number: usize) -> String {
    format!("this is diskette {number} of this queue again: nothing to do")
}

/// What to do about the diskettes with these numbers, of which nothing could be read.
pub(crate) fn next_for_unreadable(numbers: &[usize]) -> String {
    format!("{}. {}", read_again(), type_number(numbers))
}

/// How a diskette of which nothing could be read keeps its number.
fn type_number(numbers: &[usize]) -> String {
    match numbers {
        [one] => format!("When you put it in again, type {one} before you press Enter"),
        _ => "When you put one of them in again, type its number before you press Enter".to_owned(),
    }
}

/// Numbers that are named one by one; the others are only counted.
const NUMBERS_NAMED: usize = 10;

/// Diskettes by their numbers.
fn numbered(numbers: &[usize]) -> String {
    let mut names: Vec<_> = numbers.iter().take(NUMBERS_NAMED).map(ToString::to_string).collect();
    if numbers.len() > NUMBERS_NAMED {
        names.push(format!("{} more", number((numbers.len() - NUMBERS_NAMED) as u64)));
    }
    let word = if numbers.len() == 1 { "diskette" } else { "diskettes" };
    format!("{word} {}", list(&names))
}

/// That nothing could be read of diskettes in earlier queues.
pub(crate) fn unreadable_earlier(numbers: &[usize]) -> String {
    let diskettes = numbered(numbers);
    format!("{diskettes} could not be read in an earlier queue. {}", type_number(numbers))
}

/// That the images in a folder do not show all diskettes of its queue, and the command that reads the others again.
pub(crate) fn unreadable_in(folder: &Path, numbers: &[usize], command: Option<&str>) -> String {
    let they_have = if numbers.len() == 1 { "it has" } else { "they have" };
    let again = command.map_or_else(String::new, |command| format!("; to read again: {command}"));
    format!(
        "{}: nothing could be read of {}, so {they_have} no image here{again}",
        named(folder),
        numbered(numbers)
    )
}

/// That a number was typed which no diskette has.
pub(crate) fn no_such_number(number: usize) -> String {
    format!("no diskette has the number {number} yet: press Enter alone for a new one")
}

/// The events of a pack when its image was kept, and when its diskette was read later.
pub(crate) struct EventsSince {
    pub(crate) then: usize,
    pub(crate) now: usize,
}

impl EventsSince {
    fn in_words(&self) -> String {
        if self.then == self.now {
            return "as many events as then, and other bytes".to_owned();
        }
        let events = plural(self.then as u64, "event", "events");
        format!("{events} then, {} now: a server has written to it", self.now)
    }
}

/// What has changed on a diskette since its image was kept.
pub(crate) fn changed_since(since: &EventsSince) -> String {
    format!("its record has changed since that image was kept: {}", since.in_words())
}

/// That an earlier queue with the same folder has seen a diskette.
pub(crate) fn seen_in_an_earlier_queue(number: usize, image: Option<&Path>) -> String {
    let image = image.map_or_else(String::new, |image| format!("; its image is {}", named(image)));
    format!("this is diskette {number} of an earlier queue{image}")
}

/// That sectors of a diskette are missing in its image.
pub(crate) fn lost_in_image(number: usize, lost: usize, image: &Path) -> String {
    let sectors = plural(lost as u64, "sector", "sectors");
    format!(
        "diskette {number}: {sectors} could not be read; {} says which, beside its image",
        named(&image.with_extension("map"))
    )
}

/// How many diskettes a new queue would go on with.
pub(crate) fn left_to_convert(count: usize, is_dry_run: bool) -> String {
    let are_left = if count == 1 { "1 is left" } else { &format!("{count} are left") };
    if is_dry_run {
        format!("{are_left} to convert: without --dry-run")
    } else {
        format!("{are_left} to convert: run the same command to go on")
    }
}

/// What to write on the label of a diskette with a sound pack.
pub(crate) fn label(record: &Record) -> [String; 2] {
    let licenses = if record.is_bound() {
        format!("from {} to {}, {}", record.from, record.to, server(&record.server))
    } else {
        format!("adds {} licenses, not used yet", record.licenses)
    };
    [format!("{} ({})", serial(record), record.version.as_str()), licenses]
}

/// What to write on the label of a diskette whose pack was converted into a copy.
pub(crate) fn label_of_source(record: &Record, copy: &Path) -> [String; 2] {
    [format!("DO NOT USE {}", serial(record)), format!("converted into {}", named(copy))]
}
