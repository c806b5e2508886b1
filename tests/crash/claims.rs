//! Claims, where the ledger fails or another run settles them: nothing is touched without one, and no
//! claim is taken back by a run that does not hold it any more.

use super::open_claims::Crash;
use crate::support::judge::{Called, strace};
use crate::support::ledger::{self, begin_again, number, states};
use crate::support::scene::{CONVERT, Image, Scene, Summary};
use addpack::diagnosis::diagnose;
use addpack::ledger::{ConversionState, Ledger, Settled};
use addpack::record::fields::FileTime;
use addpack::run::recovery::{Recovery, settle};

/// What a run of `convert` said of its images, and how it ended.
pub(crate) fn convert(scene: &Scene, args: &[&str]) -> (Vec<Image>, Summary, String) {
    let ran = scene.run(args);
    ran.ends(3);
    let lines: Vec<_> = ran.stdout.lines().collect();
    let (summary, images) = lines.split_last().expect("a summary");
    let images = images.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    (images, serde_json::from_str(summary).unwrap(), ran.stderr)
}

#[test]
fn every_image_is_reported_where_the_ledger_fails_at_the_claim() {
    let scene = Scene::new();
    scene.pack(1, "first.img");
    assert_eq!(scene.convert(&["first.img"]).2, Some(0));
    let full = "CREATE TRIGGER full BEFORE INSERT ON conversion \
                BEGIN SELECT RAISE(ABORT, 'no room'); END";
    ledger::open(&scene.ledger()).execute_batch(full).unwrap();
    let images: Vec<_> =
        (2..5).map(|number| scene.pack(number, &format!("in/{number}.img"))).collect();
    let before: Vec<_> = images.iter().map(|image| std::fs::read(image).unwrap()).collect();
    let (reports, summary, stderr) = convert(&scene, &[&CONVERT[..], &["in"]].concat());
    assert_eq!(reports.len(), images.len());
    for report in reports {
        let error = report.error.expect("an error");
        assert_eq!((&*report.outcome, &*error.code), ("failed", "ledger-error"));
    }
    assert_eq!(summary.outcomes["failed"], 3);
    assert!(stderr.contains("ledger"), "{stderr}");
    assert!(images.iter().map(|image| std::fs::read(image).unwrap()).eq(before));
}

#[test]
fn claim_that_is_done_is_not_taken_back() {
    let scene = Scene::new();
    scene.pack(1, "a.img");
    assert_eq!(scene.convert(&["a.img"]).2, Some(0));
    let mut ledger = Ledger::open(&scene.ledger()).unwrap();
    let mut entries = Vec::new();
    ledger
        .each(|entry| {
            entries.push(entry);
            true
        })
        .unwrap();
    ledger.settle(&[Settled::Void(entries[0].id)]).unwrap();
    let entry = ledger.find(&entries[0].serial).unwrap().expect("still there");
    assert_eq!(entry.state, ConversionState::Done);
}

#[test]
fn release_of_what_another_run_has_changed_releases_nothing() {
    let scene = Scene::new();
    scene.pack(1, "a.img");
    assert_eq!(scene.convert(&["a.img"]).2, Some(0));
    let open = || Ledger::open(&scene.ledger()).unwrap();
    let db = ledger::open(&scene.ledger());
    let serial: String =
        db.query_row("SELECT serial FROM conversion", [], |row| row.get(0)).unwrap();
    let entry = open().find(&serial).unwrap().expect("it was converted");
    // Another run asks for it again: it is begun, under the same number.
    begin_again(&scene.ledger(), b"old", b"new");
    assert!(!open().release(&entry).unwrap());
    assert_eq!(states(&scene.ledger()), ["begun"]);
    let begun = open().find(&serial).unwrap().expect("it is there");
    assert!(open().release(&begun).unwrap());
    for entry in [entry, begun] {
        assert!(!open().release(&entry).unwrap());
    }
    assert_eq!(states(&scene.ledger()), ["released"]);
    assert_eq!(number(&scene.ledger(), "SELECT count(*) FROM journal"), 0);
}

#[test]
fn claims_in_a_row_are_settled_and_those_between_stay_as_they_are() {
    let scene = Scene::new();
    for number in 1..=6 {
        scene.pack(number, &format!("{number}.img"));
    }
    assert_eq!(scene.convert(&["."]).2, Some(0));
    begin_again(&scene.ledger(), b"old", b"new");
    let settled =
        [Settled::Done(1), Settled::Done(2), Settled::Void(3), Settled::Done(4), Settled::Done(6)];
    Ledger::open(&scene.ledger()).unwrap().settle(&settled).unwrap();
    assert_eq!(states(&scene.ledger()), ["done", "done", "done", "begun", "done"]);
    let is_kept =
        |id| number(&scene.ledger(), &format!("SELECT count(*) FROM conversion WHERE id = {id}"));
    assert_eq!([1, 2, 3, 4, 5, 6].map(is_kept), [1, 1, 0, 1, 1, 1]);
    assert_eq!(number(&scene.ledger(), "SELECT sum(id) FROM journal"), 5);
    // The greatest number that there can be has none behind it.
    let last = [Settled::Void(i64::MAX), Settled::Void(5)];
    Ledger::open(&scene.ledger()).unwrap().settle(&last).unwrap();
}

/// A torn image whose claim another run settles while this one is about to mend it.
fn torn() -> (Crash, Ledger) {
    let crash = Crash::events();
    crash.write(0, &crash.new[..100]);
    let ledger = Ledger::open(&crash.scene.ledger()).unwrap();
    (crash, ledger)
}

#[test]
fn claim_that_was_taken_back_meanwhile_is_not_acted_on() {
    let (crash, mut ledger) = torn();
    let before = crash.scene.read(crash.name);
    let entry = ledger.begun().unwrap().remove(0);
    let mut other = Ledger::open(&crash.scene.ledger()).unwrap();
    other.settle(&[Settled::Void(entry.id)]).unwrap();
    let recovery = settle(&mut ledger, &entry).unwrap();
    assert!(matches!(recovery, Recovery::Void), "{recovery:?}");
    assert!(before == crash.scene.read(crash.name));
}

#[test]
fn claim_that_was_settled_meanwhile_is_complete_and_not_acted_on() {
    let (crash, mut ledger) = torn();
    let before = crash.scene.read(crash.name);
    let entry = ledger.begun().unwrap().remove(0);
    let mut other = Ledger::open(&crash.scene.ledger()).unwrap();
    other.settle(&[Settled::Done(entry.id)]).unwrap();
    let recovery = settle(&mut ledger, &entry).unwrap();
    assert!(matches!(recovery, Recovery::Complete), "{recovery:?}");
    assert!(before == crash.scene.read(crash.name));
}

#[test]
fn names_of_a_new_ledger_and_of_its_folders_are_durable_before_an_image_is_touched() {
    crate::support::needs!("strace");
    let scene = Scene::new();
    scene.pack(1, "a.img");
    let args = ["convert", "--yes", "--ledger", "new/folder/below/another/ledger.db", "a.img"];
    let traced = strace(&scene, &["-f", "-y", "-e", "trace=fsync,fdatasync,pwrite64"], &args);
    traced.ran.ends(0);
    let on = |call: &Called, path: &std::path::Path| {
        let path = std::fs::canonicalize(path).unwrap();
        call.text.contains(&format!("<{}>", path.display()))
    };
    let first = |names: &[&str], path: &str| {
        let path = scene.path(path);
        let is = |call: &&Called| names.contains(&&*call.name) && on(call, &path);
        traced.calls.iter().find(is).unwrap_or_else(|| panic!("{names:?} of {path:?}: {traced:?}"))
    };
    let written = first(&["pwrite64"], "a.img").began;
    for folder in ["new/folder/below/another", "new/folder/below", "new/folder", "new", ""] {
        let synced = first(&["fsync", "fdatasync"], folder).ended;
        assert!(synced < written, "{folder:?}");
    }
}

#[test]
fn conversion_of_another_time_is_finished_as_it_is_and_not_taken_for_a_torn_one() {
    // The image was put back and converted without the ledger, and that run was interrupted, too.
    let crash = Crash::events();
    let later = FileTime::from_unix_seconds(1_900_000_000).unwrap();
    let other = addpack::conversion::convert(&diagnose(&crash.old), later).unwrap();
    crash.write(0, &other[..512]);
    crash.scene.run(&["convert", "--yes", "--json", "."]);
    assert!(crash.record(crash.name) == other);
}
