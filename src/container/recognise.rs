//! Recognises what a file is by its content.

use super::probe::FormatProbe;
use super::signs::FileStart;
use super::table::TABLE;
use super::{ContainerError, Format, MAX_IMAGE, embedded, zip};
use crate::disk::{MediaError, SECTOR_LEN};
use crate::fat12::VolumeGeometry;

/// The offset of a CD's first descriptor, and how that begins.
const ISO_AT: u64 = 32_768;
const ISO_MARK: &[u8] = b"\x01CD001";

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recognised {
    /// The raw image of a FAT volume, read or not.
    Volume,
    /// A container.
    Container(Format),
    /// Any other file, or a raw image whose volume is not recognised.
    Unknown,
}

/// Recognises what a file is.
///
/// A file with a valid boot sector is a raw image, whatever its first bytes look like. One that only has
/// a valid FAT is a raw image unless it begins with a long mark of a format. Otherwise short marks and
/// other signs decide, and then the end of the file, which may be that of an archive.
///
/// # Errors
/// Those of reading it; and a [`ContainerError`] if it is certainly not an image of a diskette, or one that
/// does not begin at the start of the file.
pub(crate) fn recognise_file(file: &FormatProbe<'_>) -> Result<Recognised, MediaError> {
    if let Some(geometry) = VolumeGeometry::from_bpb(file.start) {
        embedded::check_alone(file, &geometry)?;
        return Ok(Recognised::Volume);
    }
    if VolumeGeometry::layout_not_read(file.start).is_some() {
        return Ok(Recognised::Volume);
    }
    if let Some(format) = marked(file.start) {
        check_is_small(file.start, format)?;
        return Ok(Recognised::Container(format));
    }
    if let Some(geometry) = VolumeGeometry::from_fat(file.start, file.len) {
        embedded::check_alone(file, &geometry)?;
        return Ok(Recognised::Volume);
    }
    let format = match signed(&FileStart { bytes: file.start, len: file.len }) {
        Some(format) => Some(format),
        None => by_its_end(file)?,
    };
    if let Some(format) = format {
        return Ok(Recognised::Container(format));
    }
    embedded::check_none(file)?;
    Ok(Recognised::Unknown)
}

/// The format by the first bytes alone, which is enough to know how much must be read.
pub(super) fn by_start(bytes: &[u8]) -> Option<Format> {
    let begins_with_fat = |fat: &[u8]| fat[0] >= 0xF0 && fat[1..] == [0xFF, 0xFF];
    if VolumeGeometry::from_bpb(bytes).is_some() {
        return None;
    }
    if let Some(format) = marked(bytes) {
        return Some(format);
    }
    if bytes.get(SECTOR_LEN..SECTOR_LEN + 3).is_some_and(begins_with_fat) {
        return None;
    }
    signed(&FileStart { bytes, len: u64::MAX })
}

fn signed(start: &FileStart<'_>) -> Option<Format> {
    TABLE.iter().find(|row| row.sign.is_some_and(|fits| fits(start))).map(|row| row.format)
}

fn marked(start: &[u8]) -> Option<Format> {
    let has = |(at, mark): &(usize, &[u8])| start.get(*at..).is_some_and(|s| s.starts_with(mark));
    TABLE.iter().find(|row| row.marks.iter().any(has)).map(|row| row.format)
}

/// Recognises formats whose marks are further back in the file.
fn by_its_end(file: &FormatProbe<'_>) -> Result<Option<Format>, MediaError> {
    if file.bytes(file.len.saturating_sub(512), 512)?.starts_with(b"conectix") {
        return Ok(Some(Format::Vhd));
    }
    if file.len > ISO_AT && file.bytes(ISO_AT, ISO_MARK.len())? == ISO_MARK {
        return Ok(Some(Format::Iso));
    }
    Ok(zip::has_directory(file)?.then_some(Format::Zip))
}

/// Checks the size that a virtual disk states. One that is larger than a diskette is some machine's hard disk
/// that happens to be in the folder.
fn check_is_small(start: &[u8], format: Format) -> Result<(), MediaError> {
    let bytes = |at: usize| start.get(at..at + 8)?.try_into().ok();
    let len = match format {
        Format::Qcow2 => bytes(24).map(u64::from_be_bytes),
        Format::Qed => bytes(48).map(u64::from_le_bytes),
        Format::Vhd => bytes(48).map(u64::from_be_bytes),
        Format::Vmdk if start.starts_with(b"KDMV") => {
            bytes(12).map(|sectors| u64::from_le_bytes(sectors).saturating_mul(512))
        }
        Format::Vdi => bytes(0x170).map(u64::from_le_bytes),
        _ => None,
    };
    match len {
        Some(len) if len > MAX_IMAGE as u64 => Err(ContainerError::HardDisk(format).into()),
        _ => Ok(()),
    }
}
