//! `addpack completions` and `addpack man`: for those who install or package it.

use crate::cli::Error;
use crate::cli::args::Args;
use crate::cli::commands::ledger::written;
use crate::cli::exit::{EXITS, Exit};
use crate::cli::show::manual;
use crate::cli::show::terminal::{named, remark};
use addpack::files::make_folder;
use addpack::media::System;
use clap::{Command, CommandFactory};
use clap_complete::env::Shells;
use clap_complete::{CompleteEnv, Shell};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use std::fs;
use std::io::{self, Write, stdout};
use std::path::Path;

/// The variable that a shell's script sets when it asks for completions.
const COMPLETE: &str = "ADDPACK_COMPLETE";

/// The environment variables that have an effect.
const ENVIRONMENT: [(&str, &str); 4] = [
    ("ADDPACK_LEDGER", "The ledger's file, where --ledger names none."),
    match System::HERE {
        System::Windows => ("LOCALAPPDATA", "The folder that addpack\\ledger.db lies in."),
        System::Linux | System::Other => (
            "XDG_STATE_HOME",
            "The folder that addpack/ledger.db lies in, in place of ~/.local/state.",
        ),
    },
    ("SOURCE_DATE_EPOCH", "The time of conversions, in seconds since 1970, in place of now."),
    ("NO_COLOR", "If set, nothing is colored unless --color asks for it."),
];

const FILES: [(&str, &str); 2] = [
    (
        match System::HERE {
            System::Windows => "%LOCALAPPDATA%\\addpack\\ledger.db",
            System::Linux | System::Other => "~/.local/state/addpack/ledger.db",
        },
        "The ledger of conversions.",
    ),
    ("NAME.map, NAME.mapfile, NAME.log", "GNU ddrescue's mapfile of the image NAME beside it."),
];

/// Answers a shell that asks for completions, and exits; otherwise returns.
pub(crate) fn complete() {
    CompleteEnv::with_factory(command).var(COMPLETE).bin("addpack").complete();
}

/// Writes the completion script of `shell` to standard output. It asks addpack what there is to complete.
pub(crate) fn completions(shell: Shell) -> Result<Exit, Error> {
    let mut script = Vec::new();
    if let Some(completer) = Shells::builtins().completer(&shell.to_string()) {
        let name = "addpack";
        completer
            .write_registration(COMPLETE, name, name, name, &mut script)
            .map_err(Error::Output)?;
    }
    written(stdout().write_all(&script).and_then(|()| stdout().flush()))
}

/// Writes a manual page for `addpack` and one for each of its commands into `folder`.
pub(crate) fn man(folder: &Path) -> Result<Exit, Error> {
    let mut command = command();
    command.build();
    make_folder(folder).map_err(|error| Error::not_written(folder, &error))?;
    let pages = write_pages(folder, &command)?;
    remark(&format!("{pages} manual pages are in {}", named(folder)));
    Ok(Exit::Good)
}

/// Writes the pages of a command and of its subcommands; returns how many.
fn write_pages(folder: &Path, command: &Command) -> Result<usize, Error> {
    let mut pages = 1;
    for command in command.get_subcommands() {
        pages += write_pages(folder, command)?;
    }
    let man = Man::new(command.clone().after_help(None).after_long_help(None));
    let path = folder.join(man.get_filename());
    let page = page(command, &man).map_err(Error::Output)?;
    fs::write(&path, page).map_err(|error| Error::not_written(&path, &error))?;
    Ok(pages)
}

/// The page of a command. The end of its help becomes sections of the page.
fn page(command: &Command, man: &Man) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    let after = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
    sections(command.get_name(), &after).to_writer(&mut page)?;
    Ok(page)
}

/// The documents that belong to the page of a command.
fn documents(command: &str) -> &'static [&'static str] {
    match command {
        "inspect" | "convert" => {
            &[include_str!("../../container/CONTAINERS.md"), include_str!("../show/JSON.md")]
        }
        "ledger" => &[include_str!("../../ledger/LEDGER.md")],
        _ => &[],
    }
}

/// The end of a command's page; `after` is the end of its help.
fn sections(command: &str, after: &str) -> Roff {
    let mut roff = Roff::new();
    for document in documents(command) {
        manual::section(&mut roff, document);
    }
    roff.control("SH", ["EXIT STATUS"]);
    table(&mut roff, &EXITS);
    roff.control("SH", ["FILES"]);
    table(&mut roff, &FILES);
    roff.control("SH", ["ENVIRONMENT"]);
    table(&mut roff, &ENVIRONMENT);
    if let Some((_, examples)) = after.split_once("Examples:\n") {
        roff.control("SH", ["EXAMPLES"]);
        roff.control("nf", []);
        let examples = examples.lines().take_while(|line| !line.starts_with("Exit codes"));
        roff.text(examples.map(|line| roman(format!("{line}\n"))).collect::<Vec<_>>());
        roff.control("fi", []);
    }
    roff
}

fn table(roff: &mut Roff, rows: &[(&str, &str)]) {
    for (name, meaning) in rows {
        roff.control("TP", []);
        roff.text([bold(*name)]);
        roff.text([roman(*meaning)]);
    }
}

/// The commands of addpack; `help` has neither a page nor completions of its own.
fn command() -> Command {
    Args::command().disable_help_subcommand(true)
}
