//! The diskettes of a queue: what each of them is, and what to do with the set that they make.

mod diskette;
mod end;

pub(crate) use diskette::{Diskette, events_since, number_of, seen_earlier, summary};
pub(crate) use end::{SetReport, UNREADABLE_SHOWN};
