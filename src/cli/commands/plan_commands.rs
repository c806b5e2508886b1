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

/// Where the packs of a plan are, as the words that lead to them again.
enum Source {
    /// Paths: images, or the folder in which a queue has kept them.
    Paths { paths: Vec<String>, drive: String },
    /// A drive, and diskettes of which no image is kept.
    Drive(Vec<String>),
}

impl Source {
    /// `None` where a path cannot be typed.
    fn of(args: &PlanArgs) -> Option<Self> {
        let paths = path_words(&args.common.paths)?;
        Some(match &args.queue.keep {
            _ if !args.queue.queue => Self::Paths { paths, drive: A_DRIVE.to_owned() },
            Some(folder) => Self::Paths { drive: paths.concat(), paths: path_words(&[folder])? },
            None => Self::Drive(paths),
        })
    }

    /// A command on these packs: its first words, the options that `common` has, the packs, its last words.
    fn words(&self, first: Vec<String>, common: &[String], last: &[&str]) -> Vec<String> {
        let (queue, packs) = match self {
            Self::Paths { paths, .. } => (Vec::new(), paths),
            Self::Drive(drive) => (words(&["--queue"]), drive),
        };
        [first, queue, common.to_vec(), packs.clone(), words(last)].concat()
    }

    /// The command that converts them. Where `diskettes` are meant, and not their images, these are put in.
    fn convert(&self, common: &[String], diskettes: bool) -> Vec<String> {
        match self {
            Self::Paths { paths, drive } if diskettes => {
                let queue = words(&["convert", "--queue", drive, "--plan"]);
                [queue, paths.clone(), common.to_vec()].concat()
            }
            Self::Paths { .. } | Self::Drive(_) => self.words(words(&["convert"]), common, &[]),
        }
    }
}

/// The command that plans for each server of a set; `None` where one of its paths cannot be typed.
pub(crate) fn plan_all_command(common: &Common) -> Option<String> {
    let words = [words(&["plan", "--all"]), ledger_words(common)?, path_words(&common.paths)?];
    let words = words.concat();
    command(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Each command with what it does. One that cannot be quoted is left out.
pub(crate) fn commands(args: &PlanArgs, report: &PlanReport) -> Vec<(String, String)> {
    let (Some(source), Some(common)) = (Source::of(args), ledger_words(&args.common)) else {
        return Vec::new();
    };
    let mut commands = Vec::new();
    let mut offer = |words: Vec<String>, purpose: String| {
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        commands.extend(command(&words).map(|command| (command, purpose)));
    };
    let steps = report.plan.steps.iter();
    let convert: Vec<_> =
        steps.filter(|step| step.action == PlanAction::ConvertThenApply).collect();
    if !convert.is_empty() {
        // To convert images that a queue has kept would leave the diskettes 4.0, and they would be refused from
        // then on.
        let is_kept = |step: &&PlanStep| is_kept_image(&report.summary(step).path);
        let of_folder = args.common.paths.len() == 1 && convert.iter().any(is_kept);
        let diskettes = args.queue.queue || of_folder;
        let packs = if diskettes {
            plural(convert.len() as u64, "diskette", "diskettes")
        } else {
            plural(convert.len() as u64, "pack", "packs")
        };
        offer(source.convert(&common, diskettes), format!("converts {packs} of this plan"));
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
        let purpose = match (refused, lost) {
            (0, _) => "asks for what is missing".to_owned(),
            (count, false) => format!("asks for {}", replacements(count)),
            (count, true) => format!("asks for {} and what is missing", replacements(count)),
        };
        // A request names the digests of images.
        let last: &[&str] = match &source {
            Source::Paths { .. } => &["-o", "request.txt"],
            Source::Drive(_) => &["--keep", "box", "-o", "request.txt"],
        };
        offer(source.words([words(&["replace"]), gaps].concat(), &common, last), purpose);
    }
    if !args.labels {
        let labels = [words(&["plan", "--labels"]), server_words(args, report)].concat();
        offer(source.words(labels, &common, &[]), "prints the labels".to_owned());
    }
    commands
}

fn replacements(count: usize) -> String {
    plural(count as u64, "replacement", "replacements")
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
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
    let is_named = args.all || args.queue.queue || args.which.is_given();
    if let Some(server) = report.server.identity.as_ref().filter(|_| is_named) {
        words.push(format!("--address={}", address(server)));
        words.push(format!("--name={}", server_name(server)));
    }
    words
}
