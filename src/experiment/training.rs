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

/// The step sizes of gradient descent.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum StepSize {
    /// The same at every step.
    Constant(f64),
    /// One for each step (T).
    Schedule(Vec<f64>),
}

/// `[training]`, resolved.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrainingSection {
    /// eta; may be absent where no step is taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step_size: Option<StepSize>,
    /// T.
    pub steps: Steps,
    /// lambda.
    pub weight_decay: f64,
    /// beta of heavy-ball or Nesterov momentum; zero is plain gradient descent.
    pub momentum: f64,
    /// Whether the momentum is Nesterov's.
    pub nesterov: bool,
    /// kappa: every step sees each sample with this probability.
    pub batch: f64,
    /// Whether rows are brought back to the norm s_w after every step.
    pub spherical: bool,
    /// eta_a: the readout's step size; zero where it is not trained.
    #[serde(skip_serializing_if = "is_zero")]
    pub readout_step_size: f64,
    /// eta_b: that of the biases.
    #[serde(skip_serializing_if = "is_zero")]
    pub bias_step_size: f64,
    /// lambda_a: the readout's weight decay.
    #[serde(skip_serializing_if = "is_zero")]
    pub readout_weight_decay: f64,
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
        let step_size = read_step_size(&section, steps)?;
        if steps != Steps::Count(0) {
            section.required(
                step_size.as_ref(),
                "step_size",
                "gradient descent takes steps here (training.steps is not 0)",
            )?;
        }
        let not_negative =
            |key: &str| section.checked(key, |number| number >= 0.0, "it may not be negative");
        let head = |key: &str| not_negative(key).map(Option::unwrap_or_default);
        let (readout_step_size, bias_step_size) =
            (head("readout_step_size")?, head("bias_step_size")?);
        let readout_weight_decay = head("readout_weight_decay")?;
        let weight_decay = not_negative("weight_decay")?.unwrap_or(defaults::WEIGHT_DECAY);
        let init_std = not_negative("init_std")?;
        let init_std = section.required(
            init_std,
            "init_std",
            "it is the norm of the rows of W at initialisation",
        )?;
        let momentum = section
            .checked(
                "momentum",
                |beta| (0.0..1.0).contains(&beta),
                "momentum lies in [0, 1): at 1 or above no step is ever forgotten",
            )?
            .unwrap_or(defaults::MOMENTUM);
        let batch = section
            .checked(
                "batch",
                |kappa| kappa > 0.0 && kappa <= 1.0,
                "it is the fraction of the samples that a step sees, in (0, 1]",
            )?
            .unwrap_or(defaults::BATCH);
        let spherical = section.flag("spherical")?.unwrap_or(defaults::SPHERICAL);
        if let (true, Some(value)) = (spherical && init_std == 0.0, section.value("init_std")) {
            return Err(section.invalid(
                "init_std",
                value,
                "rows kept on a sphere (training.spherical) need a radius above zero",
            ));
        }
        Ok(Some(Self {
            step_size,
            steps,
            weight_decay,
            momentum,
            nesterov: section.flag("nesterov")?.unwrap_or(defaults::NESTEROV),
            batch,
            spherical,
            readout_step_size,
            bias_step_size,
            readout_weight_decay,
            init_std,
        }))
    }
}

fn is_zero(number: &f64) -> bool {
    *number == 0.0
}

fn read_step_size(section: &Reader, steps: Steps) -> Result<Option<StepSize>, ExperimentError> {
    let key = "step_size";
    let Some(value @ Value::Array(_)) = section.value(key) else {
        let positive = section.checked(key, |eta| eta > 0.0, "a step size has to be positive")?;
        return Ok(positive.map(StepSize::Constant));
    };
    let schedule = section.numbers(key)?.unwrap_or_default();
    if let Some(at) = schedule.iter().position(|eta| *eta <= 0.0) {
        return Err(ExperimentError::Invalid {
            field: format!("{}[{at}]", section.field(key)),
            value: format!("{:?}", schedule[at]),
            reason: "a step size has to be positive".into(),
        });
    }
    let reason = match steps {
        Steps::Count(count) if count == schedule.len() as u64 => {
            return Ok(Some(StepSize::Schedule(schedule)));
        }
        Steps::Count(count) => format!(
            "a schedule has one step size for each step: {} are given for training.steps = {count}",
            schedule.len()
        ),
        Steps::Converged => {
            "training to convergence (training.steps = \"converged\") has no last step, so it takes one step size"
                .to_owned()
        }
    };
    Err(section.invalid(key, value, &reason))
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
