//! `[training]`.

use serde::{Serialize, Serializer};
use toml::{Table, Value};

use super::reader::{self, Reader};
use super::{ExperimentError, defaults};

/// How long gradient descent runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Steps {
    /// T steps.
    Count(u64),
    /// To convergence.
    Converged,
}

impl Serialize for Steps {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Count(steps) => serializer.serialize_u64(*steps),
            Self::Converged => serializer.serialize_str("converged"),
        }
    }
}

/// `[training]`, resolved.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrainingSection {
    /// eta; may be absent where no step is taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step_size: Option<f64>,
    /// T.
    pub steps: Steps,
    /// lambda.
    pub weight_decay: f64,
    /// s_w: every row of W^0 has this norm in the limit.
    pub init_std: f64,
}

impl TrainingSection {
    /// Reads the section where the file has one.
    pub(super) fn read(file: &Table) -> Result<Option<Self>, ExperimentError> {
        let Some(section) = Reader::open(file, "training") else {
            return Ok(None);
        };
        let steps = read_steps(&section)?;
        let step_size = section.checked(
            "step_size",
            |eta| eta > 0.0,
            "a step size has to be positive",
        )?;
        if steps != Steps::Count(0) {
            section.required(
                step_size,
                "step_size",
                "gradient descent takes steps here (training.steps is not 0)",
            )?;
        }
        let not_negative =
            |key: &str| section.checked(key, |number| number >= 0.0, "it may not be negative");
        let weight_decay = not_negative("weight_decay")?.unwrap_or(defaults::WEIGHT_DECAY);
        let init_std = not_negative("init_std")?;
        let init_std = section.required(
            init_std,
            "init_std",
            "it is the norm of the rows of W at initialisation",
        )?;
        Ok(Some(Self {
            step_size,
            steps,
            weight_decay,
            init_std,
        }))
    }
}

fn read_steps(section: &Reader) -> Result<Steps, ExperimentError> {
    const EXPECTED: &str = "an integer, zero or more, or \"converged\"";
    match section.value("steps") {
        None => Ok(defaults::STEPS),
        Some(Value::String(text)) if text == "converged" => Ok(Steps::Converged),
        Some(value @ Value::Integer(_)) => {
            let steps = reader::integer(&section.field("steps"), value, 0, i64::MAX)?;
            Ok(Steps::Count(steps.unsigned_abs()))
        }
        Some(other) => Err(section.wrong_type("steps", EXPECTED, other)),
    }
}
