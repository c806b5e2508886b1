//! Every command is a straight line: twice as many images take twice as many instructions, and a ledger of a hundred
//! times as many rows takes next to none. Instructions are counted, and not seconds: they are the same whatever else
//! the machine does.

use crate::support::judge::PackImage;
use crate::support::scene::Scene;
use crate::support::simulator::record_at;
use rusqlite::Connection;
use std::process::Command;

/// Images of the first run; the second has twice as many, and the third four times.
const IMAGES: usize = 75;
/// How much more an image among many may cost than one among few, in hundredths: sorting and trees take a little.
const MORE: u64 = 3;
/// The same for an image if the ledger has a hundred times as many rows: its trees are a level deeper.
const MORE_WITH_ROWS: u64 = 3;
const ROWS: usize = 1000;
/// A byte of the record that has to be zero.
const RESERVED: usize = 0x1F0;

/// The instructions of a command on one thread.
fn instructions(scene: &Scene, args: &[&str]) -> u64 {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]);
    let output = scene.command_under(valgrind, &[args, &["-j1"]].concat()).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    let line = text.lines().find(|line| line.contains("refs:")).unwrap_or_else(|| panic!("{text}"));
    let digits: String =
        line.rsplit(':').next().unwrap().chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}

/// Puts images of so many packs into `folder`, with serials in no order; refused ones, if they are damaged.
fn put(scene: &Scene, folder: &str, count: usize, is_damaged: bool) {
    let pack = PackImage::golden("reapplied-360.img").cut_short();
    let at = record_at(&pack.old) + RESERVED;
    for number in 0..count {
        let mut image = pack.renumbered(number * 6_180_339 % 10_000_000);
        image.old[at] = u8::from(is_damaged);
        image.name = format!("{number:05}.img");
        image.put(scene, folder);
    }
}

/// Checks that the second half of many images costs no more for each than the first of them do.
#[track_caller]
fn assert_straight(args: &[&str], is_damaged: bool) {
    crate::support::needs!("valgrind");
    let scene = Scene::new();
    let [few, more, many] = [IMAGES, 2 * IMAGES, 4 * IMAGES].map(|count| {
        let (folder, ledger) = (format!("in-{count}"), format!("{count}.db"));
        put(&scene, &folder, count, is_damaged);
        instructions(&scene, &[args, &["--ledger", &ledger, &folder]].concat())
    });
    let (first, second) = ((more - few) / IMAGES as u64, (many - more) / (2 * IMAGES) as u64);
    assert!(
        second <= first + first * MORE / 100,
        "{args:?}: {first}, then {second} for each image"
    );
}

#[test]
fn inspect_takes_as_many_instructions_for_each_image_however_many_there_are() {
    assert_straight(&["inspect"], false);
}

#[test]
fn plan_takes_as_many_instructions_for_each_pack_however_many_there_are() {
    assert_straight(&["plan"], false);
}

#[test]
fn plan_takes_as_many_instructions_for_each_refused_pack_however_many_there_are() {
    assert_straight(&["plan", "--json"], true);
}

#[test]
fn replace_takes_as_many_instructions_for_each_pack_however_many_there_are() {
    assert_straight(&["replace"], true);
}

#[test]
fn convert_takes_as_many_instructions_for_each_image_however_many_there_are() {
    assert_straight(&["convert", "--yes"], false);
}

/// Enters so many packs that no image here is of.
fn enter(scene: &Scene, ledger: &str, rows: usize) {
    let ledger = Connection::open(scene.path(ledger)).unwrap();
    let enter = "WITH RECURSIVE number(at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM number LIMIT ?1) \
        INSERT INTO conversion (serial, licenses, path, converted_at, old_digest, new_digest) \
        SELECT format('99999-270-%07d-00042', at), 5, format('/x/%d.img', at), 946684800, \
        format('%040x', at), format('%040x', -at) FROM number";
    assert_eq!(ledger.execute(enter, [i64::try_from(rows).unwrap()]).unwrap(), rows);
}

#[test]
fn large_ledger_takes_next_to_no_more_instructions_for_each_image() {
    crate::support::needs!("valgrind");
    let scene = Scene::new();
    put(&scene, "one", 1, false);
    for args in [&["inspect"][..], &["plan"], &["replace"], &["convert", "--yes"]] {
        let costs = [ROWS, 100 * ROWS].map(|rows| {
            let [few, more] = [IMAGES, 2 * IMAGES].map(|count| {
                let (folder, ledger) = (format!("in-{count}"), "ledger.db");
                let _ = std::fs::remove_file(scene.path(ledger));
                put(&scene, &folder, count, args[0] == "replace");
                scene.run(&["convert", "--yes", "--ledger", ledger, "one"]);
                put(&scene, "one", 1, false);
                enter(&scene, ledger, rows);
                instructions(&scene, &[args, &["--ledger", ledger, &folder]].concat())
            });
            (more - few) / IMAGES as u64
        });
        let [few, many] = costs;
        assert!(many <= few + few * MORE_WITH_ROWS / 100, "{args:?}: {few}, then {many}");
    }
}
