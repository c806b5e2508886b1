//! addpack on the Linux floppy driver, in QEMU: diskettes are pulled out, changed, write-protected and
//! bad under it. What each of them holds afterwards is seen from outside.

mod bad;
mod machine;
mod monitor;
mod plain;
mod pulled;
mod queue;
mod stopped;

use crate::support::disk;
use crate::support::disk::Disk;
use crate::support::disk::layout::Layout;
use crate::support::judge::PackImage;
use machine::Machine;
use std::fs;
use std::path::Path;

/// Something that is done with diskettes.
type Scenario = fn(&mut Machine);

/// Booting takes longer than each of these, so they share a machine; each begins without a diskette and
/// without a ledger.
const SCENARIOS: [(&str, Scenario); 16] = [
    ("a drive without a diskette says so", plain::no_diskette),
    ("inspect says of a diskette what it says of its image", plain::inspect),
    ("convert changes the record and nothing else", plain::convert),
    ("a write-protected diskette stays as it was", plain::write_protected),
    ("the surface of a good diskette is good", plain::surface),
    ("a record on a bad track is refused", bad::record),
    ("a record that reads otherwise the second time is refused", bad::weak),
    ("a FAT that does so is worth a note", bad::weak_elsewhere),
    ("a commit sector that cannot be written leaves a 4.0 pack", bad::commit_sector),
    ("an event that cannot be zeroed leaves a 4.5 pack to be finished", bad::clean_up),
    ("pulled out between read and write", pulled::before_the_commit),
    ("changed between read and write", pulled::changed),
    ("pulled out between the commit and the clean-up", pulled::before_the_clean_up),
    ("changed while the question is open", pulled::at_the_question),
    ("pulled out, asked for, and put back at a terminal", pulled::put_back),
    ("a queue says of each diskette what became of it", queue::queue),
];

#[test]
fn real_driver() {
    let Some(mut machine) = Machine::boot() else { return };
    for (name, scenario) in SCENARIOS {
        eprintln!("{name}");
        machine.clear();
        scenario(&mut machine);
    }
}

/// What is on a diskette.
fn read(diskette: &Path) -> Vec<u8> {
    fs::read(diskette).unwrap()
}

/// A diskette with its record on these clusters, before and after.
fn pack(layout: Layout, clusters: &[u16]) -> PackImage {
    let (name, record) = ("pack.img", "reapplied-in-order.rec");
    let mut disk = Disk::new(layout);
    disk.add_at("ADDPACK.DAT", &disk::record(record), clusters);
    PackImage::with_record(name, disk.bytes, record)
}
