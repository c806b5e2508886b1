//! The request for replacement media, and the evidence in it.

use super::finding::{evidence_parts, finding_message};
use super::value::number;
use addpack::diagnosis::Finding;

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

/// A finding with its place, and what was expected and found there.
pub(crate) fn evidence(finding: &Finding) -> String {
    let parts: Vec<_> =
        evidence_parts(finding).map(|(name, text)| format!("{name} {text}")).collect();
    let message = finding_message(finding);
    if parts.is_empty() { message } else { format!("{message} ({})", parts.join(", ")) }
}

/// How many replacements a request asks for. Images that have no serial may be of one pack: then so many at most.
pub(crate) fn replacements(packs: usize, without_serial: usize) -> String {
    let all = packs + without_serial;
    let at_most = if without_serial > 1 { "up to " } else { "" };
    let word = if all == 1 { "replacement" } else { "replacements" };
    format!("{at_most}{} {word}", number(all as u64))
}
