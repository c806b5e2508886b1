//! The types of the fields of a record, with the rules of FORMAT.md.

use binrw::{BinRead, BinResult, BinWrite, Endian};
use std::io::{Read, Seek, Write};

/// `N` bytes of a record: text, a seal, or reserved bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Bytes<const N: usize>(pub [u8; N]);

/// A SHA-1 digest over a part of the record.
pub type Seal = Bytes<20>;

impl<const N: usize> Bytes<N> {
    /// All zero, as reserved bytes must be.
    pub const ZERO: Self = Self([0; N]);

    /// The bytes in hexadecimal, two digits each.
    pub fn to_hex(&self) -> String {
        hex(&self.0)
    }
}

/// Bytes in hexadecimal, two digits each.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = vec![0; bytes.len() * 2];
    for (pair, byte) in text.chunks_exact_mut(2).zip(bytes) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
    String::from_utf8(text).unwrap_or_default()
}

// In one piece: binrw reads arrays byte by byte, and a record consists mostly of arrays.
impl<const N: usize> BinRead for Bytes<N> {
    type Args<'a> = ();

    fn read_options<R: Read + Seek>(reader: &mut R, _: Endian, (): ()) -> BinResult<Self> {
        let mut bytes = [0; N];
        reader.read_exact(&mut bytes)?;
        Ok(Self(bytes))
    }
}

impl<const N: usize> BinWrite for Bytes<N> {
    type Args<'a> = ();

    fn write_options<W: Write + Seek>(&self, writer: &mut W, _: Endian, (): ()) -> BinResult<()> {
        Ok(writer.write_all(&self.0)?)
    }
}

/// `DDDDD-DDD-DDDDDDD-DDDDD`, where each D is a digit, and one NUL.
const SERIAL_FORM: &[u8; 24] = b"DDDDD-DDD-DDDDDDD-DDDDD\0";

/// A pack's serial: 23 characters of the form `DDDDD-DDD-DDDDDDD-DDDDD`, and a NUL.
pub type Serial = Bytes<24>;

impl Serial {
    /// The serial as text; `None` if it does not have this form.
    pub fn text(&self) -> Option<&str> {
        let well_formed = self.0.iter().zip(SERIAL_FORM).all(|(byte, form)| match form {
            b'D' => byte.is_ascii_digit(),
            other => byte == other,
        });
        if well_formed { std::str::from_utf8(&self.0[..23]).ok() } else { None }
    }
}

/// A time: 100 ns steps since 1601-01-01 00:00 UTC (a Windows FILETIME).
#[derive(BinRead, BinWrite, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[brw(little)]
#[repr(transparent)]
pub struct FileTime(pub u64);

/// Steps of a [`FileTime`] in a second.
const STEPS_PER_SECOND: u64 = 10_000_000;
/// Seconds from 1601-01-01 to 1970-01-01.
const UNIX_EPOCH_SECONDS: i64 = 11_644_473_600;

impl FileTime {
    /// The last second, counted from 1970, of the year 9999: the last that RFC 3339 has a form for.
    pub const LAST_UNIX_SECOND: i64 = 253_402_300_799;

    /// Whether the year has more than four digits.
    pub fn is_past_9999(self) -> bool {
        self.unix_seconds() > Self::LAST_UNIX_SECOND
    }

    /// The time that is `seconds` after 1970-01-01 00:00 UTC; `None` before 1601 and after 60056.
    pub fn from_unix_seconds(seconds: i64) -> Option<Self> {
        let since_1601 = u64::try_from(seconds.checked_add(UNIX_EPOCH_SECONDS)?).ok()?;
        since_1601.checked_mul(STEPS_PER_SECOND).map(Self)
    }

    /// Whole seconds since 1970-01-01 00:00 UTC; negative before it.
    pub fn unix_seconds(self) -> i64 {
        // At most 1.9e12, so the cast keeps the value.
        (self.0 / STEPS_PER_SECOND).cast_signed() - UNIX_EPOCH_SECONDS
    }
}

/// A server, as it is identified in a record: by its network adapter's address and its computer name.
#[derive(BinRead, BinWrite, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[brw(little)]
#[repr(C)]
pub struct Server {
    /// EUI-48 of the network adapter; not all zero, except in the header of an unbound pack.
    pub address: Bytes<6>,
    /// Computer name: 1 to 15 characters of 0x21 to 0x7E, padded with NUL to 16 bytes.
    pub name: Bytes<16>,
}

impl Server {
    /// No server: what the header of an unbound pack holds.
    pub const NONE: Self = Self { address: Bytes::ZERO, name: Bytes::ZERO };

    /// The computer name; `None` if the field breaks its rule.
    pub fn name_text(&self) -> Option<&str> {
        let length = self.name.0.iter().position(|&byte| byte == 0)?;
        let (text, padding) = self.name.0.split_at(length);
        let sound = length > 0
            && text.iter().all(u8::is_ascii_graphic)
            && padding.iter().all(|&byte| byte == 0);
        if sound { std::str::from_utf8(text).ok() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_takes_only_its_own_form() {
        let good = Bytes(*b"12345-270-0000017-00012\0");
        assert_eq!(good.text(), Some("12345-270-0000017-00012"));
        for (at, byte) in [(0, b'A'), (5, b'0'), (22, 0), (23, b'1')] {
            let mut bad = good;
            bad.0[at] = byte;
            assert_eq!(bad.text(), None, "byte {at}");
        }
    }

    #[test]
    fn server_name_is_1_to_15_printable_characters() {
        let name = |text: &[u8]| {
            let mut server = Server::NONE;
            server.name.0[..text.len()].copy_from_slice(text);
            server.name_text().map(str::to_owned)
        };
        assert_eq!(name(b"MAIN").as_deref(), Some("MAIN"));
        assert_eq!(name(b"ABCDEFGHIJKLMNO").as_deref(), Some("ABCDEFGHIJKLMNO"));
        for bad in [&b""[..], b"ABCDEFGHIJKLMNOP", b"A B", b"A\x7f", b"A\0B", b"\xffA"] {
            assert_eq!(name(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn file_time_counts_from_1601() {
        assert_eq!(FileTime::from_unix_seconds(0), Some(FileTime(116_444_736_000_000_000)));
        assert_eq!(FileTime(116_444_736_000_000_000).unix_seconds(), 0);
        assert_eq!(FileTime(0).unix_seconds(), -11_644_473_600);
        assert_eq!(FileTime::from_unix_seconds(-11_644_473_601), None);
        assert_eq!(FileTime::from_unix_seconds(i64::MAX), None);
    }
}
