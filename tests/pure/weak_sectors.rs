//! Sectors that do not read well: each is read twice, with the heads elsewhere in between, and again
//! where that is not enough.

use crate::support::frail::{Fault, Frail};
use addpack::disk::{
    DiskGeometry, DisketteStorage, Flaw, FlawKind, MediaError, Memory, SECTOR_LEN, Storage,
};
use addpack::media::surface::{SectorCondition, Surface, survey_by};
use addpack::media::{DriveError, VerifyingReader};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const RETRIES: u32 = 5;
/// Sectors in a cylinder of [`diskette`].
const CYLINDER: usize = 36;

/// 1,440 KB, each sector with its own number in it.
fn diskette() -> Vec<u8> {
    (0..2880_u32).flat_map(|number| number.to_le_bytes().repeat(SECTOR_LEN / 4)).collect()
}

/// What reading some sectors of a frail diskette came to.
struct Tried {
    bytes: Vec<u8>,
    /// The flaw that it failed with.
    failed: Option<Flaw>,
    /// The flaws that are known afterwards.
    flaws: Vec<Flaw>,
    /// The diskette, for what it was asked.
    disk: Arc<Frail>,
}

fn read(faults: &[(usize, Fault)], sectors: Range<usize>) -> Tried {
    let disk = Arc::new(Frail::new(&diskette(), faults));
    let careful = VerifyingReader::new(Arc::clone(&disk), RETRIES);
    let mut bytes = vec![0xEE; sectors.len() * SECTOR_LEN];
    let error = careful.read((sectors.start * SECTOR_LEN) as u64, &mut bytes).err();
    let failed = error.map(|error| error.lost().expect("a flaw"));
    Tried { bytes, failed, flaws: careful.flaws(), disk }
}

fn true_bytes(sectors: Range<usize>) -> Vec<u8> {
    diskette()[sectors.start * SECTOR_LEN..sectors.end * SECTOR_LEN].to_vec()
}

fn flaw(sector: usize, kind: FlawKind) -> Flaw {
    Flaw { sector: sector.try_into().unwrap(), kind }
}

/// Whether between any two reads of a sector there was one on another cylinder.
#[track_caller]
fn assert_reseeks(disk: &Frail) {
    let reads = disk.reads();
    for (at, (sector, _)) in reads.iter().enumerate() {
        let again = reads[at + 1..].iter().position(|(other, _)| other == sector);
        let between = again.map_or(&[][..], |again| &reads[at + 1..][..again]);
        let elsewhere = between.iter().any(|(other, _)| other / CYLINDER != sector / CYLINDER);
        assert!(again.is_none() || elsewhere, "sector {sector}, read {at}: {reads:?}");
    }
}

#[test]
fn good_sectors_are_read_twice_with_the_heads_elsewhere_in_between() {
    for sectors in [0..1, 33..37, 0..33, 2844..2880] {
        let tried = read(&[], sectors.clone());
        assert!(tried.bytes == true_bytes(sectors.clone()));
        assert_eq!((tried.failed, tried.flaws), (None, vec![]));
        assert!(sectors.clone().all(|sector| tried.disk.asked_for(sector) == 2), "{sectors:?}");
        assert_eq!(tried.disk.reads().len(), 2 * sectors.len() + 1);
        assert_reseeks(&tried.disk);
    }
}

#[test]
fn reseek_goes_where_the_diskette_reads() {
    for bad in [vec![1440], vec![1440, 1441, 1442]] {
        let faults: Vec<_> = bad.iter().map(|&sector| (sector, Fault::Lost)).collect();
        let tried = read(&faults, 0..1);
        assert_eq!((tried.failed, tried.flaws), (None, vec![]));
        assert_eq!(tried.disk.reads(), [(0, 1), (1440, 1), (720, 1), (0, 1)]);
    }
}

#[test]
fn sector_that_fails_no_more_often_than_it_is_asked_again_is_weak() {
    for fails in 1..=RETRIES {
        let tried = read(&[(100, Fault::Fails(fails))], 99..102);
        assert!(tried.bytes == true_bytes(99..102), "{fails}");
        assert_eq!((tried.failed, tried.flaws), (None, vec![flaw(100, FlawKind::Weak)]), "{fails}");
        // As often as it failed, and twice the same.
        assert_eq!(tried.disk.asked_for(100), fails as usize + 2);
        assert_eq!(tried.disk.asked_for(101), 2);
        assert_reseeks(&tried.disk);
    }
}

#[test]
fn sector_that_fails_more_often_is_unreadable_and_its_neighbours_are_read() {
    for fault in [Fault::Fails(RETRIES + 1), Fault::Fails(RETRIES + 2), Fault::Lost] {
        let tried = read(&[(100, fault)], 99..102);
        let unreadable = flaw(100, FlawKind::Unreadable);
        assert_eq!((tried.failed, tried.flaws), (Some(unreadable), vec![unreadable]), "{fault:?}");
        let expected = [true_bytes(99..100), vec![0; SECTOR_LEN], true_bytes(101..102)].concat();
        assert!(tried.bytes == expected, "{fault:?}");
        assert_eq!(tried.disk.asked_for(100), RETRIES as usize + 2);
    }
}

#[test]
fn sector_that_never_reads_twice_the_same_is_unreadable() {
    let tried = read(&[(100, Fault::Changes)], 100..101);
    assert_eq!(tried.failed, Some(flaw(100, FlawKind::Unreadable)));
    assert!(tried.bytes == [0; SECTOR_LEN], "bytes that nothing vouches for");
    assert_eq!(tried.disk.asked_for(100), RETRIES as usize + 2);
    assert_reseeks(&tried.disk);
}

#[test]
fn sector_that_reads_wrong_once_is_weak_and_its_true_bytes_are_taken() {
    let tried = read(&[(100, Fault::Wrong(1))], 100..101);
    assert!(tried.bytes == true_bytes(100..101));
    assert_eq!((tried.failed, tried.flaws), (None, vec![flaw(100, FlawKind::Weak)]));
}

#[test]
fn of_several_lost_sectors_the_first_is_reported_and_all_are_known() {
    let faults = [(7, Fault::Lost), (3, Fault::Lost), (5, Fault::Fails(2))];
    let tried = read(&faults, 0..9);
    assert_eq!(tried.failed, Some(flaw(3, FlawKind::Unreadable)));
    let known = [(3, FlawKind::Unreadable), (5, FlawKind::Weak), (7, FlawKind::Unreadable)];
    assert_eq!(tried.flaws, known.map(|(sector, kind)| flaw(sector, kind)));
}

/// A drive whose diskette is pulled out after so many reads.
struct Emptied(AtomicUsize);

impl Storage for Emptied {
    fn len(&self) -> u64 {
        1_474_560
    }

    fn read(&self, _: u64, _: &mut [u8]) -> Result<(), MediaError> {
        let left =
            self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        left.map(drop).map_err(|_| DriveError::NoMedium.into())
    }

    fn read_past_cache(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        self.read(offset, buffer)
    }

    fn write(&self, _: u64, _: &[u8]) -> Result<(), MediaError> {
        Ok(())
    }

    fn sync(&self) -> Result<(), MediaError> {
        Ok(())
    }
}

impl DisketteStorage for Emptied {}

#[test]
fn diskette_that_is_gone_is_no_bad_sector() {
    // The reseek is the fifth read: the next one shows what it meets.
    for reads in 0..9 {
        let careful = VerifyingReader::new(Emptied(reads.into()), RETRIES);
        let error = careful.read(0, &mut [0; 4 * SECTOR_LEN]).unwrap_err();
        assert_eq!(error.drive(), Some(&DriveError::NoMedium), "{reads}");
        assert_eq!(careful.flaws(), []);
    }
    let careful = VerifyingReader::new(Emptied(9.into()), RETRIES);
    careful.read(0, &mut [0; 4 * SECTOR_LEN]).unwrap();
}

/// The map of a frail diskette, by the time that its reads take.
fn surface(bytes: &[u8], faults: &[(usize, Fault)]) -> Option<Surface> {
    let disk = Arc::new(Frail::new(bytes, faults));
    let careful = VerifyingReader::new(Arc::clone(&disk), RETRIES);
    survey_by(&careful, &|| disk.clock()).unwrap()
}

#[test]
fn map_distinguishes_good_slow_weak_and_lost_sectors() {
    let long = Duration::from_millis(1500);
    let faults = [
        (40, Fault::Fails(1)),
        (50, Fault::Fails(3)),
        (1000, Fault::Takes(long)),
        // Slow for a sector, but not for a track: the drive may have been on its way.
        (1500, Fault::Takes(Duration::from_millis(700))),
        (2000, Fault::Lost),
        (2879, Fault::Lost),
    ];
    let surface = surface(&diskette(), &faults).unwrap();
    assert_eq!(Some(surface.geometry), DiskGeometry::of_len(1_474_560));
    let odd = surface.sectors.iter().enumerate().filter(|(_, c)| **c != SectorCondition::Good);
    let odd: Vec<_> = odd.map(|(sector, condition)| (sector, *condition)).collect();
    // Sector 40 failed once within its track, and never again; no more is known of it.
    let expected = [
        (50, SectorCondition::Weak),
        (1000, SectorCondition::Slow),
        (2000, SectorCondition::Lost),
        (2879, SectorCondition::Lost),
    ];
    assert_eq!(odd, expected);
    let counts = [0, 1, 2, 3].map(|at: usize| surface.count(SectorCondition::ALL[at]));
    assert_eq!(counts, [2876, 1, 1, 2]);
    assert_eq!(surface.tracks().count(), 160);
}

#[test]
fn map_has_every_sector_of_every_standard_diskette_and_of_nothing_else() {
    for kb in [160, 180, 320, 360, 720, 1200, 1440, 1680, 2880_u32] {
        let bytes = vec![0; kb as usize * 1024];
        let surface = surface(&bytes, &[]).unwrap();
        assert_eq!(surface.sectors, vec![SectorCondition::Good; kb as usize * 2]);
        assert_eq!(surface.geometry.total_sectors(), kb * 2);
    }
    assert_eq!(surface(&vec![0; 1_474_048], &[]), None);
    assert_eq!(surface(&[], &[]), None);
}

#[test]
fn diskette_that_is_pulled_out_ends_the_map() {
    let careful = VerifyingReader::new(Emptied(3.into()), RETRIES);
    let error = survey_by(&careful, &|| Duration::ZERO).unwrap_err();
    assert_eq!(error.drive(), Some(&DriveError::NoMedium));
    // A medium in memory has no bad sectors, and needs no clock.
    let memory = Memory::new(diskette());
    assert_eq!(
        survey_by(&memory, &|| Duration::ZERO).unwrap().unwrap().count(SectorCondition::Good),
        2880
    );
}
