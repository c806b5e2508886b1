//! The commands that come after a plan, to be pasted into a shell.

use crate::cli::args::Common;
use crate::cli::args::plan::PlanArgs;
use crate::cli::commands::gather::Packs;
use crate::cli::show::plan_report::PlanReport;
use crate::cli::show::shell::{command, path_words};
use crate::cli::show::what_now::{
    Conversion, convert_diskettes, ledger_words, new_request, paths_again, same_set,
};
use crate::cli::words::{Replacements, address, look_of, number, pack_serial, plural, server_name};
use addpack::pack::keep::is_kept_image;
use addpack::plan::{FIRST_LICENSES, PlanAction, PlanStep};
use addpack::record::event::ServerVersion;
use clap::ValueEnum;
use std::collections::HashSet;

/// What the commands of a plan come to: they work on the whole set, of which a plan may use a part.
#[derive(Default)]
pub(crate) struct WholeSet {
    /// Images that a conversion in place converts, and those that a conversion into copies does.
    in_place: u64,
    into_copies: u64,
    /// What a request asks for.
    asked: Replacements,
}

impl WholeSet {
    pub(crate) fn of(packs: &Packs) -> Self {
        let to_convert = packs.facts.iter().filter(|facts| facts.is_to_convert());
        let mut asked = Replacements::default();
        for (number, refusal) in packs.summaries.asked() {
            let facts = &packs.facts[number];
            match pack_serial(facts) {
                Some(_) => asked.add_pack(facts.serial),
                None => asked.add_unnamed(look_of(&refusal.evidence)),
            }
        }
        Self {
            in_place: to_convert.clone().filter(|facts| facts.in_place).count() as u64,
            into_copies: to_convert.count() as u64,
            asked,
        }
    }
}

/// The arguments that name the packs of a plan again.
enum Source {
    /// Paths of images.
    Images(Vec<String>),
    /// The folder in which the queue at a drive has kept images.
    Kept { folder: Vec<String>, drive: Vec<String> },
    /// A drive, and diskettes of which no image is kept.
    Drive(Vec<String>),
}

impl Source {
    /// `None` where a path cannot be typed.
    fn of(args: &PlanArgs) -> Option<Self> {
        let paths = paths_again(&args.common)?;
        Some(match &args.queue.keep {
            _ if !args.queue.queue => Self::Images(paths),
            Some(folder) => Self::Kept { folder: path_words(&[folder])?, drive: paths },
            None => Self::Drive(paths),
        })
    }

    /// A command on these packs: its first words, the options that `common` has, the packs, its last words.
    fn words(&self, first: Vec<String>, common: &[String], last: &[&str]) -> Vec<String> {
        let (queue, packs) = match self {
            Self::Images(paths) | Self::Kept { folder: paths, .. } => (Vec::new(), paths),
            Self::Drive(drive) => (words(&["--queue"]), drive),
        };
        [first, queue, common.to_vec(), packs.clone(), words(last)].concat()
    }

    /// The command that converts the diskettes themselves, and not their images.
    fn convert_diskettes(&self, common: &[String]) -> Vec<String> {
        match self {
            Self::Kept { folder, drive } => {
                let queue = [words(&["convert", "--queue"]), drive.clone()].concat();
                [queue, words(&["--plan"]), folder.clone(), common.to_vec()].concat()
            }
            Self::Images(_) | Self::Drive(_) => self.words(words(&["convert"]), common, &[]),
        }
    }
}

/// The command that plans for each server of a set; `None` where one of its paths cannot be typed.
pub(crate) fn plan_all_command(common: &Common) -> Option<String> {
    command(&[words(&["plan", "--all"]), same_set(common)?].concat())
}

/// Each command with what it does. One that cannot be quoted is left out.
pub(crate) fn commands(
    args: &PlanArgs,
    report: &PlanReport,
    whole: &WholeSet,
) -> Vec<(String, String)> {
    let (Some(source), Some(common)) = (Source::of(args), ledger_words(&args.common)) else {
        return Vec::new();
    };
    let mut commands = Vec::new();
    let steps = report.plan.steps.iter();
    let convert: Vec<_> =
        steps.filter(|step| step.action == PlanAction::ConvertThenApply).collect();
    let is_kept = |step: &&&PlanStep| is_kept_image(&report.summaries.path(step.pack));
    let kept = if args.queue.queue { 0 } else { convert.iter().filter(is_kept).count() };
    let of_kept = if kept > 0 { convert_diskettes(&args.common) } else { None };
    let purpose = |count: usize| {
        format!("converts {} of this plan", plural(count as u64, "diskette", "diskettes"))
    };
    let is_kept_alone = of_kept.is_some();
    commands.extend(of_kept.map(|command| (command, purpose(kept))));
    let mut offer = |words: Vec<String>, purpose: String| {
        commands.extend(command(&words).map(|command| (command, purpose)));
    };
    if args.queue.queue && !convert.is_empty() {
        offer(source.convert_diskettes(&common), purpose(convert.len()));
    } else if !convert.is_empty() && !is_kept_alone {
        let conversion = Conversion::after_a_look(&args.common);
        let all = conversion.count(whole.in_place, whole.into_copies);
        let purpose = conversion.purpose(all) + &of_plan(convert.len(), all);
        offer(source.words(words(&conversion.words()), &common, &[]), purpose);
    }
    let is_lost = |gap: &(u16, u16)| report.missing_from(*gap).is_empty();
    let lost = report.plan.gaps.iter().any(is_lost);
    let asked = asked_for(report, whole);
    if lost || asked.is_some() {
        let gaps = if lost { words(&["--gaps"]) } else { Vec::new() };
        // A request names the digests of images.
        let keep: &[&str] = match &source {
            Source::Images(_) | Source::Kept { .. } => &[],
            Source::Drive(_) => &["--keep", "box"],
        };
        let request = new_request();
        let last = [keep, &["-o", &request]].concat();
        let missing = lost.then(|| "what is missing".to_owned());
        let purpose = asked.into_iter().chain(missing).collect::<Vec<_>>().join(" and ");
        let command = source.words([words(&["replace"]), gaps].concat(), &common, &last);
        offer(command, format!("asks for {purpose}"));
    }
    let labels = [words(&["plan", "--labels"]), server_words(args, report)].concat();
    offer(source.words(labels, &common, &[]), "prints the labels".to_owned());
    commands
}

/// How many replacements the request asks for, if one of them is in the plan.
fn asked_for(report: &PlanReport, whole: &WholeSet) -> Option<String> {
    let is_asked = |step: &&PlanStep| {
        report.summary(step).refusal.is_some_and(|refusal| refusal.left_out.is_none())
    };
    let asked: Vec<_> = report.turned_away().filter(is_asked).collect();
    if asked.is_empty() {
        return None;
    }
    // No image without a serial is in a plan.
    let serials: HashSet<_> =
        asked.iter().filter_map(|step| pack_serial(report.facts(step))).collect();
    let of_plan = whole.asked.count().map(|all| of_plan(serials.len(), all as u64));
    Some(whole.asked.in_words() + &of_plan.unwrap_or_default())
}

/// How many of those are of the plan, where not all of them are.
fn of_plan(count: usize, all: u64) -> String {
    if count as u64 == all {
        String::new()
    } else {
        format!(", {} of them for this plan", number(count as u64))
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
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
    let is_named = args.all || args.queue.queue || args.which.is_given();
    if let Some(server) = report.server.identity.as_ref().filter(|_| is_named) {
        words.push(format!("--address={}", address(server)));
        words.push(format!("--name={}", server_name(server)));
    }
    words
}
