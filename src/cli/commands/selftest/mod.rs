//! `addpack selftest`: whether a disk or share bears what addpack promises.

mod abilities;
mod doomed;
mod kills;

use crate::cli::Error;
use crate::cli::args::SelftestArgs;
use crate::cli::ask::stop;
use crate::cli::commands::ledger::written;
use crate::cli::exit::Exit;
use crate::cli::show::layout::hang;
use crate::cli::show::terminal::{TextStyle, When, named};
use crate::cli::words::system_cause;
use std::fs;
use std::io::{Write, stdout};
use std::path::Path;
use std::sync::atomic::Ordering;

/// A check and its result.
struct Trial {
    name: &'static str,
    /// The message on it.
    result: String,
    /// Whether all is there that a promise needs.
    is_good: bool,
}

const NOT_TRIED: &str = "\
Not tried, since no program can: a power cut, and a disk that says that it has written what it has not.";

pub(crate) fn run(args: &SelftestArgs) -> Result<Exit, Error> {
    if let Some(steps) = args.steps {
        return doomed::run(&args.folder, steps, args.copies);
    }
    stop::listen();
    let shown = named(&args.folder);
    if !args.folder.is_dir() {
        return Err(Error::Usage(format!("there is no folder {shown}")));
    }
    let folder = tempfile::Builder::new().prefix("addpack-selftest-").tempdir_in(&args.folder);
    let folder = folder.map_err(|error| {
        let cause = system_cause(&error);
        Error::Usage(format!("{shown}: no folder can be made there: {cause}"))
    })?;
    make_sure_of_room(folder.path(), &shown)?;
    let look = TextStyle::of_stdout(When::Auto);
    say(&format!("On the disk of {shown}:\n\n"))?;
    let mut is_good = true;
    for trial in abilities::TRIALS.iter().chain(&kills::TRIALS) {
        let Trial { name, result, is_good: passed } = trial(folder.path());
        if is_stopped() {
            // The folder is removed with everything in it.
            return Ok(Exit::Stopped);
        }
        say(&look.row(&format!("  {name:<26}  "), 30, &result))?;
        is_good &= passed;
    }
    let verdict = if is_good {
        "All that the promises need works there."
    } else {
        "Something is missing that a promise needs: keep packs and ledger on another disk."
    };
    let [not_tried, verdict] = [NOT_TRIED, verdict].map(|text| hang(look.width, "", text));
    say(&format!("\n{not_tried}\n{verdict}"))?;
    Ok(if is_good { Exit::Good } else { Exit::Refused })
}

/// Bytes that the trials take, and some more.
const ROOM: usize = 8 << 20;

/// Fails where a full disk would fail every trial, and so look like a disk that cannot do anything.
fn make_sure_of_room(folder: &Path, shown: &str) -> Result<(), Error> {
    let file = folder.join("room");
    let written = fs::write(&file, vec![1; ROOM]).and_then(|()| fs::remove_file(&file));
    written.map_err(|error| {
        let cause = system_cause(&error);
        Error::Failed(format!("{shown}: the selftest needs {} MB there: {cause}", ROOM >> 20))
    })
}

/// Whether the user has asked to stop.
fn is_stopped() -> bool {
    stop::STOP.load(Ordering::Relaxed)
}

fn say(text: &str) -> Result<Exit, Error> {
    written(stdout().write_all(text.as_bytes()).and_then(|()| stdout().flush()))
}
