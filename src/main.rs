//! `addpack`: converts Small Business Server 4.0 Client Add Packs for 4.5.

#![warn(clippy::unwrap_used)]

mod cli;

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// What one thread has asked for, another one gives back, for every image: the system's allocator
/// makes them wait for each other.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    cli::main()
}
