//! Dumps of diskettes, sector by sector: their sectors in the order of a raw image.

use super::ContainerError;
use crate::disk::SECTOR_LEN;
use crate::disk::{Flaw, FlawKind};
use std::collections::BTreeMap;

/// Cylinders that a drive can reach.
const MAX_CYLINDERS: u8 = 86;
/// Sides of a diskette.
const MAX_HEADS: u8 = 2;
/// The highest number of a sector that has a place in a raw image.
const MAX_NUMBER: u8 = 63;
/// Sectors of the largest diskette, if it used all cylinders that a drive can reach.
const MAX_SECTORS: usize = MAX_CYLINDERS as usize * MAX_HEADS as usize * 48;
/// The byte for sectors that the dump does not contain: that of a newly formatted diskette.
const FILLER: u8 = 0xF6;

/// A diskette, read from a dump.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dump {
    /// Its sectors of 512 bytes, by cylinder, head and number. A lost sector is there, too; where nothing is
    /// known of its content, it is F6.
    pub bytes: Vec<u8>,
    /// The sectors that are lost, in order.
    pub flaws: Vec<Flaw>,
    /// How many sectors of the dump have no place in a raw image: of another size, or with a number
    /// that the other tracks do not have.
    pub strays: u32,
}

/// A sector's position and size, as its ID field says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SectorId {
    pub(super) cylinder: u8,
    pub(super) head: u8,
    /// Counted from 1.
    pub(super) number: u8,
    /// The sector has 128 × 2^size bytes.
    pub(super) size: u8,
}

/// What a dump contains of a sector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SectorContent<'a> {
    /// All of it.
    Sound(&'a [u8]),
    /// Bytes that are marked as bad, or whose checksum is wrong.
    Bad(&'a [u8]),
    /// Nothing.
    None,
}

#[derive(Clone, Copy, Debug)]
struct DumpSector {
    bytes: [u8; SECTOR_LEN],
    /// What is wrong with it, if anything is.
    flaw: Option<FlawKind>,
}

/// The sectors of a dump, while it is read.
#[derive(Debug, Default)]
pub(super) struct Tracks {
    /// By cylinder, head and number.
    sectors: BTreeMap<(u8, u8, u8), DumpSector>,
    /// By cylinder and head: tracks with sectors of another size, and one such size in bytes.
    others: BTreeMap<(u8, u8), usize>,
    strays: u32,
}

impl SectorId {
    /// Bytes in the sector; `None` if there is no such size.
    pub(super) fn len(self) -> Option<usize> {
        (self.size < 8).then(|| 128 << self.size)
    }
}

impl Tracks {
    /// Adds a sector that was found on side `head`. One whose ID field names the other side has no place in
    /// a raw image: a PC would not find it.
    pub(super) fn add(&mut self, head: u8, id: SectorId, content: SectorContent<'_>) {
        let has_place = id.head == head
            && head < MAX_HEADS
            && id.cylinder < MAX_CYLINDERS
            && (1..=MAX_NUMBER).contains(&id.number);
        if has_place && id.len() == Some(SECTOR_LEN) {
            self.put((id.cylinder, id.head, id.number), &DumpSector::new(content));
        } else {
            self.strays = self.strays.saturating_add(1);
            if let Some(length) = id.len().filter(|_| has_place) {
                self.others.insert((id.cylinder, id.head), length);
            }
        }
    }

    /// A dump may contain a sector twice. The sound one counts; if two sound ones differ, neither does.
    fn put(&mut self, place: (u8, u8, u8), sector: &DumpSector) {
        let first = self.sectors.entry(place).or_insert(*sector);
        match (first.flaw, sector.flaw) {
            (None, None) if first.bytes != sector.bytes => {
                first.flaw = Some(FlawKind::Unreadable);
            }
            (Some(FlawKind::Missing), _) | (Some(FlawKind::MarkedBad), None) => *first = *sector,
            _ => {}
        }
    }

    /// The raw image that the sectors make up.
    pub(super) fn into_dump(self) -> Result<Dump, ContainerError> {
        self.check_sizes()?;
        let highest = |part: fn(&(u8, u8, u8)) -> u8| self.sectors.keys().map(part).max();
        let Some((cylinder, head)) = highest(|place| place.0).zip(highest(|place| place.1)) else {
            return Err(ContainerError::NoSectors);
        };
        let (heads, numbers) = (usize::from(head) + 1, usize::from(self.usual_numbers()));
        let count = (usize::from(cylinder) + 1) * heads * numbers;
        if count > MAX_SECTORS {
            return Err(ContainerError::TooLarge);
        }
        let mut strays = self.strays;
        let mut bytes = vec![FILLER; count * SECTOR_LEN];
        let mut flaws: Vec<_> = (0..count).map(|_| Some(FlawKind::Missing)).collect();
        for ((cylinder, head, number), sector) in self.sectors {
            if usize::from(number) > numbers {
                strays = strays.saturating_add(1);
                continue;
            }
            let track = usize::from(cylinder) * heads + usize::from(head);
            let index = track * numbers + usize::from(number) - 1;
            bytes[index * SECTOR_LEN..][..SECTOR_LEN].copy_from_slice(&sector.bytes);
            flaws[index] = sector.flaw;
        }
        let flaw = |(sector, kind): (u32, Option<_>)| Some(Flaw { sector, kind: kind? });
        Ok(Dump { bytes, flaws: (0..).zip(flaws).filter_map(flaw).collect(), strays })
    }

    /// A track with sectors of other sizes only is an error: it would be missing from the image unnoticed.
    fn check_sizes(&self) -> Result<(), ContainerError> {
        for (&(cylinder, head), &bytes) in &self.others {
            let track = (cylinder, head, 0)..=(cylinder, head, u8::MAX);
            if self.sectors.range(track).next().is_none() {
                return Err(ContainerError::SectorSize { cylinder, head, bytes });
            }
        }
        Ok(())
    }

    /// Sectors on a track: the most frequent highest number of a track.
    fn usual_numbers(&self) -> u8 {
        let mut highest: BTreeMap<(u8, u8), u8> = BTreeMap::new();
        for &(cylinder, head, number) in self.sectors.keys() {
            highest.insert((cylinder, head), number);
        }
        let mut tracks = [0_u8; MAX_NUMBER as usize + 1];
        for number in highest.into_values() {
            tracks[usize::from(number)] += 1;
        }
        let usual = (1..=MAX_NUMBER).max_by_key(|&number| tracks[usize::from(number)]);
        usual.unwrap_or(MAX_NUMBER)
    }
}

impl DumpSector {
    fn new(content: SectorContent<'_>) -> Self {
        let (held, flaw): (&[u8], _) = match content {
            SectorContent::Sound(held) if held.len() == SECTOR_LEN => (held, None),
            SectorContent::Sound(held) | SectorContent::Bad(held) => {
                (held, Some(FlawKind::MarkedBad))
            }
            SectorContent::None => (&[], Some(FlawKind::Missing)),
        };
        let mut bytes = [FILLER; SECTOR_LEN];
        bytes.iter_mut().zip(held).for_each(|(byte, held)| *byte = *held);
        Self { bytes, flaw }
    }
}
