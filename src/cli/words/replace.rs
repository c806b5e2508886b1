//! The request for replacement media, and the evidence in it.

use super::finding::{evidence_parts, finding_message};
use super::value::{number, server};
use addpack::diagnosis::Finding;
use addpack::record::fields::Server;

/// The start of a request.
pub(crate) const REQUEST_HEAD: [&str; 3] = [
    "Request for replacement media: Small Business Server Client Add Packs",
    "Replacement media are the subject of the vendor's article KB 274532. Have at hand for each pack \
     what is stated below: its serial, its size, the server that it is bound to, and the reason; and \
     the diskette itself, if there is one. On packs that are lost or stolen, see KB 236867 first.",
    "The vendor's support of this product has ended. Begin with whoever supplies your licenses today, \
     and bring what proves that you bought the packs.",
];

/// The end of a request.
pub(crate) const REQUEST_FOOT: &str = "Serials, servers and evidence are as they stand on the diskettes; the SHA-1 is that of the \
     whole image file. Keep the diskettes and their images as they are until the replacements have come.";

/// Which server's packs are taken to be lost, where none was named.
pub(crate) fn taken_message(server: &Server) -> String {
    format!(
        "lost packs are named for {}, which most packs here are bound to; --address or --name names another \
         server",
        self::server(server)
    )
}

/// A finding with its place, and what was expected and found there.
pub(crate) fn evidence(finding: &Finding) -> String {
    let parts: Vec<_> =
        evidence_parts(finding).map(|(name, text)| format!("{name} {text}")).collect();
    let message = finding_message(finding);
    if parts.is_empty() { message } else { format!("{message} ({})", parts.join(", ")) }
}

/// How many replacements a request asks for. Images that have no serial may all be of one pack: it is asked for once
/// for those that are the same, which nobody knows before all of them were read.
pub(crate) fn replacements(packs: usize, without_serial: usize) -> String {
    let (least, most) = (packs + usize::from(without_serial > 0), packs + without_serial);
    let word = if most == 1 { "replacement" } else { "replacements" };
    let most = number(most as u64);
    if without_serial > 1 {
        format!("{} to {most} {word}", number(least as u64))
    } else {
        format!("{most} {word}")
    }
}
