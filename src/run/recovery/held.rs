//! What an image holds of a conversion that was claimed.

use crate::conversion::Patch;
use crate::disk::{DisketteStorage, SECTOR_LEN};
use crate::ledger::LedgerEntry;
use crate::media::Medium;
use crate::pack::examine::{Examination, RecordSectors, examine};
use crate::record::{RECORD_LEN, RECORD_SECTORS, RecordBytes};

/// What is known of an image besides the bytes of its record.
#[derive(Clone, Copy)]
pub(super) struct Evidence {
    /// Whether the record is damaged.
    pub(super) damaged: bool,
    /// Whether it is the very file that was claimed; of a drive, whether the record is at the place
    /// that was claimed.
    pub(super) is_claimed: bool,
    /// Whether the user says that it is that pack's diskette.
    pub(super) put_back: bool,
}

/// What an image holds of a conversion.
pub(super) enum Held {
    Old,
    New(Patch),
    Torn(Patch),
    SomethingElse,
}

/// The sectors of the record by the image's own file system, and whether it is damaged. If the record cannot be read,
/// the ledger is believed only for the image that was claimed.
pub(super) fn locate(
    medium: &Medium,
    entry: &LedgerEntry,
    is_claimed: bool,
) -> Option<(RecordSectors, bool)> {
    match examine(medium) {
        Ok(Examination::Pack(pack)) => Some((pack.sectors?, !pack.diagnosis.is_authentic())),
        Ok(Examination::NotAPack(_)) => None,
        Err(_) => Some((entry.sectors?, true)).filter(|_| is_claimed),
    }
}

/// The record as the disk holds it, since the cache may show what never reached it, and which of its sectors can be read.
/// A container is seen on the disk later, as a whole. If the diskette that was claimed has the new commit sector, an
/// unreadable sector after it was being zeroed when the diskette was pulled out: it counts as old, and is zeroed again.
fn read<S: DisketteStorage>(
    medium: &S,
    sectors: &RecordSectors,
    patch: &Patch,
    is_claimed: bool,
) -> (RecordBytes, [bool; RECORD_SECTORS]) {
    let mut bytes = [0; RECORD_LEN];
    let mut readable = [false; RECORD_SECTORS];
    for (index, buffer) in bytes.chunks_exact_mut(SECTOR_LEN).enumerate() {
        let read = if medium.is_replaced() {
            medium.read(sectors[index], buffer)
        } else {
            medium.read_past_cache(sectors[index], buffer)
        };
        readable[index] = read.is_ok();
    }
    if medium.is_removable() && is_claimed && bytes[..SECTOR_LEN] == *patch.sector(0).1 {
        for index in patch.clean_up().filter(|index| !readable[*index]).collect::<Vec<_>>() {
            bytes[index * SECTOR_LEN..][..SECTOR_LEN].copy_from_slice(patch.sector(index).0);
            readable[index] = true;
        }
    }
    (bytes, readable)
}

pub(super) fn held<S: DisketteStorage>(
    medium: &S,
    sectors: &RecordSectors,
    patch: &Patch,
    evidence: Evidence,
) -> Held {
    let Evidence { damaged, is_claimed, put_back } = evidence;
    let (bytes, readable) = read(medium, sectors, patch, is_claimed);
    let found = Patch { old: bytes, new: patch.new };
    let part = |index| (found.sector(index).0, patch.sector(index));
    let events = 1..RECORD_SECTORS;
    let ours = |index: usize| part(index).0 == part(index).1.0 || part(index).0 == part(index).1.1;
    let untouched = |index: usize| readable[index] && part(index).0 == part(index).1.0;
    let (first, (old, new)) = part(0);
    if readable == [true; RECORD_SECTORS] && first == new && events.clone().all(ours) {
        return Held::New(found);
    }
    // Events are zeroed only after the new sector is durable, so with a torn sector all of them are there.
    if !events.clone().all(untouched) {
        return Held::SomethingElse;
    }
    if readable[0] && first == old {
        return Held::Old;
    }
    // A torn sector is a mixture of both. In the file that was claimed it may also be unrecognizable, if the pack's own
    // events prove which pack it is. An unused pack has no events: then only the user who put the diskette in knows
    // which one it is.
    let mut bytes = first.iter().zip(old.iter().zip(new));
    let mixed = bytes.all(|(held, (old, new))| held == old || held == new);
    let has_events = patch.clean_up().next().is_some();
    let vouched = is_claimed && (has_events || (put_back && !readable[0]));
    if damaged && (vouched || (readable[0] && mixed)) {
        // The patch starts from the old record, so that writing the first sector counts as the commit.
        return Held::Torn(patch.clone());
    }
    Held::SomethingElse
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::{MediaError, Memory, Storage};

    const OLD: &[u8; RECORD_LEN] =
        include_bytes!("../../../testdata/records/reapplied-in-order.rec");
    const NEW: &[u8; RECORD_LEN] =
        include_bytes!("../../../testdata/records/reapplied-in-order.45.rec");
    const SECTORS: RecordSectors = [0, 512, 1024, 1536];

    /// A disk that holds other bytes than the cache shows, as after a write that failed.
    struct Stale {
        cache: Memory,
        disk: Memory,
    }

    impl Storage for Stale {
        fn len(&self) -> u64 {
            self.disk.len()
        }

        fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
            self.cache.read(offset, buffer)
        }

        fn read_past_cache(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
            self.disk.read(offset, buffer)
        }

        fn write(&self, offset: u64, bytes: &[u8]) -> Result<(), MediaError> {
            self.disk.write(offset, bytes)
        }

        fn sync(&self) -> Result<(), MediaError> {
            Ok(())
        }
    }

    impl DisketteStorage for Stale {}

    #[test]
    fn events_that_only_the_cache_shows_as_erased_are_erased_again() {
        let patch = Patch { old: *OLD, new: *NEW };
        let unfinished = [&NEW[..SECTOR_LEN], &OLD[SECTOR_LEN..]].concat();
        let evidence = Evidence { damaged: false, is_claimed: true, put_back: false };
        let (cache, disk) = (Memory::new(NEW.to_vec()), Memory::new(unfinished.clone()));
        match held(&Stale { cache, disk }, &SECTORS, &patch, evidence) {
            Held::New(found) => {
                assert!(found.old[..] == unfinished[..]);
                assert!(found.clean_up().next().is_some());
            }
            _ => panic!("the disk holds the new first sector"),
        }
        let (cache, disk) = (Memory::new(NEW.to_vec()), Memory::new(OLD.to_vec()));
        let stale = held(&Stale { cache, disk }, &SECTORS, &patch, evidence);
        assert!(matches!(stale, Held::Old));
    }
}
