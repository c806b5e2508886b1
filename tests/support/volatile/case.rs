//! A pack on a disk, and what must hold of it whatever happens.

use super::disk::{Disk, PastCache};
use super::held::Held;
use crate::support::simulator::sample;
use crate::support::simulator::{Pack, Release};
use addpack::conversion::decide;
use addpack::diagnosis::{Verdict, diagnose};
use addpack::pack::commit::Commit;
use addpack::pack::examine::{Examination, RecordSectors, examine};
use addpack::record::fields::FileTime;
use addpack::report::{Failure, PackState};
use std::path::Path;
use std::sync::Arc;

/// The times of the first run and of every later one, so that their records differ.
pub(crate) const FIRST: u64 = 132_000_000_000_000_000;
pub(crate) const SECOND: u64 = 132_000_006_000_000_000;

/// A way to convert whatever is on a disk, at a time.
pub(crate) type Run = fn(&Disk, u64) -> Result<(), Failure>;

/// A 4.0 pack on a diskette, where the record's sectors lie apart.
pub(crate) struct Case {
    /// Sectors that its events take.
    pub(crate) event_sectors: usize,
    pub(crate) sectors: RecordSectors,
    pub(crate) old: Vec<u8>,
    /// What it becomes at either time.
    news: [Vec<u8>; 2],
    base: Arc<[u8]>,
}

impl Case {
    /// An unused pack, and packs with events in one, two and three sectors.
    pub(crate) fn all() -> Vec<Self> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"));
        let image = std::fs::read(path.join("testdata/images/fragmented-1440.img")).unwrap();
        let base: Arc<[u8]> = image.into();
        let sectors = examined(&Disk::new(&Held::new(base.clone()), PastCache::Beside)).1;
        let packs =
            [sample::unused(), with_events(8), with_events(9), sample::full(sample::unused())];
        let case = |(event_sectors, pack): (usize, Pack)| Self {
            event_sectors,
            sectors,
            news: [FIRST, SECOND].map(|at| pack.converted(at).bytes),
            old: pack.bytes,
            base: base.clone(),
        };
        packs.into_iter().enumerate().map(case).collect()
    }

    /// The pack as it was before anything was done to it.
    pub(crate) fn untouched(&self) -> Held {
        self.holding(&self.old)
    }

    /// The first run came to its sync, and no further.
    pub(crate) fn unfinished(&self) -> Held {
        self.holding(&[&self.news[0][..512], &self.old[512..]].concat())
    }

    /// The first run was killed after its first write: that waits in the cache.
    pub(crate) fn unsynced(&self) -> Held {
        let mut held = self.untouched();
        held.write(self.sectors[0], &self.news[0][..512]);
        held
    }

    /// The first run was killed after its sync had failed: the disk has the 4.0 record, the cache
    /// shows the new first sector, and nothing waits to be written any more.
    pub(crate) fn forgotten(&self) -> Held {
        let mut held = self.untouched();
        held.pretend(self.sectors[0], &self.news[0][..512]);
        held
    }

    /// The disk with this record on it.
    pub(crate) fn holding(&self, record: &[u8]) -> Held {
        let mut held = Held::new(self.base.clone());
        for (at, sector) in self.sectors.iter().zip(record.chunks(512)) {
            held.engrave(*at, sector);
        }
        held
    }

    /// The state that a record is in, by its bytes alone: `Torn` where it is neither old nor
    /// new nor on the way from one to the other.
    pub(crate) fn state_of(&self, record: &[u8]) -> PackState {
        if record == self.old {
            return PackState::Old;
        }
        if self.news.iter().any(|new| record == new) {
            return PackState::New;
        }
        // Whatever stands behind a sound first sector, is a remnant (FORMAT.md, "Conversion").
        let committed = self.news.iter().any(|new| record[..512] == new[..512]);
        if committed { PackState::Unfinished } else { PackState::Torn }
    }

    /// The state of the pack as soon as its first sector is written.
    pub(crate) fn committed(&self) -> PackState {
        if self.event_sectors == 0 { PackState::New } else { PackState::Unfinished }
    }

    /// What the disk itself holds.
    pub(crate) fn truth(&self, held: &Held) -> PackState {
        self.state_of(&held.durable(&self.sectors))
    }

    /// After a crash of the machine: old, new or unfinished, and known for what it is.
    pub(crate) fn check_whole(&self, survivor: &Held) -> Result<(), String> {
        if let Some(at) = survivor.touched().find(|at| !self.sectors.contains(at)) {
            return Err(format!("a sector outside the record was written, at {at}"));
        }
        let record = survivor.durable(&self.sectors);
        let state = self.state_of(&record);
        let verdict = diagnose(&record).verdict;
        let fits = match state {
            PackState::Old => verdict == Verdict::Convertible,
            PackState::New => verdict == Verdict::AlreadyConverted,
            PackState::Unfinished => verdict == Verdict::UnfinishedConversion,
            PackState::Torn | PackState::Unknown => false,
        };
        if fits { Ok(()) } else { Err(format!("a crash leaves it {state:?}, called {verdict:?}")) }
    }

    /// Whatever happens now, the pack is whole and one ordinary run completes it: after a crash,
    /// whatever has survived, and where only the process was killed. `crashes` more may follow.
    pub(crate) fn check_recovers(&self, held: &Held, crashes: usize) -> Result<(), String> {
        for survivor in held.survivors() {
            self.check_whole(&survivor)?;
            self.check_completes(&survivor, crashes)?;
        }
        self.check_completes(held, crashes)
    }

    /// One ordinary run, with `crashes` in it, ends with the exact new bytes.
    fn check_completes(&self, held: &Held, crashes: usize) -> Result<(), String> {
        let new = self.goal(&held.shown(&self.sectors));
        let disk = Disk::new(held, PastCache::Beside);
        convert(&disk, SECOND).map_err(|failure| format!("the next run fails: {failure:?}"))?;
        if examined(&disk).0 != Verdict::AlreadyConverted || disk.held().shown(&self.sectors) != new
        {
            return Err("the next run does not end with the new record".to_owned());
        }
        for moment in disk.moments() {
            if crashes > 0 {
                self.check_recovers(&moment, crashes - 1)?;
            } else {
                moment.survivors().iter().try_for_each(|survivor| self.check_whole(survivor))?;
            }
        }
        self.check_durable(&disk)
    }

    /// A run that has changed the pack and ended well has converted it for good.
    fn check_durable(&self, disk: &Disk) -> Result<(), String> {
        let changed = disk.moments().len() > 1;
        let old = |survivor: &Held| self.truth(survivor) == PackState::Old;
        if changed && disk.held().survivors().iter().any(old) {
            return Err("a crash after it takes the conversion back".to_owned());
        }
        Ok(())
    }

    /// What a run makes of this record: a conversion that was begun keeps its time.
    fn goal(&self, record: &[u8]) -> &[u8] {
        let begun = self.news.iter().find(|new| new[..512] == record[..512]);
        begun.unwrap_or(&self.news[1])
    }

    /// Kills `run` and crashes the machine before and after each of its calls, and both again in
    /// the run after it. How many moments that were.
    pub(crate) fn check(&self, start: &Held, run: Run) -> Result<usize, String> {
        let disk = Disk::new(start, PastCache::Beside);
        run(&disk, FIRST).map_err(|failure| format!("the run fails: {failure:?}"))?;
        let moments = disk.moments();
        for (calls, moment) in moments.iter().enumerate() {
            self.check_recovers(moment, 1).map_err(|why| {
                format!("{} event sectors, after {calls} calls: {why}", self.event_sectors)
            })?;
        }
        self.check_durable(&disk)?;
        Ok(moments.len())
    }
}

/// Applied, and reapplied in order until it has so many events.
fn with_events(count: usize) -> Pack {
    let mut server = sample::server(Release::V40, 1);
    let mut pack = sample::unused();
    assert!(server.apply(&mut pack));
    for _ in 1..count {
        sample::reapply(&mut pack, &mut server);
    }
    pack
}

/// The verdict on what is on a disk, and where its record lies.
pub(crate) fn examined(disk: &Disk) -> (Verdict, RecordSectors) {
    match examine(disk).unwrap() {
        Examination::Pack(pack) => (pack.diagnosis.verdict, pack.sectors.unwrap()),
        Examination::NotAPack(why) => panic!("no pack: {why:?}"),
    }
}

/// The change that the product would make.
pub(crate) fn change(disk: &Disk, at: u64) -> Option<Commit<Disk>> {
    let Examination::Pack(pack) = examine(disk).unwrap() else { panic!("no pack") };
    let patch = decide(&pack.diagnosis, FileTime(at))?;
    Some(Commit { medium: disk.clone(), sectors: pack.sectors.unwrap(), patch })
}

/// An ordinary run of the product.
pub(crate) fn convert(disk: &Disk, at: u64) -> Result<(), Failure> {
    match change(disk, at) {
        Some(change) => Ok(change.commit().and_then(|()| change.finish())?),
        None => Ok(()),
    }
}
