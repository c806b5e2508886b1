//! `addpack inspect --queue`: looks at one diskette after another.

use super::set::{DisketteSet, look_at_diskettes};
use crate::cli::Error;
use crate::cli::args::InspectArgs;
use crate::cli::commands::head::head;
use crate::cli::commands::ledger::open_to_look;
use crate::cli::exit::Exit;
use crate::cli::show::printer::{More, Printer};
use crate::cli::show::progress::Progress;
use crate::cli::show::queue::SetReport;
use crate::cli::show::shell::{command, path_words};
use crate::cli::show::terminal::TextStyle;
use crate::cli::show::what_now::ledger_words;
use addpack::plan::{Edition, FIRST_LICENSES, Fleet, PackFacts, PlanAction, ServerState, plan_all};
use addpack::record::event::ServerVersion;
use addpack::run::End;

/// Looks at diskettes until the user ends it, then says in which order to apply them.
///
/// # Errors
/// As the ledger and the drive report them, or where the report cannot be written.
pub(crate) fn run(args: &InspectArgs) -> Result<Exit, Error> {
    let common = &args.common;
    let (mut ledger, error) = open_to_look(&common.ledger)?;
    let progress = Progress::of_diskette(true);
    let printer = Printer::new(common, progress, false).without_ledger(error);
    let mut printer = printer.with_files(&args.also, args.list);
    let set = look_at_diskettes(common, &args.queue, &mut ledger, |diskette, report| {
        let label = diskette.label().map(|label| label.join("\n             "));
        printer.diskette(diskette.number, report);
        if let Some(label) = label.filter(|_| !common.json) {
            printer.say(&format!("  Label      {label}\n\n"));
        }
    })?;
    let (edition, version) = (Edition::Retail, ServerVersion::V45);
    let like = ServerState { edition, version, identity: None, installed: FIRST_LICENSES };
    let fleet = plan_all(&set.packs.facts, &set.packs.sets, &like);
    if !common.json {
        let look = TextStyle::of_stdout(common.screen.color);
        let kept = args.queue.keep.as_deref();
        let report = SetReport {
            diskettes: &set.diskettes,
            facts: &set.packs.facts,
            summaries: &set.packs.summaries,
            fleet: &fleet,
            kept,
            commands: &commands(args, &set, &fleet),
        };
        printer.say(&report.text(look));
    }
    for (number, report) in &set.reports {
        printer.diskette_to_files(*number, report);
    }
    printer.recount(set.diskettes.iter().map(|diskette| diskette.outcome));
    let end = if set.is_stopped { End::Stopped } else { End::Complete };
    printer.finish_with(Ok(end), Some(More { also: &args.also, common, head: head(common) }))
}

/// What to do with the set, as commands to paste, each with what it does.
fn commands(args: &InspectArgs, set: &DisketteSet, fleet: &Fleet) -> Vec<(String, String)> {
    let words = |paths: &[&std::path::Path]| path_words(paths);
    let drive = args.common.paths.first().and_then(|drive| words(&[drive]));
    let kept = args.queue.keep.as_deref();
    let folder = kept.and_then(|folder| words(&[folder]));
    let (Some(drive), Some(ledger)) = (drive, ledger_words(&args.common)) else {
        return Vec::new();
    };
    let mut commands = Vec::new();
    let mut offer = |parts: &[&[String]], purpose: &str| {
        let words = parts.concat();
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        commands.extend(command(&words).map(|command| (command, purpose.to_owned())));
    };
    let owned = |words: &[&str]| -> Vec<String> { words.iter().map(|w| (*w).to_owned()).collect() };
    let steps = fleet.plans.iter().flat_map(|(_, plan)| &plan.steps);
    if steps.clone().any(|step| step.action == PlanAction::ConvertThenApply) {
        let convert = owned(&["convert", "--queue"]);
        match &folder {
            Some(folder) => offer(
                &[&convert, &ledger, &drive, &owned(&["--plan"]), folder],
                "asks for those to convert by serial, in any order",
            ),
            None => offer(&[&convert, &ledger, &drive], "converts them one after another"),
        }
    }
    if set.packs.facts.iter().any(PackFacts::needs_replacement) {
        let output = owned(&["-o", "request.txt"]);
        match &folder {
            Some(folder) => offer(
                &[&owned(&["replace"]), &ledger, folder, &output],
                "writes the letter for those that are refused",
            ),
            None => offer(
                &[
                    &owned(&["replace", "--queue"]),
                    &ledger,
                    &drive,
                    &owned(&["--keep", "box"]),
                    &output,
                ],
                "writes the letter for those that are refused",
            ),
        }
    }
    commands
}
