//! `addpack completions` and `addpack man`: for those who install or package it.

use crate::cli::Error;
use crate::cli::args::Args;
use crate::cli::commands::ledger::written;
use crate::cli::exit::Exit;
use crate::cli::show::terminal::escape;
use clap::CommandFactory;
use clap_complete::Shell;
use std::fs;
use std::io::{self, Write, stdout};
use std::path::Path;

/// Writes the completion script of `shell` to standard output.
pub(crate) fn completions(shell: Shell) -> Result<Exit, Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "addpack", &mut script);
    written(stdout().write_all(&script).and_then(|()| stdout().flush()))?;
    Ok(Exit::Good)
}

/// Writes a manual page for `addpack` and one for each of its commands into `folder`.
pub(crate) fn man(folder: &Path) -> Result<Exit, Error> {
    let pages =
        fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(command(), folder));
    pages.map_err(|error| {
        let path = escape(&folder.to_string_lossy());
        Error::Output(io::Error::new(error.kind(), format!("{path}: {error}")))
    })?;
    Ok(Exit::Good)
}

/// The commands of addpack; `help` has neither a page nor completions of its own.
fn command() -> clap::Command {
    Args::command().disable_help_subcommand(true)
}
