//! One event of a pack's history, 64 bytes (FORMAT.md, "An event"). The struct is the layout.

use super::fields::{Bytes, FileTime, Seal, Server};
use binrw::{BinRead, BinWrite};
use std::mem::{offset_of, size_of};

/// Bytes in an event.
pub const EVENT_LEN: usize = 64;
/// The offset of the event's own seal, which covers the bytes before it.
pub const EVENT_SEAL_AT: usize = offset_of!(Event, seal);

/// An event, as it is in its slot.
#[derive(BinRead, BinWrite, Clone, Copy, Debug, PartialEq, Eq)]
#[brw(little)]
#[repr(C)]
pub struct Event {
    /// What the server did: an [`EventKind`].
    pub kind: u16,
    /// The server's version: a [`ServerVersion`].
    pub server_version: u16,
    /// Licenses that the server had before.
    pub from: u16,
    /// Licenses that it had afterwards.
    pub to: u16,
    /// When, by the server's clock.
    pub at: FileTime,
    /// The server that wrote the event.
    pub server: Server,
    /// Reserved, zero.
    pub zero: Bytes<6>,
    /// SHA-1 of the seal before this one and bytes 0..44; a 4.5 server adds `4.5`.
    pub seal: Seal,
}

const _: () = {
    assert!(size_of::<Event>() == EVENT_LEN);
    assert!(offset_of!(Event, server) == 16);
    assert!(offset_of!(Event, zero) == 38);
    assert!(offset_of!(Event, seal) == 44);
};

/// What a server did with a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// Applied for the first time.
    Apply,
    /// Applied again after a reinstall.
    Reapply,
    /// Bound to another server, by a password from support [KB 236867].
    Transfer,
}

/// The version of the server that wrote an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
pub enum ServerVersion {
    /// Small Business Server 4.0.
    #[strum(to_string = "4.0")]
    V40,
    /// Small Business Server 4.0a.
    #[strum(to_string = "4.0a")]
    V40a,
    /// Small Business Server 4.5.
    #[strum(to_string = "4.5")]
    V45,
}

impl ServerVersion {
    /// The version as it is written in reports.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The most client licenses that such a server accepts [KB 236867].
    pub const fn license_limit(self) -> u16 {
        match self {
            Self::V40 | Self::V40a => 25,
            Self::V45 => 50,
        }
    }
}

impl Event {
    /// The content of an unused slot.
    pub(crate) const NONE: Self = Self {
        kind: 0,
        server_version: 0,
        from: 0,
        to: 0,
        at: FileTime(0),
        server: Server::NONE,
        zero: Bytes::ZERO,
        seal: Bytes::ZERO,
    };

    /// The event's kind; `None` if it is not one of the three.
    pub fn known_kind(&self) -> Option<EventKind> {
        match self.kind {
            1 => Some(EventKind::Apply),
            2 => Some(EventKind::Reapply),
            3 => Some(EventKind::Transfer),
            _ => None,
        }
    }

    /// The server's version; `None` if it is not one of the three.
    pub fn known_version(&self) -> Option<ServerVersion> {
        match self.server_version {
            0x0400 => Some(ServerVersion::V40),
            0x0401 => Some(ServerVersion::V40a),
            0x0405 => Some(ServerVersion::V45),
            _ => None,
        }
    }

    /// Whether each field but the seal keeps its rule (FORMAT.md, "An event").
    pub(crate) fn keeps_its_rules(&self) -> bool {
        self.known_kind().is_some()
            && self.known_version().is_some()
            && self.server.address != Bytes::ZERO
            && self.server.name_text().is_some()
            && self.zero == Bytes::ZERO
    }
}
