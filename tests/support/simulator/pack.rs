//! A pack: the bytes of its record, and beside them what was truly done with it.

use super::server::Identity;
use sha1::{Digest, Sha1};

/// Where the parts of a header stand that the two versions keep in different places.
#[derive(Debug)]
pub(crate) struct Map {
    pub(crate) identity_seal: usize,
    pub(crate) count: usize,
    pub(crate) status: usize,
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) address: usize,
    pub(crate) name: usize,
    pub(crate) header_seal: usize,
}

static MAP_40: Map = Map {
    identity_seal: 0x30,
    count: 0x44,
    status: 0x46,
    from: 0x48,
    to: 0x4A,
    address: 0x50,
    name: 0x56,
    header_seal: 0x70,
};

static MAP_45: Map = Map {
    identity_seal: 0x50,
    count: 0x64,
    status: 0x66,
    from: 0x68,
    to: 0x6A,
    address: 0x6C,
    name: 0x72,
    header_seal: 0x84,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    V40,
    Issued45,
    Converted45,
}

/// What a pack is bound to, and the licenses that it goes from and to there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Binding {
    pub(crate) from: u16,
    pub(crate) to: u16,
    pub(crate) server: Identity,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) kind: u16,
    pub(crate) version: u16,
    pub(crate) from: u16,
    pub(crate) to: u16,
    pub(crate) at: u64,
    pub(crate) server: Identity,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Applied,
    Reapplied,
    OutOfOrder,
    Transferred,
    PostUpgrade { counted: bool },
}

/// What was truly done; its slot is its place in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Done {
    pub(crate) deed: Deed,
    pub(crate) event: Event,
}

#[derive(Clone, Debug)]
pub(crate) struct Pack {
    pub(crate) bytes: Vec<u8>,
    pub(crate) format: Format,
    pub(crate) serial: String,
    pub(crate) licenses: u16,
    pub(crate) made_at: u64,
    pub(crate) binding: Option<Binding>,
    pub(crate) log: Vec<Done>,
}

/// SHA-1 of `parts`, one after the other.
pub(crate) fn digest(parts: &[&[u8]]) -> [u8; 20] {
    Sha1::digest(parts.concat()).into()
}

/// Offset of a slot.
pub(crate) fn slot_at(slot: usize) -> usize {
    0x200 + slot * 64
}

impl Pack {
    /// An unused 4.0 pack.
    pub(crate) fn unused_40(serial: &str, licenses: u16, made_at: u64) -> Self {
        Self::made(b"SBSCAP40", Format::V40, (serial, licenses, made_at))
    }

    /// An unused pack that was issued as 4.5.
    pub(crate) fn issued_45(serial: &str, licenses: u16, made_at: u64) -> Self {
        Self::made(b"SBSCAP45", Format::Issued45, (serial, licenses, made_at))
    }

    fn made(magic: &[u8], format: Format, (serial, licenses, made_at): (&str, u16, u64)) -> Self {
        let mut pack = Self {
            bytes: vec![0; 2048],
            format,
            serial: serial.to_owned(),
            licenses,
            made_at,
            binding: None,
            log: Vec::new(),
        };
        pack.put(0x000, magic);
        pack.put16(0x008, 1);
        pack.put16(0x00A, 2048);
        pack.put(0x00C, serial.as_bytes());
        pack.put16(0x024, licenses);
        pack.put(0x028, &made_at.to_le_bytes());
        pack.reseal();
        pack
    }

    /// The 4.5 pack that this one becomes: all of it is made from what is known, not from bytes.
    pub(crate) fn converted(&self, at: u64) -> Self {
        assert_eq!(self.format, Format::V40);
        let identity = (&*self.serial, self.licenses, self.made_at);
        let mut pack = Self::made(b"SBSCAP45", Format::Converted45, identity);
        pack.put16(0x026, 1);
        pack.put(0x030, &at.to_le_bytes());
        pack.put(0x038, &digest(&[&self.bytes]));
        if let Some(binding) = self.binding.clone() {
            pack.bind(binding);
        }
        pack.reseal();
        pack
    }

    pub(crate) fn map(&self) -> &'static Map {
        if self.format == Format::V40 { &MAP_40 } else { &MAP_45 }
    }

    pub(crate) fn put(&mut self, at: usize, bytes: &[u8]) {
        self.bytes[at..at + bytes.len()].copy_from_slice(bytes);
    }

    pub(crate) fn put16(&mut self, at: usize, value: u16) {
        self.put(at, &value.to_le_bytes());
    }

    pub(crate) fn get16(&self, at: usize) -> u16 {
        u16::from_le_bytes([self.bytes[at], self.bytes[at + 1]])
    }

    pub(crate) fn count(&self) -> usize {
        self.get16(self.map().count).into()
    }

    /// Sets the status bits in `bits`, beside those that are set.
    pub(crate) fn set_status(&mut self, bits: u16) {
        let status = self.get16(self.map().status);
        self.put16(self.map().status, status | bits);
    }

    pub(crate) fn bind(&mut self, binding: Binding) {
        let map = self.map();
        self.set_status(1);
        self.put16(map.from, binding.from);
        self.put16(map.to, binding.to);
        self.put(map.address, &binding.server.address);
        self.put(map.name, &binding.server.padded_name());
        self.binding = Some(binding);
    }

    /// Writes an event over a slot and seals it; neither the count nor the header hears of it.
    pub(crate) fn write_event(&mut self, slot: usize, event: &Event) {
        let at = slot_at(slot);
        self.put16(at, event.kind);
        self.put16(at + 2, event.version);
        self.put16(at + 4, event.from);
        self.put16(at + 6, event.to);
        self.put(at + 8, &event.at.to_le_bytes());
        self.put(at + 16, &event.server.address);
        self.put(at + 22, &event.server.padded_name());
        self.put(at + 38, &[0; 6]);
        self.seal_event(slot);
    }

    pub(crate) fn seal_identity(&mut self) {
        let at = self.map().identity_seal;
        let seal = digest(&[&self.bytes[..at]]);
        self.put(at, &seal);
    }

    /// Where the seal stands that the event in `slot` is chained to.
    pub(crate) fn previous_seal_at(&self, slot: usize) -> usize {
        if slot == 0 { self.map().identity_seal } else { slot_at(slot - 1) + 44 }
    }

    /// Seals an event by the rule of the version that it says.
    pub(crate) fn seal_event(&mut self, slot: usize) {
        let is_45 = self.get16(slot_at(slot) + 2) == 0x0405;
        self.seal_event_with(slot, if is_45 { b"4.5" } else { b"" });
    }

    /// Seals an event with a suffix, whatever version it says.
    pub(crate) fn seal_event_with(&mut self, slot: usize, suffix: &[u8]) {
        let (at, previous) = (slot_at(slot), self.previous_seal_at(slot));
        let seal =
            digest(&[&self.bytes[previous..previous + 20], &self.bytes[at..at + 44], suffix]);
        self.put(at + 44, &seal);
    }

    pub(crate) fn seal_header(&mut self) {
        let at = self.map().header_seal;
        let last = match self.count().min(24) {
            0 => &[][..],
            count => &self.bytes[slot_at(count - 1) + 44..][..20],
        };
        let seal = digest(&[&self.bytes[..at], last]);
        self.put(at, &seal);
    }

    /// Makes every seal verify again, whatever the bytes say.
    pub(crate) fn reseal(&mut self) {
        self.seal_identity();
        for slot in 0..self.count().min(24) {
            self.seal_event(slot);
        }
        self.seal_header();
    }

    /// Whether a 4.5 server has spoilt this 4.0 pack.
    pub(crate) fn is_spoilt(&self) -> bool {
        self.log.iter().any(|done| matches!(done.deed, Deed::PostUpgrade { .. }))
    }
}
