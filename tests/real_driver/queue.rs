//! One diskette after another through the drive.

use super::machine::Machine;
use super::{pack, read};
use crate::support::disk::layout::KB_720;
use crate::support::judge::PackImage;
use crate::support::scene::testdata;
use std::fs;
use std::path::PathBuf;

/// Answers the prompt for the next diskette; what is said up to the next prompt.
fn next(machine: &mut Machine, diskette: Option<&PathBuf>) -> String {
    match diskette {
        None => machine.eject(),
        Some(diskette) => machine.insert(diskette, &[]),
    }
    machine.type_line("");
    machine.read_terminal("q ends: ")
}

pub(crate) fn queue(machine: &mut Machine) {
    let packs = [PackImage::golden("applied-1440.img"), pack(KB_720, &[2, 3])];
    let bad = fs::read(testdata("images/out-of-order-720.img")).unwrap();
    let [first, second] = [0, 1].map(|at: usize| machine.diskette(&packs[at].old));
    let third = machine.diskette(&bad);

    let streams = "</dev/ttyS1 2>/dev/ttyS1";
    machine.begin(&format!("addpack convert --queue --yes --quiet /dev/fd0 {streams}"));
    machine.read_terminal("Diskette 1: put it into /dev/fd0 and press Enter; q ends: ");
    assert!(next(machine, None).contains("there is no diskette in the drive"));
    assert!(
        next(machine, Some(&first))
            .ends_with("Diskette 2: put it into /dev/fd0 and press Enter; q ends: ")
    );
    assert!(next(machine, Some(&second)).contains("Diskette 3: "));
    assert!(next(machine, Some(&first)).contains("this is diskette 1 of this queue again"));
    assert!(next(machine, Some(&third)).contains("Diskette 4: "));
    machine.type_line("q");
    let ran = machine.end();

    assert_eq!(ran.code, Some(1), "{ran:?}");
    let (_, summary) = ran.stdout.split_once("3 diskettes in this queue\n").expect("a summary");
    let lines: Vec<_> = summary.lines().take(3).collect();
    let words = ["1  ... converted: ", "2  ... converted: ", "3  ... refused: "];
    for (line, (number, word)) in lines.iter().zip(words.map(|it| it.split_once("...").unwrap())) {
        assert!(line.trim_start().starts_with(number) && line.contains(word), "{summary}");
    }
    assert!(read(&first) == packs[0].new && read(&second) == packs[1].new);
    assert!(read(&third) == bad);
}
