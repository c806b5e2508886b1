//! Reading diskettes that may be worn: each sector is read twice and compared, and retried if they differ.

use super::watch::{ReadingAt, Watcher};
use crate::disk::{DisketteStorage, DriveError, Flaw, FlawKind, MediaError, SECTOR_LEN, Storage};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

type SectorBytes = Box<[u8; SECTOR_LEN]>;

/// A medium whose sectors are accepted only if two reads give the same bytes.
#[derive(Debug)]
pub struct VerifyingReader<S> {
    inner: S,
    /// How often a sector is retried.
    retries: u32,
    flaws: Mutex<BTreeMap<u32, FlawKind>>,
    /// Sectors whose single read has failed: they are weak even if they read well from then on.
    failed: Mutex<BTreeSet<u32>>,
    /// Called for each sector; may stop the reading until something is written.
    watcher: Option<Watcher>,
    is_written: AtomicBool,
}

impl<S: DisketteStorage> VerifyingReader<S> {
    /// Reads `inner` twice and compares; a sector that does not read well is tried `retries` more times.
    pub fn new(inner: S, retries: u32) -> Self {
        Self {
            inner,
            retries,
            flaws: Mutex::default(),
            failed: Mutex::default(),
            watcher: None,
            is_written: AtomicBool::new(false),
        }
    }

    /// The same, with a watcher, which may end the reading as long as nothing was written.
    #[must_use]
    pub fn watched(self, watcher: Option<Watcher>) -> Self {
        Self { watcher, ..self }
    }

    /// Reports to the watcher which sector is read next, and which retry that is.
    fn report(&self, offset: u64, retry: u32) -> Result<(), MediaError> {
        let Some(watcher) = &self.watcher else { return Ok(()) };
        let flaws = self.flaws.lock().unwrap_or_else(PoisonError::into_inner);
        let lost = flaws.values().filter(|kind| kind.is_lost()).count();
        let at = ReadingAt {
            sector: sector_number(offset),
            sectors: sector_number(self.inner.len()),
            retry,
            retries: self.retries,
            weak: flaws.len() - lost,
            lost,
        };
        if watcher.at(at).is_break() && !self.is_written.load(Ordering::Relaxed) {
            return Err(DriveError::Stopped.into());
        }
        Ok(())
    }

    /// Reads elsewhere, so that the heads move and the drive drops its buffer of the track.
    fn reseek(&self, offset: u64) {
        let len = self.inner.len();
        let mut unused = [0; SECTOR_LEN];
        // Half a diskette away; if that is bad, a quarter.
        for away in [len / 2, len / 4] {
            let there = (offset + away) % len / SECTOR_LEN as u64 * SECTOR_LEN as u64;
            if self.inner.read_past_cache(there, &mut unused).is_ok() {
                return;
            }
        }
    }

    /// One attempt, after `retry` others that were not enough. `None` if the sector did not read.
    fn attempt(&self, offset: u64, retry: u32) -> Result<Option<SectorBytes>, MediaError> {
        self.report(offset, retry)?;
        let mut sector = Box::new([0; SECTOR_LEN]);
        match self.inner.read_past_cache(offset, &mut *sector) {
            Ok(()) => Ok(Some(sector)),
            Err(error @ MediaError::Drive(_)) => Err(error),
            Err(_) => Ok(None),
        }
    }

    /// The second attempt, and more if it does not give the same bytes as the first one.
    fn again(
        &self,
        offset: u64,
        first: Option<SectorBytes>,
    ) -> Result<Result<SectorBytes, Flaw>, MediaError> {
        let mut last = first;
        for retry in 0..=self.retries {
            if retry > 0 {
                self.reseek(offset);
            }
            match self.attempt(offset, retry)? {
                Some(sector) if last.as_ref() == Some(&sector) => {
                    if retry > 0 || self.failed().contains(&sector_number(offset)) {
                        self.mark(offset, FlawKind::Weak);
                    }
                    return Ok(Ok(sector));
                }
                Some(sector) => last = Some(sector),
                None => {}
            }
        }
        Ok(Err(self.mark(offset, FlawKind::Unreadable)))
    }

    fn failed(&self) -> MutexGuard<'_, BTreeSet<u32>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn mark(&self, offset: u64, kind: FlawKind) -> Flaw {
        let sector = sector_number(offset);
        self.flaws.lock().unwrap_or_else(PoisonError::into_inner).insert(sector, kind);
        Flaw { sector, kind }
    }
}

fn sector_number(offset: u64) -> u32 {
    u32::try_from(offset / SECTOR_LEN as u64).unwrap_or(u32::MAX)
}

fn offsets(from: u64, length: usize) -> impl Iterator<Item = u64> {
    (from..from + length as u64).step_by(SECTOR_LEN)
}

/// Offsets and lengths are whole sectors.
impl<S: DisketteStorage> Storage for VerifyingReader<S> {
    fn len(&self) -> u64 {
        self.inner.len()
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        let first: Vec<_> = offsets(offset, buffer.len())
            .map(|at| self.attempt(at, 0))
            .collect::<Result<_, MediaError>>()?;
        self.reseek(offset);
        let mut lost = Vec::new();
        let places = offsets(offset, buffer.len()).zip(buffer.chunks_exact_mut(SECTOR_LEN));
        for (first, (at, place)) in first.into_iter().zip(places) {
            match self.again(at, first)? {
                Ok(sector) => place.copy_from_slice(&*sector),
                Err(flaw) => {
                    place.fill(0);
                    lost.push(flaw);
                }
            }
        }
        if lost.is_empty() { Ok(()) } else { Err(MediaError::Lost(lost)) }
    }

    fn read_past_cache(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        self.read(offset, buffer)
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> Result<(), MediaError> {
        self.is_written.store(true, Ordering::Relaxed);
        self.inner.write(offset, bytes)
    }

    fn sync(&self) -> Result<(), MediaError> {
        self.inner.sync()
    }
}

impl<S: DisketteStorage> DisketteStorage for VerifyingReader<S> {
    fn read_once(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        self.report(offset, 0)?;
        let read = self.inner.read_past_cache(offset, buffer);
        let failed = read.as_ref().is_err_and(|error| error.drive().is_none());
        if failed && buffer.len() == SECTOR_LEN {
            self.failed().insert(sector_number(offset));
        }
        read
    }

    fn flaws(&self) -> Vec<Flaw> {
        let flaws = self.flaws.lock().unwrap_or_else(PoisonError::into_inner);
        flaws.iter().map(|(&sector, &kind)| Flaw { sector, kind }).collect()
    }

    fn is_removable(&self) -> bool {
        self.inner.is_removable()
    }
}
