//! Asking before a conversion, since there is no way back.

use crate::cli::args::ConvertArgs;
use crate::cli::ask::keyboard::answer_is_yes;
use crate::cli::commands::converted_since::ConvertedSince;
use crate::cli::commands::ledger::file;
use crate::cli::show::printer::Printer;
use crate::cli::show::queue::Diskette;
use crate::cli::show::tally::SERVERS_SHOWN;
use crate::cli::show::terminal::{at_home, complain, named};
use crate::cli::show::to_file::NEW_45_SERVER;
use crate::cli::words::system::BEFORE_WRITING;
use crate::cli::words::{diskette, list, number, pack_line, plural, server, set_warnings, unread};
use addpack::pack::keep::is_kept_image;
use addpack::plan::servers::ServerPacks;
use addpack::plan::{PackFacts, Plan, PlannedSet, ServerState};
use addpack::record::Record;
use addpack::record::fields::Seal;
use addpack::report::{Outcome, Report};
use addpack::run::{Job, Overview, RunEvent, Survey};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// What the user said.
pub(crate) enum Consent {
    /// Also to the packs with these digests, if they are on diskettes.
    Given(Vec<Seal>),
    Refused,
    /// There is nothing to convert, or the survey was stopped.
    NotNeeded,
}

/// Listens to a survey, and remembers what the question is about.
pub(crate) struct Asking<'a, 'c> {
    printer: &'a mut Printer,
    since: &'a mut ConvertedSince<'c>,
    /// What is said of an image that would be changed, and of its pack.
    images: Vec<Option<PackFacts>>,
    /// Diskettes in drives: the number of each, what is said of it, and the digest of its record.
    diskettes: Vec<(usize, String, Seal)>,
    /// The digests of the records on other diskettes, which are 4.5 already: with `-o` they are copied as they are.
    as_they_are: Vec<Seal>,
    /// Images that are refused by themselves.
    refused: u64,
    /// The packs of diskettes that were converted since a queue has kept their images: these images are not refused.
    converted: Vec<PackFacts>,
    /// Whether images of other diskettes are among them, which a queue has kept.
    has_kept: bool,
}

impl<'a, 'c> Asking<'a, 'c> {
    pub(crate) fn new(printer: &'a mut Printer, since: &'a mut ConvertedSince<'c>) -> Self {
        Self {
            printer,
            since,
            images: Vec::new(),
            diskettes: Vec::new(),
            as_they_are: Vec::new(),
            refused: 0,
            converted: Vec::new(),
            has_kept: false,
        }
    }

    /// Asks with the numbers of the survey.
    pub(crate) fn ask(self, args: &ConvertArgs, job: &Job, survey: &Survey) -> Consent {
        let overview = survey.overview(job);
        self.printer.pause();
        if !overview.is_complete || overview.convert + overview.finish == 0 {
            return Consent::NotNeeded;
        }
        // A diskette or image that is named alone is no set.
        if !args.common.is_one_image() {
            self.warn(survey);
        }
        let changed = |(image, ..): &&(usize, String, Seal)| survey.changes(*image, job);
        let diskettes: Vec<_> = self.diskettes.iter().filter(changed).collect();
        let mut text: String = diskettes.iter().map(|(_, line, _)| line.as_str()).collect();
        if !diskettes.is_empty() && args.output.is_none() {
            text += BEFORE_WRITING;
        }
        let one = (diskettes.is_empty() && overview.convert == 1).then(|| survey.only_change(job));
        if let Some(report) = one.flatten()
            && let Some(record) = report.record()
        {
            text += &(diskette(&report, record) + "\n");
        }
        if self.has_kept {
            text += OF_DISKETTES;
        }
        text += &unread_images(overview.unread, survey.first_unread());
        let refused = self.refused + overview.refused.saturating_sub(self.converted.len() as u64);
        text += &question(&overview, args.output.as_deref(), refused);
        text += &ledger_line(args);
        if answer_is_yes(&(text + "Go on? [y/N] ")) {
            let changed = diskettes.iter().map(|(_, _, digest)| *digest);
            Consent::Given(changed.chain(self.as_they_are.iter().copied()).collect())
        } else {
            complain("nothing was converted");
            Consent::Refused
        }
    }

    /// Says where a server's packs have gaps or twins: those who know that may want to wait.
    fn warn(&self, survey: &Survey) {
        let count = self.images.iter().enumerate().filter(|(image, _)| survey.counts(*image));
        let packs = count.filter_map(|(_, facts)| *facts).chain(self.converted.iter().copied());
        let set = PlannedSet::new(packs.collect(), &NEW_45_SERVER);
        let plans = set.sets.all().iter().zip(&set.fleet.plans);
        let of_server = |(packs, (_, plan)): (&ServerPacks, &(ServerState, Plan))| {
            (packs.server, set_warnings(plan, &packs.chain))
        };
        let warned: Vec<_> = plans.map(of_server).filter(|it| !it.1.is_empty()).collect();
        for (of, warnings) in warned.iter().take(SERVERS_SHOWN) {
            for warning in warnings {
                complain(&format!("{}: {warning}", server(of)));
            }
        }
        if warned.len() > SERVERS_SHOWN {
            complain(&format!(
                "{SERVERS_SHOWN} of {} servers with such packs shown: addpack plan --all shows each",
                number(warned.len() as u64)
            ));
        }
    }
}

/// Where images are converted whose diskettes are meant, perhaps.
const OF_DISKETTES: &str = "Images of diskettes that a queue has kept are among these. Their diskettes stay 4.0, and \
                            are refused afterwards; to convert them, use addpack convert --queue DRIVE --plan DIR.\n";

/// What would be done, what stays as it is, and what cannot be undone.
fn question(overview: &Overview, output: Option<&Path>, refused: u64) -> String {
    let mut parts = Vec::new();
    if overview.convert > 0 {
        parts.push(format!("convert {} to 4.5", plural(overview.convert, "pack", "packs")));
    }
    if overview.finish > 0 {
        parts.push(match overview.finish {
            1 => "finish 1 interrupted conversion".to_owned(),
            many => format!("finish the interrupted conversions of {} images", number(many)),
        });
    }
    let is_one = overview.convert + overview.finish == 1;
    let place = match output.map(named) {
        None => "in place".to_owned(),
        Some(folder) if is_one => format!("into a copy in {folder}; the image stays as it is"),
        Some(folder) => format!("into copies in {folder}; the images stay as they are"),
    };
    let afterwards = match output {
        None => "There is no way back to 4.0. ",
        Some(_) => "From then on the copies count, and the images are not to be used. ",
    };
    let refused = match refused {
        0 => String::new(),
        1 => "1 image is refused and stays as it is.\n".to_owned(),
        count => format!("{} images are refused and stay as they are.\n", number(count)),
    };
    let needs_output = match overview.needs_output {
        0 => String::new(),
        1 => "1 pack can only be converted into a copy, with -o, and stays as it is.\n".to_owned(),
        count => {
            let count = number(count);
            format!(
                "{count} packs can only be converted into copies, with -o, and stay as they are.\n"
            )
        }
    };
    let parts = parts.join(" and ");
    format!("About to {parts}, {place}.\n{needs_output}{refused}{afterwards}")
}

/// Which images could not be read.
fn unread_images(count: u64, first: &[PathBuf]) -> String {
    if count == 0 {
        return String::new();
    }
    let warning = unread(count, "these packs");
    let more = count - first.len() as u64;
    let mut images: Vec<_> = first.iter().map(|path| named(path)).collect();
    images.extend((more > 0).then(|| format!("{} more (addpack inspect names all)", number(more))));
    format!("{}{}: {}.\n", warning[..1].to_uppercase(), &warning[1..], list(&images))
}

/// Where what was converted is recorded.
fn ledger_line(args: &ConvertArgs) -> String {
    let choice = &args.common.ledger;
    match file(&choice.at) {
        _ if choice.no_ledger => "No ledger is kept.\n".to_owned(),
        Ok(file) => format!("The ledger is {}.\n", at_home(&file)),
        Err(_) => String::new(),
    }
}

/// What is asked of one diskette of a queue.
pub(crate) fn diskette_question(found: &Diskette, args: &ConvertArgs) -> String {
    let about = found.report.record().map_or_else(String::new, pack_line);
    let about = format!("Diskette {}: {about}", found.number);
    let ledger = ledger_line(args);
    let question = match &args.output {
        None => format!("{BEFORE_WRITING}{ledger}Convert it to 4.5? There is no way back to 4.0."),
        Some(output) => {
            let output = named(output);
            format!("{ledger}Convert it into a copy in {output}? The diskette stays as it is.")
        }
    };
    format!("{about}\n{question} [y/N] ")
}

impl Asking<'_, '_> {
    /// Remembers what the question needs to know of an image, and passes the event on to the printer.
    pub(crate) fn hear(&mut self, event: RunEvent) -> ControlFlow<()> {
        if let RunEvent::Seen(report) = &event {
            self.remember(report);
        }
        self.printer.hear(event)
    }

    fn remember(&mut self, report: &Report) {
        let image = self.images.len();
        self.refused += u64::from(report.outcome == Outcome::Refused);
        let is_asked_about = report.is_drive && report.outcome.is_to_change();
        if let Some(record) = report.record().filter(|_| is_asked_about) {
            let line = diskette(report, record) + "\n";
            self.diskettes.push((image, line, record.digest()));
        }
        let is_copied = report.is_drive && report.outcome.is_45_already();
        let as_it_is = report.record().filter(|_| is_copied);
        self.as_they_are.extend(as_it_is.map(Record::digest));
        let is_image = report.outcome.is_to_change() && !report.is_drive;
        if is_image && is_kept_image(&report.path) {
            let converted = self.since.converted(report);
            self.has_kept |= converted.is_none();
            self.converted.extend(converted.and_then(|diskette| PackFacts::of(&diskette, false)));
        }
        self.images.push(PackFacts::of(report, false));
    }
}
