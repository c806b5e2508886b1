//! An archive is one group, however many packs are in it: they are claimed and settled together, it is written
//! once, and opened a few times, whatever befalls the run.
//!
//! `ADDPACK_MEMBERS` raises the number of packs.

use crate::support::judge::{Called, PackImage, Point, Threads, Traced, strace};
use crate::support::ledger::count;
use crate::support::scene::{Scene, outcomes};
use crate::support::tools;
use sha1::{Digest, Sha1};
use std::fs;

/// Packs in an archive, where nothing else is asked for.
const USUAL: usize = 1000;

const CONVERT: [&str; 4] = ["convert", "--yes", "--json", "in"];
pub(super) const ARCHIVE: &str = "in/packs.zip";

fn members() -> usize {
    std::env::var("ADDPACK_MEMBERS").map_or(USUAL, |number| number.parse().unwrap())
}

/// A scene with an archive of so many packs.
pub(super) fn archive(packs: usize) -> Scene {
    let scene = Scene::new();
    let image = PackImage::golden("reapplied-360.img").cut_short();
    fs::create_dir_all(scene.path("in")).unwrap();
    for number in 0..packs {
        let pack = PackImage { name: format!("{number:05}.img"), ..image.renumbered(number) };
        pack.put(&scene, "work");
    }
    let made = tools::zip(&scene.path("work"), &["-1", "-r", "-X"], &["."]);
    fs::rename(made, scene.path(ARCHIVE)).unwrap();
    fs::remove_dir_all(scene.path("work")).unwrap();
    scene
}

/// The path that the new archive has on its way into the place of the old one.
fn temporary(scene: &Scene) -> String {
    let path = fs::canonicalize(scene.path(ARCHIVE)).unwrap();
    let place = [b"addpack, on the way to ", path.as_os_str().as_encoded_bytes()].concat();
    let digest: [u8; 20] = Sha1::digest(place).into();
    let name = digest.map(|byte| format!("{byte:02x}")).concat();
    let temporary = path.with_file_name(format!(".addpack-{}.tmp", &name[..24]));
    temporary.into_os_string().into_string().unwrap()
}

/// Calls on the archive, on what replaces it, and on their folder.
fn traced(scene: &Scene, args: &[&str]) -> Traced {
    let folder = fs::canonicalize(scene.path("in")).unwrap();
    let (archive, temporary) = (folder.join("packs.zip"), temporary(scene));
    let paths = [ARCHIVE, archive.to_str().unwrap(), &temporary, folder.to_str().unwrap(), "in"];
    let calls = "trace=openat,write,rename,renameat,renameat2,fsync,fdatasync";
    let paths = paths.iter().flat_map(|path| ["-P", path]);
    strace(scene, &["-f", "-e", calls].into_iter().chain(paths).collect::<Vec<_>>(), args)
}

fn opens(traced: &Traced) -> usize {
    let opened = traced.calls.iter().filter(|call| call.name == "openat");
    opened.filter(|call| call.text.contains("packs.zip\"")).count()
}

/// Bytes that were written to the new archive.
fn written(traced: &Traced) -> u64 {
    let writes = traced.calls.iter().filter(|call| call.name == "write");
    let result = |call: &Called| call.text.rsplit_once(" = ").unwrap().1.trim().parse::<u64>();
    writes.map(|call| result(call).unwrap_or(0)).sum()
}

fn renames(traced: &Traced) -> usize {
    traced.calls.iter().filter(|call| call.name.starts_with("rename")).count()
}

/// Syncs of the file, and of its folder.
fn syncs(traced: &Traced) -> usize {
    traced.count("fsync") + traced.count("fdatasync")
}

fn states(scene: &Scene) -> (usize, usize) {
    (count(&scene.ledger(), "begun"), count(&scene.ledger(), "done"))
}

/// All packs are new, and the ledger knows it.
#[track_caller]
pub(super) fn assert_complete(scene: &Scene, packs: usize) {
    assert_eq!(states(scene), (0, packs));
    let checked = scene.run(&["ledger", "check"]);
    checked.ends(0);
    let wanted = format!("{packs} of {packs} conversions are as the ledger says\n");
    assert_eq!((checked.stdout.replace(',', ""), &*checked.stderr), (wanted, ""));
    assert_eq!(fs::read_dir(scene.path("in")).unwrap().count(), 1);
}

#[test]
fn archive_of_very_many_packs_is_written_once() {
    crate::support::needs!("strace", "zip");
    let packs = members();
    let scene = archive(packs);
    let size = fs::metadata(scene.path(ARCHIVE)).unwrap().len();
    let traced = traced(&scene, &CONVERT);
    assert_eq!(traced.ran.code, Some(0), "{}", traced.ran.stderr);
    assert_eq!(traced.ran.stdout.matches("\"outcome\":\"converted\"").count(), packs);
    assert!(written(&traced) <= 2 * size, "{} bytes of {size}", written(&traced));
    assert_eq!((renames(&traced), syncs(&traced)), (1, 2));
    assert_complete(&scene, packs);
}

/// What became of the archive before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Before {
    Nothing,
    Converted,
    /// Its conversion was killed before the new archive got its name.
    Claimed,
    /// It was killed when it had that name, and its folder was not synced.
    Renamed,
}

const TRIALS: [(&[&str], Before); 6] = [
    (&CONVERT, Before::Nothing),
    (&CONVERT, Before::Claimed),
    (&CONVERT, Before::Renamed),
    (&["convert", "--yes", "-o", "out", "in"], Before::Nothing),
    (&["inspect", "in"], Before::Claimed),
    (&["ledger", "check"], Before::Converted),
];

pub(super) fn prepare(scene: &Scene, before: Before) {
    let folder = fs::canonicalize(scene.path("in")).unwrap();
    let (call, path) = match before {
        Before::Nothing => return,
        Before::Converted => return assert_eq!(scene.run(&CONVERT).code, Some(0)),
        Before::Claimed => ("rename", temporary(scene)),
        Before::Renamed => ("fsync", folder.into_os_string().into_string().unwrap()),
    };
    let (call, threads) = (call.to_owned(), Threads::All);
    Point { call, when: 1, threads, path: Some(path) }.kill(scene, &CONVERT);
}

#[test]
fn archive_is_opened_and_made_durable_as_often_for_many_packs_as_for_few() {
    crate::support::needs!("strace", "zip");
    for (args, before) in TRIALS {
        let cost = [70, 280].map(|packs| {
            let scene = archive(packs);
            prepare(&scene, before);
            let traced = traced(&scene, args);
            assert_eq!(traced.ran.code, Some(0), "{args:?} {before:?}: {}", traced.ran.stderr);
            if args == CONVERT {
                assert_complete(&scene, packs);
            }
            [opens(&traced), syncs(&traced), renames(&traced)]
        });
        assert_eq!(cost[0], cost[1], "{args:?} {before:?}: opens, syncs and names");
        assert!(cost[0][0] <= 8, "{args:?} {before:?}: {} opens", cost[0][0]);
    }
}

#[test]
fn what_an_earlier_run_has_left_in_an_archive_is_reported_in_one_line() {
    crate::support::needs!("strace", "zip");
    let scene = archive(100);
    scene.image("unused-720.img", "elsewhere/a.img");
    prepare(&scene, Before::Claimed);
    let ran = scene.run(&["convert", "--yes", "elsewhere"]);
    assert_eq!((ran.code, ran.stderr.lines().count()), (Some(0), 1), "{}", ran.stderr);
    assert!(ran.stderr.contains("(and so for 99 other packs in "), "{}", ran.stderr);
    assert_eq!(states(&scene), (100, 1));
    let (reports, _, code) = scene.json(&["inspect", "--json", "in"]);
    assert_eq!((outcomes(&reports), code), (vec!["convertible"; 100], Some(0)));
}
