//! What makes two computations of a diagram the same.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{DiagramError, Plan, Request};

/// All that the cells' numbers depend on.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Fingerprint {
    /// The version that computes.
    pub onset_version: String,
    /// Seed of all random numbers.
    pub seed: u64,
    /// Axes, quantity and options.
    #[serde(flatten)]
    pub request: Request,
    /// The resolved experiment, with the first cell's values of the axes.
    pub experiment: Value,
}

impl Fingerprint {
    /// That of a plan, computed by this version.
    ///
    /// # Errors
    /// When the experiment cannot be written as JSON.
    pub fn new(plan: &Plan) -> Result<Self, DiagramError> {
        let experiment = serde_json::to_value(plan.first())
            .map_err(|error| DiagramError::Request(format!("the experiment: {error}")))?;
        Ok(Self {
            onset_version: env!("CARGO_PKG_VERSION").to_owned(),
            seed: plan.first().numerics.seed,
            request: plan.request.clone(),
            experiment,
        })
    }

    /// The first difference: the key in full, its value here and its value there.
    pub fn difference(&self, there: &Self) -> Option<(String, String, String)> {
        // a struct of numbers, texts and maps always has a value
        let value = |fingerprint| serde_json::to_value(fingerprint).unwrap_or(Value::Null);
        difference("", &value(self), &value(there))
    }
}

fn difference(key: &str, here: &Value, there: &Value) -> Option<(String, String, String)> {
    match (here, there) {
        (Value::Object(first), Value::Object(second)) => {
            let added = second.keys().filter(|name| !first.contains_key(*name));
            first.keys().chain(added).find_map(|name| {
                let full = match key {
                    "" => name.clone(),
                    parent => format!("{parent}.{name}"),
                };
                match (first.get(name), second.get(name)) {
                    (Some(here), Some(there)) => difference(&full, here, there),
                    (here, there) => Some((full, words(here), words(there))),
                }
            })
        }
        (Value::Array(first), Value::Array(second)) if first.len() == second.len() => {
            let pairs = first.iter().zip(second).enumerate();
            pairs
                .map(|(i, (here, there))| difference(&format!("{key}[{i}]"), here, there))
                .find_map(|found| found)
        }
        _ if here == there => None,
        _ => Some((key.to_owned(), words(Some(here)), words(Some(there)))),
    }
}

fn words(value: Option<&Value>) -> String {
    match value {
        None => "absent".to_owned(),
        Some(Value::Array(values)) => format!("{} values", values.len()),
        Some(value) => value.to_string(),
    }
}
