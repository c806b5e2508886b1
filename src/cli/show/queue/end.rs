//! The end of a queue: what to do with which diskette.

use super::diskette::{Diskette, number_of};
use crate::cli::show::layout::hang;
use crate::cli::show::plan_text::command_lines;
use crate::cli::show::terminal::{TextStyle, Tone, named, shown};
use crate::cli::words::{
    self, PackSummaries, code_label, list, next_for_unreadable, number, plural, short,
    short_serial, verdict,
};
use addpack::diagnosis::FindingCode;
use addpack::plan::servers::Span;
use addpack::plan::{Fleet, PackFacts, Plan, PlanAction, PlanCode, PlanStep, ServerState};
use addpack::report::Outcome;
use std::path::Path;

/// Diskettes that could not be read which have a row each: the list of a stranger's folder may have any number of them.
pub(crate) const UNREADABLE_SHOWN: usize = 100;

/// The set that the diskettes of a queue make.
pub(crate) struct SetReport<'a> {
    pub(crate) diskettes: &'a [Diskette],
    pub(crate) facts: &'a [PackFacts],
    pub(crate) summaries: &'a PackSummaries,
    pub(crate) fleet: &'a Fleet,
    /// Commands to paste, each with what it does.
    pub(crate) commands: &'a [(String, String)],
}

/// Columns before the reason in a row of packs.
const REASON: usize = 27;

impl SetReport<'_> {
    /// What to do with which diskette, server by server.
    pub(crate) fn text(&self, look: TextStyle) -> String {
        let mut text = String::new();
        for (server, plan) in &self.fleet.plans {
            text += &self.order(look, server, plan);
        }
        let (unknown, known): (Vec<_>, Vec<_>) = self
            .turned_away()
            .into_iter()
            .partition(|(pack, _)| self.summaries.has_unknown_layout(*pack));
        let (never, later): (Vec<_>, Vec<_>) =
            known.into_iter().partition(|(_, code)| is_never(*code));
        text += &section(look, "Not yet: keep them", self.reasons(look, &later));
        let never = self.reasons(look, &never) + &self.copies(look);
        text += &section(look, "Do not apply: write DO NOT APPLY on them", never);
        text += &section(look, "Left alone: they may be genuine", self.reasons(look, &unknown));
        text += &section(look, "Not used yet, and needed by no server here", self.stock());
        text += &section(look, "Not read", self.unreadable(look));
        text += &section(look, "Failed: put them in again", self.failed(look));
        text += &self.others(look);
        text += &self.to_convert(look);
        if !self.commands.is_empty() {
            text += &format!("\n{}\n", look.paint(Tone::Heading, "What now"));
            text += &command_lines(look, self.commands);
        }
        text
    }

    /// How many packs there are, and where their images are kept.
    pub(crate) fn counted(&self, kept: Option<&Path>) -> String {
        let unreadable = self.diskettes.iter().filter(|diskette| diskette.is_unreadable()).count();
        let others = self.with(Outcome::NotAPack).count();
        let packs = self.diskettes.len() - unreadable - others;
        let mut counts = vec![plural(packs as u64, "pack", "packs")];
        if others > 0 {
            counts.push(plural(others as u64, "other diskette", "other diskettes"));
        }
        if unreadable > 0 {
            let diskettes = plural(unreadable as u64, "diskette", "diskettes");
            counts.push(format!("{diskettes} that could not be read"));
        }
        let mut text = format!("\n{}", list(&counts));
        let images = self.diskettes.iter().filter(|diskette| diskette.image.is_some()).count();
        if let Some(folder) = kept.filter(|_| images > 0) {
            text += &format!("; {} in {}", plural(images as u64, "image", "images"), named(folder));
        }
        text + "\n"
    }

    fn diskette(&self, pack: usize) -> String {
        let path = self.summaries.path(pack);
        number_of(self.diskettes, &path)
            .map_or_else(|| shown(&path), |number| format!("diskette {number}"))
    }

    fn serial(&self, pack: usize) -> String {
        short_serial(&self.facts[pack]).unwrap_or_else(|| "-".to_owned())
    }

    /// A pack: its diskette and its serial.
    fn pack(&self, pack: usize) -> String {
        format!("{:<12}  {:<9}", self.diskette(pack), self.serial(pack))
    }

    fn order(&self, look: TextStyle, server: &ServerState, plan: &Plan) -> String {
        let steps: Vec<_> =
            plan.steps.iter().filter_map(|step| Some((step, step.span()?))).collect();
        let name = server.identity.as_ref().map_or_else(String::new, words::server);
        let name = look.paint(Tone::Heading, &name);
        let what = match (steps.is_empty(), plan.gaps.is_empty()) {
            (false, _) => format!("apply in this order ({} licenses at the end)", plan.reaches),
            (true, false) => "none of these diskettes can be applied yet".to_owned(),
            (true, true) => "none of these diskettes is to be applied".to_owned(),
        };
        let mut text = format!("\n{name}: {what}\n");
        for (at, (step, span)) in (1..).zip(steps) {
            text += &self.step(at, step, span);
        }
        for span in plan.missing(self.facts, server) {
            text += &hang(look.width, "       ", &self.missing(span, server, plan));
        }
        text
    }

    /// What is missing, with the diskettes that hold it and cannot be applied.
    fn missing(&self, span: Span, server: &ServerState, plan: &Plan) -> String {
        let spoilt = plan.missing_from(span, self.facts, server);
        let spoilt: Vec<_> = spoilt.iter().map(|step| self.diskette(step.pack)).collect();
        let text = format!("missing: what restores {} to {}", span.0, span.1);
        match &spoilt[..] {
            [] => text,
            [one] => format!("{text} ({one} cannot be applied)"),
            several => format!("{text} ({} cannot be applied)", several.join(" and ")),
        }
    }

    fn step(&self, at: usize, step: &PlanStep, (from, to): Span) -> String {
        let summary = self.summaries.get(step.pack);
        let first = match (step.action, summary.output()) {
            (PlanAction::ConvertThenApply, _) => "convert first".to_owned(),
            // A path has a line of its own: it may be long.
            (_, Some(copy)) => format!("its copy, not itself:\n       {}", named(copy)),
            (PlanAction::Apply | PlanAction::TurnAway, None) => "as it is".to_owned(),
        };
        let (diskette, serial) = (self.diskette(step.pack), self.serial(step.pack));
        let span = format!("{from} to {to}");
        format!("  {at:>3}  {diskette:<12}  {span:<8}  {serial:<9}  {first}\n")
    }

    /// The packs that are not in the order, and are no copies of others in the set, with the reason.
    fn turned_away(&self) -> Vec<(usize, PlanCode)> {
        let steps = self.fleet.plans.iter().flat_map(|(_, plan)| &plan.steps);
        let planned = steps.filter(|step| step.action == PlanAction::TurnAway);
        let aside = self
            .fleet
            .aside
            .iter()
            .filter_map(|&pack| Some((pack, self.fleet.why_aside(pack, &self.facts[pack])?)));
        let all = planned.map(|step| (step.pack, step.code)).chain(aside);
        all.filter(|(_, code)| *code != PlanCode::Copy).collect()
    }

    fn reasons(&self, look: TextStyle, packs: &[(usize, PlanCode)]) -> String {
        let row = |&(pack, code): &(usize, PlanCode)| {
            let label = code_label(code, &self.summaries.get(pack));
            let reason = match (self.facts[pack].used, code) {
                (Some(used), PlanCode::BehindGap) => {
                    format!("{label}: apply it when the server has {} licenses", used.from)
                }
                (_, PlanCode::Refused(FindingCode::DamagedMedia)) => {
                    format!("{label}: read it again, or in another drive")
                }
                _ => label.to_owned(),
            };
            look.row(&format!("  {}  ", self.pack(pack)), REASON, &reason)
        };
        packs.iter().map(row).collect()
    }

    /// Unused packs that no server needs.
    fn stock(&self) -> String {
        let row = |&pack: &usize| {
            format!("  {}  {} licenses\n", self.pack(pack), self.facts[pack].licenses)
        };
        self.fleet.stock.iter().map(row).collect()
    }

    /// Diskettes of packs that another diskette stands for.
    fn copies(&self, look: TextStyle) -> String {
        let row = |diskette: &Diskette| {
            let other = diskette.report.counts.as_ref();
            let other = other.map_or_else(|| "another image".into(), |counts| shown(&counts.path));
            diskette.row(look, &format!("the same pack as {other}, which counts"))
        };
        self.with(Outcome::Copy).map(row).collect()
    }

    /// Diskettes of which nothing could be read, with the reason and what to do.
    fn unreadable(&self, look: TextStyle) -> String {
        let unreadable: Vec<_> = self.diskettes.iter().filter(|one| one.is_unreadable()).collect();
        if unreadable.is_empty() {
            return String::new();
        }
        let row = |one: &&Diskette| one.row(look, &verdict(&one.report));
        let numbers: Vec<_> = unreadable.iter().map(|one| one.number).collect();
        let next = next_for_unreadable(&numbers);
        let mut text: String = unreadable.iter().take(UNREADABLE_SHOWN).map(row).collect();
        let more = unreadable.len().saturating_sub(UNREADABLE_SHOWN);
        if more > 0 {
            text += &format!("  and {} more\n", number(more as u64));
        }
        text + &hang(look.width, "  Next          ", &next)
    }

    /// Diskettes that failed later, with the reason.
    fn failed(&self, look: TextStyle) -> String {
        let failed = self.with(Outcome::Failed).filter(|diskette| !diskette.is_unreadable());
        failed.map(|diskette| diskette.row(look, &verdict(&diskette.report))).collect()
    }

    fn others(&self, look: TextStyle) -> String {
        let others: Vec<_> = self.with(Outcome::NotAPack).map(Diskette::name).collect();
        if others.is_empty() {
            return String::new();
        }
        let others = format!("Left alone, since they hold no pack: {}", others.join(", "));
        "\n".to_owned() + &hang(look.width, "", &others)
    }

    /// The diskettes that a queue which converts asks for.
    fn to_convert(&self, look: TextStyle) -> String {
        let to_convert = self.diskettes.iter().filter(|diskette| diskette.outcome().is_to_change());
        let one =
            |diskette: &Diskette| format!("{} ({})", diskette.number, short(&diskette.serial()));
        let all: Vec<_> = to_convert.map(one).collect();
        if all.is_empty() {
            return String::new();
        }
        let word = if all.len() == 1 { "diskette" } else { "diskettes" };
        "\n".to_owned() + &hang(look.width, "", &format!("To convert: {word} {}", list(&all)))
    }

    /// The diskettes that came to this.
    fn with(&self, outcome: Outcome) -> impl Iterator<Item = &Diskette> {
        self.diskettes.iter().filter(move |diskette| diskette.outcome() == outcome)
    }
}

/// Rows under their title; nothing where there are none.
fn section(look: TextStyle, title: &str, rows: String) -> String {
    if rows.is_empty() {
        return rows;
    }
    format!("\n{}\n{rows}", look.paint(Tone::Heading, title))
}

/// Whether a pack that is not applied for this reason never will be. Of the others, what is in their way may go:
/// a pack that is missing turns up, or another drive reads a diskette.
fn is_never(code: PlanCode) -> bool {
    match code {
        PlanCode::Refused(finding) => finding != FindingCode::DamagedMedia,
        PlanCode::CopyMissing => true,
        _ => false,
    }
}
