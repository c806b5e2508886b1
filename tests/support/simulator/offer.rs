//! A diskette is handed to a server: what it reads there, what it says, and what it does to it.
//!
//! As the vendor's articles and FORMAT.md tell it. Where an article quotes the server, so does this.

use super::pack::{Format, Pack};
use super::server::{Release, Server};

/// What kind of server it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Retail,
    Nfr,
    Msdn,
    Nt,
}

/// What came of handing a pack to a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Came {
    /// The server has other licenses now: from and to.
    Licenses(u16, u16),
    /// It said this, and wrote nothing.
    Said(String),
    /// It found no sound record, and wrote nothing.
    Unsound,
    /// The diskette is defective now.
    Defective,
    /// The diskette is corrupt now.
    Corrupt,
}

impl Server {
    /// Hands a pack to this server, its tab open (`protected`) or shut.
    pub(crate) fn offer(&mut self, kind: Kind, pack: &mut Pack, protected: bool) -> Came {
        let before = pack.bytes.clone();
        let came = self.take(kind, pack, protected);
        let wrote = !matches!(came, Came::Said(_) | Came::Unsound);
        assert_eq!(before != pack.bytes, wrote, "{came:?}");
        came
    }

    fn take(&mut self, kind: Kind, pack: &mut Pack, protected: bool) -> Came {
        match kind {
            Kind::Retail if !pack.is_whole() => return Came::Unsound,
            Kind::Retail => {}
            // [234929, 264812]
            Kind::Nt => {
                return quoted(
                    "Your computer is not running Microsoft BackOffice Small Business Server. You \
                     can only add licenses to a computer running Small Business Server.",
                );
            }
            // [218144]
            Kind::Nfr | Kind::Msdn => {
                return quoted(
                    "This version of the Microsoft Small Business Server cannot have additional \
                     client licenses added.",
                );
            }
        }
        // A server writes to the diskette, or says that it may be damaged [183855].
        if protected || pack.count() == 24 {
            return modelled("says that the disk may be damaged, since it cannot write to it");
        }
        if pack.bytes.starts_with(b"SBSCAP40") && self.release == Release::V45 {
            assert!(self.spoil(pack, true));
            return Came::Corrupt;
        }
        let had = self.licenses;
        match self.read_use(pack) {
            None if self.apply(pack) => Came::Licenses(had, self.licenses),
            None => self.is_full(),
            Some((.., false)) => modelled(
                "asks for a password from support, since the pack is bound to another server",
            ),
            Some((_, to, true)) if to > self.most() => self.is_full(),
            Some((from, to, true)) => self.restore_from(pack, (from, to)),
        }
    }

    /// A used pack of this server, within its limit [177962, 194335].
    fn restore_from(&mut self, pack: &mut Pack, (from, to): (u16, u16)) -> Came {
        let had = self.licenses;
        if had != from && pack.format != Format::V40 {
            return modelled(&format!(
                "turns the pack away: it restores {from} to {to} licenses and no others"
            ));
        }
        assert!(self.reapply(pack));
        if had == from { Came::Licenses(had, self.licenses) } else { Came::Defective }
    }

    fn most(&self) -> u16 {
        match self.release {
            Release::V40 | Release::V40a => 25,
            Release::V45 => 50,
        }
    }

    fn is_full(&self) -> Came {
        let most = self.most();
        modelled(&format!("turns the pack away: it takes {most} licenses at most"))
    }

    /// What the bytes say of the pack's use: from, to, and whether it was on this server.
    fn read_use(&self, pack: &Pack) -> Option<(u16, u16, bool)> {
        let map = pack.map();
        let address = &pack.bytes[map.address..map.address + 6];
        let name = &pack.bytes[map.name..map.name + 16];
        let is_own = address == self.identity.address && name == self.identity.padded_name();
        let is_bound = pack.get16(map.status) & 1 == 1;
        is_bound.then(|| (pack.get16(map.from), pack.get16(map.to), is_own))
    }
}

/// A sentence that the vendor's articles quote.
fn quoted(text: &str) -> Came {
    Came::Said(format!("The server says: \"{text}\""))
}

/// A sentence that no article quotes.
fn modelled(what: &str) -> Came {
    Came::Said(format!("In addpack's model, the server {what}."))
}

impl Pack {
    /// Whether every seal verifies and no server has marked or spoilt the pack.
    pub(crate) fn is_whole(&self) -> bool {
        let mut sealed = self.clone();
        sealed.reseal();
        sealed.bytes == self.bytes && self.get16(self.map().status) & 2 == 0 && !self.is_spoilt()
    }
}
