//! Random damage to boot sector, FATs and root directory: always an answer, and no conversion that
//! changes anything but the record.
//!
//! `ADDPACK_DAMAGE` raises the number of images; a failure names the seed of its image.

use crate::support::disk::layout::{DMF, ENTRY, KB_160, KB_180, KB_320, KB_360, Layout, SECTOR};
use crate::support::disk::traced::Traced;
use crate::support::disk::{
    Copies, Disk, FOLDER, LABEL, RECORD, blows, content, convert, judge, record, short,
};
use crate::support::simulator::Random;
use addpack::diagnosis::{FindingCode, Verdict};
use addpack::disk::Memory;
use addpack::pack::examine::Remark;
use addpack::pack::examine::{Examination, Pack, examine};
use addpack::record::fields::FileTime;
use std::ops::AddAssign;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// Images in the normal suite.
const USUAL: u64 = 50_000;
/// Far more than any image takes, on any machine that is not about to stop altogether.
const BOUND: Duration = Duration::from_secs(5);

/// Failures, after which a thread has seen enough.
const ENOUGH: usize = 10;

/// What the images came to.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    converted: u64,
    by_second_fat: u64,
    left_alone: u64,
    damaged_media: u64,
    refused: u64,
    not_a_pack: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.converted += other.converted;
        self.by_second_fat += other.by_second_fat;
        self.left_alone += other.left_alone;
        self.damaged_media += other.damaged_media;
        self.refused += other.refused;
        self.not_a_pack += other.not_a_pack;
    }
}

/// A lived-in disk: files around the record, a copy of it, a deleted one, a folder, a label.
fn furnish(mut disk: Disk, name: &str) -> Disk {
    disk.add_entry(*b"ADDPACK    ", LABEL, 0, 0);
    disk.add("README.TXT", &content(1, 900));
    let deleted = disk.slots;
    disk.add("ADDPACK.DAT", &record("unused-5.rec"));
    disk.add("KEEP.1", &content(2, 600));
    disk.delete(deleted);
    let needed = disk.layout.clusters_for(2048);
    let free: Vec<_> = (12..).step_by(2).take(needed).collect();
    disk.add_at("ADDPACK.DAT", &record(name), &free);
    disk.add("ADDPACK.BAK", &record(name));
    let folder = disk.add("FOLDER", &[0; ENTRY]);
    disk.entry(disk.slots - 1)[11] = FOLDER;
    assert_eq!(folder.len(), 1);
    disk.add_long_name("Licenses bought in 1999.txt", short("LICENS~1.TXT"));
    disk.add("LICENS~1.TXT", &content(3, 2500));
    disk.add("EMPTY", &[]);
    disk
}

/// The disk with a first FAT that leads nowhere, and a second that is right.
fn by_second_fat(mut disk: Disk) -> Disk {
    let first = judge::record_sectors(&disk.bytes, &disk.layout).unwrap()[0] / SECTOR;
    let cluster = 2 + (first - disk.layout.data_start()) / disk.layout.per_cluster;
    disk.link(Copies::First, u16::try_from(cluster).unwrap(), 0);
    disk
}

/// The smallest diskette as mkfs.fat formats it.
fn by_mkfs() -> Layout {
    Layout { per_cluster: 4, root_entries: 512, ..KB_160 }
}

/// Sound disks; the last is large, and used less often.
fn disks() -> Vec<Disk> {
    let single = Layout { fats: 1, ..KB_180 };
    vec![
        furnish(Disk::new(KB_160), "full-history.rec"),
        furnish(Disk::without_bpb(KB_160), "applied.rec"),
        furnish(Disk::new(KB_180), "converted-unfinished.rec"),
        furnish(Disk::new(KB_320).unsigned(), "transferred.rec"),
        furnish(Disk::new(KB_360), "unused-20.rec"),
        furnish(Disk::without_bpb(KB_360), "reapplied-in-order.rec"),
        furnish(Disk::new(single), "applied-20.rec"),
        furnish(Disk::new(by_mkfs()), "applied.rec"),
        by_second_fat(furnish(Disk::new(KB_160), "applied.rec")),
        by_second_fat(furnish(Disk::without_bpb(KB_180), "applied.rec")),
        furnish(Disk::new(DMF), "full-history.rec"),
    ]
}

fn pick<'a>(random: &mut Random, disks: &'a [Disk]) -> &'a Disk {
    let (large, usual) = disks.split_last().unwrap();
    if random.one_in(100) { large } else { &usual[random.below(usual.len())] }
}

/// Damages one disk, and looks at what becomes of it. `image` is only there to be used again.
fn run_case(seed: u64, disks: &[Disk], at: FileTime, image: &mut Vec<u8>) -> Tally {
    let mut random = Random::new(seed);
    let disk = pick(&mut random, disks);
    image.clear();
    image.extend_from_slice(&disk.bytes);
    blows::strike(&mut random, disk, image);
    let medium = Memory::new(std::mem::take(image));
    let begun = Instant::now();
    let examination = examine(&medium).expect("memory can be read");
    assert!(begun.elapsed() < BOUND, "took {:?}", begun.elapsed());
    let in_parts = Traced::new(medium.into_bytes()).in_parts();
    let by_parts = examine(&in_parts).expect("memory can be read");
    assert_eq!(format!("{by_parts:?}"), format!("{examination:?}"));
    *image = in_parts.into_bytes();
    match examination {
        Examination::NotAPack(_) => Tally { not_a_pack: 1, ..Tally::default() },
        Examination::Pack(pack) => judge_pack(&pack, disk, at, image),
    }
}

fn judge_pack(pack: &Pack, disk: &Disk, at: FileTime, image: &mut Vec<u8>) -> Tally {
    let mut tally = Tally::default();
    match pack.diagnosis.verdict {
        Verdict::Convertible | Verdict::UnfinishedConversion => {
            judge_conversion(pack, disk, at, image);
            tally.converted = 1;
            let by_second = pack.notes.iter().any(|note| matches!(note, Remark::SecondFat(_)));
            tally.by_second_fat = by_second.into();
        }
        Verdict::AlreadyConverted | Verdict::Issued45 => tally.left_alone = 1,
        Verdict::Refused => {
            let media =
                pack.diagnosis.findings.iter().any(|f| f.code() == FindingCode::DamagedMedia);
            tally.damaged_media = media.into();
            tally.refused = (!media).into();
        }
    }
    tally
}

/// Converts, and asserts that only the record changed, for every judge.
fn judge_conversion(pack: &Pack, disk: &Disk, at: FileTime, image: &mut Vec<u8>) {
    let others = judge::others(image, &disk.layout);
    let medium = Traced::new(image.clone());
    let Ok((medium, sectors, new)) = convert::convert(medium, pack, at) else {
        panic!("{:?} is not converted", pack.diagnosis.verdict);
    };
    let written = medium.account().written;
    let changed = medium.into_bytes();
    for (number, &sector) in sectors.iter().enumerate() {
        let at = usize::try_from(sector).unwrap();
        assert!(!sectors[..number].contains(&sector), "a sector twice: {sectors:?}");
        assert_eq!(changed[at..at + SECTOR], new[number * SECTOR..][..SECTOR], "sector {number}");
        image[at..at + SECTOR].copy_from_slice(&changed[at..at + SECTOR]);
    }
    assert!(written.iter().all(|&at| sectors.contains(&(at * SECTOR as u64))), "{written:?}");
    assert!(*image == changed, "bytes outside of the record changed");
    let pairs = others.iter().zip(judge::others(image, &disk.layout));
    for (before, after) in pairs {
        assert!(*before == after, "{} changed with the record at {sectors:?}", before.0);
    }
    let again = convert::examine_pack(image);
    assert_eq!(
        (again.diagnosis.verdict, again.sectors),
        (Verdict::AlreadyConverted, Some(sectors)),
        "{:?}, then {:?}",
        pack.notes,
        again.notes
    );
}

/// Runs every case, shared out among the cores: each depends on its seed alone. The seeds of those
/// that failed, if any.
fn run_all(cases: u64) -> (Tally, Vec<u64>) {
    let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
    let (disks, at) = (disks(), convert::golden_time());
    let run = |first: u64| {
        let (mut tally, mut failed, mut image) = (Tally::default(), Vec::new(), Vec::new());
        for seed in (first..cases).step_by(usize::try_from(threads).unwrap()) {
            let case = || run_case(seed, &disks, at, &mut image);
            match catch_unwind(AssertUnwindSafe(case)) {
                Ok(result) => tally += result,
                Err(_) => failed.push(seed),
            }
            if failed.len() == ENOUGH {
                break;
            }
        }
        (tally, failed)
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|first| scope.spawn(move || run(first))).collect();
        let (mut tally, mut failed) = (Tally::default(), Vec::new());
        for worker in workers {
            let (part, seeds) = worker.join().expect("every case is caught");
            tally += part;
            failed.extend(seeds);
        }
        (tally, failed)
    })
}

#[test]
fn damaged_disk_gets_an_answer_and_its_conversion_changes_the_record_alone() {
    let cases = match std::env::var("ADDPACK_DAMAGE") {
        Ok(number) => USUAL.max(number.parse().expect("ADDPACK_DAMAGE is a number")),
        Err(_) => USUAL,
    };
    let (tally, failed) = run_all(cases);
    println!("{tally:?}");
    assert!(failed.is_empty(), "failed at the damaged images of these seeds: {failed:?}");
    // Nothing of this is worth much unless all of it happened often.
    assert!(tally.converted > cases / 5, "{tally:?}");
    assert!(tally.by_second_fat > cases / 50, "{tally:?}");
    assert!(tally.damaged_media > cases / 10, "{tally:?}");
    assert!(tally.refused > cases / 200, "{tally:?}");
    assert!(tally.not_a_pack > cases / 50, "{tally:?}");
}

#[test]
fn every_disk_that_is_damaged_was_sound_before() {
    for disk in disks() {
        let pack = convert::examine_pack(&disk.bytes);
        let verdict = pack.diagnosis.verdict;
        let sound = [Verdict::Convertible, Verdict::UnfinishedConversion];
        assert!(sound.contains(&verdict), "{:?}: {:?}", disk.layout, pack.diagnosis.findings);
        assert!(judge::others(&disk.bytes, &disk.layout).len() >= 5);
    }
}

/// Random bytes behind a boot sector with a field or two at an edge, or at any number.
fn noise(random: &mut Random) -> Vec<u8> {
    let words = random.below(40_000) / 8;
    let mut image: Vec<u8> = (0..words).flat_map(|_| random.bits().to_le_bytes()).collect();
    let edges = [0, 1, 2, 16, 112, 512, 719, 720, 4085, 5760, 5761, 0x7FFF, 0xFFFF];
    // Where each field stands, its length, and what it usually says.
    let fields =
        [(11, 2, 512), (13, 1, 2), (14, 2, 1), (16, 1, 2), (17, 2, 64), (19, 2, 720), (22, 2, 2)];
    for (at, length, usual) in fields {
        let any = random.below(0x1_0000);
        let value = if random.one_in(2) { any } else { random.pick(&edges) };
        let value = if random.one_in(4) { value } else { usual };
        if let Some(field) = image.get_mut(at..at + length) {
            field.copy_from_slice(&value.to_le_bytes()[..length]);
        }
    }
    for entry in image.chunks_exact_mut(SECTOR).skip(1).filter(|_| random.one_in(2)) {
        entry[..RECORD.len()].copy_from_slice(&RECORD);
        entry[RECORD.len()] &= !(LABEL | FOLDER);
    }
    image
}

#[test]
fn any_bytes_whatever_get_an_answer_that_took_no_more_reading_than_there_is() {
    let (mut packs, mut others) = (0, 0);
    for seed in 0..USUAL / 10 {
        let image = noise(&mut Random::new(seed));
        let (sectors, medium) = (image.len() / SECTOR, Traced::new(image));
        match examine(&medium).expect("memory can be read") {
            Examination::NotAPack(_) => others += 1,
            Examination::Pack(pack) => {
                assert_eq!(pack.diagnosis.verdict, Verdict::Refused, "seed {seed}");
                packs += 1;
            }
        }
        // Each sector once, and the record by either FAT.
        assert!(medium.account().read.len() <= sectors + 1 + 4 + 4, "seed {seed}");
    }
    assert!(packs > 200 && others > 200, "{packs} {others}");
}
