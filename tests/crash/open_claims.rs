//! Claims that a crash left open: each state of the recovery table, made by hand.

use crate::support::ledger::{self, begin_again, make_older, states};
use crate::support::scene::{Image, Scene, testdata};
use addpack::ledger::Ledger;
use addpack::run::recovery::{Recovery, settle};
use std::time::Duration;

const EVENTS: &str = "reapplied-360.img";
const UNUSED: &str = "unused-720.img";

/// A scene with one image whose conversion was claimed and not done, as a crash leaves it. The
/// image is as it was; the ledger holds the old and the new record.
pub(super) struct Crash {
    pub(super) scene: Scene,
    pub(super) name: &'static str,
    pub(super) old: Vec<u8>,
    pub(super) new: Vec<u8>,
    /// Where the record begins in the image.
    pub(super) at: usize,
}

impl Crash {
    fn of(name: &'static str, record: &str) -> Self {
        let scene = Scene::with(&[name]);
        let old = std::fs::read(testdata("records").join(format!("{record}.rec"))).unwrap();
        let new = std::fs::read(testdata("records").join(format!("{record}.45.rec"))).unwrap();
        let at = scene.read(name).windows(2048).position(|bytes| bytes == old).unwrap();
        scene.run(&["convert", "--yes", "."]).ends(0);
        scene.image(name, name);
        begin_again(&scene.ledger(), &old, &new);
        Self { scene, name, old, new, at }
    }

    pub(super) fn events() -> Self {
        Self::of(EVENTS, "reapplied-in-order")
    }

    pub(super) fn unused() -> Self {
        Self::of(UNUSED, "unused-5")
    }

    /// Writes over the record's bytes from `from` on.
    pub(super) fn write(&self, from: usize, bytes: &[u8]) {
        let mut image = self.scene.read(self.name);
        image[self.at + from..][..bytes.len()].copy_from_slice(bytes);
        std::fs::write(self.scene.path(self.name), image).unwrap();
    }

    pub(super) fn record(&self, name: &str) -> Vec<u8> {
        self.scene.read(name)[self.at..][..2048].to_vec()
    }

    /// An ordinary run, and the outcome of its only image.
    pub(super) fn convert(&self) -> (Image, String) {
        let ran = self.scene.run(&["convert", "--yes", "--json", "."]);
        let image = serde_json::from_str(ran.stdout.lines().next().unwrap()).unwrap();
        (image, ran.stderr)
    }

    pub(super) fn states(&self) -> Vec<String> {
        states(&self.scene.ledger())
    }

    /// Its claim settled as every run does it first, the pack is the new one, and the ledger agrees.
    #[track_caller]
    pub(super) fn assert_settled(&self) {
        let mut ledger = Ledger::open(&self.scene.ledger()).unwrap();
        let entry = ledger.begun().unwrap().remove(0);
        // A test beside this one that starts a program holds all locks of this process for a moment, too.
        let tries = std::iter::repeat_with(|| settle(&mut ledger, &entry).unwrap()).take(100);
        let mut tries = tries.inspect(|recovery| {
            if matches!(recovery, Recovery::InUse) {
                std::thread::sleep(Duration::from_millis(10));
            }
        });
        let recovery = tries.find(|recovery| !matches!(recovery, Recovery::InUse));
        let recovery = recovery.expect("nobody has the image");
        // An unused pack is complete as soon as its first sector is.
        let is_settled = matches!(recovery, Recovery::Finished | Recovery::Complete);
        assert!(is_settled, "{recovery:?}");
        assert!(self.record(self.name) == self.new);
        assert_eq!(ledger.begun().unwrap(), []);
    }

    /// A run takes what is at the path of the claim for another image, and leaves it as it is.
    #[track_caller]
    pub(super) fn assert_image_is_not_there(&self) {
        let before = self.scene.read(self.name);
        let (image, stderr) = self.convert();
        assert_eq!(image.outcome, "refused");
        assert!(stderr.contains("its image is not there now"), "{stderr}");
        assert!(before == self.scene.read(self.name));
        assert_eq!(self.states(), ["begun"]);
    }

    /// After one ordinary run the pack is the new one, and the ledger agrees.
    #[track_caller]
    pub(super) fn assert_mended(&self, outcome: &str) {
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
fn image_with_the_old_record_is_converted_to_the_record_that_was_claimed() {
    for crash in [Crash::events(), Crash::unused()] {
        let (image, stderr) = crash.convert();
        assert_eq!(image.outcome, "converted");
        assert!(stderr.contains("the image is still 4.0"), "{stderr}");
        assert!(crash.record(crash.name) == crash.new);
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
            // A process for each takes more than a minute; what a run does with its claims does not.
            if [1, 40, 300, 511].contains(&torn) {
                crash.assert_mended("already-converted");
            } else {
                crash.assert_settled();
            }
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

/// Nobody is to throw it away.
#[test]
fn torn_image_that_cannot_be_mended_now_is_said_to_be_interrupted_and_not_to_be_replaced() {
    let crash = Crash::events();
    crash.write(0, &crash.new[..100]);
    crash.scene.write_protect(crash.name);
    let (image, stderr) = crash.convert();
    assert_eq!((&*image.outcome, &*image.notes[0].code), ("refused", "interrupted"), "{stderr}");
    assert!(!image.next_step.contains("replacement"), "{}", image.next_step);
    assert_eq!(crash.states(), ["begun"]);
}

#[test]
fn who_only_looks_settles_no_claim() {
    let crash = Crash::events();
    crash.write(0, &crash.new);
    // Of two that are the same one is a copy, and is looked at once more to be reported as one.
    std::fs::write(crash.scene.path("a-copy.img"), crash.scene.read(crash.name)).unwrap();
    assert_eq!(crash.states(), ["begun"]);
    let new = std::fs::read(crash.scene.ledger()).unwrap();
    for older in [None, Some(4), Some(3), Some(2), Some(1)] {
        std::fs::write(crash.scene.ledger(), &new).unwrap();
        if let Some(version) = older {
            make_older(&crash.scene.ledger(), version);
        }
        let before = std::fs::read(crash.scene.ledger()).unwrap();
        for args in [&["inspect"][..], &["convert", "--dry-run"], &["plan"]] {
            let ran = crash.scene.run(&[args, &["."]].concat());
            assert_eq!(ran.stderr, "", "{older:?}: {args:?}");
            let after = std::fs::read(crash.scene.ledger()).unwrap();
            assert!(after == before, "{older:?}: {args:?}");
        }
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
        assert!(listed.contains("\nbegun  "), "{listed}");
        // As another file: only what it holds can tell that it is the one.
        std::fs::write(crash.scene.path("found.img"), &away).unwrap();
        let (image, _) = crash.convert();
        assert!(["converted", "already-converted"].contains(&image.outcome.as_str()), "{image:?}");
        assert!(crash.record("found.img") == crash.new);
        assert_eq!(crash.states(), ["done"], "{torn}");
        crash.scene.run(&["ledger", "check"]).is(
            0,
            "1 of 1 conversion is as the ledger says\n",
            "",
        );
    }
}

#[test]
fn old_record_that_was_moved_is_free_again_and_one_that_was_copied_is_a_copy() {
    let crash = Crash::events();
    std::fs::rename(crash.scene.path(EVENTS), crash.scene.path("moved.img")).unwrap();
    std::fs::copy(crash.scene.path("moved.img"), crash.scene.path("copied.img")).unwrap();
    let convert = |name| -> Image {
        let ran = crash.scene.run(&["convert", "--yes", "--json", name]);
        serde_json::from_str(ran.stdout.lines().next().unwrap()).unwrap()
    };
    assert_eq!(convert("copied.img").findings[0].code, "copy-of-converted");
    assert_eq!(convert("moved.img").outcome, "converted");
}

#[test]
fn image_that_another_program_holds_is_left_to_it() {
    let crash = Crash::events();
    crash.write(0, &crash.new[..512]);
    let before = crash.scene.read(crash.name);
    let file = crash.scene.hold(crash.name);
    let (image, stderr) = crash.convert();
    assert_eq!((image.error.unwrap().code.as_str(), stderr.as_str()), ("in-use", ""));
    assert!(before == crash.scene.read(crash.name));
    assert_eq!(crash.states(), ["begun"]);
    drop(file);
    crash.assert_mended("already-converted");
}

#[test]
fn copy_that_was_never_given_its_name_is_made_again_with_the_same_bytes() {
    let crash = Crash::events();
    let scene = &crash.scene;
    let args = ["convert", "--yes", "--json", "-o", "out", EVENTS];
    std::fs::create_dir(scene.path("out")).unwrap();
    let target = "UPDATE conversion SET target = ?1, path = ?2";
    let paths = [scene.path("out").join(EVENTS), scene.path(EVENTS)];
    let texts = paths.map(|path| path.to_str().unwrap().to_owned());
    ledger::open(&scene.ledger()).execute(target, texts).unwrap();
    // At another time: still the conversion that was claimed.
    scene.run_at("1900000000", &args).ends(0);
    let copy = scene.read("out/reapplied-360.img");
    assert!(copy[crash.at..][..2048] == crash.new);
    assert!(crash.record(EVENTS) == crash.old);
    assert_eq!(crash.states(), ["done"]);
    // It has its name, and only the ledger does not know it yet: done.
    begin_again(&scene.ledger(), &crash.old, &crash.new);
    assert_eq!(scene.json(&args).0[0].outcome, "already-converted");
    assert_eq!(crash.states(), ["done"]);
}

#[test]
fn image_that_cannot_be_written_is_not_called_gone() {
    let crash = Crash::events();
    crash.write(0, &crash.new[..512]);
    crash.scene.write_protect(crash.name);
    let (_, stderr) = crash.convert();
    assert!(stderr.contains("could not be completed: the file is marked read-only"), "{stderr}");
    assert_eq!(crash.states(), ["begun"]);
}

#[test]
fn backup_put_in_the_place_of_a_lost_image_does_not_convert_again() {
    let crash = Crash::events();
    // The image was committed, then moved; a new file with the old bytes stands in its place.
    let backup = crash.scene.read(crash.name);
    let inode = "UPDATE conversion SET inode = 1";
    ledger::open(&crash.scene.ledger()).execute(inode, []).unwrap();
    let (image, stderr) = crash.convert();
    assert_eq!((image.outcome.as_str(), image.findings.len()), ("refused", 1), "{stderr}");
    assert_eq!(image.findings[0].code, "copy-of-converted");
    assert!(stderr.contains("its image is not there now"), "{stderr}");
    assert!(backup == crash.scene.read(crash.name));
    // Told that it is the one, it converts.
    let serial = "12345-270-0000017-00004";
    crash.scene.run(&["ledger", "release", "--yes", serial]).ends(0);
    assert_eq!(crash.convert().0.outcome, "converted");
}

#[test]
fn claim_holds_where_the_disk_comes_back_under_another_device_number() {
    let crash = Crash::events();
    let device = "UPDATE conversion SET device = device + 1";
    ledger::open(&crash.scene.ledger()).execute(device, []).unwrap();
    crash.assert_mended("converted");
}
