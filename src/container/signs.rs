//! Recognises formats whose mark is short or missing by several fields of their headers.

use super::crc::XMODEM;

/// The first bytes of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct FileStart<'a> {
    pub(super) bytes: &'a [u8],
    /// The length of the whole file in bytes.
    pub(super) len: u64,
}

impl FileStart<'_> {
    /// The byte at an offset; 0xFF past the end.
    fn byte(self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(u8::MAX)
    }

    /// The little-endian number of N bytes, at most four, at an offset; 0 past the end.
    fn number<const N: usize>(self, at: usize) -> u32 {
        let bytes = self.bytes.get(at..at + N).unwrap_or_default();
        bytes.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte))
    }
}

/// `IMD 1.18: ...`, or another program's name and version.
pub(super) fn is_imd(start: &FileStart<'_>) -> bool {
    let text = |byte: &u8| matches!(byte, b' '..=b'~');
    let head = start.bytes.get(4..24);
    start.bytes.starts_with(b"IMD ") && head.is_some_and(|head| head.iter().all(text))
}

/// The first track is not after the last, there are at most two sides, and at least one revolution.
pub(super) fn is_scp(start: &FileStart<'_>) -> bool {
    start.bytes.starts_with(b"SCP")
        && (1..=20).contains(&start.byte(5))
        && start.byte(6) <= start.byte(7)
        && start.byte(7) < 168
        && start.byte(10) <= 2
}

/// The bytes of the header add up to 0.
pub(super) fn is_copy_qm(start: &FileStart<'_>) -> bool {
    let sums_up = |header: &[u8]| header.iter().fold(0_u8, |sum, b| sum.wrapping_add(*b)) == 0;
    start.bytes.starts_with(b"CQ\x14") && start.bytes.get(..133).is_some_and(sums_up)
}

pub(super) fn is_fdi(start: &FileStart<'_>) -> bool {
    is_spectrum_fdi(start) || is_t98_fdi(start)
}

/// `FDI`, write protection, cylinders, heads, then the offsets of the text and the sectors.
fn is_spectrum_fdi(start: &FileStart<'_>) -> bool {
    let word = |at| u64::from(start.number::<2>(at));
    start.bytes.starts_with(b"FDI")
        && start.byte(3) <= 1
        && (1..=100).contains(&word(4))
        && (1..=2).contains(&word(6))
        && (14..start.len).contains(&word(10))
}

/// A header with its own length and that of the data.
fn is_t98_fdi(start: &FileStart<'_>) -> bool {
    let long = |at| u64::from(start.number::<4>(at));
    let [header, size] = [long(8), long(12)];
    long(0) == 0
        && header == 4096
        && header + size == start.len
        && [16, 20, 24, 28].iter().map(|at| long(*at)).try_fold(1, u64::checked_mul) == Some(size)
}

/// A title, nine zeroes, write protection, kind, length, and the offset of the first track.
pub(super) fn is_d88(start: &FileStart<'_>) -> bool {
    let zeroes =
        start.bytes.get(0x11..0x1A).is_some_and(|bytes| bytes.iter().all(|byte| *byte == 0));
    let [size, first] = [0x1C, 0x20].map(|at| start.number::<4>(at));
    zeroes
        && start.byte(0x10) == 0
        && matches!(start.byte(0x1A), 0 | 0x10)
        && matches!(start.byte(0x1B), 0 | 0x10 | 0x20 | 0x30 | 0x40)
        && matches!(first, 0x2A0 | 0x2B0)
        && (u64::from(first)..=start.len).contains(&u64::from(size))
}

/// AA 58, 59 or 5A, a media byte, sectors of 512 bytes, one or two FATs, 40 or 80 cylinders.
pub(super) fn is_save_dskf(start: &FileStart<'_>) -> bool {
    let word = |at| start.number::<2>(at);
    start.byte(0) == 0xAA
        && matches!(start.byte(1), 0x58..=0x5A)
        && matches!(word(2), 0xF0..=0xFF)
        && word(4) == 512
        && matches!(start.byte(10), 1 | 2)
        && (40..=86).contains(&word(24))
        && matches!(word(26), 1 | 2)
}

/// A title as a Pascal string, the lengths of data and tags, and 0x0100.
pub(super) fn is_disk_copy(start: &FileStart<'_>) -> bool {
    let long = |at: usize| {
        let bytes = start.bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
        u64::from(bytes.map_or(0, u32::from_be_bytes))
    };
    let [data, tags] = [long(64), long(68)];
    (1..64).contains(&start.byte(0))
        && start.bytes.get(82..84) == Some(&[1, 0])
        && data > 0
        && data.is_multiple_of(512)
        && 84 + data + tags == start.len
}

/// A name as a Pascal string, two bytes that are zero, and the header's checksum.
pub(super) fn is_mac_binary(start: &FileStart<'_>) -> bool {
    start.byte(0) == 0
        && (1..64).contains(&start.byte(1))
        && start.byte(74) == 0
        && start.byte(82) == 0
        && start.len > 128
        && start
            .bytes
            .get(..128)
            .is_some_and(|header| header[124..126] == XMODEM.checksum(&header[..124]).to_be_bytes())
}

/// `-lh5-` or the like after the length and checksum of a header of level 0 to 3.
pub(super) fn is_lha(start: &FileStart<'_>) -> bool {
    let method = start.bytes.get(2..7);
    let fits = |method: &[u8]| {
        method.starts_with(b"-l") && matches!(method[2], b'h' | b'z') && method[4] == b'-'
    };
    method.is_some_and(fits) && start.byte(20) <= 3
}

/// 60 EA, and possible lengths of the header.
pub(super) fn is_arj(start: &FileStart<'_>) -> bool {
    start.bytes.starts_with(b"\x60\xEA")
        && (30..=2600).contains(&start.number::<2>(2))
        && (30..=100).contains(&start.byte(4))
}

/// The checksum of the header, as octal digits. In the sum, these count as spaces.
pub(super) fn is_tar(start: &FileStart<'_>) -> bool {
    let Some(header) = start.bytes.get(..512) else { return false };
    let said = header[148..156].iter().filter(|byte| matches!(byte, b'0'..=b'7'));
    let said = said.fold(0_u32, |sum, digit| sum << 3 | u32::from(digit - b'0'));
    let others = header[..148].iter().chain(&header[156..]);
    let sum = others.fold(8 * u32::from(b' '), |sum, byte| sum + u32::from(*byte));
    header[0] != 0 && said == sum
}

/// The usual settings, a dictionary of a power of two, and a length that is unknown or that of a file.
pub(super) fn is_lzma(start: &FileStart<'_>) -> bool {
    let [dictionary, low, high] = [1, 5, 9].map(|at| start.number::<4>(at));
    start.byte(0) == 0x5D
        && dictionary.is_power_of_two()
        && dictionary >= 4096
        && (high == 0 || (low, high) == (u32::MAX, u32::MAX))
}

/// `BZh`, a level, and the mark of a block or of the end.
pub(super) fn is_bzip2(start: &FileStart<'_>) -> bool {
    let block = start.bytes.get(4..10);
    start.bytes.starts_with(b"BZh")
        && start.byte(3).is_ascii_digit()
        && (block == Some(b"1AY&SY") || block == Some(b"\x17\x72\x45\x38\x50\x90"))
}

/// 1F 9D, and the length of the longest code.
pub(super) fn is_compress(start: &FileStart<'_>) -> bool {
    start.bytes.starts_with(b"\x1F\x9D") && matches!(start.byte(2) & 0x7F, 9..=16)
}
