//! How a plan is shown, or written to a file.

use crate::cli::Error;
use crate::cli::args::plan::PlanArgs;
use crate::cli::args::{cannot_write, is_there};
use crate::cli::commands::gather::Packs;
use crate::cli::commands::plan_commands::{WholeSet, commands};
use crate::cli::show::plan_report::PlanReport;
use crate::cli::show::terminal::TextStyle;
use crate::cli::show::{json, labels, plan_text};
use addpack::files::{make_folder, write_new};
use addpack::plan::{Plan, ServerState};
use std::io::{self, Write};
use std::path::Path;

/// What is shown of one server's plan.
pub(crate) fn report<'a>(
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

/// The style of the texts.
pub(crate) fn look(args: &PlanArgs) -> TextStyle {
    match args.output {
        None => TextStyle::of_stdout(args.common.screen.color),
        Some(_) => TextStyle::of_file(),
    }
}

/// Shows one server's plan in the form that is asked for. `is_only` says whether no other plan is shown with it.
pub(crate) fn show(
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

/// Makes the folder, and fails where nothing can be written there, before anything is looked at.
pub(crate) fn check_folder(folder: &Path) -> Result<(), Error> {
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
