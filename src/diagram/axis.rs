//! What varies along an axis of a diagram.

use serde::{Deserialize, Serialize};

use crate::experiment::NumericKey;
use crate::numerics::short;

/// What an axis varies.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum AxisKey {
    /// n/d.
    Delta,
    /// The dimension d of simulations and escapes.
    Dim,
    /// A numeric field of the experiment.
    Field(NumericKey),
}

/// How the values of an axis are spread.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Spacing {
    /// Equal differences.
    Linear,
    /// Equal ratios; all values are positive.
    Logarithmic,
    /// As given, increasing.
    List,
}

/// One axis: a key and its increasing values, at least one.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(try_from = "Values")]
pub struct Axis {
    /// What varies.
    pub key: AxisKey,
    /// How the values are spread.
    pub spacing: Spacing,
    /// The values (N), increasing.
    pub values: Vec<f64>,
}

/// What an axis of a file says, before it is looked at.
#[derive(Deserialize)]
struct Values {
    key: AxisKey,
    spacing: Spacing,
    values: Vec<f64>,
}

impl TryFrom<Values> for Axis {
    type Error = String;

    fn try_from(axis: Values) -> Result<Self, String> {
        Self::new(axis.key, axis.spacing, axis.values)
    }
}

/// More points along an axis are no diagram.
pub(super) const MOST_POINTS: usize = 1_000_000;

impl Axis {
    /// An axis over these values.
    ///
    /// # Errors
    /// In words, when there is none of them or there are too many, when they do not increase or are no finite numbers, and
    /// where ratios or whole numbers are wanted, when they have none.
    pub fn new(key: AxisKey, spacing: Spacing, values: Vec<f64>) -> Result<Self, String> {
        if values.is_empty() || values.len() > MOST_POINTS {
            return Err(format!(
                "the number of values has to lie between 1 and {MOST_POINTS}, not {}",
                values.len()
            ));
        }
        if let Some(value) = values.iter().find(|value| !value.is_finite()) {
            return Err(format!("`{value}` is no finite number"));
        }
        if let Some(pair) = values.windows(2).find(|pair| pair[0] >= pair[1]) {
            return Err(match key.is_whole() && spacing == Spacing::Logarithmic {
                // rounding brings neighbours together
                true => format!(
                    "{} takes whole numbers, and {} comes twice: ask for fewer values",
                    key.name(),
                    short(pair[0])
                ),
                false => format!(
                    "values have to increase, but {} comes after {}",
                    short(pair[1]),
                    short(pair[0])
                ),
            });
        }
        if spacing == Spacing::Logarithmic && values[0] <= 0.0 {
            return Err(format!(
                "a logarithmic axis needs positive values, not {}",
                short(values[0])
            ));
        }
        Ok(Self {
            key,
            spacing,
            values,
        })
    }
}

impl AxisKey {
    /// `delta`, `dim`, or the field's full name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Delta => "delta",
            Self::Dim => "dim",
            Self::Field(key) => key.name(),
        }
    }

    /// The field's symbol, for the axes of pictures: s_w for `training.init_std`.
    pub fn symbol(&self) -> &'static str {
        match self.name() {
            "delta" => "delta = n/d",
            "dim" => "dimension d",
            "target.noise" => "label noise",
            "network.scale" => "scale of the network",
            "network.readout.neurons" => "neurons m",
            "loss.width" => "width w of the loss",
            "loss.offset" => "offset a of the loss",
            "training.step_size" => "step size eta",
            "training.readout_step_size" => "step size of the readout",
            "training.bias_step_size" => "step size of the biases",
            "training.steps" => "steps T",
            "training.weight_decay" => "weight decay lambda",
            "training.momentum" => "momentum beta",
            "training.batch" => "batch fraction kappa",
            "training.init_std" => "initialisation scale s_w",
            other => other,
        }
    }
}

impl TryFrom<String> for AxisKey {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Self::parse(&name)
    }
}

impl From<AxisKey> for &'static str {
    fn from(key: AxisKey) -> Self {
        key.name()
    }
}
