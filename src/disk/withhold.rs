//! Reading around lost sectors.

use super::{Flaw, MediaError, SECTOR_LEN};

/// Zeroes the sectors in `lost` within `buffer`, which was read from `offset` on; an error if there are
/// any. `lost` is in order.
pub(crate) fn withhold(lost: &[Flaw], offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
    let sector_len = SECTOR_LEN as u64;
    let end = offset + buffer.len() as u64;
    let from = lost.partition_point(|flaw| (u64::from(flaw.sector) + 1) * sector_len <= offset);
    let within = |flaw: &&Flaw| u64::from(flaw.sector) * sector_len < end;
    let len = buffer.len();
    let place = |at: u64| usize::try_from(at.clamp(offset, end) - offset).unwrap_or(len);
    let mut found = Vec::new();
    for flaw in lost[from..].iter().take_while(within) {
        let start = u64::from(flaw.sector) * sector_len;
        let range = place(start)..place(start + sector_len);
        buffer[range].fill(0);
        found.push(*flaw);
    }
    if found.is_empty() { Ok(()) } else { Err(MediaError::Lost(found)) }
}
