//! Claims that a crash left open never change an image that they do not belong to.

use super::open_claims::Crash;
use crate::support::ledger;
use crate::support::scene::{Image, testdata};
use crate::support::simulator::record_at;

#[test]
fn other_content_at_the_path_is_never_written_over() {
    for crash in [Crash::events(), Crash::unused()] {
        crash.write(0, &[0xF6; 2048]);
        crash.assert_image_is_not_there();
    }
}

/// Nothing in the sector shows a record, but the ledger knows that one was there.
#[test]
fn torn_sector_in_which_nothing_is_known_is_no_unknown_layout_while_its_conversion_is_begun() {
    let crash = Crash::unused();
    crash.write(0, &b"garbage ".repeat(64));
    let card = crash.scene.run(&["inspect", crash.name]).stdout;
    assert!(card.contains("refused: its record is damaged\n"), "{card}");
    assert!(card.contains("run addpack convert on it, which repairs it"), "{card}");
}

/// Puts another disk at the path of the claim, and checks that a run leaves it alone.
#[track_caller]
fn assert_left_alone(crash: &Crash, disk: &[u8]) {
    std::fs::write(crash.scene.path(crash.name), disk).unwrap();
    crash.scene.image("unused-20-160.img", "other/x.img");
    crash.scene.run(&["convert", "--yes", "--json", "other"]);
    assert!(crash.scene.read(crash.name) == disk);
    assert_eq!(crash.states().iter().filter(|state| *state == "begun").count(), 1);
}

#[test]
fn another_pack_at_the_path_of_a_claim_is_never_written_over() {
    for crash in [Crash::events(), Crash::unused()] {
        let image = crash.scene.read(crash.name);
        for other in ["unused-20.rec", "applied.rec", "issued-4.5.rec", "bit-rot-serial.rec"] {
            let mut disk = image.clone();
            let record = std::fs::read(testdata("records").join(other)).unwrap();
            disk[crash.at..][..2048].copy_from_slice(&record);
            assert_left_alone(&crash, &disk);
        }
        for fill in [0, 0xF6] {
            let mut disk = image.clone();
            disk[crash.at..][..2048].fill(fill);
            assert_left_alone(&crash, &disk);
        }
        // No diskette at all.
        assert_left_alone(&crash, &vec![0; image.len()]);
    }
}

#[test]
fn damaged_record_of_another_pack_is_not_taken_for_a_torn_one() {
    let crash = Crash::events();
    std::fs::remove_file(crash.scene.path(crash.name)).unwrap();
    crash.scene.image("bit-rot-360.img", "in/a.img");
    let mut cleared = crash.scene.read("in/a.img");
    let at = record_at(&cleared);
    cleared[at..at + 4].fill(0);
    std::fs::write(crash.scene.path("in/b.img"), &cleared).unwrap();
    let before = crash.scene.read("in/a.img");
    for more in [&[][..], &["-o", "out"]] {
        let ran = crash.scene.run(&[&["convert", "--yes", "in"], more].concat());
        ran.ends(1);
        assert!(before == crash.scene.read("in/a.img") && cleared == crash.scene.read("in/b.img"));
    }
}

#[test]
fn entry_that_is_no_conversion_of_ours_is_not_acted_on() {
    for (name, record) in [("old_record", "issued-4.5.rec"), ("new_record", "converted.rec")] {
        let crash = Crash::events();
        crash.write(0, &crash.new[..100]);
        let before = crash.scene.read(crash.name);
        let bytes = std::fs::read(testdata("records").join(record)).unwrap();
        let set = format!("UPDATE journal SET {name} = ?1");
        ledger::open(&crash.scene.ledger()).execute(&set, [bytes]).unwrap();
        let (image, stderr) = crash.convert();
        assert_eq!(image.outcome, "refused");
        assert!(stderr.contains("the ledger's entry of"), "{stderr}");
        assert!(before == crash.scene.read(crash.name));
    }
}

#[test]
fn copy_with_one_wrong_bit_is_not_taken_for_the_torn_image() {
    let crash = Crash::events();
    let mut rotten = crash.scene.read(crash.name);
    rotten[crash.at + 40] ^= 1;
    std::fs::remove_file(crash.scene.path(crash.name)).unwrap();
    std::fs::write(crash.scene.path("rotten.img"), &rotten).unwrap();
    let (image, _) = crash.convert();
    assert_eq!(
        (image.outcome.as_str(), image.findings[0].code.as_str()),
        ("refused", "damaged-record")
    );
    assert!(rotten == crash.scene.read("rotten.img"));
    assert_eq!(crash.states(), ["begun"]);
}

#[test]
fn copy_before_the_image_that_was_claimed_is_reported_as_a_copy_of_it() {
    for flag in ["--dry-run", "--yes"] {
        let crash = Crash::events();
        crash.scene.image(crash.name, "a-copy.img");
        let ran = crash.scene.run(&["convert", flag, "--json", "."]);
        let images: Vec<Image> =
            ran.stdout.lines().take(2).map(|line| serde_json::from_str(line).unwrap()).collect();
        let first = if flag == "--yes" { "converted" } else { "convertible" };
        assert_eq!((images[0].outcome.as_str(), images[1].outcome.as_str()), ("copy", first));
        ran.at(&flag).code(0);
    }
}
