//! The record: what `ADDPACK.DAT` holds, in its two versions (FORMAT.md).
//!
//! A record is 2,048 bytes: a header of one sector, and 24 slots of 64 bytes for events. Parsing
//! only takes the bytes apart; whether they are sound is [`crate::diagnosis`]'s to say.
#![doc = ""]
#![doc = include_str!("FORMAT.md")]

pub mod event;
pub mod fields;
mod layout;
pub mod seal;
mod unknown;
pub mod v40;
pub mod v45;

pub(crate) use layout::Layout;
pub use unknown::has_unknown_layout;

use crate::disk::{SECTOR_LEN, trimmed};
use binrw::BinRead;
use event::{EVENT_LEN, Event};
use fields::{FileTime, Seal, Serial, Server};
use std::io::Cursor;
use std::mem::size_of;

/// Bytes in a record.
pub const RECORD_LEN: usize = 2048;
/// Bytes in the header of either version.
pub const HEADER_LEN: usize = SECTOR_LEN;
/// Sectors in a record.
pub const RECORD_SECTORS: usize = RECORD_LEN / SECTOR_LEN;
/// Slots for events in a record.
pub const EVENT_SLOTS: usize = (RECORD_LEN - HEADER_LEN) / EVENT_LEN;

const _: () = assert!(EVENT_SLOTS == 24 && size_of::<[Event; EVENT_SLOTS]>() == 1536);

/// The licenses that a pack may add (FORMAT.md, "Version 4.0").
pub const PACK_SIZES: [u16; 2] = [5, 20];

/// Status bit 0: the pack is bound to a server.
pub const STATUS_BOUND: u16 = 1;
/// Status bit 1, 4.0 only: a server has marked the pack as defective.
pub const STATUS_DEFECTIVE: u16 = 2;

/// The bytes of a whole record.
pub type RecordBytes = [u8; RECORD_LEN];

/// The record that was [trimmed]; `None` if these bytes are more than one.
pub(crate) fn whole(trimmed: &[u8]) -> Option<RecordBytes> {
    let mut record = [0; RECORD_LEN];
    record.get_mut(..trimmed.len())?.copy_from_slice(trimmed);
    Some(record)
}

/// The version of a record, which its magic shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
pub enum Version {
    /// `SBSCAP40`.
    #[strum(to_string = "4.0")]
    V40,
    /// `SBSCAP45`.
    #[strum(to_string = "4.5")]
    V45,
}

impl Version {
    /// The version as it is written in reports.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// What only a 4.5 record keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// 0 issued as 4.5, 1 converted from 4.0.
    pub origin: u16,
    /// When it was converted; 0 where issued as 4.5.
    pub converted_at: FileTime,
    /// SHA-1 of the whole 4.0 record that it was; zero where issued as 4.5.
    pub source_digest: Seal,
}

/// The server that a pack is bound to, and the step that it restores there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Licenses before the step.
    pub from: u16,
    /// Licenses after it.
    pub to: u16,
    /// The server.
    pub server: Server,
}

/// A parsed record of either version; only one of 4.5 has an origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    bytes: Box<RecordBytes>,
    /// SHA-1 of the bytes, kept because every report and decision needs it.
    digest: Seal,
    /// Which of the two versions.
    pub version: Version,
    /// 1 in the layout that FORMAT.md defines.
    pub layout: u16,
    /// 2048, in bytes.
    pub record_length: u16,
    /// The pack's serial.
    pub serial: Serial,
    /// Licenses that the pack adds: 5 or 20.
    pub licenses: u16,
    /// When the pack was made.
    pub made_at: FileTime,
    /// Where a 4.5 record comes from; `None` in a 4.0 record.
    pub origin: Option<Origin>,
    /// SHA-1 of all before it.
    pub identity_seal: Seal,
    /// Events counted: 0 to 24 where sound.
    pub event_count: u16,
    /// [`STATUS_BOUND`] and [`STATUS_DEFECTIVE`].
    pub status: u16,
    /// Licenses before the first apply; 0 while unbound.
    pub from: u16,
    /// Licenses after it; 0 while unbound.
    pub to: u16,
    /// The server that the pack is bound to.
    pub server: Server,
    /// SHA-1 of the header before it, then of the seal of the last counted event, if any.
    pub header_seal: Seal,
    /// The slots up to the last one that is in use, counted or not: at least as many as are counted.
    pub events: Vec<Event>,
}

/// Why bytes are not a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// Not [`RECORD_LEN`] bytes.
    #[error("not {RECORD_LEN} bytes")]
    Length,
    /// A magic that is neither of the two.
    #[error("unknown magic {0:?}")]
    Magic([u8; 8]),
}

/// Offset of the event in `slot`, in bytes from the start of the record.
pub const fn event_at(slot: usize) -> usize {
    HEADER_LEN + slot * EVENT_LEN
}

#[derive(BinRead)]
#[br(little)]
enum Header {
    V40(v40::Header40),
    V45(v45::Header45),
}

impl Header {
    fn event_count(&self) -> u16 {
        match self {
            Self::V40(header) => header.event_count,
            Self::V45(header) => header.event_count,
        }
    }
}

impl Record {
    /// Parses a record.
    ///
    /// # Errors
    /// If `bytes` is not as long as a record, or begins with neither magic.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        let bytes: &RecordBytes = bytes.try_into().map_err(|_| ParseError::Length)?;
        Self::read(bytes).map_err(|_| {
            // With the right length, only the magic can be an error.
            let mut magic = [0; 8];
            magic.copy_from_slice(&bytes[..8]);
            ParseError::Magic(magic)
        })
    }

    fn read(bytes: &RecordBytes) -> binrw::BinResult<Self> {
        let mut cursor = Cursor::new(&bytes[..]);
        let header = Header::read(&mut cursor)?;
        let (slots, _) = bytes[HEADER_LEN..].as_chunks::<EVENT_LEN>();
        let used = trimmed(&bytes[HEADER_LEN..]).len().div_ceil(EVENT_LEN);
        let counted = Some(usize::from(header.event_count())).filter(|count| *count <= EVENT_SLOTS);
        let slots = slots.iter().take(used.max(counted.unwrap_or(0)));
        let events = slots.map(|slot| Event::read(&mut Cursor::new(slot)));
        let events = events.collect::<Result<_, _>>()?;
        Ok(match header {
            Header::V40(header) => header.into_record(bytes, None, events),
            Header::V45(header) => {
                let origin = Origin {
                    origin: header.origin,
                    converted_at: header.converted_at,
                    source_digest: header.source_digest,
                };
                header.into_record(bytes, Some(origin), events)
            }
        })
    }

    /// The record's bytes, as they were parsed.
    pub fn bytes(&self) -> &RecordBytes {
        &self.bytes
    }

    /// SHA-1 of the whole record.
    pub fn digest(&self) -> Seal {
        self.digest
    }

    /// Whether the seal over the pack's identity verifies.
    pub fn identity_verifies(&self) -> bool {
        self.identity_seal == seal::sha1(&[&self.bytes[..self.layout().identity_seal]])
    }

    /// The event in a slot, used or not.
    pub fn event(&self, slot: usize) -> &Event {
        self.events.get(slot).unwrap_or(&Event::NONE)
    }

    /// The bytes of one event's slot.
    pub(crate) fn slot(&self, slot: usize) -> &[u8] {
        &self.bytes[event_at(slot)..event_at(slot + 1)]
    }

    /// Whether the pack is bound to a server.
    pub fn is_bound(&self) -> bool {
        self.status & STATUS_BOUND != 0
    }

    /// What the pack is bound to.
    pub fn binding(&self) -> Option<Binding> {
        let Self { from, to, server, .. } = *self;
        self.is_bound().then_some(Binding { from, to, server })
    }

    pub(crate) fn layout(&self) -> &'static Layout {
        match self.version {
            Version::V40 => &v40::Header40::LAYOUT,
            Version::V45 => &v45::Header45::LAYOUT,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_another_length_or_magic_are_no_record() {
        assert_eq!(Record::parse(&[]), Err(ParseError::Length));
        assert_eq!(Record::parse(&[0; RECORD_LEN + 1]), Err(ParseError::Length));
        assert_eq!(Record::parse(&[0xF6; RECORD_LEN]), Err(ParseError::Magic([0xF6; 8])));
    }

    #[test]
    fn trimmed_record_is_whole_again() {
        let mut record = [0; RECORD_LEN];
        for last in [0, 1000, 2047] {
            record[last] = 1;
            assert_eq!(whole(trimmed(&record)), Some(record));
        }
        assert_eq!(whole(&[]), Some([0; RECORD_LEN]));
        assert_eq!(whole(&[0; RECORD_LEN + 1]), None);
    }

    #[test]
    fn what_is_built_parses_back() {
        let mut bytes = [0; RECORD_LEN];
        bytes[..8].copy_from_slice(&v45::MAGIC);
        bytes[0x24] = 5;
        bytes[event_at(23)] = 2;
        let record = Record::parse(&bytes).expect("a 4.5 magic");
        assert_eq!((record.version, record.licenses), (Version::V45, 5));
        assert_eq!(record.event(23).known_kind(), Some(event::EventKind::Reapply));
    }
}
