//! What keeps a drive from being touched: others who use it, write protection, another size, nothing
//! in it.

use crate::support::diskette::{Loop, SECTOR, drive_with, one};
use crate::support::judge::{Called, PackImage, strace};
use crate::support::scene::{CONVERT, Image, Ran, Scene};
use crate::support::skipped::{Lack, skip};
use std::path::Path;
use std::process::Command;

/// What a traced call was given at the end: of a write, its length and its offset.
fn end_of(call: &Called) -> (u64, u64) {
    let (args, _) = call.text.rsplit_once(')').expect("a whole call");
    let mut numbers = args.rsplit(", ").map(|number| number.parse().unwrap());
    let offset = numbers.next().unwrap();
    (numbers.next().unwrap(), offset)
}

fn is_open(call: &Called) -> bool {
    call.name.starts_with("open")
}

#[test]
fn drive_is_opened_for_nobody_else_and_only_the_records_sectors_are_written_past_the_cache() {
    for image in [PackImage::full_history(), PackImage::golden("fragmented-1440.img")] {
        let Some((scene, drive)) = drive_with(&image) else { return };
        let args = [&CONVERT[..], &[drive.path()]].concat();
        let options = ["-f", "-e", "trace=file,desc", "-P", drive.path()];
        let calls = strace(&scene, &options, &args).calls;
        for open in calls.iter().filter(|call| is_open(call) && !call.text.contains("O_EXCL")) {
            // To learn its size.
            assert!(open.text.contains("O_RDONLY"), "{open:?}");
        }
        let to_write: Vec<_> = calls.iter().filter(|call| call.text.contains("O_RDWR")).collect();
        assert_eq!(to_write.len(), 1, "{to_write:?}");
        for flag in ["O_EXCL", "O_DIRECT", "O_SYNC"] {
            assert!(to_write[0].text.contains(flag), "{to_write:?}");
        }
        let written: Vec<_> =
            calls.iter().filter(|call| call.name.contains("write")).map(end_of).collect();
        let changed = (0..image.old.len() / SECTOR).map(|number| number * SECTOR);
        let part = |image: &[u8], at: usize| image[at..at + SECTOR].to_vec();
        let mut changed: Vec<_> = changed
            .filter(|&at| part(&image.old, at) != part(&image.new, at))
            .map(|at| (SECTOR as u64, at as u64))
            .collect();
        changed.sort_by_key(|&(_, at)| !image.old[at.try_into().unwrap()..].starts_with(b"SBSCAP"));
        assert_eq!(written.first(), changed.first(), "the commit sector comes first");
        let sorted = |mut list: Vec<_>| {
            list.sort_unstable();
            list
        };
        assert_eq!(sorted(written), sorted(changed));
    }
}

/// Another diskette may be in the drive at any moment.
#[test]
fn nothing_else_is_written_between_the_sectors_of_a_diskette() {
    let image = PackImage::full_history();
    let Some((scene, drive)) = drive_with(&image) else { return };
    let others = [1, 2].map(|number| scene.pack(number, &format!("{number}.img")));
    let paths = [others[0].to_str().unwrap(), drive.path(), others[1].to_str().unwrap()];
    let options = ["-f", "-e", "trace=pwrite64,fdatasync"].into_iter();
    let options: Vec<_> = options.chain(paths.iter().flat_map(|path| ["-P", path])).collect();
    let traced = strace(&scene, &options, &[&CONVERT[..], &["-j1"], &paths].concat());
    traced.ran.ends(0);
    let files: Vec<_> =
        traced.calls.iter().map(|call| call.text.split([',', ')']).next()).collect();
    let count = |file| files.iter().filter(|of| **of == file).count();
    let of_drive = files.iter().copied().max_by_key(|file| count(*file)).unwrap();
    let first = files.iter().position(|file| *file == of_drive).unwrap();
    assert!(count(of_drive) >= 4, "each of its sectors is written: {traced:?}");
    let of_drive = [of_drive].repeat(count(of_drive));
    assert_eq!(files[first..][..of_drive.len()], of_drive, "{traced:?}");
}

#[test]
fn inspecting_never_opens_a_drive_to_write() {
    let image = PackImage::golden("applied-1440.img");
    let Some((scene, drive)) = drive_with(&image) else { return };
    let options = ["-f", "-e", "trace=file,desc", "-P", drive.path()];
    let traced = strace(&scene, &options, &["inspect", "--surface", drive.path()]);
    let calls = &traced.calls;
    assert!(calls.iter().any(|call| call.text.contains("O_RDONLY|O_EXCL|O_DIRECT")), "{calls:?}");
    let writes = |call: &&Called| call.text.contains("O_RDWR") || call.name.contains("write");
    assert_eq!(calls.iter().find(writes).map(|call| &call.text), None);
}

const PROTECTED: &str = "write-protected: a server would call this a damaged disk (KB 183855)";

#[test]
fn write_protection_is_reported_before_anything_is_written() {
    let image = PackImage::golden("reapplied-360.img");
    let Some((scene, drive)) = drive_with(&image) else { return };
    drive.insert_protected(&scene.path(&image.name));
    let options = ["-f", "-e", "trace=file,desc", "-P", drive.path()];
    let args = [&CONVERT[..], &[drive.path()]].concat();
    let traced = strace(&scene, &options, &args);
    assert!(!traced.calls.iter().any(|call| call.text.contains("O_RDWR")), "{:?}", traced.calls);
    let report: Image = serde_json::from_str(traced.ran.stdout.lines().next().unwrap()).unwrap();
    let error = report.error.unwrap();
    assert_eq!((error.code.as_str(), traced.ran.code), ("write-protected", Some(3)));
    assert_eq!(error.message, PROTECTED);
    assert!(report.next_step.contains("slide the tab shut"), "{}", report.next_step);
    assert_eq!(report.record.unwrap().serial, "12345-270-0000017-00004");
    // Reading is allowed, and what the question would ask is said first.
    let (report, code) = one(&scene, &["inspect", "--json", drive.path()]);
    assert_eq!((report.outcome.as_str(), code), ("convertible", Some(0)));
    let (report, _) = one(&scene, &[&CONVERT[..], &["-o", "out", drive.path()]].concat());
    assert_eq!(report.outcome, "converted");
    assert!(image.old == scene.read(&image.name));
}

#[test]
fn protection_that_shows_only_when_the_drive_is_opened_has_the_same_name() {
    let image = PackImage::golden("reapplied-360.img");
    let Some((scene, drive)) = drive_with(&image) else { return };
    let call = if cfg!(target_arch = "x86_64") { "open" } else { "openat" };
    for error in ["EROFS", "EACCES"] {
        // The survey opens it to learn the size and to read, then it is opened to learn the size again.
        let inject = format!("inject={call}:error={error}:when=4");
        let options = ["-f", "-e", "trace=file", "-P", drive.path(), "-e", &inject];
        let traced = strace(&scene, &options, &[&CONVERT[..], &[drive.path()]].concat());
        let report: Image =
            serde_json::from_str(traced.ran.stdout.lines().next().unwrap()).unwrap();
        let error = report.error.unwrap();
        assert_eq!((error.code.as_str(), error.message.as_str()), ("write-protected", PROTECTED));
        assert!(image.old == scene.read(&image.name));
    }
}

/// A mounted drive; unmounted at the end.
struct Mounted<'a>(&'a Path);

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0).output();
    }
}

/// Whether a tool did its work; what it said if not.
fn tool(program: &str, args: &[&str]) -> Result<(), String> {
    let output = Command::new(program).args(args).output();
    let output = output.map_err(|error| format!("{program}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() { Ok(()) } else { Err(format!("{program}: {said}")) }
}

#[test]
fn mounted_diskette_is_left_alone_and_its_mount_point_is_named() {
    crate::support::needs!("e2fsprogs");
    let scene = Scene::new();
    let image = scene.path("mounted.img");
    std::fs::write(&image, vec![0; 1_474_560]).unwrap();
    let folder = scene.path("mount point");
    std::fs::create_dir(&folder).unwrap();
    tool("mkfs.ext2", &["-q", "-F", image.to_str().unwrap()]).unwrap();
    let Some(drive) = Loop::with(&image) else { return };
    if let Err(why) = tool("mount", &[drive.path(), folder.to_str().unwrap()]) {
        return skip(Lack::LoopDevices, &why);
    }
    let mounted = Mounted(&folder);
    for args in [&["inspect", "--json"][..], &CONVERT] {
        let (report, code) = one(&scene, &[args, &[drive.path()]].concat());
        let error = report.error.unwrap();
        assert_eq!((error.code.as_str(), code), ("mounted", Some(3)));
        assert_eq!(error.message, format!("the diskette is mounted at \"{}\"", folder.display()));
        assert_eq!(report.next_step, "unmount it and run addpack again");
    }
    drop(mounted);
    let (report, _) = one(&scene, &["inspect", "--json", drive.path()]);
    assert_eq!(report.outcome, "not-a-pack");
}

#[test]
fn drive_that_another_program_holds_is_in_use() {
    let image = PackImage::golden("applied-1440.img");
    let Some((scene, drive)) = drive_with(&image) else { return };
    let options = std::os::unix::fs::OpenOptionsExt::custom_flags(
        std::fs::OpenOptions::new().read(true),
        rustix::fs::OFlags::EXCL.bits().cast_signed(),
    )
    .open(drive.path())
    .unwrap();
    let (report, code) = one(&scene, &["convert", "--yes", "--json", drive.path()]);
    assert_eq!((report.error.unwrap().code.as_str(), code), ("in-use", Some(3)));
    drop(options);
    assert!(image.old == scene.read(&image.name));
}

#[test]
fn device_of_another_size_is_refused_with_its_size_and_opened_no_further() {
    let scene = Scene::new();
    let disk = scene.path("disk");
    let Some(drive) = Loop::empty() else { return };
    for (size, words) in [
        (100 << 20, "104,857,600 bytes (100 MB)"),
        (1_474_560 + 512, "1,475,072 bytes (1,440 KB)"),
        (737_280 - 512, "736,768 bytes (719 KB)"),
        (8 << 30, "8,589,934,592 bytes (8 GB)"),
    ] {
        std::fs::File::create(&disk).unwrap().set_len(size).unwrap();
        drive.insert(&disk);
        let options = ["-f", "-e", "trace=file,desc", "-P", drive.path()];
        for args in [&["inspect", "--json"][..], &CONVERT, &["convert", "--dry-run", "--json"]] {
            let traced = strace(&scene, &options, &[args, &[drive.path()]].concat());
            let report: Image =
                serde_json::from_str(traced.ran.stdout.lines().next().unwrap()).unwrap();
            let error = report.error.unwrap();
            assert_eq!((error.code.as_str(), traced.ran.code), ("not-a-diskette", Some(3)));
            let message = format!("this is not a diskette: its size is {words}. It was left alone");
            assert_eq!(error.message, message);
            let touched = |call: &&Called| {
                (is_open(call) && ["O_RDWR", "O_EXCL"].iter().any(|flag| call.text.contains(flag)))
                    || ["read", "write"].iter().any(|name| call.name.contains(name))
            };
            assert_eq!(traced.calls.iter().find(touched).map(|call| &call.text), None);
        }
    }
}

#[test]
fn empty_drive_has_no_medium() {
    let scene = Scene::new();
    let Some(drive) = Loop::empty() else { return };
    // Once it was there, the device stays, with nothing in it.
    scene.pack(1, "a.img");
    drive.insert(&scene.path("a.img"));
    drive.eject();
    for args in [&["inspect", "--json"][..], &CONVERT] {
        let (report, code) = one(&scene, &[args, &[drive.path()]].concat());
        let error = report.error.unwrap();
        assert_eq!((error.code.as_str(), code), ("no-medium", Some(3)));
        assert_eq!(error.message, "there is no diskette in the drive");
    }
}

#[test]
fn drive_that_this_user_may_not_use_names_the_group_that_may() {
    use std::os::unix::process::CommandExt;
    let Some((scene, drive)) = drive_with(&PackImage::golden("applied-1440.img")) else { return };
    let set = |program: &str, arguments: [&str; 2]| {
        assert!(Command::new(program).args(arguments).status().unwrap().success());
    };
    // A nobody can run no program in a home folder that is closed to others.
    let program = scene.path("addpack");
    std::fs::copy(scene.command(&[]).get_program(), &program).unwrap();
    set("chmod", ["755", scene.path(".").to_str().unwrap()]);
    let (inspect, convert) = (&["inspect"][..], &["convert", "--yes"][..]);
    for (group, mode, args, sentence) in [
        ("disk", "640", inspect, "only root and members of the group disk may read this drive"),
        ("disk", "600", inspect, "only root may read this drive"),
        ("root", "640", inspect, "only root may read this drive"),
        ("root", "644", convert, "only root may write to this drive"),
        ("disk", "664", convert, "only root and members of the group disk may write to this drive"),
    ] {
        set("chgrp", [group, drive.path()]);
        set("chmod", [mode, drive.path()]);
        let mut command = Command::new(&program);
        command.args(args).args(["--no-ledger", drive.path()]).current_dir("/");
        let ran = Ran::of(command.uid(65_534).gid(65_534));
        set("chgrp", ["disk", drive.path()]);
        set("chmod", ["660", drive.path()]);
        ran.ends(3);
        let words = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(sentence) && !words.contains("tab"), "{ran:?}");
        assert_eq!(words.contains("usermod -aG disk"), sentence.contains("disk"), "{ran:?}");
        assert!(words.contains("run addpack as root (with sudo)"), "{ran:?}");
    }
}
