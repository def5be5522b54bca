//! What varies along an axis of a diagram.

use serde::{Deserialize, Serialize};

use crate::experiment::NumericKey;

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
pub struct Axis {
    /// What varies.
    pub key: AxisKey,
    /// How the values are spread.
    pub spacing: Spacing,
    /// The values (N), increasing.
    pub values: Vec<f64>,
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
