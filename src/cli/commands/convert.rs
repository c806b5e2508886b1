//! `addpack convert`.

use crate::cli::Error;
use crate::cli::args::ConvertArgs;
use crate::cli::ask::consent::{Asking, Consent};
use crate::cli::ask::keyboard::can_ask;
use crate::cli::ask::stop::{self, STOP};
use crate::cli::commands::converted_since::ConvertedSince;
use crate::cli::commands::drive;
use crate::cli::commands::head::head;
use crate::cli::commands::ledger::{open_to_read, open_to_write};
use crate::cli::commands::only_as;
use crate::cli::commands::queue;
use crate::cli::exit::Exit;
use crate::cli::show::printer::{More, Printer};
use crate::cli::show::progress::Progress;
use crate::cli::show::reading::ReadingOf;
use crate::cli::show::terminal::{complain, named};
use addpack::record::fields::FileTime;
use addpack::run::{self, Job, Mode};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

pub(crate) fn run(args: &ConvertArgs) -> Result<Exit, Error> {
    let result = convert(args);
    if args.dry_run { result } else { result.map_err(|error| error.of_conversion(true)) }
}

fn convert(args: &ConvertArgs) -> Result<Exit, Error> {
    stop::listen();
    let common = &args.common;
    let at = conversion_time()?;
    let mode = if args.dry_run { Mode::DryRun(at) } else { Mode::Convert(at) };
    let ask_first = !args.yes && !args.dry_run;
    check(args, ask_first)?;
    let open = if args.dry_run { open_to_read } else { open_to_write };
    let mut ledger = match open(&common.ledger) {
        // The report says that nothing was begun.
        Err(Error::Ledger(error)) => {
            let progress = Progress::over(common, "converting");
            let ended = Printer::new(common, progress, false).finish(Err(error));
            return if args.dry_run {
                ended
            } else {
                ended.map_err(|error| error.of_conversion(false))
            };
        }
        opened => opened?,
    };
    if args.queue.queue {
        let printer = Printer::new(common, Progress::of_diskette(true), false);
        let printer = printer.with_files(&args.also, args.list);
        return queue::convert::run(args, mode, &mut ledger, printer);
    }
    let only = args.only_as.as_deref().map(only_as::read).transpose()?;
    let progress = Progress::over(common, "looking");
    let of = if args.output.is_some() { ReadingOf::RecordThenWhole } else { ReadingOf::Record };
    let job = Job { output: args.output.clone(), only, ..common.job(mode)? };
    let mut job = progress.watch(job, of);
    let doing = if args.dry_run { "dry run" } else { "converting" };
    let printer = Printer::new(common, progress, args.dry_run)
        .doing(doing, args.output.as_deref())
        .with_servers();
    let mut printer = printer.with_files(&args.also, args.list);
    let mut since = ConvertedSince::new(common);
    let result = if ask_first {
        let mut asking = Asking::new(&mut printer, &mut since);
        let survey = run::survey(&job, &mut ledger, &STOP, &mut |event| asking.hear(event))?;
        match asking.ask(args, &job, &survey) {
            Consent::Given(digests) => {
                job.asked_about = Some(digests);
            }
            // The report then says why nothing is converted.
            Consent::NotNeeded => {}
            Consent::Refused => return Ok(Exit::Stopped),
        }
        let mut hear = |event| printer.hear(since.hear(event));
        drive::carry_out(&survey, &job, &mut ledger, &mut hear)
    } else {
        drive::run(&job, &mut ledger, &mut |event| printer.hear(since.hear(event)))
    };
    printer.finish_with(result, Some(More { also: &args.also, common, head: head(common) }))
}

/// Checks what takes no look at the images.
fn check(args: &ConvertArgs, ask_first: bool) -> Result<(), Error> {
    args.also.check()?;
    if let Some(output) = &args.output {
        check_output(output, args)?;
    }
    if ask_first && !can_ask() {
        return Err(Error::Usage(
            "convert is one-way and asks first, and there is no terminal to ask at: say --yes, or \
             --dry-run"
                .to_owned(),
        ));
    }
    Ok(())
}

/// Copies must not land among the images that they are made of.
fn check_output(output: &Path, args: &ConvertArgs) -> Result<(), Error> {
    let shown = || named(output);
    let resolved = fs::canonicalize(output).ok();
    if fs::metadata(output).is_ok_and(|metadata| !metadata.is_dir()) {
        return Err(Error::Usage(format!("-o {}: that is not a folder", shown())));
    }
    // The folder itself, or one that holds a named image.
    let same = |path: &Path| {
        let path = fs::canonicalize(path).ok();
        let folder = path.as_deref().filter(|path| path.is_file()).and_then(Path::parent);
        resolved.is_some() && (path == resolved || folder == resolved.as_deref())
    };
    if args.common.paths.iter().any(|path| same(path)) {
        return Err(Error::Usage(format!(
            "-o {}: that is the folder of the images; name another one, or convert in place, \
             without -o",
            shown()
        )));
    }
    let is_below = |path: &PathBuf| {
        let folder = fs::canonicalize(path).ok().filter(|path| path.is_dir());
        resolved.as_ref().zip(folder).is_some_and(|(output, folder)| output.starts_with(folder))
    };
    let is_empty = || fs::read_dir(output).map_or(true, |mut entries| entries.next().is_none());
    if args.common.paths.iter().any(is_below) && !is_empty() {
        complain(&format!("-o {}: what is in it already is left out of this run", shown()));
    }
    Ok(())
}

/// Now, or `SOURCE_DATE_EPOCH`.
fn conversion_time() -> Result<FileTime, Error> {
    let variable = std::env::var_os("SOURCE_DATE_EPOCH").filter(|text| !text.is_empty());
    let seconds = match variable {
        None => SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .ok()
            .and_then(|since| i64::try_from(since.as_secs()).ok()),
        Some(text) => seconds_since_epoch(&text),
    };
    let seconds = seconds.filter(|seconds| *seconds <= FileTime::LAST_UNIX_SECOND);
    seconds.and_then(FileTime::from_unix_seconds).ok_or_else(|| {
        let message = "SOURCE_DATE_EPOCH, or else the clock, must be a number of seconds from 1970 to the \
                       end of the year 9999";
        Error::Usage(message.to_owned())
    })
}

fn seconds_since_epoch(text: &OsStr) -> Option<i64> {
    text.to_str()?.parse().ok().filter(|seconds| *seconds >= 0)
}
