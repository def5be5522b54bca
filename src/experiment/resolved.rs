//! The experiment with every default filled in.

use serde::Serialize;
use toml::{Table, Value};

use super::reader;
use super::{
    ExperimentError, LossSection, NetworkSection, NumericsSection, Override, Source, TargetSection,
    Template, TrainingSection,
};
use crate::network::Model;
use crate::teacher::Teacher;

/// One experiment, every default filled in and every shorthand replaced by its numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Experiment {
    /// A title for reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What is to be learned.
    pub target: TargetSection,
    /// What learns it; not needed for delta_alg.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<NetworkSection>,
    /// The loss; not needed for delta_alg.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loss: Option<LossSection>,
    /// Initialisation and gradient descent; not needed for delta_alg.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub training: Option<TrainingSection>,
    /// Samples, replicates, seed.
    pub numerics: NumericsSection,
}

impl Experiment {
    /// Reads a source, applies the overrides in their order, and validates every field.
    ///
    /// # Errors
    /// When the source cannot be read, is not TOML, or a field is unknown, of the wrong type
    /// or out of range. Expressions are parsed by [`Self::target`] and [`Self::model`].
    pub fn load(source: &Source, overrides: &[Override]) -> Result<Self, ExperimentError> {
        Template::read(source)?.resolve(overrides)
    }

    /// Validates every field of a file's table.
    pub(super) fn from_table(file: &Table) -> Result<Self, ExperimentError> {
        Ok(Self {
            name: read_name(file)?,
            target: TargetSection::read(file)?,
            network: NetworkSection::read(file)?,
            loss: LossSection::read(file)?,
            training: TrainingSection::read(file)?,
            numerics: NumericsSection::read(file)?,
        })
    }

    /// The target.
    ///
    /// # Errors
    /// When the link does not parse or contradicts the channel.
    pub fn target(&self) -> Result<Teacher, ExperimentError> {
        self.target.build()
    }

    /// Network and loss.
    ///
    /// # Errors
    /// When a section is missing, or activation, network or loss are refused.
    pub fn model(&self) -> Result<Model, ExperimentError> {
        let reason =
            "delta_NN and the spectrum depend on it (delta_alg alone does not: `onset alg`)";
        let missing = |section| ExperimentError::MissingSection {
            section,
            reason: reason.into(),
        };
        let network = self.network.as_ref().ok_or_else(|| missing("network"))?;
        let loss = self.loss.as_ref().ok_or_else(|| missing("loss"))?;
        Ok(Model::new(network.build()?, loss.build()?))
    }

    /// Initialisation and gradient descent.
    ///
    /// # Errors
    /// When the section is missing.
    pub fn training(&self) -> Result<&TrainingSection, ExperimentError> {
        self.training
            .as_ref()
            .ok_or_else(|| ExperimentError::MissingSection {
                section: "training",
                reason: "delta_NN and the spectrum depend on training.init_std".into(),
            })
    }

    /// Checks all expressions that the experiment holds, needed or not.
    ///
    /// # Errors
    /// The first one that is refused.
    pub fn check(&self) -> Result<(), ExperimentError> {
        self.target.build()?;
        self.network
            .as_ref()
            .map(NetworkSection::build)
            .transpose()?;
        self.loss.as_ref().map(LossSection::build).transpose()?;
        Ok(())
    }

    /// The experiment as a file that loads to this experiment again.
    ///
    /// # Errors
    /// When the serialiser fails.
    pub fn to_toml(&self) -> Result<String, ExperimentError> {
        Ok(toml::to_string(self)?)
    }

    /// Sixteen hexadecimal digits that are equal for equal experiments, names aside.
    ///
    /// # Errors
    /// When the serialiser fails.
    pub fn fingerprint(&self) -> Result<String, ExperimentError> {
        let unnamed = Self {
            name: None,
            ..self.clone()
        };
        Ok(format!("{:016x}", fnv1a(unnamed.to_toml()?.as_bytes())))
    }
}

fn read_name(file: &Table) -> Result<Option<String>, ExperimentError> {
    match file.get("name") {
        None => Ok(None),
        Some(value @ Value::String(name)) if name.chars().any(char::is_control) => {
            Err(ExperimentError::Invalid {
                field: "name".into(),
                value: value.to_string(),
                reason: "a title is one line, without control characters".into(),
            })
        }
        Some(Value::String(name)) => Ok(Some(name.clone())),
        Some(other) => Err(ExperimentError::WrongType {
            field: "name".into(),
            expected: "a text".into(),
            got: reader::describe(other),
        }),
    }
}

/// FNV-1a, 64 bits: fixed for all time, unlike the standard library's hashes.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests;
