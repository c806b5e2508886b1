//! The length of a medium: as its drive reports, or by trying which sectors there are.

use crate::disk::{DiskGeometry, SECTOR_LEN};
use crate::platform::{self, DeviceFault};
use std::fs::File;
use std::io;

/// The result of reading a sector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SectorProbe {
    Reads,
    /// It cannot be read, but may be there.
    Bad,
    /// The medium ends before it.
    Missing,
}

/// Bytes on the medium in `drive`; `None` if the drive does not say and it is larger than any diskette.
///
/// # Errors
/// Those of the system, if not even the first sector can be reached.
pub(super) fn len_of(drive: &File) -> io::Result<Option<u64>> {
    if let Some(len) = platform::drive_len(drive)? {
        return Ok(Some(len));
    }
    let mut first = [0; SECTOR_LEN];
    let boot = platform::read_direct(drive, &mut first, 0, SECTOR_LEN);
    if let Err(error) = boot
        && !matches!(platform::fault(&error), Some(DeviceFault::BadSector))
    {
        return Err(error);
    }
    let read = |at| {
        let mut sector = [0; SECTOR_LEN];
        match platform::read_direct(drive, &mut sector, at, SECTOR_LEN) {
            Ok(()) => Ok(SectorProbe::Reads),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(SectorProbe::Missing),
            Err(error) => match platform::fault(&error) {
                Some(DeviceFault::PastTheEnd) => Ok(SectorProbe::Missing),
                Some(DeviceFault::BadSector) => Ok(SectorProbe::Bad),
                _ => Err(error),
            },
        }
    };
    probe(said_by(&first), read)
}

/// The length that the boot sector states.
fn said_by(first: &[u8; SECTOR_LEN]) -> Option<u64> {
    let short = u16::from_le_bytes([first[19], first[20]]);
    let long = u32::from_le_bytes([first[32], first[33], first[34], first[35]]);
    let sectors = if short == 0 { u64::from(long) } else { short.into() };
    let is_volume = first[11..13] == [0, 2] && matches!(first[0], 0xEB | 0xE9);
    (is_volume && sectors > 0).then_some(sectors * SECTOR_LEN as u64)
}

/// The length of a medium whose boot sector states `said`: that, if its last sector is there and the next
/// one is not; otherwise that of the longest standard diskette for which this is so.
fn probe(
    said: Option<u64>,
    read: impl Fn(u64) -> io::Result<SectorProbe>,
) -> io::Result<Option<u64>> {
    let said = said.filter(|len| DiskGeometry::of_len(*len).is_some());
    let standard = DiskGeometry::lengths().rev();
    for len in said.into_iter().chain(standard) {
        let last = read(len - SECTOR_LEN as u64)?;
        let is_end = match last {
            SectorProbe::Reads => read(len)? != SectorProbe::Reads,
            // The boot sector is believed even if the last sector is bad.
            SectorProbe::Bad => Some(len) == said && read(len)? != SectorProbe::Reads,
            SectorProbe::Missing => false,
        };
        if is_end {
            return Ok(Some(len));
        }
    }
    let is_there = read(0)? != SectorProbe::Missing;
    Ok(if is_there { None } else { Some(0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A medium of `len` bytes, of which the sectors at `bad` do not read.
    fn medium(len: u64, bad: &[u64]) -> impl Fn(u64) -> io::Result<SectorProbe> {
        move |at| {
            Ok(match at {
                at if at >= len => SectorProbe::Missing,
                at if bad.contains(&at) => SectorProbe::Bad,
                _ => SectorProbe::Reads,
            })
        }
    }

    #[test]
    fn every_standard_diskette_is_measured_whatever_its_boot_sector_says() {
        for len in DiskGeometry::lengths() {
            for said in [None, Some(len), Some(737_280), Some(12_345)] {
                assert_eq!(probe(said, medium(len, &[])).unwrap(), Some(len), "{said:?}");
            }
        }
    }

    #[test]
    fn a_bad_last_sector_leaves_what_the_boot_sector_says() {
        let bad = medium(1_474_560, &[1_474_048]);
        assert_eq!(probe(Some(1_474_560), bad).unwrap(), Some(1_474_560));
    }

    #[test]
    fn a_disk_is_no_diskette() {
        let disk = medium(1 << 33, &[]);
        assert_eq!(probe(None, &disk).unwrap(), None);
        assert_eq!(probe(Some(1_474_560), disk).unwrap(), None);
        assert_eq!(probe(None, medium(0, &[])).unwrap(), Some(0));
    }

    #[test]
    fn the_boot_sector_says_its_sectors_in_16_or_32_bits() {
        let mut boot = [0; SECTOR_LEN];
        assert_eq!(said_by(&boot), None);
        boot[0] = 0xEB;
        boot[11..13].copy_from_slice(&[0, 2]);
        boot[19..21].copy_from_slice(&2880_u16.to_le_bytes());
        assert_eq!(said_by(&boot), Some(1_474_560));
        boot[19..21].fill(0);
        boot[32..36].copy_from_slice(&5760_u32.to_le_bytes());
        assert_eq!(said_by(&boot), Some(2_949_120));
    }
}
