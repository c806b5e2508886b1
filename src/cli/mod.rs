//! The command line: parsing, commands and output.

mod args;
mod ask;
mod commands;
mod exit;
mod show;
mod words;

use addpack::ledger::LedgerError;
use args::{Command, Common};
use ask::stop;
use commands::{
    convert, explain, inspect, ledger, packaging, plan, replace, schema, selftest, start, version,
};
use exit::Exit;
use show::terminal::escape_lines;
use show::{json, terminal};
use std::io::{self, Write, stderr, stdout};
use std::path::Path;
use std::process::ExitCode;

/// Parses the command line, runs the command, and returns its exit code.
pub(crate) fn main() -> ExitCode {
    stop::survive_size_limit();
    packaging::complete();
    let mut args = match args::parse() {
        Ok(args) => args,
        Err(answer) => return say(&answer).into(),
    };
    if let Some(command) = &mut args.command {
        command.expand_patterns();
        if let Some(Err(error)) = command.common().map(Common::read_list) {
            terminal::complain(&error.to_string());
            return error.exit().into();
        }
    }
    let exit = args.command.as_ref().map_or_else(start::run, run);
    exit.unwrap_or_else(|error| {
        terminal::complain(&error.to_string());
        let summary = args.command.as_ref().and_then(|command| command.lost_summary(&error));
        if let Some(line) = summary {
            // The exit code is that of a lost report already.
            let _ = stdout().write_all(&line).and_then(|()| stdout().flush());
        }
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
        Command::Schema => schema::run(),
        Command::Selftest(selftest) => selftest::run(selftest),
        Command::Version => version::run(),
        Command::Completions { shell } => packaging::completions(*shell),
        Command::Man { folder } => packaging::man(folder),
    }
}

/// Prints the requested help, or what is wrong with the command line.
fn say(answer: &clap::Error) -> Exit {
    let text = answer.render().to_string();
    let harmless = escape_lines(&text);
    let printed = if text == harmless {
        answer.print().and_then(|()| stdout().flush())
    } else {
        // The message quotes what was typed, unescaped.
        stderr().write_all(harmless.as_bytes())
    };
    match printed {
        _ if answer.use_stderr() => Exit::Usage,
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let error = Error::Output(error);
            terminal::complain(&error.to_string());
            error.exit()
        }
        _ => Exit::Good,
    }
}

impl Command {
    /// Writes the summary of a report for programs whose command failed before it could write one.
    fn lost_summary(&self, error: &Error) -> Option<Vec<u8>> {
        let is_json = match self {
            Self::Plan(plan) => plan.common.json,
            Self::Replace(replace) => replace.common.json,
            Self::Ledger(ledger) => ledger.is_json(),
            // Inspect and convert always write a summary themselves.
            _ => false,
        };
        match error {
            Error::Ledger(_) | Error::LedgerAlone(_) if is_json => {
                Some(json::no_report(error.to_string()))
            }
            _ => None,
        }
    }
}

/// Why a command could not be run, or not be finished.
#[derive(Debug)]
enum Error {
    /// The command line was wrong; nothing was touched.
    Usage(String),
    /// Something that the command needs could not be read or written: the message.
    Failed(String),
    /// The report could not be written.
    Output(std::io::Error),
    /// The ledger could not be used.
    Ledger(LedgerError),
    /// The ledger could not be used, and the command is about nothing else.
    LedgerAlone(LedgerError),
    /// The ledger could not be used, and packs had to be claimed in it.
    NoClaims {
        error: LedgerError,
        /// Whether packs may have been converted before.
        is_under_way: bool,
    },
}

impl From<LedgerError> for Error {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

impl Error {
    /// A file or folder that could not be written, and why.
    fn not_written(path: &Path, error: &io::Error) -> Self {
        let cause = format!("{}: {}", terminal::named(path), words::system_cause(error));
        Self::Output(io::Error::new(error.kind(), cause))
    }

    /// The same error in a run that was to convert; `is_under_way` says whether it had begun.
    fn of_conversion(self, is_under_way: bool) -> Self {
        match self {
            Self::Ledger(error) => Self::NoClaims { error, is_under_way },
            other => other,
        }
    }

    /// The same error in a command that is about the ledger alone.
    fn of_ledger_alone(self) -> Self {
        match self {
            Self::Ledger(error) => Self::LedgerAlone(error),
            other => other,
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) => Exit::Usage,
            Self::Failed(_)
            | Self::Output(_)
            | Self::Ledger(_)
            | Self::LedgerAlone(_)
            | Self::NoClaims { .. } => Exit::Failed,
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Usage(message) | Self::Failed(message) => f.write_str(message),
            Self::Ledger(error) => f.write_str(&words::ledger_message(error)),
            Self::LedgerAlone(error) => f.write_str(&words::unusable(error)),
            Self::NoClaims { error, is_under_way } => {
                f.write_str(&words::no_claims_message(error, *is_under_way))
            }
            Self::Output(error) => {
                write!(f, "the report could not be written: {}", words::system_cause(error))
            }
        }
    }
}
