//! What is on a disk, what is on its way there, and what readers are shown.

use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) const SECTOR: usize = 512;
type Sector = [u8; SECTOR];

/// What a machine and its disk hold. All maps are by offset in bytes.
#[derive(Clone)]
pub(crate) struct Held {
    /// The disk as it was in the beginning.
    pub(super) base: Arc<[u8]>,
    /// What has reached it since: it survives a crash.
    durable: BTreeMap<u64, Sector>,
    /// Written and not synced: each content that a sector was given, in that order.
    pending: BTreeMap<u64, Vec<Sector>>,
    /// What readers are shown: it survives a killed process, but no crash.
    cache: BTreeMap<u64, Sector>,
}

impl Held {
    pub(crate) fn new(base: Arc<[u8]>) -> Self {
        let (durable, pending, cache) = Default::default();
        Self { base, durable, pending, cache }
    }

    /// What a crash may leave: of the unsynced sectors any subset, in whatever order they went out,
    /// so each of them holds what is durable or anything that it was given since.
    pub(crate) fn survivors(&self) -> Vec<Self> {
        let mut survivors =
            vec![Self { pending: BTreeMap::new(), cache: BTreeMap::new(), ..self.clone() }];
        for (at, contents) in &self.pending {
            let written = survivors.iter().flat_map(|survivor| {
                contents.iter().map(|content| {
                    let mut survivor = survivor.clone();
                    survivor.durable.insert(*at, *content);
                    survivor
                })
            });
            let written: Vec<_> = written.collect();
            survivors.extend(written);
        }
        survivors
    }

    /// A crash after which nothing more has reached the disk.
    pub(crate) fn rebooted(&self) -> Self {
        Self { pending: BTreeMap::new(), cache: BTreeMap::new(), ..self.clone() }
    }

    /// The sectors at these offsets, as the disk holds them.
    pub(crate) fn durable(&self, at: &[u64]) -> Vec<u8> {
        at.iter().flat_map(|at| self.durable_sector(*at)).collect()
    }

    /// The sectors at these offsets, as readers are shown them.
    pub(crate) fn shown(&self, at: &[u64]) -> Vec<u8> {
        at.iter().flat_map(|at| self.shown_sector(*at)).collect()
    }

    /// Puts bytes on the disk, there to stay.
    pub(crate) fn engrave(&mut self, at: u64, bytes: &[u8]) {
        self.durable.insert(at, bytes.try_into().unwrap());
    }

    /// Puts bytes in the cache only: the disk has forgotten that they were to be written.
    pub(crate) fn pretend(&mut self, at: u64, bytes: &[u8]) {
        self.cache.insert(at, bytes.try_into().unwrap());
    }

    /// Where anything was ever written.
    pub(crate) fn touched(&self) -> impl Iterator<Item = u64> {
        let all = self.durable.keys().chain(self.pending.keys()).chain(self.cache.keys());
        all.copied()
    }

    pub(crate) fn write(&mut self, at: u64, bytes: &[u8]) {
        for (at, bytes) in (at..).step_by(SECTOR).zip(bytes.chunks(SECTOR)) {
            let sector = bytes.try_into().expect("whole sectors");
            self.pending.entry(at).or_default().push(sector);
            self.cache.insert(at, sector);
        }
    }

    /// All that waits is written.
    pub(super) fn sync(&mut self) {
        for (at, contents) in std::mem::take(&mut self.pending) {
            self.durable.extend(contents.last().map(|last| (at, *last)));
        }
    }

    /// What waits there is written, and the cache dropped: what Linux does before a direct read.
    pub(super) fn flush(&mut self, at: u64) {
        let last = self.pending.remove(&at).and_then(|contents| contents.last().copied());
        self.durable.extend(last.map(|last| (at, last)));
        self.cache.remove(&at);
    }

    /// A sync that forgets what it had to write.
    pub(super) fn forget(&mut self) {
        self.pending.clear();
    }

    pub(super) fn shown_sector(&self, at: u64) -> Sector {
        self.cache.get(&at).copied().unwrap_or_else(|| self.durable_sector(at))
    }

    pub(super) fn durable_sector(&self, at: u64) -> Sector {
        let start = usize::try_from(at).unwrap();
        let original = || self.base[start..start + SECTOR].try_into().unwrap();
        self.durable.get(&at).copied().unwrap_or_else(original)
    }
}
