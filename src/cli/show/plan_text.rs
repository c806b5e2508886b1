//! A plan for people: a table, a picture of the chain, and what is to be said; and labels.

use crate::cli::commands::gather::Known;
use crate::cli::commands::plan::Told;
use crate::cli::show::layout::hang;
use crate::cli::show::lines::plural;
use crate::cli::show::terminal::{Look, Tone, shown};
use crate::cli::words::{
    GAP_NEXT, TWINS_NEXT, action_words, gap_message, server_state, step_message, step_next,
    twins_message, version_words,
};
use addpack::plan::rules::limit;
use addpack::plan::{Action, Code, Step};

/// Packs that are named with one reason; the table names all.
const NAMED: usize = 3;

/// The whole plan.
pub(crate) fn text(look: Look, told: &Told) -> Vec<u8> {
    let mut text = Vec::new();
    let head = server_state(&told.server, limit(told.server.version));
    text.extend(hang(look.width, "", &head).bytes());
    text.push(b'\n');
    for (at, step) in told.plan.steps.iter().enumerate() {
        text.extend(row(look, told, at, step));
    }
    if told.plan.steps.is_empty() {
        text.extend(b"  no packs\n");
    }
    text.extend(format!("\n{}\n{}\n", told.picture(look), reaches(told)).bytes());
    text.extend(convert_first(told).bytes());
    text.extend((gaps(look, told) + &twins(look, told)).bytes());
    text.extend(turned_away(look, told));
    text
}

/// The line of one pack.
fn row(look: Look, told: &Told, at: usize, step: &Step) -> Vec<u8> {
    let known = told.known(step);
    let (number, licenses) = match step.span() {
        Some((from, to)) => ((at + 1).to_string(), format!("{from} to {to}")),
        None => ("-".to_owned(), "-".to_owned()),
    };
    let action = look.paint(tone(step), &format!("{:<19}", action_words(step.action)));
    let serial = known.serial.as_deref().unwrap_or("-");
    let code = step.code.as_str();
    let mut row =
        format!("{number:>4}  {action}  {licenses:<8}  {serial:<23}  {code:<20}  ").into_bytes();
    row.extend(shown(&known.path).bytes());
    row.push(b'\n');
    row
}

fn tone(step: &Step) -> Tone {
    match (step.action, step.code) {
        (Action::Apply, _) => Tone::Good,
        (Action::ConvertThenApply, _) | (_, Code::AlreadyApplied) => Tone::Odd,
        (Action::TurnAway, _) => Tone::Bad,
    }
}

fn reaches(told: &Told) -> String {
    let limit = limit(told.server.version);
    let over = told.plan.steps.iter().filter(|step| step.code == Code::OverLimit);
    let over: u64 = over.map(|step| u64::from(told.facts(step).licenses)).sum();
    let over = match over {
        0 => String::new(),
        over => format!("; {over} more do not fit"),
    };
    format!("Reaches {} licenses of {limit} at most{over}.", told.plan.reaches)
}

/// How many packs to convert before anything else.
fn convert_first(told: &Told) -> String {
    let steps = told.plan.steps.iter();
    match steps.filter(|step| step.action == Action::ConvertThenApply).count() {
        0 => String::new(),
        count => {
            let packs = plural(count as u64, "pack", "packs");
            format!("Convert {packs} first, with addpack convert.\n")
        }
    }
}

fn gaps(look: Look, told: &Told) -> String {
    if told.plan.gaps.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{}\n", look.paint(Tone::Heading, "Gaps"));
    for gap in &told.plan.gaps {
        let behind = told.plan.behind(*gap, &told.gathered.facts);
        text += &hang(look.width, "  ", &gap_message(*gap, told.is_bridged(*gap), behind));
    }
    text + &hang(look.width, "    ", GAP_NEXT)
}

/// Steps that several packs restore, whether they are applied or not.
fn twins(look: Look, told: &Told) -> String {
    let sets = told.gathered.sets.all().iter();
    let set = sets.filter(|set| Some(set.server) == told.server.identity);
    let steps: Vec<_> = set.flat_map(|set| set.chain.twins()).collect();
    if steps.is_empty() {
        return String::new();
    }
    let heading = look.paint(Tone::Heading, "Twins");
    let steps = steps.into_iter().map(|span| hang(look.width, "  ", &twins_message(span)));
    format!("\n{heading}\n{}{}", steps.collect::<String>(), hang(look.width, "    ", TWINS_NEXT))
}

/// Why packs are turned away: each reason once, with the packs that it is true of.
fn turned_away(look: Look, told: &Told) -> Vec<u8> {
    let mut reasons: Vec<(String, String, Vec<&Known>)> = Vec::new();
    for step in told.plan.steps.iter().filter(|step| step.action == Action::TurnAway) {
        let known = told.known(step);
        let reason = format!("{}: {}", step.code.as_str(), step_message(step, known));
        let next = format!("next: {}", step_next(step, known));
        match reasons.iter_mut().find(|other| (&other.0, &other.1) == (&reason, &next)) {
            Some((.., packs)) => packs.push(known),
            None => reasons.push((reason, next, vec![known])),
        }
    }
    if reasons.is_empty() {
        return Vec::new();
    }
    let mut text = format!("\n{}\n", look.paint(Tone::Heading, "Turned away")).into_bytes();
    for (reason, next, packs) in reasons {
        for known in packs.iter().take(NAMED) {
            text.extend(b"  ");
            text.extend(shown(&known.path).bytes());
            text.push(b'\n');
        }
        if packs.len() > NAMED {
            text.extend(format!("  and {} more\n", packs.len() - NAMED).bytes());
        }
        text.extend((hang(look.width, "    ", &reason) + &hang(look.width, "    ", &next)).bytes());
    }
    text
}

/// A label for each diskette, an empty line behind each.
pub(crate) fn labels(told: &Told) -> String {
    let all = told.plan.steps.iter().filter(|step| step.span().is_some()).count();
    let label = |(at, step): (usize, &Step)| {
        let place = match step.span() {
            Some(_) => format!("{} of {all}", at + 1),
            None => format!("do not apply: {}", step.code.as_str()),
        };
        let (known, licenses) = (told.known(step), label_licenses(told, step));
        let serial = known.serial.as_deref().unwrap_or("no serial");
        let version = version_words(step, told.facts(step), known);
        format!("{place}\n{serial}\n{licenses}\n{version}\n\n")
    };
    told.plan.steps.iter().enumerate().map(label).collect()
}

/// From and to, as far as they are known.
fn label_licenses(told: &Told, step: &Step) -> String {
    let facts = told.facts(step);
    let bound = facts.used.map(|used| (used.from, used.to));
    match (step.span().or(bound), facts.licenses) {
        (Some((from, to)), _) => format!("{from} to {to} licenses"),
        (None, 0) => "licenses unknown".to_owned(),
        (None, licenses) if facts.needs_replacement() => format!("{licenses} licenses"),
        (None, licenses) => format!("{licenses} licenses, unused"),
    }
}
