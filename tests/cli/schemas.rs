//! Every result is as docs/schemas says: its keys, their types, and which of them are always there.

use std::fs;
use std::path::Path;

use crate::{page, support::json};
use serde_json::Value;

fn schema(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/schemas/{name}.json"));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// What of a value is not as the schema says. Of the language of schemas this knows what docs/schemas uses.
fn differences(value: &Value, schema: &Value, place: &str, found: &mut Vec<String>) {
    let known = [
        "$schema",
        "title",
        "description",
        "type",
        "const",
        "properties",
        "required",
        "items",
        "anyOf",
        "$ref",
    ];
    for word in schema.as_object().unwrap().keys() {
        assert!(
            known.contains(&word.as_str()),
            "{place}: `{word}` is not checked"
        );
    }
    if let Some(file) = schema.get("$ref").and_then(Value::as_str) {
        let name = file.strip_suffix(".json").unwrap();
        differences(value, &self::schema(name), place, found);
    }
    if let Some(choices) = schema.get("anyOf").and_then(Value::as_array) {
        let of = |choice| {
            let mut found = Vec::new();
            differences(value, choice, place, &mut found);
            found
        };
        let all: Vec<Vec<String>> = choices.iter().map(of).collect();
        if all.iter().all(|found| !found.is_empty()) {
            found.extend(all.into_iter().flatten());
        }
    }
    if let Some(wanted) = schema.get("const").filter(|wanted| *wanted != value) {
        found.push(format!("{place}: {value} instead of {wanted}"));
    }
    if let Some(allowed) = schema.get("type") {
        let is = kind(value);
        let fits = |name: &Value| name == is || (name == "number" && is == "integer");
        let all = allowed
            .as_array()
            .map_or(std::slice::from_ref(allowed), |all| all);
        if !all.iter().any(fits) {
            found.push(format!("{place}: {is} instead of {allowed}"));
        }
    }
    if let (Some(object), Some(properties)) = (value.as_object(), schema.get("properties")) {
        for (key, inner) in object {
            match properties.get(key) {
                Some(schema) => differences(inner, schema, &format!("{place}.{key}"), found),
                None => found.push(format!("{place}.{key}: no such key in the schema")),
            }
        }
        for key in schema["required"].as_array().unwrap() {
            if !object.contains_key(key.as_str().unwrap()) {
                found.push(format!("{place}.{key}: missing"));
            }
        }
    }
    if let (Some(items), Some(schema)) = (value.as_array(), schema.get("items")) {
        for (i, item) in items.iter().enumerate() {
            differences(item, schema, &format!("{place}[{i}]"), found);
        }
    }
}

fn assert_fits(name: &str, arguments: &[&str]) {
    assert_is(name, &json(arguments), arguments);
}

fn assert_is(name: &str, result: &Value, arguments: &[&str]) {
    let mut found = Vec::new();
    assert_eq!(result["schema"], format!("onset/{name}/1"));
    differences(result, &schema(name), name, &mut found);
    assert!(found.is_empty(), "{arguments:?}\n{}", found.join("\n"));
}

#[test]
fn thresholds_fit_their_schemas() {
    for link in ["z1", "z1*z2", "sign(z1) + sign(z2)", "sign(z1*z2*z3)"] {
        assert_fits("alg", &["alg", "--link", link]);
    }
    assert_fits("nn", &["nn", "-", "--at", "0"]);
    let trained = [
        "--set",
        "training.steps=2",
        "--set",
        "numerics.samples=1024",
    ];
    assert_fits(
        "nn",
        &[&["nn", "-", "--at", "0,2", "--dim", "100"], &trained[..]].concat(),
    );
    assert_fits("nn", &["nn", "-", "--at", "0", "--set", "target.link=z1"]);
    assert_fits("nn", &["nn", "-", "--at", "0", "--set", "loss.kind=square"]);
    assert_fits(
        "design",
        &[
            "design",
            "-",
            "--over",
            "loss.width=0.5..2",
            "--restarts",
            "1",
            "--tolerance",
            "0.1",
        ],
    );
}

#[test]
fn spectra_and_training_fit_their_schemas() {
    assert_fits("spectrum", &["spectrum", "-", "--delta", "6"]);
    assert_fits(
        "spectrum",
        &["spectrum", "-", "--delta", "0.6", "--side", "right"],
    );
    assert_fits(
        "spectrum",
        &["spectrum", "-", "--delta", "3", "--set", "target.link=z1"],
    );
    assert_fits(
        "dynamics",
        &[
            "dynamics", "-", "--delta", "6", "--steps", "2", "--dim", "100",
        ],
    );
    assert_fits(
        "dynamics",
        &[
            "dynamics",
            "-",
            "--delta",
            "6",
            "--steps",
            "2",
            "--set",
            "target.link=z1",
        ],
    );
}

#[test]
fn simulations_fit_their_schemas() {
    let small = ["simulate", "-", "--dim", "20", "--runs", "3"];
    let with = |more: &[&'static str]| [&small[..], more].concat();
    assert_fits(
        "simulate",
        &with(&["--delta", "3", "--steps", "2", "--hessian-at", "0,2"]),
    );
    assert_fits(
        "escape",
        &with(&["--delta", "3,6", "--steps", "10", "--until-escape", "0.3"]),
    );
    assert_fits("crossing", &with(&["--delta", "1,3", "--crossing"]));
    assert_fits(
        "validate",
        &[
            "validate", "-", "--delta", "3", "--dim", "20,40", "--runs", "3", "--steps", "1",
        ],
    );
}

#[test]
fn diagrams_and_names_fit_their_schemas() {
    assert_fits(
        "diagram",
        &[
            "diagram",
            "-",
            "--x",
            "delta=0.5,2",
            "--y",
            "training.init_std=0.3,0.6",
        ],
    );
    assert_fits(
        "diagram",
        &[
            "diagram",
            "-",
            "--x",
            "delta=0.3,2",
            "--quantity",
            "outlier",
        ],
    );
    assert_fits(
        "diagram",
        &[
            "diagram",
            "-",
            "--x",
            "training.init_std=0.3,0.6",
            "--quantity",
            "delta_alg",
        ],
    );
    assert_fits("links", &["links"]);
    assert_fits("show", &["show", "-"]);
}

#[test]
fn the_data_of_pages_fit_their_schema() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/phase_retrieval.toml");
    let untrained = [
        "--frames",
        "2",
        "--set",
        "training.steps=0",
        "--set",
        "numerics.samples=512",
    ];
    for asked in [&page::ALL[..], &untrained] {
        let folder = tempfile::tempdir().unwrap();
        let asked = [&["report", file, "--output", "page.html"], asked].concat();
        let mut data = page::data(&page::page(folder.path(), &asked));
        assert_is("report", &data, &asked);
        // what is in a part of it is seen as well
        data["nn"]["delta_alg"] = "half".into();
        data["boundary"] = "none".into();
        let mut found = Vec::new();
        differences(&data, &schema("report"), "report", &mut found);
        assert_eq!(found.len(), 3, "{found:?}");
    }
}

#[test]
fn what_does_not_fit_is_seen() {
    let mut found = Vec::new();
    let mut result = json(&["alg", "--link", "z1*z2"]);
    result["delta_alg"] = "half".into();
    result.as_object_mut().unwrap().remove("seed");
    result["more"] = 1.into();
    differences(&result, &schema("alg"), "alg", &mut found);
    assert_eq!(found.len(), 3, "{found:?}");
}
