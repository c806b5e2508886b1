//! Volumes that do not begin at the start of the file: after a header, a partition table or another image.

use super::ContainerError;
use super::probe::FormatProbe;
use crate::disk::{MediaError, SECTOR_LEN};
use crate::fat12::{SECTOR, VolumeGeometry};

/// Lengths of the headers that some programs put before raw images, in bytes: DOSEMU, DIM, one sector.
const HEADERS: [u64; 3] = [128, 256, 512];
/// Offsets of the four entries of a partition table in its sector.
const PARTITIONS: [usize; 4] = [446, 462, 478, 494];
const BOOT_MARK: [u8; 2] = [0x55, 0xAA];
/// Bytes of a boot sector that are enough to recognise it.
const BOOT_LEN: usize = 64;

/// Checks that no second volume follows the one at the start of the file.
pub(super) fn check_alone(
    file: &FormatProbe<'_>,
    geometry: &VolumeGeometry,
) -> Result<(), MediaError> {
    let end = u64::from(geometry.total_sectors) * SECTOR;
    let without_bpb = || -> Result<bool, MediaError> {
        let fat = file.bytes(end + SECTOR, 3)?;
        Ok(VolumeGeometry::from_bpb(file.start).is_none() && fat == [geometry.media, 0xFF, 0xFF])
    };
    if volume_at(file, end)?.is_some() || without_bpb()? {
        return Err(ContainerError::TwoImages { second: end }.into());
    }
    Ok(())
}

/// Checks that no volume begins after a header, or in a partition.
pub(super) fn check_none(file: &FormatProbe<'_>) -> Result<(), MediaError> {
    for header in HEADERS {
        check(file, header)?;
    }
    for table in [0, 128, 256, 512] {
        let sector = file.bytes(table, SECTOR_LEN)?;
        if sector.get(510..) == Some(&BOOT_MARK[..]) {
            for first in PARTITIONS.iter().filter_map(|at| sector.get(at + 8..at + 12)) {
                let first = u32::from_le_bytes([first[0], first[1], first[2], first[3]]);
                check(file, table + u64::from(first) * SECTOR)?;
            }
        }
    }
    Ok(())
}

fn check(file: &FormatProbe<'_>, at: u64) -> Result<(), MediaError> {
    match volume_at(file, at)? {
        Some(geometry) if at > 0 => {
            let length = u64::from(geometry.total_sectors) * SECTOR;
            Err(ContainerError::VolumeBehind { at, length }.into())
        }
        _ => Ok(()),
    }
}

/// The volume that begins at an offset: a boot sector, with a FAT where it says.
fn volume_at(file: &FormatProbe<'_>, at: u64) -> Result<Option<VolumeGeometry>, MediaError> {
    let boot = file.bytes(at, BOOT_LEN)?;
    let Some(geometry) = VolumeGeometry::from_bpb(&boot) else { return Ok(None) };
    let fat = file.bytes(at + u64::from(geometry.reserved_sectors) * SECTOR, 3)?;
    let is_fat = fat.len() == 3 && fat[0] >= 0xF0 && fat[1..] == [0xFF, 0xFF];
    Ok(Some(geometry).filter(|_| is_fat))
}
