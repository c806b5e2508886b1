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
    enter_until(ledger, threads, BATCH, || stop.load(Ordering::Relaxed))
}

/// The same, `batch` packs at a time. Before each batch, `is_stopped` is asked.
fn enter_until(
    ledger: &mut Ledger,
    threads: usize,
    batch: u32,
    mut is_stopped: impl FnMut() -> bool,
) -> Result<(), LedgerError> {
    // What only this run knows is of no use to others.
    let mut last = (!ledger.is_temporary()).then_some(0);
    while let Some(after) = last.filter(|_| !is_stopped()) {
        let seen = ledger.remembered(after, batch)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::RawImage;
    use crate::pack::examine::{Examination, examine};
    use crate::report::{Outcome, Report};
    use crate::run::claimed::ImageFile;
    use crate::run::known::seen_converted;
    use std::fs;
    use std::path::Path;

    /// As many packs as there are serials, all in the image at `path`.
    fn packs(path: &Path, serials: std::ops::Range<usize>) -> Vec<Conversion> {
        let Ok(Examination::Pack(pack)) = examine(&RawImage::open(path).unwrap()) else { panic!() };
        let mut report = Report::new(path.to_owned(), false, Outcome::AlreadyConverted);
        report.diagnosis = Some(pack.diagnosis);
        let seen = seen_converted(&report, ImageFile::default()).unwrap();
        let of = |number| Conversion {
            serial: format!("12345-270-0000888-{number:05}"),
            ..seen.clone()
        };
        serials.map(of).collect()
    }

    fn known(ledger: &Ledger) -> usize {
        let mut known = 0;
        ledger
            .each(|_| {
                known += 1;
                true
            })
            .unwrap();
        known
    }

    #[test]
    fn what_was_entered_before_a_stop_stays_and_another_run_enters_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        let image = folder.path().join("converted.img");
        fs::write(&image, include_bytes!("../../testdata/images/converted-360.img")).unwrap();
        let mut ledger = Ledger::open(&folder.path().join("ledger.db")).unwrap();
        let seen = packs(&image, 0..7);
        for (stopped_at, entered) in [(0, 0), (2, 4), (9, 7)] {
            ledger.remember(&seen).unwrap();
            let mut batches = 0..stopped_at;
            enter_until(&mut ledger, 2, 2, || batches.next().is_none()).unwrap();
            assert_eq!(known(&ledger), entered);
            assert!(ledger.remembered(0, 9).unwrap().is_empty(), "it was not forgotten");
        }
    }
}
