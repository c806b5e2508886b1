//! Claims that a crash left open: each state of the recovery table, made by hand.

mod scene;

use rusqlite::{Connection, params};
use scene::{Image, Scene, testdata};

const EVENTS: &str = "reapplied-360.img";
const UNUSED: &str = "unused-720.img";

/// A scene with one image whose conversion was claimed and not done, as a crash leaves it. The
/// image is as it was; the ledger holds the old and the new record.
struct Crash {
    scene: Scene,
    name: &'static str,
    old: Vec<u8>,
    new: Vec<u8>,
    /// Where the record begins in the image.
    at: usize,
}

impl Crash {
    fn of(name: &'static str, record: &str) -> Self {
        let scene = Scene::with(&[name]);
        let old = std::fs::read(testdata("records").join(format!("{record}.rec"))).unwrap();
        let new = std::fs::read(testdata("records").join(format!("{record}.45.rec"))).unwrap();
        let at = scene.read(name).windows(2048).position(|bytes| bytes == old).unwrap();
        assert_eq!(scene.run(&["convert", "--yes", "."]).code, Some(0));
        scene.image(name, name);
        let begun = "UPDATE conversion SET state = 'begun', old_record = ?1, new_record = ?2";
        Connection::open(scene.ledger()).unwrap().execute(begun, params![old, new]).unwrap();
        Self { scene, name, old, new, at }
    }

    fn events() -> Self {
        Self::of(EVENTS, "reapplied-in-order")
    }

    fn unused() -> Self {
        Self::of(UNUSED, "unused-5")
    }

    /// Writes over the record's bytes from `from` on.
    fn write(&self, from: usize, bytes: &[u8]) {
        let mut image = self.scene.read(self.name);
        image[self.at + from..][..bytes.len()].copy_from_slice(bytes);
        std::fs::write(self.scene.path(self.name), image).unwrap();
    }

    fn record(&self, name: &str) -> Vec<u8> {
        self.scene.read(name)[self.at..][..2048].to_vec()
    }

    /// An ordinary run, and the outcome of its only image.
    fn convert(&self) -> (Image, String) {
        let ran = self.scene.run(&["convert", "--yes", "--json", "."]);
        let image = serde_json::from_str(ran.stdout.lines().next().unwrap()).unwrap();
        (image, ran.stderr)
    }

    fn states(&self) -> Vec<String> {
        let db = Connection::open(self.scene.ledger()).unwrap();
        let mut rows = db.prepare("SELECT state FROM conversion").unwrap();
        rows.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    /// After one ordinary run the pack is the new one, and the ledger agrees.
    #[track_caller]
    fn assert_mended(&self, outcome: &str) {
        let (image, stderr) = self.convert();
        assert_eq!(image.outcome, outcome, "{stderr}");
        assert!(self.record(self.name) == self.new);
        assert_eq!(self.states(), ["done"]);
    }
}

#[test]
fn image_with_the_new_commit_sector_is_finished() {
    let crash = Crash::events();
    crash.write(0, &crash.new[..512]);
    crash.assert_mended("already-converted");
}

#[test]
fn image_that_is_complete_is_marked_as_done_without_a_word() {
    let crash = Crash::unused();
    crash.write(0, &crash.new);
    let (image, stderr) = crash.convert();
    assert_eq!((image.outcome.as_str(), stderr.as_str()), ("already-converted", ""));
    assert_eq!(crash.states(), ["done"]);
}

#[test]
fn image_with_the_old_record_is_free_again() {
    for crash in [Crash::events(), Crash::unused()] {
        let (image, stderr) = crash.convert();
        assert_eq!(image.outcome, "converted");
        assert!(stderr.contains("had changed nothing"), "{stderr}");
        assert_eq!(crash.states(), ["done"]);
    }
}

#[test]
fn every_torn_first_sector_is_mended() {
    for crash in [Crash::events(), Crash::unused()] {
        let begun = std::fs::read(crash.scene.ledger()).unwrap();
        for torn in 1..512 {
            crash.write(0, &crash.old);
            crash.write(0, &crash.new[..torn]);
            if crash.record(crash.name) == crash.old {
                continue;
            }
            std::fs::write(crash.scene.ledger(), &begun).unwrap();
            crash.assert_mended("already-converted");
        }
    }
}

#[test]
fn first_sector_of_garbage_is_mended_where_the_events_vouch_for_it() {
    let crash = Crash::events();
    crash.write(0, &[0xF6; 512]);
    let (seen, ..) = crash.scene.json(&["inspect", "--json", "."]);
    assert_eq!(seen[0].notes[0].code, "interrupted");
    crash.assert_mended("already-converted");
}

#[test]
fn other_content_at_the_path_is_never_written_over() {
    for crash in [Crash::events(), Crash::unused()] {
        crash.write(0, &[0xF6; 2048]);
        let before = crash.scene.read(crash.name);
        let (image, stderr) = crash.convert();
        assert_eq!(image.outcome, "refused");
        assert!(stderr.contains("its image is not there now"), "{stderr}");
        assert!(before == crash.scene.read(crash.name));
        assert_eq!(crash.states(), ["begun"]);
    }
}

#[test]
fn pack_that_turns_up_under_another_path_is_settled() {
    // Complete, in its clean-up, torn: in each state, and in another folder.
    for torn in [2048, 512, 100] {
        let crash = Crash::events();
        crash.write(0, &crash.new[..torn]);
        let away = crash.scene.read(crash.name);
        std::fs::remove_file(crash.scene.path(crash.name)).unwrap();
        let ran = crash.scene.run(&["convert", "--yes", "."]);
        assert!(ran.stderr.contains("its image is not there now"), "{}", ran.stderr);
        let listed = crash.scene.run(&["ledger"]).stdout;
        assert!(listed.starts_with("begun  "), "{listed}");
        // As another file: only what it holds can tell that it is the one.
        std::fs::write(crash.scene.path("found.img"), &away).unwrap();
        let (image, _) = crash.convert();
        assert!(["converted", "already-converted"].contains(&image.outcome.as_str()), "{image:?}");
        assert!(crash.record("found.img") == crash.new);
        assert_eq!(crash.states(), ["done"], "{torn}");
    }
}

#[test]
fn old_record_that_was_moved_is_free_again_and_one_that_was_copied_is_a_copy() {
    let crash = Crash::events();
    std::fs::rename(crash.scene.path(EVENTS), crash.scene.path("moved.img")).unwrap();
    let set = "UPDATE conversion SET inode = ?1";
    Connection::open(crash.scene.ledger()).unwrap().execute(set, [inode(&crash)]).unwrap();
    std::fs::copy(crash.scene.path("moved.img"), crash.scene.path("copied.img")).unwrap();
    let convert = |name| -> Image {
        let ran = crash.scene.run(&["convert", "--yes", "--json", name]);
        serde_json::from_str(ran.stdout.lines().next().unwrap()).unwrap()
    };
    assert_eq!(convert("copied.img").findings[0].code, "copy-of-converted");
    assert_eq!(convert("moved.img").outcome, "converted");
}

fn inode(crash: &Crash) -> i64 {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(crash.scene.path("moved.img")).unwrap().ino().cast_signed()
}

#[test]
fn image_that_another_program_holds_is_left_to_it() {
    let crash = Crash::events();
    crash.write(0, &crash.new[..512]);
    let before = crash.scene.read(crash.name);
    let file = std::fs::File::open(crash.scene.path(crash.name)).unwrap();
    file.lock().unwrap();
    let (image, stderr) = crash.convert();
    assert_eq!((image.error.unwrap().code.as_str(), stderr.as_str()), ("in-use", ""));
    assert!(before == crash.scene.read(crash.name));
    assert_eq!(crash.states(), ["begun"]);
    drop(file);
    crash.assert_mended("already-converted");
}

#[test]
fn copy_that_was_never_given_its_name_is_made_again() {
    let scene = Scene::with(&[EVENTS]);
    let args = ["convert", "--yes", "--json", "-o", "out", EVENTS];
    scene.json(&args);
    let whole = scene.read("out/reapplied-360.img");
    let begun = "UPDATE conversion SET state = 'begun', old_record = zeroblob(2048), \
                 new_record = zeroblob(2048)";
    let claim_again = || Connection::open(scene.ledger()).unwrap().execute(begun, []).unwrap();
    claim_again();
    // It has its name: done.
    assert_eq!(scene.json(&args).0[0].outcome, "already-converted");
    claim_again();
    std::fs::remove_file(scene.path("out/reapplied-360.img")).unwrap();
    assert_eq!(scene.run(&args).code, Some(0));
    assert!(whole == scene.read("out/reapplied-360.img"));
}
