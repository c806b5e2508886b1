//! `addpack schema`: the JSON Schema of every line that `--json` writes, generated from the types that are
//! written.

use crate::cli::Error;
use crate::cli::commands::explain;
use crate::cli::commands::ledger::{self, written};
use crate::cli::exit::Exit;
use crate::cli::show::{json, request};
use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use serde_json::{Value, json};
use std::io::{Write, stdout};

/// Writes the schema to standard output.
pub(crate) fn run() -> Result<Exit, Error> {
    let text = format!("{:#}\n", schema());
    written(stdout().write_all(text.as_bytes()).and_then(|()| stdout().flush()))
}

/// The schema of one line: it is one of the objects.
fn schema() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize().with_transform(Closed);
    let mut generator = settings.into_generator();
    let objects = [
        generator.subschema_for::<json::ImageLine<'_>>(),
        generator.subschema_for::<json::SkippedLine<'_>>(),
        generator.subschema_for::<json::SummaryLine<'_>>(),
        generator.subschema_for::<json::NoReportLine>(),
        generator.subschema_for::<json::plan::StepLine<'_>>(),
        generator.subschema_for::<json::plan::GapLine<'_>>(),
        generator.subschema_for::<json::plan::PlanLine<'_>>(),
        generator.subschema_for::<json::plan::PackLine<'_>>(),
        generator.subschema_for::<json::plan::AllLine>(),
        generator.subschema_for::<request::RequestRow>(),
        generator.subschema_for::<request::RequestSummary>(),
        generator.subschema_for::<ledger::LedgerRow>(),
        generator.subschema_for::<ledger::CheckLine>(),
        generator.subschema_for::<explain::CodeLine<'_>>(),
    ];
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line that addpack writes with --json",
        "oneOf": objects,
        "$defs": generator.take_definitions(true),
    })
}

/// Forbids properties that the schema does not name.
#[derive(Clone, Debug)]
struct Closed;

impl Transform for Closed {
    fn transform(&mut self, schema: &mut Schema) {
        if schema.get("properties").is_some() {
            schema.insert("additionalProperties".to_owned(), Value::Bool(false));
        }
        transform_subschemas(self, schema);
    }
}
