//! A loop device in the place of a drive: made and freed by the test.

use crate::support::skipped::{Lack, skip};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

/// The numbers of our own devices: `losetup -f` takes lower ones.
const NUMBERS: std::ops::Range<u32> = 64..192;

/// A drive. Images are its diskettes.
pub(crate) struct Loop {
    path: String,
    /// Keeps other tests away from the number, also while nothing is attached.
    _reserved: File,
}

impl Loop {
    /// A drive with this image in it. `None`, said aloud, where the machine has no loop devices.
    pub(crate) fn with(image: &Path) -> Option<Self> {
        let drive = Self::empty()?;
        drive.insert(image);
        Some(drive)
    }

    /// A drive with nothing in it; `None` as above.
    pub(crate) fn empty() -> Option<Self> {
        static USABLE: OnceLock<Result<(), String>> = OnceLock::new();
        if let Err(why) = USABLE.get_or_init(probe) {
            skip(Lack::LoopDevices, why);
            return None;
        }
        Some(Self::reserve())
    }

    fn reserve() -> Self {
        let reserved = NUMBERS.into_iter().find_map(|number| {
            let lock = std::env::temp_dir().join(format!("addpack-test-loop{number}.lock"));
            let lock = File::create(lock).ok()?;
            lock.try_lock().ok()?;
            Some(Self { path: format!("/dev/loop{number}"), _reserved: lock })
        });
        let drive = reserved.expect("a number that no other test uses");
        // What a test that was killed has left there.
        let _ = losetup(&["-d", &drive.path]);
        drive
    }

    /// The device.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Puts an image into the drive, in the place of the one that may be there.
    pub(crate) fn insert(&self, image: &Path) {
        self.attach(&[&self.path, image.to_str().unwrap()]);
    }

    /// The same, write-protected.
    pub(crate) fn insert_protected(&self, image: &Path) {
        self.attach(&["-r", &self.path, image.to_str().unwrap()]);
    }

    fn attach(&self, args: &[&str]) {
        self.eject();
        // The kernel may be at the last of the old one yet.
        let tries = (0..100).map(|_| {
            std::thread::sleep(Duration::from_millis(10));
            losetup(args)
        });
        let mut said = tries.skip_while(|result| {
            result.as_ref().is_err_and(|why| why.contains("busy") || why.contains("no such"))
        });
        said.next().expect("the device is free").unwrap();
    }

    /// Takes the image out.
    pub(crate) fn eject(&self) {
        let _ = losetup(&["-d", &self.path]);
    }
}

impl Drop for Loop {
    fn drop(&mut self) {
        self.eject();
    }
}

fn losetup(args: &[&str]) -> Result<(), String> {
    let output = Command::new("losetup").args(args).output().map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if output.status.success() { Ok(()) } else { Err(format!("losetup: {said}")) }
}

/// Whether this machine has loop devices, and lets us have one.
fn probe() -> Result<(), String> {
    let image = tempfile::NamedTempFile::new().unwrap();
    image.as_file().set_len(163_840).unwrap();
    let drive = Loop::reserve();
    losetup(&[&drive.path, image.path().to_str().unwrap()])
        .map_err(|why| format!("no loop device: {why}"))
}
