//! `addpack`: converts Small Business Server 4.0 Client Add Packs for 4.5.

#![warn(clippy::unwrap_used)]

mod cli;

use std::process::ExitCode;

/// What one thread asks for, another one gives back, for every image: with the allocator of the C library they wait
/// for each other half of the time.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::main()
}
