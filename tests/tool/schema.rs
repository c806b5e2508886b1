//! What `addpack schema` says, and that the check against it can fail.

use crate::support::scene::Scene;
use crate::support::schema::check;
use serde_json::{Value, json};

fn schema() -> Value {
    let ran = Scene::new().run(&["schema"]);
    assert_eq!((ran.stderr.as_str(), ran.code), ("", Some(0)));
    serde_json::from_str(&ran.stdout).unwrap()
}

/// A gap of a plan, which is the smallest object.
fn gap() -> Value {
    json!({ "type": "gap", "schema": 1, "server": null, "from": 5, "to": 10, "reasons": [] })
}

#[test]
fn it_is_of_draft_2020_12_and_names_the_objects() {
    let schema = schema();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert!(schema["oneOf"].as_array().unwrap().len() >= 8);
    assert_eq!(check(&schema, &gap()), Ok(()));
}

#[test]
fn what_is_not_as_it_says_is_found() {
    let schema = schema();
    let change = |name: &str, value: Value| {
        let mut gap = gap();
        gap[name] = value;
        gap
    };
    let mut without = gap();
    without.as_object_mut().unwrap().remove("to");
    for wrong in [
        json!([]),
        without,
        change("type", json!("summary")),
        change("schema", json!(2)),
        change("from", json!("5")),
        change("from", json!(-1)),
        change("to", json!(65_536)),
        change("more", json!(1)),
    ] {
        assert!(check(&schema, &wrong).is_err(), "{wrong}");
    }
}
