//! Keeps an image of a diskette before anything is done to it.
//!
//! The image is named after its pack, or numbered. It appears complete or not at all, and never replaces
//! another one. Sectors that could not be read are zeros in it, and a mapfile in GNU ddrescue's format
//! says which.

use super::examine::{Examination, examine};
use crate::disk::{DisketteStorage, DriveError, MediaError, Memory, SECTOR_LEN};
use crate::files::write_new;
use crate::media::surface::{ReadDiskette, SectorCondition, Surface, rescue, rescue_tracks};
use crate::record::RECORD_SECTORS;
use crate::record::fields::{Seal, Serial};
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
    /// The number for the name of an image without a pack, from 1.
    pub number: usize,
    /// How much of the diskette is read.
    pub extent: Extent,
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

/// The most bytes of boot sector, FATs and root directory at the start of a diskette.
const SYSTEM_AREA: usize = 40 * SECTOR_LEN;

/// An image that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptImage {
    /// Its path.
    pub path: PathBuf,
    /// How well the diskette was read.
    pub surface: Surface,
    /// The digest of the record on the diskette, if there is one.
    pub record: Option<Seal>,
}

impl Keep {
    /// Reads a diskette and keeps an image of it. If the folder already has the same image by that name,
    /// returns that one.
    ///
    /// # Errors
    /// A [`DriveError`] if the reading was stopped, the medium is not a diskette, or its record differs from
    /// that of a first read; otherwise those of the medium and the folder. Then nothing was added to the
    /// folder.
    pub fn keep<S: DisketteStorage + ?Sized>(&self, medium: &S) -> Result<KeptImage, MediaError> {
        let seen = examine(medium)?;
        let (record, _) = record_of(&seen).unzip();
        let rescue =
            self.read(medium, &seen)?.ok_or(DriveError::NotADiskette(Some(medium.len())))?;
        if !rescue.surface.is_complete() {
            return Err(DriveError::Stopped.into());
        }
        let found = examine(&Memory::new(rescue.bytes.clone()))?;
        let (read, name) = record_of(&found).unzip();
        if read != record && rescue.surface.count(SectorCondition::Lost) == 0 {
            return Err(DriveError::Changed.into());
        }
        let name = name.flatten().unwrap_or_else(|| format!("diskette-{}", self.number));
        fs::create_dir_all(&self.folder)?;
        for number in 1..MOST_OF_ONE_NAME {
            let name = if number == 1 { name.clone() } else { format!("{name}-copy-{number}") };
            let path = self.folder.join(name + ".img");
            if put(&path, &rescue)? {
                return Ok(KeptImage { path, surface: rescue.surface, record });
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    fn read<S: DisketteStorage + ?Sized>(
        &self,
        medium: &S,
        seen: &Examination,
    ) -> Result<Option<ReadDiskette>, MediaError> {
        let record = match seen {
            Examination::Pack(pack) => pack.sectors.unwrap_or_default(),
            Examination::NotAPack(_) => [0; RECORD_SECTORS],
        };
        match self.extent {
            Extent::Whole => rescue(medium),
            Extent::Record => rescue_tracks(medium, &|track| {
                let holds = |at: &u64| track.contains(&usize::try_from(*at).unwrap_or(usize::MAX));
                track.start < SYSTEM_AREA || record.iter().any(holds)
            }),
        }
    }
}

/// The digest of the record that was found, and the name for an image of it, if its serial is
/// well-formed: serial and number of events.
fn record_of(found: &Examination) -> Option<(Seal, Option<String>)> {
    let Examination::Pack(pack) = found else { return None };
    let record = pack.diagnosis.record.as_deref()?;
    let events = record.event_count;
    let word = if events == 1 { "event" } else { "events" };
    let name = record.serial.text().map(|serial| format!("{serial}-{events}-{word}"));
    Some((record.digest(), name))
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
/// Returns
/// `false` if there is another image with its name.
fn put(path: &Path, rescue: &ReadDiskette) -> io::Result<bool> {
    let is_lossy = rescue.surface.count(SectorCondition::Lost) > 0;
    let map = is_lossy.then(|| mapfile(&rescue.surface));
    let map_path = path.with_extension("map");
    if path.symlink_metadata().is_ok() {
        let is_same = |path: &Path, bytes: &[u8]| fs::read(path).is_ok_and(|held| held == bytes);
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
            if is_lossy {
                let _ = fs::remove_file(&map_path);
            }
            if error.kind() == io::ErrorKind::AlreadyExists { Ok(false) } else { Err(error) }
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
