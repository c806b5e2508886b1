//! The set's decisions, in the admin's words.

use super::value::day;
use crate::cli::show::terminal::named;
use addpack::diagnosis::{FindingCode, SetConflict};
use addpack::record::{EVENT_SLOTS, Record};
use addpack::report::ImageThatCounts;
use addpack::set::Relation;
use std::path::Path;

/// How many images are named one by one; the others are only counted.
const IMAGES_SHOWN: usize = 3;

/// The images that contradict each other, as a list in a sentence.
fn list(conflict: &SetConflict) -> String {
    let first: Vec<_> = conflict.images.iter().take(IMAGES_SHOWN).map(|path| named(path)).collect();
    match conflict.count {
        0..=IMAGES_SHOWN => first.join(" and "),
        count => format!("{} and {} more", first.join(", "), count - IMAGES_SHOWN),
    }
}

/// Why a sound record is refused.
pub(super) fn conflict_message(conflict: &SetConflict) -> String {
    let images = list(conflict);
    match conflict.code {
        FindingCode::NewerStateRefused => format!(
            "{images} is a later state of this pack with another binding, and is refused: converting \
             this one would bring back the old binding"
        ),
        FindingCode::DivergedCopies => {
            let shared = match &conflict.last_shared {
                None => "they share no event".to_owned(),
                Some(event) => format!(
                    "the last event that they share is number {}, of {}",
                    conflict.shared,
                    day(event.at).trim_start()
                ),
            };
            format!("this pack was used separately in {images}: {shared}")
        }
        FindingCode::SerialClash => {
            format!("different packs have this serial: {images}")
        }
        _ => format!("this pack was converted twice, into {images}"),
    }
}

/// What to do about it.
pub(super) fn conflict_next_step(conflict: &SetConflict) -> String {
    let images = list(conflict);
    match conflict.code {
        FindingCode::NewerStateRefused => format!(
            "see what addpack inspect says of {images} and follow that; if that image is not of this \
             pack's diskette, take it out of the set"
        ),
        FindingCode::DivergedCopies => {
            "find the diskette that the server was given last, and convert an image of it alone; take \
             the others out of the set"
                .to_owned()
        }
        FindingCode::SerialClash => {
            "keep them all, and ask whoever supplied them: only one of the packs can be genuine".to_owned()
        }
        _ => "keep the one that a server was given, and put the other one away for good: the two \
              count as one pack"
            .to_owned(),
    }
}

/// Why an image is a copy.
pub(super) fn copy_verdict(counts: Option<&ImageThatCounts>) -> String {
    let Some(counts) = counts else { return "another image of this pack counts".to_owned() };
    let path = named(&counts.path);
    match counts.relation {
        Relation::Same => format!("the same as {path}, which counts"),
        Relation::Earlier => format!("an earlier state of {path}, which counts"),
    }
}

/// That a sound image stands in for a refused one.
pub(super) fn stand_in_message(sound: &Path) -> String {
    format!("a sound image of this pack: {}; do not use this diskette", named(sound))
}

/// That a copy is gone.
pub(super) fn copy_missing_message(copy: &Path) -> String {
    format!(
        "it was converted into {}, which is not there: name its new place too, or convert again, which \
         makes the same copy again",
        named(copy)
    )
}

/// How far a pack's history goes: what distinguishes a late image of it from an early one.
pub(crate) fn last_event(record: &Record) -> String {
    let count = usize::from(record.event_count).min(EVENT_SLOTS);
    match count.checked_sub(1).map(|last| record.event(last)) {
        None => "no events".to_owned(),
        Some(last) => {
            let events = if count == 1 { "event" } else { "events" };
            format!("{count} {events}, the last on {}", day(last.at).trim_start())
        }
    }
}
