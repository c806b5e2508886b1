//! Ledgers of older versions: who reads leaves them as they are, and who writes brings them up to date.

use crate::support::ledger::{begin_again, make_older, number, open, states};
use crate::support::scene::{Scene, outcomes};
use std::fs;

const UNUSED: &str = "12345-270-0000017-00001";
const APPLIED: &str = "12345-270-0000017-00003";

fn version(scene: &Scene) -> i64 {
    number(&scene.ledger(), "PRAGMA user_version")
}

#[test]
fn older_ledger_is_read_as_it_is_and_brought_up_to_date_by_who_writes() {
    for older in 1..=4 {
        let scene = Scene::with(&["unused-720.img", "applied-1440.img"]);
        scene.convert(&["applied-1440.img"]);
        make_older(&scene.ledger(), older);
        let last = "UPDATE sqlite_sequence SET seq = 41 WHERE name = 'conversion'";
        open(&scene.ledger()).execute_batch(last).unwrap();
        scene.run(&["ledger", "check"]).is(0, "1 of 1 conversion is as the ledger says\n", "");
        scene.image("applied-1440.img", "copy.img");
        let (images, ..) = scene.json(&["inspect", "--json", "copy.img"]);
        assert_eq!(images[0].findings[0].code, "copy-of-converted", "{older}");
        assert_eq!(version(&scene), i64::from(older));
        assert_eq!(outcomes(&scene.convert(&["unused-720.img"]).0), ["converted"], "{older}");
        assert_eq!(version(&scene), 5);
        assert_eq!(states(&scene.ledger()), ["done", "done"], "{older}");
        // Numbers are not given twice, also not those of rows that are gone.
        let ids = number(&scene.ledger(), "SELECT sum(id) FROM conversion");
        assert_eq!(ids, 1 + 42, "{older}");
        fs::remove_file(scene.path("unused-720.img")).unwrap();
        scene.run(&["ledger", "release", "--yes", UNUSED]).ends(0);
        assert_eq!(states(&scene.ledger()), ["done", "released"], "{older}");
    }
}

#[test]
fn pack_that_was_released_in_an_older_ledger_is_claimed_and_released_again() {
    for older in 2..=4 {
        let scene = Scene::with(&["applied-1440.img"]);
        let convert_and_release = || {
            assert_eq!(outcomes(&scene.convert(&["applied-1440.img"]).0), ["converted"]);
            fs::remove_file(scene.path("applied-1440.img")).unwrap();
            scene.run(&["ledger", "release", "--yes", APPLIED]).ends(0);
            scene.image("applied-1440.img", "applied-1440.img");
        };
        convert_and_release();
        make_older(&scene.ledger(), older);
        let ran = scene.run(&["ledger", "show", APPLIED]);
        assert!(ran.stdout.contains("released"), "{older}: {}", ran.stdout);
        assert_eq!(version(&scene), i64::from(older));
        convert_and_release();
        assert_eq!(states(&scene.ledger()), ["released", "released"], "{older}");
    }
}

/// A ledger with a conversion in each state: released, done, begun. The one that is begun is none that addpack makes, so
/// it stays as it is.
fn one_of_each() -> Scene {
    let scene = Scene::new();
    let images = [1, 2, 3].map(|number| scene.pack(number, &format!("{number}.img")));
    scene.run(&["convert", "--yes", "."]).ends(0);
    fs::remove_file(&images[0]).unwrap();
    scene.run(&["ledger", "release", "--yes", "54321-270-0000001-00042"]).ends(0);
    begin_again(&scene.ledger(), b"old", b"new");
    open(&scene.ledger()).execute_batch("DELETE FROM journal WHERE id = 2").unwrap();
    assert_eq!(states(&scene.ledger()), ["released", "done", "begun"]);
    scene
}

/// All that the tables hold.
fn rows(scene: &Scene) -> Vec<String> {
    let db = open(&scene.ledger());
    let read = |table| {
        let mut statement = db.prepare(&format!("SELECT * FROM {table} ORDER BY id")).unwrap();
        let columns = statement.column_count();
        let row = |row: &rusqlite::Row<'_>| {
            let values = (0..columns).map(|at| row.get_ref(at).map(|value| format!("{value:?}")));
            values.collect::<Result<Vec<_>, _>>()
        };
        statement.query_map([], row).unwrap().flat_map(Result::unwrap).collect::<Vec<_>>()
    };
    ["conversion", "journal"].into_iter().flat_map(read).collect()
}

#[test]
fn rows_of_version_4_are_the_same_afterwards() {
    let scene = one_of_each();
    let (before, listed) = (rows(&scene), scene.run(&["ledger", "--json"]).stdout);
    make_older(&scene.ledger(), 4);
    assert_eq!(scene.run(&["ledger", "--json"]).stdout, listed);
    assert_eq!(version(&scene), 4);
    fs::create_dir(scene.path("nothing")).unwrap();
    let ran = scene.run(&["convert", "--yes", "nothing"]);
    assert!(ran.stderr.contains("the ledger's entry of"), "{}", ran.stderr);
    assert_eq!(version(&scene), 5);
    assert_eq!(rows(&scene), before);
    assert_eq!(scene.run(&["ledger", "--json"]).stdout, listed);
}

#[test]
fn damaged_row_of_an_older_ledger_stays_begun_and_is_reported() {
    let damages = ["old_record = NULL", "new_record = NULL", "state = 'begum'", "state = NULL"];
    for damage in damages {
        let scene = one_of_each();
        make_older(&scene.ledger(), 4);
        let damage = format!(
            "PRAGMA ignore_check_constraints = ON; PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = replace(sql, 'TEXT NOT NULL CHECK', 'TEXT CHECK');
            PRAGMA writable_schema = RESET; UPDATE conversion SET {damage} WHERE id = 3;
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = replace(sql, 'TEXT CHECK', 'TEXT NOT NULL CHECK');
            PRAGMA writable_schema = RESET"
        );
        open(&scene.ledger()).execute_batch(&damage).unwrap();
        let ran = scene.run(&["ledger"]);
        assert_eq!(ran.stdout.matches("begun ").count(), 1, "{damage}: {}", ran.stdout);
        // A copy of its image, still 4.0.
        scene.pack(3, "copy.img");
        let ran = scene.run(&["inspect", "copy.img"]);
        let words: Vec<_> = ran.stdout.split_whitespace().collect();
        assert!(words.join(" ").contains("a copy of a pack whose conversion was begun"), "{ran:?}");
        for _ in 0..2 {
            let ran = scene.run(&["convert", "--yes", "2.img"]);
            assert!(ran.stderr.contains("the ledger's entry of"), "{damage}: {}", ran.stderr);
        }
        assert_eq!(states(&scene.ledger()), ["released", "done", "begun"], "{damage}");
        let kept = "SELECT sum(length(old_record) + length(new_record)) FROM journal";
        let kept = number(&scene.ledger(), kept);
        assert_eq!(kept, if damage.contains("record") { 3 } else { 6 }, "{damage}");
        let release = ["ledger", "release", "--yes", "54321-270-0000003-00042"];
        scene.run(&release).ends(2);
        fs::remove_file(scene.path("3.img")).unwrap();
        scene.run(&release).ends(0);
        assert_eq!(states(&scene.ledger()), ["released", "done", "released"], "{damage}");
    }
}

#[cfg(unix)]
#[test]
fn temporary_copy_of_an_older_ledger_that_cannot_be_written_is_told_apart_from_the_ledger() {
    let scene = one_of_each();
    make_older(&scene.ledger(), 4);
    open(&scene.ledger()).query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(())).unwrap();
    // One block of 512 or 1024 bytes, by the shell.
    let ran = scene.run_after("ulimit -f 1", &["plan", "2.img"]);
    assert!(ran.stderr.contains("name a folder with room for such files in TMPDIR"), "{ran:?}");
    ran.ends(3);
}
