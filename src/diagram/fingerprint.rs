//! What makes two computations of a diagram the same.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{DiagramError, Plan, Request};
use crate::experiment::{Source, Template};

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
    /// The resolved experiment, with the first cell's values of the axes; together with the axes it gives every cell's.
    pub experiment: Value,
}

/// Axes of which shorthands of `[network]` make numbers, cell by cell: a Rademacher readout, a scale of `1/m`.
const NETWORK_AXES: [&str; 2] = ["network.readout.neurons", "network.readout.seed"];

impl Fingerprint {
    /// That of a plan made from this template, computed by this version.
    ///
    /// # Errors
    /// When the experiment cannot be written as JSON.
    pub fn new(plan: &Plan, template: &Template) -> Result<Self, DiagramError> {
        let json = |error: serde_json::Error| {
            DiagramError::Request(format!("the experiment cannot be written as JSON: {error}"))
        };
        let mut experiment = serde_json::to_value(plan.first()).map_err(json)?;
        let per_cell = NETWORK_AXES.iter().any(|axis| plan.request.has_axis(axis));
        if let Some(network) = template.section("network").filter(|_| per_cell) {
            experiment["network"] = serde_json::to_value(network).map_err(json)?;
        }
        Ok(Self {
            onset_version: env!("CARGO_PKG_VERSION").to_owned(),
            seed: plan.first().numerics.seed,
            request: plan.request.clone(),
            experiment,
        })
    }

    /// The experiment as a file.
    ///
    /// # Errors
    /// When it is none.
    pub fn experiment_toml(&self) -> Result<String, DiagramError> {
        let refuse = |error: toml::ser::Error| {
            DiagramError::Request(format!("the experiment cannot be written as TOML: {error}"))
        };
        let table = toml::Table::try_from(&self.experiment).map_err(refuse)?;
        toml::to_string(&table).map_err(refuse)
    }

    /// The experiment to be resolved with other values of its fields.
    ///
    /// # Errors
    /// When it is none.
    pub fn template(&self) -> Result<Template, DiagramError> {
        Ok(Template::read(&Source::Text(self.experiment_toml()?))?)
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
