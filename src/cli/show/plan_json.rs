//! A plan as JSON Lines: a step for each pack, then the gaps, then a summary.

use crate::cli::show::json::{ServerPart, line, path_text, server_part};
use crate::cli::show::plan_report::PlanReport;
use crate::cli::show::skipped::{SkippedFiles, SkippedKind};
use crate::cli::words::{PackSummary, code_label, pack_serial, step_kb, step_message};
use addpack::plan::rules::limit;
use addpack::plan::{Fleet, PackFacts, Step};
use schemars::JsonSchema;
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write};
use std::path::Path;

/// The version of the objects' shape.
const SCHEMA: u32 = 1;

#[derive(JsonSchema, Serialize)]
pub(crate) struct StepLine<'a> {
    #[schemars(extend("const" = "step"))]
    r#type: &'static str,
    #[schemars(extend("const" = 1))]
    schema: u32,
    path: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    serial: Option<Cow<'a, str>>,
    server: Option<ServerPart<'a>>,
    action: &'static str,
    from: Option<u16>,
    to: Option<u16>,
    code: &'static str,
    message: String,
    /// The 4.0 image that the pack was converted from, where it was seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    converted_from: Option<Cow<'a, str>>,
    kb: Vec<u32>,
}

#[derive(JsonSchema, Serialize)]
pub(crate) struct GapLine<'a> {
    #[schemars(extend("const" = "gap"))]
    r#type: &'static str,
    #[schemars(extend("const" = 1))]
    schema: u32,
    server: Option<ServerPart<'a>>,
    from: u16,
    to: u16,
    /// Why packs of the set do not fill it; empty where there is none.
    reasons: Vec<String>,
}

/// The end of one server's plan: with `--all` its type is `plan`, else `summary`.
#[derive(JsonSchema, Serialize)]
pub(crate) struct PlanLine<'a> {
    #[schemars(extend("enum" = ["plan", "summary"]))]
    r#type: &'static str,
    #[schemars(extend("const" = 1))]
    schema: u32,
    server: Option<ServerPart<'a>>,
    installed: u16,
    reaches: u16,
    limit: u16,
    /// Of the last line: files in formats that are not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped_kinds: Option<Vec<SkippedKind>>,
}

/// With `--all`: a pack that is in no server's plan.
#[derive(JsonSchema, Serialize)]
pub(crate) struct PackLine<'a> {
    #[schemars(extend("enum" = ["stock", "aside"]))]
    r#type: &'static str,
    #[schemars(extend("const" = 1))]
    schema: u32,
    path: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    serial: Option<Cow<'a, str>>,
    licenses: u16,
    /// Of a pack that is not to be applied: why.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

/// With `--all`: the last line.
#[derive(JsonSchema, Serialize)]
pub(crate) struct AllLine {
    #[schemars(extend("const" = "summary"))]
    r#type: &'static str,
    #[schemars(extend("const" = 1))]
    schema: u32,
    servers: usize,
    with_gaps: usize,
    stock: usize,
    aside: usize,
    /// Files in formats that are not read.
    skipped_kinds: Vec<SkippedKind>,
}

/// One server's plan; `is_last` where no other follows.
pub(crate) fn plan(out: &mut dyn Write, report: &PlanReport, is_only: bool) -> io::Result<()> {
    for step in &report.plan.steps {
        out.write_all(&step_line(report, step))?;
    }
    let server = report.server.identity.as_ref();
    for &(from, to) in &report.plan.gaps {
        out.write_all(&line(&GapLine {
            r#type: "gap",
            schema: SCHEMA,
            server: server.map(server_part),
            from,
            to,
            reasons: report.gap_reasons((from, to)),
        }))?;
    }
    out.write_all(&line(&PlanLine {
        r#type: if is_only { "summary" } else { "plan" },
        schema: SCHEMA,
        server: server.map(server_part),
        installed: report.server.installed,
        reaches: report.plan.reaches,
        limit: limit(report.server.version),
        skipped_kinds: report.skipped.map(SkippedFiles::kinds),
    }))
}

/// What is in no server's plan, and the end of all.
pub(crate) fn rest(
    out: &mut dyn Write,
    fleet: &Fleet,
    facts: &[PackFacts],
    summaries: &[PackSummary],
    skipped: &SkippedFiles,
) -> io::Result<()> {
    for (kind, numbers) in [("stock", &fleet.stock), ("aside", &fleet.aside)] {
        for &number in numbers {
            let (path, path_bytes) = path_text(summaries[number].image());
            let code = fleet.why_aside(number, &facts[number]);
            out.write_all(&line(&PackLine {
                r#type: kind,
                schema: SCHEMA,
                path,
                path_bytes,
                serial: pack_serial(&facts[number]),
                licenses: facts[number].licenses,
                reason: code.map(|code| code_label(code, &summaries[number])),
            }))?;
        }
    }
    out.write_all(&line(&AllLine {
        r#type: "summary",
        schema: SCHEMA,
        servers: fleet.plans.len(),
        with_gaps: fleet.plans.iter().filter(|(_, plan)| !plan.gaps.is_empty()).count(),
        stock: fleet.stock.len(),
        aside: fleet.aside.len(),
        skipped_kinds: skipped.kinds(),
    }))
}

fn step_line(report: &PlanReport, step: &Step) -> Vec<u8> {
    let summary = report.summary(step);
    let (path, path_bytes) = path_text(summary.image());
    let span = step.span();
    line(&StepLine {
        r#type: "step",
        schema: SCHEMA,
        path,
        path_bytes,
        serial: pack_serial(report.facts(step)),
        server: report.server.identity.as_ref().map(server_part),
        action: step.action.as_str(),
        from: span.map(|span| span.0),
        to: span.map(|span| span.1),
        code: step.code.as_str(),
        message: step_message(step, summary),
        converted_from: summary.source().map(Path::to_string_lossy),
        kb: step_kb(step, summary),
    })
}
