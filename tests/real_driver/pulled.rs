//! Diskettes that are pulled out, and changed, in the middle of everything.

use super::machine::Machine;
use super::read;
use super::stopped::{self, FILES, TERMINAL, image};
use crate::support::judge::State;
use crate::support::scene::Image;

/// Checks that nothing came of a conversion, and why.
#[track_caller]
fn failed((report, code): (Image, Option<i32>), why: &str) {
    assert_eq!((&*report.outcome, code), ("failed", Some(3)), "{report:?}");
    assert_eq!(report.error.expect("an error").code, why);
}

pub(crate) fn before_the_commit(machine: &mut Machine) {
    let image = image();
    let reads = stopped::reads_before_the_commit(machine);
    let diskette = machine.diskette(&image.old);
    machine.insert(&diskette, &[]);
    stopped::begin(machine, "pread64", reads, FILES);
    machine.eject();
    stopped::go_on(machine);
    failed(stopped::end(machine).report(), "no-medium");
    assert!(read(&diskette) == image.old);

    failed(machine.addpack("convert --yes"), "no-medium");
    machine.insert(&diskette, &[]);
    assert_eq!(machine.addpack("convert --yes").0.outcome, "converted");
    assert!(read(&diskette) == image.new);
}

pub(crate) fn changed(machine: &mut Machine) {
    let (image, other) = (image(), image().renumbered(1));
    let examined = stopped::reads_of_examination(machine);
    let checked = stopped::reads_before_the_commit(machine);
    // While the drive is not opened again, the driver itself keeps it from being used. Once somebody
    // has looked at the new diskette, the old handle leads there.
    for (reads, glance) in [(checked, "true"), (examined, "head -c 512 /dev/fd0")] {
        let [first, second] = [&image, &other].map(|image| machine.diskette(&image.old));
        machine.insert(&first, &[]);
        stopped::begin(machine, "pread64", reads, FILES);
        machine.insert(&second, &[]);
        assert_eq!(machine.run(&format!("{glance} >/dev/null")).code, Some(0));
        stopped::go_on(machine);
        failed(stopped::end(machine).report(), "replaced");
        assert!(read(&first) == image.old && read(&second) == other.old, "{glance}");

        for (diskette, image) in [(&first, &image), (&second, &other)] {
            machine.insert(diskette, &[]);
            assert_eq!(machine.addpack("convert --yes").0.outcome, "converted", "{glance}");
            assert!(read(diskette) == image.new, "{glance}");
        }
        machine.clear();
    }
}

pub(crate) fn before_the_clean_up(machine: &mut Machine) {
    let image = image();
    let diskette = machine.diskette(&image.old);
    machine.insert(&diskette, &[]);
    stopped::begin(machine, "pwrite64", 1, FILES);
    machine.eject();
    stopped::go_on(machine);
    failed(stopped::end(machine).report(), "no-medium");
    assert_eq!(image.state(&read(&diskette)), State::Unfinished);

    machine.insert(&diskette, &[]);
    machine.finish();
    assert!(read(&diskette) == image.new);
}

pub(crate) fn at_the_question(machine: &mut Machine) {
    let (image, other) = (image(), image().renumbered(1));
    let [first, second] = [&image, &other].map(|image| machine.diskette(&image.old));
    for (diskette, why) in [(None, "no-medium"), (Some(&second), "replaced")] {
        machine.insert(&first, &[]);
        machine.begin("addpack convert --json --quiet /dev/fd0 </dev/ttyS1 2>/dev/ttyS1");
        let question = machine.read_terminal("[y/N] ");
        assert!(question.contains("serial 12345-270-0000017-00003, 5 licenses"), "{question}");
        match diskette {
            None => machine.eject(),
            Some(diskette) => machine.insert(diskette, &[]),
        }
        machine.type_line("y");
        failed(machine.end().report(), why);
        assert!(read(&first) == image.old && read(&second) == other.old, "{why}");
    }
}

pub(crate) fn put_back(machine: &mut Machine) {
    let (image, other) = (image(), image().renumbered(1));
    let reads = stopped::reads_before_the_commit(machine);
    let [first, second] = [&image, &other].map(|image| machine.diskette(&image.old));
    machine.insert(&first, &[]);
    stopped::begin(machine, "pread64", reads, TERMINAL);
    machine.eject();
    stopped::go_on(machine);
    machine.read_terminal("q gives up: ");
    machine.insert(&second, &[]);
    machine.type_line("");
    let said = machine.read_terminal("q gives up: ");
    assert!(said.contains("this is another diskette, serial 54321-270-0000001-00042"), "{said}");
    machine.insert(&first, &[]);
    machine.type_line("");
    let (report, code) = stopped::end(machine).report();
    assert_eq!((&*report.outcome, code), ("converted", Some(0)), "{report:?}");
    assert!(read(&first) == image.new && read(&second) == other.old);
}
