//! The header of a 4.0 record, 512 bytes (FORMAT.md, "Version 4.0").
//!
//! | offset | size | field |
//! | --- | --- | --- |
//! | 0x000 | 8 | magic `SBSCAP40` |
//! | 0x008 | 2 | layout |
//! | 0x00A | 2 | record length |
//! | 0x00C | 24 | serial |
//! | 0x024 | 2 | licenses |
//! | 0x026 | 2 | zero |
//! | 0x028 | 8 | made at |
//! | 0x030 | 20 | identity seal |
//! | 0x044 | 2 | event count |
//! | 0x046 | 2 | status |
//! | 0x048 | 2 | from |
//! | 0x04A | 2 | to |
//! | 0x04C | 4 | zero |
//! | 0x050 | 22 | server: address and name |
//! | 0x066 | 10 | zero |
//! | 0x070 | 20 | header seal |
//! | 0x084 | 380 | zero |

use super::fields::{Bytes, FileTime, Seal, Serial, Server};
use super::{HEADER_LEN, Layout};
use binrw::{BinRead, BinWrite};
use std::mem::{offset_of, size_of};

/// The first eight bytes of a 4.0 record.
pub const MAGIC: [u8; 8] = *b"SBSCAP40";

/// The header of a 4.0 record.
#[derive(BinRead, BinWrite, Clone, Copy, Debug, PartialEq, Eq)]
#[brw(little)]
#[repr(C)]
pub struct Header40 {
    /// `SBSCAP40`.
    #[br(assert(magic.0 == MAGIC))]
    pub magic: Bytes<8>,
    /// 1.
    pub layout: u16,
    /// 2048, in bytes.
    pub record_length: u16,
    /// The pack's serial.
    pub serial: Serial,
    /// Licenses that the pack adds: 5 or 20.
    pub licenses: u16,
    /// Reserved, zero.
    pub zero_26: Bytes<2>,
    /// When the pack was made; not 0.
    pub made_at: FileTime,
    /// SHA-1 of all before it.
    pub identity_seal: Seal,
    /// Events counted: 0 to 24.
    pub event_count: u16,
    /// Bit 0 bound, bit 1 defective.
    pub status: u16,
    /// Licenses before the first apply; 0 while unbound.
    pub from: u16,
    /// Licenses after it; 0 while unbound.
    pub to: u16,
    /// Reserved, zero.
    pub zero_4c: Bytes<4>,
    /// The server that the pack is bound to; zero while unbound.
    pub server: Server,
    /// Reserved, zero.
    pub zero_66: Bytes<10>,
    /// SHA-1 of all before it, then of the seal of the last counted event, if any.
    pub header_seal: Seal,
    /// Reserved, zero.
    pub zero_84: Bytes<380>,
}

const _: () = assert!(size_of::<Header40>() == HEADER_LEN);
const _: () = assert!(offset_of!(Header40, identity_seal) == 0x30);
const _: () = assert!(offset_of!(Header40, header_seal) == 0x70);

/// Where the fields of a 4.0 header stand.
pub(crate) static LAYOUT: Layout = Layout {
    licenses: offset_of!(Header40, licenses),
    origin: None,
    made_at: offset_of!(Header40, made_at),
    converted_at: None,
    source_digest: None,
    identity_seal: offset_of!(Header40, identity_seal),
    event_count: offset_of!(Header40, event_count),
    status: offset_of!(Header40, status),
    from: offset_of!(Header40, from),
    to: offset_of!(Header40, to),
    server: offset_of!(Header40, server),
    header_seal: offset_of!(Header40, header_seal),
    reserved: &[(0x26, 0x28), (0x4C, 0x50), (0x66, 0x70), (0x84, HEADER_LEN)],
    known_status: super::STATUS_BOUND | super::STATUS_DEFECTIVE,
    license_limit: 25,
};
