//! `addpack plan --all`: a plan for each server.

use crate::cli::Error;
use crate::cli::args::plan::PlanArgs;
use crate::cli::commands::gather::Packs;
use crate::cli::commands::ledger::written;
use crate::cli::commands::plan_commands::WholeSet;
use crate::cli::commands::plan_output::{look, put, report, show};
use crate::cli::exit::Exit;
use crate::cli::show::terminal::{named, wrote};
use crate::cli::show::{json, plan_text};
use crate::cli::words::{plural, servers_counted};
use addpack::plan::{Fleet, ServerCounts, plan_all};
use addpack::record::fields::hex;
use std::cell::OnceCell;
use std::io::{self, BufWriter, Write, stdout};
use std::path::Path;

/// The plans for all servers of a set.
struct AllPlans<'a> {
    packs: &'a Packs,
    fleet: &'a Fleet,
    counted: OnceCell<ServerCounts>,
}

impl AllPlans<'_> {
    /// How many of the servers get all their licenses back: counted once, where it is said.
    fn counts(&self) -> &ServerCounts {
        self.counted.get_or_init(|| self.fleet.counts(&self.packs.facts, &self.packs.sets))
    }
}

/// Plans for all servers, and shows the plans or writes a file for each.
pub(crate) fn run_all(args: &PlanArgs, packs: &Packs) -> Result<Exit, Error> {
    let fleet = plan_all(&packs.facts, &packs.sets, &args.state(None));
    let all = AllPlans { packs, fleet: &fleet, counted: OnceCell::new() };
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

fn show_all(args: &PlanArgs, out: &mut dyn Write, all: &AllPlans) -> io::Result<()> {
    let AllPlans { packs, fleet, .. } = *all;
    let whole = WholeSet::of(packs);
    for (at, (server, plan)) in fleet.plans.iter().enumerate() {
        if at > 0 && !args.common.json && !args.labels {
            out.write_all(b"\n\n")?;
        }
        show(args, out, &report(args, (packs, &whole), server, plan), false)?;
    }
    show_rest(args, out, all)
}

fn show_rest(args: &PlanArgs, out: &mut dyn Write, all: &AllPlans) -> io::Result<()> {
    let AllPlans { packs, fleet, .. } = *all;
    let Packs { facts, summaries, skipped, .. } = packs;
    match (args.common.json, args.labels) {
        (true, _) => json::plan::rest(out, fleet, (facts, summaries), all.counts(), skipped),
        (_, true) => Ok(()),
        _ => {
            let is_first = fleet.plans.is_empty() || args.output.is_some();
            out.write_all(if is_first { b"" } else { b"\n" })?;
            plan_text::rest(look(args), out, fleet, facts, summaries)?;
            // With -o, it was said on standard error.
            let said = args.output.is_some();
            let section = if said { String::new() } else { skipped.section(look(args)) };
            out.write_all(section.as_bytes())?;
            let counted = if said { String::new() } else { servers_counted(all.counts()) };
            out.write_all(plan_text::last_line(look(args), &counted).as_bytes())
        }
    }
}

/// Writes a file for each server, and one for what no server needs.
fn write_files(args: &PlanArgs, folder: &Path, all: &AllPlans) -> Result<(), Error> {
    let AllPlans { packs, fleet, .. } = *all;
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
    let counts = servers_counted(all.counts());
    if !counts.is_empty() {
        wrote(args.common.screen.quiet, &counts);
    }
    Ok(())
}
