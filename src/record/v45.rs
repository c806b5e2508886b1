//! The header of a 4.5 record, 512 bytes (FORMAT.md, "Version 4.5"). The struct is the layout.

use super::event::Event;
use super::fields::{Bytes, FileTime, Seal, Serial, Server};
use super::layout::{Layout, OriginLayout, header, with_common_fields};
use super::seal::sha1;
use super::{HEADER_LEN, Origin, Record, RecordBytes, STATUS_BOUND, Version};
use binrw::{BinRead, BinWrite};
use std::mem::{offset_of, size_of};

/// The first eight bytes of a 4.5 record.
pub const MAGIC: [u8; 8] = *b"SBSCAP45";

/// The header of a 4.5 record.
#[derive(BinRead, BinWrite, Clone, Copy, Debug, PartialEq, Eq)]
#[brw(little)]
#[repr(C)]
pub struct Header45 {
    /// `SBSCAP45`.
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
    /// 0 issued as 4.5, 1 converted from 4.0.
    pub origin: u16,
    /// When the pack was made; not 0.
    pub made_at: FileTime,
    /// When it was converted; 0 where issued as 4.5.
    pub converted_at: FileTime,
    /// SHA-1 of the whole 4.0 record that it was; zero where issued as 4.5.
    pub source_digest: Seal,
    /// Reserved, zero.
    pub zero_4c: Bytes<4>,
    /// SHA-1 of all before it.
    pub identity_seal: Seal,
    /// Events counted: 0 to 24.
    pub event_count: u16,
    /// Bit 0 bound.
    pub status: u16,
    /// Licenses before the first apply; 0 while unbound.
    pub from: u16,
    /// Licenses after it; 0 while unbound.
    pub to: u16,
    /// The server that the pack is bound to; zero while unbound.
    pub server: Server,
    /// Reserved, zero.
    pub zero_82: Bytes<2>,
    /// SHA-1 of all before it, then of the seal of the last counted event, if any.
    pub header_seal: Seal,
    /// Reserved, zero.
    pub zero_98: Bytes<360>,
}

const _: () = assert!(size_of::<Header45>() == HEADER_LEN);
const _: () = assert!(offset_of!(Header45, identity_seal) == 0x50);
const _: () = assert!(offset_of!(Header45, header_seal) == 0x84);

with_common_fields! {
    header,
    Header45,
    Version::V45,
    reserved: [zero_4c, zero_82, zero_98],
    origin: Some(OriginLayout {
        origin: offset_of!(Header45, origin),
        converted_at: offset_of!(Header45, converted_at),
        source_digest: offset_of!(Header45, source_digest),
    }),
    known_status: STATUS_BOUND,
    license_limit: 50,
}

impl Header45 {
    /// The header's bytes with both seals set; `last_event` is the seal of the last counted event.
    pub(crate) fn sealed(&self, last_event: Option<&Seal>) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        self.write(&mut std::io::Cursor::new(&mut bytes[..]))
            .expect("the header is as long as its buffer");
        let identity = sha1(&[&bytes[..Self::LAYOUT.identity_seal]]);
        bytes[Self::LAYOUT.identity_seal..][..20].copy_from_slice(&identity.0);
        let last = last_event.map_or(&[][..], |seal| &seal.0);
        let header = sha1(&[&bytes[..Self::LAYOUT.header_seal], last]);
        bytes[Self::LAYOUT.header_seal..][..20].copy_from_slice(&header.0);
        bytes
    }
}
