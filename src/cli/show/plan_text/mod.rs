//! A plan for people: a table, a picture of the chain, and remarks; and labels.

mod turned_away;

use crate::cli::show::layout::hang;
use crate::cli::show::plan_report::PlanReport;
use crate::cli::show::terminal::{TextStyle, Tone, named, shown};
use crate::cli::show::what_now::about_paths;
use crate::cli::words::{
    GAP_NEXT, PackSummaries, PackSummary, action_words, code_label, gap_message, number,
    on_the_server, pack_serial, server_state, short_serial, twins_message, twins_next,
};
use addpack::plan::servers::{Chain, Span};
use addpack::plan::{Fleet, PackFacts, PlanAction, PlanCode, PlanStep, Usability};
use std::io::{self, Write};
use turned_away::{LEFT_ALONE, left_alone, left_out, turned_away};

/// Packs that are named with one reason.
const NAMED: usize = 3;

/// The whole plan.
pub(crate) fn text(look: TextStyle, out: &mut dyn Write, report: &PlanReport) -> io::Result<()> {
    let state = server_state(report.server, report.applied(), report.plan.reaches);
    out.write_all(hang(look.width, "", &state).as_bytes())?;
    out.write_all(rows(look, report).as_bytes())?;
    if report.plan.steps.is_empty() {
        out.write_all(b"  no packs\n")?;
    }
    write!(out, "\n{}", report.picture(look))?;
    for part in [gaps, twins, turned_away, left_alone, not_read, what_now] {
        out.write_all(part(look, report).as_bytes())?;
    }
    Ok(())
}

/// The lines of the packs to apply. If they do not fit, paths and remarks follow on lines of their own.
fn rows(look: TextStyle, report: &PlanReport) -> String {
    /// Columns before the path: the number, what to do, the licenses, the serial.
    const LEAD: usize = 4 + 2 + 19 + 2 + 8 + 2 + 23 + 2;
    let steps = report.plan.steps.iter().take(report.applied());
    let rows: Vec<_> = steps
        .enumerate()
        .map(|(at, step)| {
            let path = shown(report.summary(step).image());
            (lead(look, report, at, step), path, remark(report, step).unwrap_or_default())
        })
        .collect();
    let length = |text: &str| text.chars().count();
    let fits = |(_, path, remark): &(String, String, String)| {
        LEAD + length(path) + 2 + length(remark) <= look.columns
    };
    let fit = rows.iter().all(fits);
    let row = |(lead, path, remark): &(String, String, String)| match (fit, remark.is_empty()) {
        (true, true) => format!("{lead}  {path}\n"),
        (true, false) => format!("{lead}  {path}  {remark}\n"),
        (false, true) => format!("{lead}\n      {path}\n"),
        (false, false) => {
            format!("{lead}\n      {path}\n{}", hang(look.width, "      ", remark))
        }
    };
    rows.iter().map(row).collect()
}

/// The line of one pack to apply, but for its path.
fn lead(look: TextStyle, report: &PlanReport, at: usize, step: &PlanStep) -> String {
    let licenses = step.span().map_or_else(String::new, |(from, to)| format!("{from} to {to}"));
    let action = look.paint(tone(step), &format!("{:<19}", action_words(step.action)));
    let serial = pack_serial(report.facts(step)).unwrap_or_else(|| "-".into());
    format!("{:>4}  {action}  {licenses:<8}  {serial:<23}", at + 1)
}

/// The remark on a pack to apply.
fn remark(report: &PlanReport, step: &PlanStep) -> Option<String> {
    let mut remark = String::new();
    if report.facts(step).used.is_none() {
        remark += "unused";
        let missing = step.span().map_or_else(Vec::new, |span| report.missing_from(span));
        for missing in missing {
            let serial = short_serial(report.facts(missing)).unwrap_or_else(|| "a pack".to_owned());
            let why = code_label(missing.code, &report.summary(missing));
            remark += &format!("; in the place of {serial} ({why})");
        }
    }
    if let Some(source) = report.summary(step).source() {
        let gap = if remark.is_empty() { "" } else { "  " };
        remark += &format!("{gap}(converted from {})", named(source));
    }
    (!remark.is_empty()).then_some(remark)
}

fn tone(step: &PlanStep) -> Tone {
    match (step.action, step.code) {
        (PlanAction::Apply, _) => Tone::Good,
        (PlanAction::ConvertThenApply, _) | (_, PlanCode::AlreadyApplied) => Tone::Odd,
        (PlanAction::TurnAway, _) => Tone::Bad,
    }
}

fn gaps(look: TextStyle, report: &PlanReport) -> String {
    if report.plan.gaps.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{}\n", look.paint(Tone::Heading, "Gaps"));
    let mut is_any_lost = false;
    for gap in &report.plan.gaps {
        let reasons = report.gap_reasons(*gap);
        is_any_lost |= reasons.is_empty();
        let behind = report.plan.behind(*gap, report.facts);
        text += &hang(look.width, "  ", &gap_message(*gap, &reasons, behind));
    }
    if is_any_lost { text + &hang(look.width, "    ", GAP_NEXT) } else { text }
}

/// Steps that several packs restore, whether they are applied or not.
fn twins(look: TextStyle, report: &PlanReport) -> String {
    let twins = report.chain.into_iter().flat_map(Chain::twins);
    let twins = twins.map(|(span, _)| (span, holders(report, span)));
    // Some of them may be copies of packs that were converted elsewhere.
    let twins: Vec<_> = twins.filter(|(_, holders)| holders.len() > 1).collect();
    if twins.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{}\n", look.paint(Tone::Heading, "Twins"));
    for (span, holders) in twins {
        let is_one_applied = report.plan.steps.iter().any(|step| step.span() == Some(span));
        text += &hang(look.width, "  ", &twins_message(span, &holders));
        text += &hang(look.width, "    ", twins_next(is_one_applied));
    }
    text
}

/// The images of the packs that restore one step, as far as there is room for them.
fn holders(report: &PlanReport, span: Span) -> Vec<String> {
    let restores = |step: &&PlanStep| {
        let facts = report.facts(step);
        let used = facts.used.filter(|used| Some(used.server) == report.server.identity);
        facts.is_usable() && used.is_some_and(|used| (used.from, used.to) == span)
    };
    let all: Vec<_> = report.plan.steps.iter().filter(restores).collect();
    let name = |step: &&PlanStep| named(report.summary(step).image());
    let mut names: Vec<_> = all.iter().take(NAMED).map(name).collect();
    names.extend(
        (all.len() > NAMED).then(|| format!("{} more", number((all.len() - NAMED) as u64))),
    );
    names
}

fn not_read(look: TextStyle, report: &PlanReport) -> String {
    report.skipped.map_or_else(String::new, |skipped| skipped.section(look))
}

/// What to do next, in order: commands to paste, then what to do on the server.
fn what_now(look: TextStyle, report: &PlanReport) -> String {
    let mut text = format!("\n{}\n", look.paint(Tone::Heading, "What now"));
    text += &command_lines(look, &report.commands);
    for line in on_the_server(report.server, report.applied(), report.plan.reaches) {
        text += &hang(look.width, "  ", &line);
    }
    text
}

/// Commands, each with its effect beside it, or below it if a terminal has no room there. An effect may be empty.
pub(crate) fn command_lines(look: TextStyle, commands: &[(String, String)]) -> String {
    let width = commands.iter().map(|(command, _)| command.chars().count()).max().unwrap_or(0);
    let longest = commands.iter().map(|(_, purpose)| purpose.chars().count()).max().unwrap_or(0);
    let fits = width + longest + 5 <= look.columns;
    let lines = commands.iter().fold(String::new(), |text, (command, purpose)| {
        if purpose.is_empty() {
            text + &format!("  {command}\n")
        } else if fits {
            text + &format!("  {command:<width$}   {purpose}\n")
        } else {
            text + &format!("  {command}\n") + &hang(look.width, "      ", purpose)
        }
    });
    lines + &about_paths(look, commands)
}

/// The packs that are in no server's plan.
pub(crate) fn rest(
    look: TextStyle,
    out: &mut dyn Write,
    fleet: &Fleet,
    facts: &[PackFacts],
    summaries: &PackSummaries,
) -> io::Result<()> {
    let is_copy = |number: &usize| facts[*number].usability == Usability::Copy;
    let (copies, aside): (Vec<_>, Vec<_>) = fleet.aside.iter().copied().partition(is_copy);
    let is_unknown = |number: &usize| summaries.has_unknown_layout(*number);
    let (unknown, aside): (Vec<_>, Vec<_>) = aside.into_iter().partition(is_unknown);
    let parts = [
        ("Stock: unused packs that no server needs", &fleet.stock),
        (ASIDE, &aside),
        (LEFT_ALONE, &unknown),
    ];
    for (title, numbers) in parts.into_iter().filter(|(_, numbers)| !numbers.is_empty()) {
        let heading =
            look.paint(Tone::Heading, &format!("{title} ({})", number(numbers.len() as u64)));
        writeln!(out, "{heading}")?;
        for &number in numbers {
            let (facts, summary) = (&facts[number], summaries.get(number));
            let serial = pack_serial(facts).unwrap_or_else(|| "-".into());
            let licenses = match facts.licenses {
                0 => "-".to_owned(),
                licenses => format!("{licenses} licenses"),
            };
            let path = shown(summary.image());
            let why = fleet.why_aside(number, facts).map_or_else(String::new, |code| {
                format!("{}{}", code_label(code, &summary), untrusted(facts, &summary))
            });
            let lead = format!("  {serial:<23}  {licenses:<11}");
            let line = format!("{lead}  {path}  {why}");
            if line.chars().count() <= look.columns {
                writeln!(out, "{}", line.trim_end())?;
            } else {
                write!(out, "{}\n      {path}\n", lead.trim_end())?;
                out.write_all(hang(look.width, "      ", &why).as_bytes())?;
            }
        }
        writeln!(out)?;
    }
    out.write_all(left_out(look, copies.len()).as_bytes())
}

/// The line below all plans; nothing where it is empty.
pub(crate) fn last_line(look: TextStyle, line: &str) -> String {
    if line.is_empty() { String::new() } else { "\n".to_owned() + &hang(look.width, "", line) }
}

/// The heading of packs that no server's plan holds, and that are not to be used.
const ASIDE: &str = "Do not apply: in no server's plan";

/// Why a refused pack that names a server is not in that server's plan.
fn untrusted(facts: &PackFacts, summary: &PackSummary) -> &'static str {
    let names_one = summary.refusal.as_ref().is_some_and(|refusal| refusal.span.is_some());
    if names_one && facts.used.is_none() { ", so its server cannot be trusted" } else { "" }
}
