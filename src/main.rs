//! `addpack`: converts Small Business Server 4.0 Client Add Packs for 4.5.

#![warn(clippy::unwrap_used)]

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
