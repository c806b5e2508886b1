//! addpack on images in containers: the report is that of the raw image; a conversion changes the one
//! image, and a dump needs -o.

mod converts;
mod foreign;
mod refusals;
mod ways;
mod ways_out;

use crate::support::judge::PackImage;
use crate::support::scene::{Image, Scene, outcomes, testdata};
use crate::support::tools;
use crate::support::write;
use std::collections::BTreeMap;

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
    image.in_place = None;
    image.next_step.clear();
    image
}

#[test]
fn report_is_that_of_the_raw_image_whatever_the_container() {
    crate::support::needs!("zip", "unzip");
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
    crate::support::needs!("zip", "unzip");
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
