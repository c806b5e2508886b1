//! The header of a 4.0 record, 512 bytes (FORMAT.md, "Version 4.0"). The struct is the layout.

use super::event::Event;
use super::fields::{Bytes, FileTime, Seal, Serial, Server};
use super::layout::{Layout, header, with_common_fields};
use super::{HEADER_LEN, Origin, Record, RecordBytes, STATUS_BOUND, STATUS_DEFECTIVE, Version};
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

with_common_fields! {
    header,
    Header40,
    Version::V40,
    reserved: [zero_26, zero_4c, zero_66, zero_84],
    origin: None,
    known_status: STATUS_BOUND | STATUS_DEFECTIVE,
    license_limit: 25,
}
