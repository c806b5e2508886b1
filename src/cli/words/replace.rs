//! The request for replacement media, and the evidence in it.

use super::finding::{evidence_parts, finding_message};
use super::value::{number, plural, server};
use addpack::diagnosis::Finding;
use addpack::record::fields::{Serial, Server};
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

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

/// How many replacements a request asks for: one for each serial and, of images without a serial, one for those that have
/// the same bytes. Those whose evidence differs are certainly different.
#[derive(Default)]
pub(crate) struct Replacements {
    serials: HashSet<Serial>,
    without_serial: usize,
    /// What the evidence of the images without a serial comes to.
    looks: HashSet<u64>,
}

impl Replacements {
    pub(crate) fn add_pack(&mut self, serial: Serial) {
        self.serials.insert(serial);
    }

    /// Adds an image without a serial, by what [`look_of`] its evidence is.
    pub(crate) fn add_unnamed(&mut self, look: u64) {
        self.without_serial += 1;
        self.looks.insert(look);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.most() == 0
    }

    /// How many there are at most.
    fn most(&self) -> usize {
        self.serials.len() + self.without_serial
    }

    /// How many there are, where that is certain.
    pub(crate) fn count(&self) -> Option<usize> {
        (self.looks.len() == self.without_serial).then(|| self.most())
    }

    pub(crate) fn in_words(&self) -> String {
        let most = plural(self.most() as u64, "replacement", "replacements");
        if self.count().is_some() {
            return most;
        }
        let least = number((self.serials.len() + self.looks.len()) as u64);
        format!("{least} to {most} (images with the same bytes count as one)")
    }
}

/// A number for the evidence of an image without a serial: another one where the evidence is another.
pub(crate) fn look_of(evidence: &[String]) -> u64 {
    let mut hasher = DefaultHasher::new();
    evidence.hash(&mut hasher);
    hasher.finish()
}
