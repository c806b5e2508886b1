//! addpack on images in containers: the report is that of the raw image; a conversion changes the one
//! image, and a dump needs -o.

mod judge;
mod scene;
#[path = "container/tools.rs"]
#[allow(dead_code, reason = "a part is used")]
mod tools;
#[path = "container/write/mod.rs"]
mod write;

use judge::PackImage;
use scene::{Image, Scene, outcomes, testdata};
use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

const IMAGES: [(&str, &str); 3] =
    [("applied-1440", "ibm1440"), ("unused-720", "ibm720"), ("reapplied-360", "ibm360")];

/// Where the image `name` lies in each container in the folder `in`, which is made here.
fn pack(scene: &Scene, name: &str, geometry: &str) -> Vec<String> {
    let raw = scene.image(&format!("{name}.img"), &format!("in/{name}.img"));
    let folder = scene.path("in");
    let bytes = std::fs::read(&raw).unwrap();
    let write = |to: &str, bytes: &[u8]| std::fs::write(folder.join(to), bytes).unwrap();
    write("file.img.gz", &tools::gzip(&raw, &[]));
    let archive = tools::zip(&folder, &[], &[&format!("{name}.img")]);
    std::fs::copy(&archive, folder.join("winimage.imz")).unwrap();
    tools::dsktrans((&raw, "raw"), (&folder.join("dump.imd"), "imd"), geometry);
    tools::dsktrans((&raw, "raw"), (&folder.join("dump.td0"), "tele"), geometry);
    std::fs::copy(testdata(&format!("containers/{name}.td0")), folder.join("small.td0")).unwrap();
    write("cells.hfe", &write::hfe::dump(&write::diskette(&bytes)));
    write("dump.imd.gz", &tools::gzip(&folder.join("dump.imd"), &[]));
    std::fs::remove_file(raw).unwrap();
    let archives = ["archive.zip", "winimage.imz"].map(|at| format!("in/{at}:{name}.img"));
    let others = ["file.img.gz", "dump.imd", "dump.td0", "small.td0", "cells.hfe", "dump.imd.gz"];
    archives.into_iter().chain(others.map(|at| format!("in/{at}"))).collect()
}

/// What a report says of the pack, and not of where it is.
fn of_pack(mut image: Image) -> Image {
    image.path = String::new();
    image.output = None;
    image
}

#[test]
fn report_is_that_of_the_raw_image_whatever_the_container() {
    for (name, geometry) in IMAGES {
        let scene = Scene::new();
        let packed = pack(&scene, name, geometry);
        scene.image(&format!("{name}.img"), "raw.img");
        let report = |path: &str| {
            let (mut images, _, code) = scene.json(&["inspect", "--json", path]);
            assert_eq!((images.len(), code), (1, Some(0)), "{path}");
            assert_eq!(images[0].path, path);
            of_pack(images.remove(0))
        };
        let raw = report("raw.img");
        assert_eq!(raw.outcome, "convertible");
        for path in packed {
            assert_eq!(report(&path), raw, "{path}");
        }
    }
}

#[test]
fn copy_out_of_any_container_is_the_converted_raw_image() {
    for (name, geometry) in IMAGES {
        let scene = Scene::new();
        let golden = PackImage::golden(&format!("{name}.img"));
        let targets = [
            format!("archive.zip/{name}.img"),
            format!("winimage.imz/{name}.img"),
            "file.img".to_owned(),
            "dump.img".to_owned(),
            "dump.img".to_owned(),
            "small.img".to_owned(),
            "cells.img".to_owned(),
            "dump.img".to_owned(),
        ];
        for (number, (path, target)) in pack(&scene, name, geometry).iter().zip(targets).enumerate()
        {
            let out = format!("out{number}");
            let before = scene.read(path.split(':').next().unwrap());
            let (images, _, code) = scene.convert(&["--no-ledger", "-o", &out, path]);
            assert_eq!((outcomes(&images), code), (vec!["converted"], Some(0)), "{path}");
            assert_eq!(images[0].output, Some(format!("{out}/{target}")));
            assert!(scene.read(&format!("{out}/{target}")) == golden.new, "{path}");
            assert!(scene.read(path.split(':').next().unwrap()) == before, "{path}");
        }
    }
}

/// An archive of five packs and two other files, in folders, with times and modes of their own.
fn archive(scene: &Scene) -> (BTreeMap<String, PackImage>, Vec<String>) {
    let golden = PackImage::golden("reapplied-360.img");
    std::fs::create_dir_all(scene.path("work/box")).unwrap();
    let mut images = BTreeMap::new();
    for number in 1..=5 {
        let name = format!("box/disk{number}.ima");
        let image = golden.renumbered(number);
        std::fs::write(scene.path(&format!("work/{name}")), &image.old).unwrap();
        images.insert(name, image);
    }
    std::fs::write(scene.path("work/README.TXT"), "bought in 1999\n".repeat(50)).unwrap();
    std::fs::copy(testdata("images/no-record-360.img"), scene.path("work/box/other.img")).unwrap();
    let mut names: Vec<_> = images.keys().cloned().collect();
    names.extend(["README.TXT", "box/other.img"].map(str::to_owned));
    let folder = scene.path("work");
    let all: Vec<_> = names.iter().map(String::as_str).collect();
    let made = tools::zip(&folder, &["-9"], &all);
    std::fs::create_dir_all(scene.path("in")).unwrap();
    std::fs::rename(made, scene.path("in/packs.zip")).unwrap();
    (images, names)
}

#[test]
fn every_pack_of_an_archive_converts_and_every_other_byte_stays() {
    for jobs in ["1", "4"] {
        let scene = Scene::new();
        let (images, names) = archive(&scene);
        let path = scene.path("in/packs.zip");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let before = std::fs::metadata(&path).unwrap();
        let (reports, _, code) = scene.convert(&["-j", jobs, "in"]);
        let paths: Vec<_> = reports.iter().map(|report| report.path.clone()).collect();
        let wanted = names.iter().filter(|name| *name != "README.TXT");
        assert_eq!(paths, wanted.map(|name| format!("in/packs.zip:{name}")).collect::<Vec<_>>());
        assert_eq!(outcomes(&reports), [&["converted"; 5][..], &["not-a-pack"]].concat());
        assert_eq!(code, Some(0));
        for name in &names {
            let held = tools::unzip(&path, name);
            let work = || scene.read(&format!("work/{name}"));
            assert!(
                held == images.get(name).map_or_else(work, |image| image.new.clone()),
                "{name}"
            );
        }
        let after = std::fs::metadata(&path).unwrap();
        assert_eq!(
            (after.mode(), after.uid(), after.gid()),
            (before.mode(), before.uid(), before.gid())
        );
        let left: Vec<_> = std::fs::read_dir(scene.path("in")).unwrap().collect();
        assert_eq!(left.len(), 1, "{left:?}");
        let (reports, _, _) = scene.convert(&["in"]);
        assert_eq!(outcomes(&reports), [&["already-converted"; 5][..], &["not-a-pack"]].concat());
        let checked = scene.run(&["ledger", "check"]);
        checked.is(0, "5 as the ledger says, 0 not\n", "");
    }
}

#[test]
fn one_image_of_an_archive_can_be_named() {
    let scene = Scene::new();
    let (images, _) = archive(&scene);
    let (reports, _, code) = scene.convert(&["in/packs.zip:box/disk3.ima"]);
    assert_eq!((outcomes(&reports), code), (vec!["converted"], Some(0)));
    for (name, image) in &images {
        let held = tools::unzip(&scene.path("in/packs.zip"), name);
        assert!(held == if name.contains('3') { &image.new[..] } else { &image.old }, "{name}");
    }
    let (reports, _, code) = scene.convert(&["in/packs.zip:box/disk9.ima"]);
    assert_eq!((outcomes(&reports), code), (vec!["failed"], Some(3)));
    assert_eq!(reports[0].error.as_ref().unwrap().code, "not-found");
}

#[test]
fn compressed_file_converts_in_place_through_a_link() {
    let scene = Scene::new();
    let golden = PackImage::golden("unused-720.img");
    let raw = scene.image("unused-720.img", "disk.img");
    std::fs::write(scene.path("disk.img.gz"), tools::gzip(&raw, &["-N"])).unwrap();
    std::os::unix::fs::symlink("disk.img.gz", scene.path("link")).unwrap();
    let (reports, _, code) = scene.convert(&["link"]);
    assert_eq!((outcomes(&reports), code), (vec!["converted"], Some(0)));
    assert!(scene.path("link").is_symlink());
    assert!(tools::gzip(&scene.path("disk.img.gz"), &["-d"]) == golden.new);
    let name = |bytes: Vec<u8>| bytes[..19].to_vec();
    assert_eq!(name(scene.read("disk.img.gz")), name(tools::gzip(&raw, &["-N"])));
}

fn error_of(scene: &Scene, args: &[&str]) -> (String, String, String) {
    let (mut reports, _, code) = scene.convert(args);
    assert_eq!((outcomes(&reports), code), (vec!["failed"], Some(3)), "{args:?}");
    let report = reports.remove(0);
    let error = report.error.unwrap();
    (error.code, error.message, report.next_step)
}

#[test]
fn dump_and_container_with_another_name_need_a_copy() {
    let scene = Scene::new();
    let packed = pack(&scene, "unused-720", "ibm720");
    let step = "convert into a raw image with -o";
    for path in &packed[3..] {
        let before = scene.read(path);
        let (code, _, next) = error_of(&scene, &["--no-ledger", path]);
        assert_eq!((&*code, &*next), ("needs-output", step), "{path}");
        assert!(scene.read(path) == before);
    }
    std::fs::hard_link(scene.path("in/file.img.gz"), scene.path("second.gz")).unwrap();
    let before = scene.read("second.gz");
    let (code, message, next) = error_of(&scene, &["--no-ledger", "in/file.img.gz"]);
    assert_eq!((&*code, &*next), ("needs-output", step));
    assert!(message.contains("hard links"), "{message}");
    assert!(scene.read("second.gz") == before && scene.read("in/file.img.gz") == before);
}

#[test]
fn write_protected_container_is_left_alone() {
    let scene = Scene::new();
    archive(&scene);
    let path = scene.path("in/packs.zip");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o440)).unwrap();
    let before = scene.read("in/packs.zip");
    let (reports, _, code) = scene.convert(&["in"]);
    assert_eq!((outcomes(&reports)[..5].to_vec(), code), (vec!["failed"; 5], Some(3)));
    assert!(reports[..5].iter().all(|r| r.error.as_ref().unwrap().code == "write-protected"));
    assert!(scene.read("in/packs.zip") == before);
}

type Writer = fn(&[write::Track]) -> Vec<u8>;

#[test]
fn record_on_a_sector_that_the_dump_lacks_is_damaged_media() {
    let image = std::fs::read(testdata("images/reapplied-360.img")).unwrap();
    let at = image.windows(8).position(|bytes| bytes == b"SBSCAP40").unwrap() / 512;
    let formats: [(&str, Writer); 3] =
        [("imd", write::imd::dump), ("td0", write::td0::dump), ("hfe", write::hfe::dump)];
    for (state, word) in [(write::State::Bad, "marked as bad"), (write::State::NoData, "missing")] {
        let mut tracks = write::diskette(&image);
        tracks[(at + 2) / 9].sectors[(at + 2) % 9].state = state;
        // One far from all that matters is worth a word.
        tracks[70].sectors[3].state = state;
        for (ending, dump) in formats {
            let scene = Scene::new();
            std::fs::write(scene.path(&format!("disk.{ending}")), dump(&tracks)).unwrap();
            let (reports, _, code) = scene.json(&["inspect", "--json", "."]);
            assert_eq!((outcomes(&reports), code), (vec!["refused"], Some(1)), "{ending} {word}");
            let finding = &reports[0].findings[0];
            assert_eq!(
                (&*finding.code, finding.sector),
                ("damaged-media", u32::try_from(at + 2).ok())
            );
        }
    }
}

#[test]
fn format_that_is_not_read_is_named_with_a_tool_that_reads_it() {
    let mut vdi = b"<<< disk >>>".to_vec();
    vdi.resize(4096, 0);
    vdi[0x40..0x44].copy_from_slice(b"\x7F\x10\xDA\xBE");
    let files: [(&str, Vec<u8>, &str); 4] = [
        (
            "a.qcow2",
            [&b"QFI\xFB\0\0\0\x03"[..], &[0; 2000]].concat(),
            "qemu-img convert -f qcow2 -O raw",
        ),
        ("b.vdi", vdi, "qemu-img convert -f vdi -O raw"),
        ("c.hfe", b"HXCHFEV3".repeat(200), "hxcfe"),
        ("d.dsk", b"EXTENDED CPC DSK File\r\nDisk-Info\r\n".repeat(99), "dsktrans"),
    ];
    let scene = Scene::new();
    for (name, bytes, tool) in files {
        std::fs::write(scene.path(name), bytes).unwrap();
        let (code, message, next) = error_of(&scene, &[name]);
        assert_eq!(code, "unsupported-container", "{name}: {message}");
        assert!(next.contains(tool), "{next}");
    }
}

#[test]
fn what_is_too_large_or_no_image_is_no_pack_in_a_folder() {
    let scene = Scene::new();
    std::fs::create_dir(scene.path("in")).unwrap();
    std::fs::write(scene.path("in/zeroes"), vec![0; 64 << 20]).unwrap();
    std::fs::write(scene.path("in/letter.txt"), "Dear Sir,\n".repeat(90)).unwrap();
    std::fs::write(scene.path("in/other.txt"), "Dear Madam,\n").unwrap();
    let folder = scene.path("in");
    let put = |name: &str, bytes: Vec<u8>| std::fs::write(folder.join(name), bytes).unwrap();
    put("bomb.gz", tools::gzip(&folder.join("zeroes"), &[]));
    put("letter.gz", tools::gzip(&folder.join("letter.txt"), &[]));
    tools::zip(Path::new(&folder), &[], &["letter.txt", "other.txt", "zeroes"]);
    std::fs::remove_file(folder.join("zeroes")).unwrap();
    let (reports, _, code) = scene.json(&["inspect", "--json", "in"]);
    let paths: Vec<_> = reports.iter().map(|report| &*report.path).collect();
    assert_eq!(paths, ["in/archive.zip", "in/bomb.gz", "in/letter.gz"]);
    assert_eq!((outcomes(&reports), code), (vec!["not-a-pack"; 3], Some(0)));
    let (code, ..) = error_of(&scene, &["in/bomb.gz"]);
    assert_eq!(code, "damaged-container");
}
