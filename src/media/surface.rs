//! Reads a whole diskette and maps how well each sector reads.

use crate::disk::{
    DiskGeometry, DisketteStorage, DriveError, Flaw, FlawKind, MediaError, SECTOR_LEN, Storage,
    withhold,
};
use std::io;
use std::ops::Range;
use std::time::{Duration, Instant};
use strum::VariantArray;

/// A track takes a fifth of a second to read, and about as long to seek. One that takes longer than this was
/// read again by the drive or the system.
const SLOW_TRACK: Duration = Duration::from_secs(1);
/// The same for one sector.
const SLOW_SECTOR: Duration = Duration::from_millis(600);

/// How well a sector reads.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr, strum::VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum SectorCondition {
    /// At the first attempt.
    Good,
    /// At the first attempt, but slowly: the drive itself retried.
    Slow,
    /// Only at a further attempt.
    Weak,
    /// Not at all; or the dump does not contain it.
    Lost,
}

impl SectorCondition {
    /// Every condition, the best first.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The word for it in reports for programs.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The map of a diskette.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surface {
    /// How the diskette is divided.
    pub geometry: DiskGeometry,
    /// The condition of each sector, by cylinder and head. Fewer than the diskette has if the reading was
    /// stopped.
    pub sectors: Vec<SectorCondition>,
}

/// A diskette that was read completely: the map and the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadDiskette {
    /// How well each sector reads.
    pub surface: Surface,
    /// All bytes of the diskette; lost sectors, and those that were not reached, are zeros.
    pub bytes: Vec<u8>,
}

impl ReadDiskette {
    /// The sectors that could not be read, in order.
    pub fn lost(&self) -> Vec<Flaw> {
        let sectors = (0..).zip(&self.surface.sectors);
        let lost = sectors.filter(|(_, condition)| **condition == SectorCondition::Lost);
        lost.map(|(sector, _)| Flaw { sector, kind: FlawKind::Unreadable }).collect()
    }
}

/// What was read is a medium that is only read: lost sectors are errors, as on the diskette itself.
impl Storage for ReadDiskette {
    fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let bytes = self.bytes.get(start..).and_then(|rest| rest.get(..buffer.len()));
        buffer.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        withhold(&self.lost(), offset, buffer)
    }

    fn read_past_cache(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        self.read(offset, buffer)
    }

    fn write(&self, _: u64, _: &[u8]) -> Result<(), MediaError> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn sync(&self) -> Result<(), MediaError> {
        Ok(())
    }
}

impl DisketteStorage for ReadDiskette {}

impl Surface {
    /// Whether the whole diskette was read.
    pub fn is_complete(&self) -> bool {
        self.sectors.len() == self.geometry.total_sectors() as usize
    }

    /// Sectors in that condition.
    pub fn count(&self, condition: SectorCondition) -> usize {
        self.sectors.iter().filter(|&&sector| sector == condition).count()
    }

    /// The tracks: of each cylinder, one for each head.
    pub fn tracks(&self) -> impl Iterator<Item = &[SectorCondition]> {
        self.sectors.chunks(self.geometry.sectors as usize)
    }
}

/// Reads all of a medium; `None` if it does not have the size of a diskette.
///
/// # Errors
/// Those of the medium; bad sectors are none.
pub fn survey<S: DisketteStorage + ?Sized>(medium: &S) -> Result<Option<Surface>, MediaError> {
    let start = Instant::now();
    survey_by(medium, &|| start.elapsed())
}

/// As [`survey`], with a clock of the caller's.
///
/// # Errors
/// As [`survey`].
pub fn survey_by<S: DisketteStorage + ?Sized>(
    medium: &S,
    clock: &dyn Fn() -> Duration,
) -> Result<Option<Surface>, MediaError> {
    let Some(geometry) = DiskGeometry::of_len(medium.len()) else { return Ok(None) };
    read_all(medium, geometry, &|_| true, clock, &mut |_, _| {}).map(Some)
}

/// Reads all of a medium and returns the bytes as well; `None` if it does not have the size of a diskette.
///
/// # Errors
/// As [`survey`].
pub fn rescue<S: DisketteStorage + ?Sized>(medium: &S) -> Result<Option<ReadDiskette>, MediaError> {
    rescue_tracks(medium, &|_| true)
}

/// As [`rescue`], but reads only the tracks whose byte range `is_wanted`; the others count as good, and are
/// zeros.
///
/// # Errors
/// As [`survey`].
pub fn rescue_tracks<S: DisketteStorage + ?Sized>(
    medium: &S,
    is_wanted: &dyn Fn(Range<usize>) -> bool,
) -> Result<Option<ReadDiskette>, MediaError> {
    let Some(geometry) = DiskGeometry::of_len(medium.len()) else { return Ok(None) };
    let start = Instant::now();
    let mut bytes = vec![0; geometry.total_sectors() as usize * SECTOR_LEN];
    let mut keep = |at: usize, read: &[u8]| bytes[at..at + read.len()].copy_from_slice(read);
    let surface = read_all(medium, geometry, is_wanted, &|| start.elapsed(), &mut keep)?;
    Ok(Some(ReadDiskette { surface, bytes }))
}

/// Reads track by track, and sector by sector if a track does not read well. Passes each track to `keep`, with
/// its offset in bytes.
fn read_all<S: DisketteStorage + ?Sized>(
    medium: &S,
    geometry: DiskGeometry,
    is_wanted: &dyn Fn(Range<usize>) -> bool,
    clock: &dyn Fn() -> Duration,
    keep: &mut dyn FnMut(usize, &[u8]),
) -> Result<Surface, MediaError> {
    let mut sectors = Vec::with_capacity(geometry.total_sectors() as usize);
    let mut track = vec![0; geometry.sectors as usize * SECTOR_LEN];
    for number in 0..geometry.cylinders as usize * geometry.heads as usize {
        let start = number * track.len();
        if !is_wanted(start..start + track.len()) {
            sectors.extend((0..geometry.sectors).map(|_| SectorCondition::Good));
            continue;
        }
        match read_track(medium, start, &mut track, clock) {
            Ok(conditions) => sectors.extend(conditions),
            Err(MediaError::Drive(DriveError::Stopped)) => break,
            Err(error) => return Err(error),
        }
        keep(start, &track);
    }
    Ok(Surface { geometry, sectors })
}

/// Reads a track into `track`, lost sectors as zeros, and returns the condition of its sectors.
fn read_track<S: DisketteStorage + ?Sized>(
    medium: &S,
    start: usize,
    track: &mut [u8],
    clock: &dyn Fn() -> Duration,
) -> Result<Vec<SectorCondition>, MediaError> {
    let began = clock();
    let read = whole(medium.read_once(start as u64, track))?;
    if read && clock().saturating_sub(began) < SLOW_TRACK {
        return Ok(vec![SectorCondition::Good; track.len() / SECTOR_LEN]);
    }
    let sectors = track.chunks_exact_mut(SECTOR_LEN).enumerate();
    sectors
        .map(|(index, bytes)| {
            read_sector(medium, (start + index * SECTOR_LEN) as u64, bytes, clock)
        })
        .collect()
}

/// Reads a single sector of a track that did not read well.
fn read_sector<S: DisketteStorage + ?Sized>(
    medium: &S,
    offset: u64,
    bytes: &mut [u8],
    clock: &dyn Fn() -> Duration,
) -> Result<SectorCondition, MediaError> {
    let began = clock();
    let read = whole(medium.read_once(offset, bytes))?;
    let slow = clock().saturating_sub(began) >= SLOW_SECTOR;
    if read && !slow {
        return Ok(SectorCondition::Good);
    }
    if !whole(medium.read(offset, bytes))? {
        bytes.fill(0);
        return Ok(SectorCondition::Lost);
    }
    let at = |flaw: &Flaw| u64::from(flaw.sector) * SECTOR_LEN as u64 == offset;
    let weak = medium.flaws().iter().any(|flaw| at(flaw) && flaw.kind == FlawKind::Weak);
    // Weak, too, if it failed once and then never again.
    Ok(if weak || !read { SectorCondition::Weak } else { SectorCondition::Slow })
}

/// Whether everything was read; an error only if it is one of the drive.
fn whole(read: Result<(), MediaError>) -> Result<bool, MediaError> {
    match read {
        Ok(()) => Ok(true),
        Err(error @ MediaError::Drive(_)) => Err(error),
        Err(_) => Ok(false),
    }
}
