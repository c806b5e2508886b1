//! CRC-16, most significant bit first, of three polynomials that the `crc` crate's catalogue has.

use crc::{CRC_16_IBM_3740, CRC_16_TELEDISK, CRC_16_XMODEM, Crc};

/// That of the ID and data fields of IBM's formats.
pub(super) static FIELD: Crc<u16> = Crc::<u16>::new(&CRC_16_IBM_3740);
/// That of Teledisk's headers and sectors.
pub(super) static TELEDISK: Crc<u16> = Crc::<u16>::new(&CRC_16_TELEDISK);
/// That of `MacBinary`'s header.
pub(super) static XMODEM: Crc<u16> = Crc::<u16>::new(&CRC_16_XMODEM);
