//! The rules by which a server responds to a pack: one function for each, in the order in which [`response`]
//! applies them.

use super::facts::knows;
use super::{Edition, FIRST_LICENSES, PackFacts, ServerState};
use crate::record::Version;
use crate::record::event::ServerVersion;

/// How a server responds to a sound pack, or harms it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerResponse {
    /// It accepts the pack.
    Takes {
        /// Licenses that it has before.
        from: u16,
        /// Licenses that it has afterwards.
        to: u16,
    },
    /// "Your computer is not running Microsoft `BackOffice` Small Business Server."
    /// [KB 234929, 264812]
    NotSmallBusinessServer,
    /// This version "cannot have additional client licenses added" [KB 218144].
    NoAddedLicenses,
    /// The disk may be damaged: the server could not write to it [KB 183855].
    MayBeDamaged,
    /// For a 4.0 pack: the disk "was already used" [KB 177962]. After a reinstall the server may also make it
    /// defective [KB 194335, 236867].
    AlreadyUsed {
        /// Licenses that it restores from.
        from: u16,
        /// Licenses that it restores to.
        to: u16,
    },
    /// For a 4.5 pack: it restores other licenses than the next ones [KB 177962].
    RestoresOther {
        /// Licenses that it restores from.
        from: u16,
        /// Licenses that it restores to.
        to: u16,
    },
    /// The maximum number of licenses would be exceeded [KB 177962, 236867].
    OverLimit {
        /// The most licenses that the server can have.
        limit: u16,
    },
    /// It asks for a password from support [KB 236867].
    AsksForPassword,
    /// It may corrupt the diskette [KB 236867, 239666].
    MayCorrupt,
}

impl ServerResponse {
    /// The vendor's articles for this response.
    pub const fn kb(self) -> &'static [u32] {
        match self {
            Self::Takes { .. } | Self::AsksForPassword => &[236_867],
            Self::NotSmallBusinessServer => &[234_929, 264_812],
            Self::NoAddedLicenses => &[218_144],
            Self::MayBeDamaged => &[183_855],
            Self::AlreadyUsed { .. } => &[177_962, 194_335, 236_867],
            Self::RestoresOther { .. } => &[177_962],
            Self::OverLimit { .. } => &[177_962, 236_867],
            Self::MayCorrupt => &[236_867, 239_666],
        }
    }

    /// Whether it may damage the diskette.
    pub const fn is_harm(self) -> bool {
        matches!(self, Self::MayCorrupt | Self::AlreadyUsed { .. })
    }
}

/// Whether the server is a Small Business Server, not full NT [KB 234929, 264812].
pub fn is_small_business_server(edition: Edition) -> bool {
    edition != Edition::Nt
}

/// Whether licenses can be added to this edition at all [KB 218144].
pub fn can_add_licenses(edition: Edition) -> bool {
    edition == Edition::Retail
}

/// The most licenses that a server of this version can have: 25 or 50 [KB 236867].
pub fn limit(version: ServerVersion) -> u16 {
    version.license_limit()
}

/// Whether the server can write to the pack, as it does whenever one is applied [KB 183855, 236867]: it
/// is not write-protected, and its record has room for another event.
pub fn can_write(pack: &PackFacts) -> bool {
    !pack.write_protected && !pack.is_full()
}

/// Whether the pack is not bound to another server: moving it needs a password from support [KB 236867].
pub fn is_free_for(pack: &PackFacts, server: &ServerState) -> bool {
    pack.used.is_none_or(|used| server.identity == Some(used.server))
}

/// The licenses that a server with `installed` licenses would have after this pack: a used one leads to
/// the same number as before [KB 177962].
pub fn target(pack: &PackFacts, installed: u16) -> u16 {
    pack.used.map_or(installed + pack.licenses, |used| used.to)
}

/// Whether a used pack restores just the licenses that come after those that are installed
/// [KB 177962].
pub fn is_in_order(pack: &PackFacts, installed: u16) -> bool {
    pack.used.is_none_or(|used| used.from == installed)
}

/// How `server`, with `installed` licenses, responds to a sound pack that is applied as it is.
pub fn response(pack: &PackFacts, server: &ServerState, installed: u16) -> ServerResponse {
    let limit = limit(server.version);
    match (target(pack, installed), pack.used) {
        _ if !is_small_business_server(server.edition) => ServerResponse::NotSmallBusinessServer,
        _ if !can_add_licenses(server.edition) => ServerResponse::NoAddedLicenses,
        _ if !can_write(pack) => ServerResponse::MayBeDamaged,
        _ if !knows(server.version, pack.version) => ServerResponse::MayCorrupt,
        _ if !is_free_for(pack, server) => ServerResponse::AsksForPassword,
        (to, _) if to > limit => ServerResponse::OverLimit { limit },
        (to, _) if is_in_order(pack, installed) => ServerResponse::Takes { from: installed, to },
        (to, used) => {
            let from = used.map_or(installed, |used| used.from);
            match pack.version {
                Version::V40 => ServerResponse::AlreadyUsed { from, to },
                Version::V45 => ServerResponse::RestoresOther { from, to },
            }
        }
    }
}

/// Whether a server can have that many licenses: it is installed with 5, and packs add 5 or 20.
pub fn is_possible(installed: u16, version: ServerVersion) -> bool {
    (FIRST_LICENSES..=limit(version)).contains(&installed) && installed.is_multiple_of(5)
}
