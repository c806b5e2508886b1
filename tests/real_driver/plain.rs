//! Diskettes that are left where they are.

use super::machine::Machine;
use super::monitor::Fault;
use super::read;
use crate::support::judge::PackImage;
use crate::support::scene::{Image, Scene};

pub(crate) fn no_diskette(machine: &mut Machine) {
    for arguments in ["inspect", "convert --yes", "inspect --surface"] {
        let (report, code) = machine.addpack(arguments);
        assert_eq!((&*report.outcome, code), ("failed", Some(3)), "{arguments}");
        assert_eq!(report.error.expect("an error").code, "no-medium", "{arguments}");
    }
}

pub(crate) fn inspect(machine: &mut Machine) {
    for name in ["applied-1440.img", "unused-720.img", "out-of-order-720.img"] {
        let scene = Scene::with(&[name]);
        let bytes = scene.read(name);
        let diskette = machine.diskette(&bytes);
        machine.insert(&diskette, &[]);
        let (mut images, _, code) = scene.json(&["inspect", "--json", name]);
        let of_image = images.remove(0);
        // An image is copied first, and a diskette is converted where it is.
        let copies = format!("convert -o converted {name} (asks first; the image stays)");
        let next_step =
            of_image.next_step.replace(&copies, "convert /dev/fd0 (one way; asks first)");
        let of_diskette = Image { path: "/dev/fd0".to_owned(), next_step, ..of_image };
        assert_eq!(machine.addpack("inspect"), (of_diskette, code));
        assert!(read(&diskette) == bytes, "{name}");
    }
}

pub(crate) fn convert(machine: &mut Machine) {
    for name in ["applied-1440.img", "fragmented-1440.img", "unused-720.img"] {
        // They are copies of one pack.
        machine.clear();
        let image = PackImage::golden(name);
        let diskette = machine.diskette(&image.old);
        machine.insert(&diskette, &[]);
        for outcome in ["converted", "already-converted"] {
            let (report, code) = machine.addpack("convert --yes");
            assert_eq!((&*report.outcome, code), (outcome, Some(0)), "{name}");
            assert!(report.notes.is_empty(), "{:?}", report.notes);
            assert!(read(&diskette) == image.new, "{name}");
        }
    }
}

pub(crate) fn write_protected(machine: &mut Machine) {
    let image = PackImage::golden("applied-1440.img");
    let diskette = machine.diskette(&image.old);
    machine.insert(&diskette, &[Fault::Protected]);
    assert_eq!(machine.addpack("inspect").0.outcome, "convertible");
    let (report, code) = machine.addpack("convert --yes");
    assert_eq!((&*report.outcome, code), ("failed", Some(3)));
    assert_eq!(report.error.expect("an error").code, "write-protected");
    assert!(report.next_step.contains("slide the tab shut"), "{}", report.next_step);
    assert!(read(&diskette) == image.old);

    machine.insert(&diskette, &[]);
    assert_eq!(machine.addpack("convert --yes").0.outcome, "converted");
    assert!(read(&diskette) == image.new);
}

pub(crate) fn surface(machine: &mut Machine) {
    let bytes = PackImage::golden("unused-720.img").old;
    let diskette = machine.diskette(&bytes);
    machine.insert(&diskette, &[]);
    let ran = machine.run("addpack inspect --surface --color never /dev/fd0");
    let track = ".".repeat(9);
    assert!(ran.stdout.contains(&format!("  0-79  {track}  {track}\n")), "{ran:?}");
    assert_eq!(ran.code, Some(0));
    assert!(read(&diskette) == bytes);
}
