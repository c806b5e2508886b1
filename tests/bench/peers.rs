//! What people would do without `addpack`: one process, or several, for each image.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Images that a peer gets: it would take all day on more.
const IMAGES: usize = 100;

/// Reads the record with pyfatfs, and prints its digest.
const PYTHON: &str = "
import hashlib, sys
from pyfatfs.PyFatFS import PyFatFS
for path in sys.argv[1:]:
    disk = PyFatFS(path, read_only=True)
    print(hashlib.sha1(disk.readbytes('/ADDPACK.DAT')).hexdigest())
    disk.close()
";

/// A peer's rate, in images a second; `None` where it is not installed.
type Rate = Option<f64>;

/// Prints the rates of all peers on some of these images.
pub(crate) fn compare(paths: &[PathBuf]) {
    for (name, rate) in [
        ("peer: a loop of mcopy and sha1sum", mtools(paths)),
        ("peer: python with pyfatfs", pyfatfs(paths)),
    ] {
        match rate {
            Some(rate) => println!("{name:<46} {rate:>12.0}"),
            None => println!("{name:<46} {:>12}", "not there"),
        }
    }
    println!();
}

/// mtools takes the record out of each image, and sha1sum its digest.
fn mtools(paths: &[PathBuf]) -> Rate {
    rate(paths, |paths| {
        paths.iter().try_for_each(|path| {
            let mut mcopy = Command::new("mcopy");
            mcopy.arg("-i").arg(path).args(["::ADDPACK.DAT", "-"]).stdout(Stdio::piped());
            let mut mcopy = mcopy.spawn().ok()?;
            let mut sum = Command::new("sha1sum");
            sum.stdin(mcopy.stdout.take()?).stdout(Stdio::null());
            let summed = sum.status().ok()?.success();
            (mcopy.wait().ok()?.success() && summed).then_some(())
        })
    })
}

/// One process that reads all images with pyfatfs.
fn pyfatfs(paths: &[PathBuf]) -> Rate {
    rate(paths, |paths| {
        let mut python = Command::new("python3");
        python.args(["-c", PYTHON]).args(paths).stdout(Stdio::null()).stderr(Stdio::null());
        python.status().ok()?.success().then_some(())
    })
}

fn rate(paths: &[PathBuf], work: impl Fn(&[PathBuf]) -> Option<()>) -> Rate {
    let some = &paths[..IMAGES.min(paths.len())];
    let start = Instant::now();
    work(some)?;
    Some(per_second(some.len(), start.elapsed()))
}

pub(crate) fn per_second(count: usize, time: Duration) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / time.as_secs_f64()
}
