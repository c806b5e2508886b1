//! Judges from outside: mtools and dosfstools.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const DOSFSTOOLS: &str = "dosfstools";
const MTOOLS: &str = "mtools";

/// Runs a tool of that Debian package. A missing tool is a failure: nothing was judged.
fn run<S: AsRef<OsStr>>(package: &str, program: &str, arguments: &[S]) -> Output {
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new(program)
        .args(arguments)
        .env("PATH", format!("{path}:/usr/sbin:/sbin"))
        .env("MTOOLS_SKIP_CHECK", "1")
        .env("MTOOLSRC", "/dev/null")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output();
    match output {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            panic!("{program} is missing: install the Debian package {package}")
        }
        result => result.unwrap_or_else(|error| panic!("{program}: {error}")),
    }
}

fn run_well<S: AsRef<OsStr>>(package: &str, program: &str, arguments: &[S]) -> Output {
    let output = run(package, program, arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {}: {said}", output.status);
    output
}

/// What `fsck.fat -n` says: its exit code, and all that it prints.
pub(crate) fn fsck(image: &Path) -> (Option<i32>, String) {
    let output = run(DOSFSTOOLS, "fsck.fat", &[OsStr::new("-n"), image.as_os_str()]);
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

/// Makes an image of that many kilobytes.
pub(crate) fn mkfs(image: &Path, kilobytes: usize, options: &str) {
    let kilobytes = kilobytes.to_string();
    let mut arguments = vec![OsStr::new("-C"), OsStr::new("-F"), OsStr::new("12")];
    arguments.extend(["-n", "ADDPACK"].map(OsStr::new));
    arguments.extend(options.split_whitespace().map(OsStr::new));
    arguments.extend([image.as_os_str(), OsStr::new(&kilobytes)]);
    run_well(DOSFSTOOLS, "mkfs.fat", &arguments);
}

/// Runs an mtool on an image.
fn mtool(program: &str, image: &Path, arguments: &[&OsStr]) -> Output {
    let image = [OsStr::new("-i"), image.as_os_str()];
    run_well(MTOOLS, program, &[&image, arguments].concat())
}

/// Copies a file of the host onto an image.
pub(crate) fn put(image: &Path, host: &Path, name: &str) {
    mtool("mcopy", image, &[host.as_os_str(), OsStr::new(&format!("::{name}"))]);
}

pub(crate) fn make_folder(image: &Path, name: &str) {
    mtool("mmd", image, &[OsStr::new(&format!("::{name}"))]);
}

pub(crate) fn delete(image: &Path, name: &str) {
    mtool("mdel", image, &[OsStr::new(&format!("::{name}"))]);
}

/// What a file on an image holds; `None` where mtype has something to complain about.
pub(crate) fn mtype(image: &Path, name: &str) -> Option<Vec<u8>> {
    let name = format!("::{name}");
    let arguments = [OsStr::new("-i"), image.as_os_str(), OsStr::new(&name)];
    let output = run(MTOOLS, "mtype", &arguments);
    (output.status.success() && output.stderr.is_empty()).then_some(output.stdout)
}

/// The names of all files on an image, with their folders.
pub(crate) fn names(image: &Path) -> Vec<String> {
    let output = mtool("mdir", image, &["-/", "-b", "::"].map(OsStr::new));
    let listing = String::from_utf8(output.stdout).unwrap();
    let names = listing.lines().filter_map(|line| line.strip_prefix("::/"));
    names.filter(|name| !name.ends_with('/')).map(str::to_owned).collect()
}
