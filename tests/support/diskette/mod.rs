//! Diskettes: loop devices in the place of drives, and people at a terminal.

mod loops;
mod terminal;
mod worn;

pub(crate) use loops::Loop;
pub(crate) use terminal::Terminal;
pub(crate) use worn::wear;

use crate::support::judge::PackImage;
use crate::support::scene::{Image, Scene};
use std::process::Command;

/// Bytes in a sector.
pub(crate) const SECTOR: usize = 512;

/// A scene with one image, and a drive that it is in.
pub(crate) fn drive_with(image: &PackImage) -> Option<(Scene, Loop)> {
    let scene = Scene::new();
    image.put(&scene, "");
    let drive = Loop::with(&scene.path(&image.name))?;
    Some((scene, drive))
}

/// addpack under strace with these options, which makes calls slow or fail and keeps no log.
pub(crate) fn under_strace(scene: &Scene, options: &[&str], args: &[&str]) -> Command {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null"]).args(options).arg("--");
    scene.command_under(strace, args)
}

/// The same, at a terminal.
pub(crate) fn at_a_terminal(scene: &Scene, options: &[&str], args: &[&str]) -> Terminal {
    Terminal::run(under_strace(scene, options, args))
}

/// What came of the drive, and the exit code.
#[track_caller]
pub(crate) fn one(scene: &Scene, args: &[&str]) -> (Image, Option<i32>) {
    let (mut images, _, code) = scene.json(args);
    assert_eq!(images.len(), 1, "{images:?}");
    (images.remove(0), code)
}
