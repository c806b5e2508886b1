//! Diskettes with sectors that cannot be read or written.
//!
//! QEMU's floppy controller never says that a sector cannot be read: where its image fails, it delivers
//! zeros. It does refuse a side that the diskette has not. An image of 360 KB is a single-sided
//! diskette of 80 tracks to it, and one of 720 KB to Linux, which finds every track of the other side
//! bad; unless it has read the one above it just before, since it reads both in one go.

use super::machine::Machine;
use super::monitor::Fault;
use super::{pack, read};
use crate::support::disk::layout::{KB_720, KB_1440, SECTOR};
use crate::support::judge::{PackImage, State};
use crate::support::simulator::record_at;

/// Two clusters for a record: one on the good side of cylinder 10, one on the bad side of 20.
const HALF_BAD: [u16; 2] = [86, 180];
/// Four clusters on cylinder 20, which nobody reads but for what is on them.
const FAR: [u16; 4] = [689, 690, 691, 692];

/// The record's first sector.
fn commit_sector_of(image: &PackImage) -> usize {
    record_at(&image.old) / SECTOR
}

pub(crate) fn record(machine: &mut Machine) {
    let image = pack(KB_720, &HALF_BAD).old;
    let track = KB_720.per_track * SECTOR;
    let good_side: Vec<u8> = image.chunks(track).step_by(2).flatten().copied().collect();
    let diskette = machine.diskette(&good_side);
    machine.insert(&diskette, &[]);
    for arguments in ["inspect", "convert --yes"] {
        let (report, code) = machine.addpack(&format!("{arguments} --retries 1"));
        assert_eq!((&*report.outcome, code), ("refused", Some(1)), "{arguments}");
        let [finding] = &report.findings[..] else { panic!("{report:?}") };
        let bad = u32::try_from(KB_720.sector_of(HALF_BAD[1])).unwrap();
        assert_eq!((&*finding.code, finding.sector), ("damaged-media", Some(bad)));
        assert!(read(&diskette) == good_side, "{arguments}");
    }
}

pub(crate) fn weak(machine: &mut Machine) {
    let image = pack(KB_1440, &FAR);
    for index in [0, 1] {
        let diskette = machine.diskette(&image.old);
        machine.insert(&diskette, &[Fault::Weak(commit_sector_of(&image) + index)]);
        let (report, code) = machine.addpack("convert --yes");
        assert_eq!((&*report.outcome, code), ("refused", Some(1)), "{report:?}");
        assert_eq!(report.findings[0].code, "damaged-media");
        assert!(read(&diskette) == image.old);
    }
}

pub(crate) fn weak_elsewhere(machine: &mut Machine) {
    let image = PackImage::golden("applied-1440.img");
    let diskette = machine.diskette(&image.old);
    machine.insert(&diskette, &[Fault::Weak(KB_1440.fat(1).start / SECTOR)]);
    let (report, code) = machine.addpack("convert --yes");
    assert_eq!((&*report.outcome, code), ("converted", Some(0)), "{report:?}");
    let [note] = &report.notes[..] else { panic!("{report:?}") };
    assert_eq!(note.code, "flawed-sectors");
    assert!(read(&diskette) == image.new);
}

pub(crate) fn commit_sector(machine: &mut Machine) {
    let image = PackImage::golden("applied-1440.img");
    let diskette = machine.diskette(&image.old);
    machine.insert(&diskette, &[Fault::Unwritable(commit_sector_of(&image))]);
    let (report, code) = machine.addpack("convert --yes");
    assert_eq!((&*report.outcome, code), ("failed", Some(3)), "{report:?}");
    let error = report.error.expect("an error");
    assert_eq!(error.code, "io-error");
    assert!(error.message.ends_with("; the pack is 4.0, as it was"), "{}", error.message);
    assert!(read(&diskette) == image.old);

    machine.insert(&diskette, &[]);
    assert_eq!(machine.addpack("convert --yes").0.outcome, "converted");
    assert!(read(&diskette) == image.new);
}

pub(crate) fn clean_up(machine: &mut Machine) {
    let image = PackImage::golden("applied-1440.img");
    let diskette = machine.diskette(&image.old);
    machine.insert(&diskette, &[Fault::Unwritable(commit_sector_of(&image) + 1)]);
    let (report, code) = machine.addpack("convert --yes");
    assert_eq!((&*report.outcome, code), ("failed", Some(3)), "{report:?}");
    let error = report.error.expect("an error");
    assert!(error.message.ends_with("its clean-up is not finished"), "{}", error.message);
    assert_eq!(image.state(&read(&diskette)), State::Unfinished);

    machine.insert(&diskette, &[]);
    machine.finish();
    assert!(read(&diskette) == image.new);
}
