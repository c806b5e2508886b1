//! Notes in the admin's words.

use super::finding::fault_message;
use super::set;
use super::value::number;
use crate::cli::show::terminal::escape;
use addpack::disk::{Flaw, FlawKind};
use addpack::fat12::Anomaly;
use addpack::report::Note;

/// The codes of all notes.
#[cfg(test)]
pub(crate) const NOTE_CODES: [&str; 15] = [
    "clock-ran-backwards",
    "time-past-9999",
    "second-fat",
    "no-bpb",
    "media-byte",
    "fats-differ",
    "cut-short",
    "sound-image",
    "copy-missing",
    "left-out",
    "interrupted",
    "flawed-sectors",
    "no-surface",
    "bytes-behind",
    "converted-since",
];

/// How many flawed sectors are named one by one; the others are only counted.
const FLAWS_SHOWN: usize = 8;

/// The flawed sectors that no finding names, by what is wrong with them.
fn flaws_message(flaws: &[Flaw]) -> String {
    let mut parts = Vec::new();
    for (kind, what) in [
        (FlawKind::Weak, "readable only after retries"),
        (FlawKind::Unreadable, "cannot be read"),
        (FlawKind::NotRescued, "not read by the rescue, as its mapfile says"),
        (FlawKind::MarkedBad, "bad in the dump"),
        (FlawKind::Missing, "missing in the dump"),
        (FlawKind::Filled, "not read by the program that made the image, which has filled it"),
    ] {
        let of_kind: Vec<_> = flaws.iter().filter(|flaw| flaw.kind == kind).collect();
        let numbers: Vec<_> =
            of_kind.iter().take(FLAWS_SHOWN).map(|flaw| flaw.sector.to_string()).collect();
        match of_kind.len() {
            0 => {}
            1 => parts.push(format!("sector {}: {what}", numbers[0])),
            2..=FLAWS_SHOWN => parts.push(format!("sectors {}: {what}", numbers.join(", "))),
            many => parts.push(format!("{many} sectors from {} on: {what}", numbers[0])),
        }
    }
    parts.join("; ")
}

/// A note, as a code and a sentence.
pub(crate) fn note(note: &Note) -> (&'static str, String) {
    match note {
        Note::ClockRanBackwards => (
            "clock-ran-backwards",
            "an event is dated earlier than the one before it: a server's clock was wrong".to_owned(),
        ),
        Note::TimePast9999 => (
            "time-past-9999",
            "a time in the record lies past the year 9999, for which RFC 3339 has no form".to_owned(),
        ),
        Note::SecondFat(Some(fault)) => (
            "second-fat",
            format!(
                "the record was found by the second copy of the FAT: in the first, {}",
                fault_message(fault)
            ),
        ),
        Note::SecondFat(None) => (
            "second-fat",
            "the record was found by the second copy of the FAT: the first leads to a record whose \
             seals do not verify"
                .to_owned(),
        ),
        Note::StandIn(sound) => ("sound-image", set::stand_in_message(sound)),
        Note::CopyMissing(copy) => ("copy-missing", set::copy_missing_message(copy)),
        Note::LeftOut => (
            "left-out",
            "it is not on the list of images that are to be converted".to_owned(),
        ),
        Note::Begun(serial) => (
            "interrupted",
            format!(
                "the conversion of serial {} was interrupted here; addpack convert repairs it",
                escape(serial)
            ),
        ),
        Note::Volume(anomaly) => anomaly_note(*anomaly),
        Note::NoSurface => (
            "no-surface",
            "there is no map: the image does not have the size of a standard diskette".to_owned(),
        ),
        Note::BytesBehind => (
            "bytes-behind",
            "other bytes follow the container and are not part of it: -o is needed to convert it"
                .to_owned(),
        ),
        Note::Flaws(flaws) => ("flawed-sectors", flaws_message(flaws)),
        Note::ConvertedSince(number) => {
            let diskette =
                number.map_or_else(|| "its diskette".to_owned(), |number| format!("diskette {number}"));
            let since = "was converted in a drive since this image was made; what is reported is the diskette";
            ("converted-since", format!("{diskette} {since}"))
        }
    }
}

/// What is unusual about a volume.
fn anomaly_note(anomaly: Anomaly) -> (&'static str, String) {
    match anomaly {
        Anomaly::NoBpb => (
            "no-bpb",
            "the boot sector does not describe the diskette; the geometry was taken from the first \
             byte of the FAT"
                .to_owned(),
        ),
        Anomaly::MediaByte { boot, fat } => (
            "media-byte",
            format!("the boot sector names media byte {boot:#04x}, the FAT {fat:#04x}"),
        ),
        Anomaly::FatsDiffer => ("fats-differ", "the two copies of the FAT differ".to_owned()),
        Anomaly::CutShort { image, volume } => (
            "cut-short",
            format!(
                "the image has {} bytes, its volume {}: it was cut short",
                number(image),
                number(volume)
            ),
        ),
    }
}
