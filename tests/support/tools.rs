//! Judges from outside: libdsk, Info-ZIP, gzip.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Runs a tool of that Debian package in `folder`. A missing tool is a failure: nothing was judged.
pub(crate) fn run(package: &str, program: &str, folder: &Path, arguments: &[&OsStr]) -> Output {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).env("LC_ALL", "C");
    let output = match command.output() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            panic!("{program} is missing: install the Debian package {package}")
        }
        result => result.unwrap_or_else(|error| panic!("{program}: {error}")),
    };
    let said = String::from_utf8_lossy(&output.stderr);
    // To unzip, 1 is a warning: of what stands before the archive.
    let good = output.status.success() || (package == "unzip" && output.status.code() == Some(1));
    assert!(good, "{program} {arguments:?}: {}: {said}", output.status);
    output
}

/// Converts an image with libdsk from one of its types into another.
pub(crate) fn dsktrans(from: (&Path, &str), to: (&Path, &str), format: &str) {
    let [from_type, to_type, format] = [from.1, to.1, format].map(OsStr::new);
    let [i, o, f] = ["-itype", "-otype", "-format"].map(OsStr::new);
    let arguments = [i, from_type, o, to_type, f, format, from.0.as_os_str(), to.0.as_os_str()];
    run("libdsk-utils", "dsktrans", Path::new("/"), &arguments);
}

/// Makes an archive of files in `folder`, which may be piped for it.
pub(crate) fn zip(folder: &Path, options: &[&str], files: &[&str]) -> PathBuf {
    let archive = folder.join("archive.zip");
    let options = options.iter().map(OsStr::new);
    let files = files.iter().map(OsStr::new);
    let arguments: Vec<_> = options.chain([archive.as_os_str()]).chain(files).collect();
    run("zip", "zip", folder, &[&[OsStr::new("-q")], &arguments[..]].concat());
    archive
}

/// What unzip gets out of a member, with all that it checks.
pub(crate) fn unzip(archive: &Path, member: &str) -> Vec<u8> {
    let folder = archive.parent().unwrap();
    run("unzip", "unzip", folder, &[OsStr::new("-tqq"), archive.as_os_str()]);
    run("unzip", "unzip", folder, &[OsStr::new("-p"), archive.as_os_str(), OsStr::new(member)])
        .stdout
}

/// What zipinfo says of an archive, to the last field.
pub(crate) fn zipinfo(archive: &Path) -> String {
    let arguments = [OsStr::new("-v"), archive.as_os_str()];
    let output = run("unzip", "zipinfo", archive.parent().unwrap(), &arguments);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What gzip makes of a file, or what it gets out of one (`-d`).
pub(crate) fn gzip(file: &Path, options: &[&str]) -> Vec<u8> {
    let options = options.iter().map(OsStr::new);
    let arguments: Vec<_> = options.chain([OsStr::new("-c"), file.as_os_str()]).collect();
    run("gzip", "gzip", file.parent().unwrap(), &arguments).stdout
}
