//! The same image in each container.

use super::{IMAGES, dump_formats, format as of, raw, testdata};
use crate::support::tools;
use crate::support::write;
use addpack::container::{Format, MAX_IMAGE, gzip, imd, td0, zip};
use addpack::disk::Memory;
use tempfile::TempDir;

#[test]
fn dump_by_libdsk_holds_the_image() {
    crate::support::needs!("libdsk-utils");
    let folder = TempDir::new().unwrap();
    let read = [("imd", Format::Imd, imd::read as super::Reader), ("tele", Format::Td0, td0::read)];
    for (name, geometry) in IMAGES {
        let image = testdata("images").join(format!("{name}.img"));
        for (kind, is, read) in read {
            let path = folder.path().join(format!("{name}.{kind}"));
            tools::dsktrans((&image, "raw"), (&path, kind), geometry);
            let bytes = std::fs::read(&path).unwrap();
            assert_eq!(of(&bytes), Some(is));
            let dump = read(&bytes).unwrap();
            assert!(dump.bytes == raw(name), "{name} as {kind}");
            assert_eq!((dump.flaws, dump.strays), (vec![], 0), "{name} as {kind}");
        }
    }
}

#[test]
fn dump_by_another_writer_holds_the_image() {
    for (name, _) in IMAGES {
        for (index, (write, read)) in dump_formats().into_iter().enumerate() {
            let bytes = write(&write::diskette(&raw(name)));
            assert_eq!(of(&bytes), Some([Format::Imd, Format::Td0, Format::Hfe][index]));
            let dump = read(&bytes).unwrap();
            assert!(dump.bytes == raw(name), "{name}: {index}");
            assert_eq!((dump.flaws, dump.strays), (vec![], 0), "{name}: {index}");
        }
    }
}

#[test]
fn compressed_dump_holds_the_image() {
    crate::support::needs!("libdsk-utils");
    for (name, geometry) in IMAGES {
        let path = testdata("containers").join(format!("{name}.td0"));
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(of(&bytes), Some(Format::Td0Compressed));
        let dump = td0::read(&bytes).unwrap();
        assert!(dump.bytes == raw(name), "{name}");
        // So does libdsk say.
        let folder = TempDir::new().unwrap();
        let back = folder.path().join("back.img");
        tools::dsktrans((&path, "tele"), (&back, "raw"), geometry);
        assert!(std::fs::read(back).unwrap() == raw(name), "{name}");
    }
}

#[test]
fn compressed_file_holds_the_image() {
    for (name, _) in IMAGES {
        let image = testdata("images").join(format!("{name}.img"));
        for options in [&["-1"][..], &["-9"], &["-n"]] {
            let bytes = tools::gzip(&image, options);
            assert_eq!(of(&bytes), Some(Format::Gzip));
            assert!(gzip::read(&bytes, MAX_IMAGE).unwrap().file == raw(name), "{name}");
        }
    }
}

#[test]
fn archive_holds_the_images() {
    crate::support::needs!("zip", "unzip");
    let folder = testdata("images");
    let scratch = TempDir::new().unwrap();
    let names = IMAGES.map(|(name, _)| format!("{name}.img"));
    for name in &names {
        std::fs::copy(folder.join(name), scratch.path().join(name)).unwrap();
    }
    for options in [&["-9"][..], &["-0"], &["-X"]] {
        let _ = std::fs::remove_file(scratch.path().join("archive.zip"));
        let archive = tools::zip(scratch.path(), options, &names.each_ref().map(String::as_str));
        let bytes = std::fs::read(archive).unwrap();
        assert_eq!(of(&bytes), Some(Format::Zip));
        let archive = Memory::new(bytes);
        let directory = zip::Directory::read(&archive).unwrap();
        assert_eq!(directory.members.len(), names.len());
        for (member, (name, _)) in directory.members.iter().zip(IMAGES) {
            assert_eq!(member.name, format!("{name}.img").as_bytes());
            assert!(member.read(&archive, MAX_IMAGE).unwrap() == raw(name), "{name}");
        }
    }
}

#[test]
fn every_raw_image_is_one() {
    for entry in std::fs::read_dir(testdata("images")).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(of(&std::fs::read(&path).unwrap()), None, "{path:?}");
    }
}
