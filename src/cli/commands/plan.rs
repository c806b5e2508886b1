//! `addpack plan`: which packs, on which server, in what order.

use crate::cli::Error;
use crate::cli::args::plan::Plan as Args;
use crate::cli::commands::gather::{Gathered, Known, gather};
use crate::cli::commands::ledger::written;
use crate::cli::exit::Exit;
use crate::cli::show::json::{line, path_text};
use crate::cli::show::picture::{Mark, Segment, picture};
use crate::cli::show::plan_text::{labels, text};
use crate::cli::show::terminal::Look;
use crate::cli::words::{step_kb, step_message};
use addpack::diagnosis::FindingCode;
use addpack::plan::rules::{is_free_for, limit};
use addpack::plan::set::Span;
use addpack::plan::{Action, Code, FIRST_LICENSES, PackFacts, Plan, ServerState, Step, plan};
use schemars::JsonSchema;
use serde::Serialize;
use std::io::{Write, stdout};

/// The code of a pack that lives on in another image.
const COPIED: Code = Code::Refused(FindingCode::CopyOfConverted);

/// A plan, with all that is needed to tell it.
pub(crate) struct Told {
    pub(crate) plan: Plan,
    pub(crate) server: ServerState,
    pub(crate) gathered: Gathered,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Error> {
    args.check()?;
    let gathered = gather(&args.common)?;
    if gathered.exit == Exit::Stopped {
        return Ok(Exit::Stopped);
    }
    let server = args.state(&gathered.sets);
    let told = Told { plan: plan(&gathered.facts, &server), server, gathered };
    let look = Look::of_stdout(args.common.screen.color);
    let report = match (args.common.json, args.labels) {
        (true, _) => json(&told),
        (_, true) => labels(&told).into_bytes(),
        _ => text(look, &told),
    };
    written(stdout().write_all(&report).and_then(|()| stdout().flush()))?;
    let turns_away = told.plan.steps.iter().any(|step| step.action == Action::TurnAway);
    Ok(told.gathered.exit.merge(if turns_away { Exit::Refused } else { Exit::Good }))
}

#[derive(JsonSchema, Serialize)]
pub(crate) struct StepLine<'a> {
    #[schemars(extend("const" = "step"))]
    r#type: &'static str,
    #[schemars(extend("const" = 1))]
    schema: u32,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    serial: Option<&'a str>,
    action: &'static str,
    from: Option<u16>,
    to: Option<u16>,
    code: &'static str,
    message: String,
    kb: Vec<u32>,
}

#[derive(JsonSchema, Serialize)]
pub(crate) struct GapLine {
    #[schemars(extend("const" = "gap"))]
    r#type: &'static str,
    #[schemars(extend("const" = 1))]
    schema: u32,
    from: u16,
    to: u16,
}

#[derive(JsonSchema, Serialize)]
pub(crate) struct PlanSummaryLine {
    #[schemars(extend("const" = "summary"))]
    r#type: &'static str,
    #[schemars(extend("const" = 1))]
    schema: u32,
    installed: u16,
    reaches: u16,
    limit: u16,
}

/// The version of the objects' shape.
const SCHEMA: u32 = 1;

fn json(told: &Told) -> Vec<u8> {
    let mut text: Vec<u8> = told.plan.steps.iter().flat_map(|step| step_line(told, step)).collect();
    for &(from, to) in &told.plan.gaps {
        text.extend(line(&GapLine { r#type: "gap", schema: SCHEMA, from, to }));
    }
    text.extend(line(&PlanSummaryLine {
        r#type: "summary",
        schema: SCHEMA,
        installed: told.server.installed,
        reaches: told.plan.reaches,
        limit: limit(told.server.version),
    }));
    text
}

fn step_line(told: &Told, step: &Step) -> Vec<u8> {
    let known = told.known(step);
    let (path, path_bytes) = path_text(&known.path);
    let span = step.span();
    line(&StepLine {
        r#type: "step",
        schema: SCHEMA,
        path: path.into_owned(),
        path_bytes,
        serial: known.serial.as_deref(),
        action: step.action.as_str(),
        from: span.map(|span| span.0),
        to: span.map(|span| span.1),
        code: step.code.as_str(),
        message: step_message(step, known),
        kb: step_kb(step, known),
    })
}

impl Told {
    pub(crate) fn known(&self, step: &Step) -> &Known {
        &self.gathered.known[step.pack]
    }

    pub(crate) fn facts(&self, step: &Step) -> &PackFacts {
        &self.gathered.facts[step.pack]
    }

    /// Whether the plan restores packs behind a gap all the same: unused ones take its place.
    pub(crate) fn is_bridged(&self, gap: Span) -> bool {
        let restores = |step: &Step| self.facts(step).used.is_some_and(|used| used.from >= gap.1);
        self.plan.steps.iter().any(|step| step.span().is_some() && restores(step))
    }

    /// The chain: what is there, what is applied, what is missing, what this server's other packs
    /// would restore.
    pub(crate) fn picture(&self, look: Look) -> String {
        let has = (FIRST_LICENSES, self.server.installed);
        let has = (has.0 < has.1).then(|| Segment::new(has, Mark::Has, "has"));
        let steps = self.plan.steps.iter();
        let applied = steps.clone().enumerate().filter_map(|(at, step)| self.applied(at, step));
        let gaps = self.plan.gaps.iter().filter(|gap| !self.is_bridged(**gap));
        let gaps = gaps.map(|gap| Segment::new(*gap, Mark::Gap, "gap"));
        let mut aside: Vec<_> = steps.filter_map(|step| self.aside(step)).collect();
        // Where there is not room for all, the refused ones are worth more.
        aside.sort_by_key(|segment| segment.mark != Mark::Refused);
        let segments: Vec<_> = has.into_iter().chain(applied).chain(gaps).chain(aside).collect();
        picture(look, &segments, limit(self.server.version))
    }

    /// The segment of a pack that is applied, with its number in the order.
    fn applied(&self, at: usize, step: &Step) -> Option<Segment> {
        let facts = self.facts(step);
        let mark = match facts.used {
            None => Mark::Adds,
            Some(_) if facts.is_40() => Mark::Old,
            Some(_) => Mark::Restores,
        };
        Some(Segment::new(step.span()?, mark, &(at + 1).to_string()))
    }

    /// The segment of a pack of this server that is not applied.
    fn aside(&self, step: &Step) -> Option<Segment> {
        let facts = self.facts(step);
        let limit = limit(self.server.version);
        let used = facts.used.filter(|used| used.from < used.to && used.to <= limit)?;
        let is_shown = step.action == Action::TurnAway
            && is_free_for(facts, &self.server)
            && !matches!(step.code, Code::AlreadyApplied | Code::Copy | COPIED);
        let (mark, label) =
            if facts.needs_replacement() { (Mark::Refused, "x") } else { (Mark::Aside, "-") };
        is_shown.then(|| Segment::new((used.from, used.to), mark, label))
    }
}
