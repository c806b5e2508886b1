//! `addpack inspect --queue`: looks at one diskette after another.

use super::set::{DisketteSet, look_at_diskettes};
use super::what_now::{Command, ConvertQueue, replace};
use crate::cli::Error;
use crate::cli::args::InspectArgs;
use crate::cli::commands::head::head;
use crate::cli::commands::ledger::open_to_look;
use crate::cli::exit::Exit;
use crate::cli::show::printer::{More, Printer};
use crate::cli::show::progress::Progress;
use crate::cli::show::queue::{Diskette, SetReport};
use crate::cli::show::terminal::TextStyle;
use crate::cli::show::to_file::NEW_45_SERVER;
use addpack::plan::{Fleet, plan_all};
use addpack::run::End;

/// Looks at diskettes until the user ends it, then says in which order to apply them.
///
/// # Errors
/// As the ledger and the drive report them, or if the report cannot be written.
pub(crate) fn run(args: &InspectArgs) -> Result<Exit, Error> {
    let common = &args.common;
    let (mut ledger, error) = open_to_look(&common.ledger)?;
    let progress = Progress::of_diskette(true);
    let printer = Printer::new(common, progress, false).without_ledger(error);
    let mut printer = printer.with_files(&args.also, args.list);
    let set = look_at_diskettes(common, &args.queue, &mut ledger, |diskette| {
        printer.diskette(diskette);
    })?;
    let fleet = fleet(&set);
    if !common.json {
        let look = TextStyle::of_stdout(common.screen.color);
        let commands = commands(args, &set);
        let report = report(&set, &fleet, &commands);
        printer.say(&(report.counted(args.queue.keep.as_deref()) + &report.text(look)));
    }
    for diskette in &set.diskettes {
        printer.diskette_to_files(diskette.number, &diskette.report);
    }
    printer.recount(set.diskettes.iter().map(Diskette::outcome));
    let end = if set.is_stopped { End::Stopped } else { End::Complete };
    printer.finish_with(Ok(end), Some(More { also: &args.also, common, head: head(common) }))
}

/// The plans for the servers of a set, as new 4.5 servers.
pub(super) fn fleet(set: &DisketteSet) -> Fleet {
    plan_all(&set.packs.facts, &set.packs.sets, &NEW_45_SERVER)
}

pub(super) fn report<'a>(
    set: &'a DisketteSet,
    fleet: &'a Fleet,
    commands: &'a [Command],
) -> SetReport<'a> {
    SetReport {
        diskettes: &set.diskettes,
        facts: &set.packs.facts,
        summaries: &set.packs.summaries,
        fleet,
        commands,
    }
}

/// What to do with the set, as commands to paste, each with what it does.
fn commands(args: &InspectArgs, set: &DisketteSet) -> Vec<Command> {
    let common = &args.common;
    let folder = args.queue.keep.as_deref();
    let is_any_to_convert = set.diskettes.iter().any(|one| one.outcome().is_to_change());
    let convert = is_any_to_convert.then(|| {
        let queue = ConvertQueue { common, plan: folder, keep: None, output: None };
        queue.command(match folder {
            Some(_) => "asks for those to convert by number and serial, in any order".to_owned(),
            None => "converts them one after another".to_owned(),
        })
    });
    let is_any_asked = set.packs.summaries.asked().next().is_some();
    let replace = is_any_asked.then(|| replace(common, folder));
    convert.into_iter().chain(replace).flatten().collect()
}
