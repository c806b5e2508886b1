//! One diskette of a queue: its place in it, and the few lines that are shown when it was read.

use crate::cli::show::card::code;
use crate::cli::show::layout::hang;
use crate::cli::show::lines::tone;
use crate::cli::show::terminal::{TextStyle, named};
use crate::cli::words::{
    EventsSince, Left, copy_in_its_place, finding_message, label, label_of_source, left_alone,
    next_for_unreadable, next_step, note, pack_in_short, plural, serial, verdict,
};
use addpack::diagnosis::FindingCode;
use addpack::pack::keep::may_be_same;
use addpack::record::{Record, Version};
use addpack::report::{FailureCode, Outcome, Report};
use addpack::set::PackHistory;
use std::path::{Path, PathBuf};

/// A diskette that went through the drive, in this queue or in an earlier one with the same folder.
pub(crate) struct Diskette {
    /// From 1, in the order in which they were first put in. Queues with the same folder go on with its numbers.
    pub(crate) number: usize,
    /// The last word on it.
    pub(crate) report: Box<Report>,
    /// Its image, if one is kept.
    pub(crate) image: Option<PathBuf>,
    /// Whether its pack had been converted from another copy when it was read.
    pub(crate) was_copy: bool,
    /// Why nothing was done with it, if it was left alone.
    pub(crate) left: Option<Left>,
}

impl Diskette {
    pub(crate) fn of(number: usize, report: Box<Report>) -> Self {
        let was_copy = report.has_finding(FindingCode::CopyOfConverted);
        Self { number, report, image: None, was_copy, left: None }
    }

    pub(crate) fn name(&self) -> String {
        format!("diskette {}", self.number)
    }

    pub(crate) fn outcome(&self) -> Outcome {
        self.report.outcome
    }

    fn verdict(&self) -> String {
        format!("{}: {}", self.outcome().as_str(), verdict(&self.report))
    }

    /// What became of it, in a sentence.
    pub(crate) fn sentence(&self) -> String {
        match &self.left {
            // The verdict says why.
            Some(Left::NotToConvert) if !self.outcome().is_to_change() => self.verdict(),
            Some(left) => left_alone(left),
            None => self.verdict(),
        }
    }

    /// Its serial; a stroke where it has none.
    pub(crate) fn serial(&self) -> String {
        self.report.record().map_or_else(|| "-".to_owned(), |record| serial(record).into_owned())
    }

    /// Its name and a sentence about it, as a row of a list.
    pub(super) fn row(&self, look: TextStyle, sentence: &str) -> String {
        look.row(&format!("  {:<12}  ", self.name()), 16, sentence)
    }

    /// Whether it holds a converted pack now.
    pub(crate) fn is_done(&self) -> bool {
        matches!(self.outcome(), Outcome::Converted | Outcome::AlreadyConverted)
    }

    /// Whether it may come again: another try may come to more, or the user may say yes.
    pub(crate) fn may_come_again(&self) -> bool {
        let is_open =
            self.report.failure.is_some() || self.report.has_finding(FindingCode::DamagedMedia);
        is_open || self.left.is_some()
    }

    /// Whether reading it failed before anything could be said of it.
    pub(crate) fn is_unreadable(&self) -> bool {
        let report = &self.report;
        let is_seen = report.diagnosis.is_some() || report.not_a_pack.is_some();
        report.outcome == Outcome::Failed && !is_seen
    }

    /// Sets down what became of it. If it did not read any more, or another one was put in its place, what was seen of it
    /// stays.
    pub(crate) fn end_as(&mut self, report: Box<Report>) {
        let seen = std::mem::replace(&mut self.report, report);
        let failure = self.report.failure.as_ref();
        let is_replaced = failure.is_some_and(|failure| failure.code == FailureCode::Replaced);
        if is_replaced || self.is_unreadable() {
            let unreadable = std::mem::replace(&mut self.report, seen);
            if let Some(failure) = unreadable.failure {
                self.report.fail(failure);
            }
        }
    }

    /// Whether it holds a 4.5 record.
    pub(crate) fn is_45(&self) -> bool {
        self.report.record().is_some_and(|record| record.version == Version::V45)
    }

    /// Whether `later` is this diskette, seen again: with the same record, as far as that could be read, or with the one
    /// that it was converted to.
    pub(crate) fn is_also(&self, later: &Report) -> bool {
        let (Some(record), Some(seen)) = (self.report.record(), later.record()) else {
            return false;
        };
        let source = seen.origin.map(|origin| origin.source_digest);
        let is_damaged = |report: &Report| report.has_finding(FindingCode::DamagedMedia);
        seen.digest() == record.digest()
            || source == Some(record.digest())
            || ((is_damaged(&self.report) || is_damaged(later)) && may_be_same(record, seen))
    }

    /// Whether `later` shows another diskette in its place. One of which nothing could be read may be any.
    pub(crate) fn is_replaced_by(&self, later: &Report) -> bool {
        let is_read = later.record().is_some() || later.not_a_pack.is_some();
        self.report.record().is_some() && is_read && later.failure.is_none() && !self.is_also(later)
    }

    /// How many events its pack had and has, if `later` shows the same pack in a later state.
    pub(crate) fn change_to(&self, later: &Report) -> Option<EventsSince> {
        events_since(self.report.record()?, later.record()?)
    }

    /// What to write on its label: nothing before it holds a 4.5 pack, or is left as 4.0 for a copy.
    fn label(&self) -> Option<String> {
        let record = self.report.record()?;
        let is_bad = matches!(self.outcome(), Outcome::Refused | Outcome::Failed);
        match copy_in_its_place(&self.report) {
            Some(copy) => Some(label_of_source(record, copy).join("\n")),
            None => (self.is_45() && !is_bad).then(|| label(record).join("\n")),
        }
    }

    /// What is shown of it once it was read: its verdict first, and then no more than what is needed while it is
    /// in the hand. What to do with all of them comes at the end of the queue.
    pub(crate) fn text(&self, look: TextStyle) -> String {
        let report = &self.report;
        let head = format!("{:<11}", format!("Diskette {}", self.number));
        let verdict = hang(look.width, &format!("{head}  "), &self.verdict());
        let mut text = verdict.replacen(&head, &look.paint(tone(report.outcome), &head), 1);
        let mut row = |name: &str, prose: &str| {
            text += &hang(look.width, &format!("  {name:<9}  "), prose);
        };
        match (self.label(), report.record()) {
            (Some(label), _) => row("Label", &label),
            (None, Some(record)) => row("Pack", &pack_in_short(record)),
            (None, None) => {}
        }
        if let Some(first) = report.findings().first() {
            row("Found", &finding_message(first));
        }
        report.notes.iter().for_each(|about| row("Note", &note(about).1));
        if let Some(left) = &self.left {
            row("Result", &left_alone(left));
        }
        if let Some(next) = self.next_step() {
            row("Next", &next);
        }
        if matches!(report.outcome, Outcome::Refused | Outcome::Failed) {
            row("See", &format!("addpack explain {}", code(report)));
        }
        text
    }

    /// What to do while it is in the hand. The request for a replacement can wait for the end.
    fn next_step(&self) -> Option<String> {
        let report = &self.report;
        if self.is_unreadable() {
            return Some(next_for_unreadable(&[self.number]));
        }
        let of_hand = [FindingCode::DamagedMedia, FindingCode::CopyOfConverted];
        let is_of_hand = match report.outcome {
            Outcome::Failed => true,
            Outcome::Refused => of_hand.iter().any(|code| report.has_finding(*code)),
            _ => false,
        };
        is_of_hand.then(|| next_step(report))
    }
}

/// How many events a pack had and has, if `later` is another record of the same pack and has its history, or a longer
/// one.
pub(crate) fn events_since(record: &Record, later: &Record) -> Option<EventsSince> {
    let (then, now) = (PackHistory::of(record), PackHistory::of(later));
    let is_later = record.digest() != later.digest()
        && record.version == later.version
        && then.identity == now.identity
        && now.is_or_follows(&then);
    is_later.then_some(EventsSince { then: then.events.len(), now: now.events.len() })
}

/// The number of the diskette that a path stands for: that of its image, or its name.
pub(crate) fn number_of(diskettes: &[Diskette], path: &Path) -> Option<usize> {
    let is_meant = |diskette: &&Diskette| {
        diskette.image.as_deref() == Some(path) || path == Path::new(&diskette.name())
    };
    diskettes.iter().find(is_meant).map(|diskette| diskette.number)
}

/// Which diskettes earlier queues with the same folder have images of.
pub(crate) fn seen_earlier(folder: &Path, earlier: &[&Diskette]) -> String {
    let one = |diskette: &&Diskette| {
        let serial = diskette.report.record().map_or_else(|| "no pack".into(), serial);
        format!("{} ({serial})", diskette.number)
    };
    let list = earlier.iter().map(one).collect::<Vec<_>>().join(", ");
    format!(
        "{} has images of {} from earlier: diskette {list}. This queue goes on with their numbers",
        named(folder),
        plural(earlier.len() as u64, "diskette", "diskettes"),
    )
}

/// A line for each diskette that went through, by their numbers. `plan` is the folder of those that were asked for,
/// with the number of the others.
pub(crate) fn summary(
    look: TextStyle,
    diskettes: &[Diskette],
    plan: Option<(&Path, usize)>,
) -> String {
    let others = match plan {
        Some((folder, others)) if others > 0 => {
            format!(", {others} of them not of {}", named(folder))
        }
        _ => String::new(),
    };
    let count = plural(diskettes.len() as u64, "diskette", "diskettes");
    let mut text = format!("\n{count} in this queue{others}\n");
    let mut by_number: Vec<_> = diskettes.iter().collect();
    by_number.sort_by_key(|diskette| diskette.number);
    for diskette in by_number {
        let number = format!("{:>3}", diskette.number);
        let number = look.paint(tone(diskette.outcome()), &number);
        let lead = format!("  {number}  {:<23}  ", diskette.serial());
        text += &look.row(&lead, LEAD, &diskette.sentence());
    }
    text
}

/// Columns before the sentence in the line of a diskette.
const LEAD: usize = 32;
