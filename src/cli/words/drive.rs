//! Diskettes in the admin's words: what is asked of the one who holds them, and their labels.

use super::serial;
use super::set::last_event;
use super::value::server;
use crate::cli::show::terminal::{escape, named};
use addpack::record::Record;
use addpack::report::Report;
use std::path::{Path, PathBuf};

/// The pack on a diskette, before it is converted.
pub(crate) fn diskette(report: &Report, record: &Record) -> String {
    let of = if record.is_bound() {
        format!("server {}, from {} to {}", server(&record.server), record.from, record.to)
    } else {
        "no server: never applied".to_owned()
    };
    let path = named(&report.path);
    let serial = serial(record);
    format!("{path}: serial {serial}, {} licenses, {of}; {}", record.licenses, last_event(record))
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

/// Asks for the next diskette of a queue.
pub(crate) fn ask_for_next(number: usize, drive: &Path) -> String {
    let drive = named(drive);
    format!("Diskette {number}: put it into {drive} and press Enter; q ends: ")
}

/// Asks for any of the diskettes of a set that are left, by their serials.
pub(crate) fn ask_for_one_of(serials: &[&str], drive: &Path) -> String {
    let drive = named(drive);
    let list = serials.join("\n  ");
    let (count, which) = match serials.len() {
        1 => ("1 diskette is left to convert".to_owned(), "it"),
        many => (format!("{many} diskettes are left to convert"), "any of them"),
    };
    format!("{count}:\n  {list}\nPut {which} into {drive} and press Enter; q ends: ")
}

/// Why a diskette was left alone.
pub(crate) enum Left {
    /// The user said no.
    Declined,
    /// The user stopped addpack while it asked.
    Stopped,
    /// It is not one of those that are to be converted by the images in this folder; its serial, if it has one.
    NotOfSet(PathBuf, Option<String>),
    /// Its record is another one than that of the image in this folder.
    AnotherState(PathBuf),
    /// It was converted before.
    Done,
}

/// Why a diskette of a queue was left alone, in words.
pub(crate) fn left_alone(left: &Left) -> String {
    match left {
        Left::Declined => "left as it was: you said no".to_owned(),
        Left::Stopped => "left as it was: you stopped addpack".to_owned(),
        Left::NotOfSet(folder, serial) => {
            let which = serial.as_deref().unwrap_or("this diskette");
            format!("left as it was: {which} is not one of those to convert in {}", named(folder))
        }
        Left::AnotherState(folder) => format!(
            "left as it was: its record has changed since its image in {} was made; inspect it again",
            named(folder)
        ),
        Left::Done => "converted before: nothing to do".to_owned(),
    }
}

/// That a diskette has been in this queue before.
pub(crate) fn seen_before(number: usize) -> String {
    format!("this is diskette {number} of this queue again: nothing to do")
}

/// That an earlier queue with the same folder has seen a diskette.
pub(crate) fn seen_in_an_earlier_queue(number: usize, image: Option<&Path>) -> String {
    let image = image.map_or_else(String::new, |image| format!("; its image is {}", named(image)));
    format!("this is diskette {number} of an earlier queue{image}")
}

/// What to write on the label of a diskette with a sound pack.
pub(crate) fn label(record: &Record) -> [String; 3] {
    let version = record.version.as_str();
    let (licenses, order) = if record.is_bound() {
        (
            format!("from {} to {}, {}", record.from, record.to, server(&record.server)),
            format!("apply when the server has {} licenses", record.from),
        )
    } else {
        (
            format!("adds {} licenses, not used yet", record.licenses),
            "apply after all packs that were used before".to_owned(),
        )
    };
    [format!("{} ({version})", serial(record)), licenses, order]
}

/// What to write on the label of a diskette whose pack was converted into a copy.
pub(crate) fn label_of_source(record: &Record, copy: &Path) -> [String; 2] {
    [format!("DO NOT USE {}", serial(record)), format!("converted into {}", named(copy))]
}
