//! Which format a file is in, by its content.

use super::td0;
use super::{Format, MAX_IMAGE};
use crate::fat12::Geometry;

/// Bytes at the start of a file that [`recognise`] looks at, if there are as many.
pub const RECOGNISED_BY: usize = 1024;

/// Formats that begin with a magic that no raw image begins with by chance.
const MAGICS: [(&[u8], Format); 18] = [
    (b"\x1F\x8B\x08", Format::Gzip),
    (b"PK\x03\x04", Format::Zip),
    (b"PK\x05\x06", Format::Zip),
    (b"HXCPICFE\x00", Format::Hfe),
    (b"HXCPICFE", Format::HfeV3),
    (b"HXCHFEV3", Format::HfeV3),
    (b"86BF", Format::F86),
    (b"PSI \x00\x00\x00\x04", Format::Psi),
    (b"PRI \x00\x00\x00\x04", Format::Pri),
    (b"MESSFLOPPYIMAGE", Format::Mfi),
    (b"MAMEFLOPPYIMAGE", Format::Mfi),
    (b"Formatted Disk Image file\r\n", Format::Fdi),
    (b"EXTENDED CPC DSK", Format::Dsk),
    (b"MV - CPC", Format::Dsk),
    (b"QFI\xFB", Format::Qcow2),
    (b"conectix", Format::Vhd),
    (b"KDMV", Format::Vmdk),
    (b"# Disk DescriptorFile", Format::Vmdk),
];

/// The container that a file of `len` bytes is; `None` for a raw image, or any other file. `start`
/// is what it begins with, [`RECOGNISED_BY`] bytes where there are as many; `last` gives its last 512,
/// where they are asked for.
///
/// A raw image whose boot sector makes sense is one, whatever its first bytes look like. Where only
/// the FAT does, a magic of several letters counts for more, and a weak one for less.
pub fn recognise(start: &[u8], len: u64, last: impl FnOnce() -> Vec<u8>) -> Option<Format> {
    if Geometry::from_bpb(start).is_some() {
        return None;
    }
    if let Some(format) = by_magic(start) {
        return (!is_hard_disk(start, format)).then_some(format);
    }
    if Geometry::from_fat(start, len).is_some() {
        return None;
    }
    weak(start, len).or_else(|| last().starts_with(b"conectix").then_some(Format::Vhd))
}

fn by_magic(start: &[u8]) -> Option<Format> {
    let magic =
        MAGICS.iter().find(|(magic, _)| start.starts_with(magic)).map(|(_, format)| *format);
    let is_vdi = start.get(0x40..0x44) == Some(b"\x7F\x10\xDA\xBE");
    magic.or_else(|| is_vdi.then_some(Format::Vdi))
}

/// Whether it is a virtual disk that says itself that it is larger than a diskette: the disk of some
/// machine, which happens to lie in the folder.
fn is_hard_disk(start: &[u8], format: Format) -> bool {
    let bytes = |at: usize| start.get(at..at + 8)?.try_into().ok();
    let len = match format {
        Format::Qcow2 => bytes(24).map(u64::from_be_bytes),
        Format::Vhd => bytes(48).map(u64::from_be_bytes),
        Format::Vmdk if start.starts_with(b"KDMV") => {
            bytes(12).map(|sectors| u64::from_le_bytes(sectors).saturating_mul(512))
        }
        Format::Vdi => bytes(0x170).map(u64::from_le_bytes),
        _ => None,
    };
    len.is_some_and(|len| len > MAX_IMAGE as u64)
}

/// Formats with a short magic or none: more than that has to fit.
fn weak(start: &[u8], len: u64) -> Option<Format> {
    let tests: [(bool, Format); 6] = [
        (is_imd(start), Format::Imd),
        (is_scp(start), Format::Scp),
        (is_copy_qm(start), Format::CopyQm),
        (is_spectrum_fdi(start, len), Format::Fdi),
        (is_t98_fdi(start, len), Format::Fdi),
        (is_d88(start, len), Format::D88),
    ];
    let passed = tests.iter().find(|(passed, _)| *passed).map(|(_, format)| *format);
    td0::recognise(start).or(passed)
}

/// `IMD 1.18: ...`, or the name of another program that wrote it.
fn is_imd(start: &[u8]) -> bool {
    let text = |byte: &u8| matches!(byte, b' '..=b'~');
    start.starts_with(b"IMD ") && start.get(4..24).is_some_and(|head| head.iter().all(text))
}

/// The tracks stand in order, there are at most two sides, and a revolution was read.
fn is_scp(start: &[u8]) -> bool {
    let byte = |at: usize| start.get(at).copied().unwrap_or(u8::MAX);
    start.starts_with(b"SCP")
        && (1..=20).contains(&byte(5))
        && byte(6) <= byte(7)
        && byte(7) < 168
        && byte(10) <= 2
}

/// The bytes of the header add up to nothing.
fn is_copy_qm(start: &[u8]) -> bool {
    let header = start.get(..133);
    start.starts_with(b"CQ\x14")
        && header.is_some_and(|header| header.iter().fold(0_u8, |sum, b| sum.wrapping_add(*b)) == 0)
}

/// `FDI`, write protection, cylinders, heads, then where the texts and the sectors begin.
fn is_spectrum_fdi(start: &[u8], len: u64) -> bool {
    let word = |at| u64::from(number::<2>(start, at));
    start.starts_with(b"FDI")
        && start.get(3).is_some_and(|protected| *protected <= 1)
        && (1..=100).contains(&word(4))
        && (1..=2).contains(&word(6))
        && (14..len).contains(&word(10))
}

/// A header that says how long it is, and what it stands before.
fn is_t98_fdi(start: &[u8], len: u64) -> bool {
    let long = |at| u64::from(number::<4>(start, at));
    let [header, size] = [long(8), long(12)];
    number::<4>(start, 0) == 0
        && header == 4096
        && header + size == len
        && [16, 20, 24, 28].iter().map(|at| long(*at)).try_fold(1, u64::checked_mul) == Some(size)
}

/// A title, nine zeroes, protection, kind and length, and where the tracks begin.
fn is_d88(start: &[u8], len: u64) -> bool {
    let zeroes = start.get(0x11..0x1A).is_some_and(|bytes| bytes.iter().all(|byte| *byte == 0));
    let size = u64::from(number::<4>(start, 0x1C));
    let first = number::<4>(start, 0x20);
    zeroes
        && start.get(0x10) == Some(&0)
        && matches!(start.get(0x1A), Some(0 | 0x10))
        && matches!(start.get(0x1B), Some(0 | 0x10 | 0x20 | 0x30 | 0x40))
        && matches!(first, 0x2A0 | 0x2B0)
        && (u64::from(first)..=len).contains(&size)
}

/// The little-endian number of N bytes, at most four, at an offset; 0 past the end.
fn number<const N: usize>(start: &[u8], at: usize) -> u32 {
    let bytes = start.get(at..at + N).unwrap_or_default();
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte))
}
