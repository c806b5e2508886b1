//! Parsing, where the first word may be a path instead of a command.

use super::{Args, Command, Common, Screen};
use crate::cli::words::{is_drive_letter, nearest, nearest_path};
use addpack::media::Place;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Parser};
use std::ffi::{OsStr, OsString};
use std::path::Path;

/// Parses the command line. A first word that is a path means `inspect`.
///
/// # Errors
/// If the command line is wrong, or asks for help.
pub(crate) fn parse() -> Result<Args, clap::Error> {
    let words: Vec<OsString> = std::env::args_os().collect();
    let parsed = Args::try_parse_from(&words).or_else(|error| {
        let Some(at) = path_at(&words, &error) else { return Err(with_suggestion(error)) };
        let mut words = words.clone();
        words.insert(at, "inspect".into());
        Args::try_parse_from(words)
    });
    let mut args = parsed?;
    let screen = args.screen;
    if let Some(of_command) = args.command.as_mut().and_then(screen_of) {
        *of_command = screen;
    }
    Ok(args)
}

impl Command {
    /// The options of a command that works on images.
    pub(crate) fn common(&mut self) -> Option<&mut Common> {
        match self {
            Self::Inspect(inspect) => Some(&mut inspect.common),
            Self::Convert(convert) => Some(&mut convert.common),
            Self::Plan(plan) => Some(&mut plan.common),
            Self::Replace(replace) => Some(&mut replace.common),
            _ => None,
        }
    }
}

fn screen_of(command: &mut Command) -> Option<&mut Screen> {
    match command {
        Command::Explain(explain) => Some(&mut explain.screen),
        other => other.common().map(|common| &mut common.screen),
    }
}

/// Adds the command that is most similar to the one that was typed, where clap itself names none: `help inpect`.
fn with_suggestion(mut error: clap::Error) -> clap::Error {
    let typed = match error.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(typed)) => typed.clone(),
        _ => return error,
    };
    if error.get(ContextKind::SuggestedSubcommand).is_none() {
        let root = Args::command();
        if let Some(command) = nearest(&typed, root.get_subcommands().map(clap::Command::get_name))
        {
            let commands = ContextValue::Strings(vec![command.to_owned()]);
            error.insert(ContextKind::SuggestedSubcommand, commands);
        }
    }
    error
}

/// The position of the first word if it is a path and not a command.
fn path_at(words: &[OsString], error: &clap::Error) -> Option<usize> {
    if error.kind() != ErrorKind::InvalidSubcommand {
        return None;
    }
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else {
        return None;
    };
    let at = words.iter().skip(1).position(|given| given.to_string_lossy() == word.as_str())? + 1;
    let looks_like_a_command = error.get(ContextKind::SuggestedSubcommand).is_some();
    let is_misspelt = || !looks_like_a_command && nearest_path(Path::new(&words[at])).is_some();
    (is_path(&words[at]) || is_misspelt()).then_some(at)
}

/// Whether something is there, or the word is written as only paths are.
fn is_path(word: &OsStr) -> bool {
    let text = word.to_string_lossy();
    let is_written_so = text.contains(['/', '\\', '.', '*', '?']) || is_drive_letter(&text);
    is_written_so || Path::new(word).exists() || Place::at(Path::new(word)).is_ok()
}
