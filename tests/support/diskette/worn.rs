//! Worn diskettes: a library that is preloaded into a program makes sectors of its drives bad, or their reads slow.

use crate::support::skipped::{Lack, skip};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use tempfile::NamedTempFile;

/// Makes the diskettes that a program reads worn, as worn.c describes it. Whether that is possible here; if not, it is
/// said aloud.
pub(crate) fn wear(command: &mut Command, how: &str) -> bool {
    static LIBRARY: OnceLock<Option<PathBuf>> = OnceLock::new();
    let Some(library) = LIBRARY.get_or_init(build) else {
        skip(Lack::Judge, "no C compiler that makes what can be preloaded");
        return false;
    };
    command.env("LD_PRELOAD", library).env("WORN", how);
    true
}

/// Builds the library; another process may be doing the same.
fn build() -> Option<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/diskette/worn.c");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (library, new) = (folder.join("worn.so"), NamedTempFile::new_in(folder).ok()?);
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-O2", "-o"]).arg(new.path()).arg(source);
    let is_built = compiler.status().is_ok_and(|status| status.success());
    (is_built && new.persist(&library).is_ok()).then_some(library)
}
