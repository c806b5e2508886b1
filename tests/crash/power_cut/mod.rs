//! The power is cut at any moment of a conversion: a log of all that it wrote is replayed up to there, and
//! of what was not flushed, half is lost and sectors are torn. What was reported by then is there, and one
//! ordinary run makes all of it complete.
//!
//! Each sync has a moment just before it, where more is on its way than at any other, and so has each word that
//! is said; `ADDPACK_POWER_CUTS` adds others. A failure names the moment and its seed.

mod disk;
mod log;
mod strace;

use crate::support::judge::{PackImage, State};
use crate::support::ledger::states;
use crate::support::scene::{CONVERT, Image, Scene};
use crate::support::simulator::Random;
use crate::support::tools;
use disk::{Arrives, Disk, Files, Op};
use log::{Recorder, files_in, record};
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// How packs are kept and converted.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    InPlace,
    Copies,
    Gzip,
    Zip,
}

struct Trial {
    way: Way,
    scene: Scene,
    images: Vec<PackImage>,
    args: Vec<&'static str>,
    roots: Vec<PathBuf>,
}

impl Trial {
    fn new(way: Way, is_ledger_beside: bool) -> Self {
        let scene = Scene::new();
        let whole = [PackImage::full_history(), PackImage::golden("reapplied-360.img")];
        let number = |(number, image): (usize, &PackImage)| PackImage {
            name: format!("{number}.img"),
            ..image.renumbered(number)
        };
        let images: Vec<_> = whole.iter().enumerate().map(number).collect();
        let mut args = CONVERT.to_vec();
        args.extend((way == Way::Copies).then_some(["-o", "out"]).into_iter().flatten());
        args.extend(is_ledger_beside.then_some(["--ledger", "in/ledger.db"]).into_iter().flatten());
        args.push("in");
        let home = scene.ledger().ancestors().nth(4).unwrap().to_owned();
        let roots =
            vec![fs::canonicalize(scene.path("")).unwrap(), fs::canonicalize(home).unwrap()];
        let trial = Self { way, scene, images, args, roots };
        trial.put();
        trial
    }

    fn put(&self) {
        fs::create_dir(self.scene.path("in")).unwrap();
        for image in &self.images {
            let path = self.scene.path("in").join(&image.name);
            fs::write(&path, &image.old).unwrap();
            if self.way == Way::Gzip {
                fs::write(path.with_extension("img.gz"), tools::gzip(&path, &[])).unwrap();
                fs::remove_file(path).unwrap();
            }
        }
        if self.way == Way::Zip {
            let folder = self.scene.path("in");
            let names: Vec<_> = self.images.iter().map(|image| &*image.name).collect();
            tools::zip(&folder, &[], &names);
            for name in names {
                fs::remove_file(folder.join(name)).unwrap();
            }
        }
    }

    /// What an image holds where its converted pack is to be; `None` where there is nothing.
    fn held(&self, image: &PackImage) -> Option<Vec<u8>> {
        let path = self.scene.path("in").join(&image.name);
        match self.way {
            Way::InPlace => Some(fs::read(path).unwrap()),
            Way::Copies => fs::read(self.scene.path("out").join(&image.name)).ok(),
            Way::Gzip => Some(tools::gzip(&path.with_extension("img.gz"), &["-d"])),
            Way::Zip => Some(tools::unzip(&self.scene.path("in/archive.zip"), &image.name)),
        }
    }

    /// Whether the pack is wholly new.
    fn is_new(&self, image: &PackImage) -> bool {
        self.held(image).is_some_and(|held| held == image.new)
    }

    fn ledger(&self) -> PathBuf {
        let beside = self.args.contains(&"--ledger");
        if beside { self.scene.path("in/ledger.db") } else { self.scene.ledger() }
    }
}

/// Puts files where they were. Those that are there already stay the same files, with their numbers.
fn restore(trial: &Trial, files: &Files) {
    for path in files_in(&trial.roots).into_keys() {
        if !files.names.contains_key(&path) {
            fs::remove_file(path).unwrap();
        }
    }
    for (path, file) in &files.names {
        // The index of SQLite's log is memory that is lost.
        if !path.to_str().unwrap().ends_with("-shm") {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, &files.contents[*file]).unwrap();
        }
    }
}

/// Updates the inodes in the ledger: a container that was replaced is another file here than the one that was claimed.
fn update_inodes(trial: &Trial, before: &Inodes) {
    let Ok(ledger) = Connection::open(trial.ledger()) else { return };
    for (path, inode) in before {
        let Ok(now) = fs::metadata(path).map(|file| file.ino()) else { continue };
        let (now, inode) = (now.cast_signed(), inode.cast_signed());
        let sql = "UPDATE conversion SET inode = ?1 WHERE inode = ?2 AND path = ?3";
        // If there are no tables yet, nothing has to be updated.
        let _ = ledger.execute(sql, rusqlite::params![now, inode, path.to_str().unwrap()]);
    }
}

type Inodes = BTreeMap<PathBuf, u64>;

fn inodes(paths: impl Iterator<Item = PathBuf>) -> Inodes {
    paths.map(|path| (path.clone(), fs::metadata(&path).unwrap().ino())).collect()
}

/// The names of the images that were reported as converted.
fn reported(said: &[u8]) -> Vec<String> {
    let whole = said.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let text = String::from_utf8(said[..whole].to_vec()).unwrap();
    let reports = text.lines().filter(|line| line.contains("\"type\":\"image\""));
    let reports = reports.map(|line| serde_json::from_str::<Image>(line).unwrap());
    let done = reports.filter(|report| report.outcome == "converted");
    let name = |path: String| Path::new(&path).file_name().unwrap().to_str().unwrap().to_owned();
    done.map(|report| name(report.path.rsplit(':').next().unwrap().to_owned())).collect()
}

/// What is replayed.
struct Log {
    files: Files,
    ops: Vec<Op>,
    inodes: Inodes,
    /// The names that a run leaves which nobody cuts off.
    names: BTreeSet<PathBuf>,
}

impl Log {
    /// What a run of the trial does.
    #[track_caller]
    fn of(trial: &Trial) -> Self {
        let start = files_in(&trial.roots);
        let inodes = inodes(start.keys().cloned());
        let files = Files::of(&start);
        let Recorder { files: end, ops, .. } =
            record(&trial.scene, &trial.args, &trial.roots, files.clone());
        assert_understood(trial, &end);
        Self { files, ops, inodes, names: names_in(trial) }
    }

    /// The moments before each sync, after each word, and after all.
    fn moments(&self) -> Vec<usize> {
        let moment = |(at, op): (usize, &Op)| match op {
            Op::Sync { .. } | Op::SyncFolder { .. } => Some(at),
            Op::Said(_) => Some(at + 1),
            _ => None,
        };
        self.ops.iter().enumerate().filter_map(moment).chain([self.ops.len()]).collect()
    }
}

/// The names of all files, those of SQLite's log left out.
fn names_in(trial: &Trial) -> BTreeSet<PathBuf> {
    let is_log = |path: &PathBuf| {
        let path = path.to_str().unwrap();
        path.ends_with("-shm") || path.ends_with("-wal")
    };
    files_in(&trial.roots).into_keys().filter(|path| !is_log(path)).collect()
}

/// Cuts the power at a moment, and sees what is there.
fn cut(trial: &Trial, log: &Log, moment: usize, arrives: Arrives, seed: u64) {
    let Log { files, ops, inodes, names } = log;
    let mut random = Random::new(seed);
    let mut disk = Disk::new(files);
    let mut said = Vec::new();
    for op in &ops[..moment] {
        disk.take(op);
        if let Op::Said(words) = op {
            said.extend_from_slice(words);
        }
    }
    let files = disk.cut(&mut random, arrives);
    restore(trial, &files);
    if matches!(trial.way, Way::Gzip | Way::Zip) {
        update_inodes(trial, inodes);
    }
    let about =
        format!("{:?}, {arrives:?}, seed {seed}, after {moment} of {}", trial.way, ops.len());
    for name in reported(&said) {
        let image = trial.images.iter().find(|image| name.starts_with(&image.name)).unwrap();
        assert!(trial.is_new(image), "{about}: {name} was reported");
    }
    complete(trial, &about);
    assert_eq!(&names_in(trial), names, "{about}: files are left over, or missing");
}

/// One ordinary run makes everything complete.
fn complete(trial: &Trial, about: &str) {
    let ran = trial.scene.run(&trial.args);
    ran.at(&about).code(0);
    for image in &trial.images {
        assert!(trial.is_new(image), "{about}: {}: {ran:?}", image.name);
        if trial.way == Way::Copies {
            let source = fs::read(trial.scene.path("in").join(&image.name)).unwrap();
            assert_eq!(image.state(&source), State::Old, "{about}");
        }
    }
    assert_eq!(states(&trial.ledger()), vec!["done"; trial.images.len()], "{about}");
}

#[track_caller]
fn replay(way: Way, is_ledger_beside: bool) {
    let trial = Trial::new(way, is_ledger_beside);
    let log = Log::of(&trial);
    let more = std::env::var("ADDPACK_POWER_CUTS").map_or(0, |number| number.parse().unwrap());
    let mut cuts = 0;
    for (seed, moment) in (0..).zip(log.moments()) {
        cuts += 2;
        cut(&trial, &log, moment, Arrives::Nothing, seed);
        cut(&trial, &log, moment, Arrives::Some, seed);
    }
    for seed in 0..more {
        let mut random = Random::new(seed);
        let moment = random.below(log.ops.len() + 1);
        let arrives = [Arrives::Nothing, Arrives::All, Arrives::Some, Arrives::Some];
        cut(&trial, &log, moment, random.pick(&arrives), random.bits());
    }
    println!("{way:?}: {cuts} power cuts, and {more} at random");
}

/// The files are what the log makes of them: nothing that was written is missing there.
#[track_caller]
fn assert_understood(trial: &Trial, end: &Files) {
    let is_memory = |path: &Path| path.to_str().unwrap().ends_with("-shm");
    let mut found = files_in(&trial.roots);
    found.retain(|path, _| !is_memory(path));
    let names: Vec<_> = end.names.keys().filter(|path| !is_memory(path)).collect();
    assert_eq!(names, found.keys().collect::<Vec<_>>(), "{:?}", trial.way);
    for (path, content) in found {
        assert!(end.contents[end.names[&path]] == content, "{:?}: {}", trial.way, path.display());
    }
}

#[test]
fn conversion_in_place_withstands_a_power_cut() {
    replay(Way::InPlace, false);
    replay(Way::InPlace, true);
}

#[test]
fn copies_withstand_a_power_cut() {
    replay(Way::Copies, false);
    replay(Way::Copies, true);
}

#[test]
fn compressed_files_withstand_a_power_cut() {
    replay(Way::Gzip, false);
    replay(Way::Gzip, true);
}

#[test]
fn archives_withstand_a_power_cut() {
    replay(Way::Zip, false);
    replay(Way::Zip, true);
}
