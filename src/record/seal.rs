//! SHA-1 seals: each covers the bytes before it, and those of the events form a chain (FORMAT.md).

use super::event::{EVENT_SEAL_AT, ServerVersion};
use super::fields::{Bytes, Seal};
use sha1::{Digest, Sha1};

/// SHA-1 of `parts`, one after the other.
pub fn sha1(parts: &[&[u8]]) -> Seal {
    let mut hash = Sha1::new();
    for part in parts {
        hash.update(part);
    }
    Bytes(hash.finalize().into())
}

/// The seal that a server of `version` writes into an event. `event` is the slot, of which the 44 bytes
/// before the seal are covered; `previous` is the seal of the event before, or the identity seal.
pub fn event_seal(previous: &Seal, event: &[u8], version: ServerVersion) -> Seal {
    let suffix: &[u8] = if version == ServerVersion::V45 { b"4.5" } else { b"" };
    sha1(&[&previous.0, &event[..EVENT_SEAL_AT], suffix])
}
