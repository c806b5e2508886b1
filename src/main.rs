//! `addpack`: converts Small Business Server 4.0 Client Add Packs for 4.5.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
