//! `addpack plan`: which packs, on which server, in what order.

use crate::cli::Error;
use crate::cli::args::plan::{PlanArgs, ServerChoice};
use crate::cli::args::{Also, Common};
use crate::cli::ask::stop;
use crate::cli::commands::gather::{Packs, gather_with};
use crate::cli::commands::head::head;
use crate::cli::commands::ledger::open_to_read;
use crate::cli::commands::ledger::written;
use crate::cli::commands::plan_all::run_all;
use crate::cli::commands::plan_commands::{WholeSet, plan_all_command};
use crate::cli::commands::plan_output::{check_folder, report, show};
use crate::cli::commands::queue::set::look_at_diskettes;
use crate::cli::exit::Exit;
use crate::cli::show::terminal::{TextStyle, complain, remark, tell};
use crate::cli::show::to_file::{Ending, ToFile};
use crate::cli::words::{number, plural, server};
use addpack::plan::servers::PacksByServer;
use addpack::plan::{ServerState, plan};
use addpack::record::fields::Server;
use std::io::{BufWriter, Write, stdout};

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
