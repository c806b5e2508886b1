//! The packs of a plan that are not to be applied, by their reasons.

use super::NAMED;
use crate::cli::show::layout::hang;
use crate::cli::show::plan_report::PlanReport;
use crate::cli::show::terminal::{TextStyle, Tone, shown};
use crate::cli::words::{
    PackSummary, code_label, number, pack_serial, plural, step_message, step_next,
};
use addpack::plan::{PlanCode, PlanStep};
use std::collections::HashMap;

/// Packs of other servers that a plan says something of.
const ELSEWHERE: usize = 20;
/// Reasons that are told.
const REASONS: usize = 12;

/// A reason and what to do about it, how many packs it is true of, and the first of them.
type Reason<'a> = ((String, String), usize, Vec<&'a PlanStep>);

/// Why packs are not to be applied: each reason once.
pub(super) fn turned_away(look: TextStyle, report: &PlanReport) -> String {
    let mut reasons: Vec<Reason> = Vec::new();
    let mut index: HashMap<(String, String), usize> = HashMap::new();
    let is_elsewhere = |step: &&PlanStep| is_of_another_server(report, step);
    // What is wrong with packs of very many servers is no matter of this one.
    let elsewhere = Some(report.turned_away().filter(is_elsewhere).count());
    let elsewhere = elsewhere.filter(|count| *count > ELSEWHERE);
    for step in report.turned_away().filter(|step| elsewhere.is_none() || !is_elsewhere(step)) {
        let summary = report.summary(step);
        let next = step_next(step, &summary, report.server.version);
        let reason = (sentence(step, &summary), next);
        let at = index.get(&reason).copied().unwrap_or(reasons.len());
        if at == reasons.len() {
            index.insert(reason.clone(), at);
            reasons.push((reason, 0, Vec::new()));
        }
        let (_, count, first) = &mut reasons[at];
        *count += 1;
        first.extend((*count <= NAMED).then_some(step));
    }
    let mut text = String::new();
    if elsewhere.is_some() || !reasons.is_empty() {
        let heading = format!("Do not apply ({})", number(report.turned_away().count() as u64));
        text += &format!("\n{}\n", look.paint(Tone::Heading, &heading));
    }
    let untold: usize = reasons.iter().skip(REASONS).map(|(_, count, _)| count).sum();
    for ((reason, next), count, first) in reasons.into_iter().take(REASONS) {
        text += &images(report, count, &first);
        text += &hang(look.width, "    ", &reason);
        text += &hang(look.width, "    ", &format!("next: {next}"));
    }
    if untold > 0 {
        let more = number(untold as u64);
        let more = format!("and {more} more, for other reasons: addpack plan --json names all");
        text += &hang(look.width, "  ", &more);
    }
    if let Some(packs) = elsewhere {
        let packs = plural(packs as u64, "pack", "packs");
        let packs = format!("{packs} of other servers: addpack plan --all plans for each of those");
        text += &hang(look.width, "  ", &packs);
    }
    if report.copies() > 0 {
        text += "\n";
        text += &left_out(look, report.copies());
    }
    text
}

/// The heading of packs of a layout that is not known: nothing says that a server would not take them.
pub(super) const LEFT_ALONE: &str = "Left alone: they may be genuine";

/// The packs of a layout that is not known. What is said of one is said of all.
pub(super) fn left_alone(look: TextStyle, report: &PlanReport) -> String {
    let all: Vec<_> = report.of_unknown_layout().collect();
    let Some(first) = all.first() else { return String::new() };
    let heading = format!("{LEFT_ALONE} ({})", number(all.len() as u64));
    let summary = report.summary(first);
    format!("\n{}\n", look.paint(Tone::Heading, &heading))
        + &images(report, all.len(), &all[..all.len().min(NAMED)])
        + &hang(look.width, "    ", &step_message(first, &summary))
}

/// Whether a pack is bound to another server than the one that is planned for.
fn is_of_another_server(report: &PlanReport, step: &PlanStep) -> bool {
    let used = report.facts(step).used;
    report.server.identity.is_some_and(|server| used.is_some_and(|used| used.server != server))
}

/// That so many images are copies; empty if there are none.
pub(super) fn left_out(look: TextStyle, copies: usize) -> String {
    if copies == 0 {
        return String::new();
    }
    let images = plural(copies as u64, "image is", "images are");
    let sentence = format!("{images} left out: another image of the same pack counts.");
    hang(look.width, "", &sentence)
}

/// Why a pack is not to be applied. A refused pack's message says that by itself.
fn sentence(step: &PlanStep, summary: &PackSummary) -> String {
    let (label, message) = (code_label(step.code, summary), step_message(step, summary));
    match step.code {
        PlanCode::Refused(_) => message,
        _ if message.is_empty() => label.to_owned(),
        _ => format!("{label}. {message}"),
    }
}

/// The first images of so many.
fn images(report: &PlanReport, count: usize, first: &[&PlanStep]) -> String {
    let mut text = String::new();
    for step in first {
        let (summary, facts) = (report.summary(step), report.facts(step));
        // Unlike an image, a diskette has no name that tells its serial.
        let serial = pack_serial(facts).filter(|_| summary.is_diskette());
        let serial = serial.map_or_else(String::new, |serial| format!("  {serial}"));
        text += &format!("  {}{serial}\n", shown(summary.image()));
    }
    if count > first.len() {
        let more = number((count - first.len()) as u64);
        text += &format!("  and {more} more: addpack plan --json names all\n");
    }
    text
}
