//! `addpack version`.

use crate::cli::Error;
use crate::cli::commands::ledger::written;
use crate::cli::exit::Exit;
use crate::cli::words::commit;
use std::io::{Write, stdout};

pub(crate) fn run() -> Result<Exit, Error> {
    let text = format!(
        "addpack {}\ncommit    {}\ntarget    {}\nfeatures  {}\n",
        env!("CARGO_PKG_VERSION"),
        commit(),
        env!("ADDPACK_TARGET"),
        features().join(", ")
    );
    written(stdout().write_all(text.as_bytes()))
}

/// What this build can do on this computer.
fn features() -> Vec<String> {
    let drives = if cfg!(target_os = "linux") { "diskette drives" } else { "no diskette drives" };
    let sha1 = if has_sha1() { "SHA-1 in hardware" } else { "SHA-1 in software" };
    vec![drives.to_owned(), sha1.to_owned(), format!("SQLite {}", rusqlite::version())]
}

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
fn has_sha1() -> bool {
    std::arch::is_x86_feature_detected!("sha")
}

#[cfg(target_arch = "aarch64")]
fn has_sha1() -> bool {
    std::arch::is_aarch64_feature_detected!("sha2")
}

#[cfg(not(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64")))]
fn has_sha1() -> bool {
    false
}
