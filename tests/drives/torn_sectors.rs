//! A diskette whose conversion was interrupted in the middle of a write, in a drive again: the next
//! run, with the claim in the ledger, makes it whole.

use crate::support::disk::layout::KB_160;
use crate::support::disk::{Disk, content, record};
use crate::support::diskette::{Loop, SECTOR, Terminal, one};
use crate::support::ledger::begin_again;
use crate::support::scene::{CONVERT, Image, Scene};
use std::fs::{self, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;

const NAME: &str = "diskette.img";
/// The last cluster of a 160 KB diskette, and some others; each is one sector.
const LAST: u16 = 314;
const OTHERS: [u16; 3] = [LAST - 1, 100, 40];

/// A diskette in a drive, whose conversion was claimed and not done.
struct Interrupted {
    scene: Scene,
    drive: Loop,
    disk: Disk,
    old: Vec<u8>,
    new: Vec<u8>,
    /// The clusters of its record.
    clusters: [u16; 4],
}

impl Interrupted {
    /// With the record's sector of this number at the very end of the diskette.
    fn with_last(name: &str, number: usize) -> Option<Self> {
        let mut clusters = OTHERS.to_vec();
        clusters.insert(number, LAST);
        let mut disk = Disk::new(KB_160);
        assert_eq!(LAST, disk.layout.last_cluster());
        disk.add("README.TXT", &content(1, 700));
        disk.add_at("ADDPACK.DAT", &record(&format!("{name}.rec")), &clusters);
        let scene = Scene::new();
        fs::write(scene.path(NAME), &disk.bytes).unwrap();
        let drive = Loop::with(&scene.path(NAME))?;
        let (report, _) = one(&scene, &[&CONVERT[..], &[drive.path()]].concat());
        assert_eq!(report.outcome, "converted");
        let old = record(&format!("{name}.rec"));
        let new = record(&format!("{name}.45.rec"));
        begin_again(&scene.ledger(), &old, &new);
        let clusters = clusters.try_into().unwrap();
        Some(Self { scene, drive, disk, old, new, clusters })
    }

    /// The diskette with this record on it.
    fn holding(&self, record: &[u8]) -> Vec<u8> {
        let mut disk = self.disk.clone();
        disk.fill(record, &self.clusters);
        disk.bytes
    }

    /// Puts the diskette into the drive as it is after these writes; `lost` says whether its last
    /// sector does not read, until it is written.
    fn leave(&self, record: &[u8], lost: bool) {
        fs::write(self.scene.path(NAME), self.holding(record)).unwrap();
        self.drive.insert(&self.scene.path(NAME));
        if lost {
            let image = OpenOptions::new().write(true).open(self.scene.path(NAME)).unwrap();
            image.set_len((KB_160.len() - SECTOR) as u64).unwrap();
        }
    }

    /// The first sectors new, the others old.
    fn written(&self, sectors: usize) -> Vec<u8> {
        [&self.new[..sectors * SECTOR], &self.old[sectors * SECTOR..]].concat()
    }

    fn convert(&self) -> (Image, String) {
        let ran = self.scene.run(&[&CONVERT[..], &[self.drive.path()]].concat());
        (serde_json::from_str(ran.stdout.lines().next().unwrap()).unwrap(), ran.stderr)
    }

    fn states(&self) -> String {
        let listed = self.scene.run(&["ledger"]).stdout;
        // Behind the headings.
        let states = listed.lines().skip(1).map(|line| line.split(' ').next().unwrap());
        states.collect::<Vec<_>>().join(" ")
    }

    /// A run refuses what is in the drive, and leaves it and the claim as they are.
    #[track_caller]
    fn assert_left_alone(&self, what: &str) {
        let before = self.scene.read(NAME);
        let (report, _) = self.convert();
        assert_eq!(report.outcome, "refused", "{what}");
        assert!(self.scene.read(NAME) == before, "{what}");
        assert_eq!(self.states(), "begun", "{what}");
    }

    #[track_caller]
    fn assert_mended(&self, what: &str) {
        let (report, said) = self.convert();
        let good = ["converted", "already-converted"].contains(&report.outcome.as_str());
        assert!(good, "{what}: {report:?} {said}");
        assert!(self.scene.read(NAME) == self.holding(&self.new), "{what}");
        assert_eq!(self.states(), "done", "{what}");
    }
}

/// Packs with events in no sector, in one, and in three.
const PACKS: [(&str, usize); 3] = [("unused-5", 0), ("applied", 1), ("full-history", 3)];

#[test]
fn torn_commit_sector_is_mended() {
    for (pack, _) in PACKS {
        let Some(interrupted) = Interrupted::with_last(pack, 0) else { return };
        for length in [7, 8, 0x3A, 0x80, 0x90, 0x97] {
            let new = interrupted.new[..length].to_vec();
            begin_again(&interrupted.scene.ledger(), &interrupted.old, &interrupted.new);
            interrupted.leave(&[&new, &interrupted.old[length..]].concat(), false);
            interrupted.assert_mended(&format!("{pack}, {length} bytes"));
        }
    }
}

#[test]
fn commit_sector_that_does_not_read_any_more_is_written_anew() {
    for (pack, _) in PACKS.iter().filter(|(_, sectors)| *sectors > 0) {
        let Some(interrupted) = Interrupted::with_last(pack, 0) else { return };
        interrupted.leave(&interrupted.old, true);
        interrupted.assert_mended(pack);
    }
}

#[test]
fn unused_pack_that_does_not_tell_which_it_is_is_written_only_by_those_who_say_so() {
    let Some(interrupted) = Interrupted::with_last("unused-5", 0) else { return };
    interrupted.leave(&interrupted.old, true);
    let before = interrupted.scene.read(NAME);
    let (report, _) = interrupted.convert();
    assert_eq!(report.outcome, "refused");
    assert_eq!(report.notes[0].code, "interrupted");
    assert!(interrupted.scene.read(NAME) == before);
    assert_eq!(interrupted.states(), "begun");
    for (line, left) in [("q", before), ("", interrupted.holding(&interrupted.new))] {
        let command = interrupted.scene.command(&["convert", "--yes", interrupted.drive.path()]);
        let mut terminal = Terminal::run(command);
        let asked = terminal.until("q gives up: ");
        assert!(asked.contains("serial 12345-270-0000017-00001 "), "{asked}");
        terminal.answer(line);
        terminal.end();
        assert!(interrupted.scene.read(NAME) == left);
    }
    assert_eq!(interrupted.states(), "done");
}

#[test]
fn zeroed_sector_that_was_torn_is_finished() {
    for (pack, sectors) in PACKS {
        for number in 1..=sectors {
            let Some(interrupted) = Interrupted::with_last(pack, number) else { return };
            let mut record = interrupted.written(number);
            record[number * SECTOR..][..100].fill(0);
            interrupted.leave(&record, false);
            interrupted.assert_mended(&format!("{pack}, sector {number}"));
        }
    }
}

#[test]
fn zeroed_sector_that_does_not_read_any_more_is_written_anew() {
    for (pack, sectors) in PACKS {
        for number in 1..=sectors {
            let Some(interrupted) = Interrupted::with_last(pack, number) else { return };
            interrupted.leave(&interrupted.written(number), true);
            interrupted.assert_mended(&format!("{pack}, sector {number}"));
        }
    }
}

#[test]
fn diskette_that_was_not_yet_written_is_converted_to_the_record_that_was_claimed() {
    let Some(interrupted) = Interrupted::with_last("applied", 0) else { return };
    interrupted.leave(&interrupted.old, false);
    let args = ["convert", "--yes", interrupted.drive.path()];
    interrupted.scene.run_at("1900000000", &args).ends(0);
    assert!(interrupted.scene.read(NAME) == interrupted.holding(&interrupted.new));
}

#[test]
fn events_that_do_not_read_before_the_commit_are_not_zeroed() {
    let Some(interrupted) = Interrupted::with_last("applied", 1) else { return };
    interrupted.leave(&interrupted.old, true);
    let (report, _) = interrupted.convert();
    assert_eq!(report.findings[0].code, "damaged-media");
    assert_eq!(interrupted.states(), "begun");
    let left = interrupted.holding(&interrupted.old);
    assert!(interrupted.scene.read(NAME) == left[..left.len() - SECTOR]);
}

#[test]
fn torn_commit_sector_before_events_that_do_not_read_is_left_as_it_is() {
    let Some(interrupted) = Interrupted::with_last("applied", 1) else { return };
    interrupted.leave(&[&interrupted.new[..100], &interrupted.old[100..]].concat(), true);
    interrupted.assert_left_alone("events that do not read");
}

#[test]
fn lost_commit_sector_before_events_that_do_not_read_is_left_as_it_is() {
    let Some(interrupted) = Interrupted::with_last("applied", 0) else { return };
    interrupted.leave(&interrupted.old, true);
    let image = OpenOptions::new().write(true).open(interrupted.scene.path(NAME)).unwrap();
    image.set_len((KB_160.len() - 2 * SECTOR) as u64).unwrap();
    interrupted.assert_left_alone("events that do not read");
}

#[test]
fn diskette_with_the_events_of_the_pack_at_another_place_is_not_the_one_that_was_claimed() {
    let Some(interrupted) = Interrupted::with_last("applied", 0) else { return };
    let mut torn = interrupted.old.clone();
    torn[..SECTOR].fill(0xF6);
    let mut other = Disk::new(KB_160);
    other.add_at("ADDPACK.DAT", &torn, &[50, 51, 52, 53]);
    fs::write(interrupted.scene.path(NAME), &other.bytes).unwrap();
    interrupted.drive.insert(&interrupted.scene.path(NAME));
    interrupted.assert_left_alone("events at another place");
}

#[test]
fn drive_that_another_program_holds_keeps_the_claim_and_that_is_reported() {
    let Some(interrupted) = Interrupted::with_last("applied", 0) else { return };
    interrupted.leave(&interrupted.written(1), false);
    let exclusively = rustix::fs::OFlags::EXCL.bits().cast_signed();
    let mut open = OpenOptions::new();
    let held = open.read(true).custom_flags(exclusively).open(interrupted.drive.path()).unwrap();
    interrupted.scene.pack(9, "other.img");
    let ran = interrupted.scene.run(&["convert", "--yes", "other.img"]);
    let why = "could not be completed: another program is using it";
    assert!(ran.stderr.contains(why), "{}", ran.stderr);
    assert!(interrupted.states().contains("begun"));
    drop(held);
}

#[test]
fn other_diskettes_in_the_drive_are_not_taken_for_the_one_that_was_claimed() {
    for pack in ["applied", "full-history"] {
        let Some(interrupted) = Interrupted::with_last(pack, 0) else { return };
        interrupted.leave(&interrupted.written(1), false);
        interrupted.drive.eject();
        for other in ["out-of-order.rec", "bit-rot-serial.rec", "first-sector-lost.rec"] {
            for lost in [false, true] {
                interrupted.leave(&record(other), lost);
                interrupted.assert_left_alone(other);
            }
        }
        interrupted.leave(&interrupted.written(1), false);
        interrupted.assert_mended(pack);
    }
}

#[test]
fn drive_that_cannot_be_opened_keeps_the_claim_and_its_reason_is_reported() {
    let Some(interrupted) = Interrupted::with_last("applied", 0) else { return };
    interrupted.leave(&interrupted.written(1), false);
    interrupted.drive.insert_protected(&interrupted.scene.path(NAME));
    let (report, said) = interrupted.convert();
    assert_eq!(report.error.unwrap().code, "write-protected");
    assert!(said.contains("could not be completed: write-protected"), "{said}");
    assert_eq!(interrupted.states(), "begun");
    interrupted.drive.eject();
    let (report, said) = interrupted.convert();
    assert_eq!(report.error.unwrap().code, "no-medium");
    assert!(said.contains("its image is not there now"), "{said}");
    assert_eq!(interrupted.states(), "begun");
    interrupted.drive.insert(&interrupted.scene.path(NAME));
    interrupted.assert_mended("in the end");
}

#[test]
fn note_of_an_interruption_is_of_the_diskette_that_was_claimed_alone() {
    let Some(interrupted) = Interrupted::with_last("applied", 0) else { return };
    let notes = |record: &[u8]| {
        interrupted.leave(record, false);
        let path = interrupted.drive.path();
        let (report, _) = one(&interrupted.scene, &["inspect", "--json", path]);
        report.notes.into_iter().map(|note| note.code).collect::<Vec<_>>()
    };
    let torn = [&interrupted.new[..100], &interrupted.old[100..]].concat();
    assert_eq!(notes(&torn), ["interrupted"]);
    assert_eq!(notes(&record("bit-rot-event.rec")), [""; 0]);
}
