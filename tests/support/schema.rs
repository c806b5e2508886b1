//! Holds JSON against the schema that addpack publishes. All that the schema uses is checked, and a
//! keyword that is not known here fails: nothing is let through.

use assert_cmd::cargo::cargo_bin;
use serde_json::{Map, Value};
use std::process::Command;
use std::sync::OnceLock;

/// Checks every object of a report in JSON Lines. The last line of a run that was killed may have no end.
#[track_caller]
pub fn check_lines(report: &str) {
    let lines = report.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    for line in lines.filter(|line| line.starts_with("{\"type\":")) {
        let object = serde_json::from_str(line).unwrap();
        if let Err(why) = check(schema(), &object) {
            panic!("{line}\nis not as `addpack schema` says: {why}");
        }
    }
}

fn schema() -> &'static Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let output = Command::new(cargo_bin!("addpack")).arg("schema").output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    })
}

/// Checks a value against a schema; the error names what is wrong and where.
pub fn check(schema: &Value, value: &Value) -> Result<(), String> {
    let schema = schema.as_object().expect("schemas are objects");
    schema.iter().try_for_each(|(keyword, rule)| keep(schema, keyword, rule, value))
}

fn keep(
    schema: &Map<String, Value>,
    keyword: &str,
    rule: &Value,
    value: &Value,
) -> Result<(), String> {
    let is_kept = match keyword {
        // Additional properties are checked with the others.
        "$schema" | "$defs" | "title" | "description" | "format" | "additionalProperties" => true,
        "$ref" => return check(definition(rule), value),
        "const" => rule == value,
        "enum" => rule.as_array().unwrap().contains(value),
        "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().unwrap()),
        "maximum" => value.as_f64().is_none_or(|number| number <= rule.as_f64().unwrap()),
        "type" => match rule {
            Value::Array(types) => types.iter().any(|name| is_of_type(name, value)),
            name => is_of_type(name, value),
        },
        "required" => {
            let Some(object) = value.as_object() else { return Ok(()) };
            let missing = rule.as_array().unwrap().iter();
            missing.filter_map(Value::as_str).all(|name| object.contains_key(name))
        }
        "properties" => return properties(schema, rule, value),
        "items" => {
            let items = value.as_array().into_iter().flatten();
            return items.into_iter().try_for_each(|item| check(rule, item));
        }
        "anyOf" => rule.as_array().unwrap().iter().any(|one| check(one, value).is_ok()),
        "oneOf" => return one_of(rule.as_array().unwrap(), value),
        unknown => panic!("the schema has the keyword {unknown}, which is not checked here"),
    };
    if is_kept { Ok(()) } else { Err(format!("{value} breaks {keyword}: {rule}")) }
}

fn definition(reference: &Value) -> &'static Value {
    let name = reference.as_str().and_then(|text| text.strip_prefix("#/$defs/")).unwrap();
    &schema()["$defs"][name]
}

fn is_of_type(name: &Value, value: &Value) -> bool {
    match name.as_str().unwrap() {
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "null" => value.is_null(),
        unknown => panic!("the schema has the type {unknown}, which is not checked here"),
    }
}

/// Each property by its own schema; one that is not named, by that of the additional ones.
fn properties(schema: &Map<String, Value>, rules: &Value, value: &Value) -> Result<(), String> {
    for (name, property) in value.as_object().into_iter().flatten() {
        match rules.get(name) {
            Some(rule) => check(rule, property).map_err(|why| format!("{name}: {why}"))?,
            None if schema.get("additionalProperties") == Some(&Value::Bool(false)) => {
                return Err(format!("there is no property {name}"));
            }
            None => {}
        }
    }
    Ok(())
}

/// Exactly one schema.
fn one_of(schemas: &[Value], value: &Value) -> Result<(), String> {
    let (mut fit, mut why) = (0, String::new());
    for schema in schemas {
        match check(schema, value) {
            Ok(()) => fit += 1,
            Err(error) => why += &format!("\n  not {}: {error}", schema["$ref"]),
        }
    }
    if fit == 1 { Ok(()) } else { Err(format!("{fit} schemas fit{why}")) }
}
