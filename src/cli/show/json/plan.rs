//! A plan as JSON Lines: a step for each pack, then the gaps, then a summary.

use super::{ServerPart, line, object, path_bytes};
use crate::cli::show::plan_report::PlanReport;
use crate::cli::show::skipped::{SkippedFiles, SkippedKind};
use crate::cli::words::{
    PackSummaries, PackSummary, code_label, pack_serial, step_kb, step_message,
};
use addpack::plan::rules::limit;
use addpack::plan::{Fleet, PackFacts, PlanStep, Restored, ServerCounts};
use std::borrow::Cow;
use std::io::{self, Write};
use std::path::Path;

/// The version of the objects' shape.
const SCHEMA: u32 = 1;

object! {
    pub(crate) struct StepLine<'a> from (
        report: &'a PlanReport<'_>,
        step: &'a PlanStep,
        summary: &'a PackSummary
    ) {
        #[schemars(extend("const" = "step"))]
        r#type: &'static str = "step",
        #[schemars(extend("const" = 1))]
        schema: u32 = SCHEMA,
        path: Cow<'a, str> = summary.image().to_string_lossy(),
        #[serde(skip_serializing_if = "Option::is_none")]
        path_bytes: Option<String> = path_bytes(summary.image()),
        serial: Option<Cow<'a, str>> = pack_serial(report.facts(step)),
        server: Option<ServerPart<'a>> = server(report),
        action: &'static str = step.action.as_str(),
        from: Option<u16> = step.span().map(|span| span.0),
        to: Option<u16> = step.span().map(|span| span.1),
        code: &'static str = step.code.as_str(),
        /// Of `damaged-record`: `true` if the layout is not known, so that it may be a genuine diskette.
        #[serde(skip_serializing_if = "Option::is_none")]
        unknown_layout: Option<bool> =
            report.summaries.has_unknown_layout(step.pack).then_some(true),
        message: String = step_message(step, summary),
        /// The 4.0 image that the pack was converted from, if it was seen.
        #[serde(skip_serializing_if = "Option::is_none")]
        converted_from: Option<Cow<'a, str>> = summary.source().map(Path::to_string_lossy),
        kb: Vec<u32> = step_kb(step, summary),
    }
}

object! {
    pub(crate) struct GapLine<'a> from (report: &'a PlanReport<'_>, gap: (u16, u16)) {
        #[schemars(extend("const" = "gap"))]
        r#type: &'static str = "gap",
        #[schemars(extend("const" = 1))]
        schema: u32 = SCHEMA,
        server: Option<ServerPart<'a>> = server(report),
        from: u16 = gap.0,
        to: u16 = gap.1,
        /// Why packs of the set do not fill it; empty where there is none.
        reasons: Vec<String> = report.gap_reasons(gap),
    }
}

object! {
    /// The end of one server's plan: with `--all` its type is `plan`, else `summary`.
    pub(crate) struct PlanLine<'a> from (report: &'a PlanReport<'_>, is_only: bool) {
        #[schemars(extend("enum" = ["plan", "summary"]))]
        r#type: &'static str = if is_only { "summary" } else { "plan" },
        #[schemars(extend("const" = 1))]
        schema: u32 = SCHEMA,
        server: Option<ServerPart<'a>> = server(report),
        installed: u16 = report.server.installed,
        reaches: u16 = report.plan.reaches,
        limit: u16 = limit(report.server.version),
        /// Whether the server gets all its licenses back, or what keeps it from that; of a new server, null.
        #[schemars(extend("enum" = ["whole", "gaps", "end-missing", "conflicts", null]))]
        restored: Option<&'static str> = report.restored().map(Restored::as_str),
        /// Of the last line: files in formats that are not read.
        #[serde(skip_serializing_if = "Option::is_none")]
        skipped_kinds: Option<Vec<SkippedKind>> = report.skipped.map(SkippedFiles::kinds),
    }
}

object! {
    /// With `--all`: a pack that is in no server's plan.
    pub(crate) struct PackLine<'a> from (
        kind: &'static str,
        facts: &'a PackFacts,
        summary: &'a PackSummary,
        why: Option<&'static str>
    ) {
        #[schemars(extend("enum" = ["stock", "aside"]))]
        r#type: &'static str = kind,
        #[schemars(extend("const" = 1))]
        schema: u32 = SCHEMA,
        path: Cow<'a, str> = summary.image().to_string_lossy(),
        #[serde(skip_serializing_if = "Option::is_none")]
        path_bytes: Option<String> = path_bytes(summary.image()),
        serial: Option<Cow<'a, str>> = pack_serial(facts),
        licenses: u16 = facts.licenses,
        /// Of a pack that is not to be applied: why.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<&'static str> = why,
    }
}

object! {
    /// With `--all`: the last line.
    pub(crate) struct AllLine from (fleet: &Fleet, counts: &ServerCounts, skipped: &SkippedFiles) {
        #[schemars(extend("const" = "summary"))]
        r#type: &'static str = "summary",
        #[schemars(extend("const" = 1))]
        schema: u32 = SCHEMA,
        servers: usize = fleet.plans.len(),
        /// Servers that get all their licenses back.
        whole: u64 = counts.whole,
        with_gaps: u64 = counts.gaps,
        /// Of the others, those whose last packs cannot be applied.
        end_missing: u64 = counts.end_missing,
        /// Of the others, those with packs that contradict each other.
        with_conflicts: u64 = counts.conflicts,
        /// Of all, those with refused packs.
        with_refused: u64 = counts.refused,
        /// Of all, those with packs that restore the same step.
        with_twins: u64 = counts.twins,
        stock: usize = fleet.stock.len(),
        aside: usize = fleet.aside.len(),
        /// Files in formats that are not read.
        skipped_kinds: Vec<SkippedKind> = skipped.kinds(),
    }
}

fn server<'a>(report: &'a PlanReport<'_>) -> Option<ServerPart<'a>> {
    report.server.identity.as_ref().map(ServerPart::of)
}

/// One server's plan; `is_only` where no other follows.
pub(crate) fn plan(out: &mut dyn Write, report: &PlanReport, is_only: bool) -> io::Result<()> {
    for step in &report.plan.steps {
        out.write_all(&line(&StepLine::of(report, step, &report.summary(step))))?;
    }
    for &gap in &report.plan.gaps {
        out.write_all(&line(&GapLine::of(report, gap)))?;
    }
    out.write_all(&line(&PlanLine::of(report, is_only)))
}

/// What is in no server's plan, and the end of all.
pub(crate) fn rest(
    out: &mut dyn Write,
    fleet: &Fleet,
    (facts, summaries): (&[PackFacts], &PackSummaries),
    counts: &ServerCounts,
    skipped: &SkippedFiles,
) -> io::Result<()> {
    for (kind, numbers) in [("stock", &fleet.stock), ("aside", &fleet.aside)] {
        for &number in numbers {
            let (facts, summary) = (&facts[number], summaries.get(number));
            let why = fleet.why_aside(number, facts).map(|code| code_label(code, &summary));
            out.write_all(&line(&PackLine::of(kind, facts, &summary, why)))?;
        }
    }
    out.write_all(&line(&AllLine::of(fleet, counts, skipped)))
}
