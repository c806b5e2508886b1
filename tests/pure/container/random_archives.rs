//! Damaged compressed files and archives, 100,000 of each: always an answer, soon, and in little memory.

use super::random_damage::{Answer, USUAL, run, whole};
use crate::support::own_process::is_own_process;
use crate::support::write::small_image;
use addpack::container::gzip::Decompressed;
use addpack::container::{ContainerError, MAX_IMAGE};
use addpack::container::{gzip, zip};
use addpack::disk::Memory;

fn file_answer(file: Result<Vec<u8>, ContainerError>, image: &[u8]) -> Answer {
    match file {
        Ok(file) if file == image => Answer::Same,
        Ok(_) => Answer::Other,
        Err(error) => Answer::Error(error),
    }
}

#[test]
fn damaged_compressed_file_gets_an_answer() {
    if !is_own_process(module_path!(), "damaged_compressed_file_gets_an_answer") {
        return;
    }
    let image = small_image(16);
    let header = b"\x1F\x8B\x08\x1C\0\0\0\0\0\x03\x04\0ABCDpack.img\0made in 1999\0";
    let plain = b"\x1F\x8B\x08\0\0\0\0\0\0\x03";
    let plain_file = gzip::rewrite(plain, plain.len(), &image).unwrap();
    // The one with an extra field is read, and never written anew.
    let with_fields = [&header[..], &plain_file[plain.len()..]].concat();
    let seeds = [with_fields, plain_file];
    let [same, _, error] = run(&seeds, &image, whole, |bytes, image| {
        let expanded = gzip::read(bytes, MAX_IMAGE);
        if let Ok(Decompressed { file, end }) = &expanded {
            let obstacle = gzip::obstacle(bytes, *end);
            assert_eq!(gzip::rewrite(bytes, *end, file).err(), obstacle);
        }
        file_answer(expanded.map(|expanded| expanded.file), image)
    });
    assert!(same > USUAL / 100 && error > USUAL / 2);
}

/// An archive of three members: one stored, one compressed, and one described behind its bytes.
fn archive(image: &[u8]) -> Vec<u8> {
    let folder = tempfile::TempDir::new().unwrap();
    for name in ["one.img", "two.img"] {
        std::fs::write(folder.path().join(name), image).unwrap();
    }
    let run = |arguments: &[&str]| {
        let mut command = std::process::Command::new("zip");
        command.arg("-q").args(arguments).current_dir(folder.path());
        let output = command.output().expect("zip is missing: install the Debian package zip");
        assert!(output.status.success(), "{output:?}");
        output.stdout
    };
    std::fs::write(folder.path().join("a.zip"), run(&["-fd", "-", "one.img"])).unwrap();
    run(&["-0", "a.zip", "two.img"]);
    std::fs::read(folder.path().join("a.zip")).unwrap()
}

/// Every member read, and each rewritten that could be.
fn archive_answer(bytes: &[u8], image: &[u8]) -> Result<Answer, addpack::disk::MediaError> {
    let archive = Memory::new(bytes.to_vec());
    let directory = zip::Directory::read(&archive)?;
    let mut same = true;
    for (index, member) in directory.members.iter().enumerate() {
        let file = member.read(&archive, MAX_IMAGE)?;
        same &= file == image;
        let mut new = |_| Ok(file.clone());
        zip::rewrite(&archive, &directory, &[index], &mut new, &mut |_| Ok(()))?;
    }
    Ok(if same { Answer::Same } else { Answer::Other })
}

#[test]
fn damaged_archive_gets_an_answer() {
    crate::support::needs!("zip", "unzip");
    if !is_own_process(module_path!(), "damaged_archive_gets_an_answer") {
        return;
    }
    let image = small_image(4);
    let seeds = [archive(&image)];
    let [same, _, error] =
        run(&seeds, &image, whole, |bytes, image| match archive_answer(bytes, image) {
            Ok(answer) => answer,
            Err(error) => {
                let short = ContainerError::CutShort { at: 0 };
                Answer::Error(error.container().unwrap_or(short))
            }
        });
    assert!(same > USUAL / 20 && error > USUAL / 2);
}
