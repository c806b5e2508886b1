//! The command line: what people type, and what they are told.

mod args;
mod ask;
mod commands;
mod exit;
mod show;
mod words;

use addpack::ledger::LedgerError;
use args::Command;
use commands::{convert, explain, inspect, ledger, packaging, plan, replace, start, version};
use exit::Exit;
use show::terminal;
use std::process::ExitCode;

/// Parses the command line, runs the command, and turns what it came to into an exit code.
pub(crate) fn main() -> ExitCode {
    let args = args::parse();
    let exit = args.command.as_ref().map_or_else(start::run, run);
    exit.unwrap_or_else(|error| {
        terminal::complain(&error.to_string());
        error.exit()
    })
    .into()
}

fn run(command: &Command) -> Result<Exit, Error> {
    match command {
        Command::Inspect(inspect) => inspect::run(inspect),
        Command::Convert(convert) => convert::run(convert),
        Command::Plan(plan) => plan::run(plan),
        Command::Replace(replace) => replace::run(replace),
        Command::Ledger(ledger) => ledger::run(ledger),
        Command::Explain(explain) => explain::run(explain),
        Command::Version => version::run(),
        Command::Completions { shell } => packaging::completions(*shell),
        Command::Man { folder } => packaging::man(folder),
    }
}

/// Why a command could not be run, or not be run to its end.
#[derive(Debug)]
enum Error {
    /// The command line was wrong; nothing was touched.
    Usage(String),
    /// The report could not be written.
    Output(std::io::Error),
    /// The ledger could not be used.
    Ledger(LedgerError),
}

impl From<LedgerError> for Error {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

impl Error {
    fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) => Exit::Usage,
            Self::Output(_) | Self::Ledger(_) => Exit::Failed,
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Usage(message) => f.write_str(message),
            Self::Ledger(error) => f.write_str(&words::ledger_message(error)),
            Self::Output(error) => write!(f, "the report could not be written: {error}"),
        }
    }
}
