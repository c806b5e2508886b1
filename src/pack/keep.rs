//! Keeps an image of a diskette before anything is done to it.
//!
//! The image is named after its pack, or numbered. It appears complete or not at all, and never replaces
//! another one. Sectors that could not be read are zeros in it, and a mapfile in GNU ddrescue's format
//! says which.

use super::examine::{Examination, examine};
use crate::diagnosis::{Diagnosis, FindingKind};
use crate::disk::{DisketteStorage, DriveError, Flaw, MediaError, SECTOR_LEN};
use crate::fat12::{FaultKind, MediaFault};
use crate::files::{make_folder, read, write_new};
use crate::media::Mapfile;
use crate::media::surface::{ReadDiskette, SectorCondition, Surface, rescue, rescue_tracks};
use crate::record::fields::Serial;
use crate::record::{RECORD_SECTORS, Record};
use std::collections::HashSet;
use std::fmt::Write;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Characters in a serial.
const SERIAL_LEN: usize = 23;

/// The most images with the same name, which are then numbered.
const MOST_OF_ONE_NAME: u32 = 1000;

/// Where images of diskettes are kept.
#[derive(Clone, Debug)]
pub struct Keep {
    /// The folder, which is made if necessary.
    pub folder: PathBuf,
    /// The number of the diskette, from 1, unless it is one of `known`.
    pub number: usize,
    /// How much of the diskette is read.
    pub extent: Extent,
    /// The diskettes without a record whose images are kept, by their numbers: no serial tells them from each other.
    pub known: Vec<(usize, PathBuf)>,
}

/// How much of a diskette an image of it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// Only the tracks that lead to its record and the record's own; the others are zeros. That is enough to
    /// compare it with other images of the pack, but it is not a copy of the diskette.
    Record,
}

/// What a first look has shown of the diskette.
#[derive(Clone, Copy, Debug)]
pub struct FirstLook<'a> {
    /// Its record, as far as that could be read.
    pub record: Option<&'a Record>,
    /// Whether the diskette is damaged where its record is, or where it leads there: then another reading may show
    /// more of it, or less.
    pub is_damaged: bool,
}

/// The most bytes of boot sector, FATs and root directory at the start of a diskette.
const SYSTEM_AREA: usize = 40 * SECTOR_LEN;

/// An image that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptImage {
    /// Its path.
    pub path: PathBuf,
    /// How well the diskette was read.
    pub surface: Surface,
    /// The number of the diskette.
    pub number: usize,
}

/// A diskette that was read, to be kept.
pub struct Reading {
    diskette: ReadDiskette,
    /// Serial and number of events; `None` without a record, or with a serial that is not well-formed.
    name: Option<String>,
    /// Whether there is a record, or what is left of one.
    has_record: bool,
}

impl Keep {
    /// Reads a diskette, of which `first` is known.
    ///
    /// # Errors
    /// A [`DriveError`] if the reading was stopped, the medium is not a diskette, or it is another one;
    /// [`MediaError::Lost`] if a record that read well at the first look does not read any more; otherwise those of the
    /// medium.
    pub fn read<S: DisketteStorage + ?Sized>(
        &self,
        medium: &S,
        first: FirstLook<'_>,
    ) -> Result<Reading, MediaError> {
        let read = match self.extent {
            Extent::Whole => rescue(medium),
            Extent::Record => read_record_tracks(medium),
        }?;
        let diskette = read.ok_or(DriveError::NotADiskette(Some(medium.len())))?;
        if !diskette.surface.is_complete() {
            return Err(DriveError::Stopped.into());
        }
        let found = match examine(&diskette)? {
            Examination::Pack(pack) => Some(pack.diagnosis),
            Examination::NotAPack(_) => None,
        };
        first.check(found.as_ref(), &diskette.lost())?;
        let record = found.as_ref().and_then(|found| found.record.as_deref());
        let (name, has_record) = (record.and_then(name_of), record.is_some());
        Ok(Reading { diskette, name, has_record })
    }

    /// Keeps the image of a diskette that was read. If the folder already has the same image by that name, returns
    /// that one.
    ///
    /// # Errors
    /// Those of the folder. Then nothing was added to it, unless only the names of what was added may not be durable.
    pub fn keep(&self, reading: Reading) -> io::Result<KeptImage> {
        let Reading { diskette, name, has_record } = reading;
        let is_bare = !has_record && self.extent == Extent::Whole;
        let is_same = |image: &Path| is_bare && is_of(image, &diskette, diskette.bytes.len());
        let known = self.known.iter().find(|(_, image)| is_same(image));
        let number = known.map_or(self.number, |(number, _)| *number);
        let name = name.unwrap_or_else(|| format!("diskette-{number}"));
        make_folder(&self.folder)?;
        for copy in 1..MOST_OF_ONE_NAME {
            let name = if copy == 1 { name.clone() } else { format!("{name}-copy-{copy}") };
            let path = self.folder.join(name + ".img");
            if put(&path, &diskette)? {
                return Ok(KeptImage { path, surface: diskette.surface, number });
            }
        }
        Err(io::Error::other("there are too many images of that name"))
    }

    /// Which of the known diskettes this one is, of which only the tracks that could lead to a record were read; `None` if
    /// several are the same there.
    pub fn recognize(&self, reading: &Reading) -> Option<usize> {
        let is_same = |image: &Path| is_of(image, &reading.diskette, SYSTEM_AREA);
        let mut same = self.known.iter().filter(|(_, image)| is_same(image));
        same.next().filter(|_| same.next().is_none()).map(|(number, _)| *number)
    }
}

impl FirstLook<'_> {
    /// Checks that a second reading may be of the same diskette, and has all that this one had: a sector that does not
    /// read is no sign of another diskette.
    fn check(self, found: Option<&Diagnosis>, lost: &[Flaw]) -> Result<(), MediaError> {
        let at = found.and_then(lost_sector).and_then(|at| lost.iter().find(|it| it.sector == at));
        let is_partial = self.is_damaged || at.is_some();
        let is_same = match (self.record, found.and_then(|found| found.record.as_deref())) {
            (Some(first), Some(second)) if is_partial => may_be_same(first, second),
            (Some(first), Some(second)) => first.digest() == second.digest(),
            (None, None) => true,
            (Some(_), None) => is_partial,
            (None, Some(_)) => self.is_damaged,
        };
        match at.filter(|_| !self.is_damaged) {
            _ if !is_same => Err(DriveError::Changed.into()),
            Some(at) => Err((*at).into()),
            None => Ok(()),
        }
    }
}

/// The lost sector because of which a pack is refused.
fn lost_sector(found: &Diagnosis) -> Option<u32> {
    match found.findings.first().map(|finding| &finding.kind) {
        Some(FindingKind::Media(MediaFault { kind: FaultKind::LostSector(_), sector, .. })) => {
            *sector
        }
        _ => None,
    }
}

/// Whether two readings may be of one record: sectors that could not be read are zeros in it.
pub fn may_be_same(one: &Record, other: &Record) -> bool {
    let sectors = |record: &Record| record.bytes().as_chunks::<SECTOR_LEN>().0.to_vec();
    let is_lost = |sector: &[u8; SECTOR_LEN]| *sector == [0; SECTOR_LEN];
    let pairs = sectors(one).into_iter().zip(sectors(other));
    pairs.into_iter().all(|(one, other)| one == other || is_lost(&one) || is_lost(&other))
}

/// Reads the tracks that lead to the record, and its own.
fn read_record_tracks<S: DisketteStorage + ?Sized>(
    medium: &S,
) -> Result<Option<ReadDiskette>, MediaError> {
    let record = match examine(medium)? {
        Examination::Pack(pack) => pack.sectors.unwrap_or_default(),
        Examination::NotAPack(_) => [0; RECORD_SECTORS],
    };
    rescue_tracks(medium, &|track| {
        let holds = |at: &u64| track.contains(&usize::try_from(*at).unwrap_or(usize::MAX));
        track.start < SYSTEM_AREA || record.iter().any(holds)
    })
}

/// The name for an image with this record, if its serial is well-formed: serial and number of events.
fn name_of(record: &Record) -> Option<String> {
    let events = record.event_count;
    let word = if events == 1 { "event" } else { "events" };
    record.serial.text().map(|serial| format!("{serial}-{events}-{word}"))
}

/// Whether an image is that of a diskette, as far as the first `length` bytes show: each sector that was read both times
/// holds the same, and at least half of the sectors were.
fn is_of(image: &Path, diskette: &ReadDiskette, length: usize) -> bool {
    let Some(held) = read(image).ok().filter(|held| held.len() == diskette.bytes.len()) else {
        return false;
    };
    let map = Mapfile::read(&image.with_extension("map"));
    let flaws = map.map_or_else(|_| Vec::new(), |map| map.flaws(held.len() as u64));
    let lost: HashSet<_> =
        flaws.into_iter().chain(diskette.lost()).map(|flaw| flaw.sector as usize).collect();
    let pairs = held.chunks(SECTOR_LEN).zip(diskette.bytes.chunks(SECTOR_LEN)).enumerate();
    let sectors = length.min(held.len()) / SECTOR_LEN;
    let read: Vec<_> = pairs.take(sectors).filter(|(sector, _)| !lost.contains(sector)).collect();
    2 * read.len() >= sectors && read.iter().all(|(_, (one, other))| one == other)
}

/// Whether an image has a name such as [`Keep::keep`] gives to that of a pack's diskette: `SERIAL-3-events.img`,
/// also with `-copy-2` behind the events.
pub fn is_kept_image(path: &Path) -> bool {
    let name = path.file_stem().and_then(|name| name.to_str());
    let Some((serial, rest)) = name.and_then(|name| name.split_at_checked(SERIAL_LEN)) else {
        return false;
    };
    let mut bytes = Serial::ZERO;
    bytes.0[..SERIAL_LEN].copy_from_slice(serial.as_bytes());
    let is_event_count = |count: &str| count.parse::<u16>().is_ok();
    let parts: Vec<_> = rest.split('-').collect();
    match parts[..] {
        ["", count, "event" | "events"] | ["", count, "event" | "events", "copy", _] => {
            bytes.text().is_some() && is_event_count(count)
        }
        _ => false,
    }
}

/// Writes the mapfile and the image, in this order: an image without a mapfile would count as complete.
/// Returns `false` if there is another image with its name.
fn put(path: &Path, rescue: &ReadDiskette) -> io::Result<bool> {
    let is_lossy = rescue.surface.count(SectorCondition::Lost) > 0;
    let map = is_lossy.then(|| mapfile(&rescue.surface));
    let map_path = path.with_extension("map");
    if path.symlink_metadata().is_ok() {
        let is_same = |path: &Path, bytes: &[u8]| read(path).is_ok_and(|held| held == bytes);
        let same_map = match &map {
            Some(map) => is_same(&map_path, map.as_bytes()),
            None => map_path.symlink_metadata().is_err(),
        };
        return Ok(same_map && is_same(path, &rescue.bytes));
    }
    if map_path.symlink_metadata().is_ok() {
        return Ok(false);
    }
    if let Some(map) = &map {
        write_new(&map_path, map.as_bytes())?;
    }
    match write_new(path, &rescue.bytes) {
        Ok(()) => Ok(true),
        Err(error) => {
            let is_another = error.kind() == io::ErrorKind::AlreadyExists;
            // If only its name may not be durable, the image is there.
            let is_missing = |error: io::Error| error.kind() == io::ErrorKind::NotFound;
            if is_lossy && (is_another || path.symlink_metadata().is_err_and(is_missing)) {
                let _ = fs::remove_file(&map_path);
            }
            if is_another { Ok(false) } else { Err(error) }
        }
    }
}

/// A mapfile in GNU ddrescue's format: `+` was read, `-` was not.
fn mapfile(surface: &Surface) -> String {
    let mut text = format!(
        "# Mapfile. Created by addpack version {}\n\
         # current_pos  current_status  current_pass\n0x00000000     +               1\n\
         #      pos        size  status\n",
        env!("CARGO_PKG_VERSION")
    );
    let is_lost = |condition: &SectorCondition| *condition == SectorCondition::Lost;
    let mut start = 0;
    for run in surface.sectors.chunk_by(|one, next| is_lost(one) == is_lost(next)) {
        let (length, mark) = (run.len() * SECTOR_LEN, if is_lost(&run[0]) { '-' } else { '+' });
        let _ = writeln!(text, "0x{start:08X}  0x{length:08X}  {mark}");
        start += length;
    }
    text
}
