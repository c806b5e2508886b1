//! The floors: the bare system calls of the same work, on paths that are known.

use super::images::{AREA, RECORD};
use rustix::fs::{Advice, Mode, OFlags, fadvise};
use sha1::{Digest, Sha1};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Images that are converted together, and syncs under way at once, as `addpack` has them.
const GROUP: usize = 64;
const SYNCS: usize = 32;
/// What a claim writes to a journal: the old and the new record.
const CLAIM: usize = 2 * RECORD;
const SECTOR: usize = 512;

/// Runs `work` on every path, by `threads` threads.
fn share(paths: &[PathBuf], threads: usize, work: impl Fn(&Path) + Sync) {
    let next = Mutex::new(paths.iter());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(path) = { next.lock().expect("no thread has panicked").next() } {
                    work(path);
                }
            });
        }
    });
}

/// Reads the sectors up to the root directory's end in one call, the record in another, and takes the
/// record's SHA-1.
pub(crate) fn inspect(paths: &[PathBuf], record: usize, threads: usize, random: bool) {
    share(paths, threads, |path| {
        let file = File::open(path).expect("the image is there");
        if random {
            fadvise(&file, 0, None, Advice::Random).expect("advice is taken");
        }
        std::hint::black_box(look(&file, record));
    });
}

fn look(file: &File, record: usize) -> [u8; 20] {
    let (mut area, mut bytes) = (vec![0; AREA], [0; RECORD]);
    file.read_exact_at(&mut area, 0).expect("the image is whole");
    file.read_exact_at(&mut bytes, record as u64).expect("the image is whole");
    Sha1::digest(bytes).into()
}

/// Converts: a journal entry for each image, durable before the group is touched; then the commit
/// sector, durable and read back past the cache; then the other sectors zeroed, and all read back.
pub(crate) fn convert(paths: &[PathBuf], record: usize, threads: usize, journal: &Path) {
    let mut journal = File::create(journal).expect("there is room");
    for group in paths.chunks(GROUP) {
        let files = Mutex::new(Vec::with_capacity(group.len()));
        share(group, threads, |path| {
            let file = OpenOptions::new().read(true).write(true).open(path).expect("it is there");
            file.try_lock().expect("nobody else is here");
            std::hint::black_box(look(&file, record));
            files.lock().expect("no thread has panicked").push((path.to_owned(), file));
        });
        journal.write_all(&vec![1; group.len() * CLAIM]).expect("there is room");
        journal.sync_data().expect("the disk works");
        let files = files.into_inner().expect("no thread has panicked");
        let next = Mutex::new(files.iter());
        std::thread::scope(|scope| {
            for _ in 0..SYNCS {
                scope.spawn(|| {
                    while let Some((path, file)) = { next.lock().expect("no panic").next() } {
                        commit(path, file, record);
                    }
                });
            }
        });
        for (_, file) in &files {
            finish(file, record);
        }
    }
}

fn commit(path: &Path, file: &File, record: usize) {
    file.write_all_at(&[1; SECTOR], record as u64).expect("there is room");
    file.sync_data().expect("the disk works");
    let flags = OFlags::DIRECT | OFlags::CLOEXEC;
    let direct = File::from(rustix::fs::open(path, flags, Mode::empty()).expect("it is there"));
    let mut space = vec![0; 3 * 4096];
    let aligned = space.as_ptr().align_offset(4096);
    let start = record / 4096 * 4096;
    direct.read_at(&mut space[aligned..aligned + 4096], start as u64).expect("the disk works");
}

fn finish(file: &File, record: usize) {
    file.write_all_at(&[0; RECORD - SECTOR], (record + SECTOR) as u64).expect("there is room");
    std::hint::black_box(look(file, record));
}
