//! Compressed files and archives: their bounds, and one image in them rewritten.

use super::{IMAGES, raw};
use crate::support::tools;
use addpack::container::zip::{Directory, Stretch, rewrite};
use addpack::container::{ContainerError, MAX_IMAGE, gzip};
use addpack::disk::{MediaError, Memory};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A folder with two images and a file beside them, with times and modes of their own.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, _) in &IMAGES[1..] {
        std::fs::write(folder.path().join(format!("{name}.img")), raw(name)).unwrap();
    }
    std::fs::write(folder.path().join("README.TXT"), "A letter.\n".repeat(900)).unwrap();
    tools::run("coreutils", "chmod", folder.path(), &["640", "unused-720.img"].map(AsRef::as_ref));
    let touch = ["-d", "1999-05-17 10:20:30", "unused-720.img", "README.TXT"];
    tools::run("coreutils", "touch", folder.path(), &touch.map(AsRef::as_ref));
    folder
}

const FILES: [&str; 3] = ["unused-720.img", "README.TXT", "reapplied-360.img"];

/// Archives of different makes: compressed, stored, with a comment, written to a pipe, behind a
/// program.
fn archives(folder: &Path) -> Vec<(&'static str, Vec<u8>)> {
    let mut archives = Vec::new();
    for (name, options) in [("compressed", &["-9"][..]), ("stored", &["-0"]), ("plain", &["-X"])] {
        let path = tools::zip(folder, options, &FILES);
        archives.push((name, std::fs::read(&path).unwrap()));
        std::fs::remove_file(path).unwrap();
    }
    let behind: Vec<u8> = [&[0x4D; 1000][..], &archives[0].1].concat();
    let commented = [&archives[0].1[..archives[0].1.len() - 2], b"\x06\0PK\x05\x06ab"].concat();
    archives.extend([("behind a program", behind), ("with a comment", commented)]);
    archives.push(("piped", piped(folder)));
    archives
}

/// An archive whose writer could not go back: its numbers stand behind each member.
fn piped(folder: &Path) -> Vec<u8> {
    let mut command = Command::new("zip");
    command.args(["-q", "-fd", "-"]).args(FILES).current_dir(folder).stdin(Stdio::null());
    let output = command.output().expect("zip is missing: install the Debian package zip");
    assert!(output.status.success());
    output.stdout
}

fn index(directory: &Directory, name: &str) -> usize {
    directory.members.iter().position(|member| member.name == name.as_bytes()).unwrap()
}

/// The archive with these members rewritten.
fn rewritten(old: &[u8], directory: &Directory, files: &[(usize, &[u8])]) -> Vec<u8> {
    let mut new = Vec::new();
    let at = |at: u64| usize::try_from(at).unwrap();
    let mut put = |piece| {
        match piece {
            Stretch::Kept(kept) => new.extend(&old[at(kept.start)..at(kept.end)]),
            Stretch::New(part) => new.extend(part),
        }
        Ok(())
    };
    let mut file = |index| Ok(files.iter().find(|(other, _)| *other == index).unwrap().1.to_vec());
    let indices: Vec<_> = files.iter().map(|(index, _)| *index).collect();
    let archive = Memory::new(old.to_vec());
    rewrite(&archive, directory, &indices, &mut file, &mut put).unwrap();
    new
}

fn why<T>(result: Result<T, MediaError>) -> ContainerError {
    result.err().expect("an error").container().expect("that of a container")
}

fn save(folder: &Path, bytes: &[u8]) -> PathBuf {
    let path = folder.join("new.zip");
    std::fs::write(&path, bytes).unwrap();
    path
}

/// What zipinfo says, less what must change: offsets, lengths and checksums.
fn unchanging(said: &str) -> Vec<&str> {
    let changes =
        ["CRC", "compressed size", "offset", "Offset", "bytes", "  is ", "Archive:", "Zip archive"];
    said.lines().filter(|line| !changes.iter().any(|part| line.contains(part))).collect()
}

#[test]
fn rewritten_archive_has_the_new_images_and_all_else_as_it_was() {
    crate::support::needs!("zip", "unzip");
    let folder = folder();
    let mut images = [raw("unused-720"), raw("reapplied-360")];
    for image in &mut images {
        image[40_000..42_048].iter_mut().zip(0_u16..).for_each(|(byte, at)| {
            *byte = at.wrapping_mul(40_503).to_be_bytes()[0];
        });
    }
    for (kind, old) in archives(folder.path()) {
        let archive = Memory::new(old.clone());
        let directory = Directory::read(&archive).unwrap();
        let of = |name| index(&directory, name);
        let files = [(of(FILES[2]), &images[1][..]), (of(FILES[0]), &images[0][..])];
        for files in [&files[..1], &files[1..], &files[..]] {
            let new = rewritten(&old, &directory, files);
            let before = tools::zipinfo(&save(folder.path(), &old));
            let path = save(folder.path(), &new);
            assert_eq!(unchanging(&tools::zipinfo(&path)), unchanging(&before), "{kind}");
            for (at, name) in FILES.iter().enumerate() {
                let changed = files.iter().find(|(index, _)| *index == of(name));
                let kept = std::fs::read(folder.path().join(FILES[at])).unwrap();
                let wanted = changed.map_or(&kept[..], |(_, image)| image);
                assert!(tools::unzip(&path, name) == wanted, "{kind}: {name}");
            }
        }
    }
}

#[test]
fn rewritten_archive_with_the_same_image_reads_the_same() {
    crate::support::needs!("zip", "unzip");
    let folder = folder();
    for (kind, old) in archives(folder.path()) {
        let archive = Memory::new(old.clone());
        let directory = Directory::read(&archive).unwrap();
        let at = index(&directory, FILES[0]);
        let image = directory.members[at].read(&archive, MAX_IMAGE).unwrap();
        let new = rewritten(&old, &directory, &[(at, &image)]);
        let again = Memory::new(new);
        let directory = Directory::read(&again).unwrap();
        assert!(directory.members[at].read(&again, MAX_IMAGE).unwrap() == image, "{kind}");
    }
}

#[test]
fn member_that_is_larger_than_an_image_is_an_error() {
    crate::support::needs!("zip", "unzip");
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("zeroes"), vec![0; 32 << 20]).unwrap();
    let archive = Memory::new(std::fs::read(tools::zip(folder.path(), &[], &["zeroes"])).unwrap());
    let directory = Directory::read(&archive).unwrap();
    let result = directory.members[0].read(&archive, MAX_IMAGE);
    assert!(matches!(why(result), ContainerError::TooLarge));
    let compressed = tools::gzip(&folder.path().join("zeroes"), &[]);
    assert_eq!(gzip::read(&compressed, MAX_IMAGE), Err(ContainerError::TooLarge));
}

#[test]
fn archive_whose_directory_says_less_than_is_there_is_an_error() {
    crate::support::needs!("zip", "unzip");
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("zeroes"), vec![0; 32 << 20]).unwrap();
    let mut bytes = std::fs::read(tools::zip(folder.path(), &[], &["zeroes"])).unwrap();
    let entry = bytes.windows(4).rposition(|part| part == b"PK\x01\x02").unwrap();
    bytes[entry + 24..entry + 28].copy_from_slice(&1_474_560_u32.to_le_bytes());
    let archive = Memory::new(bytes);
    let directory = Directory::read(&archive).unwrap();
    let result = directory.members[0].read(&archive, MAX_IMAGE);
    assert!(matches!(why(result), ContainerError::TooLarge));
}

#[test]
fn of_members_at_one_offset_the_first_is_read_as_unzip_does_and_no_other_one_is_lost() {
    crate::support::needs!("zip", "unzip");
    let folder = folder();
    let (_, sound) = archives(folder.path()).swap_remove(0);
    let entries: Vec<_> =
        (0..sound.len() - 4).filter(|at| sound[*at..].starts_with(b"PK\x01\x02")).collect();
    // Each later one, whether it is longer or shorter, in the place of each earlier one.
    for (earlier, later) in [(0, 1), (0, 2), (1, 2)] {
        let mut bytes = sound.clone();
        let [from, to] = [entries[earlier] + 42, entries[later] + 42];
        bytes.copy_within(from..from + 4, to);
        let path = save(folder.path(), &bytes);
        let archive = Memory::new(bytes);
        let members = Directory::read(&archive).unwrap().members;
        for (at, member) in members.iter().enumerate() {
            let read = member.read(&archive, MAX_IMAGE);
            if at == later {
                assert!(matches!(why(read), ContainerError::BadField { .. }), "{earlier} {later}");
                continue;
            }
            let name = String::from_utf8(member.name.clone()).unwrap();
            let arguments = ["-p".as_ref(), path.as_os_str(), name.as_ref()];
            let unzipped = tools::run("unzip", "unzip", folder.path(), &arguments).stdout;
            assert!(read.unwrap() == unzipped, "{earlier} {later}: {name}");
        }
    }
}

#[test]
fn encrypted_member_is_an_error() {
    crate::support::needs!("zip", "unzip");
    let folder = folder();
    let path = tools::zip(folder.path(), &["-P", "secret"], &[FILES[0]]);
    let archive = Memory::new(std::fs::read(path).unwrap());
    let directory = Directory::read(&archive).unwrap();
    let result = directory.members[0].read(&archive, MAX_IMAGE);
    assert!(matches!(why(result), ContainerError::Encrypted));
}

#[test]
fn changed_byte_of_a_member_or_of_a_compressed_file_is_an_error() {
    crate::support::needs!("zip", "unzip");
    let folder = folder();
    let (_, sound) = archives(folder.path()).swap_remove(0);
    let directory = Directory::read(&Memory::new(sound.clone())).unwrap();
    let at = index(&directory, FILES[2]);
    let start = sound.windows(17).position(|part| part == FILES[2].as_bytes()).unwrap() + 100;
    let compressed = tools::gzip(&folder.path().join(FILES[2]), &[]);
    for step in 0..40 {
        let mut bytes = sound.clone();
        bytes[start + step * 13] ^= 0x40;
        let archive = Memory::new(bytes);
        assert!(directory.members[at].read(&archive, MAX_IMAGE).is_err(), "{step}");
        let mut bytes = compressed.clone();
        bytes[60 + step * 13] ^= 0x40;
        assert!(gzip::read(&bytes, MAX_IMAGE).is_err(), "{step}");
    }
}

#[test]
fn rewritten_compressed_file_keeps_its_name_and_time() {
    let folder = folder();
    let path = folder.path().join(FILES[0]);
    let image = raw("unused-720");
    let mut changed = image.clone();
    changed[30_000..32_000].fill(0x55);
    let old = tools::gzip(&path, &["-N"]);
    let new = gzip::rewrite(&old, old.len(), &changed).unwrap();
    // Ten bytes and the name.
    let header = 10 + FILES[0].len() + 1;
    assert_eq!(new[..header], old[..header]);
    assert_eq!(&new[10..header - 1], FILES[0].as_bytes());
    let packed = folder.path().join("new.gz");
    std::fs::write(&packed, &new).unwrap();
    assert!(tools::gzip(&packed, &["-d"]) == changed);
    assert!(gzip::read(&new, MAX_IMAGE).unwrap().file == changed);
}

#[test]
fn compressed_file_in_parts_or_with_zeroes_behind_is_read() {
    let folder = folder();
    let image = raw("reapplied-360");
    let part = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::File::create(&path).unwrap().write_all(bytes).unwrap();
        tools::gzip(&path, &[])
    };
    let parts = [part("one", &image[..100_000]), part("two", &image[100_000..])].concat();
    assert!(gzip::read(&parts, MAX_IMAGE).unwrap().file == image);
    let padded = [&parts[..], &[0; 700]].concat();
    assert!(gzip::read(&padded, MAX_IMAGE).unwrap().file == image);
    let littered = [&parts[..], b"litter of some length"].concat();
    let read = gzip::read(&littered, MAX_IMAGE).unwrap();
    assert!(read.file == image && read.end == parts.len());
    assert_eq!(gzip::rewrite(&littered, read.end, &image), Err(ContainerError::BytesBehind));
    let rewritten = gzip::rewrite(&padded, parts.len(), &image).unwrap();
    assert!(rewritten.ends_with(&[0; 700]));
    assert!(gzip::read(&rewritten, MAX_IMAGE).unwrap().file == image);
}
