//! Drives that the system has: `addpack` alone names them, and a shell completes them.

use crate::support::scene::{Ran, Scene};
use crate::support::skipped::{Lack, skip};
use std::process::Command;

/// A computer with an empty USB drive and the floppy driver's first one, as addpack sees it: the kernel's list of
/// block devices, in a namespace of its own. `None`, said aloud, where that cannot be made.
fn on_a_computer_with_drives(scene: &Scene, args: &[&str], envs: &[(&str, &str)]) -> Option<Ran> {
    for (name, file, text) in [
        ("fd0", "size", "2880\n"),
        ("sdb", "size", "0\n"),
        ("sdb", "removable", "1\n"),
        ("sdb", "device/model", "USB-FDU\n"),
    ] {
        let file = scene.path("block").join(name).join(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    let can = Command::new("unshare").args(["-m", "true"]).output();
    if !can.is_ok_and(|output| output.status.success()) {
        skip(Lack::LoopDevices, "no mount namespaces: not root, or no unshare");
        return None;
    }
    let mut unshare = Command::new("unshare");
    unshare.args(["-m", "sh", "-c", "mount --bind \"$0\" /sys/block && exec \"$@\""]);
    unshare.arg(scene.path("block"));
    Some(Ran::of(scene.command_under(unshare, args).envs(envs.iter().copied())))
}

#[test]
fn addpack_alone_names_the_drives_that_were_found() {
    let scene = Scene::new();
    let Some(ran) = on_a_computer_with_drives(&scene, &[], &[]) else { return };
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert!(ran.stdout.contains("addpack inspect /dev/fd0\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("Drives: /dev/fd0, /dev/sdb (empty)\n"), "{}", ran.stdout);
}

#[test]
fn shell_completes_the_drives_that_were_found() {
    let scene = Scene::new();
    let shell = |index| {
        [("ADDPACK_COMPLETE", "bash"), ("_CLAP_COMPLETE_INDEX", index), ("_CLAP_IFS", "\n")]
    };
    let words = ["--", "addpack", "inspect", "/dev/f"];
    let Some(ran) = on_a_computer_with_drives(&scene, &words, &shell("2")) else { return };
    assert!(ran.stdout.lines().any(|line| line == "/dev/fd0"), "{ran:?}");
    let words = ["--", "addpack", "convert", "--queue", "/dev/sd"];
    let Some(ran) = on_a_computer_with_drives(&scene, &words, &shell("3")) else { return };
    assert!(ran.stdout.lines().any(|line| line == "/dev/sdb"), "{ran:?}");
}

#[test]
fn drive_that_is_not_there_is_answered_with_those_that_are() {
    let scene = Scene::new();
    for named in ["/dev/fd1", "A:"] {
        let Some(ran) = on_a_computer_with_drives(&scene, &["inspect", named], &[]) else { return };
        assert_eq!(ran.code, Some(3), "{ran:?}");
        let shown = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        let found = "name one of the drives that were found: /dev/fd0, /dev/sdb (empty)";
        assert!(shown.contains(found), "{shown}");
    }
}
