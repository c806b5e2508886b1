//! Packs that the survey saw converted and that the ledger does not know. Each is entered, as done, once its disk holds it
//! for good: whoever wrote it may have died before it was durable.

use super::pool;
use super::recovery::Recovering;
use crate::ledger::{Conversion, Ledger, LedgerError};
use std::sync::atomic::{AtomicBool, Ordering};

/// Packs that are entered together, and those of them that one thread checks.
const BATCH: u32 = 512;
const PIECE: usize = 32;

/// Enters in the ledger what the survey has seen, with at most so many threads, until `stop` is set: what is left out is
/// seen again by another run.
pub(super) fn enter_seen(
    ledger: &mut Ledger,
    threads: usize,
    stop: &AtomicBool,
) -> Result<(), LedgerError> {
    // What only this run knows is of no use to others.
    let mut last = (!ledger.is_temporary()).then_some(0);
    while let Some(after) = last.filter(|_| !stop.load(Ordering::Relaxed)) {
        let seen = ledger.remembered(after, BATCH)?;
        last = seen.last().map(|(number, _)| *number);
        let there = there_for_good(seen.into_iter().map(|(_, pack)| pack).collect(), threads);
        if !there.is_empty() {
            ledger.write(|ledger| there.iter().try_for_each(|pack| ledger.enter(pack)))?;
        }
    }
    ledger.forget_remembered()
}

/// Those that their disks hold for good.
fn there_for_good(seen: Vec<Conversion>, threads: usize) -> Vec<Conversion> {
    let mut pieces: Vec<Vec<Conversion>> = Vec::new();
    for pack in seen {
        // The members of an archive stay together: it is opened once for all of them.
        let is_with = |piece: &&mut Vec<Conversion>| {
            piece.len() < PIECE
                || (pack.file.is_some() && piece.last().is_some_and(|last| last.file == pack.file))
        };
        match pieces.last_mut().filter(is_with) {
            Some(piece) => piece.push(pack),
            None => pieces.push(vec![pack]),
        }
    }
    let check = |piece: Vec<Conversion>| {
        let mut recovering = Recovering::default();
        let is_there = |pack: &Conversion| recovering.is_there_for_good(pack);
        piece.into_iter().filter(is_there).collect::<Vec<_>>()
    };
    pool::scope(threads.min(pieces.len()), |scope| scope.map(pieces, check))
        .into_iter()
        .flatten()
        .collect()
}
