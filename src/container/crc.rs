//! The three kinds of CRC-16 that containers use.

use crc::{CRC_16_IBM_3740, CRC_16_TELEDISK, CRC_16_XMODEM, Crc};

/// Of ID and data fields in IBM's track formats.
pub(super) static FIELD: Crc<u16> = Crc::<u16>::new(&CRC_16_IBM_3740);
/// Of Teledisk's headers and sectors.
pub(super) static TELEDISK: Crc<u16> = Crc::<u16>::new(&CRC_16_TELEDISK);
/// Of `MacBinary` headers.
pub(super) static XMODEM: Crc<u16> = Crc::<u16>::new(&CRC_16_XMODEM);
