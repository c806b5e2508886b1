//! Sectors that an imaging program could not read, and filled with a text that says so.

use super::{Flaw, FlawKind, SECTOR_LEN};

/// The texts, each repeated to the end of the sector: of Greaseweazle, of safecopy with its option to
/// mark bad blocks, and of FreeBSD's recoverdisk.
const FILLERS: [&[u8]; 3] = [b"-=[BAD SECTOR]=-", b"BaDbLoCk", b"_UNREAD_"];

/// The filled sectors in `bytes`; `first` is the number of the sector that they begin with.
pub(crate) fn filled(bytes: &[u8], first: u32) -> Vec<Flaw> {
    let sectors = (first..).zip(bytes.chunks_exact(SECTOR_LEN));
    let filled = sectors.filter(|(_, bytes)| is_filled(bytes));
    filled.map(|(sector, _)| Flaw { sector, kind: FlawKind::Filled }).collect()
}

fn is_filled(sector: &[u8]) -> bool {
    let repeats = |filler: &[u8]| sector.chunks_exact(filler.len()).all(|part| part == filler);
    // The first byte rules out nearly every sector.
    matches!(sector[0], b'-' | b'B' | b'_') && FILLERS.into_iter().any(repeats)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_sector_that_is_filled_to_its_end_is_one() {
        let mut bytes = b"-=[BAD SECTOR]=-".repeat(64);
        bytes.extend(b"_UNREAD_".repeat(64));
        bytes[1000] = b'x';
        let sectors: Vec<_> = filled(&bytes, 7).iter().map(|flaw| flaw.sector).collect();
        assert_eq!(sectors, [7, 9]);
    }
}
