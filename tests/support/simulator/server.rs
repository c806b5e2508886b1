//! A server: what it does with the packs that it is given. It says whether it wrote to the pack.

use super::pack::{Binding, Deed, Done, Event, Format, Pack};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Release {
    V40,
    V40a,
    V45,
}

/// What a pack knows a server by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) address: [u8; 6],
    pub(crate) name: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(crate) release: Release,
    pub(crate) identity: Identity,
    pub(crate) licenses: u16,
    pub(crate) clock: u64,
}

const APPLY: u16 = 1;
const REAPPLY: u16 = 2;
const TRANSFER: u16 = 3;
/// Licenses that a server has when it is installed.
const INSTALLED: u16 = 5;
/// Slots in a record.
const SLOTS: usize = 24;

impl Release {
    pub(crate) fn code(self) -> u16 {
        match self {
            Self::V40 => 0x0400,
            Self::V40a => 0x0401,
            Self::V45 => 0x0405,
        }
    }

    fn limit(self) -> u16 {
        if self == Self::V45 { 50 } else { 25 }
    }
}

impl Identity {
    pub(crate) fn padded_name(&self) -> [u8; 16] {
        let mut padded = [0; 16];
        padded[..self.name.len()].copy_from_slice(self.name.as_bytes());
        padded
    }
}

impl Server {
    pub(crate) fn install(release: Release, address: [u8; 6], name: &str, clock: u64) -> Self {
        let identity = Identity { address, name: name.to_owned() };
        Self { release, identity, licenses: INSTALLED, clock }
    }

    pub(crate) fn reinstall(&mut self) {
        self.licenses = INSTALLED;
    }

    pub(crate) fn upgrade(&mut self) {
        self.release = Release::V45;
    }

    /// The first apply of an unbound pack.
    pub(crate) fn apply(&mut self, pack: &mut Pack) -> bool {
        let to = self.licenses + pack.licenses;
        if pack.binding.is_some() || to > self.release.limit() || !self.may_write(pack) {
            return false;
        }
        let binding = Binding { from: self.licenses, to, server: self.identity.clone() };
        self.licenses = to;
        self.record(pack, Deed::Applied, (binding.from, to), Some(binding));
        true
    }

    /// A reapply of a pack that is bound to this server. Where the licenses are others than the
    /// pack's `from`, a 4.0 pack is made defective, and a 4.5 pack left alone.
    pub(crate) fn reapply(&mut self, pack: &mut Pack) -> bool {
        let Some(binding) = self.binding_of(pack) else { return false };
        if binding.to > self.release.limit() || !self.may_write(pack) {
            return false;
        }
        if binding.from == self.licenses {
            self.licenses = binding.to;
            self.record(pack, Deed::Reapplied, (binding.from, binding.to), None);
        } else if pack.format == Format::V40 {
            pack.set_status(2);
            self.record(pack, Deed::OutOfOrder, (self.licenses, self.licenses), None);
        } else {
            return false;
        }
        true
    }

    /// Takes over, by a password from support, a pack that is bound to another server.
    pub(crate) fn transfer(&mut self, pack: &mut Pack) -> bool {
        let Some(mut binding) = pack.binding.clone() else { return false };
        let is_own = binding.server == self.identity;
        if is_own || binding.to > self.release.limit() || !self.may_write(pack) {
            return false;
        }
        binding.server = self.identity.clone();
        self.licenses = binding.to;
        self.record(pack, Deed::Transferred, (binding.from, binding.to), Some(binding));
        true
    }

    /// A 4.0 pack on a 4.5 server: one event behind the last counted one, and no more than that.
    pub(crate) fn spoil(&mut self, pack: &mut Pack, raises_count: bool) -> bool {
        let slot = pack.count();
        if pack.format != Format::V40 || self.release != Release::V45 || slot == SLOTS {
            return false;
        }
        let to = Some(self.licenses + pack.licenses).filter(|to| *to <= self.release.limit());
        let kind = if pack.binding.is_some() { REAPPLY } else { APPLY };
        let event = self.event(kind, (self.licenses, to.unwrap_or(self.licenses)));
        pack.write_event(slot, &event);
        if raises_count {
            pack.put16(pack.map().count, u16::try_from(slot + 1).expect("up to 24"));
        }
        // An event that was not counted is written over.
        pack.log.truncate(slot);
        pack.log.push(Done { deed: Deed::PostUpgrade { counted: raises_count }, event });
        true
    }

    fn binding_of(&self, pack: &Pack) -> Option<Binding> {
        pack.binding.clone().filter(|binding| binding.server == self.identity)
    }

    /// Whether there is room, and this server writes such packs by their own rules.
    fn may_write(&self, pack: &Pack) -> bool {
        let fits = pack.format != Format::V40 || self.release != Release::V45;
        fits && !pack.is_spoilt() && pack.count() < SLOTS
    }

    fn event(&self, kind: u16, (from, to): (u16, u16)) -> Event {
        let (version, server) = (self.release.code(), self.identity.clone());
        Event { kind, version, from, to, at: self.clock, server }
    }

    fn record(&self, pack: &mut Pack, deed: Deed, licenses: (u16, u16), bind: Option<Binding>) {
        let kind = match deed {
            Deed::Applied => APPLY,
            Deed::Transferred => TRANSFER,
            _ => REAPPLY,
        };
        let slot = pack.count();
        let event = self.event(kind, licenses);
        pack.write_event(slot, &event);
        pack.put16(pack.map().count, u16::try_from(slot + 1).expect("up to 24"));
        if let Some(binding) = bind {
            pack.bind(binding);
        }
        pack.seal_header();
        pack.log.push(Done { deed, event });
    }
}
