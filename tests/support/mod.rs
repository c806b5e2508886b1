//! What the test programs share: packs, images and disks to test with, the built program in a clean
//! folder, and judges from outside.

#![allow(dead_code, unused_imports, unused_macros, reason = "each program uses a part")]

pub(crate) mod disk;
#[cfg(unix)]
pub(crate) mod diskette;
pub(crate) mod folder;
pub(crate) mod frail;
pub(crate) mod judge;
pub(crate) mod judges;
pub(crate) mod ledger;
pub(crate) mod own_process;
pub(crate) mod planned;
pub(crate) mod random_set;
pub(crate) mod report_lines;
pub(crate) mod scene;
pub(crate) mod schema;
pub(crate) mod simulator;
pub(crate) mod skipped;
pub(crate) mod slot;
pub(crate) mod tools;
pub(crate) mod volatile;
pub(crate) mod write;

pub(crate) use judges::needs;

/// A file in testdata/.
pub(crate) fn testdata(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name)
}
