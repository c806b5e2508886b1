//! What people would do without `addpack`: one process, or several, for each image.

use super::images::path;
use super::measure::{measure, per_second};
use std::path::Path;
use std::process::{Command, Stdio};

/// Images that a peer gets: it would take all day on more.
const IMAGES: usize = 100;

/// Takes the record out of each image with mtools, and its digest with sha1sum.
const SHELL: &str = r#"
for path; do mcopy -i "$path" ::ADDPACK.DAT - | sha1sum || exit 2; done
"#;

/// Reads the record with pyfatfs, and prints its digest.
const PYTHON: &str = "
import hashlib, sys
from pyfatfs.PyFatFS import PyFatFS
for path in sys.argv[1:]:
    disk = PyFatFS(path, read_only=True)
    print(hashlib.sha1(disk.readbytes('/ADDPACK.DAT')).hexdigest())
    disk.close()
";

/// Prints the rates of all peers on some of the `count` images below `folder`.
pub(crate) fn compare(folder: &Path, count: usize) {
    let images = IMAGES.min(count);
    let mut shell = Command::new("sh");
    shell.args(["-c", SHELL, "sh"]);
    let mut python = Command::new("python3");
    python.args(["-W", "ignore", "-c", PYTHON]);
    for (name, probe, mut peer) in [
        ("peer: a loop of mcopy and sha1sum", ["mcopy", "-V"].as_slice(), shell),
        ("peer: python with pyfatfs", &["python3", "-c", "import pyfatfs"], python),
    ] {
        if !is_there(probe) {
            println!("{name:<44} SKIPPED, it is not installed");
            continue;
        }
        peer.args((0..images).map(|number| path(folder, number)));
        let cost = measure(peer.stdout(Stdio::null()).stderr(Stdio::null()));
        println!("{name:<44} {:>9.0}", per_second(images, cost.wall));
    }
    println!();
}

/// Whether a command runs to a good end.
pub(crate) fn is_there(command: &[&str]) -> bool {
    let mut probe = Command::new(command[0]);
    probe.args(&command[1..]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    probe.status().is_ok_and(|status| status.success())
}
