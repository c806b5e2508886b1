//! `addpack plan`: which packs, on which server, in what order.

use crate::cli::Error;
use crate::cli::args::plan::{PlanArgs, ServerChoice};
use crate::cli::args::{Also, Common, cannot_write, is_there};
use crate::cli::ask::stop;
use crate::cli::commands::gather::{Packs, gather_with};
use crate::cli::commands::head::head;
use crate::cli::commands::ledger::open_to_read;
use crate::cli::commands::ledger::written;
use crate::cli::commands::plan_commands::{WholeSet, commands, plan_all_command};
use crate::cli::commands::queue::set::look_at_diskettes;
use crate::cli::exit::Exit;
use crate::cli::show::plan_report::PlanReport;
use crate::cli::show::terminal::{TextStyle, complain, named, remark, tell, wrote};
use crate::cli::show::to_file::{Ending, ToFile};
use crate::cli::show::{json, labels, plan_text};
use crate::cli::words::{number, plural, server, servers_counted};
use addpack::files::{make_folder, write_new};
use addpack::plan::servers::PacksByServer;
use addpack::plan::{Fleet, Plan, ServerCounts, ServerState, plan, plan_all};
use addpack::record::fields::{Server, hex};
use std::io::{self, BufWriter, Write, stdout};
use std::path::Path;

/// Servers that are named where it is not clear which one is meant.
const NAMED: usize = 10;

pub(crate) fn run(args: &PlanArgs) -> Result<Exit, Error> {
    args.check()?;
    let also = Also { report: args.report.clone(), ..Also::default() };
    also.check()?;
    if let Some(folder) = &args.output {
        check_folder(folder)?;
    }
    let mut to_file = ToFile::new(&also);
    let packs = if args.queue.queue {
        queue_packs(args, to_file.as_mut())?
    } else {
        gather_with(&args.common, to_file.as_mut())?
    };
    if packs.exit == Exit::Stopped && !args.queue.queue {
        complain("stopped: not all images were looked at, so there is no plan");
        return Ok(Exit::Stopped);
    }
    if packs.exit == Exit::Stopped {
        complain("stopped: what follows is of the diskettes that were looked at");
    }
    if (packs.is_empty || packs.has_only_errors()) && !args.common.json {
        return Ok(packs.exit);
    }
    if args.labels || args.output.is_some() {
        packs.skipped.complain();
    }
    let done = if args.all || is_tie_of_queue(args, &packs) {
        run_all(args, &packs)
    } else {
        run_one(args, &packs)
    };
    // The page does not depend on what became of standard output.
    if let Some(files) = to_file.filter(|_| !matches!(done, Err(Error::Usage(_)))) {
        let server = args.state(None);
        let ending = Ending {
            summary: Vec::new(),
            stopped: false,
            is_null: false,
            quiet: args.common.screen.quiet,
            server,
        };
        files.finish(&also, &head(&args.common), &ending)?;
    }
    done
}

/// Whether diskettes were put in by hand, and it is not clear which server is meant: nobody should have to put
/// them in again.
fn is_tie_of_queue(args: &PlanArgs, packs: &Packs) -> bool {
    args.queue.queue && !args.which.is_given() && args.which.meant(&packs.sets).len() > 1
}

fn run_one(args: &PlanArgs, packs: &Packs) -> Result<Exit, Error> {
    let server = args.state(one_server(&args.which, &packs.sets, &args.common)?);
    let plan = plan(&packs.facts, &server);
    let mut out = BufWriter::new(stdout());
    let mut report = report(args, (packs, &WholeSet::of(packs)), &server, &plan);
    report.skipped = Some(&packs.skipped);
    let shown = show(args, &mut out, &report, true);
    written(shown.and_then(|()| out.flush()))?;
    if !args.common.json && !args.labels {
        tell_of_other_servers(args, packs, &server);
    }
    Ok(packs.exit.merge(if plan.turns_away() { Exit::Refused } else { Exit::Good }))
}

/// Says that the server which was named is unknown here, or that the unused packs may be needed elsewhere too.
fn tell_of_other_servers(args: &PlanArgs, packs: &Packs, server: &ServerState) {
    let servers = packs.sets.all();
    let others = servers.iter().filter(|set| Some(set.server) != server.identity).count();
    if server.identity.is_none() && args.which.is_given() {
        complain(
            "no pack here is bound to the server that was named: the plan is for a new server",
        );
    } else if server.identity.is_some() && others > 0 {
        let have = plural(others as u64, "other server has", "other servers have");
        remark(&format!(
            "{have} packs here too; addpack plan --all plans for each, and gives each unused pack to one of them"
        ));
    }
}

/// The packs of diskettes that are put in one after another.
fn queue_packs(args: &PlanArgs, to_file: Option<&mut ToFile>) -> Result<Packs, Error> {
    stop::listen();
    let mut ledger = open_to_read(&args.common.ledger)?;
    let set = look_at_diskettes(&args.common, &args.queue, &mut ledger, |diskette| {
        tell(&diskette.text(TextStyle::of_file()));
    })?;
    tell("\n");
    set.complain_of_failed();
    let exit = if set.is_stopped { Exit::Stopped } else { Exit::Good };
    if let Some(files) = to_file {
        set.diskettes.iter().for_each(|one| files.diskette(one.number, &one.report));
    }
    let mut packs = set.named_by_number();
    packs.exit = packs.exit.merge(exit);
    Ok(packs)
}

/// The one server that is meant.
///
/// # Errors
/// If several servers have equally many packs.
pub(crate) fn one_server(
    which: &ServerChoice,
    sets: &PacksByServer,
    common: &Common,
) -> Result<Option<Server>, Error> {
    let servers = which.meant(sets);
    if servers.len() < 2 {
        return Ok(servers.first().copied());
    }
    let named: Vec<_> = servers.iter().take(NAMED).map(server).collect();
    let shown = if servers.len() > NAMED {
        format!(" (the first {NAMED} of {})", number(servers.len() as u64))
    } else {
        String::new()
    };
    let all = plan_all_command(common).unwrap_or_else(|| "addpack plan --all".to_owned());
    Err(Error::Usage(format!(
        "{} servers have the same number of packs: {}{shown}. Name one with --address or --name; to plan for \
         all of them: {all}",
        number(servers.len() as u64),
        named.join(", ")
    )))
}

fn report<'a>(
    args: &PlanArgs,
    (packs, whole): (&'a Packs, &WholeSet),
    server: &'a ServerState,
    plan: &'a Plan,
) -> PlanReport<'a> {
    let mut report = PlanReport {
        plan,
        server,
        facts: &packs.facts,
        summaries: &packs.summaries,
        chain: packs.sets.chain_of(server),
        skipped: None,
        commands: Vec::new(),
    };
    if !args.common.json && !args.labels {
        report.commands = commands(args, &report, whole);
    }
    report
}

fn look(args: &PlanArgs) -> TextStyle {
    match args.output {
        None => TextStyle::of_stdout(args.common.screen.color),
        Some(_) => TextStyle::of_file(),
    }
}

fn show(
    args: &PlanArgs,
    out: &mut dyn Write,
    report: &PlanReport,
    is_only: bool,
) -> io::Result<()> {
    match (args.common.json, args.labels) {
        (true, _) => json::plan::plan(out, report, is_only),
        (_, true) => labels::labels(out, report, is_only),
        _ => plan_text::text(look(args), out, report),
    }
}

/// The plans for all servers of a set.
struct All<'a> {
    packs: &'a Packs,
    fleet: &'a Fleet,
    /// How many of the servers get all their licenses back.
    counts: ServerCounts,
}

fn run_all(args: &PlanArgs, packs: &Packs) -> Result<Exit, Error> {
    let fleet = plan_all(&packs.facts, &packs.sets, &args.state(None));
    let counts = fleet.counts(&packs.facts, &packs.sets);
    let all = All { packs, fleet: &fleet, counts };
    if let Some(folder) = &args.output {
        write_files(args, folder, &all)?;
    } else {
        let mut out = BufWriter::new(stdout());
        written(show_all(args, &mut out, &all).and_then(|()| out.flush()))?;
    }
    let turns_away =
        fleet.plans.iter().any(|(_, plan)| plan.turns_away()) || fleet.refuses(&packs.facts);
    Ok(packs.exit.merge(if turns_away { Exit::Refused } else { Exit::Good }))
}

fn show_all(args: &PlanArgs, out: &mut dyn Write, all: &All) -> io::Result<()> {
    let All { packs, fleet, .. } = *all;
    let whole = WholeSet::of(packs);
    for (at, (server, plan)) in fleet.plans.iter().enumerate() {
        if at > 0 && !args.common.json && !args.labels {
            out.write_all(b"\n\n")?;
        }
        show(args, out, &report(args, (packs, &whole), server, plan), false)?;
    }
    show_rest(args, out, all)
}

fn show_rest(args: &PlanArgs, out: &mut dyn Write, all: &All) -> io::Result<()> {
    let All { packs, fleet, counts } = all;
    let Packs { facts, summaries, skipped, .. } = packs;
    match (args.common.json, args.labels) {
        (true, _) => json::plan::rest(out, fleet, (facts, summaries), counts, skipped),
        (_, true) => Ok(()),
        _ => {
            let is_first = fleet.plans.is_empty() || args.output.is_some();
            out.write_all(if is_first { b"" } else { b"\n" })?;
            plan_text::rest(look(args), out, fleet, facts, summaries)?;
            // With -o, it was said on standard error.
            let said = args.output.is_some();
            let section = if said { String::new() } else { skipped.section(look(args)) };
            out.write_all(section.as_bytes())?;
            let counted = if said { String::new() } else { servers_counted(counts) };
            out.write_all(plan_text::last_line(look(args), &counted).as_bytes())
        }
    }
}

/// Writes a file for each server, and one for what no server needs.
fn write_files(args: &PlanArgs, folder: &Path, all: &All) -> Result<(), Error> {
    let All { packs, fleet, counts } = all;
    let ending = if args.common.json { "jsonl" } else { "txt" };
    let digits = fleet.plans.len().to_string().len();
    let whole = WholeSet::of(packs);
    for (at, (server, plan)) in fleet.plans.iter().enumerate() {
        let address = server.identity.map_or_else(String::new, |server| hex(&server.address.0));
        let name = format!("{:0digits$}-{address}.{ending}", at + 1);
        let mut text = Vec::new();
        let report = report(args, (packs, &whole), server, plan);
        show(args, &mut text, &report, false).map_err(Error::Output)?;
        put(&folder.join(name), &text)?;
    }
    let mut text = Vec::new();
    show_rest(args, &mut text, all).map_err(Error::Output)?;
    if !text.is_empty() {
        put(&folder.join(format!("stock.{ending}")), &text)?;
    }
    let plans = plural(fleet.plans.len() as u64, "plan is", "plans are");
    let rest = if text.is_empty() {
        String::new()
    } else {
        format!("; stock.{ending} has the other packs")
    };
    wrote(args.common.screen.quiet, &format!("{plans} in {}{rest}", named(folder)));
    let counts = servers_counted(counts);
    if !counts.is_empty() {
        wrote(args.common.screen.quiet, &counts);
    }
    Ok(())
}

/// Makes the folder, and fails where nothing can be written there, before anything is looked at.
fn check_folder(folder: &Path) -> Result<(), Error> {
    let ready = make_folder(folder).and_then(|()| tempfile::tempfile_in(folder));
    ready.map(|_| ()).map_err(|error| cannot_write("-o", folder, &error))
}

/// Writes a new file, whole or not at all.
pub(crate) fn put(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write_new(path, bytes).map_err(|error| {
        if error.kind() == io::ErrorKind::AlreadyExists {
            return Error::Usage(is_there("-o", path));
        }
        Error::not_written(path, &error)
    })
}
