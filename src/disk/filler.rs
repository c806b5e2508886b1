//! Sectors that a program which made an image could not read, and has filled with a text that says so.

use super::{Flaw, FlawKind, SECTOR_LEN};

/// What programs fill such sectors with, over and over: Greaseweazle; safecopy, where it is to mark bad
/// blocks; recoverdisk of FreeBSD.
const FILLERS: [&[u8]; 3] = [b"-=[BAD SECTOR]=-", b"BaDbLoCk", b"_UNREAD_"];

/// The filled sectors among `bytes`, which begin with a sector of this number.
pub(crate) fn filled(bytes: &[u8], first: u32) -> Vec<Flaw> {
    let sectors = (first..).zip(bytes.chunks_exact(SECTOR_LEN));
    let filled = sectors.filter(|(_, bytes)| is_filled(bytes));
    filled.map(|(sector, _)| Flaw { sector, kind: FlawKind::Filled }).collect()
}

fn is_filled(sector: &[u8]) -> bool {
    let repeats = |filler: &[u8]| sector.chunks_exact(filler.len()).all(|part| part == filler);
    // Nearly every sector is told by its first byte.
    FILLERS.into_iter().any(|filler| sector[0] == filler[0] && repeats(filler))
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
