//! The diskettes of a queue, and its end: what became of each diskette, and the order to apply them in.

use crate::cli::show::lines::tone;
use crate::cli::show::plan_text::command_lines;
use crate::cli::show::terminal::{TextStyle, Tone, named, shown};
use crate::cli::words::{
    self, Left, PackSummary, code_label, copy_in_its_place, label, label_of_source, left_alone,
    plural, serial, short_serial, verdict,
};
use addpack::diagnosis::FindingCode;
use addpack::plan::{Fleet, PackFacts, Plan, PlanAction, PlanCode, ServerState};
use addpack::record::fields::Seal;
use addpack::record::{Record, Version};
use addpack::report::{Outcome, Report};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// A diskette that went through.
pub(crate) struct Diskette {
    /// From 1, in the order in which they were first put in.
    pub(crate) number: usize,
    pub(crate) outcome: Outcome,
    pub(crate) verdict: String,
    pub(crate) record: Option<Record>,
    /// Its image, where one is kept.
    pub(crate) image: Option<PathBuf>,
    /// Why nothing was done with it, where it was left alone.
    pub(crate) left: Option<Left>,
    /// The copy that was converted in its place; the diskette itself stays 4.0.
    pub(crate) copy: Option<PathBuf>,
    /// Whether another try may come to more.
    pub(crate) is_open: bool,
}

impl Diskette {
    pub(crate) fn of(number: usize, report: &Report) -> Self {
        Self {
            number,
            outcome: report.outcome,
            verdict: verdict(report),
            record: report.record().cloned(),
            image: None,
            left: None,
            copy: copy_in_its_place(report).map(Path::to_owned),
            is_open: report.failure.is_some() || report.has_finding(FindingCode::DamagedMedia),
        }
    }

    pub(crate) fn with_image(self, image: PathBuf) -> Self {
        Self { image: Some(image), ..self }
    }

    fn name(&self) -> String {
        format!("diskette {}", self.number)
    }

    /// Its name and its verdict, as a row of a list.
    fn row(&self, look: TextStyle) -> String {
        look.row(&format!("  {:<12}  ", self.name()), 16, &self.verdict)
    }

    /// That no image of it could be kept.
    pub(crate) fn fail(&mut self, why: String) {
        (self.outcome, self.verdict, self.is_open) = (Outcome::Failed, why, true);
    }

    /// Whether it holds a 4.5 pack now.
    pub(crate) fn is_done(&self) -> bool {
        matches!(self.outcome, Outcome::Converted | Outcome::AlreadyConverted)
    }

    /// Whether it may come again: another try may come to more, or the user may say yes.
    pub(crate) fn may_come_again(&self) -> bool {
        self.is_open || self.left.is_some()
    }

    pub(crate) fn digest(&self) -> Option<Seal> {
        self.record.as_ref().map(Record::digest)
    }

    /// Whether it holds a 4.5 record.
    pub(crate) fn is_45(&self) -> bool {
        self.record.as_ref().is_some_and(|record| record.version == Version::V45)
    }

    /// Whether `later` is this diskette, seen again: with the same record, or with the one that it was converted to.
    pub(crate) fn is_also(&self, later: &Self) -> bool {
        let (Some(record), Some(seen)) = (&self.record, &later.record) else { return false };
        let source = seen.origin.map(|origin| origin.source_digest);
        seen.digest() == record.digest() || source == Some(record.digest())
    }

    /// What to write on its label; nothing where it holds no sound pack.
    pub(crate) fn label(&self) -> Option<Vec<String>> {
        match (&self.copy, &self.record) {
            (Some(copy), Some(record)) => Some(label_of_source(record, copy).into()),
            _ => self.sound().map(|record| label(record).into()),
        }
    }

    /// The record, where the diskette is to be applied.
    pub(crate) fn sound(&self) -> Option<&Record> {
        if self.copy.is_some() {
            return None;
        }
        let bad = matches!(self.outcome, Outcome::Refused | Outcome::Failed | Outcome::NotAPack);
        self.record.as_ref().filter(|_| !bad)
    }
}

/// Columns before the verdict in the line of a diskette.
const LEAD: usize = 55;

/// A line for each diskette.
pub(crate) fn summary(look: TextStyle, diskettes: &[Diskette]) -> String {
    let count = plural(diskettes.len() as u64, "diskette", "diskettes");
    let mut text = format!("\n{count} in this queue\n");
    for diskette in diskettes {
        let outcome = format!("{:<21}", diskette.outcome.as_str());
        let outcome = look.paint(tone(diskette.outcome), &outcome);
        let serial = diskette.record.as_ref().map_or_else(|| format!("{:23}", "-").into(), serial);
        let verdict = diskette.left.as_ref().map_or_else(|| diskette.verdict.clone(), left_alone);
        let lead = format!("  {:>3}  {outcome}  {serial}  ", diskette.number);
        text += &look.row(&lead, LEAD, &verdict);
    }
    text
}

/// The sound packs, server by server, in the order to apply them.
pub(crate) fn order(look: TextStyle, diskettes: &[Diskette]) -> String {
    let mut records: Vec<_> = diskettes.iter().filter_map(Diskette::sound).collect();
    let server = |record: &Record| (record.server.address, record.server.name);
    records.sort_by_key(|record| (!record.is_bound(), server(record), record.from));
    let mut text = String::new();
    for of_server in records.chunk_by(|one, next| server(one) == server(next)) {
        text += "\nIn the order to apply\n";
        for (index, record) in of_server.iter().enumerate() {
            text += &look.row(&format!("  {:>3}  ", index + 1), 7, &label(record).join("; "));
        }
    }
    text
}

/// Which diskettes earlier queues with the same folder have seen.
pub(crate) fn seen_earlier(folder: &Path, earlier: &[Diskette]) -> String {
    let one = |diskette: &Diskette| {
        let serial = diskette.record.as_ref().map_or_else(|| "no pack".into(), serial);
        format!("{} ({serial})", diskette.number)
    };
    let list = earlier.iter().map(one).collect::<Vec<_>>().join(", ");
    format!(
        "{} has images of {} from earlier: diskette {list}. This queue goes on with their numbers",
        named(folder),
        plural(earlier.len() as u64, "diskette", "diskettes"),
    )
}

/// The number of the diskette that an image was made of.
pub(crate) fn number_of(diskettes: &[Diskette], image: &Path) -> Option<usize> {
    let of_it = |diskette: &&Diskette| diskette.image.as_deref() == Some(image);
    diskettes.iter().find(of_it).map(|diskette| diskette.number)
}

/// The set that the diskettes of a queue make.
pub(crate) struct SetReport<'a> {
    pub(crate) diskettes: &'a [Diskette],
    pub(crate) facts: &'a [PackFacts],
    pub(crate) summaries: &'a [PackSummary],
    pub(crate) fleet: &'a Fleet,
    /// The folder that their images are kept in.
    pub(crate) kept: Option<&'a Path>,
    /// Commands to paste, each with what it does.
    pub(crate) commands: &'a [(String, String)],
}

impl SetReport<'_> {
    /// What to do with which diskette, server by server.
    pub(crate) fn text(&self, look: TextStyle) -> String {
        let mut text = self.counted();
        for (server, plan) in &self.fleet.plans {
            text += &self.order(look, server, plan);
        }
        text += &self.refused(look);
        text += &self.stock_and_others(look);
        if !self.commands.is_empty() {
            text += &format!("\n{}\n", look.paint(Tone::Heading, "What now"));
            text += &command_lines(look, self.commands);
        }
        text
    }

    fn counted(&self) -> String {
        let is_pack = |diskette: &&Diskette| diskette.outcome != Outcome::NotAPack;
        let packs = self.diskettes.iter().filter(is_pack).count();
        let others = self.diskettes.len() - packs;
        let mut text = format!("\n{}", plural(packs as u64, "pack", "packs"));
        if others > 0 {
            text += &format!(" and {}", plural(others as u64, "other diskette", "other diskettes"));
        }
        let is_kept = self.diskettes.iter().any(|diskette| diskette.image.is_some());
        if let Some(folder) = self.kept.filter(|_| is_kept) {
            text += &format!("; their images are in {}", named(folder));
        }
        text + "\n"
    }

    fn diskette(&self, pack: usize) -> String {
        let number = number_of(self.diskettes, &self.summaries[pack].path);
        number.map_or_else(
            || shown(&self.summaries[pack].path),
            |number| format!("diskette {number}"),
        )
    }

    fn order(&self, look: TextStyle, server: &ServerState, plan: &Plan) -> String {
        let steps: Vec<_> =
            plan.steps.iter().filter_map(|step| Some((step, step.span()?))).collect();
        let name = server.identity.as_ref().map_or_else(String::new, words::server);
        let name = look.paint(Tone::Heading, &name);
        if steps.is_empty() {
            return format!("\n{name}: none of these diskettes is to be applied\n");
        }
        let reaches = plan.reaches;
        let mut text = format!("\n{name}: apply in this order ({reaches} licenses at the end)\n");
        for (at, (step, (from, to))) in (1..).zip(steps) {
            let facts = &self.facts[step.pack];
            let serial = short_serial(facts).unwrap_or_else(|| "-".to_owned());
            let copy = self.summaries[step.pack].output();
            let first = match (step.action, copy) {
                (PlanAction::ConvertThenApply, _) => "convert first".to_owned(),
                (_, Some(copy)) => format!("not it, but its copy {}", named(copy)),
                (PlanAction::Apply | PlanAction::TurnAway, None) => "as it is".to_owned(),
            };
            let diskette = self.diskette(step.pack);
            let span = format!("{from} to {to}");
            let _ = writeln!(text, "  {at:>3}  {diskette:<12}  {span:<8}  {serial:<9}  {first}");
        }
        for &(from, to) in &plan.gaps {
            let _ = writeln!(text, "       missing: the pack that restores {from} to {to}");
        }
        text
    }

    /// What not to apply, with the reason.
    fn refused(&self, look: TextStyle) -> String {
        let planned = self.fleet.plans.iter().flat_map(|(_, plan)| &plan.steps);
        let planned = planned.filter(|step| step.action == PlanAction::TurnAway);
        let planned = planned.map(|step| (step.pack, step.code));
        let aside = self
            .fleet
            .aside
            .iter()
            .filter_map(|&pack| Some((pack, self.fleet.why_aside(pack, &self.facts[pack])?)));
        let packs: Vec<_> =
            planned.chain(aside).filter(|(_, code)| *code != PlanCode::Copy).collect();
        // Its image may be the same as that of the diskette that was converted, which is the pack.
        let is_listed = |number| {
            let of_pack = |pack: usize| number_of(self.diskettes, &self.summaries[pack].path);
            packs.iter().any(|(pack, _)| of_pack(*pack) == Some(number))
        };
        let is_refused = |diskette: &&Diskette| diskette.outcome == Outcome::Refused;
        let others = self.diskettes.iter().filter(is_refused);
        let others: Vec<_> = others.filter(|diskette| !is_listed(diskette.number)).collect();
        if packs.is_empty() && others.is_empty() {
            return String::new();
        }
        let title = "Do not apply: write DO NOT APPLY on them";
        let mut text = format!("\n{}\n", look.paint(Tone::Heading, title));
        for (pack, code) in packs {
            let serial = short_serial(&self.facts[pack]).unwrap_or_else(|| "-".to_owned());
            let reason = code_label(code, &self.summaries[pack]);
            let _ = writeln!(text, "  {:<12}  {serial:<9}  {reason}", self.diskette(pack));
        }
        text.extend(others.iter().map(|diskette| diskette.row(look)));
        text
    }

    /// Diskettes that could not be read or kept, with the reason.
    fn failed(&self, look: TextStyle) -> String {
        let failed = self.diskettes.iter().filter(|diskette| diskette.outcome == Outcome::Failed);
        let text: String = failed.map(|diskette| diskette.row(look)).collect();
        if text.is_empty() {
            return text;
        }
        format!("\n{}\n{text}", look.paint(Tone::Heading, "Failed: put them in again"))
    }

    /// Diskettes that another one of the same pack stands for.
    fn copies(&self) -> String {
        let copies = self.names(|diskette| diskette.outcome == Outcome::Copy);
        if copies.is_empty() {
            return String::new();
        }
        format!(
            "\nNot needed, since another diskette of the same pack counts: {}\n",
            copies.join(", ")
        )
    }

    /// Some diskettes, by their numbers.
    fn names(&self, are_meant: impl Fn(&Diskette) -> bool) -> Vec<String> {
        let meant = self.diskettes.iter().filter(|diskette| are_meant(diskette));
        meant.map(Diskette::name).collect()
    }

    fn stock_and_others(&self, look: TextStyle) -> String {
        let mut text = String::new();
        if !self.fleet.stock.is_empty() {
            let title = "Not used yet, and needed by no server here";
            text += &format!("\n{}\n", look.paint(Tone::Heading, title));
            for &pack in &self.fleet.stock {
                let serial = short_serial(&self.facts[pack]).unwrap_or_else(|| "-".to_owned());
                let licenses = self.facts[pack].licenses;
                let _ = writeln!(
                    text,
                    "  {:<12}  {serial:<9}  {licenses} licenses",
                    self.diskette(pack)
                );
            }
        }
        text += &self.copies();
        text += &self.failed(look);
        let others = self.names(|diskette| diskette.outcome == Outcome::NotAPack);
        if !others.is_empty() {
            text += &format!("\nLeft alone, since they hold no pack: {}\n", others.join(", "));
        }
        text
    }
}
