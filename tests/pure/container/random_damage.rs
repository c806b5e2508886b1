//! Damaged containers, 100,000 for each reader: always an answer, soon, and in little memory.
//!
//! `ADDPACK_CONTAINERS` raises the number; a failure names the seed of its container.

use crate::support::own_process::is_own_process;
use crate::support::simulator::Random;
use crate::support::write;
use crate::support::write::{Sector, State, Track, small_image, tracks};
use addpack::container::{ContainerError, Dump, MAX_IMAGE};
use addpack::container::{hfe, imd, recognise, td0};
use rustix::process::{Resource, Rlimit, setrlimit};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// Damaged containers for each reader in the normal suite.
pub(super) const USUAL: u64 = 100_000;
/// Far more than any takes.
const BOUND: Duration = Duration::from_secs(5);
/// What a reader may take of memory.
const MEMORY: u64 = 64 << 20;

/// What became of a damaged container.
#[derive(Debug, PartialEq)]
pub(super) enum Answer {
    /// The image as it was.
    Same,
    /// An image with lost sectors, or with other bytes where there is no checksum.
    Other,
    Error(ContainerError),
}

/// From here on, memory is what it is now and 64 MiB: more is an abort.
fn limit_memory() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmData:")).unwrap();
    let now: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
    let limit = Some(now * 1024 + MEMORY);
    setrlimit(Resource::Data, Rlimit { current: limit, maximum: limit }).unwrap();
}

fn cases() -> u64 {
    let asked = std::env::var("ADDPACK_CONTAINERS");
    asked.map_or(USUAL, |number| USUAL.max(number.parse().expect("ADDPACK_CONTAINERS is a number")))
}

/// Some damage: bytes changed, taken away, put in, or moved.
fn strike(random: &mut Random, bytes: &mut Vec<u8>) {
    for _ in 0..=random.below(4) {
        // Most of what makes sense of the rest stands at the start.
        let end = if random.one_in(2) { bytes.len() } else { bytes.len().min(80) };
        if end == 0 {
            return;
        }
        let at = random.below(end);
        let length = (1 + random.below(40)).min(bytes.len() - at);
        match random.below(8) {
            0 | 1 => bytes[at] ^= 1 << random.below(8),
            2 => bytes[at] = random.pick(&[0, 1, 0x7F, 0x80, 0xFE, 0xFF]),
            3 => bytes[at..at + length].fill(random.pick(&[0, 0xFF])),
            4 => bytes[at] = random.byte(),
            5 => drop(bytes.drain(at..at + length)),
            6 => {
                let again = bytes[at..at + length].to_vec();
                bytes.splice(at..at, again);
            }
            _ if random.one_in(4) => bytes.truncate(at),
            _ => bytes[at..at + length].reverse(),
        }
    }
}

/// Damages one container after the other; how often it was the same, another image, an error.
pub(super) fn run(
    seeds: &[Vec<u8>],
    image: &[u8],
    mend: fn(&mut Random, &mut Vec<u8>),
    read: Read,
) -> [u64; 3] {
    for seed in seeds {
        assert_eq!(read(seed, image), Answer::Same);
    }
    limit_memory();
    let mut tally = [0; 3];
    for seed in 0..cases() {
        let mut random = Random::new(seed);
        let mut bytes = seeds[random.below(seeds.len())].clone();
        strike(&mut random, &mut bytes);
        mend(&mut random, &mut bytes);
        let begun = Instant::now();
        let answer = catch_unwind(AssertUnwindSafe(|| {
            let _ = recognise(&bytes);
            read(&bytes, image)
        }));
        assert!(begun.elapsed() < BOUND, "seed {seed} took {:?}", begun.elapsed());
        match answer {
            Ok(Answer::Same) => tally[0] += 1,
            Ok(Answer::Other) => tally[1] += 1,
            Ok(Answer::Error(_)) => tally[2] += 1,
            Err(panic) => panic!("seed {seed}: {panic:?}"),
        }
    }
    println!("{tally:?}");
    tally
}

pub(super) type Read = fn(&[u8], &[u8]) -> Answer;

fn dump_answer(dump: Result<Dump, ContainerError>, image: &[u8]) -> Answer {
    match dump {
        Ok(dump) => {
            let sectors = dump.bytes.len() / write::SECTOR;
            assert!(dump.bytes.len() <= MAX_IMAGE && dump.bytes.len() % write::SECTOR == 0);
            assert!(dump.flaws.is_sorted_by(|one, next| one.sector < next.sector));
            assert!(dump.flaws.last().is_none_or(|flaw| (flaw.sector as usize) < sectors));
            let same = dump.bytes == image && dump.flaws.is_empty();
            if same { Answer::Same } else { Answer::Other }
        }
        Err(error) => Answer::Error(error),
    }
}

pub(super) fn whole(_: &mut Random, _: &mut Vec<u8>) {}

/// Three cylinders of one side; maps, marks, another size, and sectors that are there twice.
fn odd_tracks() -> (Vec<u8>, Vec<Track>) {
    let image = small_image(9);
    let mut tracks = tracks(&image, 1, 3);
    let twice = tracks[0].sectors[1].clone();
    tracks[0].sectors.push(Sector { state: State::Bad, ..twice.clone() });
    tracks[1].sectors[0].state = State::Deleted;
    tracks[2].sectors.push(Sector { number: 77, size: 1, bytes: vec![3; 256], ..twice });
    tracks[2].cylinder = 4;
    let strange = Sector { head: 1, ..tracks[2].sectors[0].clone() };
    tracks[2].sectors.push(strange);
    (image, tracks)
}

#[test]
fn damaged_imagedisk_gets_an_answer() {
    if !is_own_process(module_path!(), "damaged_imagedisk_gets_an_answer") {
        return;
    }
    let (image, tracks) = odd_tracks();
    let seeds = [write::imd::dump(&tracks)];
    let [same, other, error] =
        run(&seeds, &image, whole, |bytes, image| dump_answer(imd::read(bytes), image));
    assert!(same > USUAL / 50 && other > USUAL / 10 && error > USUAL / 4);
}

/// Half of the headers get the checksum that fits what they say now.
#[expect(clippy::ptr_arg, reason = "as the others")]
fn mend_teledisk(random: &mut Random, bytes: &mut Vec<u8>) {
    if random.one_in(2) && bytes.len() >= write::td0::HEADER_LEN {
        let checksum = write::td0::crc(&bytes[..10]).to_le_bytes();
        bytes[10..12].copy_from_slice(&checksum);
    }
}

/// The tracks as well: from the first on, as long as one seems to follow the other.
fn mend_tracks(random: &mut Random, bytes: &mut Vec<u8>) {
    mend_teledisk(random, bytes);
    let mut at = write::td0::HEADER_LEN;
    while let Some([count, cylinder, head, _]) = bytes.get(at..at + 4) {
        let sum = write::td0::crc(&[*count, *cylinder, *head]).to_le_bytes()[0];
        let sectors = *count;
        bytes[at + 3] = sum;
        at += 4;
        for _ in 0..sectors {
            let Some(header) = bytes.get(at..at + 8) else { return };
            let has_data = header[4] & 0x30 == 0 && header[3] < 8;
            let length = usize::from(u16::from_le_bytes([header[6], header[7]]));
            at += if has_data { 8 + length } else { 6 };
        }
    }
}

#[test]
fn damaged_teledisk_gets_an_answer() {
    if !is_own_process(module_path!(), "damaged_teledisk_gets_an_answer") {
        return;
    }
    let (image, tracks) = odd_tracks();
    let with_comment = write::td0::dump(&tracks);
    let mut without = write::td0::header(0);
    without.extend(tracks.iter().flat_map(write::td0::track));
    without.push(0xFF);
    let [same, other, error] =
        run(&[with_comment, without], &image, mend_tracks, |bytes, image| {
            dump_answer(td0::read(bytes), image)
        });
    assert!(same > USUAL / 200 && other > USUAL / 20 && error > USUAL / 4);
}

#[test]
fn damaged_compressed_teledisk_gets_an_answer() {
    if !is_own_process(module_path!(), "damaged_compressed_teledisk_gets_an_answer") {
        return;
    }
    let (image, _) = odd_tracks();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/containers");
    let seeds = [std::fs::read(folder.join("three-tracks.td0")).unwrap()];
    let [same, other, error] =
        run(&seeds, &image, mend_teledisk, |bytes, image| dump_answer(td0::read(bytes), image));
    assert!(same > USUAL / 500 && other > USUAL / 200 && error > USUAL / 4);
}

#[test]
fn damaged_bit_cells_get_an_answer() {
    if !is_own_process(module_path!(), "damaged_bit_cells_get_an_answer") {
        return;
    }
    let image = small_image(2);
    let mut cells = write::hfe::Cells::default();
    for sector in &tracks(&image, 1, 2)[0].sectors {
        cells.sector(sector);
    }
    let turn = cells.0.len().next_multiple_of(16);
    cells.0.resize(turn, false);
    let seeds = [0, 5000, 12_345]
        .map(|start| write::hfe::file(&[[cells.clone().turned(start).0, vec![false; turn]]]));
    let [same, other, error] =
        run(&seeds, &image, whole, |bytes, image| dump_answer(hfe::read(bytes), image));
    assert!(same > USUAL / 10 && other > USUAL / 10 && error > USUAL / 10);
}
