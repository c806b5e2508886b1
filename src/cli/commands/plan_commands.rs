//! The commands that come after a plan, to be pasted into a shell.

use crate::cli::args::Common;
use crate::cli::args::plan::PlanArgs;
use crate::cli::show::plan_report::PlanReport;
use crate::cli::show::shell::{command, path_words};
use crate::cli::words::{address, plural, server_name};
use addpack::pack::keep::is_kept_image;
use addpack::plan::{FIRST_LICENSES, PlanAction, PlanStep};
use addpack::record::event::ServerVersion;
use clap::ValueEnum;

/// A drive, as the system at hand names its first.
const A_DRIVE: &str = if cfg!(windows) { "A:" } else { "/dev/fd0" };

/// Each command with what it does. One that cannot be quoted is left out.
pub(crate) fn commands(args: &PlanArgs, report: &PlanReport) -> Vec<(String, String)> {
    let Some(same) = same_set(&args.common) else { return Vec::new() };
    let mut commands = Vec::new();
    let mut offer = |words: Vec<String>, purpose: String| {
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        commands.extend(command(&words).map(|command| (command, purpose)));
    };
    let steps = report.plan.steps.iter();
    let convert: Vec<_> =
        steps.filter(|step| step.action == PlanAction::ConvertThenApply).collect();
    let is_kept = |step: &&PlanStep| is_kept_image(&report.summary(step).path);
    if let ([folder], true) = (&args.common.paths[..], convert.iter().any(is_kept)) {
        // To convert the images would leave the diskettes 4.0, and they would be refused from then on.
        let ledger = ledger_words(&args.common).unwrap_or_default();
        let set = path_words(std::slice::from_ref(folder)).unwrap_or_default();
        let queue = words(&["convert", "--queue", A_DRIVE, "--plan"]);
        let diskettes = plural(convert.len() as u64, "diskette", "diskettes");
        offer([queue, set, ledger].concat(), format!("converts {diskettes} of this plan"));
    } else if !convert.is_empty() {
        let packs = plural(convert.len() as u64, "pack", "packs");
        offer(
            [words(&["convert"]), same.clone()].concat(),
            format!("converts {packs} of this plan"),
        );
    }
    let needs_replacement = |step: &&PlanStep| {
        let refusal = report.summary(step).refusal.as_ref();
        report.facts(step).needs_replacement()
            && refusal.is_some_and(|r| r.no_replacement().is_none())
    };
    let refused = report.turned_away().filter(needs_replacement).count();
    let is_lost = |gap: &(u16, u16)| report.missing_from(*gap).is_empty();
    let lost = report.plan.gaps.iter().any(is_lost);
    if refused > 0 || lost {
        let gaps = if lost { words(&["--gaps"]) } else { Vec::new() };
        let output = words(&["-o", "request.txt"]);
        let purpose = match (refused, lost) {
            (0, _) => "asks for what is missing".to_owned(),
            (count, false) => format!("asks for {}", replacements(count)),
            (count, true) => format!("asks for {} and what is missing", replacements(count)),
        };
        offer([words(&["replace"]), gaps, same.clone(), output].concat(), purpose);
    }
    if !args.labels {
        let labels = [words(&["plan", "--labels"]), server_words(args, report), same].concat();
        offer(labels, "prints the labels".to_owned());
    }
    commands
}

fn replacements(count: usize) -> String {
    plural(count as u64, "replacement", "replacements")
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// The paths of this run, and its ledger; `None` where they cannot be typed.
fn same_set(common: &Common) -> Option<Vec<String>> {
    Some([ledger_words(common)?, path_words(&common.paths)?].concat())
}

/// The ledger of this run as an option, where one was named; `None` where it cannot be typed.
pub(crate) fn ledger_words(common: &Common) -> Option<Vec<String>> {
    Some(match common.ledger.words() {
        None => Vec::new(),
        Some((option, None)) => vec![option.to_owned()],
        Some((option, Some(file))) => [vec![option.to_owned()], path_words(&[file])?].concat(),
    })
}

/// The options that lead to this plan again.
fn server_words(args: &PlanArgs, report: &PlanReport) -> Vec<String> {
    let mut words = Vec::new();
    if report.server.version != ServerVersion::V45 {
        words.push(format!("--server={}", report.server.version.as_str()));
    }
    if report.server.installed != FIRST_LICENSES {
        words.push(format!("--installed={}", report.server.installed));
    }
    if let Some(edition) = args.edition.to_possible_value().filter(|_| !args.is_retail()) {
        words.push(format!("--edition={}", edition.get_name()));
    }
    let is_named = args.all || args.which.address.is_some() || args.which.name.is_some();
    if let Some(server) = report.server.identity.as_ref().filter(|_| is_named) {
        words.push(format!("--address={}", address(server)));
        words.push(format!("--name={}", server_name(server)));
    }
    words
}
